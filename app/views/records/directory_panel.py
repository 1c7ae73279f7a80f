"""Where the district's directory says something else of an organization: field by field, ours, theirs, one click."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from app.services.directory import Entry
from app.text import _
from app.views.page import button
from app.views.theme import AMBER, PAPER, Theme

LONGEST = 60
"""Characters of a value that are shown; the tooltip has the whole."""


class DirectoryPanel(QFrame):
    """Shows the differences of one organization. ``taken`` with the names of the fields to take over."""

    help_topic = "organizations#与区名录不同"

    taken = Signal(object)

    def __init__(self, theme: Theme, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self.entry = theme, entry
        self.setObjectName("directory")
        self.setStyleSheet(
            f"#directory {{ background: {PAPER}; border: 1px solid {AMBER};"
            f" border-left: {theme.px(4)}px solid {AMBER}; }}"
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(12), theme.px(6), theme.px(8), theme.px(8))
        column.setSpacing(theme.px(4))
        head = QLabel(_("区名录里这家组织有 {n} 处与这里不同。以区里为准的，点“采用”。", n=len(entry.differences)))
        head.setWordWrap(True)
        column.addWidget(head)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(theme.px(16))
        self.grid.setVerticalSpacing(theme.px(4))
        for at, words in enumerate((_("项目"), _("本中心"), _("区名录"))):
            self.grid.addWidget(self._words(words, second=True), 0, at)
        for at, one in enumerate(entry.differences, start=1):
            self.grid.addWidget(self._words(_(one.field.label)), at, 0)
            self.grid.addWidget(self._words(one.ours, second=True), at, 1)
            self.grid.addWidget(self._words(one.theirs), at, 2)
            take = button(theme, _("采用"), self._take)
            take.setProperty("field", one.field.name)
            take.setAccessibleName(_("采用区名录的{field}", field=_(one.field.label)))
            self.grid.addWidget(take, at, 3)
        self.grid.setColumnStretch(1, 1)
        self.grid.setColumnStretch(2, 1)
        column.addLayout(self.grid)
        if len(entry.differences) > 1:
            column.addWidget(button(theme, _("全部采用"), self._take_all), 0, Qt.AlignmentFlag.AlignRight)

    def _words(self, text: str, *, second: bool = False) -> QLabel:
        plain = " ".join(text.split())
        label = QLabel(plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setToolTip(text if label.text() != text else "")
        if second:
            label.setProperty("look", "second")
        return label

    @Slot()
    def _take(self) -> None:
        self.taken.emit((str(self.sender().property("field")),))

    @Slot()
    def _take_all(self) -> None:
        self.taken.emit(tuple(one.field.name for one in self.entry.differences))
