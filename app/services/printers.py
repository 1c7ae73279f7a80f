"""How far each printer of this PC prints off, in millimetres; a fact of the PC that never travels."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import Fault, Refusal
from app.services import local
from app.services.office import Office
from app.text import _

FACT = "printers"
MOST = 20
"""Millimetres to either side."""


@dataclass(frozen=True)
class Offset:
    """By how much everything is moved on the paper: millimetres to the right and down, negative to the left and up."""

    x: float = 0
    y: float = 0


def offset_of(office: Office, printer: str) -> Offset:
    """The offset kept for ``printer``; none where nothing was kept."""
    kept = local.read(office, FACT, {}).get(printer)
    return Offset(*kept) if kept else Offset()


def set_offset(office: Office, printer: str, offset: Offset) -> None:
    """Keep the offset of ``printer``; raises :class:`Refusal` where it is more than 20 mm."""
    faults = [
        Fault(name, _("{label}超出 ±{most} 毫米", label=label, most=MOST), _("请填 -{most} 到 {most}", most=MOST))
        for name, label, value in (("x", _("向右"), offset.x), ("y", _("向下"), offset.y))
        if not -MOST <= value <= MOST
    ]
    if faults:
        raise Refusal(*faults)
    kept = local.read(office, FACT, {})
    kept.pop(printer, None)
    if offset != Offset():
        kept[printer] = [offset.x, offset.y]
    local.write(office, FACT, kept)


def test_page(office: Office, printer: str) -> bytes:
    """The test page of ``printer`` as a PDF."""
    from app.services.slips import slip_context
    from app.slips.test_page import test_page as page

    offset = offset_of(office, printer)
    return page(printer, (offset.x, offset.y), slip_context(office))
