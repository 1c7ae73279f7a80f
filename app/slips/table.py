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
_POSITION = 5.0


@dataclass(frozen=True)
class Column:
    """One column: its heading and its share of the width."""

    label: str
    width: float = 20
    centred: bool = False


def table_slip(
    title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], context: SlipContext, *, note: str = ""
) -> bytes:
    """The list as a PDF; ``note`` says in one line what is listed (a day, a filter).

    Refuses, naming row and characters, where a character cannot be printed.
    """
    require_printable({"rows": [list(row) for row in rows], "note": note}, _labels(), context)
    form = Form(
        title=title,
        number="",
        paper=Paper.A4_LANDSCAPE if len(columns) >= _WIDE else Paper.A4,
        rows=tuple(_row(position, row, columns) for position, row in enumerate(rows, start=1)),
        heading=_heading(columns, note),
        closing=lambda _rows, last: _count(len(rows)) if last else (),
        sizes=(9,),
    )
    return print_form(form, context)


def _labels() -> dict[str, str]:
    return {"rows": _("列表"), "note": _("说明")}


def _row(position: int, row: Sequence[str], columns: Sequence[Column]) -> Row:
    cells = [
        Cell(text, column.width, "center" if column.centred else "value")
        for text, column in zip(row, columns, strict=True)
    ]
    return Row((Cell(str(position), _POSITION, "center", tight=True), *cells), height=6.4 * mm)


def _heading(columns: Sequence[Column], note: str) -> tuple[Row, ...]:
    head = Row(
        (
            Cell(_("序号"), _POSITION, "label", tight=True),
            *(Cell(column.label, column.width, "label") for column in columns),
        ),
        height=6.4 * mm,
    )
    return (Row((Cell(note),), framed=False), head) if note else (head,)


def _count(rows: int) -> tuple[Row, ...]:
    return (Row((Cell(_("共 {n} 条", n=rows)),), height=6.4 * mm),)
