"""What a booking costs: price and fee frozen when it is made, differences as lines of their own, the deposit (rules.md
25)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Fault
from app.models.bookings import BLOCKING, Booking, FeeLine, KeyHandover
from app.services.ids import new_id
from app.services.lookups import lookups
from app.services.office import Unit
from app.services.times import minutes_between, say_day, say_time
from app.text import _

CENT = Decimal("0.01")
Before = Mapping[str, Any] | None


def computed(price: str | None, unit: str | None, start: str, end: str) -> Decimal | None:
    """``price`` for [start, end): by the hour, to the minute, or for the use; None where there is no price."""
    if price is None or end <= start:
        return None
    if unit == "use":
        return Decimal(price)
    return (Decimal(price) * minutes_between(start, end) / 60).quantize(CENT, ROUND_HALF_UP)


def totals(session: Session, bookings: Iterable[str]) -> dict[str, Decimal]:
    """Per booking that costs anything, its fee with every later difference."""
    wanted, b, f = list(bookings), Booking.__table__.c, FeeLine.__table__.c
    found: dict[str, Decimal] = {}
    for at in range(0, len(wanted), 500):
        some = wanted[at : at + 500]
        fees = session.execute(select(b.id, b.fee).where(b.id.in_(some), b.fee.is_not(None)))
        found |= {row.id: Decimal(row.fee) for row in fees}
        lines = select(f.booking, f.amount).where(f.booking.in_(some), f.deleted.is_(False), f.amount.is_not(None))
        for row in session.execute(lines):
            found[row.booking] = found.get(row.booking, Decimal(0)) + Decimal(row.amount)
    return found


def check(unit: Unit, record: Booking, before: Before) -> Iterator[Fault]:
    """Faults of what a booking costs; a new one takes price and deposit from its venue, and its fee from its price."""
    if before is None and not record.heads and record.status in BLOCKING:
        _freeze(unit, record)
    if before is None or any(before[name] != getattr(record, name) for name in Booking.kind.groups["pledge"]):
        yield from _pledge(record, None if unit.quiet else before)


def _freeze(unit: Unit, record: Booking) -> None:
    venue = lookups(unit).venue(record.venue)
    if venue is None:
        return
    if record.price is None and venue.price is not None:
        record.price, record.price_unit = venue.price, record.price_unit or venue.price_unit
    if record.fee is None and record.start and record.end:
        record.fee = plain(computed(record.price, record.price_unit, record.start, record.end))
    if record.deposit is None and venue.deposit is not None:
        record.deposit = venue.deposit
    if record.deposit_state is None and record.deposit is not None and Decimal(record.deposit):
        record.deposit_state = "due"


def _pledge(record: Booking, before: Before) -> Iterator[Fault]:
    """A deposit is due, held, partly kept for a reason, or returned; never more is kept than was held, and nothing is given
    back that was not taken."""
    if before is not None and before["deposit_state"] == "due" and record.deposit_state in ("returned", "partly_kept"):
        yield Fault("deposit_state", _("押金还没有收"), _("收了的请先选“已收”；不收的请清空押金状态"))
    deposit, kept = (Decimal(value) if value is not None else None for value in (record.deposit, record.deposit_kept))
    if record.deposit_state and record.deposit_state != "due" and not deposit:
        yield Fault("deposit", _("没有写明押金多少"), _("请填写押金，或清空押金状态"))
    if record.deposit_state == "partly_kept":
        if not kept:
            yield Fault("deposit_kept", _("没有写明扣留多少"), _("请填写扣留金额；全部退还的请选“已退还”"))
        elif deposit is not None and kept > deposit:
            yield Fault("deposit_kept", _("扣留的比押金多"), _("扣留金额最多 {n} 元", n=record.deposit))
        if not record.deposit_reason:
            yield Fault("deposit_reason", _("扣留押金要有原因"), _("请填写扣留原因"))
    elif kept:
        yield Fault("deposit_kept", _("押金状态不是“部分扣留”，却写了扣留金额"), _("请选“部分扣留”，或清空扣留金额"))


def changed(unit: Unit, record: Booking, before: Before) -> None:
    """After a booking was written: what its fee differs by becomes a line; the fee it was made with stays."""
    if before is None or unit.quiet:
        return
    if before["fee"] is not None and record.fee != before["fee"]:
        asked = Decimal(record.fee or 0) - Decimal(before["fee"])
        record.fee = before["fee"]
        _line(unit, record, asked, _("收费改为 {amount} 元", amount=plain(Decimal(before["fee"]) + asked)))
        return
    old = computed(before["price"], before["price_unit"], before["start"], before["end"])
    new = computed(record.price, record.price_unit, record.start, record.end)
    if record.fee is None or old is None or new is None or old == new or record.status not in BLOCKING:
        return
    if totals(unit.session, [record.id]).get(record.id) != old:
        unit.notices.append(_("收费是另外定的，没有随时间改动，请核对。"))
        return
    priced = (before["price"], before["price_unit"]) != (record.price, record.price_unit)
    _line(unit, record, new - old, _("收费标准改动") if priced else _("使用时间改动"))


def _line(unit: Unit, record: Booking, amount: Decimal, reason: str) -> None:
    if not amount:
        return
    line = FeeLine(
        owner=record.owner, id=new_id(), booking=record.id, amount=plain(amount), reason=reason, at=unit.office.now
    )
    unit.session.add(line)
    unit.created(line)
    unit.notices.append(
        _(
            "费用变动 {amount} 元（{reason}）。",
            amount=("+" if amount > 0 else "") + (plain(amount) or ""),
            reason=reason,
        )
    )


def check_line(_unit: Unit, record: FeeLine, _before: Before) -> Iterator[Fault]:
    """A difference of nothing is none."""
    if record.amount is not None and not Decimal(record.amount):
        yield Fault("amount", _("金额是零"), _("请填写增加或减少的金额，减少的填负数"))


def check_keys(unit: Unit, record: KeyHandover, before: Before) -> Iterator[Fault]:
    """Keys come back, and are due, after they went out. Who takes a key that is out already hears of it."""
    if not unit.quiet and record.keys and record.venue and not record.back_at and _another(record, before):
        k = KeyHandover.__table__.c
        query = select(k.person_name, k.out_at).where(
            k.venue == record.venue,
            k["keys"] == record.keys,
            k.back_at.is_(None),
            k.id != record.id,
            k.deleted.is_(False),
        )
        for row in unit.session.execute(query.order_by(k.out_at.desc()).limit(1)):
            out = f"{say_day(row.out_at)} {say_time(row.out_at)}" if row.out_at else _("以前")
            unit.notices.append(_("同样的钥匙“{keys}”{out}已经借出，还没有还，请核对。", keys=record.keys, out=out))
    for name in ("due_at", "back_at"):
        if record.out_at and (value := getattr(record, name)) and value < record.out_at:
            yield Fault(name, _("早于领出时间"), _("请核对时间"))


def _another(record: KeyHandover, before: Before) -> bool:
    names = ("venue", "keys", "back_at")
    return before is None or any(before[name] != getattr(record, name) for name in names)


def plain(amount: Decimal | None) -> str | None:
    """An amount as it is stored."""
    if amount is None:
        return None
    text = format(amount.normalize(), "f")
    return "0" if text == "-0" else text
