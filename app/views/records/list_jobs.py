"""What a list does on request: delete, edit several, show personal values, choose columns, print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QLabel, QWidget

from app.errors import Refusal
from app.models.fields import Misfit
from app.models.record import Kind
from app.services import reading, slips
from app.services.office import Office
from app.services.privacy import reveal
from app.services.reading import Query, Row
from app.services.rights import PRINT
from app.services.writing import Saved, change_many, set_deleted
from app.text import _
from app.views import dialogs
from app.views.dialogs import Sheet
from app.views.records import columns as cols
from app.views.records.choosing import ColumnChooser, EditSeveral, SpanChooser
from app.views.records.columns import Columns
from app.views.records.merge_sheet import MergeSheet
from app.views.records.slip_preview import PreviewSheet

if TYPE_CHECKING:
    from app.views.records.list_page import ListPage

PRINTED_AT_MOST = 3000
"""Rows on one printed list; more is for Excel."""


@dataclass(frozen=True)
class Removed:
    """What was put into the bin."""

    saved: Saved
    count: int


def remove_all(office: Office, kind: str, ids: Sequence[str], seen: Any = None) -> Removed:
    """Put records into the bin, as one operation."""
    return Removed(set_deleted(office, kind, list(ids), True, seen=seen), len(ids))


def list_pdf(office: Office, kind: Kind, query: Query, columns: Columns, note: str) -> bytes:
    """The list as filtered, as a PDF; personal values masked. Raises :class:`Refusal` for somebody who may not print."""
    office.duty.need(PRINT)
    from app.services.slips import slip_context
    from app.slips.table import Column, table_slip

    rows = reading.rows(office, kind.name, reading.ids(office, kind.name, query)[:PRINTED_AT_MOST])
    today = office.clock().date()
    fields = [kind.fields[name] for name in columns.names]
    table = [
        [cols.cell(row, field.name, today, masked=True, first=not at) for at, field in enumerate(fields)]
        for row in rows
    ]
    heads = [Column(_(field.label), cols.width_of(field, columns) / 10) for field in fields]
    title = _("{kind}一览", kind=_(kind.label))
    return table_slip(title, heads, table, slip_context(office, allow_missing=True), note=note)


class SeveralSheet(Sheet):
    """Asks for a field and a value, and checks the value before it closes."""

    help_topic = "lists#批量修改"

    def __init__(self, parent: QWidget, body: EditSeveral) -> None:
        super().__init__(parent, _("批量修改"), _("修改"))
        self.several = body
        self.body.addWidget(body)
        self.values: dict[str, Any] = {}

    @Slot()
    def accept(self) -> None:
        """Close when the value is understood."""
        values, faults = self.several.read()
        if faults and self.several.form is not None:
            self.several.form.show_faults(faults)
            return
        self.values = values
        super().accept()


class SpanSheet(Sheet):
    """Asks for two dates."""

    def __init__(self, parent: QWidget, title: str, body: SpanChooser) -> None:
        super().__init__(parent, title, _("筛选"))
        self.span = body
        self.body.addWidget(body)
        self.fault = QLabel()
        self.fault.setProperty("look", "fault")
        self.body.addWidget(self.fault)
        self.period: Any = None

    @Slot()
    def accept(self) -> None:
        """Close when both dates are understood."""
        try:
            self.period = self.span.period()
        except Misfit as misfit:
            self.fault.setText(f"{misfit.error} {misfit.mend}")
            return
        super().accept()


class ListJobs(QObject):
    """The jobs of one list page."""

    def __init__(self, page: ListPage) -> None:
        super().__init__(page)
        self.page, self.context = page, page.context

    @property
    def kind(self) -> str:
        """The name of the kind listed."""
        return self.page.kind.name

    @Slot()
    def remove(self) -> None:
        """Put the selected records into the bin; the undo bar takes it back."""
        ids = self.page.selected
        if ids:
            job = partial(remove_all, self.context.office, self.kind, ids)
            self.context.tasks.run(job, self._removed, self._refused, owner=self)

    def _removed(self, done: Removed) -> None:
        words = _("已把 {n} 条{kind}放进回收站", n=done.count, kind=_(self.page.kind.label))
        self.context.wrote(frozenset({self.kind}), words, done.saved.op)

    @Slot()
    def edit_several(self) -> None:
        """Give the selected records one value."""
        ids = self.page.selected
        if not ids:
            return
        sheet = SeveralSheet(self.page, EditSeveral(self.context, self.page.kind, len(ids)))
        if sheet.run():
            self.change(ids, sheet.values)

    def change(self, ids: Sequence[str], values: dict[str, Any]) -> None:
        """Write ``values`` into all of ``ids``: all or none."""
        job = partial(change_many, self.context.office, self.kind, list(ids), values)
        self.context.tasks.run(job, partial(self._changed, len(ids)), self._refused, owner=self)

    def _changed(self, count: int, saved: Saved) -> None:
        words = _("已修改 {n} 条{kind}", n=count, kind=_(self.page.kind.label))
        self.context.wrote(
            frozenset({self.kind}), "".join([words, *(f"。{note}" for note in saved.notices[:1])]), saved.op
        )

    @Slot()
    def merge_two(self) -> None:
        """Show the two selected records side by side, to merge them."""
        ids = self.page.selected
        if len(ids) == 2:
            MergeSheet(self.page, self.context, self.page.kind, ids[0], ids[1]).open()

    @Slot()
    def reveal_selected(self) -> None:
        """Show personal values of the selected rows; an audit line each."""
        job = partial(reveal, self.context.office, self.kind, self.page.selected)
        self.context.tasks.run(job, self._revealed, self._refused, owner=self)

    def _revealed(self, rows: list[Row]) -> None:
        self.page.model.reveal(rows)

    @Slot()
    def choose_columns(self) -> None:
        """Tick and order the columns."""
        chooser = ColumnChooser(self.context, self.page.kind, self.page.model.columns)
        sheet = Sheet(self.page, _("列表显示哪些列"), _("应用"))
        sheet.body.addWidget(chooser)
        if sheet.run():
            self.page.set_columns(chooser.chosen())

    @Slot()
    def choose_span(self) -> None:
        """Type the span of days."""
        chip = self.page.filters.period
        if chip is None:
            return
        title = _("按{label}筛选", label=_(chip.field.label))
        sheet = SpanSheet(self.page, title, SpanChooser(self.context, chip.field))
        if sheet.run():
            chip.choose(sheet.period if sheet.period.low or sheet.period.high else None)
            self.page.refresh()

    @Slot()
    def print_list(self) -> None:
        """Print the list as filtered: its columns, its order."""
        if not self.page.model.ids:
            return
        page = self.page
        note = page.summary_text()
        job = partial(list_pdf, self.context.office, page.kind, page.model.query, page.model.columns, note)
        title = _("{kind}一览", kind=_(page.kind.label))
        sheet = PreviewSheet(self.page, self.context, title, job)
        rows = min(len(page.model.ids), PRINTED_AT_MOST)
        sheet.printed.connect(partial(self._printed, rows))
        sheet.open()

    def _printed(self, rows: int) -> None:
        self.context.tasks.run(partial(slips.printed_list, self.context.office, self.kind, rows), self._noted)

    def _noted(self, _nothing: Any) -> None:
        """The audit line is written."""

    def _refused(self, error: Exception) -> None:
        """A refusal names the field; anything else is shown as it is."""
        if isinstance(error, Refusal):
            dialogs.inform(self.page, _("没有修改"), "\n".join(f"{f.error}。{f.mend}" for f in error.faults[:5]))
        else:
            dialogs.report(self.page, error)
