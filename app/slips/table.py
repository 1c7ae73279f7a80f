"""A list on paper: a title, columns, rows, the headings on every page, the count at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm

from app.slips.base import SlipContext, require_printable
from app.slips.grid import Cell, Row
from app.slips.page import Form, Paper, print_form
from app.text import _

_WIDE = 6
"""From this many columns on the sheet lies on its side."""
_POSITION = 8.5
"""Width of the column of positions, in millimetres."""


@dataclass(frozen=True)
class Column:
    """One column: its heading and its share of the width."""

    label: str
    width: float = 20
    centred: bool = False


def table_slip(
    title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], context: SlipContext, *, note: str = "",
    foot: str = "", upright: bool = False, height: float = 6.4,
) -> bytes:  # fmt: skip
    """The list as a PDF; ``note`` says in one line what is listed (a day, a filter), ``foot`` stands after the count.
    ``upright`` keeps many columns on an upright sheet; ``height`` in millimetres leaves room in the rows for the hand.

    Refuses, naming row and characters, where a character cannot be printed.
    """
    require_printable({"rows": [list(row) for row in rows], "note": note, "foot": foot}, _labels(), context)
    paper = Paper.A4_LANDSCAPE if len(columns) >= _WIDE and not upright else Paper.A4
    width = (paper.page_width - 2 * paper.side) / mm - _POSITION
    share = sum(column.width for column in columns) * _POSITION / width
    form = Form(
        title=title,
        number="",
        paper=paper,
        rows=tuple(_row(position, row, columns, share, height) for position, row in enumerate(rows, start=1)),
        heading=_heading(columns, share, note),
        closing=lambda _rows, last: _count(len(rows), foot) if last else (),
        sizes=(9,),
    )
    return print_form(form, context)


def _labels() -> dict[str, str]:
    return {"rows": _("列表"), "note": _("说明"), "foot": _("说明")}


def _row(position: int, row: Sequence[str], columns: Sequence[Column], share: float, height: float) -> Row:
    cells = [
        Cell(text, column.width, "center" if column.centred else "value")
        for text, column in zip(row, columns, strict=True)
    ]
    return Row((Cell(str(position), share, "center", tight=True), *cells), height=height * mm)


def _heading(columns: Sequence[Column], share: float, note: str) -> tuple[Row, ...]:
    head = Row(
        (
            Cell(_("序号"), share, "label", tight=True),
            *(Cell(column.label, column.width, "label") for column in columns),
        ),
        height=6.4 * mm,
    )
    return (Row((Cell(note),), framed=False), head) if note else (head,)


def _count(rows: int, foot: str) -> tuple[Row, ...]:
    count = Row((Cell(_("共 {n} 条", n=rows)),), height=6.4 * mm)
    return (count, Row((Cell(foot, 1, "text"),), framed=False)) if foot else (count,)
