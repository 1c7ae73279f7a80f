"""Painting what moves over the board: cursor, selection, the booking in hand, and the length of a free gap."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.text import _
from app.views.calendar import words
from app.views.calendar.gestures import Span, is_free
from app.views.calendar.layout import Piece
from app.views.calendar.paint import CENTRE, LEFT, Scene, block


@dataclass(frozen=True)
class Hand:
    """A booking being moved or resized: where it came from and where it is held."""

    piece: Piece
    span: Span


@dataclass(frozen=True)
class Overlay:
    """What moves. ``fresh``: the selection is being dragged by the mouse right now."""

    cursor: Span | None = None
    focused: bool = False
    fresh: bool = False
    chosen: str = ""
    hand: Hand | None = None
    hover: Span | None = None


def paint_over(painter: QPainter, scene: Scene, over: Overlay) -> None:
    """Paint ``over`` on top of the board."""
    painter.save()
    painter.setClipRect(scene.at.body)
    if over.hover is not None and over.hand is None and not over.fresh:
        _gap(painter, scene, over.hover)
    for piece in scene.plan.pieces:
        if piece.block.id == over.chosen and over.hand is None:
            _frame(painter, scene.at.piece(piece), scene.ink.accent)
    if over.hand is not None:
        _hand(painter, scene, over.hand)
    elif over.cursor is not None and (over.focused or over.fresh):
        _cursor(painter, scene, over.cursor, over.fresh)
    painter.restore()


def _frame(painter: QPainter, rect: QRect, colour: QColor) -> None:
    painter.setPen(QPen(colour, 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect.adjusted(1, 1, -1, -1))


def _gap(painter: QPainter, scene: Scene, gap: Span) -> None:
    ink = scene.ink
    rect = scene.at.rect(gap.column, gap.top, gap.bottom).intersected(scene.at.body)
    if rect.height() < ink.measure(ink.small).height():
        return
    text = _("空闲 {span} 共{length}", span=words.span(gap.top, gap.bottom), length=words.length(gap.bottom - gap.top))
    painter.setFont(ink.small)
    painter.setPen(ink.second)
    lines = ink.broken(ink.small, text, rect.width() - ink.px(12), 2)
    height = ink.measure(ink.small).height()
    top = rect.center().y() - height * len(lines) // 2
    for line in lines:
        painter.drawText(QRect(rect.x(), top, rect.width(), height), CENTRE, line)
        top += height


def _cursor(painter: QPainter, scene: Scene, span: Span, fresh: bool) -> None:
    ink = scene.ink
    rect = scene.at.rect(span.column, span.top, span.bottom)
    if (piece := scene.plan.piece_at(span.column, span.top)) is not None and piece.block.holds:
        _frame(painter, scene.at.piece(piece), ink.accent)
        return
    painter.fillRect(rect, ink.tint)
    _frame(painter, rect, ink.accent)
    if fresh or span.bottom - span.top > 30:
        _label(painter, scene, span, rect, "")


def _label(painter: QPainter, scene: Scene, span: Span, rect: QRect, more: str) -> None:
    """Start, end and length in words, on a plate that stays within the body."""
    ink = scene.ink
    text = f"{words.span(span.top, span.bottom)}  {words.length(span.bottom - span.top)}"
    text = f"{text}  {more}" if more else text
    height = ink.measure(ink.bold).height() + ink.px(6)
    width = ink.measure(ink.bold).horizontalAdvance(text) + ink.px(16)
    body = scene.at.body
    x = min(max(rect.x(), body.x()), body.right() - width)
    y = min(max(rect.y(), body.y()), body.bottom() - height)
    plate = QRect(x, y, width, height)
    painter.fillRect(plate, ink.red if more else ink.accent)
    painter.setFont(ink.bold)
    painter.setPen(ink.paper)
    painter.drawText(plate.adjusted(ink.px(8), 0, 0, 0), LEFT, text)


def _hand(painter: QPainter, scene: Scene, hand: Hand) -> None:
    ink, span = scene.ink, hand.span
    old = scene.at.piece(hand.piece)
    painter.setPen(QPen(ink.grey, 1, Qt.PenStyle.DashLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(old.adjusted(0, 0, -1, -1))
    length = span.bottom - span.top
    held = Piece(hand.piece.block, span.column, span.top, span.top + length, span.top, span.bottom)
    rect = scene.at.piece(held)
    block(painter, scene, held, rect)
    free = is_free(scene.plan, span, hand.piece.block.id)
    _frame(painter, rect, ink.accent if free else ink.red)
    _label(painter, scene, span, rect.translated(0, -ink.px(28)), "" if free else _("已被占用"))
