"""Forms: every kind opens, the keyboard suffices, refusals stand under the fields, nothing of others is overwritten."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from app.models.registry import KINDS
from app.services import drafts, writing
from app.services.history import history
from app.services.reading import get, ids
from app.services.writing import set_deleted
from app.views.context import Context
from app.views.records.editors_link import LinkEditor
from app.views.records.form_page import FormPage
from app.views.records.quick_new import QuickNew
from tests.factory import make, values_of


def line(page: FormPage, name: str) -> Any:
    return page.form.boxes[name].editor.line


def fill_booking(page: FormPage, room: str, day: str = "1124", start: str = "9", end: str = "11") -> None:
    page.form.boxes["venue"].editor.set_link(room, "时代花园社区老年活动室")
    for name, time in (("start", start), ("end", end)):
        page.form.boxes[name].editor.day.line.setText(day)
        page.form.boxes[name].editor.time.line.setText(time)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_form_new_and_filled(context: Context, shown: Any, kind: str):
    new = shown(FormPage(context, kind))
    assert set(new.form.boxes) == {field.name for field in KINDS[kind].typed}
    row = writing.save(context.office, kind, values_of(context.office, KINDS[kind]))
    page = shown(FormPage(context, kind, row.id))
    assert not page.dirty, page.form.read()
    page._reveal()
    assert context.tasks.drain()
    assert not page.dirty, page.form.read()


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if not kind.internal])
def test_what_a_form_reads_back_can_be_saved_again(context: Context, shown: Any, settle: Any, kind: str):
    values = values_of(context.office, KINDS[kind])
    page = shown(FormPage(context, kind, values=values))
    page.saving.save()
    settle()
    assert page.foot_words.text() == ""
    made = get(context.office, kind, ids(context.office, kind)[0])
    for name, value in values.items():
        assert made.values[name] == KINDS[kind].fields[name].check(value), name


def test_enter_goes_from_field_to_field_and_f6_saves(context: Context, shown: Any, settle: Any, heard: Any):
    page = shown(FormPage(context, "venue"))
    QTest.qWait(10)
    QTest.keyClicks(QApplication.focusWidget(), "Room 1")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert page.form.boxes["status"].has_focus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert page.form.boxes["parent"].has_focus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    QTest.keyClicks(QApplication.focusWidget(), "120")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
    settle(200)
    row = get(context.office, "venue", ids(context.office, "venue")[0])
    assert (row.values["name"], row.values["area"]) == ("Room 1", "120")
    assert heard.said[-1].text == "已新建场地“Room 1”"
    assert heard.went[-1].page == "back"


def test_typed_dates_and_times_are_understood_on_saving(context: Context, shown: Any, settle: Any, rooms: Any):
    page = shown(FormPage(context, "booking"))
    fill_booking(page, rooms[0], "明天", "9", "下午2点")
    page.saving.save()
    settle()
    row = get(context.office, "booking", ids(context.office, "booking")[0])
    assert (row.values["start"], row.values["end"]) == ("2026-11-24T09:00", "2026-11-24T14:00")


def test_a_refusal_stands_under_its_field_with_the_mend_and_has_the_cursor(context: Context, shown: Any, settle: Any):
    page = shown(FormPage(context, "organization"))
    line(page, "name").setText("乐龄生活服务社")
    line(page, "uscc").setText("52310230MJ5339125A")
    page.saving.save()
    settle()
    box = page.form.boxes["uscc"]
    assert "F" in box.fault()
    assert not box.fault().startswith("统一社会信用代码")
    assert box.has_focus()
    assert not ids(context.office, "organization")
    line(page, "uscc").setText("52310230MJ5339125F")
    box.editor.changed.emit()
    assert box.fault() == ""


def test_everything_wrong_is_said_at_once(context: Context, shown: Any, settle: Any):
    page = shown(FormPage(context, "booking"))
    page.form.boxes["start"].editor.day.line.setText("哪天")
    page.saving.save()
    settle()
    faulty = [name for name, box in page.form.boxes.items() if box.fault()]
    assert faulty == ["venue", "start", "end"]
    assert "3 处" in page.foot_words.text()


def test_a_taken_room_is_named_with_what_is_free(context: Context, shown: Any, settle: Any, rooms: Any, save: Any):
    save("booking", {"venue": rooms[0], "start": "2026-11-24T09:00", "end": "2026-11-24T11:00",
                     "client_name": "乐龄服务社"})  # fmt: skip
    page = shown(FormPage(context, "booking"))
    fill_booking(page, rooms[0])
    page.saving.save()
    settle()
    assert "已被 乐龄服务社 预约" in page.form.boxes["venue"].fault()
    assert page.override_button.isHidden()


def test_rule_23_a_policy_can_be_set_aside_with_a_reason(context: Context, shown: Any, settle: Any):
    values = {"name": "合唱队", "status": "active", "member_count": 8}
    page = shown(FormPage(context, "team", values=values))
    page.saving.save()
    settle()
    assert page.override_button.isVisible()
    page.override_button.click()
    settle()
    assert not ids(context.office, "team"), "without a reason it is not done"
    assert page.reason_line.hasFocus()
    QTest.keyClicks(page.reason_line, "committee vouches")
    QTest.keyClick(page.reason_line, Qt.Key.Key_Return)
    settle()
    row = get(context.office, "team", ids(context.office, "team")[0])
    assert row.values["status"] == "active"
    assert "override" in [entry.audit for entry in history(context.office, "team", row.id)]


def test_only_what_changed_is_written(context: Context, shown: Any, settle: Any, save: Any):
    row = save("venue", {"name": "一楼大厅", "area": "50"})
    page = shown(FormPage(context, "venue", row.id))
    line(page, "area").setText("60")
    page.saving.save()
    settle()
    assert history(context.office, "venue", row.id)[-1].values == {"area": "60"}


def test_nothing_changed_writes_nothing(context: Context, shown: Any, settle: Any, save: Any, heard: Any):
    row = save("venue", {"name": "一楼大厅"})
    page = shown(FormPage(context, "venue", row.id))
    page.saving.save()
    settle()
    assert len(history(context.office, "venue", row.id)) == 1
    assert heard.went[-1].page == "back"


def test_what_others_wrote_meanwhile_is_not_overwritten_unseen(context: Context, shown: Any, settle: Any, save: Any):
    row = save("venue", {"name": "一楼大厅", "area": "50"})
    page = shown(FormPage(context, "venue", row.id))
    save("venue", {"area": "55"}, row.id)
    line(page, "area").setText("60")
    page.saving.save()
    settle()
    assert get(context.office, "venue", row.id).conflicts == 1
    assert "conflict" in page.banners.shown


def test_a_change_from_elsewhere_is_shown_where_nothing_was_typed(
    context: Context, shown: Any, settle: Any, save: Any
):  # fmt: skip
    row = save("venue", {"name": "一楼大厅", "area": "50", "capacity": 30})
    page = shown(FormPage(context, "venue", row.id))
    save("venue", {"capacity": 40}, row.id)
    context.wrote({"venue"})
    settle(20)
    assert line(page, "capacity").text() == "40"
    assert "fresh" in page.banners.shown


def test_a_change_from_elsewhere_leaves_what_was_typed_and_both_survive(
    context: Context, shown: Any, settle: Any, save: Any
):
    row = save("venue", {"name": "一楼大厅", "area": "50", "capacity": 30})
    page = shown(FormPage(context, "venue", row.id))
    line(page, "area").setText("60")
    save("venue", {"capacity": 40, "area": "55"}, row.id)
    context.wrote({"venue"})
    settle(20)
    assert (line(page, "area").text(), line(page, "capacity").text()) == ("60", "30")
    page.notes.take_fresh()
    assert (line(page, "area").text(), line(page, "capacity").text()) == ("60", "40")
    page.saving.save()
    settle()
    after = get(context.office, "venue", row.id)
    assert (after.values["capacity"], after.conflicts) == (40, 1)


def test_a_draft_survives_and_is_offered_back(context: Context, shown: Any, settle: Any, save: Any):
    row = save("venue", {"name": "一楼大厅", "area": "50"})
    page = shown(FormPage(context, "venue", row.id))
    line(page, "area").setText("60")
    line(page, "area").textEdited.emit("60")
    settle(1100)
    assert drafts.kept(context.office, "venue", row.id).values == {"area": "60"}
    again = shown(FormPage(context, "venue", row.id))
    assert "draft" in again.banners.shown
    assert line(again, "area").text() == "50"
    again.notes.bring_back()
    assert line(again, "area").text() == "60"
    again.saving.save()
    settle()
    assert drafts.kept(context.office, "venue", row.id) is None


def test_a_draft_brought_back_keeps_what_had_been_seen(context: Context, shown: Any, settle: Any, save: Any):
    row = save("venue", {"name": "一楼大厅", "area": "50"})
    page = shown(FormPage(context, "venue", row.id))
    line(page, "area").setText("60")
    page.keep_draft()
    settle()
    save("venue", {"area": "55"}, row.id)
    again = shown(FormPage(context, "venue", row.id))
    again.notes.bring_back()
    again.saving.save()
    settle()
    assert get(context.office, "venue", row.id).conflicts == 1


def test_a_draft_that_is_not_wanted_is_forgotten(context: Context, shown: Any, settle: Any):
    page = shown(FormPage(context, "venue"))
    line(page, "name").setText("二楼")
    page.leave()
    settle()
    again = shown(FormPage(context, "venue"))
    again.notes.drop_draft()
    settle()
    assert drafts.kept(context.office, "venue", None) is None


def test_leaving_says_that_nothing_was_saved(context: Context, shown: Any, settle: Any, heard: Any):
    page = shown(FormPage(context, "venue"))
    assert page.leave()
    assert not heard.said
    line(page, "name").setText("二楼")
    assert page.leave()
    assert "没有保存" in heard.said[-1].text
    settle()


def test_one_more_keeps_what_is_useful(context: Context, shown: Any, settle: Any, save: Any):
    training = save("training", {"title": "财务", "training_kind": "finance", "start": "2026-11-26T13:30",
                                 "end": "2026-11-26T16:30", "capacity": 1})  # fmt: skip
    page = shown(FormPage(context, "enrolment", values={"training": training.id}))
    for name in ("叶尔江·别克", "解䶮华"):
        line(page, "name").setText(name)
        page.saving.save_and_start_another()
        settle(20)
        assert line(page, "name").text() == ""
        assert line(page, "training").text() == "财务"
    states = sorted(get(context.office, "enrolment", one).values["status"] for one in ids(context.office, "enrolment"))
    assert states == ["enrolled", "waiting"]


def test_personal_values_are_hidden_until_asked_for(context: Context, shown: Any, settle: Any, save: Any):
    row = save("team", {"name": "合唱队", "leader_name": "欧阳娜娜", "leader_phone": "13812345678"})
    page = shown(FormPage(context, "team", row.id))
    box = page.form.boxes["leader_phone"]
    assert box.masked
    assert box._masked_line.text() == "138****5678"
    assert not page.form.boxes["leader_address"].masked
    box.pick()
    settle()
    assert not box.masked
    assert line(page, "leader_phone").text() == "13812345678"
    assert [entry.audit for entry in history(context.office, "team", row.id) if entry.audit] == ["reveal"]
    line(page, "leader_phone").setText("13900001111")
    page.saving.save()
    settle()
    assert get(context.office, "team", row.id).values["leader_phone"] == "13900001111"


def test_a_link_is_found_by_pinyin_and_fills_the_name_beside_it(
    context: Context, shown: Any, settle: Any, save: Any
):  # fmt: skip
    row = save("organization", {"name": "乐龄生活服务社"})
    context.workspace.index()
    page = shown(FormPage(context, "booking"))
    editor: LinkEditor = page.form.boxes["client"].editor
    editor.setFocus()
    QTest.keyClicks(editor.line, "leling")
    settle(200)
    assert editor.choices.item(0).text().startswith("乐龄生活服务社")
    assert editor.choices.item(editor.choices.rowCount() - 1).text().startswith("＋ 新建")
    editor.completer.popup().setCurrentIndex(editor.completer.completionModel().index(0, 0))
    QTest.keyClick(editor.completer.popup(), Qt.Key.Key_Return)
    assert editor.value() == row.id
    assert line(page, "client_name").text() == "乐龄生活服务社"


def test_a_text_that_was_not_picked_is_no_link(context: Context, shown: Any, settle: Any, rooms: Any):
    page = shown(FormPage(context, "booking"))
    fill_booking(page, rooms[0])
    line(page, "venue").setText("随便写写")
    page.saving.save()
    settle()
    assert "没有选中" in page.form.boxes["venue"].fault()


def test_a_new_record_is_made_in_passing(context: Context, shown: Any, settle: Any, asked: Any):
    def fill(sheet: QuickNew) -> bool:
        assert sheet.form.boxes["name"].editor.value() == "新活动室"
        sheet.accept()
        assert context.tasks.drain()
        return True

    asked.answer("Sheet.run", fill)
    page = shown(FormPage(context, "booking"))
    page.form.new_wanted.emit(("venue", "venue", "新活动室"))
    settle()
    assert page.form.boxes["venue"].editor.value() == ids(context.office, "venue")[0]


def test_related_records_are_listed_with_a_button_for_one_more(
    context: Context, shown: Any, save: Any, heard: Any, settle: Any
):
    training = save("training", {"title": "财务", "training_kind": "finance", "start": "2026-11-26T13:30",
                                 "end": "2026-11-26T16:30"})  # fmt: skip
    save("enrolment", {"name": "欧阳娜娜", "training": training.id})
    page = shown(FormPage(context, "training", training.id))
    (related,) = page._related
    assert "（1）" in related.findChildren(type(page.foot_words))[0].text()
    assert [one.text() for one in related.findChildren(QPushButton) if one.property("record")] == ["欧阳*"]
    related.adder.click()
    assert heard.went[-1].arguments == {"kind": "enrolment", "values": {"training": training.id}}


def test_a_record_in_the_bin_is_only_shown_and_can_be_restored(
    context: Context, shown: Any, settle: Any, save: Any
):  # fmt: skip
    row = save("venue", {"name": "一楼大厅"})
    set_deleted(context.office, "venue", [row.id], True)
    page = shown(FormPage(context, "venue", row.id))
    assert not page.form.isEnabled()
    assert not page.save_button.isEnabled()
    page.restore()
    settle(20)
    assert page.form.isEnabled()
    assert not get(context.office, "venue", row.id).deleted


def test_delete_goes_back_and_offers_to_undo(context: Context, shown: Any, settle: Any, save: Any, heard: Any):
    row = save("venue", {"name": "一楼大厅"})
    page = shown(FormPage(context, "venue", row.id))
    page.delete()
    settle()
    assert get(context.office, "venue", row.id).deleted
    assert heard.said[-1].op is not None
    assert heard.went[-1].page == "back"


def test_a_record_that_is_gone_says_so_and_goes_back(context: Context, shown: Any, asked: Any, heard: Any):
    asked.answer("report", None)
    shown(FormPage(context, "venue", make(context.office, "booking")))
    assert heard.went[-1].page == "back"


def test_a_narrow_form_has_one_column(context: Context, shown: Any):
    page = shown(FormPage(context, "venue"))
    left = page.form.boxes["name"].mapTo(page, page.rect().topLeft()).x()
    assert page.form.boxes["status"].mapTo(page, page.rect().topLeft()).x() > left
    page.resize(620, 700)
    QApplication.processEvents()
    assert page.form.boxes["status"].mapTo(page, page.rect().topLeft()).x() == left


def test_an_end_begins_on_the_day_of_its_start(context: Context, shown: Any):
    page = shown(FormPage(context, "booking"))
    page.form.boxes["start"].editor.day.line.setText("明天")
    page.form.boxes["start"].editor.day.line.editingFinished.emit()
    assert page.form.boxes["end"].editor.day.value() == "2026-11-24"


def test_a_service_case_begins_now_and_with_who_is_at_the_desk(context: Context, shown: Any):
    page = shown(FormPage(context, "service_case"))
    assert page.form.boxes["started_at"].editor.value() == "2026-11-23T09:00"
    assert line(page, "handler").text() == "王小明"
    assert not page.dirty
