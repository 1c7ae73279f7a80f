"""The waiting list for a slot at the counter: accept an offer, leave the list, and what is due (rules.md 26-30, 35)."""

from __future__ import annotations

from uuid import UUID, uuid5

from app.errors import Fault, Refusal
from app.models.bookings import Booking, SlotWaiting
from app.services.ids import new_id
from app.services.office import Office, Unit
from app.services.promotion import Plan, plan, promote
from app.services.states import shown_waiting
from app.services.times import say_span
from app.services.writing import Saved, put
from app.text import _

TAKEN_OVER = (
    "purpose", "venue", "start", "end", "purpose_kind", "headcount", "client_kind", "client", "client_name",
    "contact_name", "contact_phone", "remark",
)  # fmt: skip
"""What a booking has from the entry it was made of."""


def accept(office: Office, entry: str, *, reason: str = "") -> Saved:
    """They take the slot that is held for them: the booking is made. ``reason`` overrides a policy (rules.md 23).

    Raises :class:`Refusal` where nothing is held any more.
    """
    with office.unit() as unit:
        record = _entry(unit, entry)
        shown = shown_waiting(record.status or "", record.offer_until, record.start, office.now)
        if shown == "expired":
            raise _refused(record, _("保留的时间已过"), _("场地还空着的话，请直接登记预约"))
        if shown != "offered":
            raise _refused(record, _STATES[shown]() if shown in _STATES else shown, _("请核对候补名单"))
        booking = _booking_id(unit, record)
        record.status, record.booking = "accepted", booking
        unit.session.flush()  # nothing is held any more when the booking is checked
        values = {name: getattr(record, name) for name in TAKEN_OVER}
        made = put(unit, Booking.kind, values, reason=reason, fixed_id=booking)
        unit.finish()
        return Saved(made.id, made.number, unit.recorder.ops.get(made.owner), tuple(unit.notices))


def leave(office: Office, entry: str) -> Saved:
    """They do not want it any more; what was held for them goes to the next."""
    with office.unit() as unit:
        record = _entry(unit, entry)
        if record.status not in ("waiting", "offered"):
            raise _refused(record, _STATES[record.status or "left"](), _("不必再退出"))
        put(unit, SlotWaiting.kind, {"status": "left"}, entry)
        unit.finish()
        return Saved(record.id, record.number, unit.recorder.ops.get(record.owner), tuple(unit.notices))


def due(office: Office) -> tuple[str, ...]:
    """Catch up with what became free while nobody wrote anything: an offer expired, a room was released, another PC
    cancelled. Writes only where somebody moves up; returns who, in sentences."""
    with office.reading() as session:
        if plan(session, office.scope, office.now) == Plan():
            return ()
    with office.acting(_("候补（自动）")).unit() as unit:
        promote(unit)
        return tuple(unit.notices)


_STATES = {
    "waiting": lambda: _("还没有轮到"),
    "accepted": lambda: _("已经接受过了"),
    "left": lambda: _("已经退出候补"),
}


def _booking_id(unit: Unit, record: SlotWaiting) -> str:
    """The same on two PCs that accept at once; another one where that booking was made before and taken back."""
    booking = str(uuid5(UUID(record.id), "booking"))
    return new_id() if unit.session.get(Booking, (unit.office.scope, booking)) is not None else booking


def _entry(unit: Unit, entry: str) -> SlotWaiting:
    record = unit.load("slot_waiting", entry)
    assert isinstance(record, SlotWaiting)
    return record


def _refused(record: SlotWaiting, error: str, mend: str) -> Refusal:
    who = SlotWaiting.kind.called({name: getattr(record, name) for name in SlotWaiting.kind.named_by})
    return Refusal(
        Fault("status", _("{span} {who}：{error}", span=say_span(record.start, record.end), who=who, error=error), mend)
    )
