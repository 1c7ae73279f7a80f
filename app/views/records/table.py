"""The table of a list: fixed row heights and widths, hairlines, status marks, middle elision (look.md, Lists)."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal, Slot
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from app.views.records.model import STATUS_ROLE, RecordsModel
from app.views.theme import LINE, SECOND, TEXT, TINT, Theme, paint_mark, status_mark

ROW = 36
PLAIN = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
Index = QModelIndex | QPersistentModelIndex


class CellDelegate(QStyledItemDelegate):
    """Paints a cell: tint of the selection, the mark of a status, the text elided in the middle, a hairline below."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        view: Any = option
        rect: QRect = view.rect
        selected = bool(view.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(rect, QColor(TINT))
        painter.setPen(QPen(QColor(LINE), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        inner = rect.adjusted(self.theme.px(12), 0, -self.theme.px(12), 0)
        code = index.data(STATUS_ROLE)
        if code:
            side = self.theme.px(12)
            shape, colour = status_mark(str(code))
            paint_mark(painter, QRect(inner.left(), inner.center().y() - side // 2 + 1, side, side), shape, colour)
            inner.setLeft(inner.left() + side + self.theme.px(8))
        text = index.data() or ""
        painter.setFont(view.font)
        painter.setPen(QColor(TEXT if index.column() == 0 or code else _ink(index)))
        shown = view.fontMetrics.elidedText(text, Qt.TextElideMode.ElideMiddle, inner.width())
        painter.drawText(inner, index.data(Qt.ItemDataRole.TextAlignmentRole) or PLAIN, shown)
        painter.restore()

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """The whole text where the cell could not hold it."""
        given: Any = option
        text, told = index.data() or "", index.data(Qt.ItemDataRole.ToolTipRole)
        room = given.rect.width() - 2 * self.theme.px(12)
        long = given.fontMetrics.horizontalAdvance(text) > room
        if event.type() == QEvent.Type.ToolTip and (long or told):
            QToolTip.showText(event.globalPos(), "\n".join(filter(None, (text if long else "", told))), view)
            return True
        QToolTip.hideText()
        return True


def _ink(index: Index) -> str:
    model = index.model()
    if isinstance(model, RecordsModel) and model.columns.names[index.column()] == "number":
        return SECOND
    return TEXT


class RecordsTable(QTableView):
    """The view. ``opened`` with an id on double-click or Enter, ``removed`` on Delete."""

    opened = Signal(object)
    removed = Signal()
    dragged = Signal(int)
    """The user gave this column another width."""
    widened = Signal()
    """There is more or less room."""
    sorted_by = Signal(int)

    def __init__(self, model: RecordsModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.records = model
        self.setModel(model)
        self.setItemDelegate(CellDelegate(theme, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setAlternatingRowColors(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(theme.px(ROW))
        head = self.horizontalHeader()
        head.setStyleSheet("QHeaderView { border: none; }")
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setMinimumSectionSize(theme.px(48))
        head.setFixedHeight(theme.px(ROW))
        head.setHighlightSections(False)
        head.setSectionsClickable(True)
        head.setTextElideMode(Qt.TextElideMode.ElideRight)
        head.sectionClicked.connect(self.sorted_by)
        head.sectionResized.connect(self._resized)
        self.doubleClicked.connect(self._open_index)
        self._laying = False

    def lay_out(self, widths: list[int]) -> None:
        """Set the column widths (pixels); the last one takes what is left."""
        self._laying = True
        head = self.horizontalHeader()
        head.setStretchLastSection(False)
        for column, width in enumerate(widths):
            head.resizeSection(column, width)
        head.setStretchLastSection(True)
        self._laying = False

    @Slot(int, int, int)
    def _resized(self, column: int, _old: int, _new: int) -> None:
        if not self._laying and column != self.records.columnCount() - 1:
            self.dragged.emit(column)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the columns fill the room."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.widened.emit()

    def selected_ids(self) -> list[str]:
        """The ids of the selected rows, from top to bottom."""
        picked: list[int] = []
        for span in self.selectionModel().selection().toList():
            picked += range(span.top(), span.bottom() + 1)
        return [self.records.ids[at] for at in sorted(set(picked)) if at < len(self.records.ids)]

    @Slot(QModelIndex)
    def _open_index(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self.records.ids[index.row()])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Delete asks to remove."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open_index(self.currentIndex())
        elif event.key() == Qt.Key.Key_Delete and self.selected_ids():
            self.removed.emit()
        else:
            super().keyPressEvent(event)
