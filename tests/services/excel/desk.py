"""A center with tables put on its desk, for the tests of imports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.services import reading, writing
from app.services.excel import committing, planning
from app.services.excel.plan import Plan
from tests.services.excel.by_hand import workbook

USCC, OTHER_USCC = "52310104MJ49963266", "52310230MJ5339125F"


class Desk:
    """A center with tables put on its desk."""

    def __init__(self, workspace: Any, folder: Path) -> None:
        self.workspace, self.office, self.folder = workspace, workspace.office, folder

    def plan(self, kind: str, *rows: Sequence[object], reason: str = "", **options: Any) -> Plan:
        path = workbook(self.folder / "in.xlsx", rows, **options)
        return self.plan_of(kind, path, reason=reason)

    def plan_of(self, kind: str, path: Path, reason: str = "") -> Plan:
        return planning.plan(self.office, kind, planning.read(kind, path), reason=reason)

    def commit(self, kind: str, *rows: Sequence[object], **options: Any) -> committing.Imported:
        return committing.commit(self.office, self.plan(kind, *rows, **options))

    def count(self, kind: str) -> int:
        return reading.count(self.office, kind)

    def save(self, kind: str, record_id: str | None = None, **values: Any) -> str:
        return writing.save(self.office, kind, values, record_id).id

    def all(self, kind: str) -> list[reading.Row]:
        return reading.rows(self.office, kind, reading.ids(self.office, kind))


def said(plan: Plan) -> list[tuple[str, str]]:
    """Every fault: (cell, error)."""
    return [(fault.cell, fault.said) for row in plan.rows for fault in row.faults]


def states(plan: Plan) -> list[str]:
    return [row.state for row in plan.rows]
