"""What follows from a record that was just written: differences of a fee; what became free is offered to who waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.models.bookings import BLOCKING, Booking, SlotWaiting
from app.models.record import Record
from app.models.training import Enrolment
from app.models.venues import CalendarDay, Closure, Venue
from app.services import enrolment, fees
from app.services.lookups import lookups
from app.services.office import Unit
from app.services.promotion import Freed, freed

Values = Mapping[str, Any]
OF_NO_USE = frozenset(
    {"name", "address", "area", "services", "equipment", "access", "contact_phone", "remark", "price"}
)
"""Fields of a venue that free nothing."""
HOLDING = ("venue", "start", "end", "status", "before", "after", "yields_to")
"""Fields by which a booking holds its room."""
WAITING = ("venue", "start", "end", "status", "priority", "headcount")
"""Fields by which an entry of the waiting list finds its room."""


def follow(unit: Unit, record: Record, before: Values | None) -> None:
    """Carry it out, within the same operation; ``before`` are the values that were stored, None for a new record."""
    if isinstance(record, Booking):
        lookups(unit).wrote(record, before)
    if unit.quiet:
        return
    if isinstance(record, Booking):
        fees.changed(unit, record, before)
    freed(unit, *_freed(record, before))


def gone(unit: Unit, record: Record) -> None:
    """The same for a record that went to the bin."""
    if isinstance(record, Enrolment):
        enrolment.left(unit, record)
    before = {name: getattr(record, name) for name in record.kind.fields}
    if isinstance(record, Booking):
        freed(unit, *_left(before))
    elif isinstance(record, (SlotWaiting, Closure)):
        freed(unit, Freed(record.venue, record.start, record.end))
    elif isinstance(record, CalendarDay):
        freed(unit, _date(record.date))


def _freed(record: Record, before: Values | None) -> Iterator[Freed]:
    """Where something may have become free by this write."""
    if isinstance(record, Booking):
        if before is not None and _changed(record, before, HOLDING):
            yield from _left(before)
    elif isinstance(record, Closure):
        if record.sort == "open" or before is not None:
            yield Freed(record.venue, record.start, record.end)
        if before is not None:
            yield Freed(before["venue"], before["start"], before["end"])
    elif isinstance(record, CalendarDay):
        days = {record.date, *(() if before is None else (before["date"],))}
        yield from (_date(day) for day in days if day)
    elif (
        isinstance(record, Venue)
        and before is not None
        and _changed(record, before, record.kind.fields.keys() - OF_NO_USE)
    ):
        yield Freed(record.id)
        if before["parent"] != record.parent:
            yield Freed(before["parent"])
    elif isinstance(record, SlotWaiting) and (before is None or _changed(record, before, WAITING)):
        yield Freed(record.venue, record.start, record.end)
        if before is not None:
            yield Freed(before["venue"], before["start"], before["end"])


def _changed(record: Record, before: Values, names: Iterable[str]) -> bool:
    return any(before[name] != getattr(record, name) for name in names)


def _left(before: Values) -> Iterator[Freed]:
    """The time a booking held."""
    if before["status"] in BLOCKING and not before["yields_to"] and before["start"] and before["end"]:
        yield Freed(before["venue"], before["start"], before["end"])


def _date(day: str) -> Freed:
    return Freed(None, f"{day}T00:00", f"{day}T23:59")
