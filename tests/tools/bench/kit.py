"""What the parts of the bench share: lines, times, a center full of organizations, the floor of a merge."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from app.models.registry import KINDS
from app.services import writing
from app.store.database import migrate, sqlite_engine
from app.store.tables import change, log_head
from app.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]

STREET = "310110013"


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


def settled(folder: Path) -> dict[str, str]:
    """The environment of a program that was started before: its bytecode is kept, below ``folder``."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


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
