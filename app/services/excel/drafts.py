"""Rows of a file on their way to a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.models.fields import Misfit
from app.services.excel.headings import Column
from app.services.excel.plan import CellFault
from app.services.excel.sheets import Cell, address
from app.services.writing import new_id


@dataclass
class Draft:
    """A row; ``at`` is its place in the sheet, from 0."""

    at: int
    cells: dict[str, Cell]
    new_id: str = field(default_factory=new_id)
    values: dict[str, Any] = field(default_factory=dict)
    misfits: dict[str, Misfit] = field(default_factory=dict)
    """Cells that do not fit, unless they say what stands in the record already."""
    faults: list[CellFault] = field(default_factory=list)
    needs: list[Draft] = field(default_factory=list)
    """Rows that this one links to."""
    record: Mapping[str, Any] | None = None
    by: str = ""
    """How the record was found: id, number, or the labels of its natural key."""
    twin: bool = False
    """Whether another row of the file means the same."""

    @property
    def id(self) -> str:
        """The record of the row, also of one to be made."""
        return self.new_id if self.record is None else self.record["id"]

    def blame(self, column: Column, error: str, mend: str = "") -> None:
        """Note a fault of one cell."""
        self.faults.append(CellFault(address(self.at, column.at), column.heading, error, mend))

    def blame_row(self, error: str, mend: str = "") -> None:
        """Note a fault of the row as a whole."""
        self.faults.append(CellFault(str(self.at + 1), "", error, mend))


def ordered(drafts: Sequence[Draft]) -> list[Draft]:
    """The rows so that what a row links to comes before it; rows that link in a circle stay as they are."""
    order: dict[int, Draft] = {}
    for draft in drafts:
        path, seen = [draft], {draft.at}
        while path:
            waiting = [one for one in path[-1].needs if one.at not in order and one.at not in seen]
            if waiting:
                path.append(waiting[0])
                seen.add(waiting[0].at)
            else:
                done = path.pop()
                order.setdefault(done.at, done)
    return list(order.values())
