"""The policy of lending rooms: notice, quotas, suspension after no-shows, and what a cancellation must say (rules.md
5, 19-24). What is policy may be overridden with a reason; it is asked when a booking is made, moved or brought back to
life, never of what is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from app.errors import Fault
from app.models.bookings import BLOCKING, BOOKING_STATUS, Booking, SlotWaiting
from app.services.lookups import lookups
from app.services.office import Unit
from app.services.quotas import Booked
from app.services.times import say_day, say_time, shift
from app.text import _

OPEN = frozenset({"requested", "tentative", "confirmed"})
"""Bookings to which nobody has come yet."""
PENDING = frozenset({"requested", "tentative"})
NOT_GRANTED = frozenset({"cancelled", "rejected"})
DAY = 1440

Before = Mapping[str, Any] | None


def check(unit: Unit, record: Booking, before: Before) -> Iterator[Fault]:
    """Faults of a booking by policy. Fills in who cancelled or approved it and when."""
    yield from _ended(unit, record, before)
    if not unit.quiet and not (before is None and record.heads):
        _too_early(unit, record, before)
    if record.condition == "damaged" and not record.damage and (before is None or before["condition"] != "damaged"):
        yield Fault("damage", _("没有写明损坏情况"), _("请写明什么损坏了"))
    _noted(unit, record, before)
    if record.status not in BLOCKING or record.yields_to or not record.start or not record.end:
        return
    if record.end <= unit.office.now:
        return
    faults = [*_notice(unit, record, before), *_suspended(unit, record, before), *_quota(unit, record, before)]
    if unit.quiet or (before is None and record.heads):  # it comes back: policy was asked when it was made
        unit.notices.extend(fault.error for fault in faults)
    else:
        yield from faults


def _new(record: Booking, before: Before, *names: str) -> bool:
    """Whether it holds a room that it did not hold before, or one of ``names`` is another now."""
    if before is None or before["status"] not in BLOCKING or before["yields_to"]:
        return True
    return any(before[name] != getattr(record, name) for name in names)


def _notice(unit: Unit, record: Booking, before: Before) -> Iterator[Fault]:
    if record.start > unit.office.now and _new(record, before, "start", "venue"):
        yield from notice_of(unit, record, lambda: _asked_at(unit, record))


def notice_of(unit: Unit, record: Any, asked_at: Callable[[], str]) -> Iterator[Fault]:
    """rules.md 20, of anything with a venue and a start: measured from when it was asked for; a limit of N days allows
    exactly N."""
    venue = lookups(unit).venue(record.venue)
    if venue is None:
        return
    if venue.notice_days and record.start < shift(unit.office.now, venue.notice_days * DAY):
        first = shift(asked_at(), venue.notice_days * DAY)
        if record.start < first:
            error = _("“{venue}”须至少提前 {n} 天预约", venue=venue.name, n=venue.notice_days)
            mend = _("现在最早可约 {day} {time} 开始", day=say_day(first), time=say_time(first))
            yield Fault("start", error, mend, policy=True)
    if venue.ahead_days is not None:
        last = shift(unit.office.now, venue.ahead_days * DAY)
        if record.start > last:
            error = _("“{venue}”最多提前 {n} 天预约", venue=venue.name, n=venue.ahead_days)
            mend = _("现在最晚可约 {day} {time} 开始", day=say_day(last), time=say_time(last))
            yield Fault("start", error, mend, policy=True)


def _asked_at(unit: Unit, record: Booking) -> str:
    """When it was asked for: who comes from the waiting list asked when they joined it."""
    w = SlotWaiting.__table__.c
    query = select(w.joined_at).where(w.booking == record.id, w.status == "accepted", w.deleted.is_(False))
    return min(unit.session.scalar(query.limit(1)) or unit.office.now, unit.office.now)


def _suspended(unit: Unit, record: Booking, before: Before) -> Iterator[Fault]:
    """rules.md 24."""
    if not _new(record, before, "client", "client_name"):
        return
    if said := lookups(unit).suspended(record):
        yield Fault("client_name", said.error, said.mend, policy=True)


def _quota(unit: Unit, record: Booking, before: Before) -> Iterator[Fault]:
    """rules.md 21 and 22."""
    if not _new(record, before, "venue", "start", "end", "client_kind", "client", "client_name"):
        return
    wish = Booked(
        record.id, record.venue, record.start, record.end, record.status, record.client_kind, record.client,
        record.client_name,
    )  # fmt: skip
    if said := lookups(unit).ledger.over(wish):
        yield Fault("client_name", said, _("请改到别的时间，或减少次数"), policy=True)


def _ended(unit: Unit, record: Booking, before: Before) -> Iterator[Fault]:
    """rules.md 19: what is cancelled or rejected keeps its row, with reason, person and time."""
    if record.status not in NOT_GRANTED:
        if before is not None and before["status"] in NOT_GRANTED:
            record.cancel_reason = record.cancelled_at = record.cancelled_by = None
        return
    if before is None:
        return
    became = before["status"] != record.status
    if not record.cancel_reason and (became or before["cancel_reason"]):
        error = _("取消要有理由") if record.status == "cancelled" else _("不批准要有理由")
        yield Fault("cancel_reason", error, _("请填写“取消或不批准的理由”"))
    if became and record.status == "cancelled" and not unit.quiet:
        record.cancelled_at = record.cancelled_at or unit.office.now
        record.cancelled_by = record.cancelled_by or unit.office.actor or None
        venue = lookups(unit).venue(record.venue)
        if (
            venue is not None
            and venue.cancel_hours
            and record.cancelled_at > shift(record.start, -60 * venue.cancel_hours)
        ):
            unit.notices.append(_("已过取消时限（开始前 {n} 小时），计为逾期取消。", n=venue.cancel_hours))


def _too_early(unit: Unit, record: Booking, before: Before) -> None:
    """Tell of a booking that is over, or in use, before its time: the steps of the counter refuse that (rules.md 24)."""
    if not record.start or record.start <= unit.office.now:
        return
    if before is not None and before["status"] == record.status and before["start"] == record.start:
        return
    early = record.status == "no_show" or (record.status == "closed" and not record.checked_in_at)
    if early or (record.status == "checked_in" and record.start[:10] > unit.office.today):
        word = _(dict(BOOKING_STATUS)[record.status])
        unit.notices.append(_("预约还没有开始，状态却是“{status}”，请核对。", status=word))


def _noted(unit: Unit, record: Booking, before: Before) -> None:
    """What follows from a change of status and nobody typed."""
    if before is None or before["status"] == record.status or unit.quiet:
        return
    if before["status"] in PENDING and record.status == "confirmed":
        record.approved_by = record.approved_by or unit.office.actor or None
        record.approved_on = record.approved_on or unit.office.today
    if record.status == "checked_in":
        record.checked_in_at = record.checked_in_at or unit.office.now
    elif record.status == "closed" and before["status"] == "checked_in":
        record.checked_out_at = record.checked_out_at or unit.office.now
    elif record.status in OPEN and before["status"] in ("checked_in", "closed"):
        record.checked_in_at = record.checked_out_at = None
