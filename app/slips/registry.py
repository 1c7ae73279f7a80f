"""The slips that can be printed; a new one is one more file and one more name here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.slips import activity, application, booking, calls, receipt, series, service_case, training, waiting
from app.slips.base import Slip, SlipContext

SLIPS: tuple[Slip, ...] = (
    booking.SLIP, application.SLIP, receipt.DEPOSIT, receipt.KEY, series.SLIP, waiting.SLIP, calls.SLIP,
    activity.SLIP, training.SLIP, service_case.SLIP,
)  # fmt: skip


def slips_of(kind: str) -> tuple[Slip, ...]:
    """The slips that print a record of ``kind``."""
    return tuple(slip for slip in SLIPS if slip.kind == kind)


def render(name: str, record: Mapping[str, Any], context: SlipContext) -> bytes:
    """The named slip of one record as a PDF.

    Refuses, naming fields and characters, where a printed value has a character that no shipped font can draw,
    unless the context allows 〓 in its place.
    """
    for slip in SLIPS:
        if slip.name == name:
            return slip.render(record, context)
    raise KeyError(name)
