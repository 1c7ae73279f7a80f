"""What holds a room, what is free, and what time alone changes: rules.md 5, 9, 22, 24 and 28."""

from __future__ import annotations

from pathlib import Path

import pytest
from lending import DAY, at, book, make, office_in, refused, verdict

from app.errors import Refusal
from app.services import reading, states, writing
from app.services.availability import Wish, free_slots, next_free, verdicts
from app.services.findings import findings


@pytest.fixture
def office(tmp_path: Path):
    with office_in(tmp_path) as office:
        yield office


@pytest.fixture
def room(office):
    return make(office, "venue", name="活动室", opens="8:00-20:00")


def status(office, record_id: str) -> str:
    return reading.get(office, "booking", record_id).values["status"]


def test_a_verdict_says_by_whom_and_by_which_booking_a_time_is_taken(office, room):
    own = book(office, room, "09:00", "11:00")
    assert verdict(office, room, "10:00", "12:00").state == "taken"
    assert (verdict(office, room, "10:00", "12:00").by, verdict(office, room, "10:00", "12:00").booking) == (
        "乐龄服务社",
        own,
    )
    assert verdict(office, room, "11:00", "12:00").state == "free"


def test_rule_07_a_verdict_names_the_part_that_is_taken(office):
    hall = make(office, "venue", name="多功能厅")
    east = make(office, "venue", name="东厅", parent=hall)
    book(office, east, "09:00", "11:00")
    assert verdict(office, hall, "10:00", "12:00").by == "乐龄服务社（东厅）"


def test_rule_22_a_wish_for_a_booking_leaves_its_old_version_out(office, room):
    own = book(office, room, "09:00", "11:00")
    assert verdict(office, room, "10:00", "12:00", id=own).state == "free"


def test_rule_06_a_wish_has_the_buffers_of_the_room_unless_it_says(office):
    room = make(office, "venue", name="展厅", before=30, after=30)
    book(office, room, "09:00", "11:00", before=0, after=0)
    assert verdict(office, room, "11:29", "12:00").state == "taken"
    assert verdict(office, room, "11:29", "12:00", before=0).state == "free"


@pytest.mark.parametrize(
    ("wish", "said"),
    [(("11:00", "10:00"), "结束不晚于开始"), (("22:00", "2026-11-25T02:00"), "不能跨夜使用")],
)
def test_a_wish_that_cannot_be_a_booking_is_invalid(office, room, wish, said):
    assert verdict(office, room, *wish).state == "invalid"
    assert said in verdict(office, room, *wish).by


def test_a_wish_for_a_room_that_is_gone_is_invalid(office, room):
    writing.save(office, "venue", {"status": "retired"}, room)
    assert verdict(office, room, "09:00", "10:00").by == "“活动室”已停用"
    assert verdict(office, "0" * 8 + "-0000-4000-8000-" + "0" * 12, "09:00", "10:00").by == "没有这个场地"
    other = make(office, "venue", name="旧教室")
    writing.set_deleted(office, "venue", [other], True)
    assert verdict(office, other, "09:00", "10:00").by == "“旧教室”已停用"
    with pytest.raises(Refusal, match="“旧教室”已停用"):
        book(office, other, "09:00", "10:00")


def test_many_wishes_are_answered_in_their_order(office, room):
    book(office, room, "2026-11-25T09:00", "2026-11-25T10:00")
    wishes = [Wish(room, f"2026-11-{day}T09:00", f"2026-11-{day}T10:00") for day in (26, 25, 24)]
    with office.reading() as session:
        assert [one.state for one in verdicts(session, office.now, wishes)] == ["free", "taken", "free"]
        assert verdicts(session, office.now, []) == []


def test_a_booking_of_many_days_is_seen_in_the_middle_of_it(office):
    room = make(office, "venue", name="展厅", overnight=True)
    book(office, room, "2026-11-01T09:00", "2026-12-20T10:00")
    assert verdict(office, room, "10:00", "11:00").state == "taken"


# Competing requests


@pytest.fixture
def wanted(office):
    return make(office, "venue", name="大礼堂", competing=True)


def test_rule_05_where_several_may_ask_requests_do_not_block_each_other(office, wanted):
    book(office, wanted, "09:00", "11:00", status="requested")
    book(office, wanted, "10:00", "12:00", status="requested", client_name="书画社")
    assert verdict(office, wanted, "10:00", "11:00", status="requested").state == "free"
    assert verdict(office, wanted, "10:00", "11:00").state == "taken"
    assert "已被 乐龄服务社 预约" in refused(office, wanted, "09:00", "10:00", status="confirmed")
    assert not [found for found in findings(office) if found.code == "clash"]


def test_rule_05_elsewhere_they_do(office, room):
    book(office, room, "09:00", "11:00", status="requested")
    refused(office, room, "10:00", "12:00", status="requested")


def test_rule_05_a_request_is_blocked_by_what_is_confirmed(office, wanted):
    book(office, wanted, "09:00", "11:00")
    refused(office, wanted, "10:00", "12:00", status="requested")


def test_rule_05_approving_one_request_rejects_the_others_with_the_reason(office, wanted):
    first = book(office, wanted, "09:00", "11:00", status="requested")
    second = book(office, wanted, "10:00", "12:00", status="requested", client_name="书画社")
    third = book(office, wanted, "11:00", "12:00", status="requested", client_name="合唱团")
    saved = writing.save(office, "booking", {"status": "confirmed"}, first)
    assert [status(office, one) for one in (first, second, third)] == ["confirmed", "rejected", "requested"]
    values = reading.get(office, "booking", second).values
    assert values["cancel_reason"] == "同一时段已批准给 乐龄服务社"
    assert (values["approved_by"], values["approved_on"]) == ("王芳", "2026-11-20")
    assert saved.notices == ("书画社 11月24日 周二 10:00-12:00 的申请未批准：同一时段只能批准一家。",)


def test_rule_05_approving_is_refused_where_something_else_is_in_the_way_and_nobody_is_turned_down(office, wanted):
    first = book(office, wanted, "09:00", "11:00", status="requested")
    second = book(office, wanted, "10:00", "12:00", status="requested")
    third = book(office, wanted, "10:30", "11:30", status="cancelled")
    with office.unit() as unit:  # as a merge does: past the rules
        unit.load("booking", third).status = "confirmed"
    with pytest.raises(Refusal):
        writing.save(office, "booking", {"status": "confirmed"}, first)
    assert [status(office, one) for one in (first, second)] == ["requested", "requested"]


def test_rule_05_a_request_that_is_moved_turns_nobody_down(office):
    hall = make(office, "venue", name="大礼堂", competing=True)
    part = make(office, "venue", name="舞台", parent=hall)
    rival = book(office, hall, "10:00", "12:00", status="requested")
    own = book(office, part, "08:00", "09:00", status="requested")
    with pytest.raises(Refusal, match="大礼堂"):
        writing.save(office, "booking", {"end": f"{DAY}T11:00"}, own)
    assert status(office, rival) == "requested"


# No-shows


def test_rule_24_nobody_came_in_time_and_the_room_is_released(office):
    room = make(office, "venue", name="活动室", release_minutes=15)
    book(office, room, "09:00", "11:00")
    on_time, late = at(office, f"{DAY}T09:14"), at(office, f"{DAY}T09:15")
    assert verdict(on_time, room, "10:00", "11:00").state == "taken"
    assert verdict(late, room, "10:00", "11:00").state == "free"
    book(late, room, "10:00", "11:00", client_name="书画社")
    assert not [found for found in findings(late) if found.code == "clash"]


def test_rule_24_who_has_come_keeps_the_room(office):
    room = make(office, "venue", name="活动室", release_minutes=15)
    own = book(office, room, "09:00", "11:00")
    writing.save(office, "booking", {"checked_in_at": f"{DAY}T09:10"}, own)
    assert verdict(at(office, f"{DAY}T10:00"), room, "10:00", "11:00").state == "taken"


def test_rule_24_who_comes_late_gets_the_room_only_if_it_is_still_free(office):
    room = make(office, "venue", name="活动室", release_minutes=15)
    first, second = book(office, room, "09:00", "10:00"), book(office, room, "11:00", "12:00")
    late = at(office, f"{DAY}T09:20")
    book(late, room, "09:30", "10:00", client_name="书画社")
    with pytest.raises(Refusal, match="书画社"):
        writing.save(late, "booking", {"status": "checked_in"}, first)
    writing.save(at(office, f"{DAY}T11:20"), "booking", {"status": "checked_in"}, second)


def test_rule_24_the_venue_decides_before_the_center_and_nothing_said_is_never(office):
    room, hall = make(office, "venue", name="活动室", release_minutes=5), make(office, "venue", name="大厅")
    with office.reading() as session:
        assert states.release_minutes(session) == {room: 5, hall: None}
    make(office, "center", name="中心", street="310110013", release_minutes=30)
    with office.reading() as session:
        assert states.release_minutes(session) == {room: 5, hall: 30}
    assert states.shown("confirmed", f"{DAY}T09:00", None, 30, f"{DAY}T09:30") == "no_show"
    assert states.shown("confirmed", f"{DAY}T09:00", None, 30, f"{DAY}T09:29") == "confirmed"
    assert states.shown("confirmed", f"{DAY}T09:00", None, None, "2027-01-01T00:00") == "confirmed"
    assert states.shown("requested", f"{DAY}T09:00", None, 30, f"{DAY}T09:30") == "requested"


def test_rule_24_the_condition_of_the_database_says_the_same(office):
    from sqlalchemy import select

    from app.models.bookings import BOOKING_STATUS, Booking

    rooms = [make(office, "venue", name=name, release_minutes=n) for name, n in (("一", 15), ("二", 30), ("三", None))]
    hours = iter(range(1, 1000))
    for room in rooms:
        for code, _label in BOOKING_STATUS:
            for come in (None, f"{DAY}T09:05"):
                day = f"2026-{1 + next(hours) // 25:02d}-{1 + next(hours) % 25:02d}"
                start = f"{DAY}T09:00" if code == "confirmed" and not come else f"{day}T09:00"
                book(office, room, start, f"{start[:10]}T10:00", status=code, checked_in_at=come)
    for now in (f"{DAY}T09:14", f"{DAY}T09:15", f"{DAY}T09:30"):
        with office.reading() as session:
            minutes = states.release_minutes(session)
            said = set(session.scalars(select(Booking.id).where(states.blocking(minutes, now))))
            rows = session.scalars(select(Booking))
            held = {b.id for b in rows if states.holds(b.status, b.start, b.checked_in_at, minutes[b.venue], now)}
        assert said == held
        assert 0 < len(held) < 54


# Offers of the waiting list


def offer(office, room, until="2026-11-23T09:00", status="offered"):
    values = {"venue": room, "start": f"{DAY}T09:00", "end": f"{DAY}T11:00", "status": status, "offer_until": until}
    return make(office, "slot_waiting", client_name="合唱团", **values)


def test_rule_28_a_time_that_was_offered_is_held_until_the_deadline(office, room):
    offer(office, room)
    assert verdict(office, room, "10:00", "12:00").by == "候补保留：合唱团"
    assert "候补保留：合唱团" in refused(office, room, "10:00", "12:00")
    assert verdict(at(office, "2026-11-23T09:00"), room, "10:00", "12:00").state == "free"


@pytest.mark.parametrize("status_", ["waiting", "accepted", "left"])
def test_rule_28_only_an_offer_holds(office, room, status_):
    entry = offer(office, room)
    with office.unit() as unit:  # as a merge does: past the rules
        unit.load("slot_waiting", entry).status = status_
    assert verdict(office, room, "10:00", "12:00").state == "free"


def test_rule_30_an_offer_holds_nothing_after_its_start(office, room):
    offer(office, room, until="2026-11-30T09:00")
    assert verdict(at(office, f"{DAY}T08:59"), room, "10:00", "12:00").state == "taken"
    assert verdict(at(office, f"{DAY}T09:00"), room, "10:00", "12:00").state == "free"


# The next free time


def free(office, venue, minutes, from_, count=5, **options):
    with office.reading() as session:
        found = free_slots(session, office.now, venue, minutes, from_, count, **options)
    return [(one.start[5:], one.end[11:]) for one in found]


def test_free_times_follow_one_another_around_bookings_breaks_and_nights(office):
    room = make(office, "venue", name="活动室", opens="8:30-11:30 13:00-17:00", opens_wed="休息", after=15)
    book(office, room, "09:00", "10:00")
    assert free(office, room, 60, f"{DAY}T08:00", 6) == [
        ("11-24T10:15", "11:15"), ("11-24T13:00", "14:00"), ("11-24T14:00", "15:00"), ("11-24T15:00", "16:00"),
        ("11-24T16:00", "17:00"), ("11-26T08:30", "09:30"),
    ]  # fmt: skip
    assert free(office, room, 60, f"{DAY}T13:20", 1) == [("11-24T13:20", "14:20")]
    assert free(office, room, 300, f"{DAY}T08:00") == []


def test_free_times_skip_closures_and_keep_within_a_day(office):
    room = make(office, "venue", name="活动室")
    make(office, "closure", reason="装修", start=f"{DAY}T00:00", end="2026-12-24T12:00")
    assert free(office, room, 60, f"{DAY}T08:00", 2) == [("12-24T12:00", "13:00"), ("12-24T13:00", "14:00")]
    assert free(office, room, 60, "2026-12-24T23:30", 1) == [("12-25T00:00", "01:00")]
    assert free(office, room, 1441, f"{DAY}T08:00") == []
    writing.save(office, "venue", {"overnight": True}, room)
    assert free(office, room, 1441, f"{DAY}T08:00", 1) == [("12-24T12:00", "12:01")]


def test_free_times_wait_for_equipment(office):
    room, other = make(office, "venue", name="活动室"), make(office, "venue", name="教室")
    projector = make(office, "equipment", name="投影仪", stock=1)
    own = book(office, other, "09:00", "11:00")
    make(office, "booking_equipment", booking=own, equipment=projector, quantity=1)
    assert free(office, room, 60, f"{DAY}T09:00", 1, equipment=[(projector, 1)]) == [("11-24T11:00", "12:00")]
    assert free(office, room, 60, f"{DAY}T09:00", 1, equipment=[(projector, 2)]) == []


def test_the_next_free_room_is_the_smallest_that_is_large_enough(office):
    for name, capacity in (("大厅", 100), ("小间", 8), ("教室", 30), ("会议室", 40), ("未量", None)):
        make(office, "venue", name=name, capacity=capacity)
    make(office, "venue", name="暂停", capacity=30, status="paused")
    room = reading.ids(office, "venue", reading.Query(where={"name": "教室"}))[0]
    book(office, room, "09:00", "10:00")
    with office.reading() as session:
        found = next_free(session, office.now, 60, f"{DAY}T09:00", 20)
    names = [reading.get(office, "venue", one.venue).values["name"] for one in found]
    assert list(zip(names, (one.start[11:] for one in found), strict=True)) == [
        ("会议室", "09:00"), ("大厅", "09:00"), ("教室", "10:00"), ("会议室", "10:00"), ("大厅", "10:00"),
    ]  # fmt: skip
