"""The import page: choose or drop a file, see what each row will do, import all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from app.errors import EnvironmentFault
from app.services import backups, reading, writing
from app.services.excel.sheets import read
from app.services.undoing import undo
from app.views.context import Context
from app.views.records.import_page import ImportPage
from app.views.records.import_rows import FAULT_ROLE
from app.views.records.list_page import ListPage
from app.views.records.model import STATUS_ROLE
from tests.services.excel.by_hand import workbook

HEAD = ["名称", "容纳人数", "联系电话"]
GOOD = [HEAD, ["一楼大厅", 80, "13812345678"], ["二楼教室", 30, ""]]
BAD = [*GOOD, ["三楼", "很多", "1381"]]


@pytest.fixture
def page(context: Context, shown: Callable[..., Any]) -> ImportPage:
    return shown(ImportPage(context, "venue"))


@pytest.fixture
def given(page: ImportPage, settle: Callable[[], None], tmp_path: Path) -> Callable[..., ImportPage]:
    """The page with a table on it."""

    def give(rows: list[list[object]], **options: Any) -> ImportPage:
        page.open_file(workbook(tmp_path / "场地.xlsx", rows, **options))
        settle()
        return page

    return give


def cells(page: ImportPage, row: int) -> list[str]:
    return [page.model.index(row, column).data() for column in range(page.model.columnCount())]


def test_it_begins_with_a_place_to_drop_a_file(page: ImportPage) -> None:
    assert page.stack.currentWidget() is page.drop
    assert page.windowTitle() == "导入场地"
    assert not page.doer.isEnabled()
    assert page.drop.chooser.hasFocus()


def test_a_good_file_shows_its_rows_and_is_imported_whole(
    given: Any, context: Context, heard: Any, settle: Callable[[], None]
) -> None:
    page = given(GOOD)
    assert cells(page, 0) == ["2", "新增", "", "一楼大厅", "80", "138****5678"]
    assert page.doer.text() == "导入 2 条"
    assert page.doer.isEnabled()
    assert page.doer.hasFocus()
    assert not page.errors.isVisible()
    assert reading.count(context.office, "venue") == 0
    page.doer.click()
    settle()
    assert reading.count(context.office, "venue") == 2
    assert heard.said[-1].text == "已导入场地：新增 2 条，修改 0 条"
    assert heard.went[-1].page == "back"
    assert undo(context.office, heard.said[-1].op).restored == 2
    assert reading.count(context.office, "venue") == 0


def test_rule_33_a_file_with_errors_shows_them_beside_their_cells_and_is_not_imported(given: Any) -> None:
    page = given(BAD)
    assert page.doer.text() == "有 1 行有误"
    assert not page.doer.isEnabled()
    assert page.model.rowCount() == 1, "errors are shown first"
    assert cells(page, 0)[:2] == ["4", "有误"]
    assert "B4 容纳人数：应为整数" in cells(page, 0)[2]
    marked = [page.model.index(0, column).data(FAULT_ROLE) for column in range(page.model.columnCount())]
    assert marked == [None, None, None, False, True, True]
    assert "应为整数" in page.model.index(0, 4).data(Qt.ItemDataRole.ToolTipRole)
    assert page.model.index(0, 1).data(STATUS_ROLE) == "clash"


def test_rows_are_narrowed_to_a_state(given: Any, settle: Callable[[], None]) -> None:
    page = given(BAD)
    assert [chip.text() for chip in page.chips.values()] == ["全部 3", "新增 2", "修改 0", "不变 0", "有误 1"]
    page.chips["new"].click()
    assert [cells(page, row)[0] for row in range(page.model.rowCount())] == ["2", "3"]
    page.chips[""].click()
    assert page.model.rowCount() == 3
    assert not page.chips["change"].isEnabled()


def test_changes_are_told_with_before_and_after(given: Any, context: Context) -> None:
    writing.save(context.office, "venue", {"name": "一楼大厅", "capacity": 60, "contact_phone": "13912345678"})
    page = given(GOOD)
    assert cells(page, 0)[2] == "容纳人数：60 → 80；联系电话：139****5678 → 138****5678"


def test_the_error_file_is_saved_where_the_person_says(
    given: Any, asked: Any, tmp_path: Path, settle: Callable[[], None], heard: Any
) -> None:
    page = given(BAD)
    out = tmp_path / "errors.xlsx"
    asked.answer("choose_save_file", out)
    page.errors.click()
    settle()
    assert "场地-错误清单.xlsx" in asked.shown[-1][2]
    assert "B4 容纳人数" in str(read(out).rows[3][-1])
    assert str(out) in heard.said[-1].text


def test_a_file_that_is_not_acceptable_says_why_in_the_page(given: Any, page: ImportPage, tmp_path: Path, settle: Any):
    given([["水果"], ["苹果"]])
    assert page.stack.currentWidget() is page.drop
    assert "找不到标题行" in page.drop.fault.text()
    (tmp_path / "x.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    page.open_file(tmp_path / "x.xls")
    settle()
    assert "旧格式" in page.drop.fault.text()
    assert "另存为" in page.drop.fault.text()


def test_a_file_is_dropped(page: ImportPage, settle: Callable[[], None], tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(workbook(tmp_path / "场地.xlsx", GOOD)))])
    actions, button, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), actions, data, button, keys)
    page.drop.dragEnterEvent(enter)
    assert enter.isAccepted()
    page.drop.dropEvent(QDropEvent(QPointF(5, 5), actions, data, button, keys))
    settle()
    assert page.model.rowCount() == 2


def test_a_web_address_is_not_dropped(page: ImportPage) -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.xlsx")])
    enter = QDragEnterEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    enter.ignore()
    page.drop.dragEnterEvent(enter)
    assert not enter.isAccepted()


def test_what_is_not_read_is_told(given: Any) -> None:
    page = given([["名称", "楼层"], ["大厅", "1F"]])
    assert page.remarks.text() == "这些列不是场地的字段，不会导入：楼层"
    assert page.remarks.isVisible()


def test_a_record_changed_meanwhile_is_told_and_nothing_is_written(
    given: Any, context: Context, asked: Any, settle: Callable[[], None]
) -> None:
    room = writing.save(context.office, "venue", {"name": "一楼大厅", "capacity": 60}).id
    page = given(GOOD)
    writing.save(context.office, "venue", {"address": "殷行路"}, room)
    asked.answer("inform", None)
    page.doer.click()
    settle()
    assert "预览之后这条记录又改过" in asked.shown[-1][2]
    assert page.stack.currentIndex() == 1
    assert reading.count(context.office, "venue") == 1


def test_rule_23_policies_are_overridden_with_a_reason(
    context: Context, shown: Any, asked: Any, settle: Callable[[], None], tmp_path: Path
) -> None:
    page = shown(ImportPage(context, "team"))
    path = workbook(tmp_path / "in.xlsx", [["群团名称", "参加人数", "备案状态"], ["舞蹈队", 9, "有效"]])
    page.open_file(path)
    settle()
    assert page.override.isVisible()
    asked.answer("ask_reason", "街道同意")
    page.override.click()
    settle()
    assert page.doer.isEnabled()
    page.doer.click()
    settle()
    assert reading.count(context.office, "team") == 1


def test_it_is_stopped_between_rows(given: Any, page: ImportPage, settle: Callable[[], None], tmp_path: Path) -> None:
    page.open_file(workbook(tmp_path / "in.xlsx", [["名称"], *([f"活动室{n}"] for n in range(500))]))
    page.stopper.click()
    settle()
    assert page.stack.currentWidget() is page.drop
    assert page.drop.fault.text() == ""


def test_the_template_is_saved(page: ImportPage, asked: Any, tmp_path: Path, settle: Callable[[], None]) -> None:
    asked.answer("choose_save_file", tmp_path / "t.xlsx")
    page._save_template()
    settle()
    assert read(tmp_path / "t.xlsx").rows[0][0] == "名称"


# -- the list --------------------------------------------------------------------------------------------------


def test_a_list_is_exported_as_filtered(
    context: Context, rooms: list[str], shown: Any, asked: Any, tmp_path: Path, settle: Any, heard: Any
) -> None:
    page = shown(ListPage(context, "venue", reading.Query(where={"status": "retired"})))
    out = tmp_path / "out.xlsx"
    asked.answer("choose_save_file", out)
    page.tables.export()
    settle()
    assert [row[1] for row in read(out, wanted="场地").rows[1:]] == ["兰花社区老年活动室"]
    assert heard.said[-1].text == f"已导出 1 条到 {out}"


def test_an_export_in_full_is_asked_about_first(
    context: Context, shown: Any, asked: Any, tmp_path: Path, settle: Any
) -> None:
    writing.save(context.office, "team", {"name": "合唱队", "leader_name": "张三"})
    page = shown(ListPage(context, "team"))
    asked.answer("confirm", False)
    page.tables.export_full()
    asked.answer("confirm", True)
    asked.answer("choose_save_file", tmp_path / "out.xlsx")
    page.tables.export_full()
    settle()
    rows = read(tmp_path / "out.xlsx", wanted="群众活动团队").rows
    assert rows[1][rows[0].index("负责人姓名")] == "张三"


def test_bookings_go_out_as_a_calendar_and_other_kinds_do_not(
    context: Context, rooms: list[str], shown: Any, asked: Any, tmp_path: Path, settle: Any, save: Any
) -> None:
    save("booking", {"venue": rooms[0], "start": "2026-12-01T09:00", "end": "2026-12-01T10:00", "purpose": "读书会"})
    page = shown(ListPage(context, "booking"))
    asked.answer("choose_save_file", tmp_path / "out.ics")
    page.tables.export_calendar()
    settle()
    assert "SUMMARY:读书会".encode() in (tmp_path / "out.ics").read_bytes()
    words = [action.text() for action in shown(ListPage(context, "venue")).tables.menu.actions()]
    assert not any(".ics" in one for one in words)


def test_the_menu_leads_to_the_import(context: Context, shown: Any, heard: Any) -> None:
    shown(ListPage(context, "team")).tables.bring()
    assert (heard.went[-1].page, heard.went[-1].arguments) == ("import", {"kind": "team"})


def test_a_backup_is_made_first_and_without_one_the_person_is_asked(
    given: Any, context: Context, settle: Callable[[], None], asked
) -> None:
    folder = context.workspace.data / backups.FOLDER
    folder.write_text("in the way")
    page = given(GOOD)
    asked.answer("confirm", False, True)
    page.doer.click()
    settle()
    assert "还没有导入" in asked.shown[-1][2]
    assert reading.count(context.office, "venue") == 0
    page.doer.click()
    settle()
    assert reading.count(context.office, "venue") == 2
    folder.unlink()
    page = given([HEAD, ["三楼", 10, ""]])
    page.doer.click()
    settle()
    assert [one.why for one in backups.listed(folder)] == ["import"]


def test_a_stick_that_is_pulled_while_the_preview_is_open_takes_nothing_away(
    given: Any, context: Context, settle: Callable[[], None], heard: Any, tmp_path: Path
) -> None:
    page = given(GOOD)
    (tmp_path / "场地.xlsx").unlink()
    page.doer.click()
    settle()
    assert reading.count(context.office, "venue") == 2, "what was seen in the preview is what is imported"
    assert heard.said[-1].text == "已导入场地：新增 2 条，修改 0 条"


def test_a_stick_that_is_pulled_before_the_error_file_is_saved_on_it_is_told(
    given: Any, settle: Callable[[], None], asked: Any, tmp_path: Path
) -> None:
    page = given(BAD)
    asked.answer("choose_save_file", tmp_path / "usb" / "errors.xlsx")
    asked.answer("report", None)
    page.errors.click()
    settle()
    told = asked.shown[-1][1]
    assert isinstance(told, EnvironmentFault)
    assert "没有这个文件或文件夹" in str(told)
    assert page.plan is not None, "the preview stays"


def test_a_stick_that_is_pulled_before_a_second_preview_is_told_in_the_page(
    given: Any, settle: Callable[[], None], tmp_path: Path
) -> None:
    page = given(GOOD)
    (tmp_path / "场地.xlsx").unlink()
    page.open_file(tmp_path / "场地.xlsx", "特批")
    settle()
    assert page.stack.currentWidget() is page.drop
    assert "没有这个文件" in page.drop.fault.text()
