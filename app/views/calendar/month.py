"""The month as a widget: arrows choose a day, Enter or a double click opens it."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QToolTip, QWidget

from app.services.months import Month
from app.text import _
from app.views.calendar import words
from app.views.calendar.grid import LETTERS, TURNS
from app.views.calendar.ink import Ink
from app.views.calendar.month_paint import HEAD, WEEK, Sheet, paint_cursor, paint_month
from app.views.theme import Theme


class MonthGrid(QWidget):
    """Shows a :class:`~app.services.months.Month`; the day chosen is the page's."""

    opened = Signal(object)
    """A date whose day is to be shown."""
    chosen = Signal(object)
    """The date the cursor has come to; it may lie outside the month shown."""
    turned = Signal(int)
    key_wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ink = Ink(theme)
        self._month: Month | None = None
        self._today = self._on = ""
        self._canvas: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("月历"))

    @property
    def month(self) -> Month | None:
        """What is shown."""
        return self._month

    @property
    def selected(self) -> str:
        """The date under the cursor."""
        return self._on

    def show_month(self, month: Month, on: str, today: str) -> None:
        """Show ``month`` with the cursor on the date ``on``."""
        self._month, self._today, self._canvas = month, today, None
        self.select(on)

    def select(self, on: str) -> None:
        """Put the cursor on a date and tell it to a screen reader."""
        self._on = on
        day = self._month.day(on) if self._month else None
        if day is not None:
            self.setAccessibleDescription(words.month_day(day))
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        self.update()

    def set_today(self, today: str) -> None:
        """A new day began."""
        if today != self._today:
            self._today, self._canvas = today, None
            self.update()

    def sheet(self) -> Sheet:
        """The measures at this size."""
        weeks = len(self._month.days) // WEEK if self._month else 5
        return Sheet(self._ink.px(HEAD), self.width(), self.height(), weeks)

    def cell_of(self, on: str) -> QRect | None:
        """Where a date is."""
        dates = [day.date for day in self._month.days] if self._month else []
        return self.sheet().cell(dates.index(on)) if on in dates else None

    # Painting

    def resizeEvent(self, _event: object) -> None:
        """All is laid out by the size."""
        self._canvas = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The month from its last painting, then the cursor."""
        painter = QPainter(self)
        if self._month is None:
            painter.fillRect(self.rect(), self._ink.paper)
            painter.end()
            return
        if self._canvas is None:
            self._canvas = self._drawn(self._month)
        painter.drawPixmap(0, 0, self._canvas)
        cell = self.cell_of(self._on)
        if cell is not None:
            paint_cursor(painter, self._ink, cell)
        painter.end()

    def _drawn(self, month: Month) -> QPixmap:
        ratio = self.devicePixelRatioF()
        canvas = QPixmap(self.size() * ratio)
        canvas.setDevicePixelRatio(ratio)
        painter = QPainter(canvas)
        paint_month(painter, self._ink, self.sheet(), month, self._today)
        painter.end()
        return canvas

    # Mouse and keys

    def _date_at(self, x: int, y: int) -> str | None:
        n = self.sheet().day_at(x, y) if self._month else None
        return self._month.days[n].date if self._month and n is not None else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a day."""
        on = self._date_at(event.position().toPoint().x(), event.position().toPoint().y())
        if on is not None and event.button() == Qt.MouseButton.LeftButton:
            self.select(on)
            self.chosen.emit(on)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open a day."""
        on = self._date_at(event.position().toPoint().x(), event.position().toPoint().y())
        if on is not None and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(on)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go by days and weeks, also into the next month; Home and End to the ends of the month."""
        key = Qt.Key(event.key())
        plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if not self._on or self._month is None:
            event.ignore()
        elif key in _STEPS:
            self._go(date.fromisoformat(self._on) + timedelta(days=_STEPS[key]))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self._on)
        elif key in TURNS:
            self.turned.emit(TURNS[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            own = [day.date for day in self._month.days if day.date[:7] == self._month.month]
            self._go(date.fromisoformat(own[0] if key == Qt.Key.Key_Home else own[-1]))
        elif key in LETTERS and plain:
            self.key_wanted.emit(chr(key))
        else:
            event.ignore()

    def _go(self, on: date) -> None:
        self.select(on.isoformat())
        self.chosen.emit(on.isoformat())

    # Words on hover

    def event(self, event: QEvent) -> bool:
        """All of a day's notes and first bookings, where the cell is too small for them."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            on = self._date_at(event.pos().x(), event.pos().y())
            day = self._month.day(on) if self._month and on else None
            text = words.month_day(day, "\n") if day is not None else ""
            QToolTip.showText(event.globalPos(), text, self) if text else QToolTip.hideText()
            return True
        return super().event(event)


_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -WEEK, Qt.Key.Key_Down: WEEK}
