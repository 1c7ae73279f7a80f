"""A small sheet that asks for a few fields of a record and does something with them; a refusal stays in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.errors import Refusal
from app.models.record import Kind
from app.text import _
from app.views import dialogs
from app.views.context import Context
from app.views.dialogs import Sheet
from app.views.help.asking import kind_topic
from app.views.records.form import RecordForm

Job = Callable[[dict[str, Any]], Any]


class AskSheet(Sheet):
    """The fields ``names`` of ``kind``, begun with ``values``; ``job`` gets all that stands in them, in the background.
    ``answer`` is what it gave once the sheet was accepted."""

    def __init__(
        self, parent: QWidget, context: Context, title: str, yes: str, kind: Kind, names: Sequence[str],
        values: Mapping[str, Any], job: Job, *, optional: Sequence[str] = (),
    ) -> None:  # fmt: skip
        super().__init__(parent, title, yes)
        self.context, self.kind, self.job = context, kind, job
        self.help_topic = kind_topic(kind.name)
        self.answer: Any = None
        self.form = RecordForm(context, kind, names, optional=optional)
        self.form.start_new(values, {})
        self.form.setMinimumWidth(context.theme.px(560))
        self.setMinimumWidth(context.theme.px(560 + 6 * 8))  # a least width of its own hides that of the form
        self.body.addWidget(self.form)
        self.fault = self.add_text("", "fault")
        self.fault.hide()
        self.form.focus_first()
        self.form.finished.connect(self.yes.setFocus)

    @Slot()
    def accept(self) -> None:
        """Do it; a refusal stays here."""
        values, faults = self.form.read()
        if faults:
            self.form.show_faults(faults)
            return
        self.yes.setEnabled(False)
        self.context.tasks.run(partial(self.job, values), self._did, self._refused, owner=self)

    def _did(self, answer: Any) -> None:
        self.answer = answer
        super().accept()

    def _refused(self, error: Exception) -> None:
        self.yes.setEnabled(True)
        if isinstance(error, Refusal):
            rest = self.form.show_faults(error.faults)
            self.fault.setText("\n".join(_("{error}。{mend}", error=one.error, mend=one.mend) for one in rest))
            self.fault.setVisible(bool(rest))
        else:
            dialogs.report(self, error)
