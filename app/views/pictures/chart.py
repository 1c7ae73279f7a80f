"""A chart as a widget: rows and columns of marks with their numbers; a click or Enter opens the bookings behind one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from app.services.pictures import Chart, Mark, level
from app.text import _
from app.views.calendar.ink import Ink, mixed
from app.views.calendar.paint import CENTRE, LEFT
from app.views.theme import Theme

LABEL, HEAD, HIGHEST = 112, 28, 72
"""Width of the labels, height of the head, and the most a row is high."""
TONES = (0.0, 0.1, 0.24, 0.42, 0.62, 1.0)
"""How much of the accent each level has; the last is dark enough for white figures."""
BAR = 0.42


class ChartView(QWidget):
    """Shows a :class:`~app.services.pictures.Chart`."""

    opened = Signal(object)
    """The :class:`~app.services.pictures.Mark` whose bookings are wanted."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ink = Ink(theme)
        self._tones = tuple(mixed(self._ink.accent, share) for share in TONES)
        self._bar = mixed(self._ink.accent, BAR)
        self._chart: Chart | None = None
        self._at: tuple[int, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    @property
    def chart(self) -> Chart | None:
        """What is shown."""
        return self._chart

    @property
    def selected(self) -> tuple[int, int] | None:
        """(row, column) under the cursor."""
        return self._at

    def show_chart(self, chart: Chart) -> None:
        """Show ``chart``; the cursor stays where there is one."""
        self._chart = chart
        self.setAccessibleName(chart.title)
        if self._at is not None and (self._at[0] >= len(chart.rows) or self._at[1] >= len(chart.columns)):
            self._at = None
        self.update()

    def mark(self, row: int, column: int) -> Mark | None:
        """The mark of a cell."""
        return self._chart.rows[row][1][column] if self._chart else None

    # Geometry

    def cell(self, row: int, column: int) -> QRect:
        """Where a cell is; the cells share the room without a rest, up to their greatest height."""
        assert self._chart is not None
        left, top = self._ink.px(LABEL), self._ink.px(HEAD)
        width, height = self.width() - left - 1, self.height() - top - 1
        columns, rows = len(self._chart.columns), max(len(self._chart.rows), 1)
        height = min(height, self._ink.px(HIGHEST) * rows)
        x, right = left + width * column // columns, left + width * (column + 1) // columns
        y, bottom = top + height * row // rows, top + height * (row + 1) // rows
        return QRect(x, y, right - x, bottom - y)

    def _at_point(self, point: QPoint) -> tuple[int, int] | None:
        if self._chart is None:
            return None
        cells = ((r, c) for r in range(len(self._chart.rows)) for c in range(len(self._chart.columns)))
        return next((at for at in cells if self.cell(*at).contains(point)), None)

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Head, labels, marks, and the frame of the cursor."""
        painter, chart, ink = QPainter(self), self._chart, self._ink
        painter.fillRect(self.rect(), ink.paper)
        if chart is None:
            painter.end()
            return
        painter.setFont(ink.small)
        painter.setPen(ink.second)
        for column, label in enumerate(chart.columns):
            rect = self.cell(0, column)
            painter.drawText(
                QRect(rect.x(), 0, rect.width(), rect.y()), CENTRE, ink.short(ink.small, label, rect.width())
            )
        for row, (label, marks) in enumerate(chart.rows):
            rect = self.cell(row, 0)
            width = rect.x() - ink.px(16)
            painter.setFont(ink.plain)
            painter.setPen(ink.text)
            said = ink.short(ink.plain, label, width)
            painter.drawText(QRect(ink.px(8), rect.y(), width, rect.height()), LEFT, said)
            if chart.style == "bar":
                painter.setPen(ink.line)
                painter.drawLine(0, rect.bottom(), self.width(), rect.bottom())
            for column, mark in enumerate(marks):
                if mark is not None:
                    paint = self._shade if chart.style == "shade" else self._column
                    paint(painter, self.cell(row, column), mark)
        if self._at is not None and self.hasFocus():
            painter.setPen(QPen(ink.text, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.cell(*self._at).adjusted(1, 1, -1, -1))
        painter.end()

    def _shade(self, painter: QPainter, rect: QRect, mark: Mark) -> None:
        """A tone with its number, and below it what more there is to say; a total is words only."""
        ink, tone = self._ink, level(mark.share or 0)
        if mark.share is not None:
            painter.fillRect(rect.adjusted(1, 1, 0, 0), self._tones[tone])
        dark = tone == len(TONES) - 1
        strong = tone >= 3 or mark.share is None
        painter.setFont(ink.bold if strong else ink.small)
        painter.setPen(ink.paper if dark else ink.text if mark.ids else ink.second)
        line = ink.measure(ink.small).height()
        if not mark.more or rect.height() < 2 * line:
            painter.drawText(rect, CENTRE, mark.text if mark.ids else "–")
            return
        upper = QRect(rect.x(), rect.center().y() - line, rect.width(), line)
        painter.drawText(upper, CENTRE, mark.text)
        painter.setFont(ink.small)
        painter.drawText(upper.translated(0, line), CENTRE, mark.more)

    def _column(self, painter: QPainter, rect: QRect, mark: Mark) -> None:
        """A bar that stands on the line of its row, its number above it; a total is words only."""
        ink = self._ink
        inner = rect.adjusted(ink.px(4), ink.px(2), -ink.px(4), -1)
        if mark.share is not None:
            line = ink.measure(ink.small).height()
            high = max(round((inner.height() - line) * mark.share), 2)
            painter.fillRect(QRect(inner.x(), inner.bottom() + 1 - high, inner.width(), high), self._bar)
            inner = QRect(inner.x(), inner.bottom() + 1 - high - line, inner.width(), line)
        painter.setFont(ink.bold if mark.share is None else ink.small)
        painter.setPen(ink.text)
        painter.drawText(inner, CENTRE, mark.text)

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the bookings of a mark."""
        at = self._at_point(event.position().toPoint())
        if at is not None and event.button() == Qt.MouseButton.LeftButton:
            self._go(*at)
            self._open()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be opened."""
        at = self._at_point(event.position().toPoint())
        found = self.mark(*at) if at is not None else None
        hand = found is not None and bool(found.ids)
        self.setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from mark to mark, Enter opens the bookings of one."""
        step = _STEPS.get(Qt.Key(event.key()))
        if self._chart is not None and step is not None:
            row, column = self._at or (0, 0)
            if self._at is not None:
                row, column = row + step[0], column + step[1]
            self._go(min(max(row, 0), len(self._chart.rows) - 1), min(max(column, 0), len(self._chart.columns) - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open()
        else:
            event.ignore()

    def _go(self, row: int, column: int) -> None:
        self._at = (row, column)
        self.setAccessibleDescription(self.words(row, column))
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        self.update()

    def _open(self) -> None:
        mark = self.mark(*self._at) if self._at is not None else None
        if mark is not None and mark.ids:
            self.opened.emit(mark)

    def words(self, row: int, column: int) -> str:
        """A cell in one sentence."""
        mark = self.mark(row, column)
        if mark is None:
            return (self._chart.blank if self._chart else "") or _("没有预约")
        said = " ".join(part for part in (mark.text, mark.more) if part)
        return _("{about}：{said}，{n} 场预约", about=mark.about, said=said, n=len(mark.ids))

    def event(self, event: QEvent) -> bool:
        """A mark in words on hover."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = self._at_point(event.pos())
            QToolTip.showText(event.globalPos(), self.words(*at), self) if at else QToolTip.hideText()
            return True
        return super().event(event)


_STEPS = {
    Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
}  # fmt: skip
