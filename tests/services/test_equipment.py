"""Equipment that is lent with rooms: rules.md 8."""

from __future__ import annotations

from pathlib import Path

import pytest
from lending import DAY, at, book, make, office_in, verdict

from app.errors import Refusal
from app.services import writing
from app.services.equipment import Use, peak
from app.services.findings import findings


@pytest.fixture
def office(tmp_path: Path):
    with office_in(tmp_path) as office:
        yield office


@pytest.fixture
def rooms(office):
    return [make(office, "venue", name=f"{n}号教室") for n in range(1, 6)]


@pytest.fixture
def chairs(office):
    return make(office, "equipment", name="折叠椅", stock=10, unit="把")


def take(office, booking: str, equipment: str, quantity: int) -> str:
    return make(office, "booking_equipment", booking=booking, equipment=equipment, quantity=quantity)


def use(start: str, end: str, quantity: int) -> Use:
    return Use("", "", "", start, end, quantity)


def test_rule_08_the_peak_is_of_one_moment_and_not_the_sum():
    uses = [use("09", "10", 4), use("10", "11", 5), use("11", "13", 3)]
    assert peak(uses, "08", "14")[0] == 5
    assert peak([*uses, use("09", "12", 2)], "08", "14") == (7, "10")
    assert peak(uses, "13", "14")[0] == 0
    assert peak([], "08", "09")[0] == 0


def test_rule_08_no_more_than_the_stock_at_one_moment(office, rooms, chairs):
    take(office, book(office, rooms[0], "09:00", "10:00"), chairs, 6)
    take(office, book(office, rooms[1], "10:00", "11:00"), chairs, 6)
    both = book(office, rooms[2], "09:30", "10:30")
    with pytest.raises(Refusal) as refusal:
        take(office, both, chairs, 5)
    (fault,) = refusal.value.faults
    assert fault.error == "“折叠椅”11月24日 周二 9:30-10:30 只剩 4把，共 10把"
    assert (fault.field, fault.policy) == ("quantity", False)
    line = take(office, both, chairs, 4)
    writing.save(office, "booking_equipment", {"quantity": 3}, line)
    with pytest.raises(Refusal):
        writing.save(office, "booking_equipment", {"quantity": 5}, line)


def test_rule_08_buffers_hold_no_equipment(office, chairs):
    one, two = (make(office, "venue", name=name, before=60, after=60) for name in ("甲", "乙"))
    take(office, book(office, one, "09:00", "10:00"), chairs, 10)
    take(office, book(office, two, "10:00", "11:00"), chairs, 10)


@pytest.mark.parametrize("status", ["cancelled", "rejected", "expired", "no_show"])
def test_rule_08_a_booking_that_is_off_holds_no_equipment(office, rooms, chairs, status):
    first = book(office, rooms[0], "09:00", "10:00")
    take(office, first, chairs, 10)
    writing.save(office, "booking", {"status": status, "cancel_reason": "改期"}, first)
    take(office, book(office, rooms[1], "09:00", "10:00"), chairs, 10)
    with pytest.raises(Refusal, match="折叠椅"):
        writing.save(office, "booking", {"status": "confirmed"}, first)


def test_rule_08_a_released_no_show_holds_no_equipment(office, chairs):
    one, two = (make(office, "venue", name=name, release_minutes=15) for name in ("甲", "乙"))
    take(office, book(office, one, "09:00", "12:00"), chairs, 10)
    late = at(office, f"{DAY}T09:15")
    take(late, book(late, two, "10:00", "11:00"), chairs, 10)


def test_rule_08_a_booking_that_is_moved_takes_its_equipment_along(office, rooms, chairs):
    take(office, book(office, rooms[0], "09:00", "10:00"), chairs, 6)
    own = book(office, rooms[1], "14:00", "15:00")
    take(office, own, chairs, 6)
    with pytest.raises(Refusal) as refusal:
        writing.save(office, "booking", {"start": f"{DAY}T09:30", "end": f"{DAY}T10:30"}, own)
    assert [fault.field for fault in refusal.value.faults] == ["equipment"]
    writing.save(office, "booking", {"start": f"{DAY}T14:30", "end": f"{DAY}T15:30"}, own)


def test_rule_22_a_wish_leaves_its_own_equipment_out(office, rooms, chairs):
    own = book(office, rooms[0], "09:00", "10:00")
    take(office, own, chairs, 6)
    assert verdict(office, rooms[1], "09:00", "10:00", equipment=((chairs, 5),)).state == "taken"
    assert verdict(office, rooms[1], "09:00", "10:00", equipment=((chairs, 5),)).by.startswith("“折叠椅”")
    assert verdict(office, rooms[1], "09:00", "10:00", equipment=((chairs, 3), (chairs, 3))).state == "taken"
    assert verdict(office, rooms[1], "09:00", "10:00", equipment=((chairs, 5),), id=own).state == "free"


def test_equipment_that_is_fixed_to_a_room_goes_with_that_room_its_hall_and_its_parts(office):
    hall = make(office, "venue", name="多功能厅")
    east, west = (make(office, "venue", name=name, parent=hall) for name in ("东厅", "西厅"))
    screen = make(office, "equipment", name="大屏幕", stock=1, venue=east)
    take(office, book(office, east, "09:00", "10:00"), screen, 1)
    own = book(office, hall, "10:00", "11:00")
    take(office, own, screen, 1)
    with pytest.raises(Refusal, match="“大屏幕”只能在 东厅 使用"):
        take(office, book(office, west, "11:00", "12:00"), screen, 1)
    with pytest.raises(Refusal, match="只能在 东厅 使用"):
        writing.save(office, "booking", {"venue": west}, own)


@pytest.mark.parametrize("status", ["repair", "retired"])
def test_equipment_that_is_being_repaired_cannot_be_lent(office, rooms, chairs, status):
    writing.save(office, "equipment", {"status": status}, chairs)
    with pytest.raises(Refusal, match="“折叠椅”现在不能借用"):
        take(office, book(office, rooms[0], "09:00", "10:00"), chairs, 1)


def test_rule_08_stock_that_falls_below_what_is_booked_is_a_finding_and_no_refusal(office, rooms, chairs):
    bookings = [book(office, room, "09:00", "10:00") for room in rooms[:3]]
    for own in bookings:
        take(office, own, chairs, 3)
    assert not [one for one in findings(office) if one.code == "equipment"]
    writing.save(office, "equipment", {"stock": 8}, chairs)
    (found,) = [one for one in findings(office) if one.code == "equipment"]
    assert (found.kind, set(found.ids)) == ("booking", set(bookings))
    assert found.text == "“折叠椅” 11月24日 周二 9:00 预约了 9把，只有 8把"
    assert not [one for one in findings(at(office, f"{DAY}T10:00")) if one.code == "equipment"], "that is over"
