"""Closures and exceptional openings: rules.md 2, 4 and 6."""

from __future__ import annotations

from pathlib import Path

import pytest
from lending import DAY, book, make, office_in, refused, verdict

from app.errors import Refusal
from app.services import writing
from app.services.closures import Closure, spells


@pytest.fixture
def office(tmp_path: Path):
    with office_in(tmp_path) as office:
        yield office


@pytest.fixture
def tree(office):
    whole = make(office, "venue", name="多功能厅", opens="8:00-20:00")
    east = make(office, "venue", name="东厅", parent=whole, opens="8:00-20:00")
    return {
        "whole": whole,
        "east": east,
        "corner": make(office, "venue", name="东厅一角", parent=east, opens="8:00-20:00"),
        "west": make(office, "venue", name="西厅", parent=whole, opens="8:00-20:00"),
        "school": make(office, "venue", name="学校操场", external=True, opens="8:00-20:00"),
    }


@pytest.fixture
def close(office):
    def save(start: str, end: str, venue: str | None = None, sort: str = "closed", reason: str = "消防演练"):
        values = {"reason": reason, "sort": sort, "venue": venue, "start": start, "end": end}
        values |= {side: f"{DAY}T{values[side]}" for side in ("start", "end") if "T" not in values[side]}
        return writing.save(office, "closure", values)

    return save


def states(office, tree, start="10:00", end="11:00") -> dict[str, str]:
    return {name: verdict(office, venue, start, end).state for name, venue in tree.items()}


def closed(office, tree, *times: str) -> set[str]:
    return {name for name, state in states(office, tree, *times).items() if state == "closed"}


def test_rule_04_the_whole_center_is_closed_but_not_what_does_not_belong_to_it(office, tree, close):
    close("09:00", "12:00")
    assert closed(office, tree) == {"whole", "east", "corner", "west"}
    assert closed(office, tree, "12:00", "13:00") == set()


def test_rule_04_a_closed_room_closes_its_parts_and_the_hall_but_not_its_sibling(office, tree, close):
    close("09:00", "12:00", tree["east"])
    assert closed(office, tree) == {"whole", "east", "corner"}


def test_rule_04_a_room_open_by_exception_is_open_in_a_closed_center(office, tree, close):
    close("00:00", "2026-11-25T00:00")
    close("09:00", "12:00", tree["corner"], "open", "报名日")
    assert closed(office, tree) == {"whole", "east", "west"}
    assert closed(office, tree, "11:00", "12:01") == {"whole", "east", "west", "corner"}


def test_rule_04_at_one_level_an_opening_wins_over_a_closure(office, tree, close):
    close("09:00", "12:00")
    close("10:00", "11:00", None, "open", "救助点")
    assert closed(office, tree) == set()
    assert closed(office, tree, "09:30", "10:30") == {"whole", "east", "corner", "west"}


def test_rule_04_a_part_that_is_open_by_exception_does_not_close_its_hall(office, tree, close):
    close("09:00", "12:00", tree["east"])
    close("09:00", "12:00", tree["east"], "open", "改期")
    assert closed(office, tree) == set()


def test_rule_04_an_opening_overrides_the_hours_and_a_day_off(office, tree, close):
    holiday = ("2026-10-01T10:00", "2026-10-01T11:00")
    assert closed(office, tree, *holiday) == set(tree)
    close("2026-10-01T09:00", "2026-10-01T12:00", None, "open", "国庆活动")
    assert closed(office, tree, *holiday) == {"school"}
    close("20:00", "22:00", tree["west"], "open", "晚会")
    assert closed(office, tree, "19:00", "21:30") == {"whole", "east", "corner", "school"}
    assert "西厅" in refused(office, tree["west"], "21:00", "22:30")
    book(office, tree["west"], "19:00", "22:00")


def test_rule_03_all_day_reaches_as_far_as_an_exceptional_opening(office, tree, close):
    close("20:00", "22:00", tree["west"], "open", "晚会")
    own = book(office, tree["west"], "09:00", "10:00", all_day=True)
    assert verdict(office, tree["west"], "21:00", "22:00").booking == own


def test_rule_04_a_closure_cannot_be_overridden(office, tree, close):
    close("09:00", "12:00", tree["east"])
    said = refused(office, tree["east"], "11:00", "13:00")
    assert "东厅 11月24日 周二 9:00-12:00 停用：消防演练" in said
    assert "例外开放" in said
    with pytest.raises(Refusal):
        book(office, tree["east"], "11:00", "13:00", reason="街道会议")
    assert verdict(office, tree["whole"], "11:00", "13:00").by == "东厅 停用：消防演练"


def test_rule_06_closures_ignore_buffers(office, close):
    room = make(office, "venue", name="展厅", before=60, after=60)
    close("09:00", "12:00", room)
    book(office, room, "12:00", "13:00")
    book(office, room, "08:00", "09:00")


def test_rule_02_a_booking_that_ends_at_midnight_does_not_touch_the_next_days_closure(office, close):
    room = make(office, "venue", name="活动室")
    close("2026-11-25T00:00", "2026-11-26T00:00")
    book(office, room, "22:00", "2026-11-25T00:00")


def test_rule_03_overnight_each_dates_closures_are_checked(office, close):
    room = make(office, "venue", name="活动室", overnight=True)
    close("2026-11-25T00:00", "2026-11-26T00:00")
    assert "停用" in refused(office, room, "22:00", "2026-11-25T00:01")


def test_a_closure_over_bookings_is_saved_and_says_how_many_there_are(office, tree, close):
    book(office, tree["corner"], "10:00", "11:00")
    book(office, tree["west"], "10:00", "11:00")
    book(office, tree["school"], "10:00", "11:00")
    book(office, tree["east"], "14:00", "15:00", status="cancelled")
    assert close("09:00", "10:00").notices == ()
    assert close("09:00", "12:00", tree["east"]).notices == ("这段时间里有 1 个预约，请逐个联系并处理。",)
    assert close("09:00", "16:00").notices == ("这段时间里有 2 个预约，请逐个联系并处理。",)


def test_a_booking_under_a_closure_can_still_be_closed_or_cancelled_but_not_approved(office, tree, close):
    own = book(office, tree["west"], "10:00", "11:00")
    asked = book(office, tree["corner"], "10:00", "11:00", status="requested")
    close("09:00", "12:00")
    writing.save(office, "booking", {"status": "checked_in"}, own)
    with pytest.raises(Refusal, match="停用"):
        writing.save(office, "booking", {"status": "confirmed"}, asked)
    writing.save(office, "booking", {"status": "cancelled", "cancel_reason": "停用"}, asked)


def test_a_closure_must_end_after_it_starts(close):
    with pytest.raises(Refusal, match="结束不晚于开始"):
        close("12:00", "12:00")


def test_time_is_cut_where_closures_begin_and_end():
    held = {"a": [Closure("1", "a", "02", "05", False, "x"), Closure("2", "a", "04", "06", True, "y")]}
    found = [(s.start, s.end, s.closed is not None, s.opened) for s in spells(held, ["a"], [], "01", "09")]
    assert found == [
        ("01", "02", False, False), ("02", "04", True, False), ("04", "05", False, True), ("05", "06", False, True),
        ("06", "09", False, False),
    ]  # fmt: skip
