"""A migration that fails, at its first, middle or last statement or at its commit, leaves the old file as it was, byte for
byte; the next start migrates it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from app.errors import EnvironmentFault
from app.services import backups, reading
from app.store import database
from app.store.database import HEAD, revision
from app.workspace import Workspace
from tests import sampling
from tests.tools.schema_fixture import DATA, lay_out

KEPT = sorted(DATA.glob("schema_*.db"))


class Planted:
    """Counts the statements of a migration, and fails at one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self.fail_at, self.fault = 0, 0, Exception()
        self.migrating, self.commit_at = False, 0
        plain, migrate = database.sqlite_engine, database.migrate

        def engine(path: Path, key: bytes | None) -> Engine:
            made = plain(path, key)
            event.listen(made, "before_cursor_execute", self.statement)
            event.listen(made, "commit", self.commit)
            return made

        def watched(engine: Engine) -> bool:
            self.migrating = True
            try:
                return migrate(engine)
            finally:
                self.migrating = False

        monkeypatch.setattr("app.workspace.sqlite_engine", engine)
        monkeypatch.setattr("app.workspace.migrate", watched)

    def commit(self, _connection: Connection) -> None:
        self.statement()
        if self.migrating:
            self.commit_at = self.count

    def statement(self, *_what: Any) -> None:
        if self.migrating:
            self.count += 1
            if self.count == self.fail_at:
                raise self.fault


def where(count: int) -> list[int]:
    """All of the statements in soak, else the first, the middle and the last, which is the commit."""
    return list(range(1, count + 1)) if sampling.SOAK else [1, count // 2, count]


@pytest.mark.parametrize("stem", [path.with_suffix("") for path in KEPT], ids=lambda path: path.name)
def test_the_old_file_is_left_as_it_was(stem: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = Planted(monkeypatch)
    Workspace.open(*lay_out(stem, tmp_path / "count")).close()
    count = planted.commit_at
    assert count > 20
    data, config = lay_out(stem, tmp_path / "pc")
    before = (data / "shuniu.db").read_bytes()
    full = OperationalError("x", None, Exception("database or disk is full"))
    for at in where(count):
        for fault, told in ((full, EnvironmentFault), (RuntimeError("a bug"), RuntimeError)):
            planted.count, planted.fail_at, planted.fault = 0, at, fault
            with pytest.raises(told):
                Workspace.open(data, config)
            assert (data / "shuniu.db").read_bytes() == before, f"at statement {at} of {count}"
            assert not (data / "shuniu.db-wal").exists()
    assert backups.listed(data / backups.FOLDER), "what was there is kept besides"
    planted.fail_at = 0
    workspace = Workspace.open(data, config)
    assert revision(workspace.engine) == HEAD
    assert workspace.check() == []
    for kind, records in json.loads(stem.with_suffix(".json").read_text("utf-8"))["records"].items():
        assert all(reading.get(workspace.office, kind, record_id) for record_id in records)
    workspace.close()
