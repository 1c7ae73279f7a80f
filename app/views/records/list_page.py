"""The list of one kind of record (look.md, Lists): search, chips, columns, and what can be done to several at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QWidget

from app.models.record import Kind
from app.models.registry import kind_of
from app.services import local, reading
from app.services.office import Office
from app.services.privacy import shown_to
from app.services.reading import Query
from app.services.rights import PRINT, SETTLE, to_delete, to_write
from app.text import _
from app.views.context import Context
from app.views.help.asking import kind_topic
from app.views.page import Page
from app.views.records import columns as cols
from app.views.records.columns import Columns
from app.views.records.filters import FilterBar
from app.views.records.list_jobs import ListJobs
from app.views.records.list_tables import ListTables
from app.views.records.list_words import counts_of, summary
from app.views.records.model import Listing, RecordsModel
from app.views.records.table import RecordsTable
from app.views.tabs import Tabs


class ListPage(Page):
    """Shows the records of ``kind`` that fit ``query``."""

    name = "list"

    def __init__(self, context: Context, kind: str, query: Query | None = None, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.kind, self.help_topic = kind_of(kind), kind_topic(kind)
        self.listens_to = frozenset({kind, *(t for f in self.kind.fields.values() for t in f.targets)})
        kept = local.read(context.office, cols.key(self.kind))
        self.model = RecordsModel(context, self.kind, cols.restored(self.kind, kept), self)
        self.table = RecordsTable(self.model, context.theme)
        self.jobs = ListJobs(self)
        self._order = Query(order="", descending=None)
        self._selected: list[str] = []
        self.set_title(_(self.kind.label))
        self._actions_on_top()
        self.filters = FilterBar(context, self.kind, query or Query())
        self._filter_row = QHBoxLayout()
        self._lay_out()
        self._watch_filters()
        self._save_widths = QTimer(self)
        self._save_widths.setSingleShot(True)
        self._save_widths.setInterval(400)
        self._save_widths.timeout.connect(self._keep_columns)
        self.model.loaded.connect(self._loaded)
        self.model.modelReset.connect(self._set_widths)
        self.table.opened.connect(self._open)
        self.table.removed.connect(self.jobs.remove)
        self.table.dragged.connect(self._widths_changed)
        self.table.widened.connect(self._set_widths)
        self.table.sorted_by.connect(self._sort)
        self.table.selectionModel().selectionChanged.connect(self._selection_changed)
        self._set_widths()

    def arrive(self, arguments: Mapping[str, Any]) -> None:
        """The person came with another query."""
        if "query" in arguments:
            self.narrow(arguments["query"] or Query())

    def narrow(self, query: Query) -> None:
        """Show what fits ``query``."""
        old = self.filters
        self.filters = FilterBar(self.context, self.kind, query)
        self._filter_row.replaceWidget(old, self.filters)
        old.deleteLater()
        self._watch_filters()
        self.refresh()

    def refresh(self) -> None:
        """Ask for the list again."""
        asked = replace(self.filters.query(), order=self._order.order, descending=self._order.descending)
        self.model.show(asked)

    def new_record(self) -> None:
        """F5: a new record; what the list is narrowed to is filled in."""
        values = {name: value for name, value in self.filters.fixed.items() if isinstance(value, str)}
        self.context.new_record(self.kind.name, values)

    # -- laying out --------------------------------------------------------------------------------------------

    def _actions_on_top(self) -> None:
        printing = self.button(_("打印列表"), self.jobs.print_list, icon="printer", keys="Ctrl+P")
        self._columns_button = self.button(_("列"), self.jobs.choose_columns, icon="columns-3")
        new = self.button(_("新建{kind}", kind=_(self.kind.label)), self._new, icon="plus", look="primary")
        new.setToolTip(_("新建（F5）"))
        self.tables = ListTables(self)
        quiet = [self.tables.button, printing, self._columns_button]
        if self.kind.name == "closure":
            quiet[1] = self.button(_("停用并通知…"), self._close_days, icon="lock")
            self.tables.take_in(printing)
        elif self.kind.name == "booking_series":
            quiet[1] = self.button(_("续办…"), self._renew_series, icon="refresh-cw")
            self.tables.take_in(printing)
        self.set_actions(new, quiet)
        self.context.allow(new, to_write(self.kind.name))
        self.context.allow(printing, PRINT)

    @Slot()
    def _renew_series(self) -> None:
        self.context.open_page("renew")

    @Slot()
    def _close_days(self) -> None:
        self.context.open_page("closing")

    @Slot()
    def _new(self) -> None:
        self.new_record()

    def _lay_out(self) -> None:
        tabs = Tabs(self.context, self.kind.name)
        if tabs.places:
            self.body.addWidget(tabs)
        self._filter_row.setContentsMargins(0, 0, 0, 0)
        self._filter_row.addWidget(self.filters, 1)
        self.body.addLayout(self._filter_row)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self._nothing: QWidget | None = None
        self.body.addWidget(self.stack, 1)
        self.body.addWidget(self._bar_for_several())

    def _bar_for_several(self) -> QWidget:
        """What can be done with the selected rows; it has its place whether or not rows are selected."""
        self._several = QWidget()
        row = QHBoxLayout(self._several)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self.theme.px(8))
        self._several_words = QLabel()
        self._several_words.setProperty("look", "second")
        row.addWidget(self._several_words)
        self._edit = self.button(_("批量修改…"), self.jobs.edit_several, icon="pencil")
        self._remove = self.button(_("删除"), self.jobs.remove, icon="trash-2")
        self._merge = self.button(_("合并…"), self.jobs.merge_two, icon="copy")
        self._merge.setToolTip(_("选中两条重复的记录，合并成一条"))
        self._reveal = self.button(_("显示个人信息"), self.jobs.reveal_selected, icon="eye")
        self._reveal.setToolTip(_("显示选中各行的完整姓名和电话，会记入查看记录"))
        for one in (self._edit, self._remove, self._merge, self._reveal):
            row.addWidget(one)
        row.addStretch(1)
        self._reveal.setVisible(bool(shown_to(self.context.duty, self.kind)))
        self._say_selected()
        return self._several

    def _watch_filters(self) -> None:
        self.filters.changed.connect(self.refresh)
        self.filters.down.connect(self._into_table)
        self.filters.custom.connect(self.jobs.choose_span)
        self.setFocusProxy(self.filters.search)
        fixed = {n: v for n, v in self.filters.fixed.items() if isinstance(v, str) and n in self.kind.fields}
        if fixed:
            job = partial(fixed_words, self.context.office, self.kind, fixed)
            self.context.tasks.run(job, self.filters.say_fixed, owner=self.filters)

    # -- columns -----------------------------------------------------------------------------------------------

    @Slot()
    def _set_widths(self) -> None:
        fields = [self.kind.fields[name] for name in self.model.columns.names]
        scale = self.theme.px(100) / 100
        room = int(self.table.viewport().width() / scale) - 8
        self.table.lay_out([self.theme.px(width) for width in cols.fitted(fields, self.model.columns, room)])

    def set_columns(self, columns: Columns) -> None:
        """Show other columns and remember them on this PC."""
        self.model.set_columns(columns)
        self._keep_columns()

    @Slot(int)
    def _widths_changed(self, column: int) -> None:
        width = round(self.table.columnWidth(column) * 100 / self.theme.px(100))
        name = self.model.columns.names[column]
        self.model.columns = Columns(self.model.columns.names, {**self.model.columns.widths, name: width})
        self._save_widths.start()

    @Slot()
    def _keep_columns(self) -> None:
        job = partial(local.write, self.context.office, cols.key(self.kind), cols.stored(self.model.columns))
        self.context.tasks.run(job, self._kept)

    def _kept(self, _nothing: None) -> None:
        """The columns are remembered."""

    @Slot(int)
    def _sort(self, column: int) -> None:
        field = self.kind.fields[self.model.columns.names[column]]
        head = self.table.horizontalHeader()
        if not cols.sortable(field):
            return
        down = self._order.order == field.name and not self._order.descending
        self._order = replace(self._order, order=field.name, descending=down)
        head.setSortIndicatorShown(True)
        head.setSortIndicator(column, Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder)
        self.refresh()

    # -- what was found ----------------------------------------------------------------------------------------

    @Slot(object)
    def _loaded(self, found: Listing) -> None:
        self._restore_selection()
        self._say_selected()
        if found.ids:
            self.stack.setCurrentWidget(self.table)
        else:
            self._show_nothing()
        if not found.whole:
            return
        query, total = replace(self.model.query, order="", descending=None), len(found.ids)
        self.set_summary(summary(self.kind, total, {}, narrowed=self.filters.narrowed))
        job = partial(counts_of, self.context.office, self.kind, query)
        self.context.tasks.run(job, self._counted, owner=self)

    def _counted(self, counts: dict[str, int]) -> None:
        total = len(self.model.ids)
        self.set_summary(summary(self.kind, total, counts, narrowed=self.filters.narrowed))

    def summary_text(self) -> str:
        """What the list shows, in words, for the paper."""
        return summary(self.kind, len(self.model.ids), {}, narrowed=self.filters.narrowed)

    def _show_nothing(self) -> None:
        if self._nothing is not None:
            self.stack.removeWidget(self._nothing)
            self._nothing.deleteLater()
        label = _(self.kind.label)
        if self.filters.narrowed:
            offered = self.button(_("清除筛选"), self.filters.clear, look="link")
            self._nothing = self.empty_state(_("没有符合条件的{kind}。", kind=label), offered)
        else:
            offered = self.button(_("新建{kind}", kind=label), self._new, icon="plus")
            bring = self.button(_("从 Excel 导入"), self.tables.bring, look="link")
            for one in (offered, bring):
                self.context.allow(one, to_write(self.kind.name))
            self._nothing = self.empty_state(_("还没有{kind}。", kind=label), offered, bring)
        self.stack.addWidget(self._nothing)
        self.stack.setCurrentWidget(self._nothing)

    @Slot(object)
    def _open(self, record_id: str) -> None:
        self.context.open_record(self.kind.name, record_id)

    # -- the selection -----------------------------------------------------------------------------------------

    @Slot()
    def _into_table(self) -> None:
        if self.model.ids:
            chosen = self.table.selected_ids()
            self.table.setFocus()
            if not chosen:
                self.table.selectRow(0)

    @Slot(QItemSelection, QItemSelection)
    def _selection_changed(self, _now: QItemSelection, _before: QItemSelection) -> None:
        self._selected = self.table.selected_ids()
        self._say_selected()

    def _say_selected(self) -> None:
        count = len(self.selected)
        words = _("选中 {n} 条", n=count) if count else _("单击选中，Ctrl 或 Shift 可多选；双击或回车打开")
        self._several_words.setText(words)
        allow, write = self.context.allow, to_write(self.kind.name)
        self._reveal.setEnabled(bool(count))
        allow(self._edit, write, usable=bool(count))
        allow(self._remove, *to_delete(self.kind.name), usable=bool(count))
        allow(self._merge, SETTLE, write, usable=count == 2)

    @property
    def selected(self) -> list[str]:
        """The ids of the selected rows."""
        return self.table.selected_ids()

    def _restore_selection(self) -> None:
        """After a reset the rows that were selected are selected again, where they still are."""
        wanted = set(self._selected)
        if not wanted or self.table.selected_ids():
            return
        selection = QItemSelection()
        last = self.model.columnCount() - 1
        for at, record_id in enumerate(self.model.ids):
            if record_id in wanted:
                selection.select(self.model.index(at, 0), self.model.index(at, last))
        chosen = self.table.selectionModel()
        chosen.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if not selection.isEmpty():
            first = self.model.index(selection.first().top(), 0)
            chosen.setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.table.scrollTo(first)


def fixed_words(office: Office, kind: Kind, fixed: Mapping[str, str]) -> str:
    """What a list was narrowed to by its caller, in words: links by their titles."""
    said = []
    for name, value in fixed.items():
        field = kind.fields[name]
        words = field.display(value)
        if field.type == "link":
            found = [row for target in field.targets for row in reading.rows(office, target, [value])]
            words = found[0].title if found else _("（找不到的记录）")
        said.append(_("{label}：{value}", label=_(field.label), value=words))
    return "，".join(said)
