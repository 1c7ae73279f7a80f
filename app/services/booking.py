"""What holds a room: bookings and offers, the hall tree, buffers (rules.md 1, 5, 6, 7, 22)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.bookings import Booking, SlotWaiting
from app.models.venues import Venue
from app.services import states
from app.services.survivors import Merged, Survivors, standing, survivors
from app.services.times import minutes_between, shift
from app.text import _

MAX_BUFFER = 1440
"""Minutes; the largest buffer a venue or booking may have."""


class Slot(NamedTuple):
    """A booking as the conflict rules see it; buffers in minutes."""

    id: str
    venue: str
    start: str
    end: str
    before: int
    after: int
    who: str = ""
    competes: bool = False
    """A request in a venue where several may ask for one time."""
    offer: bool = False
    """No booking: a time that is held for somebody of the waiting list."""


def conflict(a: Slot, b: Slot) -> bool:
    """rules.md 1, 5 and 6: overlapping, or closer than ``max(after of the first, before of the second)``; requests that
    compete never."""
    if a.competes and b.competes:
        return False
    if a.start < b.end and b.start < a.end:
        return True
    first, second = (a, b) if a.end <= b.start else (b, a)
    return minutes_between(first.end, second.start) < max(first.after, second.before)


def family(parents: Mapping[str, str | None], venue: str) -> set[str]:
    """rules.md 7: the venue, its ancestors and its descendants, never its siblings."""
    found, above = {venue}, parents.get(venue)
    while above and above not in found:
        found.add(above)
        above = parents.get(above)
    children: dict[str, list[str]] = {}
    for child, parent in parents.items():
        if parent:
            children.setdefault(parent, []).append(child)
    below = [venue]
    while below:
        for child in children.get(below.pop(), ()):
            if child not in found:
                found.add(child)
                below.append(child)
    return found


def parents(session: Session, known: Survivors | None = None) -> dict[str, str | None]:
    """Every venue's parent, by id; of venues that are merged away neither they nor what they were part of. ``known``: the
    survivors among venues, where they were looked up already."""
    table, known = Venue.__table__, known or survivors(session, Venue.kind)
    query = select(table.c.id, table.c.parent).where(table.c.deleted.is_(False), table.c.parent.is_not(None))
    above = {row.id: row.parent for row in session.execute(query.where(standing(Venue.kind, known)))}
    return {venue: known.of(parent) for venue, parent in above.items()}


def blocking(
    session: Session, now: str, venues: Iterable[str], start: str, end: str, leave_out: str = "",
    known: Merged | None = None,
) -> list[Slot]:  # fmt: skip
    """What holds one of ``venues`` within a day's buffer of [start, end), by start: bookings, unless released by ``now``,
    and offers to the waiting list. ``leave_out``: the id of one that is none."""
    known = known or Merged(session)
    b, rooms = Booking.__table__.c, known["venue"]
    wanted = rooms.family(venues)
    low, high = shift(start, -MAX_BUFFER), shift(end, MAX_BUFFER)
    query = (
        select(b.id, b.venue, b.start, b.end, b.before, b.after, b.status, b.client_kind, b.client_name, b.purpose)
        .where(
            states.blocking(states.release_minutes(session, rooms, wanted), now), known.standing(Booking.kind),
            b.venue.in_(wanted), b.start < high, b.end > low, b.end > b.start,
        )
    )  # fmt: skip
    competing = competing_venues(session)
    slots = [held_by(row, rooms, competing) for row in session.execute(query)]
    slots += _offers(session, now, wanted, low, high, known)
    return sorted((one for one in slots if one.id != leave_out), key=lambda one: (one.start, one.id))


def held_by(row: Any, rooms: Survivors, competing: Collection[str]) -> Slot:
    """A booking, its record or its row, as the conflict rules see it; ``competing``: see :func:`competing_venues`."""
    venue = rooms.of(row.venue)
    competes = row.status == "requested" and venue in competing
    who = client(row) or row.purpose or ""
    return Slot(row.id, venue, row.start, row.end, row.before or 0, row.after or 0, who, competes)


def _offers(session: Session, now: str, venues: list[str], low: str, high: str, known: Merged) -> Iterator[Slot]:
    """Times held for the waiting list (rules.md 28)."""
    w, v = SlotWaiting.__table__.c, Venue.__table__.c
    query = select(w.id, w.venue, w.start, w.end, w.client_kind, w.client_name, w.purpose).where(
        states.offered(now), w.venue.in_(venues), w.start < high, w.end > low, known.standing(SlotWaiting.kind)
    )
    rows = list(session.execute(query))
    if not rows:
        return
    buffers = {r.id: (r.before or 0, r.after or 0) for r in session.execute(select(v.id, v.before, v.after))}
    for r in rows:
        who = _("候补保留：{who}", who=client(r) or r.purpose or _("未写明"))
        venue = known["venue"].of(r.venue)
        yield Slot(r.id, venue, r.start, r.end, *buffers.get(venue, (0, 0)), who, offer=True)


def competing_venues(session: Session) -> frozenset[str]:
    """The venues in which several may ask for one time (rules.md 5)."""
    return frozenset(session.scalars(select(Venue.id).where(Venue.competing.is_(True), Venue.deleted.is_(False))))


def client(row: Any) -> str:
    """Whom a booking is for, as its row says; a resident by the masked name."""
    return Booking.kind.fields["client_name"].mask(row.client_name, {"client_kind": row.client_kind}) or ""
