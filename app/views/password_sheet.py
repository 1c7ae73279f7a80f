"""A new password, typed twice, and whatever proves that one may set it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.errors import Refusal
from app.services import local
from app.text import _
from app.views import dialogs
from app.views.tasks import Tasks


class PasswordSheet(dialogs.Sheet):
    """Lines and a job over what is typed there, in the background; the sheet closes when the job is done.

    ``proof`` labels a line before the new password: the old one, or (``seen``) the code of the recovery sheet. The job takes
    the proof, where there is one, and the new password; its refusal is said in the sheet.
    """

    def __init__(
        self, parent: QWidget, tasks: Tasks, title: str, yes: str, job: Callable[..., None], *,
        topic: str, text: str = "", proof: str = "", seen: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(parent, title, yes)
        self.tasks, self.job, self.help_topic = tasks, job, topic
        if text:
            self.add_text(text)
        self.proof = self._line(proof, seen=seen) if proof else None
        self.new = self._line(_("新密码（至少 {n} 个字符）", n=local.MIN_PASSWORD))
        self.again = self._line(_("再输一次新密码"))
        self.lines = [line for line in (self.proof, self.new, self.again) if line is not None]
        self.fault = self.add_text("", "fault")
        self.fault.hide()
        self.lines[0].setFocus()

    def _line(self, label: str, *, seen: bool = False) -> QLineEdit:
        line = QLineEdit()
        if not seen:
            line.setEchoMode(QLineEdit.EchoMode.Password)
        line.setAccessibleName(label)
        self.add_text(label)
        self.body.addWidget(line)
        return line

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the next line, and from the last one on."""
        here = self.focusWidget()
        if (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and isinstance(here, QLineEdit)
            and here in self.lines[:-1]
        ):
            self.lines[self.lines.index(here) + 1].setFocus()
        else:
            super().keyPressEvent(event)

    @Slot()
    def accept(self) -> None:
        """Check in the background, and close when it is done."""
        if self.new.text() != self.again.text():
            self._say(_("两次输入的新密码不一样。"), self.again)
            return
        self.yes.setEnabled(False)
        typed = [line.text() for line in self.lines[:-1]]
        self.tasks.run(partial(self.job, *typed), self._done, self._refused, owner=self)

    @Slot(object)
    def _done(self, _nothing: None) -> None:
        super().accept()

    def _refused(self, error: Exception) -> None:
        self.yes.setEnabled(True)
        of_new = isinstance(error, Refusal) and error.faults[0].field == "password"
        self._say(dialogs.in_one_line(error), self.new if of_new or self.proof is None else self.proof)

    def _say(self, words: str, line: QLineEdit) -> None:
        self.fault.setText(words)
        self.fault.show()
        self.grow()
        line.selectAll()
        line.setFocus()
