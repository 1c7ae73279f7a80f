"""What the desk waits for: put, lists, search, bookings, slips."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from app.services import reading, slips, writing
from app.workspace import Workspace
from tests.tools.bench.kit import ROOT, Line, center, fill, floor_10000, median, organization, said, seconds


def put_10000(folder: Path) -> Iterator[Line]:
    """One call of the command line with 10,000 lines."""
    with center(folder) as workspace:
        workspace.close()
        lines = "\n".join(json.dumps(organization(at)) for at in range(10_000)).encode()
        command = [sys.executable, "-m", "app", "--data", str(folder / "data"), "--config", str(folder / "config")]
        took = seconds(
            lambda: subprocess.run([*command, "put", "organization"], input=lines, check=True, cwd=ROOT,
                                   stdout=subprocess.DEVNULL)
        )  # fmt: skip
        floor = floor_10000(folder, workspace)
        yield Line("put organization, 10,000 lines", said(took), said(floor), f"{took / floor:.1f}", "5 s")


def lists(workspace: Workspace) -> Iterator[Line]:
    """Opening and searching a list of 20,000 and of 100,000."""
    office, have = workspace.office, 0
    for count, budget in ((20_000, "20 ms"), (100_000, "50 ms")):
        fill(workspace, have, count)
        have = count
        indexed = seconds(workspace.index)
        said_count = f"{count:,}"
        yield Line(f"index {said_count} for search", said(indexed))

        def opened() -> None:
            found = reading.ids(office, "organization")
            reading.rows(office, "organization", found[:40])

        with workspace.engine.connect() as connection:
            query = text("SELECT id FROM organization WHERE deleted = 0 ORDER BY name")
            floor = median(lambda: connection.execute(query).fetchall())  # noqa: B023
        took = median(opened)
        yield Line(f"open a list of {said_count}", said(took), said(floor), f"{took / floor:.1f}", "150 ms")
        for words in ("01234", "社区", "sqfw"):
            took = median(lambda: reading.search(office, words))  # noqa: B023
            yield Line(f"search {said_count} for {words}", said(took), budget=budget)


def booking(workspace: Workspace) -> Iterator[Line]:
    """Saving bookings among a thousand others, and their slips."""
    office = workspace.office
    room = writing.save(office, "venue", {"name": "一楼大厅", "capacity": 80}).id
    made: list[str] = []

    def book() -> None:
        day, hour = divmod(len(made), 10)
        start = f"2027-{1 + day // 28:02d}-{1 + day % 28:02d}T{8 + hour:02d}"
        values = {
            "venue": room,
            "start": f"{start}:00",
            "end": f"{start}:45",
            "purpose": "读书会",
            "client_name": "乐龄",
        }
        made.append(writing.save(office, "booking", values).id)

    for _one in range(300):
        book()
    yield Line("save a booking", said(median(book, 31)), said(fsync_floor(workspace)), budget="30 ms")
    first = seconds(lambda: slips.render(office, "booking", made[0]))
    each = median(lambda: slips.render(office, "booking", made[1]))
    yield Line("slip: first", said(first), budget="300 ms")
    yield Line("slip: each after it", said(each), budget="30 ms")


def fsync_floor(workspace: Workspace) -> float:
    """One row in one durable transaction."""

    def write() -> None:
        with workspace.engine.execution_options(write=True).begin() as connection:
            connection.execute(text("INSERT OR REPLACE INTO local (name, value) VALUES ('bench', X'00')"))

    return median(write, 31)
