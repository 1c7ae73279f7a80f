"""The calendar as people use it: mouse and keys over a real workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.services import calendar, reading, writing
from app.services.calendar import Board
from app.views.calendar.page import CalendarPage
from app.views.calendar.plan_sheet import week_pdf
from app.views.calendar.rooms import RoomPicker
from app.views.context import Context, Goto, Said
from app.views.records.slip_preview import PreviewSheet

DAY = "2026-11-24"
LEFT = Qt.MouseButton.LeftButton
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def rooms(context: Context) -> dict[str, str]:
    def make(name: str, **values: Any) -> str:
        return writing.save(context.office, "venue", {"name": name, **values}).id

    hall = make("多功能厅", capacity=100)
    return {
        "hall": hall,
        "east": make("东厅", parent=hall),
        "music": make("音乐室"),
        "class": make("二楼教室", capacity=30),
    }


@pytest.fixture
def book(context: Context) -> Callable[..., str]:
    def make(venue: str, start: str, end: str, **values: Any) -> str:
        values = {"purpose": "书法班", "client_name": "银杏书画社", **values}
        full = {"venue": venue, "start": f"{DAY}T{start}", "end": f"{DAY}T{end}", **values}
        return writing.save(context.office, "booking", full).id

    return make


@pytest.fixture
def open_page(context: Context, qtbot: QtBot) -> Iterator[Callable[..., CalendarPage]]:
    made: list[CalendarPage] = []

    def make(**arguments: Any) -> CalendarPage:
        page = CalendarPage(context, **{"day": DAY, **arguments})
        qtbot.addWidget(page)
        page.resize(1200, 720)
        page.show()
        page.grid.setFocus()
        made.append(page)
        settle(page)
        return page

    yield make
    for page in made:
        page.context.tasks.drain()
        page.close()


def settle(page: CalendarPage) -> None:
    for _round in range(3):
        QApplication.processEvents()
        page.context.tasks.drain()
    page.grid.viewport().repaint()


@pytest.fixture
def went(context: Context) -> list[Goto]:
    found: list[Goto] = []
    context.navigate.connect(found.append)
    return found


@pytest.fixture
def said(context: Context) -> list[Said]:
    found: list[Said] = []
    context.said.connect(found.append)
    return found


def at(page: CalendarPage, column: int, minute: float, across: int = 20) -> QPoint:
    measures = page.grid.geometry_now()
    return QPoint(measures.x(column) + across, measures.y(minute))


def drag(qtbot: QtBot, page: CalendarPage, start: QPoint, end: QPoint, *, release: bool = True) -> None:
    surface: QWidget = page.grid.viewport()
    qtbot.mousePress(surface, LEFT, pos=start)
    qtbot.mouseMove(surface, (start + end) / 2)
    qtbot.mouseMove(surface, end)
    if release:
        qtbot.mouseRelease(surface, LEFT, pos=end)


def column(page: CalendarPage, venue: str) -> int:
    found = page.grid.plan.column_of(venue, DAY)
    assert found is not None
    return found


def times(context: Context, booking: str) -> tuple[str, str, str]:
    row = reading.get(context.office, "booking", booking)
    return row.values["venue"], row.values["start"][11:], row.values["end"][11:]


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
    text = page.message.findChildren(type(page._message))[0].text()
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


def test_the_week_of_one_room_has_its_days_as_columns(qtbot, open_page, rooms, book, went):
    book(rooms["music"], "09:00", "10:00")
    book(rooms["class"], "09:00", "10:00")
    page = open_page(venue=rooms["music"])
    assert [c.date for c in page.grid.plan.columns] == [f"2026-11-{day}" for day in range(23, 30)]
    assert [(p.column, p.top) for p in page.grid.plan.pieces] == [(1, 540)]
    assert page.windowTitle() == "11月23日 周一 至 11月29日 周日  音乐室"
    drag(qtbot, page, at(page, 3, 9 * 60 + 5), at(page, 3, 9 * 60 + 55))
    assert went[0].arguments["values"]["start"] == "2026-11-26T09:00"


def test_in_the_week_a_booking_is_dragged_to_another_day_without_a_question(qtbot, context, open_page, rooms, book):
    booking = book(rooms["music"], "09:00", "10:00")
    page = open_page(venue=rooms["music"])
    drag(qtbot, page, at(page, 1, 555), at(page, 4, 555))
    settle(page)
    assert reading.get(context.office, "booking", booking).values["start"] == "2026-11-27T09:00"


def test_days_and_weeks_are_turned_over(open_page, rooms):
    page = open_page()
    assert page.windowTitle() == "11月24日 周二"
    page.bar.after.click()
    settle(page)
    assert page.windowTitle() == "11月25日 周三"
    page.bar.line.setText("1001")
    page.bar.line.returnPressed.emit()
    settle(page)
    assert page.windowTitle() == "10月1日 周四 国庆节"
    page.bar.week_button.click()
    settle(page)
    assert page.grid.plan.board.days == 7
    page.bar.today.click()
    page.bar.day_button.click()
    settle(page)
    assert page.windowTitle() == "11月23日 周一"


def test_the_summary_counts_and_a_change_from_elsewhere_is_shown(context, open_page, rooms, book):
    book(rooms["music"], "09:00", "10:00")
    page = open_page()
    assert page._summary.text() == "这天 1 场预约"
    book(rooms["music"], "10:00", "11:00", status="tentative")
    context.wrote({"booking"})
    settle(page)
    assert page._summary.text() == "这天 2 场预约，1 场待确认"


def test_every_block_that_lies_in_view_is_painted(open_page, rooms, book):
    ids = {book(rooms["music"], f"{h:02d}:00", f"{h:02d}:45") for h in range(8, 18)}
    ids |= {book(rooms["class"], f"{h:02d}:00", f"{h:02d}:30", status="no_show") for h in range(8, 18)}
    page = open_page()
    assert set(page.grid.painted) == ids
    picture: QImage = page.grid.viewport().grab().toImage()
    measures = page.grid.geometry_now()
    for piece in page.grid.plan.pieces:
        edge = measures.piece(piece)
        colour = picture.pixelColor(edge.x() + 1, edge.center().y()).name()
        assert colour == ("#1b6b5f" if piece.block.holds else "#86386b")


def test_cancelled_bookings_come_on_demand(open_page, rooms, book):
    book(rooms["music"], "09:00", "10:00", status="cancelled")
    page = open_page()
    assert not page.grid.plan.pieces
    page.bar.gone.click()
    settle(page)
    assert [p.block.status for p in page.grid.plan.pieces] == ["cancelled"]


def test_of_many_rooms_those_booked_and_those_used_most_are_shown(context, book):
    made = [writing.save(context.office, "venue", {"name": f"活动室{n}"}).id for n in range(20)]
    book(made[17], "09:00", "10:00")
    values = {"venue": made[15], "start": "2026-11-20T09:00", "end": "2026-11-20T10:00"}
    writing.save(context.office, "booking", values)
    shown = [room.id for room in calendar.day(context.office, DAY).rooms]
    assert len(shown) == 8
    assert {made[17], made[15]} <= set(shown)


def test_rooms_are_searched_ticked_and_remembered(qtbot, context, open_page, rooms, book):
    book(rooms["hall"], "09:00", "10:00")
    context.workspace.index()
    page = open_page()
    page.bar.rooms.click()
    settle(page)
    picker = page._picker
    assert isinstance(picker, RoomPicker)
    picker.search.setText("yys")
    settle(page)
    assert [picker.list.item(n).data(Qt.ItemDataRole.UserRole) for n in range(picker.list.count())] == [rooms["music"]]
    qtbot.keyClick(picker.search, Qt.Key.Key_Return)  # it was ticked: now it is not
    picker.done.click()
    settle(page)
    assert rooms["music"] not in [room.id for room in page.grid.plan.board.rooms]
    assert calendar.day(context.office, DAY).rooms == page.grid.plan.board.rooms
    calendar.remember(context.office, [rooms["music"]])
    page.refresh()
    settle(page)
    assert page._summary.text() == "这天 1 场预约（其中 1 场在没有显示的场地）"


def test_without_any_room_the_page_offers_to_make_one(open_page, went):
    page = open_page()
    assert page.stack.currentIndex() == 1
    page._new_room()
    assert went == [Goto("form", {"kind": "venue", "values": {}})]


def test_an_answer_to_an_older_question_is_not_shown(open_page, rooms):
    page = open_page()
    page._loaded(Board("2020-01-01", 1, (), (), ()))
    assert page.grid.plan.board.first == DAY


def test_the_plan_of_the_day_lists_every_booked_room_with_masked_contacts(context, open_page, rooms, book, asked):
    book(rooms["music"], "09:00", "10:00", contact_name="欧阳明", contact_phone="13812345678")
    book(rooms["class"], "22:00", "23:30", status="tentative", purpose="")
    book(rooms["hall"], "09:00", "10:00", status="cancelled", purpose="不印")
    page = open_page()
    sheets: list[PreviewSheet] = []
    asked.answer("Sheet.run", sheets.append)
    page.print_plan()
    pdf = sheets[0].make()
    text = "".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(pdf))
    assert "每日场地安排表" in text
    assert "9:00-10:00" in text
    assert "未写活动名称（待定）" in "".join(text.split())
    assert "5678" in text
    assert "13812345678" not in text
    assert "欧阳明" not in text
    assert "不印" not in text
    settle(page)


def test_the_plan_of_a_room_lists_its_week(context, rooms, book):
    book(rooms["music"], "09:00", "10:00")
    pdf = week_pdf(context.office, rooms["music"], "2026-11-23")
    text = "".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(pdf))
    assert "11月24日周二" in "".join(text.split())
    assert "音乐室" in text
