"""What the rules of lending look up again and again within one unit of work: read once, forgotten when it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, inspect, select

from app.models.bookings import BLOCKING, Booking
from app.models.record import Record
from app.models.registry import KINDS
from app.models.venues import Venue
from app.services import states, strikes
from app.services.availability import Diary
from app.services.booking import held_by
from app.services.center import center
from app.services.clients import Client, Named, client_of
from app.services.office import Unit
from app.services.premises import Premises, midnight_after
from app.services.quotas import Ledger
from app.services.strikes import Suspension
from app.services.survivors import Merged
from app.services.times import shift

FOLLOWED = frozenset({"booking", "booking_equipment", "booking_series", "fee_line", "key_handover"})
"""Kinds of which a write changes nothing here, or is followed as it happens; after that of any other all is read anew."""
DAY = 1440


@dataclass
class _Ahead:
    """What holds any room from the day of ``low`` to that of ``high``, and what each client has booked; it follows what
    the unit writes."""

    low: str
    high: str
    diary: Diary
    ledger: Ledger
    suspended: dict[Client | None, Suspension | None]


class Lookups:
    """Of one unit. Get it with :func:`lookups`."""

    def __init__(self, unit: Unit) -> None:
        self._unit, self._session = unit, unit.session
        self._ahead: _Ahead | None = None
        self._behind = False
        """Whether the past was written to since the last flush: no-shows are counted by the database."""
        self._forget()
        event.listen(unit.session, "after_flush", self._after_flush)

    def _forget(self) -> None:
        self._premises: Premises | None = None
        self._release: states.Minutes | None = None
        self._center: tuple[Any] | None = None
        self._venues: dict[str, Venue | None] = {}
        self._names: dict[tuple[str, str], str | None] = {}
        self._ahead = None

    @property
    def premises(self) -> Premises:
        """The rooms."""
        self._premises = self._premises or Premises(self._session)
        return self._premises

    @property
    def merged(self) -> Merged:
        """Who stands for whom."""
        return self.premises.known

    @property
    def release(self) -> states.Minutes:
        """Per venue, after how many minutes a booking is released (rules.md 24)."""
        if self._release is None:
            self._release = states.release_minutes(self._session, self.premises.merged)
        return self._release

    @property
    def center(self) -> Any:
        """The center's own record, or None."""
        if self._center is None:
            self._center = (center(self._session, self._unit.office.scope),)
        return self._center[0]

    def venue(self, venue: str | None) -> Venue | None:
        """The venue a link means: the one it names, or who stands for that."""
        if venue is None:
            return None
        if venue not in self._venues:
            stands = self.premises.merged.of(venue)
            held = self._session.get(Venue, (self._unit.office.scope, stands))
            self._venues[venue] = held or self._session.scalars(select(Venue).where(Venue.id == stands)).first()
        return self._venues[venue]

    def name_of(self, owner: str, kind: str, record_id: str) -> str | None:
        """What ``owner`` calls a client, or who stands for it."""
        if (owner, record_id) not in self._names:
            held = self._session.get(KINDS[kind].model, (owner, self.merged.of(kind, record_id)))
            self._names[owner, record_id] = getattr(held, "name", None)
        return self._names[owner, record_id]

    # -- many bookings at once ---------------------------------------------------------------------------------

    def look_ahead(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Read at once what the rules will ask about bookings of ``rows``, whose values are in stored form. From then
        on they need not be flushed one by one to see each other."""
        spans = [(row["start"], row["end"]) for row in rows if row.get("start") and row.get("end")]
        if not spans:
            return
        self._session.flush()
        low, high = min(start for start, _end in spans), max(end for _start, end in spans)
        first, last = shift(low, -DAY), shift(high, DAY)
        now, premises = self._unit.office.now, self.premises
        diary = Diary(self._session, now, premises, (place.id for place in premises.read()), first, last)
        self._ahead = _Ahead(low, high, diary, Ledger(self._session, now, merged=self.merged, span=(first, last)), {})
        self._behind = False

    def covers(self, values: Mapping[str, Any], before: Mapping[str, Any] | None) -> bool:
        """Whether what :meth:`look_ahead` read is enough for a booking that is given ``values``."""
        if self._ahead is None:
            return False
        if self._behind and self.center is not None and self.center.strike_limit:
            return False
        start, end = (values.get(name) or (before or {}).get(name) for name in ("start", "end"))
        return isinstance(start, str) and isinstance(end, str) and self._ahead.low <= start and end <= self._ahead.high

    def wrote(self, record: Booking, before: Mapping[str, Any] | None = None) -> None:
        """Follow a booking that was just written, or is about to be flushed; ``before``: its values of before."""
        if self._ahead is None:
            return
        now = self._unit.office.now
        self._behind = self._behind or min(record.start, (before or {}).get("start") or record.start) <= now
        holds = (
            not record.deleted and not record.yields_to and record.merged_into is None and bool(record.venue)
            and record.end > record.start and record.status in BLOCKING
            and states.holds(record.status, record.start, record.checked_in_at, self.release.get(record.venue), now)
        )  # fmt: skip
        competing = self.premises.competing
        self._ahead.diary.follow(record.id, held_by(record, self.premises.merged, competing) if holds else None)
        self._ahead.ledger.follow(record)

    def diary(self, venues: Iterable[str], start: str, end: str) -> Diary:
        """What holds ``venues`` within [start, end)."""
        ahead = self._ahead
        if ahead is not None and ahead.low[:10] <= start and end <= midnight_after(ahead.high):
            return ahead.diary
        return Diary(self._session, self._unit.office.now, self.premises, venues, start, end)

    @property
    def ledger(self) -> Ledger:
        """What clients have booked, against the quotas."""
        if self._ahead is not None:
            return self._ahead.ledger
        return Ledger(self._session, self._unit.office.now, merged=self.merged)

    def suspended(self, who: Named) -> Suspension | None:
        """Whether no-shows suspend a client (rules.md 24)."""
        known = {} if self._ahead is None else self._ahead.suspended
        client = client_of(self.merged, who)
        if client not in known:
            known[client] = strikes.suspended(self._session, self.center, self._unit.office.now, who, self.merged)
        return known[client]

    # -- what was written --------------------------------------------------------------------------------------

    def _after_flush(self, session: Any, _context: Any) -> None:
        self._behind = False
        if self._ahead is not None:
            self._ahead.suspended.clear()
        for record in (*session.new, *session.dirty):
            if not isinstance(record, Record):
                continue
            merged = record not in session.new and inspect(record).attrs["merged_into"].history.has_changes()
            if merged or record.kind.name not in FOLLOWED:
                self._forget()
                return
            if isinstance(record, Booking):
                self.wrote(record)
        self._behind = False


def lookups(unit: Unit) -> Lookups:
    """Those of ``unit``."""
    found = unit.memory.get("lookups")
    if not isinstance(found, Lookups):
        found = unit.memory["lookups"] = Lookups(unit)
    return found
