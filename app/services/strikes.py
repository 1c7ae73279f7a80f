"""Strikes: who did not come, how often, and whether that suspends (rules.md 24). Counted, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.bookings import Booking
from app.services import states
from app.services.clients import Named, client_of
from app.services.survivors import Merged
from app.text import _, listed

DAYS = 180
"""Of the center's setting, where it has none."""


@dataclass(frozen=True)
class Strike:
    """A booking to which nobody came."""

    booking: str
    start: str


@dataclass(frozen=True)
class Suspension:
    """Why a client may not book, and until when."""

    error: str
    mend: str


def strikes(session: Session, days: int, now: str, who: Named, merged: Merged | None = None) -> list[Strike]:
    """The no-shows of a client within ``days`` up to now, by start; also those that time alone has made."""
    merged = merged or Merged(session)
    client = client_of(merged, who)
    if client is None:
        return []
    since = (datetime.fromisoformat(now) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")
    b = Booking.__table__.c
    query = select(b.id, b.venue, b.start, b.status, b.checked_in_at).where(
        client.among(b), b.start >= since, b.start <= now, b.status.in_(("no_show", "confirmed")), b.deleted.is_(False),
        b.yields_to.is_(None), merged.standing(Booking.kind),
    )  # fmt: skip
    rows = list(session.execute(query.order_by(b.start, b.id)))
    minutes = states.release_minutes(session) if rows else {}
    return [
        Strike(row.id, row.start)
        for row in rows
        if states.shown(row.status, row.start, row.checked_in_at, minutes.get(row.venue), now) == "no_show"
    ]


def suspended(session: Session, settings: Any, now: str, who: Named, merged: Merged | None = None) -> Suspension | None:
    """Whether so many no-shows, within the days the center counts, suspend the client; the sentence names their dates.
    ``settings``: the record of the center, or None."""
    if settings is None or not settings.strike_limit:
        return None
    days = settings.strike_days or DAYS
    found = strikes(session, days, now, who, merged)
    if len(found) < settings.strike_limit:
        return None
    counted = found[-settings.strike_limit :]
    until = date.fromisoformat(counted[0].start[:10]) + timedelta(days=days + 1)
    error = _(
        "{days} 天内爽约 {n} 次（{dates}），已暂停预约", days=days, n=len(found),
        dates=listed(strike.start[:10] for strike in found),
    )  # fmt: skip
    return Suspension(error, _("{date} 起可以再约", date=until.isoformat()))
