"""Painting a laid-out board: paper and lines, closures, buffers, bookings, heads and hours."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QPen

from app.services.times import say_day
from app.text import _
from app.views.calendar import words
from app.views.calendar.geometry import Geometry
from app.views.calendar.ink import Ink
from app.views.calendar.layout import DAY, Column, Piece, Plan, Stripe

CENTRE = Qt.AlignmentFlag.AlignCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Scene:
    """One painting: what, where, and the local time (``2026-11-24T09:40``)."""

    plan: Plan
    at: Geometry
    ink: Ink
    now: str


def paint(painter: QPainter, scene: Scene, hidden: str = "") -> list[str]:
    """Paint everything but what moves. The booking ``hidden`` is left out: it is being dragged.

    Returns the ids of the bookings that were painted.
    """
    painter.fillRect(0, 0, scene.at.view_width, scene.at.view_height, scene.ink.paper)
    painter.save()
    painter.setClipRect(scene.at.body)
    _lines(painter, scene)
    _stripes(painter, scene)
    done = _pieces(painter, scene, hidden)
    _now(painter, scene)
    painter.restore()
    _hours(painter, scene)
    _heads(painter, scene)
    return done


def _lines(painter: QPainter, scene: Scene) -> None:
    at, ink = scene.at, scene.ink
    right = min(at.x(at.columns), at.view_width)
    for n in range(DAY // 30 + 1):
        y = at.y(n * 30)
        if at.head <= y < at.view_height:
            painter.setPen(ink.faint if n % 2 else ink.line)
            painter.drawLine(at.gutter, y, right, y)
    painter.setPen(ink.line)
    for column in scene.at.visible_columns():
        painter.drawLine(at.x(column + 1), at.head, at.x(column + 1), at.view_height)


def _stripes(painter: QPainter, scene: Scene) -> None:
    at, ink = scene.at, scene.ink
    seen = at.visible_columns()
    painter.setFont(ink.small)
    for stripe in scene.plan.stripes:
        if stripe.column not in seen:
            continue
        rect = at.rect(stripe.column, stripe.top, stripe.bottom)
        if not rect.intersects(at.body):
            continue
        painter.fillRect(rect, {"closed": ink.closed, "hours": ink.shut, "taken": ink.ground}[stripe.sort])
        if stripe.sort == "taken":
            painter.fillRect(rect, ink.hatch)
        if stripe.sort == "hours" and stripe.bottom - stripe.top < DAY:
            continue  # the legend says it once
        shown = rect.intersected(at.body)
        line = ink.measure(ink.small).height()
        inner = shown.adjusted(ink.px(6), ink.px(2), -ink.px(6), -ink.px(2))
        if inner.height() >= line:
            _plate(painter, scene, inner, stripe)


def _plate(painter: QPainter, scene: Scene, inner: QRect, stripe: Stripe) -> None:
    """A reason on its own ground, so that hatching does not cross the words; at most three lines."""
    ink = scene.ink
    line = ink.measure(ink.small).height()
    lines = ink.broken(ink.small, stripe.reason, inner.width() - ink.px(4), min(3, inner.height() // line))
    top = inner.y()
    width = max(ink.measure(ink.small).horizontalAdvance(text) for text in lines) + ink.px(4)
    if stripe.sort == "taken":
        painter.fillRect(QRect(inner.x() - ink.px(2), top, width, line * len(lines)), ink.ground)
    painter.setPen(ink.text if stripe.sort == "closed" else ink.second)
    for text in lines:
        painter.drawText(QRect(inner.x(), top, inner.width(), line), LEFT, text)
        top += line


def _pieces(painter: QPainter, scene: Scene, hidden: str) -> list[str]:
    seen, body = scene.at.visible_columns(), scene.at.body
    done = []
    for piece in scene.plan.pieces:
        if piece.column in seen and piece.block.id != hidden:
            whole = scene.at.rect(piece.column, piece.lead, piece.tail)
            if whole.intersects(body):
                _buffers(painter, scene, piece)
                block(painter, scene, piece, scene.at.piece(piece))
                done.append(piece.block.id)
    return done


def _buffers(painter: QPainter, scene: Scene, piece: Piece) -> None:
    rect = scene.at.piece(piece)
    if not piece.block.holds:
        return
    for top, bottom in ((piece.lead, piece.top), (piece.bottom, piece.tail)):
        if top < bottom:
            y = scene.at.y(top)
            area = QRect(rect.x(), y + 1, rect.width(), scene.at.y(bottom) - y - 1)
            painter.fillRect(area, scene.ink.ground)
            painter.fillRect(area, scene.ink.hatch)


def block(painter: QPainter, scene: Scene, piece: Piece, rect: QRect) -> None:
    """A booking: a flat block with its status at the left edge, its mark, and as many words as fit."""
    ink, one = scene.ink, piece.block
    edge, fill = ink.colours(one.status)
    painter.fillRect(rect, fill)
    bar = ink.px(4)
    painter.fillRect(QRect(rect.x(), rect.y(), bar, rect.height()), edge)
    if one.clash:
        painter.setPen(QPen(ink.red, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect.adjusted(0, 0, -1, -1))
    mark = ink.px(12)
    box = QRect(rect.right() - mark - ink.px(4), rect.y() + ink.px(4), mark, mark)
    inner = rect.adjusted(bar + ink.px(6), ink.px(1), -ink.px(4), -ink.px(1))
    roomy = rect.width() >= mark + ink.px(12 if one.holds else 8) and rect.height() >= mark + ink.px(4)
    if roomy:
        shape, colour = ("clash", ink.red) if one.clash else (one.status, edge)
        painter.drawPixmap(box.topLeft(), ink.mark(ink.shape(shape), colour, mark, painter.device().devicePixelRatio()))
    _say(painter, scene, piece, inner, mark + ink.px(6) if roomy else 0)


def _say(painter: QPainter, scene: Scene, piece: Piece, inner: QRect, taken: int) -> None:
    ink, one = scene.ink, piece.block
    height = ink.measure(ink.plain).height()
    rows = max(inner.height() // height, 0)
    spare = min(inner.height() - rows * height, ink.px(2))
    if inner.width() < ink.px(60):
        _narrow(painter, scene, piece, inner.adjusted(0, taken, 0, 0))
        return
    if inner.height() < height - ink.px(4):
        return
    painter.setPen(ink.text)
    painter.setFont(ink.bold)
    top = inner.y() + (max(inner.height() - height, 0) // 2 if rows <= 1 else spare)
    first = words.name(one)
    if rows <= 1 and one.status != "confirmed":
        first = f"{words.status(one.status)} {first}"
    width = inner.width() - taken
    painter.drawText(QRect(inner.x(), top, width, height), LEFT, ink.short(ink.bold, first, width))
    if rows < 2:
        return
    painter.setFont(ink.plain)
    painter.setPen(ink.second)
    for text in _more(scene, piece, rows - 1, inner.width()):
        top += height
        painter.drawText(QRect(inner.x(), top, inner.width(), height), LEFT, ink.short(ink.plain, text, inner.width()))


def _narrow(painter: QPainter, scene: Scene, piece: Piece, inner: QRect) -> None:
    """Too narrow for a line: the purpose broken as often as it needs, or one word from top to bottom."""
    ink, one = scene.ink, piece.block
    height = ink.measure(ink.small).height()
    rows = inner.height() // height
    if rows < 1:
        return
    if one.holds:
        lines = ink.broken(ink.small, words.name(one), inner.width(), rows)
    else:
        word = words.status(one.status).split("，")[0]
        lines = list(word) if len(word) <= rows else []
        inner = inner.adjusted(-ink.px(4), 0, ink.px(2), 0)
    painter.setFont(ink.small)
    painter.setPen(ink.text if one.holds else ink.second)
    top = inner.y() + ink.px(2)
    for text in lines:
        painter.drawText(QRect(inner.x(), top, inner.width(), height), LEFT if one.holds else CENTRE, text)
        top += height


def _more(scene: Scene, piece: Piece, rows: int, width: int) -> list[str]:
    """The lines below the purpose: client, then time and status where there is room for them."""
    one, ink = piece.block, scene.ink
    client = one.client if one.purpose else ""
    state = words.status(one.status)
    when = words.span(piece.top, piece.bottom)
    if rows == 1:
        return [client if one.status == "confirmed" and client else f"{state} {client or when}".strip()]
    lines = [client]
    people = _("{n}人", n=one.headcount) if one.headcount else ""
    together = f"{when} {state}"
    if ink.measure(ink.plain).horizontalAdvance(together) <= width:
        lines += [together, people]
    elif one.status == "confirmed":
        lines += [when, f"{state} {people}".strip()]
    else:
        lines += [f"{state} {people}".strip(), when]
    return [line for line in lines if line][:rows]


def _now(painter: QPainter, scene: Scene) -> None:
    at, ink = scene.at, scene.ink
    today, minute = scene.now[:10], int(scene.now[11:13]) * 60 + int(scene.now[14:16])
    y = at.y(minute)
    for column in at.visible_columns():
        if scene.plan.columns[column].date == today:
            painter.setPen(ink.now)
            painter.drawLine(at.x(column) + 1, y, at.x(column + 1) - 1, y)


def _hours(painter: QPainter, scene: Scene) -> None:
    at, ink = scene.at, scene.ink
    painter.fillRect(0, at.head, at.gutter, at.view_height - at.head, ink.paper)
    painter.save()
    painter.setClipRect(0, at.head, at.gutter, at.view_height - at.head)
    painter.setFont(ink.small)
    height = ink.measure(ink.small).height()
    now = scene.now[11:16]
    red = any(column.date == scene.now[:10] for column in scene.plan.columns)
    now_y = at.y(int(now[:2]) * 60 + int(now[3:]))
    for hour in range(25):
        y = at.y(hour * 60)
        if -height < y - at.head and y < at.view_height + height and not (red and abs(y - now_y) < height):
            painter.setPen(ink.second)
            painter.drawText(QRect(0, y - height // 2, at.gutter - ink.px(8), height), RIGHT, words.clock(hour * 60))
            painter.setPen(ink.line)
            painter.drawLine(at.gutter - ink.px(4), y, at.gutter, y)
    if red:
        painter.setPen(ink.red)
        painter.drawText(QRect(0, now_y - height // 2, at.gutter - ink.px(8), height), RIGHT, now.removeprefix("0"))
    painter.restore()
    painter.setPen(ink.line)
    painter.drawLine(at.gutter, 0, at.gutter, at.view_height)


def _heads(painter: QPainter, scene: Scene) -> None:
    at, ink = scene.at, scene.ink
    painter.fillRect(0, 0, at.view_width, at.head, ink.ground)
    painter.save()
    painter.setClipRect(at.gutter, 0, at.view_width - at.gutter, at.head)
    for column in at.visible_columns():
        where = scene.plan.columns[column]
        rect = QRect(at.x(column) + ink.px(6), ink.px(4), at.width - ink.px(10), at.head - ink.px(8))
        if scene.plan.board.days > 1:
            _day_head(painter, scene, where, rect)
            if where.date == scene.now[:10]:
                bar = QRect(at.x(column) + 1, at.head - ink.px(3), at.width - 1, ink.px(3))
                painter.fillRect(bar, ink.accent)
        else:
            _room_head(painter, scene, where, rect)
        painter.setPen(ink.line)
        painter.drawLine(at.x(column + 1), ink.px(8), at.x(column + 1), at.head)
    painter.restore()
    painter.setPen(ink.line)
    painter.drawLine(QPoint(0, at.head), QPoint(at.view_width, at.head))


def _room_head(painter: QPainter, scene: Scene, where: Column, rect: QRect) -> None:
    ink = scene.ink
    names = ink.broken(ink.bold, where.room.name, rect.width(), 2)
    said = _("{n}人", n=where.room.capacity) if where.room.capacity else ""
    high, low = ink.measure(ink.bold).height(), ink.measure(ink.small).height()
    top = rect.y() + max(rect.height() - high * len(names) - (low if said else 0), 0) // 2
    painter.setFont(ink.bold)
    painter.setPen(ink.text)
    for line in names:
        painter.drawText(QRect(rect.x(), top, rect.width(), high), LEFT, line)
        top += high
    painter.setFont(ink.small)
    painter.setPen(ink.second)
    painter.drawText(QRect(rect.x(), top, rect.width(), low), LEFT, said)


def _day_head(painter: QPainter, scene: Scene, where: Column, rect: QRect) -> None:
    ink = scene.ink
    today = where.date == scene.now[:10]
    painter.setFont(ink.strong)
    painter.setPen(ink.accent if today else ink.text)
    day = f"{say_day(where.date)} {scene.plan.board.holidays.get(where.date, '')}".strip()
    long = _("{day} 今天", day=day)
    fits = today and ink.measure(ink.strong).horizontalAdvance(long) <= rect.width()
    painter.drawText(rect, LEFT, long if fits else ink.short(ink.strong, day, rect.width()))
