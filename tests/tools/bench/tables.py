"""Tables: the preview of an import of 10,000 rows, its commit, and an export; organizations, and bookings by all rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from app.models.registry import KINDS
from app.services import writing
from app.services.excel import committing, exporting, planning
from app.text import _
from app.workspace import Workspace
from tests.tools.bench.bookings import fill as fill_bookings
from tests.tools.bench.bookings import in_rooms
from tests.tools.bench.kit import Line, fill, organization, said, seconds
from tests.tools.bench.rooms import BOOKINGS, FIRST, furnished

ROWS = 10_000


def tables(workspace: Workspace) -> Iterator[Line]:
    """New organizations, then the same file again with one column changed, over 20,000 that are there already."""
    office = workspace.office
    fill(workspace, 0, 2 * ROWS)
    path = workspace.data.parent / "table.xlsx"
    for what, first, remark in (("new", 2 * ROWS, "年检合格"), ("changed", ROWS, "年检基本合格")):
        write(path, "organization", (organization(first + row) | {"remark": remark} for row in range(ROWS)))
        plans = []
        took = seconds(lambda: plans.append(planning.plan(office, "organization", planning.read("organization", path))))  # noqa: B023
        assert plans[0].count("new" if what == "new" else "change") == ROWS, plans[0].summary()
        yield Line(f"preview an import of {ROWS:,} {what}", said(took), budget="3 s")
        yield Line(f"commit it, {what}", said(seconds(lambda: committing.commit(office, plans[0]))))  # noqa: B023
    yield Line(f"export {3 * ROWS:,}", said(seconds(lambda: exporting.export(office, "organization"))))


def booking_tables(workspace: Workspace) -> Iterator[Line]:
    """New bookings in the evenings of rooms that hold 50,000, for 300 teams; then the same file with another purpose."""
    office = workspace.office
    rooms = furnished(workspace)
    teams = {f"第{n}舞队": writing.save(office, "team", {"name": f"第{n}舞队"}).id for n in range(300)}
    fill_bookings(workspace.replica(), BOOKINGS, 0, in_rooms(list(rooms.values()), FIRST))
    path = workspace.data.parent / "bookings.xlsx"
    for state, purpose in (("new", "排练"), ("change", "汇报演出")):
        write(path, "booking", evenings(list(rooms)[1:], list(teams), purpose))
        plans = []
        took = seconds(lambda: plans.append(planning.plan(office, "booking", planning.read("booking", path))))  # noqa: B023
        assert plans[0].count(state) == ROWS, plans[0].summary()
        yield Line(f"preview {ROWS:,} bookings, {state}", said(took), budget="3 s")
        yield Line(f"commit them, {state}", said(seconds(lambda: committing.commit(office, plans[0]))))  # noqa: B023


def evenings(rooms: list[str], teams: list[str], purpose: str) -> Iterator[dict[str, str]]:
    """Two an evening in each room, as people write them."""
    for row in range(ROWS):
        turn, room = divmod(row, len(rooms))
        days, late = divmod(turn, 2)
        day = date(2026, 12, 1) + timedelta(days=days)
        yield {
            "venue": rooms[room], "start": f"{day} {20 + late}:00", "end": f"{day} {20 + late}:50",
            "client": teams[row % len(teams)], "purpose": purpose, "headcount": str(row % 30 + 1),
            "contact_name": "王芳", "contact_phone": f"137{row:08d}",
        }  # fmt: skip


def write(path: Path, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """A table of records, a column each field."""
    from xlsxwriter import Workbook

    kind = KINDS[name]
    book = Workbook(path)
    sheet = book.add_worksheet(_(kind.label))
    for row, values in enumerate(rows):
        for column, (name, value) in enumerate(values.items()):
            if row == 0:
                sheet.write_string(0, column, _(kind.fields[name].label))
            words = value if kind.fields[name].type in ("link", "datetime") else kind.fields[name].display(value)
            sheet.write_string(row + 1, column, words)
    book.close()
