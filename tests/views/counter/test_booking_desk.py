"""A booking at the counter: quiet buttons for what can be done now, each undoable."""

from __future__ import annotations

from typing import Any

import pytest

from app.services import reading
from app.services.undoing import undo
from app.views.counter.walk_in import walk_in
from app.views.records.form_page import FormPage


def opened(counter: Any, row: Any, kind: str = "booking") -> FormPage:
    return counter.show(FormPage(counter.context, kind, row.id))


def press(counter: Any, page: FormPage, step: str) -> None:
    page.extra.buttons[step].click()
    counter.rest(page)


def test_somebody_comes_and_goes(counter: Any, asked: Any):
    page = opened(counter, counter.book())
    assert list(page.extra.buttons) == ["check_in", "no_show", "hand_key", "add_equipment", "cancel"]
    press(counter, page, "check_in")
    assert page.row.values["checked_in_at"] == "2026-11-23T09:00"
    assert counter.said[-1].text == "已办理到场"
    assert list(page.extra.buttons) == ["check_out", "hand_key", "add_equipment"]

    def leave(sheet: Any) -> bool:
        assert sheet.form.boxes["actual_headcount"].editor.value() == 20, "as many as were announced"
        sheet.form.boxes["actual_headcount"].editor.set_value("18")
        sheet.form.boxes["condition"].editor.set_value("damaged")
        sheet.form.boxes["damage"].editor.set_value("话筒坏了一支")
        sheet.accept()
        counter.rest(page)
        return True

    asked.answer("Sheet.run", leave)
    press(counter, page, "check_out")
    values = counter.row("booking", page.record_id).values
    assert [values[n] for n in ("status", "actual_headcount", "condition", "cleanliness", "damage")] == [
        "closed", 18, "damaged", "clean", "话筒坏了一支",
    ]  # fmt: skip
    assert page.extra.buttons == {}


def test_each_step_can_be_undone(counter: Any):
    page = opened(counter, counter.book())
    press(counter, page, "check_in")
    undo(counter.office, counter.said[-1].op)
    assert counter.row("booking", page.record_id).values["status"] == "confirmed"


@pytest.mark.parametrize(
    ("step", "status"), [("approve", "confirmed"), ("reject", "rejected"), ("cancel", "cancelled")]
)
def test_an_application_is_approved_or_not(counter: Any, asked: Any, step: str, status: str):
    page = opened(counter, counter.book(day="2026-11-25", status="requested"))
    if step != "approve":
        asked.answer("ask_reason", "场地另有安排")
    press(counter, page, step)
    row = counter.row("booking", page.record_id)
    assert row.values["status"] == status
    if step != "approve":
        assert row.values["cancel_reason"] == "场地另有安排"


def test_without_a_reason_nothing_is_cancelled(counter: Any, asked: Any):
    page = opened(counter, counter.book(day="2026-11-25"))
    asked.answer("ask_reason", None)
    press(counter, page, "cancel")
    assert counter.row("booking", page.record_id).values["status"] == "confirmed"


def test_rule_24_who_does_not_come_is_a_no_show(counter: Any, clock: Any):
    row = counter.book()
    clock.move(minutes=30)
    page = opened(counter, row)
    assert page.extra.words.text() == "爽约，已释放"
    press(counter, page, "no_show")
    assert counter.row("booking", row.id).values["status"] == "no_show"


def test_rule_25_the_deposit_is_taken_and_partly_given_back(counter: Any, asked: Any):
    page = opened(counter, counter.book(deposit="200"))
    press(counter, page, "take_deposit")
    assert "押金 200 元 已收" in page.extra.words.text()

    def give_back(sheet: Any) -> bool:
        sheet.form.boxes["deposit_kept"].editor.set_value("50")
        sheet.form.boxes["deposit_reason"].editor.set_value("话筒损坏")
        sheet.accept()
        counter.rest(page)
        return True

    asked.answer("Sheet.run", give_back)
    press(counter, page, "return_deposit")
    assert counter.said[-1].text == "已退押金。应退 150 元。"
    assert counter.row("booking", page.record_id).values["deposit_state"] == "partly_kept"


def test_rule_25_keys_go_out_and_come_back(counter: Any, asked: Any):
    page = opened(counter, counter.book(contact_name="王小芳"))

    def hand_out(sheet: Any) -> bool:
        assert "王" in sheet.form.boxes["person_name"].editor.line.placeholderText()
        sheet.form.boxes["keys"].editor.set_value("201室 1把")
        sheet.accept()
        counter.rest(page)
        return True

    asked.answer("Sheet.run", hand_out)
    press(counter, page, "hand_key")
    assert "钥匙未还：201室 1把" in page.extra.words.text()
    press(counter, page, "key_back")
    handover = reading.rows(counter.office, "key_handover", reading.ids(counter.office, "key_handover"))[0]
    assert [handover.values[n] for n in ("person_name", "back_at", "due_at")] == [
        "王小芳", "2026-11-23T09:00", "2026-11-23T11:00",
    ]  # fmt: skip


def test_equipment_is_added_piece_by_piece(counter: Any, asked: Any):
    chairs = counter.save("equipment", {"name": "折叠椅", "stock": 60})
    page = opened(counter, counter.book())

    def add(sheet: Any) -> bool:
        assert set(sheet.form.boxes) == {"equipment", "quantity", "remark"}, "the booking is known"
        sheet.form.boxes["equipment"].editor.set_link(chairs.id, "折叠椅")
        sheet.form.boxes["quantity"].editor.set_value("20")
        sheet.accept()
        counter.rest(page)
        return True

    asked.answer("Sheet.run", add)
    press(counter, page, "add_equipment")
    part = reading.rows(counter.office, "booking_equipment", reading.ids(counter.office, "booking_equipment"))[0]
    assert (part.values["booking"], part.values["equipment"], part.values["quantity"]) == (
        page.record_id,
        chairs.id,
        20,
    )
    shown = next(one for one in page._related if one.what.relation.kind.name == "booking_equipment")
    assert [shown._title(one) for one in shown.what.rows] == ["折叠椅"]


def test_what_is_typed_is_saved_first(counter: Any):
    page = opened(counter, counter.book())
    page.form.boxes["headcount"].editor.line.setText("30")
    page.form.boxes["headcount"].editor.changed.emit()
    assert not page.extra.buttons["check_in"].isEnabled()
    assert "先保存" in page.extra.buttons["check_in"].toolTip()


def test_a_refused_step_is_said_at_the_foot(counter: Any, clock: Any):
    row = counter.book()
    page = opened(counter, row)
    clock.move(hours=3)
    press(counter, page, "check_in")
    assert "使用时间已过" in page.foot_words.text()


def test_a_walk_in_is_in_use_when_it_is_saved(counter: Any):
    page = counter.show(FormPage(counter.context, "booking", values=walk_in(counter.office, counter.room)))
    assert page.extra.words.text() == "现场使用：保存后即为使用中"
    page.form.boxes["end"].editor.time.line.setText("90")
    page.saving.save()
    counter.rest(page)
    values = reading.rows(counter.office, "booking", reading.ids(counter.office, "booking"))[0].values
    assert [values[n] for n in ("status", "start", "end", "checked_in_at")] == [
        "checked_in", "2026-11-23T09:00", "2026-11-23T10:30", "2026-11-23T09:00",
    ]  # fmt: skip


def test_a_key_that_is_out_too_long_is_marked_and_comes_back(counter: Any, clock: Any):
    values = {"keys": "201室 1把", "venue": counter.room, "person_name": "王小芳", "out_at": "2026-11-23T09:00",
              "due_at": "2026-11-23T10:00"}  # fmt: skip
    row = counter.save("key_handover", values)
    clock.move(hours=2)
    page = opened(counter, row, "key_handover")
    assert "已逾期" in page.extra.words.text()
    press(counter, page, "back")
    assert counter.row("key_handover", row.id).values["back_at"] == "2026-11-23T11:00"
