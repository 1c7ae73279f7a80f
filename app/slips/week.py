"""场地周排期: rooms down, the days of a week across, A4 landscape (domain.md A1.10)."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm

from app.slips.base import SlipContext, require_printable
from app.slips.grid import Cell, Row
from app.slips.page import Form, Paper, print_form
from app.text import _

_ROOM, _DAY = 28, 35


def week_slip(
    title: str, note: str, heads: Sequence[str], rows: Sequence[Sequence[str]], context: SlipContext
) -> bytes:
    """The week as a PDF; a row is a room and its text of each day, as many lines as it needs.

    Refuses, naming row and characters, where a character cannot be printed.
    """
    words = {"rows": _("列表"), "note": _("说明")}
    require_printable({"rows": [list(row) for row in rows], "note": note}, words, context)
    days = [Cell(head, _DAY, "label") for head in heads]
    heading = (
        Row((Cell(note),), framed=False),
        Row((Cell(_("场地"), _ROOM, "label"), *days), height=10 * mm),
    )
    form = Form(title, "", Paper.A4_LANDSCAPE, tuple(_row(row) for row in rows), heading, sizes=(8.5, 8, 7.5))
    return print_form(form, context)


def _row(row: Sequence[str]) -> Row:
    room, *days = row
    return Row((Cell(room, _ROOM, "label"), *(Cell(day, _DAY, "text") for day in days)), height=12 * mm)
