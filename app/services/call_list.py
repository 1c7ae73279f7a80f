"""The list of people to call about bookings and held offers that cannot take place, also of bookings that were cancelled
already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.services import slips
from app.services.office import Office
from app.services.rights import PRINT
from app.services.slip_records import people_to_call
from app.services.times import say_span
from app.text import _


def call_list(
    office: Office,
    called: Mapping[str, Sequence[str]],
    start: str,
    end: str,
    where: str,
    reason: str,
    *,
    allow_missing: bool = False,
) -> bytes:
    """电话通知单 of ``called``, ids by kind, as a PDF; ``where``: the room that is closed, blank for the whole center. Raises
    :class:`Refusal` for a character that cannot be printed unless ``allow_missing``."""
    from app.slips.calls import render

    office.duty.need(PRINT)
    note = _("{where}　{when}　停用：{reason}", where=where or _("整个中心"), when=say_span(start, end), reason=reason)
    context = slips.slip_context(office, allow_missing=allow_missing)
    return render({"note": note, "people": people_to_call(office, called)}, context)


def printed(office: Office, called: Mapping[str, Sequence[str]]) -> None:
    """Note at each booking and offer that its telephone number went to paper (domain.md B12)."""
    with office.unit() as unit:
        for kind, ids in called.items():
            unit.audit_each(slips.PRINT, kind, {one: {"form": slips.CALLS} for one in ids})
