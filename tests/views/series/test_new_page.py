"""A new series in its page: how often, the dates one by one, and the choices before anything is saved."""

from __future__ import annotations

from typing import Any

import pytest

from app.services import reading, series
from app.services.reading import Query
from app.services.undoing import undo
from app.views.series.new_page import SeriesPage

WISH = {"start": "2026-12-07T09:00", "end": "2026-12-07T11:00", "purpose": "合唱排练", "client_name": "乐龄合唱队"}
"""A Monday."""


@pytest.fixture
def page(counter: Any) -> SeriesPage:
    return counter.show(SeriesPage(counter.context, {"venue": counter.room, **WISH}))


def until(counter: Any, page: SeriesPage, day: str) -> None:
    page.rule.until.set_value(day)
    page.rule.until.changed.emit()
    counter.rest(page)


def shown(page: SeriesPage) -> list[tuple[str, str]]:
    return [(line.date, line.state) for line in page.table.lines]


def made(counter: Any) -> list[str]:
    found = reading.rows(
        counter.office, "booking", reading.ids(counter.office, "booking", Query(where={"purpose": "合唱排练"}))
    )
    return sorted(row.values["original_date"] for row in found)


def test_the_dates_stand_there_as_soon_as_the_form_says_when(counter: Any, page: SeriesPage):
    assert page.rule.words.text() == "每周一，至2026年12月31日"
    assert shown(page) == [(f"2026-12-{day:02}", "free") for day in (7, 14, 21, 28)]
    assert page.words.text() == "共 4 个日期，可约 4"
    assert page.table.item(0, 0).text() == "12月7日 周一"
    assert page.table.item(0, 1).text() == "9:00-11:00"
    assert page.table.item(0, 2).text() == "可约"
    until(counter, page, "2026-12-14")
    assert [date for date, _state in shown(page)] == ["2026-12-07", "2026-12-14"]
    assert made(counter) == []


def test_all_are_booked_and_the_series_is_shown(counter: Any, page: SeriesPage):
    assert page.make_button.text() == "全部预约（4 次）"
    page.make_button.click()
    counter.rest(page)
    assert made(counter) == ["2026-12-07", "2026-12-14", "2026-12-21", "2026-12-28"]
    assert counter.said[-1].text == "已建立系列，约了 4 次"
    assert [goto.page for goto in counter.went] == ["back", "form"]
    undo(counter.office, counter.said[-1].op)
    assert made(counter) == []


def test_rule_17_taken_dates_are_skipped_or_nothing_is_booked(counter: Any, page: SeriesPage):
    counter.book(day="2026-12-14", purpose="书画展")
    page.refresh()
    counter.rest(page)
    assert shown(page)[1] == ("2026-12-14", "taken")
    assert "晨曦合唱队" in page.table.lines[1].why
    assert page.words.text() == "共 4 个日期，可约 3，不能约 1"
    assert not page.make_button.isEnabled()
    assert page.skip_button.text() == "跳过不能约的，约 3 次"
    page.skip_button.click()
    counter.rest(page)
    assert made(counter) == ["2026-12-07", "2026-12-21", "2026-12-28"]
    assert counter.said[-1].text == "已建立系列，约了 3 次，1 个日期未约"


def test_rule_17_a_date_goes_to_another_room(counter: Any, page: SeriesPage, asked: Any):
    counter.book(day="2026-12-14", purpose="书画展")
    other = counter.save("venue", {"name": "二楼教室"})
    page.refresh()
    counter.rest(page)
    page.table.selectRow(1)

    def choose(sheet: Any) -> bool:
        sheet.form.boxes["venue"].editor.set_link(other.id, "二楼教室")
        sheet.accept()
        counter.rest(page)
        return True

    asked.answer("Sheet.run", choose)
    page.move_button.click()
    counter.rest(page)
    assert shown(page)[1] == ("2026-12-14", "free")
    assert page.table.lines[1].why == "换到 二楼教室"
    page.make_button.click()
    counter.rest(page)
    rows = reading.rows(
        counter.office, "booking", reading.ids(counter.office, "booking", Query(where={"venue": other.id}))
    )
    assert [row.values["original_date"] for row in rows] == ["2026-12-14"]


def test_a_date_that_is_not_wanted_is_left_out_by_enter(counter: Any, page: SeriesPage):
    page.table.acted.emit(2)
    assert shown(page)[2] == ("2026-12-21", "omitted")
    assert page.words.text() == "共 4 个日期，可约 3，不约 1"
    page.table.selectRow(2)
    assert page.omit_button.text() == "约这些日期"
    page.make_button.click()
    counter.rest(page)
    assert made(counter) == ["2026-12-07", "2026-12-14", "2026-12-28"]


def test_days_off_can_be_left_out(counter: Any, page: SeriesPage):
    counter.save("calendar_day", {"name": "元旦", "date": "2027-01-04", "sort": "holiday"})
    until(counter, page, "2027-01-11")
    assert page.table.lines[4].why == "元旦"
    assert page.table.item(4, 0).text() == "2027年1月4日 周一"
    page.without_holidays.setChecked(True)
    assert shown(page)[4] == ("2027-01-04", "omitted")
    assert page.asked.omit == {"2027-01-04"}


@pytest.mark.parametrize(
    ("unit", "monthly", "words"),
    [
        ("day", "", "每天，至2026年12月31日"),
        ("month", "day", "每月7日，至2026年12月31日"),
        ("month", "nth", "每月第1个周一，至2026年12月31日"),
        ("month", "last_weekday", "每月最后一个周一，至2026年12月31日"),
        ("month", "last_day", "每月最后一天，至2026年12月31日"),
        ("year", "", "每年12月7日，至2026年12月31日"),
    ],
)
def test_the_choices_are_said_in_words(counter: Any, page: SeriesPage, unit: str, monthly: str, words: str):
    page.rule.unit.setCurrentIndex(page.rule.unit.findData(unit))
    if monthly:
        page.rule.monthly.setCurrentIndex(page.rule.monthly.findData(monthly))
    assert page.rule.words.text() == words


def test_the_weekday_follows_the_start_until_it_was_chosen(counter: Any, page: SeriesPage):
    start = page.form.boxes["start"].editor
    for box in ("start", "end"):
        page.form.boxes[box].editor.set_value(WISH[box].replace("-07T", "-08T"))
    start.changed.emit()
    assert page.rule.words.text().startswith("每周二，")
    page.rule.weekdays[4].setChecked(True)
    assert page.rule.words.text().startswith("每周二、周五，")
    page.form.boxes["start"].editor.set_value("2026-12-09T09:00")
    start.changed.emit()
    assert page.rule.words.text().startswith("每周二、周五，")
    counter.rest(page)


def test_what_is_wrong_is_said_and_nothing_is_asked(counter: Any, page: SeriesPage):
    until(counter, page, "2026-12-01")
    assert page.rule.words.text() == "截止日期早于首次开始"
    assert page.table.lines == []
    assert not page.make_button.isEnabled()
    page.rule.ends.setCurrentIndex(page.rule.ends.findData("count"))
    page.rule.count.setValue(2)
    counter.rest(page)
    assert [date for date, _state in shown(page)] == ["2026-12-07", "2026-12-14"]


def test_a_reason_books_what_only_a_quota_forbids(counter: Any, page: SeriesPage):
    counter.save("quota", {"name": "每月两次", "measure": "count", "limit": "2", "period": "month"})
    page.refresh()
    counter.rest(page)
    assert [state for _date, state in shown(page)] == ["free", "free", "quota", "quota"]
    assert not page.make_button.isEnabled()
    page.reason_line.setText("主任批准")
    page.make_button.click()
    counter.rest(page)
    assert len(made(counter)) == 4


def test_the_page_of_a_series_that_was_made_meanwhile_asks_again(counter: Any, page: SeriesPage):
    values = {"venue": counter.room, **WISH, "rule": "FREQ=WEEKLY;COUNT=1", "client_name": "舞蹈队"}
    series.make(counter.office, values)
    counter.context.wrote({"booking"})
    counter.rest(page)
    assert shown(page)[0] == ("2026-12-07", "taken")
