"""The states of bookings as time alone changes them: a no-show releases its room, an offer expires (rules.md 5, 24, 28).

Computed on reading, never written; this is the one place that knows how.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from app.models.bookings import BLOCKING, Booking, SlotWaiting
from app.models.center import Center
from app.models.venues import Venue
from app.services.survivors import Survivors, survivors
from app.services.times import shift

Minutes = Mapping[str, int | None]
"""By venue, how long after its start a booking is released to others when nobody came; None: never."""


def release_minutes(session: Session, known: Survivors | None = None, venues: Collection[str] | None = None) -> Minutes:
    """Of every venue, or of ``venues`` with those that stand for them: its own, else its center's; of one that was
    merged away, those of who stands for it. ``known``: the survivors, where they were looked up already."""
    center = Center.__table__.c
    query = select(center.owner, center.release_minutes).where(center.deleted.is_(False))
    general = {row.owner: row.release_minutes for row in session.execute(query)}
    venue, known = Venue.__table__.c, known or survivors(session, Venue.kind)
    asked = select(venue.id, venue.owner, venue.release_minutes)
    own = {
        row.id: general.get(row.owner) if row.release_minutes is None else row.release_minutes
        for row in session.execute(asked if venues is None else asked.where(venue.id.in_(venues)))
    }
    return {one: own.get(known.of(one), minutes) for one, minutes in own.items()}


def shown(status: str, start: str, checked_in_at: str | None, minutes: int | None, now: str) -> str:
    """The status as people are shown it: a confirmed booking to which nobody came in ``minutes`` is a no-show."""
    if status == "confirmed" and not checked_in_at and minutes is not None and now >= shift(start, minutes):
        return "no_show"
    return status


def holds(status: str, start: str, checked_in_at: str | None, minutes: int | None, now: str) -> bool:
    """Whether a booking keeps its room from others at ``now``."""
    return shown(status, start, checked_in_at, minutes, now) in BLOCKING


def keeps() -> ColumnElement[bool]:
    """The SQL condition that a booking does not yield to another. Nearly none does: in these words SQLite does not take
    the index of ``yields_to`` for it, which would read them all."""
    return func.coalesce(Booking.__table__.c.yields_to, "") == ""


def blocking(minutes: Minutes, now: str) -> ColumnElement[bool]:
    """The SQL condition that a row of ``booking`` holds its room at ``now``: live, no yield, not released. Rows that are
    merged away are the caller's to leave out."""
    b = Booking.__table__.c
    by_length: dict[int, list[str]] = {}
    for venue, length in minutes.items():
        if length is not None:
            by_length.setdefault(length, []).append(venue)
    released = or_(
        false(), *(and_(b.venue.in_(venues), b.start <= shift(now, -length)) for length, venues in by_length.items())
    )
    no_show = and_(b.status == "confirmed", b.checked_in_at.is_(None), released)
    return and_(b.deleted.is_(False), keeps(), b.status.in_(BLOCKING), ~no_show)


def offered(now: str) -> ColumnElement[bool]:
    """The SQL condition that a row of ``slot_waiting`` holds its room for somebody at ``now``: an offer whose deadline
    has not passed, before its start."""
    w = SlotWaiting.__table__.c
    return and_(w.deleted.is_(False), w.status == "offered", w.offer_until > now, w.start > now)


def shown_waiting(status: str, offer_until: str | None, start: str, now: str) -> str:
    """The status of an entry of the waiting list as people are shown it: an offer whose deadline has passed has expired,
    and so has every wish that has begun (rules.md 28, 30)."""
    over = start <= now or (status == "offered" and (offer_until or "") <= now)
    return "expired" if over and status in ("waiting", "offered") else status
