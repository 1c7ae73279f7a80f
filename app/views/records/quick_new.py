"""A new record made in passing: only what it needs, while another form is open (新建 at the end of a type-ahead)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.errors import Refusal
from app.models.record import Kind
from app.services.reading import Row
from app.text import _
from app.views import dialogs
from app.views.context import Context
from app.views.dialogs import Sheet
from app.views.records import form_jobs as jobs
from app.views.records.form import RecordForm
from app.views.records.form_jobs import Written

MOST = 8
"""Fields asked for at most; the rest is filled in later."""


def needed(kind: Kind) -> tuple[str, ...]:
    """The fields that name a record, those it cannot be without, and the first of its list."""
    required = [field.name for field in kind.typed if field.required or field.name in kind.title]
    listed = [field.name for field in kind.typed if field.listed and field.name not in required]
    return tuple([*required, *listed][:MOST])


class QuickNew(Sheet):
    """``made`` is the new record once the sheet was accepted."""

    def __init__(self, parent: QWidget, context: Context, kind: Kind, typed: str) -> None:
        super().__init__(parent, _("新建{kind}", kind=_(kind.label)), _("新建"))
        self.context, self.kind = context, kind
        self.made: Row | None = None
        self.form = RecordForm(context, kind, needed(kind))
        first = kind.title[0]
        self.form.start_new(_named(kind, first, typed), {})
        self.form.setMinimumWidth(context.theme.px(560))
        self.body.addWidget(self.form)
        self.fault = self.add_text("", "fault")
        self.fault.hide()
        self.form.focus_first()
        self.form.finished.connect(self.yes.setFocus)

    @Slot()
    def accept(self) -> None:
        """Save; a refusal stays here."""
        values, faults = self.form.read()
        if faults:
            self.form.show_faults(faults)
            return
        self.yes.setEnabled(False)
        job = partial(jobs.write, self.context.office, self.kind.name, None, values, None, "")
        self.context.tasks.run(job, self._written, self._refused, owner=self)

    def _written(self, done: Written) -> None:
        self.made = done.row
        words = _("已新建{kind}“{title}”", kind=_(self.kind.label), title=done.row.title)
        self.context.wrote(frozenset({self.kind.name}), words, done.saved.op)
        super().accept()

    def _refused(self, error: Exception) -> None:
        self.yes.setEnabled(True)
        if isinstance(error, Refusal):
            rest = self.form.show_faults(error.faults)
            self.fault.setText("\n".join(f"{fault.error}。{fault.mend}" for fault in rest))
            self.fault.setVisible(bool(rest))
        else:
            dialogs.report(self, error)


def _named(kind: Kind, first: str, typed: str) -> Mapping[str, Any]:
    """What was typed goes into the name, unless it was pinyin."""
    return {first: typed} if typed and not typed.isascii() and kind.fields[first].type == "text" else {}
