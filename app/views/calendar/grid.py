"""The calendar's grid with its gestures; mouse and keys can do the same things."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from app.services.boards import Board
from app.views.calendar import gestures
from app.views.calendar.canvas import Canvas
from app.views.calendar.gestures import FINE, STEP, Span
from app.views.calendar.layout import DAY, Piece
from app.views.calendar.overlay import Hand

EDGE = 6
"""Pixels at the top and bottom of a booking by which it is made longer or shorter."""


TURNS = MappingProxyType({Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1})
LETTERS = (Qt.Key.Key_T, Qt.Key.Key_D, Qt.Key.Key_W, Qt.Key.Key_M)


@dataclass(frozen=True)
class Grip:
    """What the mouse holds: empty time (no piece), a booking, or one of its edges."""

    at: QPoint
    column: int
    minute: int
    piece: Piece | None = None
    part: str = "all"
    """all, top or bottom."""


class Grid(Canvas):
    """Drag on free time books, a booking is dragged to another time; arrows, Shift, Alt and Enter do it by keys."""

    asked = Signal(object)
    """:class:`~app.views.calendar.gestures.Asked`: this time is to be booked."""
    opened = Signal(object)
    """The :class:`Block` to open."""
    dropped = Signal(object)
    """:class:`~app.views.calendar.gestures.Move`: a booking is to go there. It stays in hand until the board is shown
    anew or :meth:`put_back` is called."""
    locked = Signal(object)
    """The :class:`Block` somebody tried to move, which cannot be moved."""
    turned = Signal(int)
    """-1 for the day or week before, 1 for the one after."""
    key_wanted = Signal(object)
    """A letter that the page knows: T, D, W, M."""

    _grip: Grip | None = None
    _saving = False

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of free time or of a booking."""
        if event.button() != Qt.MouseButton.LeftButton or self._saving:
            return
        place = self._place(event.position().toPoint())
        if place is None:
            return
        column, minute, piece = place
        part = self._part(event.position().toPoint(), piece) if piece else "all"
        self._grip = Grip(event.position().toPoint(), column, minute, piece, part)
        self.select(piece.block.id if piece else "")
        top = piece.top if piece else gestures.snap(minute)
        self.put_cursor(Span(column, top, piece.bottom if piece else top + STEP), show=False)
        self._anchor = self._active = top

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what is held; without anything held, say how long the gap under the mouse is."""
        point = event.position().toPoint()
        if self._grip is None:
            self._hovered(point)
            return
        if not self._fresh and (point - self._grip.at).manhattanLength() < QApplication.startDragDistance():
            return
        step = FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
        at = self.geometry_now()
        minute = at.minute_at(point.y())
        if self._grip.piece is None:
            span = gestures.stretched(self.plan, self._grip.column, self._grip.minute, minute, step)
            if span is not None:
                self._fresh = True
                self.put_cursor(span, show=False)
        else:
            self._drag(self._grip, point, minute, step)

    def _drag(self, grip: Grip, point: QPoint, minute: int, step: int) -> None:
        piece = grip.piece
        if piece is None:
            return
        if not gestures.can_move(piece, self.plan):
            self._grip = None
            self.locked.emit(piece.block)
            return
        if grip.part == "all":
            column = self.geometry_now().column_at(point.x())
            column = grip.column if column is None else column
            span = gestures.shifted(piece, column, grip.minute - piece.top, minute, step)
        else:
            span = gestures.resized(piece, grip.part, minute, step)
        self._fresh = True
        self._hold(Hand(piece, span))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go: book the time, or put the booking where it is held."""
        if event.button() != Qt.MouseButton.LeftButton or self._grip is None:
            return
        grip, fresh = self._grip, self._fresh
        self._grip, self._fresh = None, False
        if fresh and grip.piece is None:
            self._ask()
        elif fresh and self._hand is not None:
            self._drop()
        self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open a booking, or book an hour from here."""
        place = None if self._saving else self._place(event.position().toPoint())
        if place is None:
            return
        column, minute, piece = place
        if piece is not None:
            self.opened.emit(piece.block)
            return
        top = gestures.snap(minute)
        span = gestures.stretched(self.plan, column, minute, top + STEP)
        if span is not None:
            self.put_cursor(span, show=False)
            self._ask()

    def _place(self, point: QPoint) -> tuple[int, int, Piece | None] | None:
        at = self.geometry_now()
        column = at.column_at(point.x())
        if column is None or point.y() < at.head:
            return None
        minute = at.minute_at(point.y())
        inside = [p for p in self.plan.pieces if p.column == column and at.piece(p).contains(point)]
        return column, minute, inside[0] if inside else None

    def _part(self, point: QPoint, piece: Piece) -> str:
        rect, edge = self.geometry_now().piece(piece), self._ink.px(EDGE)
        if rect.height() < 3 * edge:
            return "all"
        if point.y() >= rect.bottom() - edge:
            return "bottom"
        return "top" if point.y() <= rect.top() + edge else "all"

    def _hovered(self, point: QPoint) -> None:
        place = self._place(point)
        hover, shape = None, Qt.CursorShape.ArrowCursor
        if place is not None and place[2] is None:
            gap = self.plan.gap(place[0], place[1])
            hover = Span(place[0], *gap) if gap and gap[1] - gap[0] < DAY else None
        elif place is not None and place[2] is not None and gestures.can_move(place[2], self.plan):
            edge = self._part(point, place[2]) != "all"
            shape = Qt.CursorShape.SizeVerCursor if edge else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)
        if hover != self._hover:
            self._hover = hover
            self.viewport().update()

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Shift extends, Alt moves a booking (with Shift its end), Enter books, opens or puts it down;
        Page Up and Page Down turn to another day or week."""
        if self._saving:
            return
        key, held = event.key(), event.modifiers()
        alt, shift = bool(held & Qt.KeyboardModifier.AltModifier), bool(held & Qt.KeyboardModifier.ShiftModifier)
        step = _ARROWS.get(Qt.Key(key))
        if step is not None and self.plan.columns:
            if alt:
                self._carry(*step, end_only=shift)
            elif shift and step[1]:
                self._extend(step[1])
            else:
                self._step(*step)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.enter()
        elif key == Qt.Key.Key_F5:
            self._ask()
        elif key in TURNS:
            self.turned.emit(TURNS[Qt.Key(key)])
        elif key in LETTERS and not (alt or held & Qt.KeyboardModifier.ControlModifier):
            self.key_wanted.emit(chr(key))
        elif key == Qt.Key.Key_Escape:
            self._escape(event)
        elif key == Qt.Key.Key_Home and self.plan.columns:
            self._go(self.plan.first_minute())
        elif key == Qt.Key.Key_End and self.plan.columns:
            self._go(DAY - STEP)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Coming by Tab, the cursor stands on the first cell that is seen."""
        super().focusInEvent(event)
        if self._cursor is None and self.plan.columns and event.reason() != Qt.FocusReason.MouseFocusReason:
            self.put_cursor(self._first_cell(), show=False)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The cursor is seen only while keys go to it."""
        super().focusOutEvent(event)
        self.viewport().update()

    def _step(self, columns: int, minutes: int) -> None:
        here = self._cursor
        if here is None:
            self._land(self._first_cell())
            return
        column = min(max(here.column + columns, 0), len(self.plan.columns) - 1)
        if abs(minutes) == STEP and minutes > 0:
            top = gestures.snap(max(here.bottom - 1, 0)) + STEP if self._on_piece() else gestures.snap(here.top) + STEP
        elif minutes:
            top = gestures.snap(here.top + minutes + (STEP - 1 if minutes < 0 and here.top % STEP else 0))
        else:
            top = gestures.snap(here.top)
        self._land(Span(column, min(max(top, 0), DAY - STEP), 0))

    def _go(self, minute: int) -> None:
        column = self._cursor.column if self._cursor else 0
        self._land(Span(column, gestures.snap(min(minute, DAY - STEP)), 0))

    def _land(self, span: Span) -> None:
        """Put the cursor on a cell, or on the whole booking that lies there."""
        self._drop_hand()
        piece = self.plan.piece_at(span.column, span.top) or self.plan.piece_at(span.column, span.top + STEP - 1)
        if piece is not None:
            self.select(piece.block.id)
            self._anchor = self._active = piece.top
            self.put_cursor(Span(span.column, piece.top, piece.bottom))
            return
        self.select("")
        self._anchor = self._active = span.top
        gap = self.plan.gap(span.column, span.top)
        bottom = min(span.top + STEP, gap[1]) if gap else span.top + STEP
        self.put_cursor(Span(span.column, span.top, bottom))

    def _on_piece(self) -> bool:
        return self._cursor is not None and self.plan.piece_at(self._cursor.column, self._cursor.top) is not None

    def _extend(self, minutes: int) -> None:
        if self._cursor is None or self._on_piece():
            return
        at = min(max(self._active + minutes, 0), DAY - STEP)
        span = gestures.stretched(self.plan, self._cursor.column, self._anchor, at)
        if span is not None and span != self._cursor:
            self._active = at
        if span is not None:
            self.put_cursor(span)

    def _carry(self, columns: int, minutes: int, *, end_only: bool) -> None:
        """Alt with arrows: the selected booking in hand goes a step; with Shift only its end."""
        piece = self._hand.piece if self._hand else self.plan.piece_of(self._chosen)
        if piece is None:
            return
        if not gestures.can_move(piece, self.plan):
            self.locked.emit(piece.block)
            return
        span = self._hand.span if self._hand else Span(piece.column, piece.top, piece.bottom)
        if end_only:
            span = Span(span.column, span.top, min(max(span.bottom + minutes, span.top + FINE), DAY))
        else:
            length = span.bottom - span.top
            top = min(max(span.top + minutes, 0), DAY - length)
            span = Span(min(max(span.column + columns, 0), len(self.plan.columns) - 1), top, top + length)
        self._hold(Hand(piece, span))
        self.put_cursor(span)

    def enter(self) -> None:
        """Put down what is in hand, open the booking under the cursor, or book the selected time."""
        if self._hand is not None:
            self._drop()
        elif (found := self.selected()) is not None:
            self.opened.emit(found)
        else:
            self._ask()

    def _escape(self, event: QKeyEvent) -> None:
        if self._hand is not None or self._fresh:
            self._grip = None
            self.put_back()
        elif self._cursor is not None or self._chosen:
            self.clear_cursor()
        else:
            event.ignore()

    # Both

    def _ask(self) -> None:
        wanted = self.wanted()
        if wanted is not None:
            self.asked.emit(wanted)

    def _hold(self, hand: Hand) -> None:
        first = self._hand is None
        self._hand = hand
        if first:
            self.repaint_all()
        self.viewport().update()

    def _drop_hand(self) -> None:
        if self._hand is not None:
            self.put_back()

    def _drop(self) -> None:
        if self._hand is None:
            return
        move = gestures.move(self.plan, self._hand.piece.block, self._hand.span)
        if move is None:
            self.put_back()
            return
        self._saving = True
        self.dropped.emit(move)

    def put_back(self) -> None:
        """As of the canvas; the mouse and the keys work again."""
        self._saving, self._grip = False, None
        super().put_back()

    def show_board(self, board: Board, now: str) -> None:
        """As of the canvas; a move that was being saved is done."""
        self._saving, self._grip = False, None
        super().show_board(board, now)


_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -STEP),
    Qt.Key.Key_Down: (0, STEP),
}
