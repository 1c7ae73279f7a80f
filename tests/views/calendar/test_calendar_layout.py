"""Where things stand on the calendar and what gestures mean, without a window."""

from __future__ import annotations

from typing import Any

import pytest

from app.services.boards import Block, Board, Room, Shade
from app.views.calendar import gestures, words
from app.views.calendar.gestures import Asked, Span
from app.views.calendar.layout import plan

DAY = "2026-11-24"


def block(key: str, start: str, end: str, **values: Any) -> Block:
    full = [moment if "T" in moment else f"{DAY}T{moment}" for moment in (start, end)]
    known: dict[str, Any] = {"before": 0, "after": 0, "status": "confirmed", "purpose": "书法班", "client": "书画社"}
    return Block(key, values.pop("venue", "a"), *full, contact="", **{**known, **values})


def board(*blocks: Block, days: int = 1, first: str = DAY, shades: tuple[Shade, ...] = ()) -> Board:
    rooms = (Room("a", "一楼大厅"),) if days > 1 else (Room("a", "一楼大厅"), Room("b", "二楼教室"))
    return Board(first, days, rooms, blocks, shades)


def test_bookings_that_overlap_stand_side_by_side_and_others_take_the_whole_width():
    laid = plan(board(block("1", "09:00", "11:00"), block("2", "10:00", "12:00"), block("3", "12:00", "13:00")))
    assert [(p.block.id, p.left, p.right) for p in laid.pieces] == [("1", 0, 0.5), ("2", 0.5, 1), ("3", 0, 1)]


def test_a_no_show_is_a_strip_beside_and_its_time_is_free():
    laid = plan(board(block("1", "09:00", "11:00", status="no_show"), block("2", "10:00", "12:00")))
    assert {p.block.id: (p.left, p.right) for p in laid.pieces} == {"1": (0.75, 1), "2": (0, 0.75)}
    assert laid.gap(0, 9 * 60 + 30) == (0, 600)


def test_a_booking_over_midnight_stands_in_both_days_of_the_week():
    laid = plan(board(block("1", "22:00", "2026-11-25T02:00"), days=7, first="2026-11-23"))
    assert [(p.column, p.top, p.bottom) for p in laid.pieces] == [(1, 1320, 1440), (2, 0, 120)]
    assert not gestures.can_move(laid.pieces[0], laid)


def test_a_booking_that_ends_at_midnight_stands_in_its_own_day_only():
    laid = plan(board(block("1", "22:00", "2026-11-25T00:00"), days=7, first="2026-11-23"))
    assert [(p.column, p.top, p.bottom) for p in laid.pieces] == [(1, 1320, 1440)]
    assert gestures.can_move(laid.pieces[0], laid)


def test_a_gap_ends_where_buffers_halls_and_opening_hours_say():
    shades = (
        Shade("a", f"{DAY}T15:00", f"{DAY}T16:00", "所属的 大厅 已被 乐龄服务社 预约"),
        Shade("a", f"{DAY}T00:00", f"{DAY}T08:30", "不在开放时间", "hours"),
        Shade("a", f"{DAY}T21:00", "2026-11-25T00:00", "不在开放时间", "hours"),
    )
    laid = plan(board(block("1", "10:00", "11:00", before=30, after=15), shades=shades))
    assert laid.gap(0, 9 * 60) == (510, 570)
    assert laid.gap(0, 9 * 60 + 40) is None
    assert laid.gap(0, 12 * 60) == (675, 900)
    assert laid.gap(0, 8 * 60) is None
    assert laid.gap(1, 8 * 60) == (0, 1440)
    assert laid.gap(0, 9 * 60 + 40, without="1") == (510, 900)


def test_people_look_first_where_the_room_opens_or_the_first_booking_is_set_up():
    early = Shade("a", f"{DAY}T00:00", f"{DAY}T07:00", "不在开放时间", "hours")
    assert plan(board(shades=(early,))).first_minute() == 420
    assert plan(board(block("1", "07:00", "08:00", before=30), shades=(early,))).first_minute() == 390
    assert plan(board()).first_minute() == 480


def test_a_board_of_today_shows_as_much_of_the_morning_as_leaves_now_in_view():
    today = plan(board())
    assert today.top_minute(f"{DAY}T10:00", 600) == 480
    assert today.top_minute(f"{DAY}T18:41", 600) == 18 * 60 + 41 + 90 - 600
    assert today.top_minute(f"{DAY}T23:59", 600) == 1440 - 600
    assert today.top_minute(f"{DAY}T06:30", 600) == 390
    assert today.top_minute("2026-11-25T18:41", 600) == 480, "another day"


def test_dragging_snaps_to_half_hours_with_shift_to_quarters_and_stops_at_what_is_taken():
    laid = plan(board(block("1", "10:10", "11:00")))
    assert gestures.stretched(laid, 0, 545, 610) == Span(0, 540, 610)
    assert gestures.stretched(laid, 0, 545, 500) == Span(0, 480, 570)
    assert gestures.stretched(laid, 0, 556, 577, gestures.FINE) == Span(0, 555, 585)
    assert gestures.stretched(laid, 0, 620, 700) is None


def test_a_booking_moves_by_half_hours_and_stays_within_its_day():
    (piece,) = plan(board(block("1", "09:10", "10:10"))).pieces
    assert gestures.shifted(piece, 0, 20, 575) == Span(0, 550, 610)
    assert gestures.shifted(piece, 1, 20, 640) == Span(1, 630, 690)
    assert gestures.shifted(piece, 0, 20, 1439) == Span(0, 1380, 1440)
    assert gestures.resized(piece, "bottom", 700) == Span(0, 550, 690)
    assert gestures.resized(piece, "bottom", 0) == Span(0, 550, 580)
    assert gestures.resized(piece, "top", 470) == Span(0, 480, 610)


def test_a_span_to_midnight_is_stored_as_the_next_midnight():
    laid = plan(board())
    assert gestures.asked(laid, Span(1, 1380, 1440)) == Asked("b", f"{DAY}T23:00", "2026-11-25T00:00")


@pytest.mark.parametrize(
    ("minutes", "said"), [(30, "30分钟"), (60, "1小时"), (90, "1小时30分"), (1440, "24小时"), (615, "10小时15分")]
)
def test_lengths_are_said_as_people_say_them(minutes, said):
    assert words.length(minutes) == said


def test_the_cell_under_the_cursor_is_told_in_one_sentence():
    laid = plan(board(block("1", "10:00", "11:00", after=30, headcount=12, clash="与 合唱队 冲突")))
    assert words.cell(laid, 0, 540, 570) == "一楼大厅，11月24日 周二 9:00-9:30，空闲，可用 0:00-10:00 共10小时"
    assert "书法班，书画社，11月24日 周二 10:00-11:00，已确认，12人" in words.cell(laid, 0, 600, 660)
    assert words.cell(laid, 0, 660, 690).endswith("布置或清场时间")


def test_the_summary_says_what_matters_now():
    assert words.summary(Board(DAY, 1, (), (), (), total=7, pending=2), DAY) == "今天 7 场预约，2 场待确认"
    assert words.summary(Board(DAY, 1, (), (), ()), "2026-11-20") == "这天还没有预约"
    assert words.summary(Board("2026-11-23", 7, (), (), (), total=3, clashes=2), DAY) == "本周 3 场预约，2 场时间冲突"
