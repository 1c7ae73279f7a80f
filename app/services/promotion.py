"""The waiting list for a slot: who is offered what became free (rules.md 26-30). One service promotes, whatever frees the
place; it looks at every rule of booking, offers no more than is free, and nothing after the start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Fault
from app.models.bookings import Booking, SlotWaiting
from app.models.venues import Venue
from app.services import states, strikes
from app.services.availability import Verdict, Wish, slot_of, verdicts, wrong
from app.services.booking import MAX_BUFFER, Slot, client, conflict
from app.services.center import center
from app.services.clients import Client, client_of
from app.services.office import Unit
from app.services.policy import notice_of
from app.services.premises import Premises
from app.services.survivors import Merged
from app.services.times import ends_after_start, say_day, say_span, say_time, shift
from app.sync.log import DEMO
from app.text import _

OFFER_HOURS = 24
"""Of the center's setting, where it has none."""
EVER = ("0000-01-01T00:00", "9999-12-31T00:00")

Before = Mapping[str, Any] | None


@dataclass(frozen=True)
class Freed:
    """Where something may have become free: a venue with its relatives, or with None every one; [start, end)."""

    venue: str | None = None
    start: str = EVER[0]
    end: str = EVER[1]


@dataclass(frozen=True)
class Offer:
    """Who is to be offered their slot, and until when it is held for them."""

    entry: str
    until: str


@dataclass(frozen=True)
class Plan:
    """What the waiting list asks for now: ``offers``, and entries of people who have the room already (``leaving``)."""

    offers: tuple[Offer, ...] = ()
    leaving: tuple[str, ...] = ()


@dataclass
class _Promoting:
    """What this unit has freed so far; called when all of it is written."""

    unit: Unit
    freed: list[Freed] = field(default_factory=list)

    def __call__(self) -> None:
        promote(self.unit, self.freed)


def freed(unit: Unit, *places: Freed) -> None:
    """Note what may have become free; when the unit has written everything, it is offered to who waits."""
    if unit.quiet or not places:
        return
    promoting = unit.last.setdefault("promote", _Promoting(unit))
    assert isinstance(promoting, _Promoting)
    promoting.freed.extend(places)


def promote(unit: Unit, places: Sequence[Freed] | None = None) -> Plan:
    """Offer what is free in ``places``, or anywhere, to who waits for it; returns what was done."""
    done = plan(unit.session, unit.office.scope, unit.office.now, places)
    for entry in done.leaving:
        record = _entry(unit, entry)
        record.status = "left"
        unit.notices.append(_("{who} 已经约到这个时段，不再候补。", who=client(record) or _("未写明")))
    for offer in done.offers:
        record = _entry(unit, offer.entry)
        record.status, record.offer_until = "offered", offer.until
        unit.notices.append(
            _("{span} 空出，请通知候补的 {who} 在 {day} {time} 前确认。", who=client(record) or _("未写明"),
              span=say_span(record.start, record.end), day=say_day(offer.until), time=say_time(offer.until))
        )  # fmt: skip
    unit.session.flush()
    return done


def plan(session: Session, scope: str, now: str, places: Sequence[Freed] | None = None) -> Plan:
    """Who is next, in order of priority and time of joining; only reads.

    In a venue with strict order nobody passes one who waits longer for the same time and cannot have it yet; with
    "first that fits" they do. A time that is closed to somebody (out of hours, over quota) holds nobody up.
    """
    waiting = _waiting(session, scope, now)
    if not waiting:
        return Plan()
    queue = _Queue(session, scope, now, waiting)
    return queue.plan(places)


def _waiting(session: Session, scope: str, now: str) -> list[Any]:
    w = SlotWaiting.__table__.c
    query = select(SlotWaiting.__table__).where(
        w.status == "waiting", w.deleted.is_(False), Merged(session).standing(SlotWaiting.kind), w.venue.is_not(None),
        w.start > now, w.end > w.start, w.owner.in_((scope, DEMO)),
    )  # fmt: skip
    order = (func.coalesce(w.priority, 0).desc(), func.coalesce(w.joined_at, EVER[1]), w.id)
    return list(session.execute(query.order_by(*order)))


def wish_of(entry: Any) -> Wish:
    """What an entry of the waiting list asks for."""
    return Wish(
        entry.venue, entry.start, entry.end, client_kind=entry.client_kind, client=entry.client,
        client_name=entry.client_name, id=entry.id,
    )  # fmt: skip


class _Queue:
    """The entries that wait, in their order, and what stands against each."""

    def __init__(self, session: Session, scope: str, now: str, waiting: list[Any]) -> None:
        self._session, self._scope, self._now, self._waiting = session, scope, now, waiting
        self._merged = Merged(session)
        self._premises = Premises(session)
        self._premises.read(row.venue for row in waiting)
        self._slots = {row.id: slot for row in waiting if (slot := self._slot(row)) is not None}

    def plan(self, places: Sequence[Freed] | None) -> Plan:
        asked = [row for row in self._waiting if row.id in self._slots and (places is None or self._near(row, places))]
        if not asked:
            return Plan()
        mine = [self._slots[row.id] for row in asked]
        rows = [row for row in self._waiting if row.id in self._slots and self._meets(self._slots[row.id], mine)]
        said = dict(zip((row.id for row in rows), verdicts(self._session, self._now, map(wish_of, rows)), strict=True))
        orders, wanted = self._orders(rows), {row.id for row in asked}
        given: list[Slot] = []
        ahead: list[tuple[Slot, Any]] = []
        offers: list[Offer] = []
        leaving: list[str] = []
        for row in rows:
            slot, verdict = self._slots[row.id], said[row.id]
            if self._has_it(row, verdict):
                leaving.append(row.id)
            elif verdict.state in ("free", "taken"):
                fits = verdict.state == "free" and not self._too_many(row) and not self._meets(slot, given)
                if not fits or (orders.get(slot.venue) != "fits" and self._behind(slot, ahead)):
                    ahead.append((slot, row))
                elif not self._suspended(row):
                    given.append(slot)
                    if row.id in wanted:
                        offers.append(Offer(row.id, self.until(row)))
        return Plan(tuple(offers), tuple(leaving))

    def _slot(self, row: Any) -> Slot | None:
        place = self._premises.place(row.venue)
        return None if place is None or wrong(place, row.start, row.end) else slot_of(place, wish_of(row))

    def _near(self, row: Any, places: Iterable[Freed]) -> bool:
        low, high = shift(row.start, -MAX_BUFFER), shift(row.end, MAX_BUFFER)
        family = self._premises.family(self._slots[row.id].venue)
        return any(
            one.start < high and low < one.end and (one.venue is None or self._merged["venue"].of(one.venue) in family)
            for one in places
        )

    def _meets(self, slot: Slot, others: Iterable[Slot]) -> bool:
        family = self._premises.family(slot.venue)
        return any(other.venue in family and conflict(slot, other) for other in others)

    def _behind(self, slot: Slot, ahead: Iterable[tuple[Slot, Any]]) -> bool:
        """Whether somebody who may have the room waits longer for some of the same time."""
        return any(self._meets(slot, [other]) and not self._suspended(row) for other, row in ahead)

    def _suspended(self, row: Any) -> bool:
        settings = self._settings
        if settings is None or not settings.strike_limit:
            return False
        return (
            strikes.suspended(self._session, center(self._session, self._scope), self._now, row, self._merged)
            is not None
        )

    @cached_property
    def _settings(self) -> Any:
        return center(self._session, self._scope)

    def _orders(self, rows: Iterable[Any]) -> dict[str, str]:
        v, wanted = Venue.__table__.c, {self._slots[row.id].venue for row in rows}
        query = select(v.id, v.waiting_order).where(v.id.in_(sorted(wanted)))
        return {row.id: row.waiting_order or "strict" for row in self._session.execute(query)}

    def _has_it(self, row: Any, verdict: Verdict) -> bool:
        """rules.md 30: who has the room already is taken off the list."""
        who = client_of(self._merged, row) if verdict.state == "taken" else None
        if who is None:
            return False
        venue = self._slots[row.id].venue
        return any(v == venue and start < row.end and row.start < end for v, start, end in self._held.get(who, ()))

    @cached_property
    def _held(self) -> Mapping[Client, list[tuple[str, str, str]]]:
        """Which of the rooms somebody waits for each client has booked: venue, start, end."""
        b, rooms = Booking.__table__.c, self._merged["venue"]
        query = select(b.venue, b.start, b.end, b.client, b.client_name).where(
            states.blocking(states.release_minutes(self._session), self._now), self._merged.standing(Booking.kind),
            b.venue.in_(rooms.family({slot.venue for slot in self._slots.values()})), b.end > self._now,
            b.start < max(row.end for row in self._waiting), b.end > min(row.start for row in self._waiting),
        )  # fmt: skip
        found: dict[Client, list[tuple[str, str, str]]] = {}
        rows: list[Any] = list(self._session.execute(query))
        for row in rows:
            if who := client_of(self._merged, row):
                found.setdefault(who, []).append((rooms.of(row.venue), row.start, row.end))
        return found

    def _too_many(self, row: Any) -> bool:
        place = self._premises.place(row.venue)
        return bool(row.headcount and place and place.capacity and row.headcount > place.capacity)

    def until(self, row: Any) -> str:
        """rules.md 28: held for the hours the center gives, and never beyond the start."""
        settings = self._settings
        hours = settings.offer_hours if settings is not None and settings.offer_hours else OFFER_HOURS
        return min(shift(self._now, hours * 60), row.start)


def check(unit: Unit, record: SlotWaiting, before: Before) -> Iterator[Fault]:
    """Faults of an entry of the waiting list; fills in when it joined."""
    now = unit.office.now
    faults = list(ends_after_start(record.start, record.end, "end"))
    yield from faults
    if faults:
        return
    if before is None and not record.joined_at:
        record.joined_at = now
    if record.status not in ("waiting", "offered"):
        if record.status == "accepted" and not record.booking:
            yield Fault("status", _("接受候补要同时登记预约"), _("请用“接受”办理"))
        return
    if record.status == "waiting":
        record.offer_until = None
    fresh = before is None or any(before[name] != getattr(record, name) for name in ("status", "venue", "start", "end"))
    if not fresh:
        return
    if record.start <= now:
        yield Fault("start", _("已经开始了，不能再候补"), _("请改时间"))
        return
    yield from _venue_faults(unit, record)
    if twin := _twin(unit, record):
        yield Fault("client_name", _("已经在候补这个时段（{number}）", number=twin), _("不必重复登记"))
    if record.status == "offered":
        yield from _offered(unit, record)


def _venue_faults(unit: Unit, record: SlotWaiting) -> Iterator[Fault]:
    place = Premises(unit.session).place(record.venue)
    if said := wrong(place, record.start, record.end):
        yield Fault("venue", said, _("请改时间或另选场地"))
    elif not unit.quiet:
        yield from notice_of(unit, record, lambda: record.joined_at or unit.office.now)
        if place and record.headcount and place.capacity and record.headcount > place.capacity:
            unit.notices.append(_("“{venue}”容纳 {n} 人，预约人数超过了。", venue=place.name, n=place.capacity))


def _offered(unit: Unit, record: SlotWaiting) -> Iterator[Fault]:
    """Held for somebody by hand, or again by an undo: only what is free."""
    record.offer_until = record.offer_until or _Queue(unit.session, unit.office.scope, unit.office.now, []).until(
        record
    )
    if record.offer_until <= unit.office.now:
        return
    (verdict,) = verdicts(unit.session, unit.office.now, [wish_of(record)])
    if verdict.state != "free":
        yield Fault("status", _("这个时段不空：{by}", by=verdict.by), _("请继续候补，或改时间"))


def _twin(unit: Unit, record: SlotWaiting) -> str | None:
    w, who = SlotWaiting.__table__.c, client_of(Merged(unit.session), record)
    if who is None:
        return None
    query = select(w.number).where(
        who.among(w), w.venue == record.venue, w.start == record.start, w.end == record.end, w.id != record.id,
        w.deleted.is_(False), (w.status == "waiting") | states.offered(unit.office.now),
    )  # fmt: skip
    return unit.session.scalar(query.limit(1))


def _entry(unit: Unit, entry: str) -> SlotWaiting:
    record = unit.load("slot_waiting", entry)
    assert isinstance(record, SlotWaiting)
    return record
