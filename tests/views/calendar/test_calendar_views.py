"""The calendar over days and weeks, many rooms, and on paper."""

from __future__ import annotations

from datetime import datetime

import pypdfium2
from hands import DAY, at, drag, settle
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from app.services import calendar, reading, writing
from app.services.boards import Board
from app.views.calendar.ink import Ink
from app.views.calendar.page import NO_ROOMS
from app.views.calendar.rooms import RoomPicker
from app.views.context import Goto
from app.views.records.slip_preview import PreviewSheet


def test_the_week_of_one_room_has_its_days_as_columns(qtbot, open_page, rooms, book, went):
    book(rooms["music"], "09:00", "10:00")
    book(rooms["class"], "09:00", "10:00")
    page = open_page(venue=rooms["music"])
    assert [c.date for c in page.grid.plan.columns] == [f"2026-11-{day}" for day in range(23, 30)]
    assert [(p.column, p.top) for p in page.grid.plan.pieces] == [(1, 540)]
    assert page.windowTitle() == "11月23日 周一 至 11月29日 周日  音乐室"
    drag(qtbot, page, at(page, 3, 9 * 60 + 5), at(page, 3, 9 * 60 + 55))
    assert went[0].arguments["values"]["start"] == "2026-11-26T09:00"


def test_today_is_opened_with_now_in_view_and_another_day_with_its_morning(clock, context, open_page, rooms):
    clock.now = datetime(2026, 11, 24, 18, 41)
    page = open_page()
    at_now = page.grid.geometry_now()
    assert at_now.body.top() < at_now.y(18 * 60 + 41) < at_now.body.bottom()
    assert at_now.minute_at(at_now.body.top()) > 8 * 60
    page.go("2026-11-25")
    settle(page)
    assert page.grid.geometry_now().minute_at(page.grid.geometry_now().body.top() + 10) in range(470, 490)


def test_a_board_of_today_follows_the_clock_unless_somebody_looks_elsewhere(clock, context, open_page, rooms):
    clock.now = datetime(2026, 11, 24, 15, 0)
    page = open_page()
    bar = page.grid.verticalScrollBar()
    morning = bar.value()
    clock.now = datetime(2026, 11, 24, 21, 0)
    page._tick()
    assert bar.value() > morning
    bar.setValue(0)
    clock.now = datetime(2026, 11, 24, 21, 1)
    page._tick()
    assert bar.value() == 0
    page.bar.go_today()
    settle(page)
    measures = page.grid.geometry_now()
    assert measures.body.top() < measures.y(21 * 60 + 1) < measures.body.bottom()


def test_no_line_of_a_head_starts_or_ends_with_the_wrong_mark(context, app):
    ink = Ink(context.theme)
    wide = ink.measure(ink.bold).horizontalAdvance
    for text, fits, first in (
        ("一楼大厅东区（演示）", "一楼大厅东区（演示", "一楼大厅东区"),
        ("一楼（老年人日间照料）", "一楼（老年人日间照料", "一楼（老年人日间照"),
        ("排练厅，二楼东侧", "排练厅", "排练"),
        ("二楼《读书》活动室", "二楼《", "二楼"),
        ("周三 15:30-17:00", "周三 15:30", "周三"),
    ):
        lines = ink.broken(ink.bold, text, wide(fits), 2)
        assert lines[0] == first
        assert text[len(first) :].strip().startswith(lines[1][:1])


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
    picker = page.chooser.picker
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
    assert page._summary.text() == "这天 1 场预约，1 场在没有显示的场地"


def test_without_any_room_the_page_offers_to_make_one(open_page, went):
    page = open_page()
    assert page.stack.currentIndex() == NO_ROOMS
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
    asked.answer("choose_one", "door")
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


def test_the_plan_of_a_room_shows_its_week(open_page, rooms, book, asked):
    book(rooms["music"], "09:00", "10:00")
    page = open_page(venue=rooms["music"])
    sheets: list[PreviewSheet] = []
    asked.answer("choose_one", "week_of_room")
    asked.answer("Sheet.run", sheets.append)
    page.print_plan()
    text = "".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(sheets[0].make()))
    assert "场地周排期" in text
    assert "周二11月24日" in "".join(text.split())
    assert "音乐室" in text
    settle(page)
