"""The editor of a line of text that is often the same: what was written before is offered while one types."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QStringListModel, QTimer, Slot
from PySide6.QtWidgets import QCompleter, QWidget

from app.models.fields import Field
from app.services.recall import recall
from app.text import _
from app.views.context import Context
from app.views.records.editors import TextEditor

TYPING_MS = 120


class RecallEditor(TextEditor):
    """Pinyin is taken for what it finds first; anything else stays as it was typed unless something is chosen."""

    def __init__(self, field: Field, context: Context, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(field, context.theme, parent)
        self.context, self.kind = context, kind
        self.client: Callable[[], str | None] = _nobody
        self._run = 0
        self._entered = False
        self.line.setPlaceholderText(_("以前写过的，可用拼音首字母找"))
        self.choices = QStringListModel(self)
        self.completer = QCompleter(self.choices, self)
        self.completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.completer.setWidget(self.line)
        self.completer.activated.connect(self._picked)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self.pick)
        self.line.textEdited.connect(self._typed)
        self.line.returnPressed.disconnect()
        self.line.returnPressed.connect(self._go_on)

    @Slot(str)
    def _typed(self, text: str) -> None:
        self._run += 1
        self._entered = False
        self.completer.popup().hide()
        self._timer.stop()
        if text.strip():
            self._timer.start()

    @Slot()
    def pick(self) -> None:
        """Offer what fits; with nothing typed, what this client wrote before."""
        self._timer.stop()
        self._run += 1
        words = self.line.text()
        job = partial(recall, self.context.office, self.kind, self.field.name, words, self.client())
        self.context.tasks.run(job, partial(self._found, self._run, words), owner=self)

    def _found(self, run: int, words: str, known: list[str]) -> None:
        if run != self._run:
            return
        offered = [one for one in known if one != words.strip()]
        if self._entered:
            self._entered = False
            if offered:
                self.line.setText(offered[0])
            self.left.emit()
        elif offered and self.line.hasFocus():
            self.choices.setStringList(offered)
            self.completer.setCompletionPrefix("")
            self.completer.complete()
            if _pinyin(words):
                self.completer.popup().setCurrentIndex(self.completer.completionModel().index(0, 0))

    @Slot(str)
    def _picked(self, text: str) -> None:
        self.line.setText(text)
        self.changed.emit()
        self.left.emit()

    @Slot()
    def _go_on(self) -> None:
        """Enter goes on; pinyin is first put as what it stands for, unless it stands for nothing."""
        if self.completer.popup().isVisible() and self.completer.popup().currentIndex().isValid():
            return  # the list picks
        self.completer.popup().hide()
        if self._timer.isActive() and _pinyin(self.line.text()):
            self._entered = True
            self.pick()
        else:
            self._timer.stop()
            self.left.emit()


def _pinyin(words: str) -> bool:
    """Whether it can only be meant as pinyin: small letters and nothing else."""
    plain = words.replace(" ", "")
    return plain.isascii() and plain.isalpha() and plain.islower()


def _nobody() -> str | None:
    return None
