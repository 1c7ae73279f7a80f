"""Renewing last year's series in bulk: the same rooms, days and times over a new span."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.errors import Refusal
from app.models.fields import Field, Misfit
from app.services.rights import to_write
from app.services.series_plan import say_date
from app.services.series_renewal import Renewable, Renewed, renew, renewable
from app.services.times import say_time
from app.text import _
from app.views import dialogs
from app.views.context import Context
from app.views.page import Page
from app.views.records.editors_time import DateEditor
from app.views.records.field_box import FieldBox
from app.views.records.model import STATUS_ROLE
from app.views.records.table import ROW, CellDelegate
from app.views.theme import RED

HEADS = ("系列", "场地", "重复", "最后一次", "续办")
WIDTHS = (240, 160, 232, 160)
SPANS = (
    Field("最后一次在", "date", name="ended_from", required=True),
    Field("至", "date", name="ended_until", required=True),
    Field("新系列从", "date", name="first", required=True),
    Field("直到", "date", name="last", required=True),
)


class RenewPage(Page):
    """From the list of series, or Ctrl+K."""

    help_topic = "series#续办"
    name = "renew"
    title = "续办系列预约"
    listens_to = frozenset({"booking_series"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.rows: list[Renewable] = []
        self.told: dict[str, Renewed] = {}
        today = context.office.clock().date()
        this, following = str(today.year), str(today.year + 1)
        begin = (f"{this}-01-01", f"{this}-12-31", f"{following}-01-01", f"{following}-12-31")
        row = QHBoxLayout()
        row.setSpacing(self.theme.px(16))
        self.boxes: dict[str, FieldBox] = {}
        for field, value in zip(SPANS, begin, strict=True):
            editor = DateEditor(field, self.theme, today)
            editor.set_value(value)
            box = FieldBox(field, editor, self.theme, self)
            if field.name.startswith("ended"):
                editor.changed.connect(self.mark_stale)
            self.boxes[field.name] = box
            row.addWidget(box, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)
        self.table = self._table()
        self.new_button = self.button(_("新建系列预约"), self._new, icon="plus")
        context.allow(self.new_button, to_write("booking_series"))
        none = self.empty_state(
            _("没有最后一次在这段日子里的系列。请改上面的日期，或者新建系列预约。"), self.new_button
        )
        self.stack = QStackedWidget()
        for shown in (self.table, none):
            self.stack.addWidget(shown)
        self.body.addWidget(self.stack, 1)
        self.fault = QLabel()
        self.fault.setStyleSheet(f"color: {RED};")
        self.fault.setWordWrap(True)
        foot = QHBoxLayout()
        foot.setSpacing(self.theme.px(8))
        foot.addWidget(self.fault, 1)
        self.do_button = self.button(_("续办"), self._renew, icon="calendar-check", look="primary", keys="F6")
        foot.addWidget(self.do_button)
        self.body.addLayout(foot)
        self._say()

    def _table(self) -> QTableWidget:
        table = QTableWidget(0, len(HEADS), self)
        table.setItemDelegate(CellDelegate(self.theme, table))
        table.setHorizontalHeaderLabels([_(head) for head in HEADS])
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(self.theme.px(ROW))
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        table.setTabKeyNavigation(False)
        table.setAccessibleName(_("可以续办的系列"))
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for at, width in enumerate(WIDTHS):
            header.resizeSection(at, self.theme.px(width))
        header.setSectionResizeMode(len(HEADS) - 1, QHeaderView.ResizeMode.Stretch)
        table.itemSelectionChanged.connect(self._say)
        return table

    def _dates(self, *names: str) -> list[str] | None:
        """The dates typed, None where one cannot be read, which is said beside it."""
        found: list[str] = []
        for name in names:
            box = self.boxes[name]
            try:
                value = box.editor.value()  # type: ignore[attr-defined]
                box.set_fault("" if value else _("请填写日期"))
            except Misfit as misfit:
                value = None
                box.set_fault(f"{misfit.error}。{misfit.mend}")
            if value:
                found.append(str(value))
        return found if len(found) == len(names) else None

    def refresh(self) -> None:
        """List the series whose last date lies in the span."""
        span = self._dates("ended_from", "ended_until")
        if span is not None:
            job = partial(renewable, self.context.office, *span)
            self.context.tasks.run(job, self._found, self._failed, owner=self)

    def _found(self, rows: list[Renewable]) -> None:
        """Lay them out; those not renewed yet are chosen."""
        self.rows = rows
        self.stack.setCurrentIndex(0 if rows else 1)
        self.table.setRowCount(len(rows))
        self.table.clearSelection()
        for at, row in enumerate(rows):
            state, mark = self._state(row)
            when = f"{say_time(row.start)}-{say_time(row.end)} {row.words}"
            for column, text in enumerate((row.title, row.venue, when, say_date(row.last), state)):
                item = QTableWidgetItem(text)
                if column == len(HEADS) - 1:
                    item.setData(STATUS_ROLE, mark)
                self.table.setItem(at, column, item)
            if not row.renewed and row.id not in self.told:
                self.table.selectRow(at)
        self._say()

    def _state(self, row: Renewable) -> tuple[str, str]:
        told = self.told.get(row.id)
        if told is not None and told.outcome is not None:
            made, left = len(told.outcome.done["made"]), len(told.outcome.done["skipped"])
            words = _("已续办，约了 {n} 次", n=made)
            return (_("{words}，{m} 个日期未约", words=words, m=left) if left else words), "confirmed"
        if told is not None and told.refusal is not None:
            return told.refusal.faults[0].error, "clash"
        return (_("已续办"), "confirmed") if row.renewed else (_("未续办"), "off")

    @property
    def chosen(self) -> Sequence[Renewable]:
        """The chosen series that are not renewed yet."""
        picked = {index.row() for index in self.table.selectionModel().selectedRows()}
        return [row for at, row in enumerate(self.rows) if at in picked and not row.renewed]

    @Slot()
    def _say(self) -> None:
        chosen = len(self.chosen)
        self.do_button.setText(_("续办 {n} 个系列", n=chosen) if chosen else _("续办"))
        self.do_button.setEnabled(bool(chosen))
        left = sum(not row.renewed for row in self.rows)
        said = _("{n} 个系列到期，{m} 个还没续办；空格选或不选", n=len(self.rows), m=left)
        self.set_summary(said if self.rows else _("这段日子里没有到期的系列"))

    @Slot()
    def _new(self) -> None:
        self.context.new_record("booking_series")

    @Slot()
    def _renew(self) -> None:
        span = self._dates("first", "last")
        if span is None or not self.chosen:
            return
        self.fault.clear()
        self.do_button.setEnabled(False)
        job = partial(renew, self.context.office, [row.id for row in self.chosen], *span)
        self.context.tasks.run(job, self._renewed, self._failed, owner=self)

    def _renewed(self, found: list[Renewed]) -> None:
        self.told |= {one.id: one for one in found}
        done = [one.outcome for one in found if one.outcome is not None]
        words = _("已续办 {n} 个系列", n=len(done))
        if len(done) < len(found):
            words = _("已续办 {n} 个系列，{m} 个没有续办", n=len(done), m=len(found) - len(done))
        self.context.wrote({"booking", "booking_series"}, words, done[0].op if done else None)
        self.mark_stale()

    def _failed(self, error: Exception) -> None:
        self._say()
        if isinstance(error, Refusal):
            self.fault.setText("\n".join(f"{fault.error}。{fault.mend}".rstrip("。") for fault in error.faults[:3]))
        else:
            dialogs.report(self, error)
