"""Closing a day: the closure, and everyone whose booking or held offer falls into it, to be called (rules.md 4,
domain.md C1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.errors import Refusal
from app.models.bookings import Booking, SlotWaiting
from app.models.venues import Closure, Venue
from app.services import booking, closures, states
from app.services.closures import CENTER
from app.services.office import Office, Unit
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
    """A booking, or an offer to somebody on the waiting list, that falls into a closed time, and whom to call; personal
    values masked. The list for the telephone reads them in full, which is audited."""

    kind: str
    """booking or slot_waiting."""
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

    @property
    def cancels(self) -> bool:
        """Whether it can be cancelled with the closure: a booking to which nobody has come."""
        return self.kind == Booking.kind.name and self.status in TO_CALL - {"checked_in"}


def affected(session: Session, now: str, span: Span | str) -> list[Affected]:
    """Bookings not over by ``now``, and offers that hold a room at ``now``, that ``span``, or the closure of that id,
    closes, by start and venue.

    A closure of a hall reaches its parts and what it is part of; one of the center every venue but external ones. A
    venue with an exceptional opening of its own stays open. Raises :class:`Refusal` where there is no such closure.
    """
    premises = Premises(session)
    if isinstance(span, str):
        row = session.scalars(select(Closure).where(Closure.id == span)).first()
        if row is None:
            raise Refusal.of("closure", _("没有这条停用"), _("请从列表中重新选择"))
        span = Span(row.start, row.end, row.venue)
    b = Booking.__table__.c
    counted_on = (
        states.blocking(states.release_minutes(session), now), b.status.in_(TO_CALL), b.end > now, b.end > b.start
    )  # fmt: skip
    found = [
        *_within(session, premises, span, Booking, *counted_on),
        *_within(session, premises, span, SlotWaiting, states.offered(now)),
    ]
    return sorted(found, key=lambda one: (one.start, one.venue_name, one.kind, one.id))


def _within(
    session: Session, premises: Premises, span: Span, record: type[Booking | SlotWaiting], *which: ColumnElement[bool]
) -> Iterator[Affected]:
    """Those of ``which`` that are closed by ``span``."""
    t: Any = record.__table__.c
    query = (
        select(record.__table__, Venue.__table__.c.name.label("venue_name"))
        .outerjoin(Venue.__table__, Venue.__table__.c.id == t.venue)
        .where(
            t.start < span.end, t.end > span.start, Merged(session).standing(record.kind),
            t.venue.in_(premises.reach(span.venue)), *which,
        )
    )  # fmt: skip
    found = {row.id: _row(record, row) for row in session.execute(query)}
    return (one for one in found.values() if _closes(premises, one, span))


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


def _row(record: type[Booking | SlotWaiting], row: Any) -> Affected:
    fields = record.kind.fields
    masked = {name: fields[name].mask(getattr(row, name)) or "" for name in ("contact_name", "contact_phone")}
    return Affected(
        record.kind.name, row.id, row.number or "", row.venue, row.venue_name or "", row.start, row.end, row.status, row.purpose or "",
        booking.client(row), **masked,
    )  # fmt: skip


def close_day(
    office: Office, start: str, end: str, venue: str | None, reason: str, *, cancel: bool = False
) -> tuple[Saved, list[Affected]]:
    """Close the center, or one venue, from ``start`` to ``end``, as one operation; returns who is affected.

    With ``cancel`` the affected bookings to which nobody has come are cancelled with the reason; they are returned as
    cancelled. Raises :class:`Refusal` where a value is at fault.
    """
    with office.unit() as unit:
        values = {"reason": reason, "sort": "closed", "venue": venue, "start": start, "end": end}
        closure = put(unit, Closure.kind, values)
        unit.session.flush()
        rows = affected(unit.session, office.now, closure.id)
        if cancel:
            rows = [_cancelled(unit, one, reason) if one.cancels else one for one in rows]
        unit.finish()
        return Saved(closure.id, closure.number, unit.recorder.ops.get(closure.owner), tuple(unit.notices)), rows


def _cancelled(unit: Unit, one: Affected, reason: str) -> Affected:
    put(unit, Booking.kind, {"status": "cancelled", "cancel_reason": reason}, one.id)
    return replace(one, status="cancelled")
