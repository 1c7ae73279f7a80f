"""A table of plain words that is read, not edited: whole rows are selected, hairlines, no grid (look.md, Lists)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
)

from app.text import _
from app.views.records.table import CellDelegate
from app.views.theme import LINE, Theme

Index = QModelIndex | QPersistentModelIndex
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


class _TickDelegate(QStyledItemDelegate):
    """The tick, and the hairline below."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        super().paint(painter, option, index)
        rect: QRect = cast(Any, option).rect
        painter.setPen(QPen(QColor(LINE), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())


class TickTable(PlainTable):
    """A plain table whose rows are ticked, by the mouse or with Space; ``itemChanged`` tells of each."""

    def __init__(self, theme: Theme, name: str, columns: Sequence[tuple[str, int]]) -> None:
        super().__init__(theme, name, (("", 40), *columns))
        self.setItemDelegateForColumn(0, _TickDelegate(self))

    def fill(self, rows: Sequence[tuple[object, Sequence[str]]]) -> None:
        """Show ``rows``; those that were ticked stay so."""
        kept = self.ticked
        self.blockSignals(True)
        super().fill([(key, ("", *words)) for key, words in rows])
        for at in range(self.rowCount()):
            if (item := self.item(at, 0)) is not None:
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, _("选"))
        self.blockSignals(False)
        self.tick(kept)

    @property
    def ticked(self) -> list[object]:
        """What the ticked rows stand for, from top to bottom."""
        items = (self.item(at, 0) for at in range(self.rowCount()))
        return [item.data(KEY) for item in items if item is not None and item.checkState() == Qt.CheckState.Checked]

    def tick(self, keys: Sequence[object]) -> None:
        """Tick the rows that stand for these, and no others."""
        for at in range(self.rowCount()):
            if (item := self.item(at, 0)) is not None:
                item.setCheckState(Qt.CheckState.Checked if item.data(KEY) in keys else Qt.CheckState.Unchecked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space ticks the selected rows, or takes the tick away where all have it."""
        chosen = self.selected_keys()
        if event.key() != Qt.Key.Key_Space or not chosen:
            super().keyPressEvent(event)
            return
        before = self.ticked
        off = all(key in before for key in chosen)
        self.tick([key for key in (*before, *chosen) if not (off and key in chosen)])
