"""What makes a whole replica cheap enough to have thousands of them, and every run of a seed the same.

The parts stay real (SQLCipher files, migrations' schema, keys, bundles); only what costs time and proves nothing here is
taken out: the migrations run once and their schema is copied, statements are compiled once for all engines, and
nothing waits for a disk. Randomness and time come from the seed.
"""

from __future__ import annotations

import functools
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, event

from app import workspace as workspaces
from app.district import district as districts
from app.services import ids
from app.store import backup, database

MEMORY = Path("/dev/shm")


@contextmanager
def stage(seed: object) -> Iterator[Path]:
    """A folder in memory where there is one; within, randomness follows from ``seed``."""
    where = MEMORY if MEMORY.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="shuniu-", dir=where))
    moments = iter(range(1_700_000_000, 1_800_000_000))
    with pytest.MonkeyPatch.context() as patch:
        for module in (workspaces, districts, backup):
            patch.setattr(module, "sqlite_engine", quick_engine)
        for module in (workspaces, districts):
            patch.setattr(module, "migrate", quick_migrate)
        patch.setattr("os.urandom", random.Random(f"urandom {seed}").randbytes)
        patch.setattr(ids, "time", SimpleNamespace(time=lambda: next(moments)))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@functools.cache
def _first() -> Engine:
    """Whose dialect and compiled statements all engines share."""
    return database.sqlite_engine(Path("unused"), bytes(32))


def quick_engine(path: Path, key: bytes | None) -> Engine:
    """The program's engine, with compiled statements shared and no waiting for the disk."""
    engine = database.sqlite_engine(path, key)
    if key is not None:
        engine.dialect = engine.pool._dialect = _first().dialect
        engine._compiled_cache = _first()._compiled_cache
    event.listen(engine, "connect", _do_not_wait)
    return engine


def _do_not_wait(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@functools.cache
def _schema() -> tuple[str, ...]:
    """What the migrations make, as statements."""
    with tempfile.TemporaryDirectory() as folder:
        engine = database.sqlite_engine(Path(folder) / "schema.db", None)
        database.migrate(engine)
        with engine.connect() as connection:
            made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").scalars().all()
        engine.dispose()
    return (*made, f"INSERT INTO alembic_version VALUES ('{database.HEAD}')")


def quick_migrate(engine: Engine) -> bool:
    """The migrations, from a copy of what they make where the database is empty."""
    if engine.dialect.name != "sqlite":
        return database.migrate(engine)
    with engine.execution_options(write=True).begin() as connection:
        if connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar():
            return False
        for statement in _schema():
            connection.exec_driver_sql(statement)
    return True


class Clock:
    """The clock of one PC: may be decades off, may be set, and moves a little whenever it is read."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now
