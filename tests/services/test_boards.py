"""What a day, a week and a month of the calendar show: hours, closures, holidays, no-shows, places held."""

from __future__ import annotations

from pathlib import Path

import pytest
from lending import DAY, at, book, make, office_in

from app.services import calendar, months, writing
from app.services.boards import Shade


@pytest.fixture
def office(tmp_path: Path):
    with office_in(tmp_path) as office:
        yield office


def shades(office, room: str, on: str = DAY) -> list[tuple[str, str, str, str]]:
    found = calendar.day(office, on, [room]).shades
    return [(shade.start[5:], shade.end[5:], shade.sort, shade.reason) for shade in found]


def test_rule_04_a_day_is_shaded_outside_the_hours_of_its_date(office):
    room = make(office, "venue", name="教室", opens="8:30-11:30 13:00-17:00", opens_sat="休息")
    said = "开放时间 8:30-11:30、13:00-17:00"
    assert shades(office, room) == [
        ("11-24T00:00", "11-24T08:30", "hours", said),
        ("11-24T11:30", "11-24T13:00", "hours", said),
        ("11-24T17:00", "11-25T00:00", "hours", said),
    ]
    assert shades(office, room, "2026-11-28") == [("11-28T00:00", "11-29T00:00", "hours", "不开放")]
    assert shades(office, room, "2026-10-01") == [("10-01T00:00", "10-02T00:00", "hours", "国庆节放假，不开放")]
    assert shades(office, room, "2026-10-10")[0][3] == said


def test_rule_04_a_closure_is_told_with_its_reason_and_an_opening_lifts_the_hours(office):
    room = make(office, "venue", name="教室", opens="8:30-17:00")
    make(office, "closure", reason="墙面粉刷", venue=room, start=f"{DAY}T13:00", end=f"{DAY}T15:00")
    make(office, "closure", reason="夜校", sort="open", venue=room, start=f"{DAY}T17:00", end=f"{DAY}T21:00")
    found = shades(office, room)
    assert ("11-24T13:00", "11-24T15:00", "closed", "停用：墙面粉刷") in found
    assert [one[:2] for one in found if one[2] == "hours"] == [
        ("11-24T00:00", "11-24T08:30"),
        ("11-24T21:00", "11-25T00:00"),
    ]


def test_a_room_that_is_not_lent_out_is_closed_all_day(office):
    room = make(office, "venue", name="教室", status="paused", opens="8:30-17:00")
    assert calendar.day(office, DAY, [room]).shades == (
        Shade(room, f"{DAY}T00:00", "2026-11-25T00:00", "暂停开放", "closed"),
    )


def test_rule_24_a_booking_nobody_came_to_is_shown_as_a_no_show_and_its_time_is_free(office):
    room = make(office, "venue", name="教室", release_minutes=15)
    booking = book(office, room, "09:00", "11:00")
    before, after = (calendar.day(at(office, f"{DAY}T{time}"), DAY, [room]) for time in ("09:14", "09:15"))
    assert [(one.id, one.status, one.holds) for one in before.blocks] == [(booking, "confirmed", True)]
    assert [(one.id, one.status, one.holds) for one in after.blocks] == [(booking, "no_show", False)]
    assert (before.total, after.total) == (1, 0)


def test_rule_28_a_place_held_for_the_waiting_list_is_shown_until_its_deadline(office):
    room = make(office, "venue", name="教室")
    waiting = make(office, "slot_waiting", venue=room, start=f"{DAY}T18:30", end=f"{DAY}T20:00", purpose="太极拳",
                   client_name="开鲁太极拳队")  # fmt: skip
    writing.save(office, "slot_waiting", {"status": "offered", "offer_until": f"{DAY}T12:00"}, waiting)
    held, late = (calendar.day(at(office, f"{DAY}T{time}"), DAY, [room]) for time in ("11:59", "12:00"))
    assert [(one.id, one.kind, one.status, one.holds) for one in held.blocks] == [
        (waiting, "slot_waiting", "offered", True)
    ]
    assert not late.blocks
    assert held.total == 0


def test_rule_05_requests_that_may_compete_do_not_clash(office):
    room = make(office, "venue", name="展厅", competing=True)
    book(office, room, "09:00", "11:00", status="requested")
    book(office, room, "10:00", "12:00", status="requested")
    board = calendar.day(office, DAY, [room])
    assert (board.total, board.clashes) == (2, 0)


def test_paper_is_not_told_of_the_hours_or_of_places_held(office):
    room = make(office, "venue", name="教室", opens="8:30-17:00")
    book(office, room, "09:00", "11:00")
    make(office, "closure", reason="粉刷", venue=room, start=f"{DAY}T13:00", end=f"{DAY}T15:00")
    board = calendar.booked(office, DAY)
    assert [shade.reason for shade in board.shades] == ["停用：粉刷"]


# Months


def test_a_month_counts_the_bookings_of_each_day_and_names_the_first(office):
    one, two = make(office, "venue", name="教室"), make(office, "venue", name="大厅")
    book(office, two, "13:00", "14:00", purpose="合唱", status="tentative")
    book(office, one, "09:00", "10:00", purpose="书法")
    book(office, one, "2026-11-25T22:00", "2026-11-26T00:00", purpose="夜场")
    found = months.month(office, "2026-11")
    day = found.day(DAY)
    assert day is not None
    assert (day.count, day.pending) == (2, 1)
    assert [(e.start, e.name, e.room, e.status) for e in day.firsts] == [
        ("9:00", "书法", "教室", "confirmed"),
        ("13:00", "合唱", "大厅", "tentative"),
    ]
    assert [one.date for one in found.days if one.count] == [DAY, "2026-11-25"]
    assert (found.total, found.pending, len(found.days), found.days[0].date) == (3, 1, 42, "2026-10-26")


def test_rule_02_a_booking_over_midnight_is_in_both_days_and_one_that_ends_at_midnight_in_one(office):
    room = make(office, "venue", name="教室", overnight=True)
    book(office, room, "2026-11-30T22:00", "2026-12-01T02:00", purpose="守夜")
    found = months.month(office, "2026-12")
    last, first = found.day("2026-11-30"), found.day("2026-12-01")
    assert last is not None
    assert first is not None
    assert (last.count, first.count, found.total) == (1, 1, 1)
    assert [entry.start for entry in (*last.firsts, *first.firsts)] == ["22:00", ""]


def test_the_month_of_one_room_has_its_own_bookings_and_closures(office):
    hall = make(office, "venue", name="大厅", opens="8:30-17:00", opens_sun="休息")
    other = make(office, "venue", name="教室")
    book(office, hall, "09:00", "10:00")
    book(office, other, "09:00", "10:00")
    make(office, "closure", reason="粉刷", venue=hall, start="2026-11-26T00:00", end="2026-11-27T12:00")
    found = months.month(office, "2026-11", hall)
    days = {day.date: day for day in found.days}
    assert (found.room, found.total) == ("大厅", 1)
    assert days["2026-11-26"].closed == "停用：粉刷"
    assert days["2026-11-27"].closed == ""
    assert days["2026-11-27"].notes == ("0:00-12:00 停用：粉刷",)
    assert days["2026-11-29"].closed == "不开放"
    assert days["2026-11-24"].closed == ""


def test_the_month_of_all_rooms_tells_what_is_closed_where(office):
    room = make(office, "venue", name="教室")
    make(office, "closure", reason="停电", start="2026-11-29T00:00", end="2026-11-30T00:00")
    make(office, "closure", reason="演练", start="2026-11-27T09:00", end="2026-11-27T11:00")
    make(office, "closure", reason="粉刷", venue=room, start="2026-11-26T00:00", end="2026-11-27T00:00")
    days = {day.date: day for day in months.month(office, "2026-11").days}
    assert (days["2026-11-29"].closed, days["2026-11-29"].notes) == ("停用：停电", ())
    assert (days["2026-11-27"].closed, days["2026-11-27"].notes) == ("", ("9:00-11:00 停用：演练",))
    assert (days["2026-11-26"].closed, days["2026-11-26"].notes) == ("", ("教室 停用：粉刷",))


def test_rule_04_a_month_names_days_off_and_adjusted_workdays(office):
    days = {day.date: (day.kind, day.holiday) for day in months.month(office, "2026-10").days}
    assert days["2026-10-01"] == ("holiday", "国庆节")
    assert days["2026-10-10"] == ("make_up_workday", "国庆节调休上班")
    assert days["2026-10-11"] == ("weekend", "")
    make(office, "calendar_day", name="春节", date="2027-02-05", sort="holiday")
    assert months.month(office, "2027-02").days[4].holiday == "春节"


def test_rule_24_a_released_booking_is_not_counted_in_the_month(office):
    room = make(office, "venue", name="教室", release_minutes=15)
    book(office, room, "09:00", "11:00")
    assert months.month(at(office, f"{DAY}T09:15"), "2026-11").total == 0
