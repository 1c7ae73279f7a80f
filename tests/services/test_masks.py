"""Personal values do not come out of any service but by an audited reveal: lists, files, history, conflicts, findings, paper."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from app.errors import Refusal
from app.models.registry import KINDS
from app.services import (
    binned,
    calendar,
    ics,
    months,
    reading,
    related,
    sheets,
    today,
    todo,
)
from app.services.auditing import audit
from app.services.differing import differences
from app.services.excel import exporting
from app.services.findings import findings
from app.services.merging import pair
from app.services.office import Office
from app.services.privacy import hidden_fields, reveal
from app.services.telling import told as history_told
from app.services.writing import save, set_deleted
from app.workspace import Workspace
from tests.planted import NAME, PHONE, SECRETS, plant, secret, told

DAY = "2026-11-23"


@pytest.fixture
def planted(workspace: Workspace) -> dict[str, str]:
    made = plant(workspace.office)
    workspace.index()
    return made


@pytest.fixture
def staff(workspace: Workspace, planted: dict[str, str]) -> Office:
    return workspace.office.acting("李红", save(workspace.office, "user", {"name": "李红", "role": "staff"}).id)


def in_zip(data: bytes) -> str:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def on_paper(pdf: bytes) -> str:
    return subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def test_the_secrets_are_planted(planted: dict[str, str], workspace: Workspace) -> None:
    for kind, record_id in planted.items():
        row = reading.get(workspace.office, kind, record_id)
        for name in hidden_fields(row.kind):
            if secret(row.kind.fields[name]) is not None:
                assert told(row.values[name]), f"{kind}.{name} holds nothing to be recognised"


def everywhere(office: Office, planted: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """What each service says, with a name for it."""
    for kind, record_id in planted.items():
        row = reading.get(office, kind, record_id)
        yield f"{kind} in a list", [row.display(name, masked=True) for name in row.kind.fields]
        yield f"{kind} by name", (row.title, dict(row.links))
        yield f"{kind} as JSON", reading.as_json(row, reveal=False)
        yield f"{kind} history", history_told(office, kind, record_id)
        yield f"{kind} as a table", in_zip(exporting.export(office, kind).data)
        yield f"{kind} related", [[r.title for r in one.rows] for one in related.related(office, kind, record_id)]
    for words in (NAME, PHONE, "oyrx"):
        yield f"search {words}", [(hit.title, hit.subtitle) for hit in reading.search(office, words)]
    yield "calendar file", ics.export(office).data.decode()
    yield "calendar", calendar.day(office, DAY)
    yield "week", calendar.booked(office, DAY, 7)
    yield "today", today.today(office)
    yield "findings", findings(office)
    yield "to do", todo.groups(office)
    yield "conflicts", [(one.title, [choice.text for choice in one.choices]) for one in differences(office)]
    for name in ("door", "week", "cleaning"):
        yield f"sheet {name}", on_paper(sheets.render(office, sheets.Sheet(name, DAY), allow_missing=True))
    yield "month", months.month(office, DAY[:7])
    yield "bin", [(one.title, one.haystack) for one in binned.binned(office)]
    yield "audit", audit(office.acting("王小明"))
    yield "two of a kind", [[one.texts for one in pair(office, *two).differing] for two in _twins(office, planted)]


def _twins(office: Office, planted: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    for kind in ("team", "participant", "organization"):
        values = {"name": "另一个"} | ({"activity": planted["activity"]} if kind == "participant" else {})
        yield kind, planted[kind], save(office, kind, values).id


def test_nothing_personal_comes_out_unasked(staff: Office, planted: dict[str, str]) -> None:
    row = reading.get(staff, "team", planted["team"])
    for phone in ("13911112222", "13933334444"):  # two who saw the same: a conflict over something personal
        save(staff, "team", {"leader_phone": phone}, row.id, seen=row.seen)
    set_deleted(staff, "participant", [planted["participant"]], True)
    secrets = (*SECRETS, "13911112222", "13933334444")
    leaks = {where: [one for one in secrets if one in str(said)] for where, said in everywhere(staff, planted)}
    assert {where: found for where, found in leaks.items() if found} == {}


def test_a_refusal_does_not_tell_who_else_has_the_room(staff: Office, planted: dict[str, str]) -> None:
    row = reading.get(staff, "booking", planted["booking"])
    values = {name: row.values[name] for name in ("venue", "start", "end")} | {"client_name": "合唱队"}
    with pytest.raises(Refusal) as refused:
        save(staff, "booking", values)
    assert "预约" in str(refused.value)
    assert told(refused.value) == []


def test_an_asked_for_value_comes_out_and_is_audited(staff: Office, planted: dict[str, str]) -> None:
    kinds = [kind for kind in planted if hidden_fields(KINDS[kind]) and kind != "user"]
    for kind in kinds:
        (row,) = reveal(staff, kind, [planted[kind]])
        assert told(row.values), kind
    asked = {line.kind for line in audit(staff.acting("王小明"), acts=("reveal",))}
    assert asked == set(kinds)


def test_what_may_not_be_seen_stays_masked_beside_what_may(workspace: Workspace, planted: dict[str, str]) -> None:
    office = workspace.office
    save(office, "team", {"leader_party": "member"}, planted["team"])
    desk = office.acting("前台", save(office, "user", {"name": "前台", "role": "front_desk"}).id)
    (row,) = reveal(desk, "team", [planted["team"]])
    assert row.values["leader_phone"] == PHONE
    assert row.values["leader_party"] not in ("member", None)
    handed_back = {field.name: row.values[field.name] for field in row.kind.typed}
    assert save(desk, "team", handed_back, row.id).op is None, "handed back it means no change"
