"""Conflicts, findings, history, the bin and the preview: what is done with records beside filling them in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtPrintSupport import QPrinter

from app.services import slip_records, slips
from app.services.history import history
from app.services.printers import Offset
from app.services.privacy import hidden_in, reveal
from app.services.reading import get, ids, search
from app.services.settling import conflicts
from app.services.telling import told
from app.services.todo import groups
from app.services.writing import set_deleted
from app.views import dialogs
from app.views.context import Context
from app.views.records.bin_page import BinPage
from app.views.records.conflict import OWN, ConflictPanel, ConflictSheet
from app.views.records.history_panel import HistoryPanel, restore_note
from app.views.records.pdf_pages import pictures
from app.views.records.printing import apply_paper, printer_for, send
from app.views.records.slip_preview import PreviewSheet, SlipSheet
from app.views.records.todo_page import TodoPage


@pytest.fixture
def torn(context: Context, save: Any, rooms: list[str]) -> str:
    """A room whose area two people changed without seeing each other's value."""
    row = get(context.office, "venue", rooms[0])
    save("venue", {"area": "55"}, row.id, seen=row.seen)
    save("venue", {"area": "66"}, row.id, seen=row.seen)
    return row.id


@pytest.fixture
def clash(context: Context, save: Any, rooms: list[str]) -> list[str]:
    """Two good bookings of one room at one time, as a merge leaves them."""
    first = save("booking", {"venue": rooms[0], "start": "2026-11-24T09:00", "end": "2026-11-24T11:00",
                             "client_name": "合唱队"})  # fmt: skip
    second = save("booking", {"venue": rooms[2], "start": "2026-11-24T10:00", "end": "2026-11-24T12:00",
                              "client_name": "舞蹈队"})  # fmt: skip
    with context.office.unit() as unit:
        unit.load("booking", second.id).venue = rooms[0]
    return [first.id, second.id]


def test_each_value_is_shown_with_who_wrote_it_and_one_is_chosen(
    context: Context, torn: str, shown: Any, settle: Any, heard: Any
):
    sheet = ConflictSheet(None, context, get(context.office, "venue", torn).kind, torn)
    panel = shown(sheet).panel
    (card,) = panel.cards
    assert [choice.text for choice in card.what.choices] == ["66", "55"]
    assert {choice.pc for choice in card.what.choices} == {"本机"}
    card.choose(1)
    card.button.click()
    settle(20)
    after = get(context.office, "venue", torn)
    assert (after.values["area"], after.conflicts) == ("55", 0)
    assert "面积" in heard.said[-1].text


def test_a_third_value_can_be_typed(context: Context, torn: str, shown: Any, settle: Any):
    panel = shown(ConflictPanel(context, get(context.office, "venue", torn).kind, torn))
    (card,) = panel.cards
    card.choose(OWN)
    card.form.boxes["area"].editor.line.setText("-3")
    card.button.click()
    settle(20)
    assert "不能小于" in card.form.boxes["area"].fault() or "不能小于" in card.fault.text()
    assert conflicts(context.office)
    card.form.boxes["area"].editor.line.setText("60")
    card.button.click()
    settle(20)
    assert get(context.office, "venue", torn).values["area"] == "60"
    assert not conflicts(context.office)


def test_fields_that_belong_together_are_settled_together(
    context: Context, shown: Any, settle: Any, save: Any, rooms: Any
):
    row = save("booking", {"venue": rooms[0], "start": "2026-11-24T09:00", "end": "2026-11-24T11:00"})
    save("booking", {"start": "2026-11-24T10:00"}, row.id, seen=row.seen)
    save("booking", {"status": "tentative"}, row.id, seen=row.seen)
    panel = shown(ConflictPanel(context, row.kind, row.id))
    (card,) = panel.cards
    assert card.what.fields == ("venue", "start", "end", "status")
    assert "状态" in card.what.choices[0].text
    card.choose(0)
    card.button.click()
    settle(20)
    assert not get(context.office, "booking", row.id).conflicts


def test_history_tells_by_labels_and_takes_an_operation_back(
    context: Context, shown: Any, settle: Any, save: Any, heard: Any
):
    row = save("team", {"name": "合唱队", "leader_phone": "13812345678", "status": "applied"})
    save("team", {"status": "suspended", "member_count": 12}, row.id)
    panel = shown(HistoryPanel(context, row.kind, row.id))
    newest = panel.entries[0]
    assert [(one.label, one.before, one.after) for one in newest.lines] == [
        ("备案状态", "申请", "暂停"),
        ("参加人数", "（空）", "12"),
    ]
    assert any(one.after == "138****5678" for one in panel.entries[-1].lines)
    panel._reveal()
    settle()
    assert any(one.after == "13812345678" for one in panel.entries[-1].lines)
    undoer = next(one for one in panel.findChildren(type(panel.shower)) if one.property("op") == newest.op)
    undoer.click()
    settle(20)
    assert get(context.office, "team", row.id).values["status"] == "applied"
    assert "已恢复" in heard.said[-1].text


def test_the_note_of_an_undo_names_what_others_changed_since():
    from app.services.undoing import Undone

    assert restore_note(Undone(1, 2, ())) == "已恢复 2 条记录"
    assert "面积" in restore_note(Undone(1, 1, ("venue CD-1 面积",)))
    assert restore_note(Undone(1, 0, ("venue CD-1 面积",))).startswith("没有恢复")


def test_a_form_in_conflict_says_so(context: Context, torn: str, shown: Any):
    from app.views.records.form_page import FormPage

    page = shown(FormPage(context, "venue", torn))
    assert "conflict" in page.banners.shown


def test_what_waits_is_grouped_and_a_clash_is_settled_by_giving_way(
    context: Context, clash: list[str], torn: str, shown: Any, settle: Any, heard: Any
):
    page = shown(TodoPage(context))
    assert [group.code for group in groups(context.office)] == ["conflict", "clash"]
    row = next(one for one in page.rows if one.todo.finding.code == "clash")
    assert [one.text() for one in row.buttons] == ["打开第1条", "打开第2条", "让第1条让位", "让第2条让位"]
    loser = row.todo.records[1].id
    row.buttons[3].click()
    settle(20)
    assert get(context.office, "booking", loser).values["yields_to"] == row.todo.records[0].id
    assert [group.code for group in groups(context.office)] == ["conflict"]
    assert heard.said[-1].op is not None


def test_a_finding_opens_its_record(context: Context, clash: list[str], shown: Any, heard: Any):
    page = shown(TodoPage(context))
    page.rows[0].buttons[0].click()
    assert heard.went[-1].arguments == {"kind": "booking", "record_id": page.rows[0].todo.records[0].id}


def test_nothing_to_do_is_a_sentence(context: Context, shown: Any):
    page = shown(TodoPage(context))
    assert page.rows == []


def test_many_findings_are_shown_a_part_at_a_time(context: Context, shown: Any, settle: Any, save: Any):
    for _number in range(2):
        for room in range(35):
            save("venue", {"name": f"活动室{room}"})
    page = shown(TodoPage(context))
    assert len(page.rows) == 30
    page._more()
    settle()
    assert len(page.rows) == 35


def test_the_bin_lists_every_kind_and_gives_back(
    context: Context, rooms: list[str], shown: Any, settle: Any, save: Any, heard: Any
):
    team = save("team", {"name": "合唱队"})
    set_deleted(context.office, "venue", rooms[:2], True)
    set_deleted(context.office, "team", [team.id], True)
    page = shown(BinPage(context))
    assert page.table.rowCount() == 3
    assert page.table.item(0, 2).text() == "王小明 · 本机"
    page.search.setText("时代")
    settle(200)
    assert page.table.rowCount() == 1
    page.table.selectRow(0)
    page.restorer.click()
    settle(20)
    assert not get(context.office, "venue", rooms[0]).deleted
    assert heard.said[-1].op is not None
    page.search.clear()
    settle(200)
    page.table.selectAll()
    assert len(page.selected) == 2, page.found
    page.restorer.click()
    settle(20)
    assert page.stack.currentIndex() == 1
    assert len(ids(context.office, "venue")) == 4


def test_what_has_no_place_any_more_stays_in_the_bin(
    context: Context, rooms: list[str], shown: Any, settle: Any, save: Any, asked: Any
):
    values = {"venue": rooms[0], "start": "2026-11-24T09:00", "end": "2026-11-24T11:00"}
    gone = save("booking", values)
    set_deleted(context.office, "booking", [gone.id], True)
    save("booking", values)
    page = shown(BinPage(context))
    page.table.selectRow(0)
    asked.answer("inform", None)
    page.restorer.click()
    settle(20)
    assert get(context.office, "booking", gone.id).deleted


@pytest.fixture
def booked(save: Any, rooms: list[str]) -> Any:
    org = save("organization", {"name": "乐龄生活服务社", "uscc": "52310230MJ5339125F"})
    return save("booking", {"venue": rooms[0], "start": "2026-11-24T09:00", "end": "2026-11-24T11:00",
                            "client": org.id, "purpose": "编织作品展", "contact_name": "欧阳𬍤",
                            "contact_phone": "13800005678"})  # fmt: skip


def test_a_slip_record_has_words_for_choices_and_links(context: Context, booked: Any):
    record = slip_records.slip_record(context.office, "booking", booked.id)
    assert record["venue"] == "时代花园社区老年活动室"
    assert record["status"] == "已确认"
    assert record["client_code"] == "52310230MJ5339125F"
    assert record["client_name"] == "乐龄生活服务社"


def test_a_sign_in_sheet_lists_those_who_have_a_place(context: Context, save: Any):
    training = save("training", {"title": "财务", "training_kind": "finance", "start": "2026-11-26T13:30",
                                 "end": "2026-11-26T16:30", "capacity": 1})  # fmt: skip
    for name in ("解䶮华", "曾㳚华"):
        save("enrolment", {"name": name, "training": training.id})
    record = slip_records.slip_record(context.office, "training", training.id)
    assert [one["name"] for one in record["enrolments"]] == ["解䶮华"]
    assert slips.render(context.office, "training", training.id).startswith(b"%PDF")


def test_a_preview_prints_at_the_printers_resolution_and_is_counted(
    context: Context, booked: Any, shown: Any, settle: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    target = tmp_path / "out.pdf"

    def choose(_parent: Any, printer: QPrinter) -> bool:
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(target))
        printer.setResolution(150)
        return True

    monkeypatch.setattr(dialogs, "choose_printer", choose)
    sheet = shown(SlipSheet(None, context, "booking", booked.id, "booking", "场地预约单"))
    assert len(sheet.pages) == 1
    sheet.accept()
    settle(20)
    (page,) = pictures(target.read_bytes(), 1)
    assert (round(page.size.width()), round(page.size.height())) == (595, 842)
    assert slips.print_count(context.office, booked.id) == 1
    assert "print" in [entry.audit for entry in history(context.office, "booking", booked.id)]
    assert any(one.audit for one in told(context.office, "booking", booked.id))


def test_a_slip_is_saved_as_a_pdf(context: Context, booked: Any, shown: Any, settle: Any, asked: Any, tmp_path: Path):
    sheet = shown(SlipSheet(None, context, "booking", booked.id, "booking", "场地预约单"))
    asked.answer("choose_save_file", tmp_path / "slip.pdf")
    sheet._save()
    settle()
    assert (tmp_path / "slip.pdf").read_bytes() == sheet.pdf
    assert slips.print_count(context.office, booked.id, "booking") == 1
    again = shown(SlipSheet(None, context, "booking", booked.id, "booking", "场地预约单"))
    assert again.pdf != sheet.pdf


def test_a_character_no_font_has_is_named_and_may_be_left_out(
    context: Context, save: Any, rooms: Any, shown: Any, settle: Any
):
    row = save("booking", {"venue": rooms[0], "start": "2026-11-24T09:00", "end": "2026-11-24T11:00",
                           "purpose": "𢒉的讲座"})  # fmt: skip
    sheet = shown(SlipSheet(None, context, "booking", row.id, "booking", "场地预约单"))
    assert "𢒉" in sheet.fault.text()
    assert not sheet.yes.isEnabled()
    sheet.allow.setChecked(True)
    settle(20)
    assert sheet.yes.isEnabled()


def test_zoom_shows_the_same_page_larger(context: Context, booked: Any, shown: Any, settle: Any):
    sheet = shown(SlipSheet(None, context, "booking", booked.id, "booking", "场地预约单"))
    before = sheet.pages[0].image.width()
    sheet._zoom_to(200)
    settle()
    assert sheet.pages[0].image.width() > before


def test_a_list_on_its_side_stays_on_its_side(tmp_path: Path, app: Any):
    from PySide6.QtCore import QSizeF

    printer = printer_for(QSizeF(842, 595))
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "a.pdf"))
    apply_paper(printer, QSizeF(842, 595))
    from datetime import datetime

    from app.slips.base import SlipContext
    from app.slips.table import Column, table_slip

    pdf = table_slip("一览", [Column("甲")] * 6, [["一"] * 6], SlipContext("中心", "王", datetime(2026, 11, 23)))
    send(printer, pictures(pdf, 1), Offset())
    (page,) = pictures((tmp_path / "a.pdf").read_bytes(), 1)
    assert page.size.width() > page.size.height()


def test_revealing_writes_a_line_only_where_something_is_hidden(context: Context, save: Any):
    bare = save("team", {"name": "太极队"})
    assert hidden_in(bare) == ()
    reveal(context.office, "team", [bare.id])
    assert [entry.audit for entry in history(context.office, "team", bare.id) if entry.audit] == []


def test_search_can_be_kept_to_some_kinds(context: Context, save: Any, rooms: list[str]):
    save("team", {"name": "时代合唱队"})
    context.workspace.index()
    assert {hit.kind.name for hit in search(context.office, "时代")} == {"venue", "team"}
    assert {hit.kind.name for hit in search(context.office, "时代", kinds=["team"])} == {"team"}


def test_a_preview_of_anything_shows_its_fault(context: Context, shown: Any):
    def fail() -> bytes:
        raise OSError("no")

    sheet = shown(PreviewSheet(None, context, "一览", fail))
    assert sheet.fault.isVisible()


def test_personal_values_in_conflict_are_masked_until_they_are_asked_for_which_is_written_down(
    context: Context, shown: Any, settle: Any, save: Any
):
    row = save("team", {"name": "合唱队"})
    for phone in ("13812345678", "13900001111"):
        save("team", {"leader_phone": phone}, row.id, seen=row.seen)
    panel = shown(ConflictPanel(context, row.kind, row.id))
    (card,) = panel.cards
    assert sorted(choice.text for choice in card.what.choices) == ["138****5678", "139****1111"]
    assert card.form.boxes["leader_phone"].editor.line.text() == ""
    assert not history(context.office, "team", row.id)[-1].audit
    panel.revealer.click()
    settle()
    (card,) = panel.cards
    assert sorted(choice.text for choice in card.what.choices) == ["13812345678", "13900001111"]
    assert history(context.office, "team", row.id)[-1].audit
    assert not panel.revealer.isVisible()
