"""What the counter does with a booking: people come and go, approve and cancel, deposits and keys (domain.md A1.10;
rules.md 19, 24, 25).

Each is one operation that can be undone. What cannot be done with a booking as it stands is refused in a plain
sentence; ``reason`` overrides a policy, which goes on the audit list (rules.md 23).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.errors import Fault, Refusal
from app.models.bookings import Booking, KeyHandover
from app.models.record import Record
from app.models.registry import KINDS
from app.services import states
from app.services.office import Office, Unit
from app.services.times import say_day, say_span, say_time
from app.services.writing import Saved, put
from app.text import _

OPEN = frozenset({"requested", "tentative", "confirmed"})
"""Bookings to which nobody has come yet."""
PENDING = frozenset({"requested", "tentative"})


def check_in(office: Office, booking: str, *, at: str | None = None, reason: str = "") -> Saved:
    """Somebody has come: now, or ``at`` where it is written down later. A booking that was released as a no-show is
    taken up again where its room is still free."""
    with office.unit() as unit:
        record = _booking(unit, booking)
        shown, when = _shown(unit, record), at or office.now
        if shown in PENDING:
            raise _refused(record, _("还没有批准"), _("请先批准，再办理到场"))
        if shown not in ("confirmed", "no_show"):
            raise _refused(record, _word(shown), _("只有已确认的预约可以办理到场"))
        if at and at > office.now:
            raise Refusal.of("checked_in_at", _("到场时间晚于现在"), _("请核对时间"))
        if when[:10] < record.start[:10]:
            raise _refused(record, _("还没到使用的日子"), _("请在{day}办理到场", day=say_day(record.start)))
        if when >= record.end:
            raise _refused(record, _("使用时间已过"), _("补登到场，请写明到场时间；没有来的请记爽约"))
        values = {"status": "checked_in", "checked_in_at": when}
        return _saved(unit, put(unit, Booking.kind, values, booking, reason=reason))


def check_out(
    office: Office, booking: str, *, headcount: int | None = None, condition: str = "good",
    cleanliness: str = "clean", damage: str | None = None, at: str | None = None,
) -> Saved:  # fmt: skip
    """They leave: how many were there, and in what state the room is. ``damage`` says what was damaged."""
    with office.unit() as unit:
        record = _booking(unit, booking)
        if record.status in (*OPEN, "no_show"):
            raise _refused(record, _("还没有办理到场"), _("请先办理到场，再办理离场"))
        if record.status != "checked_in":
            raise _refused(record, _word(record.status), _("只有使用中的预约可以办理离场"))
        values = {
            "status": "closed", "checked_out_at": at or office.now, "actual_headcount": headcount,
            "condition": condition, "cleanliness": cleanliness, "damage": damage,
        }  # fmt: skip
        saved = put(unit, Booking.kind, values, booking)
        if record.deposit_state == "held":
            unit.notices.append(_("押金 {amount} 元还没有退。", amount=record.deposit))
        return _saved(unit, saved)


def cancel(office: Office, bookings: Sequence[str], reason: str) -> Saved:
    """Cancel bookings to which nobody has come yet, as one operation; all or none. Who and when is noted by the program
    (rules.md 19)."""
    with office.unit() as unit:
        record = None
        for booking in bookings:
            record = _booking(unit, booking)
            shown = _shown(unit, record)
            if shown == "checked_in":
                raise _refused(record, _("已经到场"), _("请办理离场"))
            if shown not in OPEN:
                raise _refused(record, _word(shown), _("只有还没有使用的预约可以取消"))
            put(unit, Booking.kind, {"status": "cancelled", "cancel_reason": reason}, booking)
        if record is None:
            raise Refusal.of("id", _("没有选中预约"), _("请先选择要取消的预约"))
        return _saved(unit, record)


def approve(office: Office, booking: str, *, opinion: str | None = None, reason: str = "") -> Saved:
    """Confirm what was asked for; requests that compete for the same time are rejected with it (rules.md 5)."""
    with office.unit() as unit:
        record = _booking(unit, booking)
        if record.status not in PENDING:
            raise _refused(record, _word(_shown(unit, record)), _("只有已申请或待定的预约可以批准"))
        values = {"status": "confirmed", **_decided(office)} | ({"opinion": opinion} if opinion else {})
        return _saved(unit, put(unit, Booking.kind, values, booking, reason=reason))


def reject(office: Office, booking: str, reason: str) -> Saved:
    """Do not grant what was asked for; the reason goes on the reply."""
    with office.unit() as unit:
        record = _booking(unit, booking)
        if record.status not in PENDING:
            raise _refused(record, _word(_shown(unit, record)), _("只有已申请或待定的预约可以不批准"))
        values = {"status": "rejected", "cancel_reason": reason, **_decided(office)}
        return _saved(unit, put(unit, Booking.kind, values, booking))


def no_show(office: Office, booking: str) -> Saved:
    """Nobody came (rules.md 24); never before the start."""
    with office.unit() as unit:
        record = _booking(unit, booking)
        if record.status != "confirmed":
            raise _refused(record, _word(record.status), _("只有已确认的预约可以记爽约"))
        if office.now < record.start:
            raise _refused(record, _("还没有开始"), _("请在开始以后再记爽约"))
        return _saved(unit, put(unit, Booking.kind, {"status": "no_show"}, booking))


def walk_in(office: Office, values: Mapping[str, Any], *, reason: str = "") -> Saved:
    """Somebody stands at the counter: a booking from now until ``values["end"]``, checked in at once."""
    now = office.now
    with office.unit() as unit:
        full = {"start": now, **values, "status": "checked_in", "checked_in_at": now}
        return _saved(unit, put(unit, Booking.kind, full, reason=reason))


def take_deposit(office: Office, booking: str, amount: Any = None) -> Saved:
    """The deposit is paid: the one that is due, or another ``amount`` in yuan."""
    with office.unit() as unit:
        record = _booking(unit, booking)
        if record.deposit_state not in (None, "due"):
            raise _refused(record, _("押金{state}", state=_label("deposit_state", record.deposit_state)), _("不必再收"))
        if amount is None and not record.deposit:
            raise Refusal.of("deposit", _("没有写明押金多少"), _("请填写押金"))
        values = {"deposit": record.deposit if amount is None else amount, "deposit_state": "held"}
        return _saved(unit, put(unit, Booking.kind, values, booking))


def return_deposit(office: Office, booking: str, *, kept: Any = None, reason: str = "") -> Saved:
    """Give the deposit back, or keep ``kept`` yuan of it for a ``reason``."""
    with office.unit() as unit:
        record = _booking(unit, booking)
        if record.deposit_state != "held":
            raise _refused(record, _("没有收着的押金"), _("请核对押金状态"))
        keeps = kept is not None and str(kept).strip() not in ("", "0")
        values = {
            "deposit_state": "partly_kept" if keeps else "returned", "deposit_kept": kept if keeps else None,
            "deposit_reason": reason or None,
        }  # fmt: skip
        saved = put(unit, Booking.kind, values, booking)
        back = Decimal(record.deposit or 0) - Decimal(record.deposit_kept or 0)
        unit.notices.append(_("应退 {amount} 元。", amount=format(back.normalize(), "f")))
        return _saved(unit, saved)


def hand_key(
    office: Office, booking: str, keys: str, *, person_name: str | None = None, person_phone: str | None = None,
    due_at: str | None = None,
) -> Saved:  # fmt: skip
    """Hand out keys for a booking, by default to its contact and until its end; returns the handover."""
    with office.unit() as unit:
        record = _booking(unit, booking)
        shown = _shown(unit, record)
        if shown not in ("confirmed", "checked_in"):
            raise _refused(record, _word(shown), _("只有已确认或使用中的预约可以领钥匙"))
        values = {
            "keys": keys, "venue": record.venue, "booking": booking,
            "person_name": person_name or record.contact_name, "person_phone": person_phone or record.contact_phone,
            "out_at": office.now, "out_by": office.actor or None, "due_at": due_at or max(record.end, office.now),
        }  # fmt: skip
        return _saved(unit, put(unit, KeyHandover.kind, values))


def key_back(office: Office, handover: str) -> Saved:
    """Keys are back."""
    with office.unit() as unit:
        record = unit.load("key_handover", handover)
        assert isinstance(record, KeyHandover)
        if record.back_at:
            raise Refusal.of(
                "back_at", _("“{keys}”已在 {day} {time} 归还", keys=record.keys, day=say_day(record.back_at), time=say_time(record.back_at)),
                _("不必再登记"),
            )  # fmt: skip
        values = {"back_at": office.now, "back_by": office.actor or None}
        return _saved(unit, put(unit, KeyHandover.kind, values, handover))


def _booking(unit: Unit, booking: str) -> Booking:
    record = unit.load("booking", booking)
    assert isinstance(record, Booking)
    return record


def _shown(unit: Unit, record: Booking) -> str:
    """Its status as people see it: also a no-show that time alone has made."""
    minutes = states.release_minutes(unit.session).get(record.venue)
    return states.shown(record.status or "", record.start, record.checked_in_at, minutes, unit.office.now)


def _decided(office: Office) -> dict[str, Any]:
    return {"approved_by": office.actor or None, "approved_on": office.today}


def _word(status: str) -> str:
    return _("预约{state}", state=_label("status", status))


def _label(field: str, code: str | None) -> str:
    return KINDS["booking"].fields[field].display(code)


def _refused(record: Booking, error: str, mend: str) -> Refusal:
    who = Booking.kind.called({name: getattr(record, name) for name in Booking.kind.named_by})
    said = _("{span} {who}：{error}", span=say_span(record.start, record.end), who=who, error=error)
    return Refusal(Fault("status", said, mend))


def _saved(unit: Unit, record: Record) -> Saved:
    unit.finish()
    return Saved(record.id, record.number, unit.recorder.ops.get(record.owner), tuple(unit.notices))
