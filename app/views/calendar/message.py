"""One line of the page that says what stands in the way, or what was found, until it is read."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from app.text import _
from app.views.page import button
from app.views.theme import Theme


class Message(QFrame):
    """Hidden while there is nothing to say."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "card")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), theme.px(4), theme.px(4), theme.px(4))
        row.addWidget(self.words, 1)
        row.addWidget(button(theme, _("知道了"), self.quieten, look="link"))
        self.hide()

    def say(self, text: str, *, fault: bool = True) -> None:
        """Show ``text``, in red where it is a ``fault``."""
        self.words.setProperty("look", "fault" if fault else "")
        self.words.style().unpolish(self.words)
        self.words.style().polish(self.words)
        self.words.setText(text)
        self.words.setAccessibleName(text)
        self.show()

    @Slot()
    def quieten(self) -> None:
        """Nothing to say any more."""
        self.hide()
