"""Closing a day: the closure, and everyone whose booking falls into it, to be called (rules.md 4, domain.md C1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Refusal
from app.models.bookings import Booking
from app.models.venues import Closure, Venue
from app.services import booking, closures, states
from app.services.closures import CENTER
from app.services.office import Office
from app.services.premises import Premises
from app.services.survivors import Merged
from app.services.writing import Saved, put
from app.text import _

TO_CALL = frozenset({"requested", "tentative", "confirmed", "checked_in"})
"""Bookings that somebody still counts on."""


@dataclass(frozen=True)
class Span:
    """A time in which a venue, or with None the whole center, is closed."""

    start: str
    end: str
    venue: str | None = None


@dataclass(frozen=True)
class Affected:
    """A booking that falls into a closed time, and whom to call; personal values masked. The list for the telephone reads them
    in full, which is audited."""

    id: str
    number: str
    venue: str
    venue_name: str
    start: str
    end: str
    status: str
    purpose: str
    client: str
    contact_name: str
    contact_phone: str


def affected(session: Session, now: str, span: Span | str) -> list[Affected]:
    """Bookings not over by ``now`` that ``span``, or the closure of that id, closes, by start and venue.

    A closure of a hall reaches its parts and what it is part of; one of the center every venue but external ones. A
    venue with an exceptional opening of its own stays open. Raises :class:`Refusal` where there is no such closure.
    """
    premises = Premises(session)
    if isinstance(span, str):
        row = session.scalars(select(Closure).where(Closure.id == span)).first()
        if row is None:
            raise Refusal.of("closure", _("没有这条停用"), _("请从列表中重新选择"))
        span = Span(row.start, row.end, row.venue)
    merged, b = Merged(session), Booking.__table__.c
    query = (
        select(Booking.__table__, Venue.__table__.c.name.label("venue_name"))
        .outerjoin(Venue.__table__, Venue.__table__.c.id == b.venue)
        .where(
            states.blocking(states.release_minutes(session), now), b.status.in_(TO_CALL), b.end > now,
            b.start < span.end, b.end > span.start, b.end > b.start, merged.standing(Booking.kind),
            b.venue.in_(premises.reach(span.venue)),
        )
        .order_by(b.start, Venue.__table__.c.name, b.id)
    )  # fmt: skip
    found = {row.id: _row(row) for row in session.execute(query)}
    return [one for one in found.values() if _closes(premises, one, span)]


def _closes(premises: Premises, one: Affected, span: Span) -> bool:
    """Whether some of a booking is closed once ``span`` is: not where all of it lies in exceptional openings."""
    place = premises.place(one.venue)
    if place is None:
        return True
    level = premises.merged.of(span.venue) if span.venue else CENTER
    this = closures.Closure("", level, span.start, span.end, False, "")
    held = {**premises.closures, level: [*premises.closures.get(level, ()), this]}
    levels, parts = premises.around(place)
    low, high = max(one.start, span.start), min(one.end, span.end)
    return any(spell.closed for spell in closures.spells(held, levels, parts, low, high))


def _row(row: Any) -> Affected:
    fields = Booking.kind.fields
    masked = {name: fields[name].mask(getattr(row, name)) or "" for name in ("contact_name", "contact_phone")}
    return Affected(
        row.id, row.number or "", row.venue, row.venue_name or "", row.start, row.end, row.status, row.purpose or "",
        booking.client(row), **masked,
    )  # fmt: skip


def close_day(
    office: Office, start: str, end: str, venue: str | None, reason: str, *, cancel: bool = False
) -> tuple[Saved, list[Affected]]:
    """Close the center, or one venue, from ``start`` to ``end``, as one operation; returns who is affected.

    With ``cancel`` the affected bookings to which nobody has come are cancelled with the reason. Raises
    :class:`Refusal` where a value is at fault.
    """
    with office.unit() as unit:
        values = {"reason": reason, "sort": "closed", "venue": venue, "start": start, "end": end}
        closure = put(unit, Closure.kind, values)
        unit.session.flush()
        rows = affected(unit.session, office.now, closure.id)
        if cancel:
            for one in rows:
                if one.status != "checked_in":
                    put(unit, Booking.kind, {"status": "cancelled", "cancel_reason": reason}, one.id)
        unit.finish()
        return Saved(closure.id, closure.number, unit.recorder.ops.get(closure.owner), tuple(unit.notices)), rows
