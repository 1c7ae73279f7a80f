"""What is offered to a client whose wish cannot be granted."""

from __future__ import annotations

import pytest

from app.errors import Refusal
from app.services.offers import offers
from app.services.writing import save
from app.workspace import Workspace


def test_the_same_time_elsewhere_and_the_same_room_later(workspace: Workspace):
    office = workspace.office
    hall = save(office, "venue", {"name": "大厅", "capacity": 50, "opens": "8:00-17:00"}).id
    near = save(office, "venue", {"name": "二楼", "capacity": 60}).id
    save(office, "venue", {"name": "小间", "capacity": 10})
    save(office, "venue", {"name": "街外礼堂", "capacity": 50, "external": True})
    taken = {"start": "2026-11-24T09:00", "end": "2026-11-24T11:00"}
    save(office, "booking", {"venue": hall, **taken})
    found = offers(office, {"venue": hall, **taken, "headcount": 40})
    assert [one.text for one in found] == ["二楼 同时段", "街外礼堂 同时段", "本场地 11:00-13:00", "本场地 13:00-15:00"]
    assert found[0].values == {"venue": near}
    assert found[2].values == {"start": "2026-11-24T11:00", "end": "2026-11-24T13:00"}


def test_a_taken_or_closed_room_is_not_offered(workspace: Workspace):
    office = workspace.office
    hall, other, third = (save(office, "venue", {"name": name}).id for name in ("甲", "乙", "丙"))
    taken = {"start": "2026-11-24T09:00", "end": "2026-11-24T11:00"}
    for venue in (hall, other):
        save(office, "booking", {"venue": venue, **taken})
    save(office, "closure", {"venue": third, "reason": "维修", "start": "2026-11-24T00:00", "end": "2026-11-25T00:00"})
    assert not [one for one in offers(office, {"venue": hall, **taken}) if "venue" in one.values]


def test_another_day_is_said_with_its_date(workspace: Workspace):
    office = workspace.office
    hall = save(office, "venue", {"name": "大厅", "opens": "9:00-11:00"}).id
    taken = {"start": "2026-11-24T09:00", "end": "2026-11-24T11:00"}
    save(office, "booking", {"venue": hall, **taken})
    assert offers(office, {"venue": hall, **taken})[0].text == "本场地 11月25日 周三 9:00-11:00"


def test_rule_22_a_booking_that_is_moved_does_not_stand_in_its_own_way(workspace: Workspace):
    office = workspace.office
    hall, other = (save(office, "venue", {"name": name}).id for name in ("甲", "乙"))
    slot = {"start": "2026-11-24T09:00", "end": "2026-11-24T11:00"}
    moved = save(office, "booking", {"venue": other, **slot}).id
    assert offers(office, {"venue": hall, **slot}, moved)[0].text == "乙 同时段"


def test_rule_09_a_room_that_is_moved_from_is_not_offered_for_the_same_time(workspace: Workspace):
    office = workspace.office
    one, other = (save(office, "venue", {"name": name, "capacity": 30}).id for name in ("甲", "乙"))
    slot = {"start": "2026-11-25T09:00", "end": "2026-11-25T10:00", "client_name": "社"}
    save(office, "booking", {"venue": one, **slot})
    mine = save(office, "booking", {"venue": other, **slot}).id
    with pytest.raises(Refusal) as refused:
        save(office, "booking", {"venue": one}, mine)
    assert "乙" not in refused.value.faults[0].mend
    later = {"venue": one, "start": "2026-11-25T14:00", "end": "2026-11-25T15:00"}
    save(office, "booking", {**later, "client_name": "社"})
    with pytest.raises(Refusal) as refused:
        save(office, "booking", later, mine)
    assert "乙 同时段" in refused.value.faults[0].mend
