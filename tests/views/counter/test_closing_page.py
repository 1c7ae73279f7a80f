"""Closing a room or the center for some days: whom to call, cancelling, the list, and taking it back."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest

from app.models.fields import Misfit
from app.services import reading
from app.services.history import history
from app.views.counter.closing_page import ClosingPage, span_of
from app.views.day_line import DayLine
from app.views.records.slip_preview import CountedSheet


def text_of(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


@pytest.fixture
def page(counter: Any) -> ClosingPage:
    """Two bookings on the 25th, one of them in the evening, and one the day after."""
    counter.first = counter.book(day="2026-11-25", contact_name="王小芳", contact_phone="13800001111")
    counter.evening = counter.book("18:00", "20:00", day="2026-11-25", purpose="路演")
    counter.later = counter.book(day="2026-11-26")
    return counter.show(ClosingPage(counter.context))


def fill(counter: Any, page: ClosingPage, **values: str) -> None:
    for name, value in values.items():
        page.boxes[name].editor.line.setText(value)
        page.boxes[name].editor.changed.emit()
    page._ask()
    counter.rest(page)


def lines(page: ClosingPage) -> list[str]:
    return [one.item.id for one in page.scroller.widget().findChildren(DayLine)]


def test_everyone_to_call_is_listed_while_the_days_are_typed(counter: Any, page: ClosingPage):
    assert page.words.text() == "填了日期，这里列出要通知的人。"
    fill(counter, page, first="1125")
    assert lines(page) == [counter.first.id, counter.evening.id]
    assert page.words.text() == "这段时间有 2 场预约，要逐一通知。"
    fill(counter, page, hours="13:00-21:00")
    assert lines(page) == [counter.evening.id]
    fill(counter, page, hours="", last="1126")
    assert len(lines(page)) == 3
    fill(counter, page, first="1201", last="")
    assert page.words.text() == "这段时间没有预约。"


def test_a_day_is_closed_and_the_bookings_stay(counter: Any, page: ClosingPage):
    fill(counter, page, first="1125", reason="停电检修")
    page.close_button.click()
    counter.rest(page)
    closure = reading.rows(counter.office, "closure", reading.ids(counter.office, "closure"))[0]
    told = [closure.values[n] for n in ("reason", "start", "end", "venue", "sort")]
    assert told == ["停电检修", "2026-11-25T00:00", "2026-11-26T00:00", None, "closed"]
    assert counter.row("booking", counter.first.id).values["status"] == "confirmed"
    assert counter.said[-1].text == "已停用"
    assert page.words.text() == "请逐一通知下面 2 家。"
    assert page.close_button.isHidden()


def test_the_bookings_are_cancelled_with_the_reason_and_all_is_undone(counter: Any, page: ClosingPage):
    fill(counter, page, first="1125", reason="停电检修")
    page.cancel_box.setChecked(True)
    assert page.close_button.text() == "停用并取消 2 场"
    page.close_button.click()
    counter.rest(page)
    row = counter.row("booking", counter.first.id)
    assert (row.values["status"], row.values["cancel_reason"]) == ("cancelled", "停电检修")
    assert counter.row("booking", counter.later.id).values["status"] == "confirmed"
    assert lines(page) == [counter.first.id, counter.evening.id], "they still have to be called"
    assert [one.item.word for one in page.scroller.widget().findChildren(DayLine)] == ["已取消", "已取消"]
    counter.context.undo(counter.said[-1].op)
    counter.rest(page)
    counter.rest(page)
    assert counter.row("booking", counter.first.id).values["status"] == "confirmed"
    assert not page.close_button.isHidden(), "it can be closed again"


def test_who_has_the_room_held_is_to_be_called_and_nothing_of_theirs_is_cancelled(counter: Any, page: ClosingPage):
    slot = {"venue": counter.room, "start": "2026-11-25T14:00", "end": "2026-11-25T16:00"}
    held = counter.save(
        "slot_waiting",
        {**slot, "purpose": "棋社", "client_name": "老友棋社", "contact_phone": "13900002222", "status": "offered",
         "offer_until": "2026-11-24T12:00"},
    )  # fmt: skip
    fill(counter, page, first="1125", reason="停电检修")
    assert lines(page) == [counter.first.id, held.id, counter.evening.id]
    assert page.words.text() == "这段时间有 2 场预约、为候补保留 1 场，要逐一通知。"
    page.cancel_box.setChecked(True)
    assert page.close_button.text() == "停用并取消 2 场"
    page.scroller.widget().findChildren(DayLine)[1].click()
    assert counter.went[-1].arguments == {"kind": "slot_waiting", "record_id": held.id}
    page.close_button.click()
    counter.rest(page)
    assert counter.said[-1].text == "已停用，取消 2 场预约"
    page.print_button.click()
    counter.rest(page)
    sheet = page.findChildren(CountedSheet)[-1]
    assert "13900002222" in text_of(sheet.pdf)
    assert "棋社（候补）" in text_of(sheet.pdf)
    sheet.printed.emit()
    counter.rest(page)
    assert [entry.audit for entry in history(counter.office, "slot_waiting", held.id)].count("print") == 1
    sheet.reject()


def test_one_room_is_closed_alone(counter: Any, page: ClosingPage):
    other = counter.save("venue", {"name": "二楼"})
    elsewhere = counter.book(day="2026-11-25", venue=other.id, purpose="会议")
    fill(counter, page, first="1125")
    page.boxes["venue"].editor.set_link(other.id, "二楼")
    page._ask()
    counter.rest(page)
    assert lines(page) == [elsewhere.id]


def test_the_list_has_names_and_numbers_in_full_also_of_what_was_cancelled(counter: Any, page: ClosingPage):
    fill(counter, page, first="1125", reason="停电检修")
    page.cancel_box.setChecked(True)
    page.close_button.click()
    counter.rest(page)
    page.print_button.click()
    counter.rest(page)
    sheet = page.findChildren(CountedSheet)[-1]
    said = text_of(sheet.pdf)
    assert "13800001111" in said
    assert "停电检修" in said
    assert "路演" in said
    sheet.printed.emit()
    counter.rest(page)
    assert [entry.audit for entry in history(counter.office, "booking", counter.first.id)].count("print") == 1
    sheet.reject()


def test_what_is_missing_is_said_under_its_field(counter: Any, page: ClosingPage):
    page.close_button.click()
    counter.rest(page)
    assert page.boxes["first"].fault()
    fill(counter, page, first="1125", hours="früh")
    page.close_button.click()
    counter.rest(page)
    assert "13:00-17:00" in page.boxes["hours"].fault()
    fill(counter, page, hours="")
    page.close_button.click()
    counter.rest(page)
    assert "必须填写" in page.boxes["reason"].fault()
    assert not reading.ids(counter.office, "closure")


@pytest.mark.parametrize(
    ("first", "last", "hours", "meant"),
    [
        ("2026-11-25", None, None, ("2026-11-25T00:00", "2026-11-26T00:00")),
        ("2026-11-25", "2026-11-27", None, ("2026-11-25T00:00", "2026-11-28T00:00")),
        ("2026-11-25", None, "13:00-17:00", ("2026-11-25T13:00", "2026-11-25T17:00")),
        ("2026-11-25", None, "下午1点至5点", ("2026-11-25T13:00", "2026-11-25T17:00")),
        ("2026-11-25", None, "18:00-24:00", ("2026-11-25T18:00", "2026-11-26T00:00")),
        ("2026-11-25", "2026-11-26", "18:00-8:00", ("2026-11-25T18:00", "2026-11-26T08:00")),
    ],
)
def test_days_and_hours_are_a_span(first: str, last: str | None, hours: str | None, meant: tuple[str, str]):
    assert span_of(first, last, hours) == meant


@pytest.mark.parametrize(("last", "hours"), [("2026-11-24", None), (None, "17:00-13:00"), (None, "9"), (None, "a-b")])
def test_what_is_no_span_is_refused(last: str | None, hours: str | None):
    with pytest.raises(Misfit):
        span_of("2026-11-25", last, hours)
