"""The figures of the budgets, each beside its floor where one exists, measured in one run (``make bench``).

Floors are pinned: same schema, key, pragmas and rows as the product, with nothing of the product in between.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from app.models.registry import KINDS
from app.services import reading, slips, writing
from app.store.database import migrate, sqlite_engine
from app.store.tables import change, log_head
from app.sync import card, certificate, receive
from app.sync import usb as usb_files
from app.sync.machine import Machine
from app.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent.parent
STREET = "310110013"
WATCH = """
import sys
import time
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

class Watch(QObject):
    painted = False
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and not self.painted and watched.window().width() >= 800:
            self.painted = True
            QTimer.singleShot(0, self.usable)
        return False
    def usable(self):
        self.at = time.time()
        QTimer.singleShot(3000, self.idle)
    def idle(self):
        print(self.at, resident(), flush=True)
        QApplication.exit(0)

def watched_exec(*_application):
    watch = Watch()
    QApplication.instance().installEventFilter(watch)
    return loop()

loop = QApplication.exec
QApplication.exec = staticmethod(watched_exec)
"""
BARE = """
app = QApplication([])
window = QMainWindow()
window.setCentralWidget(QLabel("x"))
window.resize(1366, 768)
window.show()
QApplication.exec()
"""
DESKTOP = """
from pathlib import Path
from app.views.start import run_desktop
run_desktop(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@dataclass
class Line:
    """One line of the table."""

    what: str
    figure: str
    floor: str = ""
    ratio: str = ""
    budget: str = ""


def seconds(work: Callable[[], Any]) -> float:
    """How long ``work`` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median(work: Callable[[], Any], times: int = 9) -> float:
    """The median of several runs."""
    return statistics.median(seconds(work) for _one in range(times))


def said(value: float) -> str:
    """A time as people compare it."""
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.1f} ms"


def organization(at: int) -> dict[str, str]:
    """The values of one organization, twelve fields; no two share a name."""
    return {
        "name": f"上海市杨浦区第{at:06d}社区服务中心", "reg_status": "normal", "cert_from": "2023-03-02",
        "cert_to": "2027-03-01", "reg_authority": "杨浦区民政局", "legal_rep": "李卫国", "industry": "social",
        "phone": f"138{at:08d}", "contact_name": "王小明", "contact_phone": f"139{at:08d}", "address": f"殷行路{at}号",
        "remark": "年检合格",
    }  # fmt: skip


@contextmanager
def center(folder: Path) -> Iterator[Workspace]:
    """A new center in ``folder``."""
    clock = lambda: datetime(2026, 11, 23, 9, 0)  # noqa: E731
    workspace = Workspace.create(folder / "data", folder / "config", STREET, "殷行街道中心", user="王小明", clock=clock)
    try:
        yield workspace
    finally:
        workspace.close()


def fill(workspace: Workspace, first: int, last: int) -> None:
    """Organizations with the numbers from ``first`` up to ``last``."""
    for start in range(first, last, 5000):
        with workspace.office.unit() as unit:
            for at in range(start, min(last, start + 5000)):
                writing.put(unit, KINDS["organization"], organization(at))


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


def floor_10000(folder: Path, workspace: Workspace) -> float:
    """``executemany`` of the same rows and log lines in one durable transaction."""
    organizations: Any = KINDS["organization"].model.__table__
    with workspace.engine.connect() as connection:
        rows = [dict(row._mapping) for row in connection.execute(organizations.select())]
        ids = {row["id"] for row in rows}
        entries = [dict(row._mapping) for row in connection.execute(change.select()) if row.record_id in ids]
        heads = [dict(row._mapping) for row in connection.execute(log_head.select())]
    engine = sqlite_engine(folder / "floor.db", workspace.machine.db_key)
    migrate(engine)

    def write() -> None:
        with engine.execution_options(write=True).begin() as connection:
            connection.execute(insert(change), entries)
            connection.execute(insert(organizations), rows)
            connection.execute(insert(log_head), heads)

    took = seconds(write)
    engine.dispose()
    return took


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


def usb(folder: Path) -> Iterator[Line]:
    """10,000 new records from one PC of a center to another as a file."""
    with center(folder) as first:
        machine = card.accept(
            Machine.create(folder / "second", STREET), card.make(first.replica(), STREET, "殷行街道中心")
        )
        second = Workspace.create(folder / "data2", folder / "config2", STREET, "", machine=machine, founded=False)
        file = folder / "first.shuniu"
        to = certificate.own(machine)
        receive.receive(second.replica(), receive.open_all(second.replica(), _exported(first, file, to)))
        fill(first, 0, 10_000)
        packed = seconds(lambda: usb_files.export(first.replica(), file, to))
        merged = seconds(lambda: usb_files.import_file(second.replica(), file))
        floor = floor_10000(folder, second)
        second.close()
        yield Line("pack 10,000 new records", said(packed))
        yield Line("their size as a file", f"{file.stat().st_size / 1000:.0f} kB", budget="800 kB")
        yield Line("verify and merge 10,000 new records", said(merged), said(floor), f"{merged / floor:.1f}", "3 x")


def _exported(workspace: Workspace, file: Path, to: certificate.Certificate) -> bytes:
    usb_files.export(workspace.replica(), file, to)
    return file.read_bytes()


def window(code: str, *arguments: Path) -> tuple[float, int]:
    """From the start of a process to its painted window, and what it holds when idle: median of five, bytes."""
    took, held = [], []
    for _one in range(5):
        began = time.time()
        command = [sys.executable, "-c", WATCH + code, *map(str, arguments)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        if done.returncode or not done.stdout.strip():
            raise RuntimeError(done.stderr.strip()[-300:] or "no window was painted")
        at, memory = done.stdout.split()[-2:]
        took.append(float(at) - began)
        held.append(int(memory))
    return statistics.median(took), int(statistics.median(held))


def start(folder: Path) -> Iterator[Line]:
    """The desktop over 20,000 records beside a window of Qt with nothing in it."""
    with center(folder) as workspace:
        fill(workspace, 0, 20_000)
        workspace.index()
    bare, bare_memory = window(BARE)
    took, memory = window(DESKTOP, folder / "data", folder / "config")
    yield Line("start to usable window, 20,000 records", said(took), said(bare), f"{took / bare:.1f}", "2.5 x")
    yield Line("idle memory", f"{memory / 1e6:.0f} MB", f"{bare_memory / 1e6:.0f} MB", budget="150 MB")


def over_a_center(part: Callable[[Workspace], Iterator[Line]]) -> Callable[[Path], Iterator[Line]]:
    """A part that is measured over a new center."""

    def run(folder: Path) -> Iterator[Line]:
        with center(folder) as workspace:
            yield from part(workspace)

    return run


PARTS = {
    "start": start,
    "put": put_10000,
    "lists": over_a_center(lists),
    "booking": over_a_center(booking),
    "usb": usb,
}


def main(wanted: list[str]) -> int:
    """The tool: every part, or those that are named."""
    failed = 0
    print(f"{'':44}{'figure':>12}{'floor':>12}{'ratio':>8}{'budget':>10}")
    for name, part in PARTS.items():
        if wanted and name not in wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                for line in part(Path(folder)):
                    print(
                        f"{line.what:44}{line.figure:>12}{line.floor:>12}{line.ratio:>8}{line.budget:>10}", flush=True
                    )
            except Exception as error:  # one part that cannot run leaves the others
                failed += 1
                print(f"{name}: not measured: {type(error).__name__}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
