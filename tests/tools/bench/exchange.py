"""What the exchange costs over loopback with a district's server, every check included, beside the floor."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from app.models.registry import KINDS
from app.store.bulk import insert_tuples
from app.store.database import migrate, sqlite_engine
from app.store.tables import change, log_head
from app.sync.http import SyncResult, sync_once
from app.workspace import Workspace
from tests.tools.bench import bookings
from tests.tools.bench.kit import ROOT, STREET, Line, median, said, seconds

MANY = 10_000
ROUNDS = 3
BOOKING: Any = KINDS["booking"].model.__table__


@dataclass
class Served:
    """A district's server in a process of its own, and PCs joined by its cards."""

    folder: Path
    port: int
    pid: int

    def pc(self, name: str, street: str = STREET) -> Workspace:
        """A new PC of the center of ``street``."""
        card = self.folder / f"{name}.card"
        to = ["--street", street, "--server", f"http://127.0.0.1:{self.port}", "--out", str(card)]
        _district(self.folder, "card", *to)
        return Workspace.join(self.folder / name / "data", self.folder / name / "config", card)


@contextmanager
def served(folder: Path, *, database: str | None = None, workers: int = 1) -> Iterator[Served]:
    """A new district, served until the end of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    at = ["--database", database] if database else []
    _district(folder, "init", "--district", STREET[:6], "--name", "杨浦区", *at)
    server = subprocess.Popen(_command(folder, "serve", "--port", str(port), "--workers", str(workers)), **_QUIET)
    try:
        wait_for(port)
        yield Served(folder, port, server.pid)
    finally:
        server.terminate()
        server.wait(30)


_QUIET: dict[str, Any] = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def _command(folder: Path, *words: str) -> list[str]:
    at = ["--data", str(folder / "district"), "--config", str(folder / "keys")]
    return [sys.executable, "-m", "app", *at, "district", *words]


def _district(folder: Path, *words: str) -> None:
    subprocess.run(_command(folder, *words), check=True, **_QUIET)


def wait_for(port: int) -> None:
    """Until somebody listens."""
    for _one in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("the district's server did not start")


def _synced(workspace: Workspace) -> tuple[float, SyncResult]:
    """A sync that must leave nothing behind, and how long it took."""
    began = time.perf_counter()
    result = sync_once(workspace.replica())
    took = time.perf_counter() - began
    assert result.complete
    return took, result


def _floor(folder: Path, workspace: Workspace) -> float:
    """``executemany`` of the log lines and rows of ``workspace`` into a new file, in one durable transaction."""
    tables: list[Table] = [change, BOOKING, log_head]
    with workspace.engine.connect() as connection:
        contents = [[tuple(row) for row in connection.execute(select(table))] for table in tables]
    path = folder / f"floor-{time.monotonic_ns()}.db"
    engine = sqlite_engine(path, workspace.machine.db_key)
    migrate(engine)

    def write() -> None:
        with engine.execution_options(write=True).begin() as connection:
            for table, rows in zip(tables, contents, strict=True):
                insert_tuples(connection, table, rows)

    took = seconds(write)
    engine.dispose()
    return took


def exchange(folder: Path) -> Iterator[Line]:
    """10,000 new bookings up to an empty district and down to an empty PC; the middle of several rounds is shown."""
    pushes: list[tuple[float, float]] = []
    pulls: list[tuple[float, float]] = []
    up = down = SyncResult()
    for turn in range(ROUNDS):
        with served(folder / str(turn)) as district:
            first, second = district.pc("first"), district.pc("second")
            _synced(first)
            _synced(second)
            bookings.fill(first.replica(), MANY, turn)
            took, up = _synced(first)
            pushes.append((took, _floor(folder, first)))
            took, down = _synced(second)
            pulls.append((took, _floor(folder, second)))
            first.close()
            second.close()
    for name, times, wire in (("push", pushes, up.bytes_out), ("pull", pulls, down.bytes_in)):
        took, floor = sorted(times, key=lambda pair: pair[0] / pair[1])[ROUNDS // 2]
        yield Line(f"{name} {MANY:,} new records", said(took), said(floor), f"{took / floor:.1f}", "0.40 s, 3 x")
        yield Line("  on the wire", f"{wire / 1000:.0f} kB", budget="800 kB")


def news(folder: Path) -> Iterator[Line]:
    """What travels when little or nothing is new, between a center of four PCs and the district; then ten times more."""
    with served(folder) as district:
        pcs = [district.pc(name) for name in "abcd"]
        first, second, *_rest = pcs
        bookings.fill(first.replica(), MANY, 1)
        few, _up = _synced(first)
        for workspace in (*pcs, *pcs):
            _synced(workspace)
        took = median(lambda: _synced(first))
        yield Line("nothing to say, 4 PCs", said(took))
        _took, quiet = _synced(first)
        yield Line(
            "  requests; larger body", f"{quiet.rounds}; {max(quiet.bytes_out, quiet.bytes_in)} B", budget="1; 1 kB"
        )
        yield from _little(first, second)
        bookings.fill(first.replica(), 10 * MANY, 2)
        took, _up = _synced(first)
        yield Line(f"push {10 * MANY:,} new records", said(took), said(few), f"{took / few:.1f}", "12 x")
        took, _down = _synced(second)
        yield Line(f"pull {10 * MANY:,} new records", said(took))
        for workspace in pcs:
            workspace.close()


def _little(first: Workspace, second: Workspace) -> Iterator[Line]:
    """One field of 1% of the records changed on both sides; one change alone."""
    with first.engine.connect() as connection:
        records = connection.execute(select(BOOKING).limit(MANY // 50)).all()
    bookings.edit(second.replica(), records[: MANY // 100], "换场")
    _synced(second)
    bookings.edit(first.replica(), records[MANY // 100 :], "加座")
    took, both = _synced(first)
    assert both.sent == both.received == MANY // 100
    yield Line("one field of 1% changed, both ways", said(took))
    yield Line("  on the wire", f"{(both.bytes_out + both.bytes_in) / 1000:.1f} kB", budget="12 kB")
    _synced(second)
    bookings.edit(first.replica(), records[-1:], "改期")
    _took, one = _synced(first)
    yield Line("one change, on the wire", f"{one.bytes_out + one.bytes_in} B", budget="1.5 kB")
