"""The calendar as people use it: mouse and keys over a real workspace."""

from __future__ import annotations

from hands import ALT, DAY, LEFT, SHIFT, at, column, drag, settle, times
from PySide6.QtCore import QPoint, Qt

from app.services import reading, writing
from app.sync.change import decode_values
from app.sync.log import AUDIT, of_kind
from app.views.context import Goto


def test_dragging_over_free_time_asks_to_book_just_that(qtbot, open_page, rooms, went):
    page = open_page()
    here = column(page, rooms["music"])
    drag(qtbot, page, at(page, here, 9 * 60 + 5), at(page, here, 10 * 60 + 50))
    assert went == [
        Goto(
            "form",
            {"kind": "booking", "values": {"venue": rooms["music"], "start": f"{DAY}T09:00", "end": f"{DAY}T11:00"}},
        )
    ]


def test_dragging_stops_where_the_next_booking_and_its_set_up_begin(qtbot, open_page, rooms, book, went):
    book(rooms["music"], "11:00", "12:00", before=15)
    page = open_page()
    here = column(page, rooms["music"])
    drag(qtbot, page, at(page, here, 9 * 60 + 5), at(page, here, 13 * 60))
    assert went[0].arguments["values"]["end"] == f"{DAY}T10:45"


def test_dragging_where_the_whole_hall_is_booked_does_nothing(qtbot, open_page, rooms, book, went):
    book(rooms["hall"], "09:00", "12:00")
    page = open_page()
    here = column(page, rooms["east"])
    drag(qtbot, page, at(page, here, 9 * 60 + 5), at(page, here, 11 * 60))
    assert not went
    assert page.grid.words_at(at(page, here, 10 * 60)) == "所属的 多功能厅 已被 银杏书画社 预约 9:00-12:00"


def test_keys_alone_choose_a_time_and_book_it(qtbot, open_page, rooms, went):
    page = open_page()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(page.grid, key)
    for _step in range(3):
        qtbot.keyClick(page.grid, Qt.Key.Key_Down, SHIFT)
    qtbot.keyClick(page.grid, Qt.Key.Key_Up, SHIFT)
    assert "9:00-10:30，空闲" in page.grid.accessibleDescription()
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    (goto,) = went
    venue = page.grid.plan.columns[2].room.id
    assert goto.arguments["values"] == {"venue": venue, "start": f"{DAY}T09:00", "end": f"{DAY}T10:30"}


def test_shift_up_extends_towards_the_morning(qtbot, open_page, rooms):
    page = open_page()
    qtbot.keyClick(page.grid, Qt.Key.Key_Home)
    qtbot.keyClick(page.grid, Qt.Key.Key_Up, SHIFT)
    qtbot.keyClick(page.grid, Qt.Key.Key_Up, SHIFT)
    span = page.grid.cursor_span
    assert span is not None
    assert (span.top, span.bottom) == (7 * 60, 8 * 60 + 30)


def test_f5_books_the_cell_under_the_cursor(qtbot, open_page, rooms, went):
    page = open_page()
    qtbot.keyClick(page.grid, Qt.Key.Key_Home)
    page.new_record()
    assert went[0].arguments["values"]["start"] == f"{DAY}T08:00"


def test_escape_clears_the_cursor_and_f5_then_leaves_the_time_open(qtbot, open_page, rooms, went):
    page = open_page()
    qtbot.keyClick(page.grid, Qt.Key.Key_Home)
    qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    assert page.grid.cursor_span is None
    page.new_record()
    assert went[0].arguments["values"] == {}


def test_the_cursor_stops_on_a_booking_and_enter_opens_it(qtbot, open_page, rooms, book, went):
    booking = book(rooms["hall"], "08:30", "10:00")
    page = open_page()
    qtbot.keyClick(page.grid, Qt.Key.Key_Home)
    qtbot.keyClick(page.grid, Qt.Key.Key_Down)
    assert "书法班，银杏书画社，11月24日 周二 8:30-10:00，已确认" in page.grid.accessibleDescription()
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    assert went == [Goto("form", {"kind": "booking", "record_id": booking})]
    qtbot.keyClick(page.grid, Qt.Key.Key_Down)
    span = page.grid.cursor_span
    assert span is not None
    assert span.top == 10 * 60


def test_a_double_click_opens_a_booking_and_on_free_time_books_an_hour(qtbot, open_page, rooms, book, went):
    booking = book(rooms["music"], "09:00", "10:00")
    page = open_page()
    here = column(page, rooms["music"])
    qtbot.mouseDClick(page.grid.viewport(), LEFT, pos=at(page, here, 9 * 60 + 30))
    qtbot.mouseDClick(page.grid.viewport(), LEFT, pos=at(page, here, 13 * 60 + 10))
    assert went[0].arguments["record_id"] == booking
    assert went[1].arguments["values"]["start"] == f"{DAY}T13:00"
    assert went[1].arguments["values"]["end"] == f"{DAY}T14:00"


def test_a_dragged_booking_is_saved_and_can_be_undone(qtbot, context, open_page, rooms, book, said):
    booking = book(rooms["music"], "09:00", "10:30")
    page = open_page()
    here = column(page, rooms["music"])
    drag(qtbot, page, at(page, here, 9 * 60 + 40), at(page, here, 14 * 60 + 10))
    settle(page)
    assert times(context, booking) == (rooms["music"], "13:30", "15:00")
    (bar,) = said
    assert bar.text == "已把“书法班”改到 11月24日 周二 13:30-15:00 音乐室"
    context.undo(bar.op)
    settle(page)
    assert times(context, booking) == (rooms["music"], "09:00", "10:30")
    assert page.grid.plan.pieces[0].top == 9 * 60


def test_the_lower_edge_makes_a_booking_longer(qtbot, context, open_page, rooms, book):
    booking = book(rooms["music"], "09:00", "10:30")
    page = open_page()
    here = column(page, rooms["music"])
    edge = at(page, here, 10 * 60 + 30) - QPoint(0, 3)
    drag(qtbot, page, edge, at(page, here, 11 * 60 + 25))
    settle(page)
    assert times(context, booking) == (rooms["music"], "09:00", "11:30")


def test_a_refused_move_goes_back_and_says_who_has_the_room(qtbot, context, open_page, rooms, book, said):
    booking = book(rooms["music"], "09:00", "10:00")
    book(rooms["music"], "14:00", "16:00", client_name="乐龄合唱队")
    page = open_page()
    here = column(page, rooms["music"])
    drag(qtbot, page, at(page, here, 9 * 60 + 15), at(page, here, 15 * 60))
    settle(page)
    assert times(context, booking)[1] == "09:00"
    assert page.grid.plan.piece_of(booking).top == 9 * 60
    assert page.message.isVisible()
    text = page.message.words.text()
    assert text.startswith("音乐室 11月24日 周二 14:00-16:00 已被 乐龄合唱队 预约\n可选：")
    assert not said
    drag(qtbot, page, at(page, here, 9 * 60 + 15), at(page, here, 10 * 60 + 50))
    settle(page)
    assert times(context, booking)[1] == "10:30"
    assert not page.message.isVisible()


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(qtbot, context, open_page, rooms, book):
    booking = book(rooms["music"], "09:00", "10:00")
    page = open_page()
    writing.save(context.office, "booking", {"start": f"{DAY}T16:00", "end": f"{DAY}T17:00"}, booking)
    here = column(page, rooms["music"])
    drag(qtbot, page, at(page, here, 9 * 60 + 15), at(page, here, 12 * 60 + 10))
    settle(page)
    assert reading.get(context.office, "booking", booking).conflicts == 1


def test_another_room_is_asked_about_and_no_leaves_everything(qtbot, context, open_page, rooms, book, asked):
    booking = book(rooms["music"], "09:00", "10:00")
    page = open_page()
    start, end = at(page, column(page, rooms["music"]), 555), at(page, column(page, rooms["class"]), 555)
    asked.answer("confirm", False)
    drag(qtbot, page, start, end)
    settle(page)
    assert "“书法班”从 音乐室 换到 二楼教室。" in asked.shown[0]
    assert times(context, booking)[0] == rooms["music"]
    asked.answer("confirm", True)
    drag(qtbot, page, start, end)
    settle(page)
    assert times(context, booking) == (rooms["class"], "09:00", "10:00")


def test_dropped_outside_the_hours_a_reason_is_asked_for(qtbot, context, open_page, rooms, book, asked):
    writing.save(context.office, "venue", {"opens": "8:30-12:00"}, rooms["music"])
    booking = book(rooms["music"], "09:00", "10:00")
    page = open_page()
    here = column(page, rooms["music"])
    asked.answer("ask_reason", None)
    drag(qtbot, page, at(page, here, 9 * 60 + 15), at(page, here, 13 * 60 + 15))
    settle(page)
    assert "开放时间为 8:30-12:00" in asked.shown[0][-1]
    assert times(context, booking)[1] == "09:00"
    assert page.grid.plan.piece_of(booking).top == 9 * 60
    assert "开放时间为 8:30-12:00" in page.message.words.text()
    asked.answer("ask_reason", "街道同意")
    drag(qtbot, page, at(page, here, 9 * 60 + 15), at(page, here, 13 * 60 + 15))
    settle(page)
    assert times(context, booking)[1] == "13:00"
    assert not page.message.isVisible()
    with context.office.reading() as session:
        lines = [decode_values(line.values or b"")["audit"] for line in of_kind(session.connection(), AUDIT)]
    assert [line["reason"] for line in lines if line["what"] == "override"] == ["街道同意"]


def test_a_walk_in_takes_the_room_under_the_cursor_from_now_on(qtbot, context, open_page, rooms, went):
    page = open_page()
    qtbot.keyClick(page.grid.viewport(), Qt.Key.Key_Down)
    page.here_button.click()
    qtbot.keyClick(page.grid.viewport(), Qt.Key.Key_Escape)
    page.here_button.click()
    first, second = (one.arguments["values"] for one in went)
    assert first["venue"] == page.grid.plan.columns[0].room.id
    assert "venue" not in second
    for values in (first, second):
        assert (values["start"], values["status"]) == (context.office.now, "checked_in")


def test_keys_carry_a_booking_and_put_it_down(qtbot, context, open_page, rooms, book):
    booking = book(rooms["hall"], "08:30", "10:00")
    page = open_page()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Down):
        qtbot.keyClick(page.grid, key)
    for _step in range(3):
        qtbot.keyClick(page.grid, Qt.Key.Key_Down, ALT)
    qtbot.keyClick(page.grid, Qt.Key.Key_Down, ALT | SHIFT)
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    settle(page)
    assert times(context, booking) == (rooms["hall"], "10:00", "12:00")


def test_escape_in_mid_drag_puts_the_booking_back(qtbot, context, open_page, rooms, book):
    booking = book(rooms["music"], "09:00", "10:00")
    page = open_page()
    here = column(page, rooms["music"])
    drag(qtbot, page, at(page, here, 555), at(page, here, 700), release=False)
    qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    qtbot.mouseRelease(page.grid.viewport(), LEFT, pos=at(page, here, 700))
    settle(page)
    assert times(context, booking)[1] == "09:00"


def test_a_booking_that_is_over_stays_where_it_is(qtbot, context, open_page, rooms, book):
    booking = book(rooms["music"], "09:00", "10:00", status="closed")
    page = open_page()
    here = column(page, rooms["music"])
    drag(qtbot, page, at(page, here, 555), at(page, here, 700))
    settle(page)
    assert page.message.isVisible()
    assert times(context, booking)[1] == "09:00"
