"""Findings of the lending desk: keys that are not back, deposits not returned, offers that cannot all be kept
(rules.md 9, 25, 28)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import formats
from app.models.bookings import Booking, KeyHandover, SlotWaiting
from app.models.venues import Venue
from app.services import booking, states
from app.services.booking import Slot, conflict
from app.services.survivors import Merged
from app.services.times import say_day, say_span, say_time
from app.text import _

Found = tuple[str, str, tuple[str, ...], str, str]
"""Code, kind, ids, text, field."""


def keys_out(session: Session, merged: Merged, now: str) -> Iterator[Found]:
    """Keys that should be back by now."""
    k = KeyHandover.__table__.c
    query = select(k.id, k["keys"].label("named"), k.person_name, k.due_at).where(
        k.deleted.is_(False), merged.standing(KeyHandover.kind), k.back_at.is_(None), k.due_at < now
    )
    for row in session.execute(query.order_by(k.due_at, k.id)):
        text = _(
            "{who} 领走的“{keys}”应在 {day} {time} 归还", who=formats.mask_name(row.person_name or ""), keys=row.named or "",
            day=say_day(row.due_at), time=say_time(row.due_at),
        )  # fmt: skip
        yield "key", "key_handover", (row.id,), text, "back_at"


def deposits_held(session: Session, merged: Merged, now: str) -> Iterator[Found]:
    """Deposits still held of bookings that are over or off."""
    b = Booking.__table__.c
    over = b.status.in_(("closed", "cancelled", "rejected", "no_show", "expired")) | (b.end <= now)
    query = select(b.id, b.start, b.end, b.deposit, b.client_kind, b.client_name).where(
        b.deleted.is_(False), merged.standing(Booking.kind), b.deposit_state == "held", over
    )
    for row in session.execute(query.order_by(b.end, b.id)):
        who, span = booking.client(row) or _("未写明"), say_span(row.start, row.end)
        text = _("{who} {span} 的押金 {amount} 元还没有退", who=who, span=span, amount=row.deposit or "")
        yield "deposit", "booking", (row.id,), text, "pledge"


def offers(session: Session, merged: Merged, now: str) -> Iterator[Found]:
    """Offers to the waiting list that collide with each other or with a booking: two PCs gave one room away. Both are
    kept until a person says who gets it."""
    w, v = SlotWaiting.__table__.c, Venue.__table__.c
    query = select(w.id, w.venue, w.start, w.end, w.client_kind, w.client_name, w.purpose).where(
        states.offered(now), merged.standing(SlotWaiting.kind), w.venue.is_not(None), w.end > w.start
    )
    rows = list(session.execute(query.order_by(w.start, w.id)))
    if not rows:
        return
    above = booking.parents(session)
    names = {row.id: row.name for row in session.execute(select(v.id, v.name))}
    mine = {row.id for row in rows}
    for row in rows:
        slot = Slot(row.id, merged["venue"].of(row.venue), row.start, row.end, 0, 0)
        kin = booking.family(above, slot.venue)
        for other in booking.blocking(session, now, kin, row.start, row.end, row.id):
            if not conflict(slot, other) or (other.id in mine and other.id < row.id):
                continue
            text = _(
                "{venue} {span} 为候补的 {one} 保留着，同时有 {other}", venue=names.get(slot.venue, ""),
                span=say_span(row.start, row.end), one=_who(row), other=other.who or _("未写明"),
            )  # fmt: skip
            ids = tuple(sorted((row.id, other.id))) if other.id in mine else (row.id,)
            yield "offer", "slot_waiting", ids, text, "answer"


def _who(row: Any) -> str:
    return booking.client(row) or row.purpose or _("未写明")
