"""A series, and a booking of it, at the counter: three scopes, the dates one by one, booking a skipped date again."""

from __future__ import annotations

from typing import Any

import pytest

from app.services import reading, series
from app.services.reading import Query
from app.services.undoing import undo
from app.views.records.form_page import FormPage

MONDAYS = [f"2026-12-{day:02}" for day in (7, 14, 21, 28)]


@pytest.fixture
def made(counter: Any) -> str:
    """Four Mondays, of which the third was taken and skipped."""
    counter.book(day=MONDAYS[2], purpose="书画展", client=None, client_name="书画社")
    values = {
        "venue": counter.room, "start": f"{MONDAYS[0]}T09:00", "end": f"{MONDAYS[0]}T11:00", "purpose": "合唱排练",
        "rule": "FREQ=WEEKLY;COUNT=4", "on_taken": "skip", "client_name": "乐龄合唱队", "headcount": 20,
    }  # fmt: skip
    return series.make(counter.office, values).id


def opened(counter: Any, kind: str, record_id: str) -> FormPage:
    return counter.show(FormPage(counter.context, kind, record_id))


def occurrences(counter: Any, series_id: str) -> dict[str, Any]:
    found = reading.rows(
        counter.office, "booking", reading.ids(counter.office, "booking", Query(where={"series": series_id}))
    )
    return {row.values["original_date"]: row for row in found}


def starts(counter: Any, series_id: str) -> list[str]:
    return sorted(
        row.values["start"] for row in occurrences(counter, series_id).values() if row.values["status"] == "confirmed"
    )


def press(counter: Any, page: FormPage, step: str) -> None:
    page.extra.buttons[step].click()
    counter.rest(page)
    counter.rest(page)  # a sheet that opened when the answer was there has written meanwhile


def accepted(counter: Any, page: FormPage, sheet: Any) -> bool:
    sheet.accept()
    counter.rest(page)
    return True


def test_a_series_says_its_rule_and_how_it_stands(counter: Any, made: str):
    page = opened(counter, "booking_series", made)
    assert page.extra.words.text() == "每周一，共4次　还有 3 次　1 个日期未约"
    assert list(page.extra.buttons) == ["dates", "edit", "cancel"]


def test_rule_17_a_skipped_date_is_booked_again_from_the_list_of_dates(counter: Any, made: str, asked: Any):
    page = opened(counter, "booking_series", made)
    taken = reading.ids(counter.office, "booking", Query(where={"purpose": "书画展"}))[0]

    def again(sheet: Any) -> bool:
        assert [(line.date, line.word) for line in sheet.table.lines] == [
            (MONDAYS[0], "已确认"), (MONDAYS[1], "已确认"), (MONDAYS[2], "已占用"), (MONDAYS[3], "已确认"),
        ]  # fmt: skip
        assert "书画社" in sheet.table.lines[2].why
        sheet.table.selectRow(2)
        sheet.again.click()
        counter.rest(page)
        assert "书画社" in sheet.fault.text()
        counter.save("booking", {"status": "cancelled", "cancel_reason": "不来了"}, taken)
        sheet.table.selectRow(2)
        sheet.again.click()
        counter.rest(page)
        assert sheet.table.lines[2].word == "已确认", sheet.fault.text()
        assert not sheet.again.isEnabled()
        return False

    asked.answer("Sheet.run", again)
    press(counter, page, "dates")
    assert starts(counter, made) == [f"{date}T09:00" for date in MONDAYS]


def test_rule_17_a_skipped_date_is_booked_in_another_room(counter: Any, made: str, asked: Any):
    other = counter.save("venue", {"name": "二楼教室"})
    page = opened(counter, "booking_series", made)

    def elsewhere(sheet: Any) -> bool:
        sheet.table.selectRow(2)
        asked.answer("Sheet.run", room)
        sheet.elsewhere.click()
        counter.rest(page)
        return False

    def room(sheet: Any) -> bool:
        sheet.form.boxes["venue"].editor.set_link(other.id, "二楼教室")
        return accepted(counter, page, sheet)

    asked.answer("Sheet.run", elsewhere)
    press(counter, page, "dates")
    assert occurrences(counter, made)[MONDAYS[2]].values["venue"] == other.id


def test_rule_18_a_booking_of_a_series_is_cancelled_alone(counter: Any, made: str, asked: Any):
    page = opened(counter, "booking", occurrences(counter, made)[MONDAYS[1]].id)
    assert "series" in page.extra.buttons

    def this(sheet: Any) -> bool:
        assert (sheet.scope, sheet.day.date) == ("this", MONDAYS[1])
        sheet.accept()
        assert sheet.fault.text() == "请写明取消的理由"
        sheet.reason.setText("停电")
        return accepted(counter, page, sheet)

    asked.answer("Sheet.run", this)
    press(counter, page, "cancel")
    assert counter.said[-1].text == "已取消 1 次预约"
    assert starts(counter, made) == [f"{date}T09:00" for date in (MONDAYS[0], MONDAYS[3])]
    assert page.row.values["cancel_reason"] == "停电"


def test_rule_18_or_with_the_later_ones_or_with_all(counter: Any, made: str, asked: Any):
    page = opened(counter, "booking", occurrences(counter, made)[MONDAYS[1]].id)

    def scoped(at: int) -> Any:
        def choose(sheet: Any) -> bool:
            sheet.scopes.button(at).setChecked(True)
            sheet.reason.setText("场地维修")
            return accepted(counter, page, sheet)

        return choose

    asked.answer("Sheet.run", scoped(1))
    press(counter, page, "cancel")
    assert starts(counter, made) == [f"{MONDAYS[0]}T09:00"]
    undo(counter.office, counter.said[-1].op)
    page.refresh()
    counter.rest(page)
    asked.answer("Sheet.run", scoped(2))
    press(counter, page, "cancel")
    assert starts(counter, made) == []
    assert counter.row("booking_series", made).values["status"] == "cancelled"


def test_rule_18_a_new_time_from_a_date_on(counter: Any, made: str, asked: Any):
    page = opened(counter, "booking", occurrences(counter, made)[MONDAYS[1]].id)

    def later(sheet: Any) -> bool:
        sheet.scopes.button(1).setChecked(True)
        assert sheet.form.boxes["start"].editor.value() == f"{MONDAYS[1]}T09:00"
        for name, time in (("start", "14:00"), ("end", "16:00")):
            sheet.form.boxes[name].editor.set_value(f"{MONDAYS[1]}T{time}")
        return accepted(counter, page, sheet)

    asked.answer("Sheet.run", later)
    press(counter, page, "series")
    assert starts(counter, made) == [f"{MONDAYS[0]}T09:00"]
    (part,) = reading.ids(counter.office, "booking_series", Query(where={"follows": made}))
    assert starts(counter, part) == [f"{MONDAYS[1]}T14:00", f"{MONDAYS[3]}T14:00"]


def test_rule_18_dates_changed_one_by_one_are_named_first(counter: Any, made: str, asked: Any):
    series.edit(counter.office, made, "this", MONDAYS[1], {"headcount": 50})
    page = opened(counter, "booking_series", made)

    def every(overwrite: bool) -> Any:
        def change(sheet: Any) -> bool:
            assert sheet.scope == "all"
            assert sheet.changed_words.text() == "单独改过或取消的日期保持原样：2026年12月14日 周一"
            sheet.form.boxes["headcount"].editor.set_value(30 if not overwrite else 40)
            sheet.follow.setChecked(overwrite)
            return accepted(counter, page, sheet)

        return change

    asked.answer("Sheet.run", every(False))
    press(counter, page, "edit")
    assert [occurrences(counter, made)[date].values["headcount"] for date in (MONDAYS[0], MONDAYS[1])] == [30, 50]
    asked.answer("Sheet.run", every(True))
    press(counter, page, "edit")
    assert [occurrences(counter, made)[date].values["headcount"] for date in (MONDAYS[0], MONDAYS[1])] == [40, 40]


def test_rule_18_another_rule_from_the_sheet(counter: Any, made: str, asked: Any):
    page = opened(counter, "booking_series", made)

    def twice(sheet: Any) -> bool:
        sheet.accept()
        assert sheet.fault.text() == "还没有改什么"
        sheet.rules.setChecked(True)
        sheet.rule.ends.setCurrentIndex(sheet.rule.ends.findData("count"))
        sheet.rule.count.setValue(2)
        return accepted(counter, page, sheet)

    asked.answer("Sheet.run", twice)
    press(counter, page, "edit")
    assert starts(counter, made) == [f"{date}T09:00" for date in MONDAYS[:2]]


def test_a_refusal_stays_in_the_sheet(counter: Any, made: str, asked: Any):
    counter.book("14:00", "16:00", day=MONDAYS[1], purpose="培训", client=None, client_name="书画社")
    page = opened(counter, "booking_series", made)

    def moved(sheet: Any) -> bool:
        for name, time in (("start", "14:00"), ("end", "16:00")):
            sheet.form.boxes[name].editor.set_value(f"{MONDAYS[0]}T{time}")
        accepted(counter, page, sheet)
        assert "1 个日期不能约：2026年12月14日 周一" in sheet.fault.text()
        sheet.lenient.setChecked(True)
        return accepted(counter, page, sheet)

    asked.answer("Sheet.run", moved)
    press(counter, page, "edit")
    assert starts(counter, made) == [f"{MONDAYS[0]}T14:00", f"{MONDAYS[1]}T09:00", f"{MONDAYS[3]}T14:00"]


def test_a_booking_that_is_being_typed_becomes_a_series(counter: Any):
    page = counter.show(FormPage(counter.context, "booking", values={"venue": counter.room}))
    page.form.boxes["purpose"].editor.set_value("合唱排练")
    page.form.boxes["start"].editor.set_value(f"{MONDAYS[0]}T09:00")
    page.form.changed.emit()
    assert page.extra.buttons["repeat"].isEnabled()
    press(counter, page, "repeat")
    assert [goto.page for goto in counter.went] == ["back", "series"]
    values = counter.went[1].arguments["values"]
    assert [values[n] for n in ("venue", "purpose", "start")] == [counter.room, "合唱排练", f"{MONDAYS[0]}T09:00"]
    assert page.leave(), "it asks nothing"
