"""The first page of the morning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.services.sample import add_sample
from app.services.writing import save
from app.views.context import Context, Goto
from app.views.day_line import DayLine
from app.views.today_page import MOST, TodayPage
from tests.views.settling import settle


@pytest.fixture
def page(context: Context, qtbot: QtBot) -> Iterator[TodayPage]:
    made = TodayPage(context)
    qtbot.addWidget(made)
    made.resize(1150, 768)
    yield made
    context.tasks.drain()


def shown(page: TodayPage, qtbot: QtBot) -> TodayPage:
    page.show()
    settle(page, qtbot)
    return page


def lines(page: TodayPage, code: str) -> list[DayLine]:
    return [one for one in page.cards[code].findChildren(DayLine) if not one.isHidden()]


def ways(page: TodayPage) -> list[Goto]:
    gone: list[Goto] = []
    page.context.navigate.connect(gone.append)
    return gone


def test_an_empty_center_is_greeted_with_sentences(page: TodayPage, qtbot: QtBot) -> None:
    shown(page, qtbot)
    words = [one.text() for one in page.findChildren(QLabel)]
    assert "今天没有场地预约。" in words
    assert "11月23日 周一：今天没有预约" in words


def test_the_day_is_shown_in_blocks(page: TodayPage, qtbot: QtBot) -> None:
    add_sample(page.context.workspace.demo().office)
    shown(page, qtbot)
    counts = {code: len(lines(page, code)) for code in page.cards if not page.cards[code].isHidden()}
    assert counts == {"bookings": 8, "cases": 2, "findings": 0, "trainings": 1, "activities": 1, "certificates": 5}
    first = lines(page, "bookings")[0]
    assert first.accessibleName() == "9:00-11:00 舞蹈队排练 二楼排练厅 · 红枫叶舞蹈队（演示） 已确认"


def test_a_line_opens_its_record_by_mouse_and_by_key(page: TodayPage, qtbot: QtBot) -> None:
    add_sample(page.context.workspace.demo().office)
    gone = ways(shown(page, qtbot))
    line = lines(page, "cases")[0]
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert gone == [Goto("form", {"kind": "service_case", "record_id": line.item.id})] * 2


def test_all_of_a_block_is_one_click_away(page: TodayPage, qtbot: QtBot) -> None:
    gone = ways(shown(page, qtbot))
    page.cards["certificates"].all_button.click()
    page.cards["findings"].all_button.click()
    assert page.day is not None
    assert gone[0] == Goto("list", {"kind": "organization", "query": page.day.block("certificates").query})
    assert gone[1] == Goto("todo", {})


def test_a_long_block_says_how_many_more(page: TodayPage, qtbot: QtBot) -> None:
    for n in range(MOST + 3):
        save(page.context.office, "organization", {"name": f"组织{n}", "cert_to": "2026-12-01"})
    shown(page, qtbot)
    assert len(lines(page, "certificates")) == MOST
    assert any("还有 3 条" in one.text() for one in page.findChildren(QLabel))


def test_what_is_written_appears(page: TodayPage, qtbot: QtBot) -> None:
    shown(page, qtbot)
    venue = save(page.context.office, "venue", {"name": "一楼大厅"}).id
    slot = {"venue": venue, "start": "2026-11-23T09:00", "end": "2026-11-23T11:00", "purpose": "排练"}
    page.context.wrote({"booking"}, "", save(page.context.office, "booking", slot).op)
    settle(page, qtbot)
    assert [one.item.title for one in lines(page, "bookings")] == ["排练"]


def test_after_midnight_it_is_another_day(page: TodayPage, qtbot: QtBot, clock) -> None:
    shown(page, qtbot)
    clock.now += timedelta(days=1)
    page.context.watch.minute.emit()
    settle(page, qtbot)
    assert page.day is not None
    assert page.day.date == "2026-11-24"


def test_findings_are_told_as_they_are_found(page: TodayPage, qtbot: QtBot) -> None:
    for _n in range(2):
        save(page.context.office, "venue", {"name": "一楼大厅"})
    shown(page, qtbot)
    page.context.watch.look()
    page.context.tasks.drain()
    assert [one.item.title for one in lines(page, "findings")] == ["2 条场地的名称相同：一楼大厅"]


def test_a_block_is_previewed_before_it_is_printed(page: TodayPage, qtbot: QtBot, asked) -> None:
    add_sample(page.context.workspace.demo().office)
    shown(page, qtbot)
    sheets: list[object] = []
    asked.answer("Sheet.run", lambda sheet: sheets.append(sheet) or False)
    page.cards["bookings"].print_button.click()
    page.context.tasks.drain()
    page.context.tasks.drain()
    assert sheets[0].pdf.startswith(b"%PDF")
