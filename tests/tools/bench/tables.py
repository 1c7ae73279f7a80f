"""Tables: the preview of an import of 10,000 rows, its commit, and an export."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.models.registry import KINDS
from app.services.excel import committing, exporting, planning
from app.text import _
from app.workspace import Workspace
from tests.tools.bench.kit import Line, fill, organization, said, seconds

ROWS = 10_000


def tables(workspace: Workspace) -> Iterator[Line]:
    """New organizations, then the same file again with one column changed, over 20,000 that are there already."""
    office = workspace.office
    fill(workspace, 0, 2 * ROWS)
    path = workspace.data.parent / "table.xlsx"
    for what, first, remark in (("new", 2 * ROWS, "年检合格"), ("changed", ROWS, "年检基本合格")):
        write(path, first, remark)
        plans = []
        took = seconds(lambda: plans.append(planning.plan(office, "organization", planning.read("organization", path))))  # noqa: B023
        assert plans[0].count("new" if what == "new" else "change") == ROWS, plans[0].summary()
        yield Line(f"preview an import of {ROWS:,} {what}", said(took), budget="3 s")
        yield Line(f"commit it, {what}", said(seconds(lambda: committing.commit(office, plans[0]))))  # noqa: B023
    yield Line(f"export {3 * ROWS:,}", said(seconds(lambda: exporting.export(office, "organization"))))


def write(path: Path, first: int, remark: str) -> None:
    """A table of organizations, twelve columns."""
    from xlsxwriter import Workbook

    kind = KINDS["organization"]
    book = Workbook(path)
    sheet = book.add_worksheet(_(kind.label))
    for row in range(ROWS):
        values = organization(first + row) | {"remark": remark}
        for column, (name, value) in enumerate(values.items()):
            if row == 0:
                sheet.write_string(0, column, _(kind.fields[name].label))
            sheet.write_string(row + 1, column, kind.fields[name].display(value))
    book.close()
