"""What the mouse and the keys mean on the grid, as pure functions over the laid-out board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.services.boards import MOVABLE, Block
from app.views.calendar.layout import DAY, Piece, Plan, minute_of

STEP = 30
FINE = 15
"""With Shift."""


@dataclass(frozen=True)
class Span:
    """Time of one column."""

    column: int
    top: int
    bottom: int


@dataclass(frozen=True)
class Asked:
    """Somebody wants to book this."""

    venue: str
    start: str
    end: str


@dataclass(frozen=True)
class Move:
    """Somebody wants a booking to be elsewhere."""

    block: Block
    venue: str
    start: str
    end: str

    @property
    def same_room(self) -> bool:
        """Whether only its time changes."""
        return self.venue == self.block.venue


def snap(minute: int, step: int = STEP) -> int:
    """The cell a minute lies in."""
    return minute // step * step


def stretched(plan: Plan, column: int, anchor: int, minute: int, step: int = STEP) -> Span | None:
    """From the cell of ``anchor`` to the cell of ``minute``, held within the free time around the anchor."""
    gap = plan.gap(column, anchor)
    if gap is None:
        return None
    top = max(min(snap(anchor, step), snap(minute, step)), gap[0])
    bottom = min(max(snap(anchor, step), snap(minute, step)) + step, gap[1])
    return Span(column, top, bottom) if top < bottom else None


def can_move(piece: Piece, plan: Plan) -> bool:
    """Whether a booking may be dragged: it is not over yet, and all of it lies on the day shown."""
    on = plan.columns[piece.column].date
    whole = minute_of(piece.block.start, on) == piece.top and minute_of(piece.block.end, on) == piece.bottom
    return whole and piece.block.status in MOVABLE


def shifted(piece: Piece, column: int, grip: int, minute: int, step: int = STEP) -> Span:
    """The booking taken at ``grip`` minutes below its start and held at ``minute``."""
    length = piece.bottom - piece.top
    top = round((minute - grip) / step) * step if abs(minute - grip - piece.top) >= step / 2 else piece.top
    top = min(max(top, 0), DAY - length)
    return Span(column, top, top + length)


def resized(piece: Piece, edge: str, minute: int, step: int = STEP) -> Span:
    """The booking with its ``top`` or ``bottom`` edge at ``minute``; never shorter than a step."""
    at = round(minute / step) * step
    if edge == "top":
        return Span(piece.column, max(min(at, piece.bottom - step), 0), piece.bottom)
    return Span(piece.column, piece.top, min(max(at, piece.top + step), DAY))


def is_free(plan: Plan, span: Span, without: str = "") -> bool:
    """Whether a span is free, one booking left out."""
    gap = plan.gap(span.column, span.top, without)
    return gap is not None and span.bottom <= gap[1]


def moment(on: str, minute: int) -> str:
    """A minute of a day as it is stored; 1440 is the next midnight (rules.md 2)."""
    if minute >= DAY:
        on = (date.fromisoformat(on) + timedelta(days=minute // DAY)).isoformat()
    return f"{on}T{minute % DAY // 60:02d}:{minute % 60:02d}"


def asked(plan: Plan, span: Span) -> Asked:
    """What to book for a span."""
    where = plan.columns[span.column]
    return Asked(where.room.id, moment(where.date, span.top), moment(where.date, span.bottom))


def move(plan: Plan, block: Block, span: Span) -> Move | None:
    """Where a booking would go; None where it stays."""
    where = asked(plan, span)
    if (where.venue, where.start, where.end) == (block.venue, block.start, block.end):
        return None
    return Move(block, where.venue, where.start, where.end)
