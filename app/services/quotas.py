"""Quotas: how much a client may book in a period (rules.md 21, 22)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.models.bookings import BLOCKING, Booking
from app.models.registry import KINDS
from app.models.venues import CLIENT_TARGETS, Closure, Venue
from app.services.booking import family, parents
from app.services.clients import Client, Named, client_of
from app.services.quota_limits import Limit, exceeded, limits, period
from app.services.survivors import Merged
from app.services.times import shift

PENDING = frozenset({"requested", "tentative"})
"""Asked for and not granted yet."""
_FAR = 366 * 1440
"""Minutes by which the bookings that were read reach beyond a wish that asks for more of them."""


class Wished(Named, Protocol):
    """What a quota looks at: a booking, or the wish for one."""

    @property
    def id(self) -> str: ...
    @property
    def venue(self) -> str: ...
    @property
    def start(self) -> str: ...
    @property
    def end(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def client_kind(self) -> str | None: ...


@dataclass(frozen=True)
class Booked:
    """A booking as the quotas see it."""

    id: str
    venue: str
    start: str
    end: str
    status: str
    client_kind: str | None
    client: str | None
    client_name: str | None


@dataclass
class _Account:
    """What one client has booked between ``low`` and ``high``, and per quota and period how much that is."""

    low: str = ""
    high: str = ""
    bookings: dict[str, Wished] = field(default_factory=dict)
    """As they are stored, by id."""
    written: dict[str, Booked] = field(default_factory=dict)
    """Of them those that this unit wrote, which the database may not have yet."""
    taken: list[Wished] = field(default_factory=list)
    used: dict[int, dict[date, int]] = field(default_factory=dict)


class Ledger:
    """Asks the quotas for many wishes within one session; each client's bookings are read once."""

    def __init__(
        self, session: Session, now: str, leave_out: Collection[str] = (), merged: Merged | None = None,
        span: tuple[str, str] = ("", ""),
    ) -> None:  # fmt: skip
        """``leave_out``: ids of bookings whose stored version does not count, since all of them are about to change.
        ``span``: between which times wishes lie, where that is known."""
        self._session, self._now, self._left_out = session, now, set(leave_out)
        self._merged = merged or Merged(session)
        self._limits = limits(session, self._merged)
        self._accounts: dict[Client, _Account] = {}
        self._holders: dict[str, Client] = {}
        """By booking, whose account has it."""
        self._written: set[str] = set()
        self._span = span
        self._kinds: dict[str, str | None] = {}
        self._late: dict[str, int] | None = None

    def over(self, wish: Wished) -> str | None:
        """The quota that ``wish`` would exceed, in a plain sentence; None where all hold. Its own old version, the
        booking of the same id, is left out (rules.md 22)."""
        if not self._limits or wish.status not in BLOCKING or wish.end <= wish.start:
            return None
        client = client_of(self._merged, wish)
        if client is None:
            return None
        for at, limit in enumerate(self._limits):
            if not self._applies(limit, wish):
                continue
            parts = limit.parts(wish.start, wish.end)
            if not parts:
                continue
            account = self._account(client, limit, parts)
            own = account.bookings.get(wish.id)
            old = limit.parts(own.start, own.end) if own and self._covers(limit, own.venue) else {}
            for first, minutes in sorted(parts.items()):
                used = account.used[at].get(first, 0) - (limit.used(old[first]) if first in old else 0)
                wanted = used + limit.used(minutes)
                if wanted > limit.most:
                    return exceeded(limit, first, used, wanted)
        return None

    def take(self, wish: Wished) -> None:
        """Count ``wish`` from now on, as if it were booked: the next of a series stands beside it."""
        client = client_of(self._merged, wish)
        if client is None or wish.status not in BLOCKING:
            return
        account = self._accounts.setdefault(client, _Account())
        account.taken.append(wish)
        self._count(account, wish)

    def follow(self, record: Any) -> None:
        """Count a booking that was written since as it is now, and no more as it was."""
        if not self._limits:
            return
        self._written.add(record.id)
        if record.id in self._holders:
            held = self._accounts[self._holders.pop(record.id)]
            held.written.pop(record.id, None)
            self._count(held, held.bookings.pop(record.id), -1)
        client = client_of(self._merged, record) if self._counts(record) else None
        if client is None:
            return
        account = self._accounts.setdefault(client, _Account())
        account.written[record.id] = account.bookings[record.id] = one = Booked(
            record.id, record.venue, record.start, record.end, record.status, record.client_kind, record.client,
            record.client_name,
        )  # fmt: skip
        self._holders[record.id] = client
        self._count(account, one)

    def _counts(self, record: Any) -> bool:
        """What :meth:`_booked` asks of a row."""
        if record.deleted or record.yields_to or record.merged_into is not None or not record.venue:
            return False
        if record.end <= record.start:
            return False
        if record.status in PENDING:
            return record.end > self._now
        if record.status == "cancelled":
            return bool(record.cancelled_at) and self._cancelled_late(record)
        return record.status in BLOCKING or record.status == "no_show"

    def _applies(self, limit: Limit, wish: Wished) -> bool:
        if limit.client_kind and limit.client_kind != self._kind(wish):
            return False
        if limit.client and (not wish.client or limit.client not in (client_of(self._merged, wish) or Client()).ids):
            return False
        return self._covers(limit, wish.venue)

    def _kind(self, wish: Wished) -> str | None:
        """As the wish says; else as the linked record is."""
        if wish.client_kind or not wish.client:
            return wish.client_kind
        if wish.client not in self._kinds:
            tables = ((code, KINDS[kind].model.__table__) for code, kind in CLIENT_TARGETS.items())
            self._kinds[wish.client] = next(
                (
                    code
                    for code, t in tables
                    if self._session.scalar(select(t.c.id).where(t.c.id == wish.client).limit(1))
                ),
                None,
            )
        return self._kinds[wish.client]

    def _covers(self, limit: Limit, venue: str) -> bool:
        return limit.venues is None or self._merged["venue"].of(venue) in limit.venues

    def _account(self, client: Client, limit: Limit, parts: Mapping[date, int]) -> _Account:
        """The client's account, read as far as the periods of ``parts`` reach."""
        account = self._accounts.setdefault(client, _Account())
        low = f"{min(parts)}T00:00"
        high = f"{period(limit.period, max(parts))[1]}T00:00"
        if not account.low:
            account.low, account.high = min(low, self._span[0] or low), max(high, self._span[1])
        elif low >= account.low and high <= account.high:
            return account
        else:  # a series goes on and on: read ahead
            account.low = shift(low, -_FAR) if low < account.low else account.low
            account.high = shift(high, _FAR) if high > account.high else account.high
        found = self._booked(client, account.low, account.high)
        account.bookings = {
            one.id: one for one in found if one.id not in self._left_out and one.id not in self._written
        }
        account.bookings |= account.written
        self._holders |= dict.fromkeys(account.bookings, client)
        account.used = {at: {} for at in range(len(self._limits))}
        for one in (*account.bookings.values(), *account.taken):
            self._count(account, one)
        return account

    def _count(self, account: _Account, one: Wished, sign: int = 1) -> None:
        for at, used in account.used.items():
            limit = self._limits[at]
            if self._covers(limit, one.venue):
                for first, minutes in limit.parts(one.start, one.end).items():
                    used[first] = used.get(first, 0) + sign * limit.used(minutes)

    def _booked(self, client: Client, low: str, high: str) -> Iterator[Booked]:
        """What counts: what is on, whoever did not come (computed ones are still confirmed), and who cancelled late; not
        what was asked for and never granted before its time was over."""
        b = Booking.__table__.c
        query = select(
            b.id, b.venue, b.start, b.end, b.status, b.client_kind, b.client, b.client_name, b.cancelled_at
        ).where(
            client.among(b), b.start < high, b.end > low, b.end > b.start, b.venue.is_not(None), b.deleted.is_(False),
            self._merged.standing(Booking.kind), b.yields_to.is_(None),
            or_(b.status.in_((*BLOCKING - PENDING, "no_show")), b.status.in_(PENDING) & (b.end > self._now),
                (b.status == "cancelled") & b.cancelled_at.is_not(None)),
        )  # fmt: skip
        for row in self._session.execute(query):
            if row.status != "cancelled" or self._cancelled_late(row):
                yield Booked(*row[:8])

    def _cancelled_late(self, row: Any) -> bool:
        """Later than the venue asks for, by the client; not because the room was closed."""
        if self._late is None:
            v = Venue.__table__.c
            query = select(v.id, v.cancel_hours).where(v.cancel_hours.is_not(None))
            self._late = {one.id: one.cancel_hours for one in self._session.execute(query)}
        hours = self._late.get(self._merged["venue"].of(row.venue), 0)
        return row.cancelled_at > shift(row.start, -60 * hours) and not self._closed(row)

    def _closed(self, row: Any) -> bool:
        c = Closure.__table__.c
        kin = family(parents(self._session), self._merged["venue"].of(row.venue))
        query = select(c.id).where(
            c.deleted.is_(False), c.sort == "closed", c.start < row.end, c.end > row.start,
            or_(c.venue.is_(None), c.venue.in_(self._merged["venue"].family(kin))),
        )  # fmt: skip
        return self._session.scalar(query.limit(1)) is not None
