"""The sample data: whole, marked, valid, and never leaving."""

from __future__ import annotations

from app.models.registry import KINDS
from app.services import reading
from app.services.findings import findings
from app.services.sample import add_sample
from app.workspace import Workspace

SHOWN = ("booking", "venue", "service_case", "organization", "team", "training", "enrolment", "activity", "participant")


def test_every_kind_that_is_shown_has_samples(workspace: Workspace) -> None:
    made = add_sample(workspace.demo().office)
    counts = {kind: reading.count(workspace.office, kind) for kind in SHOWN}
    assert all(counts.values()), counts
    assert sum(counts.values()) == made
    assert (counts["venue"], counts["organization"], counts["team"]) == (12, 15, 12)


def test_samples_stay_in_their_own_scope(workspace: Workspace) -> None:
    add_sample(workspace.demo().office)
    for kind in SHOWN:
        rows = reading.rows(workspace.office, kind, reading.ids(workspace.office, kind))
        assert {row.owner for row in rows} == {"demo"}


def test_samples_break_no_rule(workspace: Workspace) -> None:
    add_sample(workspace.demo().office)
    assert findings(workspace.office) == []
    assert workspace.check() == []


def test_made_up_people_and_organizations_say_so(workspace: Workspace) -> None:
    add_sample(workspace.demo().office)
    for kind in ("organization", "team", "training", "activity"):
        rows = reading.rows(workspace.office, kind, reading.ids(workspace.office, kind))
        assert all("（演示）" in row.title for row in rows), kind
    for kind in SHOWN:
        for row in reading.rows(workspace.office, kind, reading.ids(workspace.office, kind)):
            people = [row.values[name] for name, field in KINDS[kind].fields.items() if field.format == "person_name"]
            assert all(person[1] == "演" or person == "中心办公室" for person in people if person)
