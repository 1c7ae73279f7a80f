"""The list of errors: the file as it was read, with a column that says what is wrong in each row (rules.md 33)."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from typing import Any

from app.services.excel.exporting import LONGEST, sheet_name
from app.services.excel.headings import REASON_LABEL
from app.services.excel.plan import CellFault, Plan
from app.services.excel.sheets import Cell, address
from app.text import _


def errors_file(plan: Plan) -> bytes:
    """A workbook with every row of the file as it was read, all columns, and the reasons after the last; it can be
    mended and imported."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})  # no copy of personal data among temporary files
    sheet = book.add_worksheet(sheet_name(plan.sheet.name or _(plan.kind.label)))
    formats = _Formats(book)
    faults = {row.row - 1: row.faults for row in plan.rows if row.faults}
    width = max(map(len, plan.sheet.rows))
    for at, line in enumerate(plan.sheet.rows):
        bad = {fault.cell for fault in faults.get(at, ())}
        for column, cell in enumerate(line):
            formats.write(sheet, at, column, cell, bad=bool(bad) and address(at, column) in bad)
        if at == plan.headings.row:
            sheet.write_string(at, width, _(REASON_LABEL), formats.reason)
        elif at in faults:
            sheet.write_string(at, width, "；".join(map(in_words, faults[at]))[:LONGEST], formats.reason)
    sheet.set_column(0, width - 1, 16)
    sheet.set_column(width, width, 80)
    sheet.freeze_panes(plan.headings.row + 1, 0)
    book.close()
    return out.getvalue()


def in_words(fault: CellFault) -> str:
    """A fault with its mend."""
    return "，".join(filter(None, (str(fault), fault.mend)))


class _Formats:
    """Cells as they were, marked where they are at fault."""

    def __init__(self, book: Any) -> None:
        bad = {"bg_color": "#FBE9E7"}
        self.reason = book.add_format({"font_color": "#B3261E", "text_wrap": True})
        self.text = {False: book.add_format({"num_format": "@"}), True: book.add_format({"num_format": "@"} | bad)}
        self.number = {False: None, True: book.add_format(bad)}
        self.moments = {
            (form, marked): book.add_format({"num_format": form} | (bad if marked else {}))
            for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm", "hh:mm")
            for marked in (False, True)
        }

    def write(self, sheet: Any, row: int, column: int, cell: Cell, *, bad: bool) -> None:
        """One cell as it was read."""
        if isinstance(cell, bool):
            sheet.write_boolean(row, column, cell, self.number[bad])
        elif isinstance(cell, float | int) and abs(cell) < float("inf"):
            sheet.write_number(row, column, cell, self.number[bad])
        elif isinstance(cell, datetime):
            sheet.write_datetime(row, column, cell, self.moments["yyyy-mm-dd hh:mm", bad])
        elif isinstance(cell, date):
            sheet.write_datetime(row, column, cell, self.moments["yyyy-mm-dd", bad])
        elif isinstance(cell, time | timedelta):
            sheet.write_datetime(row, column, cell, self.moments["hh:mm", bad])
        elif cell != "":
            sheet.write_string(row, column, str(cell)[:LONGEST], self.text[bad])
        elif bad:
            sheet.write_blank(row, column, None, self.text[bad])
