"""A table of plain words that is read, not edited: whole rows are selected, hairlines, no grid (look.md, Lists)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from app.views.records.table import CellDelegate
from app.views.theme import Theme

KEY = Qt.ItemDataRole.UserRole
"""What a row stands for."""


class PlainTable(QTableWidget):
    """``columns`` are (label, width in pixels at standard size); the one of width 0 takes what is left."""

    def __init__(self, theme: Theme, name: str, columns: Sequence[tuple[str, int]]) -> None:
        super().__init__(0, len(columns))
        px = theme.px
        self.setHorizontalHeaderLabels([label for label, _width in columns])
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setItemDelegate(CellDelegate(theme, self))
        self.setAccessibleName(name)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(px(36))
        head = self.horizontalHeader()
        head.setStyleSheet("QHeaderView { border: none; }")
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setHighlightSections(False)
        head.setFixedHeight(px(36))
        for column, (_label, width) in enumerate(columns):
            if width:
                self.setColumnWidth(column, px(width))
            else:
                head.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

    def fill(self, rows: Sequence[tuple[object, Sequence[str]]]) -> None:
        """Show ``rows``: what each stands for, and its words."""
        self.clearContents()
        self.setRowCount(len(rows))
        for at, (key, words) in enumerate(rows):
            for column, text in enumerate(words):
                item = QTableWidgetItem(text)
                item.setData(KEY, key)
                self.setItem(at, column, item)

    def selected_keys(self) -> list[object]:
        """What the selected rows stand for, from top to bottom."""
        at = sorted({item.row() for item in self.selectedItems()})
        return [item.data(KEY) for row in at if (item := self.item(row, 0)) is not None]
