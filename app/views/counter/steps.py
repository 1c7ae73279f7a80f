"""A row of quiet buttons for what can be done with a record now, and the doing: in the background, undoable."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.errors import Refusal
from app.services.writing import Saved
from app.text import _, listed
from app.views import dialogs
from app.views.elided import ElidedLabel
from app.views.page import button
from app.views.records.extras import Extra
from app.views.records.form_page import FormPage
from app.views.theme import Theme, paint_mark, status_mark

WRITTEN = frozenset({"booking", "booking_series", "key_handover", "slot_waiting", "fee_line"})
"""Kinds that a step at the counter may write."""
Doing = Callable[..., Saved]


class MarkLabel(QWidget):
    """The mark of a status, as lists have it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme, self.status = theme, ""
        self.setFixedSize(theme.px(14), theme.px(14))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        mark = status_mark(self.status)
        paint_mark(QPainter(self), self.rect().adjusted(1, 1, -1, -1), mark.shape, mark.colour)


class StepBar(Extra):
    """How it stands in words, then the buttons; they rest while something typed is not saved."""

    labels: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """By step: its word (a Chinese message id), and its icon."""

    def __init__(self, page: FormPage) -> None:
        super().__init__(page)
        theme = page.theme
        self.buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        self.mark = MarkLabel(theme)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignVCenter)
        self.words = ElidedLabel()
        row.addWidget(self.words, 1)
        self.row_layout = row

    def show_steps(self, status: str, words: str, steps: Sequence[str]) -> None:
        """Lay the buttons out anew."""
        for one in self.buttons.values():
            self.row_layout.removeWidget(one)
            one.hide()
            one.deleteLater()
        self.mark.status = status
        self.mark.update()
        self.words.setText(words)
        self.buttons = {}
        for step in steps:
            label, icon = self.labels[step]
            theme = self.page.theme
            one = button(theme, _(label), self._clicked, icon="" if theme.size == "huge" else icon)
            one.setProperty("step", step)
            self.buttons[step] = one
            self.row_layout.addWidget(one)
        self.setVisible(bool(words))
        self.edited()

    def edited(self) -> None:
        """What is typed is saved first."""
        dirty = self.page.dirty
        for one in self.buttons.values():
            one.setEnabled(not dirty)
            one.setToolTip(_("先保存所填的内容（F6）") if dirty else "")

    @Slot()
    def _clicked(self) -> None:
        self.take(str(self.sender().property("step")))

    def take(self, step: str) -> None:
        """Do a step, or ask what it needs first."""
        raise NotImplementedError

    def do(self, doing: Doing, words: str) -> None:
        """Do it in the background and say ``words``; a policy in the way may be set aside with a reason."""
        self.setEnabled(False)
        self.context.tasks.run(doing, partial(self.did, words), partial(self._refused, doing, words), owner=self)

    def did(self, words: str, saved: Saved) -> None:
        """It is done: tell everyone, and show how it stands now."""
        self.setEnabled(True)
        self.page.ready = False  # our own writing is no news to this form
        notes = "".join(saved.notices)
        self.context.wrote(WRITTEN, f"{words}。{notes}" if notes else words, saved.op)
        self.page.mark_stale()

    def _refused(self, doing: Doing, words: str, error: Exception) -> None:
        self.setEnabled(True)
        if not isinstance(error, Refusal):
            dialogs.report(self.page, error)
        elif error.policy:
            said = listed(fault.error for fault in error.faults)
            reason = dialogs.ask_reason(self.page, _("写明理由"), said, yes=_("照办"))
            if reason:
                self.do(partial(doing, reason=reason), words)
        else:
            self.page.saving.say(error.faults)
