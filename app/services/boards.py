"""What a calendar shows, as plain values: rooms, bookings, and the time in which a room cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal

from app.models.bookings import BLOCKING
from app.sync.capture import Seen

GONE: Final = frozenset({"cancelled", "rejected", "expired"})
"""Bookings that are over before they began; shown only on demand."""
PENDING: Final = frozenset({"requested", "tentative"})
MOVABLE: Final = frozenset({"requested", "tentative", "confirmed", "checked_in"})
OFFERED: Final = "offered"
"""The state of a place that is held for somebody on the waiting list (rules.md 28)."""

Sort = Literal["taken", "closed", "hours"]


@dataclass(frozen=True)
class Room:
    """A column's room; ``before`` and ``after`` are its buffers in minutes."""

    id: str
    name: str
    capacity: int | None = None
    parent: str | None = None
    status: str = "open"
    before: int = 0
    after: int = 0
    competing: bool = False
    """Whether two requests for one time may stand side by side (rules.md 5)."""


@dataclass(frozen=True)
class Block:
    """A booking, or a place held for the waiting list, as it is painted; ``clash`` says in words whom it collides with."""

    id: str
    venue: str
    start: str
    end: str
    before: int
    after: int
    status: str
    """As it is shown: a confirmed booking to which nobody came is a no-show (rules.md 24)."""
    purpose: str
    client: str
    contact: str
    """Masked."""
    headcount: int | None = None
    clash: str = ""
    yields: bool = False
    kind: str = "booking"
    seen: Seen = field(default_factory=dict, compare=False, hash=False, repr=False)

    @property
    def holds(self) -> bool:
        """Whether it keeps its room from others (rules.md 5)."""
        return (self.status in BLOCKING or self.status == OFFERED) and not self.yields

    @property
    def counts(self) -> bool:
        """Whether it is a booking that holds its room."""
        return self.holds and self.kind == "booking"


@dataclass(frozen=True)
class Shade:
    """Time in which a room cannot be used, and why: its hall or a part of it is ``taken`` (rules.md 7), it is
    ``closed``, or it lies outside the ``hours`` (rules.md 4)."""

    venue: str
    start: str
    end: str
    reason: str
    sort: Sort = "taken"


@dataclass(frozen=True)
class Board:
    """A day of several rooms (``days`` 1) or a week of one room (``days`` 7), from the date ``first``."""

    first: str
    days: int
    rooms: tuple[Room, ...]
    blocks: tuple[Block, ...]
    shades: tuple[Shade, ...]
    total: int = 0
    """Bookings that hold a room on these days, also in rooms that are not shown."""
    pending: int = 0
    clashes: int = 0
    elsewhere: int = 0
    """Of ``total``, those in rooms that are not shown."""
    fitting: int | None = None
    """How many rooms fit what was asked for; None where nothing was."""
    holidays: Mapping[str, str] = field(default_factory=dict)
    """By date, what the statutory calendar says of it (rules.md 4)."""

    @property
    def dates(self) -> tuple[str, ...]:
        """The dates, in order."""
        start = date.fromisoformat(self.first)
        return tuple((start + timedelta(days=n)).isoformat() for n in range(self.days))


def midnight(day: str, days: int = 0) -> str:
    """The midnight that begins ``day``, or the day ``days`` later."""
    return f"{(date.fromisoformat(day) + timedelta(days=days)).isoformat()}T00:00"


def touches(block: Block, first: str, days: int) -> bool:
    """Whether a booking lies, in part, in the ``days`` from ``first``."""
    return block.start < midnight(first, days) and block.end > midnight(first)
