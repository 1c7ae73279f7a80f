"""The pictures page: what is counted, what a mark opens, what is printed."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from pypdfium2 import PdfDocument
from PySide6.QtCore import QPoint, Qt
from settling import settle

from app.services import reading, writing
from app.services.pictures import CODES, HEAT, KINDS, level
from app.views.context import Goto
from app.views.pictures.page import PicturesPage
from app.views.pictures.spans import spans
from app.views.records.list_page import ListPage
from app.views.records.slip_preview import PreviewSheet


@pytest.fixture
def went(context) -> list[Goto]:
    found: list[Goto] = []
    context.navigate.connect(found.append)
    return found


@pytest.fixture
def rooms(context) -> list[str]:
    """教室 is used three Tuesdays 9:00-10:30, 大厅 once."""
    made = [writing.save(context.office, "venue", {"name": name}).id for name in ("教室", "大厅")]
    for room, day, kind in ((0, "03", "team"), (0, "10", "team"), (0, "17", "resident"), (1, "17", "team")):
        values = {"venue": made[room], "start": f"2026-11-{day}T09:00", "end": f"2026-11-{day}T10:30",
                  "client_kind": kind, "client_name": "王芳"}  # fmt: skip
        writing.save(context.office, "booking", values)
    return made


@pytest.fixture
def page(context, qtbot, rooms) -> PicturesPage:
    made = PicturesPage(context)
    qtbot.addWidget(made)
    made.resize(1198, 728)
    made.show()
    settle(made, qtbot)
    return made


def test_the_heat_map_begins_with_the_room_that_is_used_most(page):
    assert page.rooms.currentText() == "教室"
    assert page.finding.text() == "教室周二 9:00-10:00 最忙，占用 100%；工作日里周一上午最空，占用 0%。"
    assert "2026年11月3日 至 2026年11月23日" in page.note.text()


def test_a_click_on_a_mark_opens_just_its_bookings(qtbot, context, page, went):
    column = page.view.chart.columns.index("10:00")
    qtbot.mouseClick(page.view, Qt.MouseButton.LeftButton, pos=page.view.cell(1, column).center())
    (goto,) = went
    query = goto.arguments["query"]
    assert (goto.page, goto.arguments["kind"], query.why) == ("list", "booking", "教室 周二 10:00-11:00")
    assert reading.count(context.office, "booking", query) == 3
    listed = ListPage(context, "booking", query)
    qtbot.addWidget(listed)
    listed.show()
    settle(listed, qtbot)
    assert len(listed.model.ids) == 3
    assert listed._summary.text().startswith("找到 3 条场地预约")
    listed.filters.clear()
    settle(listed, qtbot)
    assert len(listed.model.ids) == 4


def test_arrows_choose_a_mark_and_enter_opens_it(qtbot, page, went):
    page.view.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right):
        qtbot.keyClick(page.view, key)
    assert page.view.selected == (1, 1)
    assert page.view.accessibleDescription() == "教室 周二 9:00-10:00：100%，3 场预约"
    qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert len(went) == 1


def test_an_empty_mark_opens_nothing(qtbot, page, went):
    qtbot.mouseClick(page.view, Qt.MouseButton.LeftButton, pos=page.view.cell(0, 0).center())
    qtbot.mouseClick(page.view, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert not went


def test_a_weekday_that_is_not_in_the_span_says_so_and_opens_nothing(qtbot, context, page, clock, went):
    values = {"venue": page.rooms.currentData(), "start": "2026-12-01T09:00", "end": "2026-12-01T10:00"}
    writing.save(context.office, "booking", values)
    clock.now = datetime(2026, 12, 2, 9, 0)
    made = PicturesPage(context)
    qtbot.addWidget(made)
    made.resize(1198, 728)
    made.show()
    made.spans.setCurrentIndex(made.spans.findText("本月"))
    made.spans.activated.emit(made.spans.currentIndex())
    settle(made, qtbot)
    assert made.view.words(0, 1) == "这段时间里没有这一天"
    assert made.view.words(2, 1).endswith("0%，0 场预约")
    qtbot.mouseClick(made.view, Qt.MouseButton.LeftButton, pos=made.view.cell(0, 1).center())
    assert not went


def test_the_other_pictures_are_of_all_rooms_until_one_is_chosen(qtbot, page):
    page.choose(KINDS)
    settle(page, qtbot)
    assert page.rooms.currentText() == "所有场地"
    assert page.finding.text() == "群众活动团队用得最多，4.5 小时，占全部的 75%；11月最忙，共 6 小时。"
    page.rooms.setCurrentIndex(page.rooms.findText("大厅"))
    page.rooms.activated.emit(page.rooms.currentIndex())
    settle(page, qtbot)
    assert page.finding.text().startswith("群众活动团队用得最多，1.5 小时，占全部的 100%")


def test_a_time_without_bookings_says_so_and_prints_nothing(qtbot, page):
    page.spans.setCurrentIndex(page.spans.findText("去年"))
    page.spans.activated.emit(page.spans.currentIndex())
    settle(page, qtbot)
    assert page.finding.text() == "所有场地在这段时间没有预约。"
    assert not page.view.isVisible()
    assert not page.print_button.isEnabled()


def test_a_new_booking_is_counted_while_the_page_is_shown(qtbot, context, page, rooms):
    values = {"venue": rooms[1], "start": "2026-11-18T09:00", "end": "2026-11-18T10:00", "client_kind": "team"}
    writing.save(context.office, "booking", values)
    page.choose(KINDS)
    context.wrote({"booking"})
    settle(page, qtbot)
    assert "5.5 小时" in page.finding.text()


def test_what_is_printed_is_what_is_shown(qtbot, page, asked):
    for code in CODES:
        page.choose(code)
        settle(page, qtbot)
        sheets: list[PreviewSheet] = []
        asked.answer("Sheet.run", sheets.append)
        page.print_chart()
        text = "".join(PdfDocument(sheets[0].make())[0].get_textpage().get_text_range().split())
        assert "".join(page.finding.text().split()) in text
        marks = [mark for _label, row in page.view.chart.rows for mark in row if mark and mark.ids]
        assert all(mark.text in text for mark in marks)
        settle(page, qtbot)


def test_there_are_six_tones_and_their_figures_can_be_read_in_grey(page):
    assert [level(share) for share in (0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1)] == [0, 1, 1, 2, 3, 4, 5, 5]
    tones = [tone.lightness() for tone in page.view._tones]
    assert tones == sorted(tones, reverse=True)
    assert len(set(tones)) == 6


def test_spans_end_today_or_with_what_is_over():
    found = {label: (span.first, span.last) for label, span in spans(date(2026, 3, 31))}
    assert found == {
        "最近12个月": ("2025-04-01", "2026-03-31"), "最近3个月": ("2026-01-01", "2026-03-31"),
        "本月": ("2026-03-01", "2026-03-31"), "上个月": ("2026-02-01", "2026-02-28"),
        "今年": ("2026-01-01", "2026-03-31"), "去年": ("2025-01-01", "2025-12-31"),
    }  # fmt: skip


def test_a_picture_is_come_to_by_its_name(qtbot, page):
    page.arrive({"code": "no_shows"})
    settle(page, qtbot)
    assert page.code != HEAT
    assert page.finding.text().startswith("4 场到时间的预约")
