"""Banners: one thing to know, with what can be done about it, above what a page shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.views.page import button
from app.views.theme import AMBER, PAPER, RED, Theme


class Banner(QFrame):
    """One thing to know about the record, with what can be done about it."""

    def __init__(self, theme: Theme, text: str, *, serious: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        edge = RED if serious else AMBER
        self.setObjectName("banner")
        self.setStyleSheet(
            f"#banner {{ background: {PAPER}; border: 1px solid {edge}; border-left: {theme.px(4)}px solid {edge}; }}"
        )
        self.row_layout = QHBoxLayout(self)
        self.row_layout.setContentsMargins(theme.px(12), theme.px(6), theme.px(8), theme.px(6))
        self.words = QLabel(text)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.row_layout.addWidget(self.words, 1)

    def offer(self, text: str, slot: Callable[..., Any]) -> QPushButton:
        """A button in the banner."""
        made = button(self.theme, text, slot)
        self.row_layout.addWidget(made)
        return made


class Banners(QWidget):
    """The banners of a page, by name; hidden while there is none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.shown: dict[str, QWidget] = {}
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.px(8))
        self.hide()

    def put(self, name: str, text: str, *, serious: bool = False) -> Banner:
        """Show a banner in place of an older one of the same name."""
        banner = Banner(self.theme, text, serious=serious)
        self.place(name, banner)
        return banner

    def place(self, name: str, widget: QWidget) -> None:
        """Show ``widget`` among the banners, in place of an older one of the same name."""
        self.drop(name)
        self.shown[name] = widget
        self.column.addWidget(widget)
        self.show()

    def drop(self, name: str) -> None:
        """Take a banner away."""
        banner = self.shown.pop(name, None)
        if banner is not None:
            self.column.removeWidget(banner)
            banner.hide()
            banner.deleteLater()
        self.setVisible(bool(self.shown))
