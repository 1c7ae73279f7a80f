"""Lists: ids in the model, rows as they are painted, search and chips in SQL, and what is done to several at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.models.registry import KINDS
from app.services import local, writing
from app.services.history import history
from app.services.reading import Query, count, get
from app.views.context import Context
from app.views.records import columns as cols
from app.views.records.choosing import ColumnChooser, EditSeveral
from app.views.records.columns import Columns, default_columns, fitted
from app.views.records.form_jobs import load
from app.views.records.list_jobs import SeveralSheet
from app.views.records.list_page import ListPage
from app.views.records.model import FIRST, PAGE, ROW_ROLE, STATUS_ROLE, RecordsModel
from app.views.theme import Theme
from tests.factory import make


def names(page: ListPage) -> list[str]:
    return [page.model.index(at, 0).data() for at in range(page.model.rowCount())]


@pytest.fixture
def page(context: Context, rooms: list[str], shown: Callable[..., Any]) -> ListPage:
    return shown(ListPage(context, "venue"))


def test_the_model_is_a_proper_model(context: Context, rooms: list[str], qtmodeltester: Any, settle: Any):
    model = RecordsModel(context, KINDS["venue"], default_columns(KINDS["venue"]))
    model.show(Query())
    settle()
    assert model.rowCount() == 4
    qtmodeltester.check(model, force_py=True)
    model.deleteLater()


def test_rows_are_fetched_page_by_page_as_they_are_asked_for(context: Context, settle: Any):
    with context.office.unit() as unit:
        for number in range(2 * PAGE + 50):
            writing.put(unit, KINDS["venue"], {"name": f"活动室{number:04d}"})
    model = RecordsModel(context, KINDS["venue"], default_columns(KINDS["venue"]))
    model.show(Query())
    settle()
    last = model.index(2 * PAGE + 49, 0)
    assert last.data() == "…"
    settle(20)
    assert last.data() == "活动室0249"
    assert model.index(3, 0).data() == "活动室0003"
    model.deleteLater()


def test_a_long_list_shows_its_beginning_before_the_rest_is_read(context: Context, settle: Any):
    with context.office.unit() as unit:
        for number in range(FIRST + 50):
            writing.put(unit, KINDS["venue"], {"name": f"活动室{number:04d}"})
    model = RecordsModel(context, KINDS["venue"], default_columns(KINDS["venue"]))
    steps: list[int] = []
    resets: list[bool] = []
    model.loaded.connect(lambda found: steps.append(len(found.ids)))
    model.modelReset.connect(lambda: resets.append(True))
    model.show(Query())
    settle()
    assert (steps, resets) == ([FIRST, FIRST + 50], [True])
    model.show(Query())
    settle()
    assert (steps[2:], resets) == ([FIRST + 50], [True])
    model.deleteLater()


def test_the_same_records_again_change_cells_and_reset_nothing(context: Context, rooms: list[str], settle: Any):
    model = RecordsModel(context, KINDS["venue"], default_columns(KINDS["venue"]))
    model.show(Query())
    settle()
    resets, changes = [], []
    model.modelReset.connect(lambda: resets.append(1))
    model.dataChanged.connect(lambda *_: changes.append(1))
    writing.save(context.office, "venue", {"area": "55"}, rooms[0])
    model.show(Query())
    settle()
    assert (len(resets), bool(changes)) == (0, True)
    model.deleteLater()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_list(context: Context, shown: Any, kind: str):
    make(context.office, kind)
    page = shown(ListPage(context, kind))
    assert page.model.rowCount() >= 1
    assert page.model.index(0, 0).data()


def test_the_second_column_says_how_a_record_stands(page: ListPage):
    assert page.model.columns.names[:2] == ("name", "status")
    assert page.model.index(0, 1).data(STATUS_ROLE) in ("open", "retired")
    assert page.model.index(0, 1).data() in ("开放", "停用")


def test_the_summary_names_what_matters(page: ListPage, monkeypatch: pytest.MonkeyPatch, settle: Any):
    said: list[str] = []
    monkeypatch.setattr(page, "set_summary", said.append)
    page.refresh()
    settle()
    assert said[-1] == "共 4 个场地，其中 1 个停用"


def test_typing_searches_by_pinyin_and_initials(page: ListPage, settle: Any):
    for words, found in (("sdhy", "时代花园社区老年活动室"), ("zeng", "曾公馆"), ("长海", "长海一村活动室")):
        page.filters.search.setText(words)
        settle(250)
        assert names(page) == [found]


def test_a_chip_narrows_and_is_taken_back(page: ListPage, settle: Any):
    page.filters.chips["status"].choose("retired")
    page.refresh()
    settle()
    assert names(page) == ["兰花社区老年活动室"]
    assert "停用" in page.filters.chips["status"].text()
    page.filters.clear()
    settle()
    assert len(names(page)) == 4


def test_a_date_chip_narrows_to_a_span(context: Context, shown: Any, settle: Any, rooms: list[str], save: Any):
    for day in ("23", "24", "30"):
        save("booking", {"venue": rooms[0], "start": f"2026-11-{day}T09:00", "end": f"2026-11-{day}T10:00"})
    page = shown(ListPage(context, "booking"))
    chip = page.filters.period
    action = next(one for one in chip.menu().actions() if one.text() == "今天")
    action.trigger()
    settle()
    assert page.model.rowCount() == 1
    assert page.model.index(0, 3).data() == "11月23日 周一 09:00"
    assert page.model.index(0, 4).data() == "10:00"


def test_a_list_narrowed_by_its_caller_says_to_what(context: Context, shown: Any, settle: Any, rooms: list[str]):
    page = shown(ListPage(context, "booking", Query(where={"venue": rooms[0]})))
    assert "时代花园社区老年活动室" in page.filters._fixed.text()
    page.arrive({"query": None})
    settle()
    assert not page.filters.fixed


def test_nothing_found_offers_to_clear_and_nothing_there_offers_to_begin(page: ListPage, settle: Any):
    page.filters.search.setText("没有这样的场地")
    settle(250)
    assert page.stack.currentWidget() is not page.table


def test_a_click_on_a_heading_sorts_in_the_database(page: ListPage, settle: Any):
    page._sort(page.model.columns.names.index("number"))
    settle()
    up = names(page)
    page._sort(page.model.columns.names.index("number"))
    settle()
    assert names(page) == up[::-1]


def test_double_click_and_enter_open_the_record(page: ListPage, heard: Any, qtbot: QtBot):
    page.table.selectRow(0)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert heard.went[-1].page == "form"
    assert heard.went[-1].arguments["record_id"] == page.model.ids[0]


def test_down_in_the_search_goes_into_the_list(page: ListPage):
    QTest.keyClick(page.filters.search, Qt.Key.Key_Down)
    assert page.selected == [page.model.ids[0]]


def test_f5_starts_a_record_with_what_the_list_is_narrowed_to(context: Context, shown: Any, rooms: Any, heard: Any):
    page = shown(ListPage(context, "booking", Query(where={"venue": rooms[0]})))
    page.new_record()
    assert heard.went[-1].arguments["values"] == {"venue": rooms[0]}


def test_delete_puts_the_selected_into_the_bin_and_can_be_undone(
    page: ListPage, context: Context, heard: Any, settle: Any
):
    page.table.selectAll()
    QTest.keyClick(page.table, Qt.Key.Key_Delete)
    settle(20)
    assert page.model.rowCount() == 0
    assert "4 条" in heard.said[-1].text
    context.undo(heard.said[-1].op)
    settle(20)
    assert page.model.rowCount() == 4


def test_several_records_get_one_value_as_one_operation(
    page: ListPage, context: Context, asked: Any, heard: Any, settle: Any
):
    def fill(sheet: SeveralSheet) -> bool:
        sheet.several.choose("capacity")
        sheet.several.form.boxes["capacity"].editor.line.setText("30 人")
        sheet.accept()
        return True

    asked.answer("Sheet.run", fill)
    page.table.selectAll()
    page.jobs.edit_several()
    settle(20)
    assert {get(context.office, "venue", one).values["capacity"] for one in page.model.ids} == {30}
    context.undo(heard.said[-1].op)
    settle(20)
    assert {get(context.office, "venue", one).values["capacity"] for one in page.model.ids} == {None}


def test_a_value_that_is_refused_changes_none_of_them(page: ListPage, context: Context, asked: Any, settle: Any):
    asked.answer("inform", None)
    page.jobs.change(page.model.ids, {"area": "-5"})
    settle()
    assert count(context.office, "venue", Query(where={"area": "40"})) == 4


def test_personal_values_are_masked_until_somebody_looks_and_that_is_written_down(
    context: Context, shown: Any, settle: Any, save: Any
):
    row = save("team", {"name": "合唱队", "leader_name": "欧阳娜娜", "leader_phone": "13812345678"})
    page = shown(ListPage(context, "team"))
    at = page.model.columns.names.index("leader_name")
    assert page.model.index(0, at).data() == "欧阳*"
    page.table.selectRow(0)
    page.jobs.reveal_selected()
    settle()
    assert page.model.index(0, at).data() == "欧阳娜娜"
    assert [entry.audit for entry in history(context.office, "team", row.id) if entry.audit] == ["reveal"]


def test_columns_and_widths_are_remembered_on_this_pc(page: ListPage, context: Context, shown: Any, settle: Any):
    chooser = ColumnChooser(context, page.kind, page.model.columns)
    chooser.list.item(2).setCheckState(Qt.CheckState.Unchecked)
    page.set_columns(chooser.chosen())
    page.table.horizontalHeader().resizeSection(0, 300)
    settle(450)
    again = shown(ListPage(context, "venue"))
    assert "address" not in again.model.columns.names
    assert again.model.columns.widths["name"] == pytest.approx(300, abs=1)
    chooser.deleteLater()


def test_columns_of_another_version_are_left_out(context: Context, shown: Any, rooms: Any):
    local.write(context.office, "columns:venue", {"names": ["gone", "name"], "widths": {"gone": 9}})
    page = shown(ListPage(context, "venue"))
    assert page.model.columns == Columns(("name",), {})


def test_columns_fill_the_room_and_texts_give_way_first():
    kind = KINDS["booking"]
    columns = default_columns(kind)
    fields = [kind.fields[name] for name in columns.names]
    for room in (900, 1100, 1600):
        assert room - 8 <= sum(fitted(fields, columns, room)) <= room
    fixed = fitted(fields, Columns(columns.names, {"purpose": 400}), 1100)
    assert fixed[0] == 400


@pytest.mark.parametrize("size", ["standard", "large", "huge"])
def test_the_longest_status_and_choice_fit_their_columns(app: Any, size: str):
    theme = Theme(size)
    measure = QFontMetrics(theme.font()).horizontalAdvance
    for kind in KINDS.values():
        columns = default_columns(kind)
        for field in (kind.fields[name] for name in columns.names if kind.fields[name].type == "choice"):
            mark = 20 if field.name.endswith("status") else 0
            room = theme.px(cols.width_of(field, columns)) - 2 * theme.px(12) - theme.px(mark)
            for _code, label in field.choices:
                assert measure(label) <= room, f"{kind.name}.{field.name} {label}"


def test_what_orders_the_waiting_list_is_a_column():
    assert {"priority", "joined_at"} <= set(default_columns(KINDS["slot_waiting"]).names)


def test_every_default_column_exists(context: Context):
    for kind in KINDS.values():
        for name in default_columns(kind).names:
            assert name in kind.fields
        assert cols.restored(kind, cols.stored(default_columns(kind))) == default_columns(kind)


def test_the_list_as_filtered_goes_to_paper(page: ListPage, context: Context, settle: Any):
    from app.views.records.list_jobs import list_pdf

    pdf = list_pdf(context.office, page.kind, page.model.query, page.model.columns, page.summary_text())
    assert pdf.startswith(b"%PDF")


def test_the_selection_survives_a_change_from_elsewhere(page: ListPage, context: Context, settle: Any):
    page.table.selectRow(2)
    chosen = page.selected
    writing.save(context.office, "venue", {"name": "阿公馆"})
    context.wrote({"venue"})
    settle(20)
    assert page.model.rowCount() == 5
    assert page.selected == chosen


def test_the_sheet_for_several_says_what_it_does_not_understand(context: Context, qtbot: QtBot):
    body = EditSeveral(context, KINDS["booking"], 2)
    qtbot.addWidget(body)
    body.choose("start")
    body.form.boxes["start"].editor.day.line.setText("哪天")
    assert [fault.field for fault in body.read()[1]] == ["start"]


def test_a_missing_index_is_no_row(page: ListPage):
    assert page.model.data(QModelIndex()) is None
    assert page.model.index(0, 0).data(ROW_ROLE).id == page.model.ids[0]
    assert load(page.context.office, page.kind, None, {}).row is None
