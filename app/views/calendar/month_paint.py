"""Painting a month: a cell per day with its number, its holiday, how many bookings, and the first of them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPen

from app.services.months import Entry, Month, MonthDay
from app.services.times import WEEKDAYS
from app.text import _
from app.views.calendar.ink import Ink
from app.views.calendar.paint import LEFT, RIGHT

WEEK = 7
HEAD = 28
OFF = frozenset({"weekend", "holiday"})


@dataclass(frozen=True)
class Sheet:
    """The measures of a month at one size, in pixels."""

    head: int
    width: int
    height: int
    weeks: int

    def cell(self, n: int) -> QRect:
        """The cell of day ``n``; the seven columns and the weeks share the room without a rest."""
        row, column = divmod(n, WEEK)
        left, right = self.width * column // WEEK, self.width * (column + 1) // WEEK
        body = self.height - self.head
        top, bottom = self.head + body * row // self.weeks, self.head + body * (row + 1) // self.weeks
        return QRect(left, top, right - left, bottom - top)

    def day_at(self, x: int, y: int) -> int | None:
        """The day under a point."""
        if y < self.head or not (0 <= x < self.width and y < self.height):
            return None
        row = ((y - self.head + 1) * self.weeks - 1) // (self.height - self.head)
        return row * WEEK + ((x + 1) * WEEK - 1) // self.width


def paint_month(painter: QPainter, ink: Ink, sheet: Sheet, month: Month, today: str) -> None:
    """All of the month but the cursor."""
    painter.fillRect(0, 0, sheet.width, sheet.height, ink.paper)
    _head(painter, ink, sheet)
    for n, day in enumerate(month.days):
        _cell(painter, ink, sheet.cell(n), day, month, today)


def _head(painter: QPainter, ink: Ink, sheet: Sheet) -> None:
    painter.fillRect(0, 0, sheet.width, sheet.head, ink.ground)
    painter.setFont(ink.bold)
    painter.setPen(ink.text)
    for n, word in enumerate(WEEKDAYS):
        cell = sheet.cell(n)
        painter.drawText(QRect(cell.x() + ink.px(8), 0, cell.width(), sheet.head), LEFT, _(word))
    painter.setPen(ink.line)
    painter.drawLine(0, sheet.head, sheet.width, sheet.head)


def _cell(painter: QPainter, ink: Ink, rect: QRect, day: MonthDay, month: Month, today: str) -> None:
    own = day.date[:7] == month.month
    if day.closed:
        painter.fillRect(rect, ink.closed)
    elif day.kind in OFF or not own:
        painter.fillRect(rect, ink.ground)
    painter.setPen(ink.line)
    painter.drawLine(rect.right(), rect.top(), rect.right(), rect.bottom())
    painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())
    inner = rect.adjusted(ink.px(8), ink.px(3), -ink.px(7), -ink.px(3))
    top = inner.y() + _number(painter, ink, inner, day, own, today)
    line = ink.measure(ink.small).height()
    room = max((inner.bottom() + 1 - top) // line, 0)
    said = [day.closed, *day.notes] if day.closed else list(day.notes)
    for text in said[: max(room - (1 if day.firsts and room > 1 else 0), 0)]:
        _note(painter, ink, QRect(inner.x(), top, inner.width(), line), text, plain=text == day.closed)
        top, room = top + line, room - 1
    _entries(painter, ink, QRect(inner.x(), top, inner.width(), line), room, day, own and not month.venue)


def _number(painter: QPainter, ink: Ink, inner: QRect, day: MonthDay, own: bool, today: str) -> int:
    """The first line of a cell: day, holiday, and the count at the right; returns its height."""
    line = ink.measure(ink.strong).height()
    text = str(int(day.date[8:]))
    if day.date[8:] == "01" or not own:
        text = _("{month}月{day}日", month=int(day.date[5:7]), day=text)
    painter.setFont(ink.strong)
    width = ink.measure(ink.strong).horizontalAdvance(text)
    painter.setPen(ink.accent if day.date == today else ink.text if own else ink.second)
    painter.drawText(QRect(inner.x(), inner.y(), width + 2, line), LEFT, text)
    if day.date == today:
        painter.fillRect(QRect(inner.x(), inner.y() + line - 1, width, ink.px(3)), ink.accent)
    count = ""
    if day.count:
        count = _("{n} 场，{m} 待定", n=day.count, m=day.pending) if day.pending else _("{n} 场", n=day.count)
    taken = ink.measure(ink.bold).horizontalAdvance(count)
    painter.setFont(ink.small)
    painter.setPen(ink.text if day.kind == "make_up_workday" else ink.second)
    room = inner.width() - width - ink.px(8) - (taken + ink.px(6) if count else 0)
    if day.count and day.pending and ink.measure(ink.small).horizontalAdvance(day.holiday) > room:
        count = _("{n} 场", n=day.count)
        taken = ink.measure(ink.bold).horizontalAdvance(count)
        room = inner.width() - width - ink.px(14) - taken
    said = ink.short(ink.small, day.holiday, room)
    painter.drawText(QRect(inner.x() + width + ink.px(8), inner.y(), room, line), LEFT, said)
    painter.setFont(ink.bold)
    painter.setPen(ink.text if own else ink.second)
    painter.drawText(QRect(inner.right() - taken - 1, inner.y(), taken + 2, line), RIGHT, count)
    return line + ink.px(4)


def _note(painter: QPainter, ink: Ink, rect: QRect, text: str, *, plain: bool) -> None:
    """What is closed: in words on grey."""
    if not plain:
        painter.fillRect(rect.adjusted(-ink.px(2), 0, ink.px(2), -1), ink.closed)
    painter.setFont(ink.small)
    painter.setPen(ink.text)
    painter.drawText(rect, LEFT, ink.short(ink.small, text, rect.width()))


def _entries(painter: QPainter, ink: Ink, rect: QRect, room: int, day: MonthDay, named: bool) -> None:
    """As many bookings as there is room for; what is left is a number."""
    shown = len(day.firsts)
    if day.count > room:
        shown = min(shown, max(room - 1, 0))
    for entry in day.firsts[:shown]:
        _entry(painter, ink, rect, entry, named)
        rect.translate(0, rect.height())
    if day.count > shown and room > 0 and shown:
        painter.setPen(ink.second)
        painter.drawText(rect, LEFT, _("另 {n} 场", n=day.count - shown))


def _entry(painter: QPainter, ink: Ink, rect: QRect, entry: Entry, named: bool) -> None:
    side = ink.px(8)
    edge, _fill = ink.colours(entry.status)
    box = QRect(rect.x(), rect.center().y() - side // 2, side, side)
    painter.drawPixmap(
        box.topLeft(), ink.mark(ink.shape(entry.status), edge, side, painter.device().devicePixelRatio())
    )  # fmt: skip
    text = f"{entry.start} {entry.name}".strip()
    if named and entry.room:
        text = f"{text} {entry.room}"
    painter.setFont(ink.small)
    painter.setPen(ink.text)
    inner = rect.adjusted(side + ink.px(5), 0, 0, 0)
    painter.drawText(inner, LEFT, ink.short(ink.small, text, inner.width()))


def paint_cursor(painter: QPainter, ink: Ink, rect: QRect) -> None:
    """The frame of the selected day."""
    painter.setPen(QPen(ink.accent, 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect.adjusted(1, 1, -2, -2))
