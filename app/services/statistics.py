"""Counting bookings: how far rooms are used by weekday and hour, hours by client kind and month, no-shows.

Everything is counted from the records; a booking that yields, was cancelled, rejected or never granted is not use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.models.bookings import Booking
from app.models.venues import Venue
from app.services import states
from app.services.board_rows import overlapping
from app.services.boards import midnight
from app.services.survivors import standing, survivors

USED: Final = frozenset({"confirmed", "checked_in", "closed"})
"""States that are use of a room; requests and what is tentative are not granted yet."""
DUE: Final = USED | {"no_show"}
"""States of a booking to which somebody came or should have."""
HOUR: Final = 60


@dataclass(frozen=True)
class Use:
    """A booking as it is counted; ``status`` as it is shown, ``client_kind`` empty where it is not known."""

    id: str
    venue: str
    start: str
    end: str
    status: str
    client_kind: str


@dataclass
class Cell:
    """Minutes, and the bookings they are of."""

    minutes: int = 0
    ids: list[str] = field(default_factory=list)

    def add(self, minutes: int, booking: str) -> None:
        """Count a part of a booking, once per booking among the ids."""
        self.minutes += minutes
        if not self.ids or self.ids[-1] != booking:
            self.ids.append(booking)


@dataclass(frozen=True)
class Heat:
    """Use by (weekday from 0, hour); ``dates``: how many of each weekday there are, ``rooms``: of how many rooms."""

    cells: Mapping[tuple[int, int], Cell]
    dates: Sequence[int]
    rooms: int

    def share(self, weekday: int, hour: int) -> float:
        """The part of an hour that the rooms are used, 0..1, on average over the dates."""
        cell, possible = self.cells.get((weekday, hour)), self.dates[weekday] * HOUR * self.rooms
        return cell.minutes / possible if cell and possible else 0.0


@dataclass
class Shows:
    """Bookings whose time to come has passed, and those to which nobody came."""

    due: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """The part that was missed, 0..1."""
        return len(self.missed) / len(self.due) if self.due else 0.0


def uses(session: Session, now: str, first: str, last: str, venue: str | None = None) -> list[Use]:
    """Bookings in the dates ``first``..``last``, both included, in the state they are in at ``now``; of one venue, or all."""
    b, rooms = Booking.__table__.c, survivors(session, Venue.kind)
    conditions = [
        b.deleted.is_(False), standing(Booking.kind, survivors(session, Booking.kind)), b.venue.is_not(None),
        states.keeps(), b.status.in_(sorted(DUE)),
    ]  # fmt: skip
    if venue is not None:
        conditions.append(b.venue.in_(rooms.family([venue])))
    columns = (b.id, b.owner, b.venue, b.start, b.end, b.status, b.checked_in_at, b.client_kind)
    minutes = states.release_minutes(session)
    found: dict[str, Use] = {}
    for r in session.execute(overlapping(b, columns, midnight(first), midnight(last, 1), *conditions)):
        if r.id not in found or r.owner != "all":
            status = states.shown(r.status, r.start, r.checked_in_at, minutes.get(r.venue), now)
            found[r.id] = Use(r.id, rooms.of(r.venue), r.start, r.end, status, r.client_kind or "")
    return sorted(found.values(), key=lambda use: (use.start, use.id))


def heat(found: Iterable[Use], first: str, last: str) -> Heat:
    """Use by weekday and hour in the dates ``first``..``last``. Where two bookings clash in a room the time is used
    once. Of several rooms the share is the average over those that are used at all."""
    cells: dict[tuple[int, int], Cell] = {}
    rooms: set[str] = set()
    until: dict[str, datetime] = {}
    low, high = datetime.fromisoformat(midnight(first)), datetime.fromisoformat(midnight(last, 1))
    for use in found:
        if use.status not in USED:
            continue
        start, end = max(datetime.fromisoformat(use.start), low), min(datetime.fromisoformat(use.end), high)
        fresh = max(start, until.get(use.venue, low))
        rooms.add(use.venue)
        until[use.venue] = max(end, until.get(use.venue, low))
        for at, minutes in _hours(start, end, fresh):
            cells.setdefault((at.weekday(), at.hour), Cell()).add(minutes, use.id)
    return Heat(cells, _weekdays(first, last), len(rooms))


def _hours(start: datetime, end: datetime, fresh: datetime) -> Iterator[tuple[datetime, int]]:
    """[start, end) by hours of the clock: when, and how many minutes of it lie after ``fresh``."""
    while start < end:
        stop = min(end, start.replace(minute=0) + timedelta(hours=1))
        yield start, max(_minutes(max(start, fresh), stop), 0)
        start = stop


def _minutes(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds()) // 60


def _weekdays(first: str, last: str) -> list[int]:
    begin, days = date.fromisoformat(first), (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
    return [sum((begin.weekday() + n) % 7 == weekday for n in range(days)) for weekday in range(7)]


def hours_by_kind(found: Iterable[Use], first: str, last: str) -> dict[tuple[str, str], Cell]:
    """Minutes of use by (client kind, month ``2026-11``), split where a month ends."""
    cells: dict[tuple[str, str], Cell] = {}
    low, high = midnight(first), midnight(last, 1)
    for use in found:
        if use.status in USED:
            for month, minutes in _months(max(use.start, low), min(use.end, high)):
                cells.setdefault((use.client_kind, month), Cell()).add(minutes, use.id)
    return cells


def _months(start: str, end: str) -> Iterator[tuple[str, int]]:
    at, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    while at < last:
        year, month = divmod(at.year * 12 + at.month, 12)
        stop = min(last, datetime(year, month + 1, 1))
        yield at.strftime("%Y-%m"), _minutes(at, stop)
        at = stop


def no_shows(found: Iterable[Use], now: str, first: str) -> dict[tuple[str, str], Shows]:
    """By (client kind, month of the start), the bookings that began before ``now``, and which of them nobody came to.

    A booking that began before the date ``first`` belongs to an earlier count.
    """
    cells: dict[tuple[str, str], Shows] = {}
    for use in found:
        if midnight(first) <= use.start <= now:
            cell = cells.setdefault((use.client_kind, use.start[:7]), Shows())
            cell.due.append(use.id)
            if use.status == "no_show":
                cell.missed.append(use.id)
    return cells
