"""Equipment that is lent with rooms: how much of it is used at once, against the stock (rules.md 8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from app.errors import Fault
from app.models.bookings import Booking, BookingEquipment
from app.models.venues import Equipment
from app.services import states
from app.services.office import Unit
from app.services.premises import Premises
from app.services.survivors import Merged
from app.services.times import say_span
from app.text import _

Wants = Iterable[tuple[str, int]]
"""Equipment and how many of it."""


@dataclass(frozen=True)
class Item:
    """A sort of equipment. ``stock``: how many can be lent; none while it is being repaired or is retired."""

    id: str
    name: str
    stock: int
    usable: bool
    unit: str
    venue: str | None
    """The only place where it can be used."""


@dataclass(frozen=True)
class Use:
    """A line of a booking that holds its room: so many pieces in [start, end)."""

    line: str
    booking: str
    equipment: str
    start: str
    end: str
    quantity: int


def peak(uses: Collection[Use], start: str, end: str) -> tuple[int, str]:
    """The largest quantity used at one moment of [start, end), and the first such moment; no buffers, no sum of all
    that overlap (rules.md 8)."""
    touching = [one for one in uses if one.start < end and start < one.end]
    moments = sorted({start, *(one.start for one in touching if one.start > start)})
    used = [sum(one.quantity for one in touching if one.start <= at < one.end) for at in moments]
    most = max(used)
    return most, moments[used.index(most)]


class Uses:
    """The equipment of a session and who uses it in [start, end), read at once; ``wanted`` None: all of it."""

    def __init__(self, session: Session, now: str, wanted: Iterable[str] | None, start: str, end: str) -> None:
        self._merged = Merged(session)
        self.items = self._items(session, wanted)
        self._uses: dict[str, list[Use]] = {one: [] for one in self.items}
        for use in self._read(session, now, start, end) if self.items else ():
            self._uses[use.equipment].append(use)

    def of(self, equipment: str) -> Sequence[Use]:
        """Who uses a sort of equipment, by start."""
        return self._uses.get(self._merged["equipment"].of(equipment), ())

    def _items(self, session: Session, wanted: Iterable[str] | None) -> Mapping[str, Item]:
        t: Any = Equipment.__table__.c
        query = select(t.id, t.name, t.status, t.stock, t.unit, t.venue).where(
            t.deleted.is_(False), self._merged.standing(Equipment.kind)
        )
        if wanted is not None:
            query = query.where(t.id.in_({self._merged["equipment"].of(one) for one in wanted}))
        return {
            r.id: Item(r.id, r.name or "", (r.stock or 0) if r.status == "usable" else 0, r.status == "usable", r.unit or "",
                       self._merged.of("venue", r.venue))
            for r in session.execute(query)
        }  # fmt: skip

    def _read(self, session: Session, now: str, start: str, end: str) -> Iterator[Use]:
        line: Any = BookingEquipment.__table__.c
        b, bookings = Booking.__table__.c, self._merged["booking"].by_loser
        held_by = case(dict(bookings), value=line.booking, else_=line.booking) if bookings else line.booking
        query = (
            select(line.id, line.equipment, line.quantity, b.id.label("booking"), b.venue, b.start, b.end, b.status,
                   b.checked_in_at)
            .join(Booking.__table__, b.id == held_by)
            .where(
                line.deleted.is_(False), self._merged.standing(BookingEquipment.kind),
                line.equipment.in_(self._merged["equipment"].family(self.items)),
                b.deleted.is_(False), b.yields_to.is_(None), self._merged.standing(Booking.kind),
                b.start < end, b.end > start, b.end > b.start,
            )
            .order_by(b.start, line.id)
        )  # fmt: skip
        minutes = states.release_minutes(session)
        for r in session.execute(query):
            if states.holds(r.status, r.start, r.checked_in_at, minutes.get(r.venue), now):
                equipment = self._merged["equipment"].of(r.equipment)
                yield Use(r.id, r.booking, equipment, r.start, r.end, r.quantity or 0)

    def lacks(
        self, premises: Premises, venue: str, start: str, end: str, wants: Wants, *, booking: str = "", line: str = ""
    ) -> Iterator[str]:
        """What is wrong with using ``wants`` in a venue, a sentence each. The own lines are left out (rules.md 22): those
        of ``booking``, or the one ``line``."""
        total: dict[str, int] = {}
        for equipment, quantity in wants:
            equipment = self._merged["equipment"].of(equipment)
            total[equipment] = total.get(equipment, 0) + quantity
        for equipment, quantity in total.items():
            item = self.items.get(equipment)
            if item is None:
                yield _("没有这种设备：{id}", id=equipment)
                continue
            if item.venue and item.venue not in premises.family(venue):
                place = premises.place(item.venue)
                yield _("“{item}”只能在 {venue} 使用", item=item.name, venue=place.name if place else "")
                continue
            if not item.usable:
                yield _("“{item}”现在不能借用", item=item.name)
                continue
            others = [
                one for one in self._uses[equipment] if one.line != line and (not booking or one.booking != booking)
            ]
            free = item.stock - peak(others, start, end)[0]
            if quantity > free:
                yield _("“{item}”{span} 只剩 {n}{unit}，共 {stock}{unit}", item=item.name, span=say_span(start, end),
                        n=max(free, 0), unit=item.unit, stock=item.stock)  # fmt: skip


def check(unit: Unit, record: BookingEquipment, before: Mapping[str, Any] | None) -> Iterator[Fault]:
    """Faults of a line of a booking about to be written."""
    told = ("booking", "equipment", "quantity")
    if before is not None and all(before[name] == getattr(record, name) for name in told):
        return
    with unit.session.no_autoflush:
        known = Merged(unit.session)
        held = unit.session.scalars(select(Booking).where(Booking.id == known.of("booking", record.booking))).first()
        if held is None or held.deleted or not held.venue or held.yields_to or not held.end > held.start:
            return
        now = unit.office.now
        minutes = states.release_minutes(unit.session).get(held.venue)
        if not states.holds(held.status, held.start, held.checked_in_at, minutes, now):
            return
        uses = Uses(unit.session, now, [record.equipment], held.start, held.end)
        wants = [(record.equipment, record.quantity or 0)]
        premises = Premises(unit.session)
        for error in uses.lacks(premises, held.venue, held.start, held.end, wants, line=record.id):
            yield Fault("quantity", error, _("请减少数量，换一种设备，或换时间"))


def lines_of(session: Session, record_id: str, known: Merged) -> list[tuple[str, int]]:
    """The equipment of a booking, and of those merged into it."""
    line: Any = BookingEquipment.__table__.c
    query = select(line.equipment, line.quantity).where(
        line.booking.in_(known.linked(("booking",), [record_id])), line.deleted.is_(False),
        known.standing(BookingEquipment.kind), line.equipment.is_not(None),
    )  # fmt: skip
    return [(row.equipment, row.quantity or 0) for row in session.execute(query)]


def of_booking(unit: Unit, record: Booking, premises: Premises) -> Iterator[Fault]:
    """Faults of a booking that takes its equipment to another time or room."""
    wants = lines_of(unit.session, record.id, premises.known)
    if not wants:
        return
    uses = Uses(unit.session, unit.office.now, [one for one, _n in wants], record.start, record.end)
    for error in uses.lacks(premises, record.venue, record.start, record.end, wants, booking=record.id):
        yield Fault("equipment", error, _("请先减少预约的设备，或换时间"))
