"""What follows from a record that was just written: differences of a fee; what became free is offered to who waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.models.bookings import Booking
from app.models.record import Record
from app.services import fees
from app.services.office import Unit


def follow(unit: Unit, record: Record, before: Mapping[str, Any] | None) -> None:
    """Carry it out, within the same operation; ``before`` are the values that were stored, None for a new record."""
    if unit.quiet:
        return
    if isinstance(record, Booking):
        fees.changed(unit, record, before)
