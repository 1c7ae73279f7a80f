"""Reading what a board shows: rooms in the order of the center, bookings of a span, places held for the waiting list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from app.models.bookings import Booking, SlotWaiting
from app.models.venues import Venue
from app.services import booking, states
from app.services.boards import OFFERED, Block, Room
from app.services.booking import MAX_BUFFER
from app.services.survivors import standing, survivors
from app.services.times import shift
from app.store.tables import OVER_MIDNIGHT
from app.sync.heads import Heads


def rooms_of(session: Session) -> dict[str, Room]:
    """Every room in the order the center entered them, the parts of a hall right after it."""
    t, known = Venue.__table__.c, survivors(session, Venue.kind)
    query = (
        select(t.id, t.owner, t.name, t.capacity, t.parent, t.status, t.before, t.after, t.competing)
        .where(t.deleted.is_(False), standing(Venue.kind, known))
        .order_by(t.number.is_(None), func.length(t.number), t.number, t.name, t.id)
    )
    found: dict[str, Room] = {}
    for r in session.execute(query):
        if r.id not in found or r.owner != "all":
            found[r.id] = Room(
                r.id, r.name or "", r.capacity, known.of(r.parent) if r.parent else None, r.status or "open",
                r.before or 0, r.after or 0, bool(r.competing),
            )  # fmt: skip
    parts: dict[str | None, list[Room]] = {}
    for room in found.values():
        parts.setdefault(room.parent if room.parent in found else None, []).append(room)
    ordered: dict[str, Room] = {}
    queue = list(reversed(parts.get(None, [])))
    while queue:
        room = queue.pop()
        ordered[room.id] = room
        queue.extend(reversed(parts.get(room.id, [])))
    return {**ordered, **found}  # the second: rooms in a ring of halls


def overlapping(table: Any, columns: Iterable[Any], low: str, high: str, *conditions: Any) -> Any:
    """A query of the bookings that overlap [low, high), where ``low`` is a midnight: those that begin in it, and the few
    that began before and last into it. An index serves either."""
    columns = list(columns)
    inside = select(*columns).where(*conditions, table.start >= low, table.start < high, table.end > table.start)
    before = select(*columns).where(*conditions, table.start < low, table.end > low, OVER_MIDNIGHT)
    return union_all(before, inside)


def blocks_of(session: Session, now: str, start: str, end: str, venues: Iterable[str] | None = None) -> list[Block]:
    """Bookings that lie within a day's buffer of [start, end), in order, in the state they are in at ``now``."""
    b, rooms = Booking.__table__.c, survivors(session, Venue.kind)
    columns = (
        b.id, b.owner, b.venue, b.start, b.end, b.before, b.after, b.status, b.purpose, b.client_kind, b.client_name,
        b.contact_name, b.contact_phone, b.headcount, b.yields_to, b.checked_in_at, b.heads,
    )  # fmt: skip
    conditions = [
        b.deleted.is_(False), standing(Booking.kind, survivors(session, Booking.kind)), b.venue.is_not(None)
    ]  # fmt: skip
    if venues is not None:
        conditions.append(b.venue.in_(rooms.family(venues)))
    query = overlapping(b, columns, shift(start, -MAX_BUFFER), shift(end, MAX_BUFFER), *conditions)
    found: dict[str, Block] = {}
    minutes = states.release_minutes(session)
    for r in session.execute(query):
        if r.id in found and r.owner == "all":
            continue
        status = states.shown(r.status or "confirmed", r.start, r.checked_in_at, minutes.get(r.venue), now)
        seen = {name: list(stamps) for name, stamps in Heads.decode(r.heads).shown.items()}
        found[r.id] = Block(
            r.id, rooms.of(r.venue), r.start, r.end, r.before or 0, r.after or 0, status,
            r.purpose or "", booking.client(r), _contact(r), r.headcount, "", bool(r.yields_to), seen=seen,
        )  # fmt: skip
    return sorted(found.values(), key=lambda block: (block.start, block.id))


def offers_of(session: Session, now: str, start: str, end: str, venues: Iterable[str] | None = None) -> list[Block]:
    """Places held now for somebody on the waiting list, in [start, end) (rules.md 28)."""
    w, rooms = SlotWaiting.__table__.c, survivors(session, Venue.kind)
    query = (
        select(w.id, w.venue, w.start, w.end, w.purpose, w.client_kind, w.client_name, w.contact_name, w.contact_phone,
               w.headcount)
        .where(
            states.offered(now), standing(SlotWaiting.kind, survivors(session, SlotWaiting.kind)), w.venue.is_not(None),
            w.start < end, w.end > start, w.end > w.start,
        )
        .order_by(w.start, w.id)
    )  # fmt: skip
    if venues is not None:
        query = query.where(w.venue.in_(rooms.family(venues)))
    return [
        Block(r.id, rooms.of(r.venue), r.start, r.end, 0, 0, OFFERED, r.purpose or "", booking.client(r), _contact(r),
              r.headcount, kind="slot_waiting")
        for r in session.execute(query)
    ]  # fmt: skip


def _contact(row: Any) -> str:
    fields = Booking.kind.fields
    parts = (("contact_name", row.contact_name), ("contact_phone", row.contact_phone))
    return " ".join(str(fields[name].mask(value)) for name, value in parts if value)
