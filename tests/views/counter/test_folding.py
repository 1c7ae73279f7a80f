"""Long forms stay readable: what is rarely filled in is folded away, and nothing typed is lost by it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.views.records.form_page import FormPage


def open_sections(page: FormPage) -> list[bool]:
    return [section.open for section in page.form.sections]


def test_a_new_booking_asks_for_what_is_needed_and_folds_the_rest(counter: Any):
    page = counter.show(FormPage(counter.context, "booking"))
    shown = [name for name, box in page.form.boxes.items() if box.isVisible()]
    assert shown == ["venue", "start", "end", "headcount", "client", "purpose", "client_name", "client_kind",
                     "contact_name", "contact_phone", "purpose_kind", "equipment"]  # fmt: skip


def test_a_section_opens_where_something_stands_in_it(counter: Any):
    row = counter.book(day="2026-11-25", deposit="100", remark="带钥匙")
    page = counter.show(FormPage(counter.context, "booking", row.id))
    open_ones = {section.head.text() for section in page.form.sections if section.folds and section.open}
    assert open_ones == {"安排与备注", "收费与押金"}


def test_a_section_is_opened_by_its_heading_and_has_the_cursor(counter: Any):
    page = counter.show(FormPage(counter.context, "booking"))
    section = next(one for one in page.form.sections if one.folds)
    section.head.click()
    counter.rest(page)
    assert page.form.boxes["status"].isVisible()
    section.head.click()
    assert page.form.boxes["status"].isHidden()


def test_a_fault_in_a_folded_section_opens_it(counter: Any):
    page = counter.show(FormPage(counter.context, "booking"))
    page.form.boxes["deposit"].editor.line.setText("viel")
    page.saving.save()
    counter.rest(page)
    assert page.form.boxes["deposit"].isVisible()
    assert page.form.boxes["deposit"].fault()


def test_enter_passes_over_what_is_folded_away(counter: Any):
    page = counter.show(FormPage(counter.context, "booking"))
    with counter.qtbot.waitActive(page):
        page.activateWindow()
    page.form.boxes["equipment"].focus_editor()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert page.save_button.hasFocus()


def test_enter_goes_from_the_start_to_the_time_of_the_end(counter: Any):
    page = counter.show(FormPage(counter.context, "booking"))
    with counter.qtbot.waitActive(page):
        page.activateWindow()
    start, end = (page.form.boxes[name].editor for name in ("start", "end"))
    start.day.line.setFocus()
    for typed in ("1125", "930", "1h30"):
        QTest.keyClicks(QApplication.focusWidget(), typed)
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert (start.value(), end.value()) == ("2026-11-25T09:30", "2026-11-25T11:00")
    assert end.time.line.text() == "11:00", "the length has become the time it leads to"
    assert page.form.boxes["headcount"].has_focus()


def test_a_length_is_understood_without_leaving_the_field(counter: Any):
    page = counter.show(FormPage(counter.context, "booking"))
    start, end = (page.form.boxes[name].editor for name in ("start", "end"))
    start.set_value("2026-11-25T23:00")
    end.time.line.setText("2h")
    assert end.value() == "2026-11-26T01:00"


def test_the_end_goes_along_when_the_day_is_changed(counter: Any):
    page = counter.show(FormPage(counter.context, "booking", counter.book(day="2026-11-25").id))
    start, end = (page.form.boxes[name].editor for name in ("start", "end"))
    start.day.line.setText("1126")
    start.day.line.editingFinished.emit()
    assert end.value() == "2026-11-26T11:00"
    end.day.line.setText("2026-11-27")
    start.day.line.setText("1128")
    start.day.line.editingFinished.emit()
    assert end.value() == "2026-11-27T11:00", "an end on another day was meant so"


def test_what_was_written_before_is_offered_for_the_client(counter: Any):
    counter.book(day="2026-11-20", purpose="合唱队排练")
    page = counter.show(FormPage(counter.context, "booking", values={"client": counter.team}))
    with counter.qtbot.waitActive(page):
        page.activateWindow()
    editor = page.form.boxes["purpose"].editor
    editor.line.setFocus()
    QTest.keyClicks(editor.line, "hcd")
    counter.qtbot.waitUntil(lambda: editor.completer.popup().isVisible())
    QTest.keyClick(editor.completer.popup(), Qt.Key.Key_Return)
    assert editor.value() == "合唱队排练"
    assert page.form.boxes["client_name"].has_focus()


def test_words_of_one_s_own_stay_as_they_are(counter: Any):
    counter.book(day="2026-11-20", purpose="合唱队排练")
    page = counter.show(FormPage(counter.context, "booking"))
    with counter.qtbot.waitActive(page):
        page.activateWindow()
    editor = page.form.boxes["purpose"].editor
    editor.line.setFocus()
    QTest.keyClicks(editor.line, "HCD 2027")
    QTest.keyClick(editor.line, Qt.Key.Key_Return)
    counter.rest(page)
    assert editor.value() == "HCD 2027"


def test_a_form_with_several_slips_has_one_button_and_a_menu(counter: Any):
    page = counter.show(FormPage(counter.context, "booking", counter.book(day="2026-11-25").id))
    texts = [page._actions.itemAt(at).widget().text() for at in range(page._actions.count())]
    assert texts == ["打印场地预约单", "历史", "更多"]
    menu = page._actions.itemAt(2).widget().menu()
    assert [action.text() for action in menu.actions()][-1] == "删除"
    assert len(menu.actions()) == len(page.forms) + ("这个人的全部信息…" in [one.text() for one in menu.actions()])
