"""A section of a form: its heading, and whether its fields are folded away (what is rarely filled in)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from app.text import _
from app.views.page import button
from app.views.records.field_box import FieldBox
from app.views.theme import LINE, SECOND, Theme


class Section(QWidget):
    """A heading with a line under it; a section that ``folds`` is opened and closed by it. ``toggled`` when it was."""

    toggled = Signal()

    def __init__(self, text: str, theme: Theme, *, folds: bool, first: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self.folds = theme, folds
        self.boxes: list[FieldBox] = []
        self.open = not folds
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0 if first or folds else theme.px(12), 0, 0)
        layout.setSpacing(theme.px(4))
        if folds:
            self.head = button(theme, _(text), self._clicked, look="fold")
            self.head.setFont(theme.font(15, True))
            self.head.setIconSize(QSize(theme.px(16), theme.px(16)))
            layout.addWidget(self.head)
            self._say()
        else:
            label = QLabel(_(text))
            label.setFont(theme.font(15, True))
            layout.addWidget(label)
        line = QFrame()
        line.setFixedHeight(1)
        line.setStyleSheet(f"background: {LINE}; border: none;")
        layout.addWidget(line)

    def _say(self) -> None:
        self.head.setIcon(self.theme.icon("chevron-down" if self.open else "chevron-right", SECOND, 16))
        self.head.setToolTip(_("收起") if self.open else _("展开"))

    @Slot()
    def _clicked(self) -> None:
        self.show_fields(not self.open)
        self.toggled.emit()
        if self.open and self.boxes:
            self.boxes[0].focus_editor()

    def show_fields(self, wanted: bool) -> None:
        """Open or close it."""
        if self.folds:
            self.open = wanted
            self._say()
        for box in self.boxes:
            box.setVisible(self.open)


def open_where_filled(sections: Sequence[Section]) -> None:
    """Open the sections in which something stands, close the others."""
    for section in sections:
        section.show_fields(not section.folds or any(box.says_something() for box in section.boxes))
