"""Merging on screen: two records side by side, one that stays, and the way back; clashes settled and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.services.findings import findings
from app.services.history import history
from app.services.merging import merge, standing, unmerge
from app.services.reading import get, ids
from app.services.todo import take_back
from app.views.context import Context
from app.views.records.form_page import FormPage
from app.views.records.list_page import ListPage
from app.views.records.merge_sheet import MergeSheet
from app.views.records.todo_page import TodoPage
from tests.views.settling import settle


@pytest.fixture
def open_page(qtbot: QtBot) -> Any:
    """Shows a page and waits until it rests."""

    def show(page: Any) -> Any:
        qtbot.addWidget(page)
        page.resize(1198, 728)
        page.show()
        settle(page, qtbot)
        return page

    return show


@pytest.fixture
def twins(context: Context, save: Any) -> list[str]:
    """One organization entered twice, each with something of its own."""
    one = save("organization", {"name": "乐龄服务社", "phone": "65431234", "contact_phone": "13812345678"})
    two = save("organization", {"name": "乐龄服务社", "phone": "65439999", "legal_rep": "周国强"})
    return [one.id, two.id]


@pytest.fixture
def sheet(context: Context, twins: list[str], qtbot: QtBot) -> Any:
    below = QWidget()
    qtbot.addWidget(below)
    made = MergeSheet(below, context, get(context.office, "organization", twins[0]).kind, *twins)
    made.open()
    qtbot.waitUntil(lambda: made.table is not None)
    yield made
    context.tasks.drain()


def buttons(page: QWidget) -> dict[str, QPushButton]:
    return {one.text(): one for one in page.findChildren(QPushButton) if one.isVisible()}


def test_the_one_that_stays_fills_its_gaps_from_the_other(sheet: Any, context: Context, twins: list[str], qtbot: QtBot):
    assert {name: group.checkedId() for name, group in sheet.table.values.items()} == {
        "phone": 0, "contact_phone": 0, "legal_rep": 1
    }  # fmt: skip
    sheet.table.keep(1)
    assert sheet.table.take == ["contact_phone"]
    sheet.table.choose("phone", 0)
    heard: list[Any] = []
    context.said.connect(heard.append)
    with qtbot.waitSignal(sheet.accepted):
        sheet.yes.click()
    kept = get(context.office, "organization", twins[1])
    assert [kept.values[name] for name in ("phone", "contact_phone", "legal_rep")] == [
        "65431234", "13812345678", "周国强"
    ]  # fmt: skip
    assert ids(context.office, "organization") == [twins[1]]
    context.undo(heard[0].op)
    context.tasks.drain()
    assert len(ids(context.office, "organization")) == 2
    assert get(context.office, "organization", twins[1]).values["phone"] == "65439999"


def test_personal_values_are_masked_until_they_are_asked_for_which_is_written_down(
    sheet: Any, context: Context, twins: list[str], qtbot: QtBot
):
    def texts() -> list[str]:
        return [one.text() for one in sheet.table.values["contact_phone"].buttons()]

    assert texts() == ["138****5678", "（空）"]
    sheet.table.choose("phone", 1)
    before = sheet.table
    sheet.revealer.click()
    qtbot.waitUntil(lambda: sheet.table is not before)
    assert texts() == ["13812345678", "（空）"]
    assert sheet.table.values["phone"].checkedId() == 1  # what was chosen stays chosen
    assert history(context.office, "organization", twins[0])[-1].audit


def test_what_stands_against_a_merge_is_said_in_the_sheet(sheet: Any, context: Context, twins: list[str], qtbot: QtBot):
    merge(context.office, "organization", twins[0], twins[1])
    sheet.yes.click()
    qtbot.waitUntil(sheet.fault.isVisible)
    assert (
        "已经并入别的记录。请直接并入" in sheet.fault.text()
        or "已经并入别的记录。请先取消那次合并" in sheet.fault.text()
    )
    assert sheet.isVisible()


def test_two_selected_rows_can_be_merged_and_no_other_number(context: Context, twins: list[str], open_page: Any):
    page = open_page(ListPage(context, "organization"))
    offered = page._merge
    assert not offered.isEnabled()
    page.table.selectRow(0)
    assert not offered.isEnabled()
    page.table.selectAll()
    assert offered.isEnabled()
    offered.click()
    shown = QApplication.activeModalWidget()
    assert isinstance(shown, MergeSheet)
    assert sorted(shown.ids) == sorted(twins)
    context.tasks.drain()
    shown.reject()


def test_a_duplicate_among_the_things_to_do_offers_to_merge(context: Context, twins: list[str], open_page: Any):
    page = open_page(TodoPage(context))
    buttons(page)["合并…"].click()
    shown = QApplication.activeModalWidget()
    assert isinstance(shown, MergeSheet)
    context.tasks.drain()
    shown.reject()


def test_a_merged_record_says_where_it_went_and_can_come_back(
    context: Context, twins: list[str], open_page: Any, heard: Any, qtbot: QtBot
):
    merge(context.office, "organization", twins[0], twins[1])
    page = open_page(FormPage(context, "organization", twins[0]))
    assert "已并入“乐龄服务社”" in page.banners.shown["merged"].words.text()
    assert not page.save_button.isEnabled()
    assert not page.form.isEnabled()
    buttons(page)["打开那一条"].click()
    assert heard.went[-1].arguments["record_id"] == twins[1]
    buttons(page)["取消合并"].click()
    settle(page, qtbot)
    assert "merged" not in page.banners.shown
    assert page.form.isEnabled()
    assert len(ids(context.office, "organization")) == 2
    assert heard.said[-1].text == "已取消合并"


def test_the_record_that_stays_names_what_was_merged_into_it(
    context: Context, twins: list[str], open_page: Any, heard: Any
):
    merge(context.office, "organization", twins[0], twins[1])
    page = open_page(FormPage(context, "organization", twins[1]))
    assert page.banners.shown["merged"].words.text() == "有 1 条记录并入了这一条：“乐龄服务社”"
    assert page.form.isEnabled()
    buttons(page)["查看"].click()
    assert heard.went[-1].arguments["record_id"] == twins[0]


def test_a_merge_that_can_no_longer_be_taken_back_says_why(
    context: Context, twins: list[str], save: Any, open_page: Any, qtbot: QtBot
):
    third = save("organization", {"name": "乐龄"}).id
    merge(context.office, "organization", twins[0], twins[1])
    merge(context.office, "organization", twins[1], third)
    page = open_page(FormPage(context, "organization", twins[0]))
    buttons(page)["取消合并"].click()
    settle(page, qtbot)
    assert "后来又并入了别的记录" in page.foot_words.text()
    assert standing(context.office, "organization", twins[0]).into == (third, "乐龄")


def test_records_merged_into_each_other_are_settled_by_one_click(
    context: Context, twins: list[str], open_page: Any, qtbot: QtBot
):
    first, second = sorted(twins)
    with context.office.unit() as unit:
        unit.load("organization", first).merged_into = second
        unit.load("organization", second).merged_into = first
    page = open_page(TodoPage(context))
    buttons(page)["留第2条"].click()
    settle(page, qtbot)
    assert ids(context.office, "organization") == [second]
    assert findings(context.office) == []
    unmerge(context.office, "organization", first)
    assert len(ids(context.office, "organization")) == 2


def test_a_yield_is_taken_back_from_the_things_to_do(
    context: Context, save: Any, rooms: list[str], open_page: Any, qtbot: QtBot
):
    one = save("booking", {"venue": rooms[0], "start": "2026-11-24T09:00", "end": "2026-11-24T11:00"})
    two = save("booking", {"venue": rooms[2], "start": "2026-11-24T10:00", "end": "2026-11-24T12:00"})
    with context.office.unit() as unit:
        unit.load("booking", two.id).venue = rooms[0]
        unit.load("booking", two.id).yields_to = one.id
        unit.load("booking", one.id).yields_to = two.id
    (finding,) = findings(context.office)
    assert (finding.code, sorted(finding.ids)) == ("yields", sorted([one.id, two.id]))
    page = open_page(TodoPage(context))
    first = finding.ids[0]
    buttons(page)["第1条不让了"].click()
    settle(page, qtbot)
    assert findings(context.office) == []
    assert get(context.office, "booking", first).values["yields_to"] is None
    assert take_back(context.office, first).id == first  # once more is no fault


def test_of_two_under_one_number_one_gets_a_new_one_after_a_confirm(
    context: Context, twins: list[str], open_page: Any, asked: Any, qtbot: QtBot
):
    with context.office.unit() as unit:
        one, two = (unit.load("organization", each) for each in twins)
        two.number = number = one.number
    page = open_page(TodoPage(context))
    (row,) = [row for row in page.rows if row.todo.finding.code == "number"]
    second = next(each for each in row.buttons if each.text() == "第2条换新编号")
    asked.answer("confirm", False)
    second.click()
    assert "不能撤销" in asked.shown[-1][2]
    asked.answer("confirm", True)
    second.click()
    settle(page, qtbot)
    assert get(context.office, "organization", max(twins)).values["number"] != number
    assert [each for each in findings(context.office) if each.code == "number"] == []
