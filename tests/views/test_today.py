"""The first page of the morning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.services.day_blocks import Item
from app.services.reading import get
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
    assert first.accessibleName() == "9:00-11:00 舞蹈队排练（演示） 二楼排练厅（演示） · 红枫叶舞蹈队（演示） 已确认"


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


def at_the_counter(page: TodayPage) -> dict[str, str]:
    """A room with a booking that has begun, a key that is out, a deposit that is held; the ids of all."""
    office = page.context.office
    venue = save(office, "venue", {"name": "一楼大厅", "release_minutes": 30}).id
    slot = {"venue": venue, "start": "2026-11-23T08:50", "end": "2026-11-23T11:00", "purpose": "排练"}
    late = save(office, "booking", slot).id
    over = {"venue": venue, "start": "2026-11-20T09:00", "end": "2026-11-20T10:00", "purpose": "书画展",
            "status": "closed", "deposit": "300", "deposit_state": "held"}  # fmt: skip
    held = save(office, "booking", over).id
    key = {"keys": "201室 1把", "venue": venue, "person_name": "王小芳", "out_at": "2026-11-20T09:00",
           "due_at": "2026-11-20T10:00"}  # fmt: skip
    return {"venue": venue, "late": late, "held": held, "key": save(office, "key_handover", key).id}


def steps(page: TodayPage, code: str) -> list[QAbstractButton]:
    found = page.cards[code].findChildren(QPushButton)
    return [one for one in found if isinstance(one.property("item"), Item) and one.isEnabled() and not one.isHidden()]


def test_who_is_late_what_is_out_and_what_is_held_is_told(page: TodayPage, qtbot: QtBot) -> None:
    at_the_counter(page)
    shown(page, qtbot)
    said = {code: [one.accessibleName() for one in lines(page, code)] for code in ("bookings", "keys", "deposits")}
    assert said == {
        "bookings": ["8:50-11:00 排练 一楼大厅 迟到 10 分钟"],
        "keys": ["201室 1把 一楼大厅 · 王* 应还 11月20日 10:00"],
        "deposits": ["11月20日 书画展 一楼大厅 300 元"],
    }
    assert page.day is not None
    assert page.day.summary.startswith("今天 1 场预约，1 场迟到，1 处钥匙未还，1 笔押金待退")
    assert page.cards["offers"].isHidden(), "there is nobody to tell"


def test_somebody_comes_in_with_one_press(page: TodayPage, qtbot: QtBot) -> None:
    made = at_the_counter(page)
    shown(page, qtbot)
    steps(page, "bookings")[0].click()
    settle(page, qtbot)
    settle(page, qtbot)
    assert get(page.context.office, "booking", made["late"]).values["status"] == "checked_in"
    assert [one.text() for one in steps(page, "bookings")] == ["离场"]
    steps(page, "keys")[0].click()
    settle(page, qtbot)
    settle(page, qtbot)
    assert page.cards["keys"].isHidden()


def test_leaving_is_asked_about_in_the_form(page: TodayPage, qtbot: QtBot) -> None:
    made = at_the_counter(page)
    save(page.context.office, "booking", {"status": "checked_in", "checked_in_at": "2026-11-23T09:00"}, made["late"])
    gone = ways(shown(page, qtbot))
    steps(page, "bookings")[0].click()
    assert gone == [Goto("form", {"kind": "booking", "record_id": made["late"]})]


def test_rule_24_a_room_is_released_as_the_minutes_pass(page: TodayPage, qtbot: QtBot, clock) -> None:
    at_the_counter(page)
    shown(page, qtbot)
    clock.now += timedelta(minutes=20)
    page.context.watch.minute.emit()
    settle(page, qtbot)
    assert lines(page, "bookings")[0].item.word == "爽约，已释放"


def test_what_is_to_come_stands_before_what_is_over(page: TodayPage, qtbot: QtBot, clock) -> None:
    office = page.context.office
    venue = save(office, "venue", {"name": "一楼大厅"}).id
    for hour in (8, 10, 14):
        slot = {"start": f"2026-11-23T{hour:02d}:00", "end": f"2026-11-23T{hour + 1:02d}:00"}
        save(office, "booking", {"venue": venue, **slot})
    clock.now += timedelta(hours=2, minutes=30)
    shown(page, qtbot)
    assert [one.item.when for one in lines(page, "bookings")] == ["14:00-15:00", "8:00-9:00", "10:00-11:00"]


def test_rule_04_from_november_the_missing_plan_of_next_year_is_told(page: TodayPage, qtbot: QtBot, clock) -> None:
    shown(page, qtbot)
    assert "2027年" in page.banners.shown["plan"].words.text()
    clock.now = clock.now.replace(month=10)
    page.mark_stale()
    settle(page, qtbot)
    assert "plan" not in page.banners.shown


def test_a_walk_in_begins_now(page: TodayPage, qtbot: QtBot) -> None:
    gone = ways(shown(page, qtbot))
    next(one for one in page.findChildren(QPushButton) if one.text() == "现场使用").click()
    values = {"start": "2026-11-23T09:00", "status": "checked_in", "checked_in_at": "2026-11-23T09:00"}
    assert gone == [Goto("form", {"kind": "booking", "values": values})]
