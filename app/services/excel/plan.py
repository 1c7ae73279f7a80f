"""What an import will do, row by row: one immutable plan serves the preview and the commit (rules.md 33)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.errors import Fault, Refusal
from app.models.record import Kind
from app.services.excel.headings import Headings
from app.services.excel.sheets import Sheet, address
from app.text import _

NEW, CHANGE, SAME, ERROR = "new", "change", "same", "error"


@dataclass(frozen=True)
class CellFault:
    """What is wrong, and where: ``cell`` is an address such as C12, or the row's number where no one cell is at fault."""

    cell: str
    heading: str
    error: str
    mend: str = ""
    policy: bool = False
    """True where staff may override with a reason (rules.md 23)."""

    def __str__(self) -> str:
        return (
            f"{self.cell} {self.said}"
            if not self.cell.isdigit()
            else _("第 {row} 行：{error}", row=self.cell, error=self.said)
        )

    @property
    def said(self) -> str:
        """What is wrong, with the heading of the column."""
        return _("{label}：{value}", label=self.heading, value=self.error) if self.heading else self.error


@dataclass(frozen=True)
class Change:
    """One field that will change, in words; personal values masked."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class PlannedRow:
    """One row of the file. ``row`` is its number as the spreadsheet counts, from 1."""

    row: int
    state: str
    """new, change, same or error."""
    title: str
    id: str
    """The record, also of one to be made; empty for an error that found none."""
    number: str | None = None
    found_by: str = ""
    """How an existing record was found: id, number, or the labels of its natural key."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What will be written, in stored form."""
    changes: tuple[Change, ...] = ()
    faults: tuple[CellFault, ...] = ()
    notices: tuple[str, ...] = ()
    basis: bytes | None = None
    """The record's heads when it was looked at: the commit refuses a record that has changed since."""


@dataclass(frozen=True)
class Plan:
    """A file understood: what each row will do, and the file itself for the list of errors."""

    kind: Kind
    sheet: Sheet
    headings: Headings
    rows: tuple[PlannedRow, ...]
    order: tuple[int, ...]
    """Places in ``rows`` in the order of writing: what a row links to comes before it."""
    reason: str = ""
    """Why policies are overridden, where they are."""

    def of(self, *states: str) -> list[PlannedRow]:
        """The rows in one of ``states``."""
        return [row for row in self.rows if row.state in states]

    def count(self, state: str) -> int:
        """How many rows are in ``state``."""
        return sum(row.state == state for row in self.rows)

    @property
    def errors(self) -> int:
        """How many rows are at fault; with any, nothing is written."""
        return self.count(ERROR)

    @property
    def writes(self) -> int:
        """How many records the commit writes."""
        return self.count(NEW) + self.count(CHANGE)

    @property
    def unread(self) -> tuple[str, ...]:
        """The columns that fill no field, by heading or letter."""
        return tuple(column.heading or address(0, column.at).rstrip("1") for column in self.headings.unknown)

    def summary(self) -> str:
        """The plan in one sentence."""
        return _("{n} 行：新增 {new}，修改 {change}，不变 {same}，有误 {error}", n=len(self.rows), new=self.count(NEW),
                  change=self.count(CHANGE), same=self.count(SAME), error=self.errors)  # fmt: skip


def placed(headings: Headings, row: int, fault: Fault) -> CellFault:
    """A fault of a record in ``row`` (from 0), at its cell; at the row where the field is no column."""
    at = next((column.at for column in headings.known if column.field == fault.field), None)
    return CellFault(str(row + 1) if at is None else address(row, at), "", fault.error, fault.mend, fault.policy)


def refusal(rows: list[PlannedRow], most: int = 20) -> Refusal:
    """The refusal of a commit: the first faults."""
    faults = [Fault(fault.cell, str(fault), fault.mend, fault.policy) for row in rows[:most] for fault in row.faults]
    return Refusal(*faults[:most])
