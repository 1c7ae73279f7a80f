"""The painted calendar: rooms or days as columns in one scroll area, with a cursor that is told in words."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent, QHelpEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from app.services.boards import Block, Board
from app.text import _
from app.views.calendar import layout, words
from app.views.calendar.geometry import Geometry
from app.views.calendar.gestures import STEP, Asked, Span, asked, snap
from app.views.calendar.ink import Ink
from app.views.calendar.layout import DAY, Plan
from app.views.calendar.overlay import Hand, Overlay, paint_over
from app.views.calendar.paint import Scene, paint
from app.views.theme import Theme

HALF, GUTTER = 20, 56
HEADS = {1: 64, 7: 40}
NARROWEST = {1: 116, 7: 90}
"""By the days of the board: height of the head, least width of a column. All at the standard text size."""


class Canvas(QAbstractScrollArea):
    """Shows a board: geometry, painting, the cursor and what it stands on. Gestures are added by ``grid.Grid``."""

    chosen = Signal(object)
    """The :class:`Block` that was selected, or None."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ink = Ink(theme)
        self._plan = layout.plan(Board("2000-01-03", 1, (), (), ()))
        self._now = datetime.now().strftime("%Y-%m-%dT%H:%M")
        self._cursor: Span | None = None
        self._anchor = self._active = 0
        self._chosen = ""
        self._hover: Span | None = None
        self._hand: Hand | None = None
        self._fresh = False
        self._canvas: QPixmap | None = None
        self._painted: list[str] = []
        self._looked = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setCornerWidget(QWidget(self))
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(_("场地日历"))
        self.horizontalScrollBar().setAccessibleName(_("左右滚动"))
        self.verticalScrollBar().setAccessibleName(_("上下滚动"))

    # What is shown

    @property
    def plan(self) -> Plan:
        """The board as it is laid out."""
        return self._plan

    @property
    def cursor_span(self) -> Span | None:
        """The cell under the cursor, or the time selected from it."""
        return self._cursor

    @property
    def painted(self) -> tuple[str, ...]:
        """The ids of the bookings in the last painting."""
        return tuple(self._painted)

    def show_board(self, board: Board, now: str) -> None:
        """Show ``board``; the place looked at and the selection stay where the columns are the same."""
        before = [(column.room.id, column.date) for column in self._plan.columns]
        self.set_now(now)
        self._plan, self._hand, self._fresh, self._hover = layout.plan(board), None, False, None
        after = [(column.room.id, column.date) for column in self._plan.columns]
        if before != after:
            self._cursor = None
        if self._plan.piece_of(self._chosen) is None:
            self._chosen = ""
        self._measure()
        looked = f"{board.first}/{board.days}"
        if looked != self._looked:
            self._looked = looked
            self._look_first()
        self.repaint_all()

    def set_now(self, now: str) -> None:
        """Move the red line; where that takes it out of view, follow it."""
        if now != self._now:
            seen, self._now = self._sees_now(), now
            if seen and not self._sees_now() and not self._fresh:
                self._look_first()
            self.repaint_all()

    def look_anew(self) -> None:
        """The next board is looked at where people look first, also one that is shown already."""
        self._looked = ""

    def _look_first(self) -> None:
        at = self.geometry_now()
        self.look_at(self._plan.top_minute(self._now, at.body.height() * 30 // at.half))

    def _sees_now(self) -> bool:
        at, today = self.geometry_now(), self._now[:10]
        y = at.y(layout.minute_of(self._now, today))
        return at.body.top() <= y <= at.body.bottom() and any(one.date == today for one in self._plan.columns)

    def look_at(self, minute: int) -> None:
        """Scroll so that ``minute`` is at the top."""
        self.verticalScrollBar().setValue(round(minute * self.geometry_now().half / 30) - self._ink.px(8))

    def select(self, block_id: str) -> None:
        """Select a booking, none with an empty id."""
        if block_id != self._chosen:
            self._chosen = block_id
            self.viewport().update()
            self.chosen.emit(self.selected())

    def selected(self) -> Block | None:
        """The selected booking."""
        piece = self._plan.piece_of(self._chosen)
        return piece.block if piece else None

    def wanted(self) -> Asked | None:
        """The free time under the cursor, to be booked; None where the cursor is nowhere or on a booking."""
        if self._cursor is None or self._plan.gap(self._cursor.column, self._cursor.top) is None:
            return None
        return asked(self._plan, self._cursor)

    def put_back(self) -> None:
        """A booking in hand returns to its place: the move was refused or given up."""
        self._hand, self._fresh = None, False
        self.repaint_all()

    # Geometry

    def geometry_now(self) -> Geometry:
        """The measures at this size and scroll position."""
        ink, count = self._ink, max(len(self._plan.columns), 1)
        gutter, view = ink.px(GUTTER), self.viewport()
        days = self._plan.board.days
        width = max((view.width() - gutter) // count, ink.px(NARROWEST[days]))
        return Geometry(
            gutter, ink.px(HEADS[days]), ink.px(HALF), width, len(self._plan.columns),
            self.horizontalScrollBar().value(), self.verticalScrollBar().value(), view.width(), view.height(),
        )  # fmt: skip

    def _measure(self) -> None:
        at = self.geometry_now()
        vertical, horizontal = self.verticalScrollBar(), self.horizontalScrollBar()
        vertical.setRange(0, max(at.full_height - at.body.height() + self._ink.px(8), 0))
        vertical.setPageStep(max(at.body.height(), 1))
        vertical.setSingleStep(at.half)
        horizontal.setRange(0, max(at.width * at.columns - at.body.width(), 0))
        horizontal.setPageStep(max(at.body.width(), 1))
        horizontal.setSingleStep(max(at.width // 2, 1))

    def cell_rect(self, span: Span) -> QRect:
        """Where a span is on the viewport."""
        return self.geometry_now().rect(span.column, span.top, span.bottom)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what is looked at in view."""
        super().resizeEvent(event)
        self._measure()
        if self.hasFocus():
            self._into_view()
        self.repaint_all()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The head and the hours stay; the rest is painted anew."""
        self.repaint_all()

    # Painting

    def repaint_all(self) -> None:
        """Paint the board anew, not only what moves over it."""
        self._canvas = None
        self.viewport().update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The board from its last painting, then what moves."""
        scene = Scene(self._plan, self.geometry_now(), self._ink, self._now)
        if self._canvas is None:
            self._canvas = self._drawn(scene)
        painter = QPainter(self.viewport())
        painter.drawPixmap(0, 0, self._canvas)
        over = Overlay(self._cursor, self.hasFocus(), self._fresh, self._chosen, self._hand, self._hover)
        paint_over(painter, scene, over)
        painter.end()

    def _drawn(self, scene: Scene) -> QPixmap:
        ratio = self.devicePixelRatioF()
        canvas = QPixmap(self.viewport().size() * ratio)
        canvas.setDevicePixelRatio(ratio)
        painter = QPainter(canvas)
        self._painted = paint(painter, scene, self._hand.piece.block.id if self._hand else "")
        painter.end()
        return canvas

    # The cursor

    def put_cursor(self, span: Span, *, show: bool = True) -> None:
        """Move the cursor, tell it to a screen reader, and scroll it into view."""
        if not self._plan.columns:
            return
        column = min(max(span.column, 0), len(self._plan.columns) - 1)
        self._cursor = Span(column, max(span.top, 0), min(span.bottom, DAY))
        self.setAccessibleDescription(words.cell(self._plan, column, self._cursor.top, self._cursor.bottom))
        event = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
        QAccessible.updateAccessibility(event)
        if show:
            self._into_view()
        self.viewport().update()

    def _into_view(self) -> None:
        if self._cursor is None:
            return
        at = self.geometry_now()
        rect, body = at.rect(self._cursor.column, self._cursor.top, self._cursor.bottom), at.body
        for bar, low, high, first, last in (
            (self.verticalScrollBar(), rect.top(), rect.bottom(), body.top(), body.bottom()),
            (self.horizontalScrollBar(), rect.left(), rect.right(), body.left(), body.right()),
        ):
            if high > last:
                bar.setValue(bar.value() + high - last)
            elif low < first:
                bar.setValue(bar.value() - (first - low) - 1)

    def _first_cell(self) -> Span:
        at = self.geometry_now()
        top = snap(at.minute_at(at.head + at.half - 1))
        column = next(iter(at.visible_columns()), 0)
        return Span(column, top, top + STEP)

    @Slot()
    def clear_cursor(self) -> None:
        """No cell, nothing selected."""
        self._cursor, self._fresh = None, False
        self.select("")
        self.viewport().update()

    # Words on hover

    def viewportEvent(self, event: QEvent) -> bool:
        """Everything about what is under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.words_at(event.pos())
            QToolTip.showText(event.globalPos(), text, self.viewport()) if text else QToolTip.hideText()
            return True
        if event.type() == QEvent.Type.Leave:
            self._hover = None
            self.viewport().update()
        return super().viewportEvent(event)

    def words_at(self, point: QPoint) -> str:
        """The booking or closure under a point, in words; in the head, the room."""
        at = self.geometry_now()
        column = at.column_at(point.x())
        if column is None:
            return ""
        room = self._plan.columns[column].room
        if point.y() < at.head:
            return "\n".join(part for part in (room.name, _("{n}人", n=room.capacity) if room.capacity else "") if part)
        minute = at.minute_at(point.y())
        piece = self._plan.piece_at(column, minute, at.across(point.x()) or 0.001)
        if piece is not None:
            return words.about(piece.block, room.name)
        stripe = self._plan.stripe_at(column, minute)
        return stripe.reason if stripe else ""
