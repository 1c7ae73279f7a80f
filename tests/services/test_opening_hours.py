"""Opening hours and the calendar of days: rules.md 2, 3 and 4."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from lending import book, make, office_in, refused, verdict

from app.errors import Refusal
from app.models.calendar import Days
from app.models.fields import Misfit
from app.services import hours, reading, writing
from app.services.hours import Timetable

SHIPPED = Days()
"""Of 2026."""


@pytest.fixture
def office(tmp_path: Path):
    with office_in(tmp_path) as office:
        yield office


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("8:30-21:00", ((510, 1260),)),
        ("8：30～11：30，13:00至17:00", ((510, 690), (780, 1020))),
        ("13:00-17:00 8:30-11:30", ((510, 690), (780, 1020))),
        ("8:00—12:00、12:00—18:00", ((480, 1080),)),
        ("18:00-24:00", ((1080, 1440),)),
        ("全天", ((0, 1440),)),
        ("休息", ()),
        ("Closed", ()),
        ("off", ()),
        ("不开放", ()),
        ("  ", None),
        (None, None),
    ],
)
def test_opening_hours_are_read_as_people_write_them(text, spans):
    assert hours.read(text) == spans


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("早上到晚上", "看不懂"),
        ("8:30", "看不懂"),
        ("8:30-11:30 下午", "看不懂"),
        ("8:30-25:00", "没有这个时间"),
        ("8:75-11:00", "没有这个时间"),
        ("21:00-8:00", "结束不晚于开始"),
        ("9:00-9:00", "结束不晚于开始"),
        ("8:00-12:00 11:00-13:00", "重叠"),
    ],
)
def test_hours_that_cannot_be_are_refused_with_the_mend(office, text, said):
    with pytest.raises(Misfit, match=said):
        hours.read(text)
    with pytest.raises(Refusal) as refusal:
        make(office, "venue", name="活动室", opens_sat=text)
    (fault,) = refusal.value.faults
    assert fault.field == "opens_sat"
    assert fault.error.startswith("周六：")
    assert fault.mend


def test_hours_that_came_by_a_merge_and_cannot_be_read_say_nothing():
    assert hours.lenient("早上到晚上") is None


def table(**said: str | bool) -> Timetable:
    return hours.timetable({**dict.fromkeys((*hours.FIELDS, "around_the_clock")), **said})


def on(timetable: Timetable, day: str, days: Days = SHIPPED):
    return timetable.on(date.fromisoformat(day), days.kind(date.fromisoformat(day)))


MORNING, EVENING = ((480, 720),), ((1080, 1260),)


def test_rule_03_a_weekday_of_its_own_stands_over_every_day():
    found = table(opens="8:00-12:00", opens_tue="18:00-21:00", opens_sun="休息")
    assert (on(found, "2026-11-23"), on(found, "2026-11-24"), on(found, "2026-11-29")) == (MORNING, EVENING, ())


def test_rule_03_a_room_that_says_nothing_has_no_limit_on_any_day():
    assert {on(table(), day) for day in ("2026-11-24", "2026-10-01", "2026-10-10")} == {None}


def test_rule_03_a_room_around_the_clock_has_no_limit_whatever_its_hours_say():
    found = table(opens="8:00-12:00", opens_sun="休息", around_the_clock=True)
    assert {on(found, day) for day in ("2026-11-24", "2026-11-29", "2026-10-01")} == {None}


def test_rule_04_a_statutory_day_off_closes_a_room_that_has_hours():
    assert on(table(opens="8:00-12:00"), "2026-10-01") == ()
    assert on(table(opens_mon="8:00-12:00"), "2026-10-01") == ()
    assert on(table(opens="8:00-12:00", opens_holiday="18:00-21:00"), "2026-10-01") == EVENING


def test_rule_04_an_adjusted_workday_overrides_closed_at_weekends():
    found = table(opens="8:00-12:00", opens_mon="休息", opens_tue="18:00-21:00", opens_sat="休息", opens_sun="休息")
    assert on(found, "2026-10-10") == EVENING, "the first weekday that is worked"
    assert on(found, "2026-10-11") == (), "an ordinary Sunday"
    assert on(table(opens="8:00-12:00", opens_sat="18:00-21:00"), "2026-10-10") == EVENING, "open anyway: its own hours"


def test_rule_04_a_year_without_a_plan_has_statutory_weekends_and_a_note(office):
    room = make(office, "venue", name="活动室", opens="8:00-20:00", opens_sat="休息")
    values = {"venue": room, "start": "2027-10-01T09:00", "end": "2027-10-01T10:00"}
    assert writing.save(office, "booking", values).notices == ("还没有 2027 年的放假安排，开放时间只按周末计算。",)
    assert verdict(office, room, "2027-10-02T09:00", "2027-10-02T10:00").state == "closed"
    assert (
        writing.save(office, "booking", {**values, "start": "2026-11-24T09:00", "end": "2026-11-24T10:00"}).notices
        == ()
    )


def test_rule_23_outside_the_hours_is_a_policy_that_staff_may_override_with_a_reason(office):
    room = make(office, "venue", name="活动室", opens="8:30-11:30 13:00-21:00")
    assert "活动室 11月24日 周二 开放时间为 8:30-11:30、13:00-21:00" in refused(office, room, "11:00", "13:30")
    assert verdict(office, room, "11:00", "13:30").by == "11月24日 周二 开放时间为 8:30-11:30、13:00-21:00"
    with pytest.raises(Refusal) as refusal:
        book(office, room, "20:00", "21:01")
    assert [(fault.field, fault.policy) for fault in refusal.value.faults] == [("start", True)]
    own = book(office, room, "20:00", "21:01", reason="街道会议")
    writing.save(office, "booking", {"remark": "已说明", "status": "checked_in"}, own)
    book(office, room, "13:00", "20:00")


def test_rule_04_a_day_off_is_named_in_the_refusal(office):
    room = make(office, "venue", name="活动室", opens="8:30-21:00")
    said = refused(office, room, "2026-10-01T09:00", "2026-10-01T10:00")
    assert "活动室 10月1日 周四 国庆节 放假，不开放" in said


def test_rule_02_an_end_at_midnight_is_within_hours_that_end_at_24(office):
    room = make(office, "venue", name="活动室", opens="8:00-24:00", opens_wed="休息")
    book(office, room, "22:00", "2026-11-25T00:00")


def test_rule_03_crossing_midnight_is_off_unless_the_room_allows_it(office):
    room = make(office, "venue", name="活动室")
    assert "“活动室”不能跨夜使用" in refused(office, room, "22:00", "2026-11-25T00:01")
    assert verdict(office, room, "22:00", "2026-11-25T00:01").state == "invalid"
    writing.save(office, "venue", {"overnight": True}, room)
    book(office, room, "22:00", "2026-11-25T00:01")


def test_rule_03_overnight_each_dates_hours_are_checked(office):
    room = make(
        office, "venue", name="活动室", overnight=True, opens="0:00-24:00", opens_thu="休息", opens_fri="0:00-6:00"
    )
    book(office, room, "20:00", "2026-11-26T00:00")
    assert "11月26日 周四 不开放" in refused(office, room, "2026-11-25T20:00", "2026-11-26T00:01")
    assert "开放时间为 0:00-6:00" in refused(office, room, "2026-11-27T05:00", "2026-11-27T07:00")


def span(office, record_id):
    row = reading.get(office, "booking", record_id)
    return row.values["start"], row.values["end"], row.values["all_day"]


def test_rule_03_all_day_means_the_hours_of_the_date(office):
    room = make(office, "venue", name="活动室", opens="8:30-11:30 13:00-21:00", opens_sat="10:00-16:00")
    own = book(office, room, "00:00", "00:00", all_day=True)
    assert span(office, own) == ("2026-11-24T08:30", "2026-11-24T21:00", True)
    moved = {"start": "2026-11-28T08:30", "end": "2026-11-28T21:00"}
    writing.save(office, "booking", moved, own)
    assert span(office, own) == ("2026-11-28T10:00", "2026-11-28T16:00", True), "the hours of the other date"
    writing.save(office, "booking", {"remark": "布展"}, own)
    assert span(office, own) == ("2026-11-28T10:00", "2026-11-28T16:00", True)
    saved = writing.save(office, "booking", {"start": "2026-11-28T12:00"}, own)
    assert span(office, own) == ("2026-11-28T12:00", "2026-11-28T16:00", False), "another time of the same date"
    assert saved.notices == ("改了时间，不再是全天。",)


def test_rule_03_all_day_is_24_hours_with_the_flag_or_without_hours(office):
    for values in ({"opens": "8:30-21:00", "around_the_clock": True}, {}):
        room = make(office, "venue", name="活动室", **values)
        own = book(office, room, "09:00", "10:00", all_day=True)
        assert span(office, own) == ("2026-11-24T00:00", "2026-11-25T00:00", True)


def test_rule_03_all_day_on_a_day_of_rest_is_refused(office):
    room = make(office, "venue", name="活动室", opens="8:30-21:00", opens_tue="休息")
    assert "11月24日 周二 不开放" in refused(office, room, "09:00", "10:00", all_day=True)


def test_rule_03_all_day_over_several_dates_keeps_them_where_the_room_allows_it(office):
    room = make(office, "venue", name="展厅", opens="8:30-21:00", overnight=True, around_the_clock=True)
    own = book(office, room, "09:00", "2026-11-26T10:00", all_day=True)
    assert span(office, own) == ("2026-11-24T00:00", "2026-11-27T00:00", True)


def test_an_all_day_booking_keeps_its_times_out_of_the_bin(office):
    room = make(office, "venue", name="活动室", opens="8:30-21:00")
    own = book(office, room, "09:00", "10:00", all_day=True)
    writing.set_deleted(office, "booking", [own], True)
    writing.save(office, "venue", {"opens": "8:30-22:00"}, room)
    writing.set_deleted(office, "booking", [own], False)
    assert span(office, own) == ("2026-11-24T08:30", "2026-11-24T21:00", True)


def test_a_booking_that_is_left_where_it_is_is_not_asked_again_after_the_hours_changed(office):
    room = make(office, "venue", name="活动室")
    own = book(office, room, "20:00", "22:00")
    writing.save(office, "venue", {"opens": "8:30-21:00"}, room)
    writing.save(office, "booking", {"status": "checked_in", "checked_in_at": "2026-11-24T20:00"}, own)
    with pytest.raises(Refusal):
        writing.save(office, "booking", {"start": "2026-11-24T19:30"}, own)
