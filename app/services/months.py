"""A month of all rooms or of one: per day how many bookings, the first of them, holidays, and what is closed."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.models.bookings import Booking
from app.models.calendar import DayKind
from app.models.venues import Venue
from app.services import board_hours, booking, states
from app.services.board_rows import overlapping, rooms_of
from app.services.boards import PENDING, midnight
from app.services.office import Office
from app.services.premises import Premises
from app.services.survivors import standing, survivors

FIRSTS = 6
"""Bookings of a day that are read; the rest is a number."""


@dataclass(frozen=True)
class Entry:
    """A booking in a day of the month; ``start`` is ``9:00``, empty where it began on an earlier day."""

    start: str
    status: str
    name: str
    room: str


@dataclass(frozen=True)
class MonthDay:
    """A day: its kind and holiday, its bookings, and why it is closed."""

    date: str
    kind: DayKind
    holiday: str = ""
    count: int = 0
    """Bookings that hold a room."""
    pending: int = 0
    firsts: tuple[Entry, ...] = ()
    closed: str = ""
    """Why all that is shown is closed the whole day."""
    notes: tuple[str, ...] = ()
    """What else is closed that day, in words."""


@dataclass(frozen=True)
class Month:
    """The weeks, from Monday, that touch a month (``2026-11``); of the room ``venue`` alone where it is given."""

    month: str
    venue: str | None
    room: str
    days: tuple[MonthDay, ...]
    total: int
    """Bookings that hold a room in the month itself; one that lasts over several days counts once."""
    pending: int
    rooms: int
    """How many rooms there are."""

    def day(self, on: str) -> MonthDay | None:
        """The day of a date, where it is shown."""
        return next((one for one in self.days if one.date == on), None)


def span_of(month: str) -> tuple[date, int]:
    """The Monday that begins the first week touching ``month``, and how many days are shown."""
    first = date.fromisoformat(f"{month}-01")
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    monday = first - timedelta(days=first.weekday())
    return monday, (last - monday).days // 7 * 7 + 7


def month(office: Office, month: str, venue: str | None = None) -> Month:
    """The month ``2026-11``; of one room, without those that its hall's or parts' bookings take."""
    monday, count = span_of(month)
    with office.reading() as session:
        known = rooms_of(session)
        first = monday.isoformat()
        premises = Premises(session)
        rows = _rows(session, office.now, first, count, venue)
        if venue is None:
            shut = board_hours.days_of_center(premises, known, first, count)
        else:
            shut = board_hours.days_of_room(premises, known[venue], first, count) if venue in known else {}
        holidays, merged = board_hours.holidays(premises, first, count), premises.merged
    days: dict[str, list[Any]] = {(monday + timedelta(days=n)).isoformat(): [] for n in range(count)}
    for row in rows:
        for on in _dates(row.start, row.end):
            if on in days:
                days[on].append(row)

    def day(on: str) -> MonthDay:
        held, (closed, notes) = days[on], shut.get(on, ("", ()))
        names = ((row, known.get(merged.of(row.venue))) for row in held[:FIRSTS])
        firsts = tuple(_entry(row, on, room.name if room else "") for row, room in names)
        kind = premises.days.kind(date.fromisoformat(on))
        return MonthDay(on, kind, holidays.get(on, ""), len(held), _pending(held), firsts, closed, notes)

    begin, end = f"{month}-01T00:00", _next(month)
    inside = [row for row in rows if row.start < end and row.end > begin]
    name = known[venue].name if venue in known else ""
    return Month(month, venue, name, tuple(map(day, days)), len(inside), _pending(inside), len(known))


def _pending(rows: Sequence[Any]) -> int:
    return sum(row.status in PENDING for row in rows)


def _rows(session: Session, now: str, first: str, days: int, venue: str | None) -> list[Any]:
    """Bookings that hold their room in the ``days`` from ``first``, in order of their start."""
    b = Booking.__table__.c
    conditions = [
        states.blocking(states.release_minutes(session), now), standing(Booking.kind, survivors(session, Booking.kind)), b.venue.is_not(None),
    ]  # fmt: skip
    if venue is not None:
        conditions.append(b.venue.in_(survivors(session, Venue.kind).family([venue])))
    columns = (b.id, b.owner, b.venue, b.start, b.end, b.status, b.purpose, b.client_kind, b.client_name)
    found: dict[str, Any] = {}
    for row in session.execute(overlapping(b, columns, midnight(first), midnight(first, days), *conditions)):
        if row.id not in found or row.owner != "all":
            found[row.id] = row
    return sorted(found.values(), key=lambda row: (row.start, row.id))


def _dates(start: str, end: str) -> Sequence[str]:
    """The dates a booking touches; one that ends at midnight does not touch the next day (rules.md 2)."""
    if start[:10] == end[:10]:
        return (start[:10],)
    first, last = date.fromisoformat(start[:10]), date.fromisoformat(end[:10])
    if end[11:] == "00:00":
        last -= timedelta(days=1)
    return [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]


def _entry(row: Any, on: str, room: str) -> Entry:
    start = row.start[11:16].removeprefix("0") if row.start[:10] == on else ""
    return Entry(start, row.status or "confirmed", row.purpose or booking.client(row), room)


def _next(month: str) -> str:
    first = date.fromisoformat(f"{month}-01")
    return (first + timedelta(days=calendar.monthrange(first.year, first.month)[1])).isoformat() + "T00:00"
