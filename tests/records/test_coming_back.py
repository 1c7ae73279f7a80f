"""What comes back from the bin or by an undo must still have its place."""

from __future__ import annotations

import pytest

from app.errors import Refusal
from app.services import reading, undoing, writing
from app.services.findings import findings

SLOT = {"start": "2026-11-24T09:00", "end": "2026-11-24T11:00"}


def test_undoing_a_cancel_is_refused_when_the_room_was_given_away(workspace) -> None:
    office = workspace.office
    venue = writing.save(office, "venue", {"name": "一楼大厅"}).id
    first = writing.save(office, "booking", {"venue": venue, **SLOT}).id
    cancel = writing.save(office, "booking", {"status": "cancelled", "cancel_reason": "天气"}, first)
    second = writing.save(office, "booking", {"venue": venue, **SLOT}).id
    with pytest.raises(Refusal):
        undoing.undo(office, cancel.op)
    assert reading.get(office, "booking", first).values["status"] == "cancelled"
    assert findings(office) == []
    writing.save(office, "booking", {"status": "cancelled", "cancel_reason": "天气"}, second)
    undoing.undo(office, cancel.op)
    assert reading.get(office, "booking", first).values["status"] == "confirmed"


def test_a_deleted_booking_comes_back_only_to_a_free_room(workspace) -> None:
    office = workspace.office
    venue = writing.save(office, "venue", {"name": "一楼大厅"}).id
    first = writing.save(office, "booking", {"venue": venue, **SLOT}).id
    gone = writing.set_deleted(office, "booking", [first], True)
    writing.save(office, "booking", {"venue": venue, **SLOT})
    for back in (lambda: undoing.undo(office, gone.op), lambda: writing.set_deleted(office, "booking", [first], False)):
        with pytest.raises(Refusal):
            back()
    assert reading.get(office, "booking", first).deleted
    assert workspace.check() == []


def test_whoever_waits_moves_up_when_somebody_leaves(workspace) -> None:
    office = workspace.office
    training = writing.save(
        office, "training",
        {"title": "财务", "training_kind": "finance", "start": "2026-12-01T09:00", "end": "2026-12-01T11:00", "capacity": 1},
    ).id  # fmt: skip
    people = [writing.save(office, "enrolment", {"name": n, "training": training}).id for n in ("甲", "乙", "丙")]

    def states() -> list[str]:
        return [row.values["status"] for row in reading.rows(office, "enrolment", people)]

    assert states() == ["enrolled", "waiting", "waiting"]
    writing.save(office, "enrolment", {"status": "cancelled"}, people[0])
    assert states() == ["cancelled", "enrolled", "waiting"]
    writing.set_deleted(office, "enrolment", [people[1]], True)
    assert states()[2] == "enrolled"
    with pytest.raises(Refusal):
        writing.save(office, "enrolment", {"name": "丙", "training": training})
    writing.save(office, "enrolment", {"name": "丁", "training": training})
    writing.save(office, "training", {"capacity": 2}, training)
    assert [r.values["status"] for r in reading.rows(office, "enrolment", reading.ids(office, "enrolment"))].count(
        "enrolled"
    ) == 2
