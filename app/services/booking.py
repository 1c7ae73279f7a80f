"""Bookings of rooms: conflicts with the hall tree and buffers (rules.md 1, 5, 6, 7, 9, 22)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Fault
from app.models.bookings import BLOCKING, Booking
from app.models.venues import Venue
from app.services.office import Unit
from app.services.survivors import standing, survivors
from app.services.times import ends_after_start, minutes_between, say_span, say_time, shift
from app.text import _

MAX_BUFFER = 1440
"""Minutes; the largest buffer a venue or booking may have."""

_HOURS = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~～至到]+\s*(\d{1,2})[:：](\d{2})")


@dataclass(frozen=True)
class Slot:
    """A booking as the conflict rules see it; buffers in minutes."""

    id: str
    venue: str
    start: str
    end: str
    before: int
    after: int
    who: str = ""


def conflict(a: Slot, b: Slot) -> bool:
    """rules.md 1 and 6: overlapping, or closer than ``max(after of the first, before of the second)``."""
    if a.start < b.end and b.start < a.end:
        return True
    first, second = (a, b) if a.end <= b.start else (b, a)
    return minutes_between(first.end, second.start) < max(first.after, second.before)


def opening_hours(text: str | None) -> tuple[tuple[int, int], ...]:
    """``8:30-11:30，13:00-21:00`` as spans of minutes; empty where it says nothing that can be read."""
    spans = []
    for numbers in _HOURS.findall(text or ""):
        h1, m1, h2, m2 = map(int, numbers)
        start, end = h1 * 60 + m1, h2 * 60 + m2
        if 0 <= start < end <= 1440:
            spans.append((start, end))
    return tuple(sorted(spans))


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


def parents(session: Session) -> dict[str, str | None]:
    """Every venue's parent, by id; of venues that are merged away neither they nor what they were part of."""
    table, known = Venue.__table__, survivors(session, Venue.kind)
    query = select(table.c.id, table.c.parent).where(table.c.deleted.is_(False), table.c.parent.is_not(None))
    above = {row.id: row.parent for row in session.execute(query.where(standing(Venue.kind, known)))}
    return {venue: known.of(parent) for venue, parent in above.items()}


def blocking(session: Session, venues: Iterable[str], start: str, end: str, leave_out: str = "") -> list[Slot]:
    """Bookings of ``venues`` that hold their room and lie within a day's buffer of [start, end)."""
    b, rooms = Booking.__table__.c, survivors(session, Venue.kind)
    query = (
        select(b.id, b.venue, b.start, b.end, b.before, b.after, b.client_kind, b.client_name, b.purpose)
        .where(
            b.venue.in_(rooms.family(venues)), b.deleted.is_(False), b.status.in_(BLOCKING),
            standing(Booking.kind, survivors(session, Booking.kind)),
            b.yields_to.is_(None), b.start < shift(end, MAX_BUFFER), b.end > shift(start, -MAX_BUFFER), b.id != leave_out,
        )
        .order_by(b.start, b.id)
    )  # fmt: skip
    return [
        Slot(r.id, rooms.of(r.venue), r.start, r.end, r.before or 0, r.after or 0, client(r) or r.purpose or "")
        for r in session.execute(query)
    ]


def client(row: Any) -> str:
    """Whom a booking is for, as its row says; a resident by the masked name."""
    return Booking.kind.fields["client_name"].mask(row.client_name, {"client_kind": row.client_kind}) or ""


def taken_by(session: Session, slot: Slot, but: str | None = None) -> Slot | None:
    """The first booking that ``slot`` would collide with, its own old version left out (rules.md 22), and ``but``."""
    relatives = family(parents(session), survivors(session, Venue.kind).of(slot.venue))
    held = blocking(session, relatives, slot.start, slot.end, slot.id)
    return next((other for other in held if other.id != but and conflict(slot, other)), None)


def check(unit: Unit, record: Booking, before: Mapping[str, Any] | None) -> Iterator[Fault]:
    """Faults of a booking about to be written; also stores the venue's buffers on it (rules.md 6)."""
    faults = list(ends_after_start(record.start, record.end, "end"))
    yield from faults
    known = survivors(unit.session, Venue.kind)
    venue = unit.session.scalars(select(Venue).where(Venue.id == known.of(record.venue))).first()
    if venue is None or faults:
        return
    for side in ("before", "after"):
        if getattr(record, side) is None:
            setattr(record, side, getattr(venue, side) or 0)
    if before is None or before["venue"] != record.venue:
        if venue.status == "retired" or venue.deleted:
            yield Fault("venue", _("“{venue}”已停用", venue=venue.name), _("请另选场地"))
        elif venue.status == "paused":
            unit.notices.append(_("“{venue}”目前暂停开放。", venue=venue.name))
    if record.headcount and venue.capacity and record.headcount > venue.capacity:
        unit.notices.append(_("“{venue}”容纳 {n} 人，预约人数超过了。", venue=venue.name, n=venue.capacity))
    told = ("venue", "start", "end", "status", "before", "after", "yields_to")
    moved = before is None or any(before[name] != getattr(record, name) for name in told)
    if record.status not in BLOCKING or record.yields_to or not moved:
        return
    slot = Slot(record.id, record.venue, record.start, record.end, record.before or 0, record.after or 0)
    # A yield that is taken back: the clash of before is there again, a finding; only who came since is in the way.
    back = before is not None and before["yields_to"] and all(before[n] == getattr(record, n) for n in told[:4])
    with unit.session.no_autoflush:
        other = taken_by(unit.session, slot, before["yields_to"] if before is not None and back else None)
        if other is not None:
            yield _refusal(unit.session, venue, slot, other)


def _refusal(session: Session, venue: Venue, slot: Slot, other: Slot) -> Fault:
    name = session.scalar(select(Venue.name).where(Venue.id == other.venue)) or venue.name
    span, who = say_span(other.start, other.end), other.who or _("他人")
    if slot.start < other.end and other.start < slot.end:
        error = _("{venue} {span} 已被 {who} 预约", venue=name, span=span, who=who)
    else:
        gap = max(slot.after, other.before) if slot.end <= other.start else max(other.after, slot.before)
        error = _("{venue} {span} 已被 {who} 预约，之间须留 {n} 分钟布置和清场", venue=name, span=span, who=who, n=gap)
    offers = [*_other_rooms(session, venue, slot), *_later(session, venue, slot)]
    mend = _("可选：{offers}。", offers="，".join(offers)) if offers else _("请改时间或另选场地。")
    return Fault("venue", error, mend)


def _other_rooms(session: Session, venue: Venue, slot: Slot) -> Iterator[str]:
    """One free room of at least the same capacity, if there is any among the nearest."""
    query = select(Venue.id, Venue.name).where(
        Venue.deleted.is_(False),
        standing(Venue.kind, survivors(session, Venue.kind)),
        Venue.id != venue.id,
        Venue.status == "open",
        Venue.capacity >= (venue.capacity or 0),
    )
    for row in session.execute(query.order_by(Venue.capacity, Venue.name).limit(8)):
        if taken_by(session, Slot(slot.id, row.id, slot.start, slot.end, slot.before, slot.after)) is None:
            yield _("{venue} 同时段", venue=row.name)
            return


def _later(session: Session, venue: Venue, slot: Slot) -> Iterator[str]:
    """The next start on the same day, within the opening hours, at which the room is free for as long."""
    length = minutes_between(slot.start, slot.end)
    midnight = shift(f"{slot.start[:10]}T00:00", 1440)
    hours = opening_hours(venue.opens)
    closes = shift(f"{slot.start[:10]}T00:00", hours[-1][1]) if hours else midnight
    start = slot.start
    for _attempt in range(20):
        moved = Slot(slot.id, slot.venue, start, shift(start, length), slot.before, slot.after)
        if moved.end > closes:
            return
        other = taken_by(session, moved)
        if other is None:
            yield _("本场地 {time} 起", time=say_time(start))
            return
        start = shift(other.end, max(other.after, slot.before))
