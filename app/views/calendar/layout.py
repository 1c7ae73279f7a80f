"""Where everything of a board stands: columns, minutes and lanes; pure, so that it is tested without a window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from app.services.boards import Block, Board, Room, Sort

DAY = 1440
STRIP = 0.75
"""Where the strip of bookings that left their room free begins."""
AHEAD = 90
"""Minutes below the line of now that are in view when a board of today is opened."""


@dataclass(frozen=True)
class Column:
    """A room on a date."""

    room: Room
    date: str


@dataclass(frozen=True)
class Piece:
    """As much of a booking as lies in one column; minutes from that day's midnight, buffers cut to the day."""

    block: Block
    column: int
    top: int
    bottom: int
    lead: int
    """Where its set-up begins; ``top`` where there is none."""
    tail: int
    left: float = 0
    right: float = 1
    """Share of the column's width, 0..1."""


@dataclass(frozen=True)
class Stripe:
    """Time of a column in which nothing can be booked, and why."""

    column: int
    top: int
    bottom: int
    reason: str
    sort: Sort = "taken"


@dataclass(frozen=True)
class Plan:
    """A board laid out."""

    board: Board
    columns: tuple[Column, ...]
    pieces: tuple[Piece, ...]
    stripes: tuple[Stripe, ...]

    def gap(self, column: int, minute: int, without: str = "") -> tuple[int, int] | None:
        """The free time around ``minute``; None where it is taken. The booking ``without`` is left out."""
        low, high = 0, DAY
        for top, bottom in self._busy(column, without):
            if top <= minute < bottom:
                return None
            if bottom <= minute:
                low = max(low, bottom)
            else:
                high = min(high, top)
        return low, high

    def stripe_at(self, column: int, minute: int) -> Stripe | None:
        """What closes a column at ``minute``."""
        return next((s for s in self.stripes if s.column == column and s.top <= minute < s.bottom), None)

    def piece_at(self, column: int, minute: int, across: float = 0) -> Piece | None:
        """The booking at ``minute``; ``across`` is 0..1 over the column's width, 0 for whatever holds the room."""
        found = [p for p in self.pieces if p.column == column and p.top <= minute < p.bottom]
        if across:
            return next((p for p in found if p.left <= across < p.right), None)
        return min(found, key=lambda p: (not p.block.holds, p.left), default=None)

    def piece_of(self, block_id: str) -> Piece | None:
        """The first piece of a booking."""
        return next((piece for piece in self.pieces if piece.block.id == block_id), None)

    def column_of(self, venue: str, on: str) -> int | None:
        """The column of a room on a date."""
        return next((n for n, c in enumerate(self.columns) if c.room.id == venue and c.date == on), None)

    def first_minute(self) -> int:
        """Where people want to look first: the earliest booking or opening, not later than 8:00."""
        opening = [s.bottom for s in self.stripes if s.sort == "hours" and s.top == 0 and s.bottom < DAY]
        return min([8 * 60, *opening, *(piece.lead for piece in self.pieces)])

    def top_minute(self, now: str, seen: int) -> int:
        """Where ``seen`` minutes are looked at from first: as :meth:`first_minute`; of a board with the date of ``now``
        only so much later, or earlier, that now is among them."""
        first = self.first_minute()
        if not any(column.date == now[:10] for column in self.columns):
            return first
        minute = minute_of(now, now[:10])
        return min(max(first, min(minute + AHEAD, DAY) - seen), minute)

    def _busy(self, column: int, without: str) -> Iterator[tuple[int, int]]:
        for piece in self.pieces:
            if piece.column == column and piece.block.holds and piece.block.id != without:
                yield piece.lead, piece.tail
        for stripe in self.stripes:
            if stripe.column == column:
                yield stripe.top, stripe.bottom


def plan(board: Board) -> Plan:
    """Lay ``board`` out."""
    columns = tuple(Column(room, on) for room in board.rooms for on in board.dates)
    index = {(column.room.id, column.date): n for n, column in enumerate(columns)}
    pieces: dict[int, list[Piece]] = {}
    for block in board.blocks:
        for on in board.dates:
            n = index.get((block.venue, on))
            piece = None if n is None else _piece(block, n, on)
            if piece is not None:
                pieces.setdefault(piece.column, []).append(piece)
    laid = [piece for n in sorted(pieces) for piece in _lanes(pieces[n])]
    return Plan(board, columns, tuple(laid), tuple(_shades(board, index)))


def minute_of(moment: str, on: str) -> int:
    """Minutes from the midnight that begins ``on``; negative before it, over 1440 after the day."""
    at = datetime.fromisoformat(moment)
    return (at.date() - date.fromisoformat(on)).days * DAY + at.hour * 60 + at.minute


def _piece(block: Block, column: int, on: str) -> Piece | None:
    start, end = minute_of(block.start, on), minute_of(block.end, on)
    if start >= DAY or end <= 0:
        return None
    top, bottom = max(start, 0), min(end, DAY)
    return Piece(block, column, top, bottom, max(start - block.before, 0), min(end + block.after, DAY))


def _lanes(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Those that hold the room at one time stand side by side. Those that left it free (爽约) are a strip at the
    right, so that the time can be booked."""
    strips = list(_side_by_side([p for p in pieces if not p.block.holds], STRIP, 1.0))
    yield from strips
    for piece in _side_by_side([p for p in pieces if p.block.holds], 0.0, 1.0):
        beside = any(strip.top < piece.bottom and piece.top < strip.bottom for strip in strips)
        yield replace(piece, left=piece.left * STRIP, right=piece.right * STRIP) if beside else piece


def _side_by_side(pieces: Sequence[Piece], left: float, right: float) -> Iterator[Piece]:
    group: list[tuple[Piece, int]] = []
    ends: list[int] = []
    for piece in sorted(pieces, key=lambda p: (p.top, p.bottom, p.block.id)):
        if ends and piece.top >= max(ends):
            yield from _settled(group, len(ends), left, right)
            group, ends = [], []
        lane = next((n for n, end in enumerate(ends) if end <= piece.top), len(ends))
        ends[lane : lane + 1] = [piece.bottom]
        group.append((piece, lane))
    yield from _settled(group, len(ends), left, right)


def _settled(group: Iterable[tuple[Piece, int]], lanes: int, left: float, right: float) -> Iterator[Piece]:
    share = (right - left) / max(lanes, 1)
    for piece, lane in group:
        yield replace(piece, left=left + share * lane, right=left + share * (lane + 1))


def _shades(board: Board, index: dict[tuple[str, str], int]) -> Iterator[Stripe]:
    for shade in board.shades:
        for on in board.dates:
            column = index.get((shade.venue, on))
            top, bottom = max(minute_of(shade.start, on), 0), min(minute_of(shade.end, on), DAY)
            if column is not None and top < bottom:
                yield Stripe(column, top, bottom, shade.reason, shade.sort)
