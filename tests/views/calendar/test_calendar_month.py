"""The month, turning over days, and the next free time, by mouse and keys."""

from __future__ import annotations

import pytest
from hands import DAY, LEFT, settle
from PySide6.QtCore import Qt

from app.services import writing
from app.views.calendar.month_paint import Sheet
from app.views.calendar.needs_bar import minutes_of
from app.views.context import Goto


def month(page):
    page.bar.month_button.click()
    settle(page)
    assert page.month.month is not None
    return page.month


def test_the_month_shows_counts_and_enter_opens_the_day(qtbot, open_page, rooms, book):
    book(rooms["music"], "09:00", "10:00")
    page = open_page()
    shown = month(page)
    assert page.windowTitle() == "2026年11月  所有场地"
    assert page._summary.text() == "本月 1 场预约"
    assert (page.stack.currentIndex(), page.needs.isVisible(), page.legend.isVisible()) == (1, False, False)
    assert shown.selected == DAY
    assert shown.accessibleDescription() == "11月24日 周二，1 场预约，9:00 书法班 音乐室 已确认"
    qtbot.keyClick(shown, Qt.Key.Key_Right)
    qtbot.keyClick(shown, Qt.Key.Key_Return)
    settle(page)
    assert (page.mode, page.windowTitle()) == ("day", "11月25日 周三")
    assert page.grid.hasFocus()


def test_a_double_click_opens_a_day_of_the_month(qtbot, open_page, rooms):
    page = open_page()
    shown = month(page)
    cell = shown.cell_of("2026-11-03")
    assert cell is not None
    qtbot.mouseClick(shown, LEFT, pos=cell.center())
    assert shown.selected == "2026-11-03"
    qtbot.mouseDClick(shown, LEFT, pos=cell.center())
    settle(page)
    assert page.windowTitle() == "11月3日 周二"


def test_arrows_go_on_into_the_next_month_and_page_keys_turn_months(qtbot, open_page, rooms):
    page = open_page(day="2026-11-28")
    shown = month(page)
    qtbot.keyClick(shown, Qt.Key.Key_Down)
    settle(page)
    assert (page.windowTitle(), shown.selected) == ("2026年12月  所有场地", "2026-12-05")
    qtbot.keyClick(shown, Qt.Key.Key_End)
    qtbot.keyClick(shown, Qt.Key.Key_PageDown)
    qtbot.keyClick(shown, Qt.Key.Key_PageDown)
    settle(page)
    assert (page.windowTitle(), shown.selected) == ("2027年2月  所有场地", "2027-02-28")
    qtbot.keyClick(shown, Qt.Key.Key_T)
    settle(page)
    assert (page.windowTitle(), shown.selected) == ("2026年11月  所有场地", "2026-11-23")


def test_from_a_rooms_week_the_month_is_of_that_room_and_can_be_of_all(qtbot, open_page, rooms, book):
    book(rooms["class"], "09:00", "10:00")
    book(rooms["music"], "09:00", "10:00")
    page = open_page(venue=rooms["music"])
    shown = month(page)
    assert (page.windowTitle(), page.bar.rooms.text()) == ("2026年11月  音乐室", "音乐室")
    assert shown.month.total == 1
    qtbot.keyClick(shown, Qt.Key.Key_Return)
    settle(page)
    assert page.mode == "week"
    month(page)
    page.bar.rooms.click()
    settle(page)
    picker = page.chooser.picker
    assert picker.list.item(0).text() == "所有场地"
    picker.list.itemClicked.emit(picker.list.item(0))
    settle(page)
    assert (page.windowTitle(), page.month.month.total) == ("2026年11月  所有场地", 2)


def test_letters_change_what_is_shown_and_page_keys_turn_days_and_weeks(qtbot, open_page, rooms):
    page = open_page(day="2026-11-24")
    qtbot.keyClick(page.grid, Qt.Key.Key_PageDown)
    settle(page)
    assert page.windowTitle() == "11月25日 周三"
    qtbot.keyClick(page.grid, Qt.Key.Key_W)
    settle(page)
    qtbot.keyClick(page.grid, Qt.Key.Key_PageUp)
    settle(page)
    assert page.windowTitle() == "11月16日 周一 至 11月22日 周日  多功能厅"
    qtbot.keyClick(page.grid, Qt.Key.Key_T)
    qtbot.keyClick(page.grid, Qt.Key.Key_D)
    settle(page)
    assert page.windowTitle() == "11月23日 周一"
    qtbot.keyClick(page.grid, Qt.Key.Key_M)
    settle(page)
    assert page.month.hasFocus()


def test_f5_in_the_month_of_a_room_books_that_room(open_page, rooms, went):
    page = open_page(venue=rooms["music"])
    month(page)
    page.new_record()
    assert went == [Goto("form", {"kind": "booking", "values": {"venue": rooms["music"]}})]


def test_an_answer_for_another_month_is_not_shown(open_page, rooms):
    page = open_page()
    shown = month(page)
    first = shown.month
    page.go("2026-12-01")
    page._month_loaded(first)
    assert shown.month is first
    assert page.windowTitle() == "2026年12月  所有场地"
    settle(page)
    assert shown.month.month == "2026-12"


def test_every_point_of_the_month_lies_in_the_cell_it_is_said_to_lie_in():
    sheet = Sheet(28, 1003, 611, 6)
    for x in range(0, 1003, 7):
        for y in range(28, 611, 5):
            n = sheet.day_at(x, y)
            assert n is not None
            assert sheet.cell(n).contains(x, y)
    assert sheet.day_at(5, 27) is None


def test_closed_days_are_grey_and_days_off_shaded(open_page, rooms, context):
    writing.save(context.office, "closure",
                 {"reason": "停电", "start": "2026-11-25T00:00", "end": "2026-11-26T00:00"})  # fmt: skip
    page = open_page()
    shown = month(page)
    picture = shown.grab().toImage()
    colours = []
    for day in ("2026-11-24", "2026-11-25", "2026-11-28"):
        corner = shown.cell_of(day).bottomRight()
        colours.append(picture.pixelColor(corner.x() - 6, corner.y() - 6).lightness())
    assert colours[0] > colours[2] > colours[1]


# The next free time


def test_f3_puts_the_cursor_on_the_next_free_time_and_enter_books_it(qtbot, open_page, rooms, book, went):
    book(rooms["class"], "08:00", "10:00")
    page = open_page()
    page.needs.people.setText("25")
    page.needs.length.setText("1.5")
    page.needs.find_button.click()
    settle(page)
    assert [room.name for room in page.grid.plan.board.rooms] == ["多功能厅", "二楼教室"]
    assert page._summary.text() == "这天 1 场预约，符合要求的场地 2 个"
    assert page.message.words.text().startswith("最近的空闲：二楼教室 11月24日 周二 0:00-1:30。")
    page.needs.find_button.click()
    settle(page)
    assert "多功能厅" in page.message.words.text()
    assert page.grid.hasFocus()
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    assert went[0].arguments["values"] == {
        "venue": rooms["hall"], "start": f"{DAY}T00:00", "end": f"{DAY}T01:30", "headcount": 25,
    }  # fmt: skip


def test_a_free_time_on_another_day_is_gone_to_and_its_room_is_shown(open_page, rooms, book):
    for room in ("hall", "music", "class"):
        book(rooms[room], "00:00", "23:59")
    page = open_page(venue=rooms["music"])
    page.needs.find_button.click()
    settle(page)
    assert (page.mode, page.grid.plan.columns[page.grid.cursor_span.column].date) == ("week", "2026-11-25")
    page.set_mode("day")
    page.go(DAY)
    settle(page)
    page.needs.people.setText("30")
    page.needs.find_button.click()
    settle(page)
    assert page.windowTitle() == "11月25日 周三"


def test_what_was_found_is_said_no_more_once_other_rooms_are_wanted(open_page, rooms):
    page = open_page()
    page.needs.find_button.click()
    settle(page)
    assert page.message.isVisible()
    page.needs.people.setText("25")
    page.needs.people.editingFinished.emit()
    settle(page)
    assert page.grid.cursor_span is None
    assert not page.message.isVisible()


def test_a_length_that_cannot_be_read_is_said(open_page, rooms):
    page = open_page()
    page.needs.length.setText("很久")
    page.needs.find_button.click()
    settle(page)
    assert page.message.words.text() == "看不懂这个时长。可以输入 2、1.5、90分钟、1小时30分。"


def test_where_no_room_fits_it_is_said(open_page, rooms):
    page = open_page()
    page.needs.people.setText("5000")
    page.needs.find_button.click()
    settle(page)
    assert page.message.words.text().startswith("一年之内没有合适的空闲时间。")
    assert page._summary.text() == "这天还没有预约，符合要求的场地 0 个"


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("2", 120), ("2小时", 120), ("1.5", 90), ("一个半小时", 90), ("2个半小时", 150), ("半小时", 30), ("1小时30分", 90),
        ("2h", 120), ("90分钟", 90), ("90", 90), ("120", 120), ("两小时", 120), ("23小时", 1380), ("24小时", None),
        ("0", None), ("很久", None), ("-3", None),
    ],
)  # fmt: skip
def test_lengths_are_read_as_people_type_them(typed, minutes):
    assert minutes_of(typed) == minutes


# Places held


def test_a_place_held_for_the_waiting_list_opens_its_entry_and_cannot_be_moved(qtbot, context, open_page, rooms, went):
    values = {"venue": rooms["music"], "start": f"{DAY}T09:00", "end": f"{DAY}T10:00", "purpose": "太极拳"}
    waiting = writing.save(context.office, "slot_waiting", values).id
    writing.save(context.office, "slot_waiting", {"status": "offered", "offer_until": f"{DAY}T08:00"}, waiting)
    page = open_page()
    piece = page.grid.plan.piece_of(waiting)
    assert piece is not None
    page.grid.select(waiting)
    qtbot.keyClick(page.grid, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert page.message.words.text() == "“太极拳”为候补保留，不能移动。"
    page.grid.enter()
    assert went == [Goto("form", {"kind": "slot_waiting", "record_id": waiting})]
