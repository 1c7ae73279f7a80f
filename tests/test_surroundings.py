"""Broken surroundings: each ends in one plain line with what to do, and no row is lost."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from app.errors import Refusal
from app.services import reading, writing
from app.store import database
from app.workspace import Workspace

VENUE = '{"name": "一楼大厅"}'


def database_of(tmp_path: Path) -> Path:
    return tmp_path / "cli" / "data" / "shuniu.db"


def one_plain_line(answer) -> None:
    assert answer.err.count("\n") == 1, answer.err
    assert "Traceback" not in answer.err
    assert answer.err.strip()


@pytest.mark.parametrize("left", [0, 100, 5000])
def test_a_truncated_database_is_damaged(center, tmp_path, left) -> None:
    path = database_of(tmp_path)
    for extra in path.parent.glob("shuniu.db-*"):
        extra.unlink()
    os.truncate(path, left)
    answer = center("get", "venue")
    assert answer.code == 3, answer.err
    one_plain_line(answer)


def test_a_database_of_noise_is_damaged_and_left_as_it_is(center, tmp_path) -> None:
    path = database_of(tmp_path)
    noise = os.urandom(16384)
    path.write_bytes(noise)
    answer = center("put", "venue", stdin=VENUE)
    assert answer.code == 3
    one_plain_line(answer)
    assert path.read_bytes() == noise


def test_a_changed_byte_in_the_log_is_found_by_check(center, tmp_path) -> None:
    assert center("put", "venue", stdin=VENUE).code == 0
    workspace = Workspace.open(tmp_path / "cli" / "data", tmp_path / "cli" / "config")
    with workspace.engine.begin() as connection:
        connection.execute(text("UPDATE change SET \"values\" = CAST('x' AS BLOB) WHERE kind = 'venue'"))
    workspace.close()
    answer = center("check")
    assert answer.code == 3
    assert "校验" in answer.err


def test_a_row_that_the_log_does_not_know_is_found_by_check(center, tmp_path) -> None:
    assert center("put", "venue", stdin=VENUE).code == 0
    workspace = Workspace.open(tmp_path / "cli" / "data", tmp_path / "cli" / "config")
    with workspace.engine.begin() as connection:
        connection.execute(text("UPDATE venue SET name = '二楼'"))
    workspace.close()
    assert center("check").code == 3


def test_a_database_newer_than_the_program_is_left_alone(center, tmp_path) -> None:
    workspace = Workspace.open(tmp_path / "cli" / "data", tmp_path / "cli" / "config")
    with workspace.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    workspace.close()
    answer = center("put", "venue", stdin=VENUE)
    assert answer.code == 4
    one_plain_line(answer)


def test_a_database_locked_by_another_process_is_said_so(center, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(database, "BUSY_MS", 100)
    workspace = Workspace.open(tmp_path / "cli" / "data", tmp_path / "cli" / "config")
    with workspace.engine.execution_options(write=True).begin():
        answer = center("put", "venue", stdin=VENUE)
    workspace.close()
    assert answer.code == 1
    assert "占用" in answer.err
    assert center("put", "venue", stdin=VENUE).code == 0


def test_a_read_only_database_is_said_so(center, tmp_path, monkeypatch) -> None:
    """As root no file is read-only; SQLite's own switch gives the same answer."""
    plain = database.sqlite_engine

    def read_only(path: Path, key: bytes | None):
        from sqlalchemy import event

        engine = plain(path, key)
        event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA query_only = ON"))
        return engine

    monkeypatch.setattr("app.workspace.sqlite_engine", read_only)
    answer = center("put", "venue", stdin=VENUE)
    assert answer.code == 1
    assert "不能写入" in answer.err


def test_a_full_disk_loses_nothing(center, tmp_path) -> None:
    assert center("put", "venue", stdin=VENUE).code == 0
    size = database_of(tmp_path).stat().st_size
    wal = max((f.stat().st_size for f in database_of(tmp_path).parent.glob("shuniu.db-wal")), default=0)
    limit = max(size, wal) + 60_000
    lines = "\n".join(json.dumps({"name": f"场地{n}", "remark": "长" * 900}) for n in range(2000))

    def small_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    folders = ["--data", str(tmp_path / "cli" / "data"), "--config", str(tmp_path / "cli" / "config")]
    ended = subprocess.run(
        [sys.executable, "-m", "app", *folders, "put", "venue"], input=lines.encode(), capture_output=True,
        preexec_fn=small_disk, check=False, timeout=120,
    )  # fmt: skip
    words = ended.stderr.decode()
    assert ended.returncode == 1, words
    assert "磁盘" in words
    assert "Traceback" not in words
    assert len(center("get", "venue").lines) == 1
    assert center("check").code == 0


def test_no_data_folder_yet_is_said_so(shuniu) -> None:
    answer = shuniu("get", "venue")
    assert answer.code == 1
    one_plain_line(answer)


def test_a_second_set_up_in_one_folder_is_refused(center) -> None:
    answer = center("init", "--street", "310110013", "--name", "甲")
    assert answer.code == 1
    one_plain_line(answer)


def test_an_unknown_street_is_refused_and_leaves_no_folder(shuniu, tmp_path) -> None:
    answer = shuniu("init", "--street", "999999999", "--name", "甲", pc="new")
    assert answer.code == 1
    one_plain_line(answer)
    assert not (tmp_path / "new" / "data").exists()


def test_a_data_folder_without_its_configuration_says_nothing(center, tmp_path) -> None:
    shutil.rmtree(tmp_path / "cli" / "config")
    answer = center("get", "venue")
    assert answer.code == 1
    one_plain_line(answer)
    raw = database_of(tmp_path).read_bytes()
    assert b"SQLite format" not in raw
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(database_of(tmp_path)).execute("SELECT * FROM change")


def test_a_clock_before_the_last_change_asks_before_numbering(workspace, clock) -> None:
    office = workspace.office
    writing.save(office, "venue", {"name": "一楼大厅"})
    clock.now = datetime(2009, 1, 1, 8, 0)
    with pytest.raises(Refusal) as refused:
        writing.save(office, "venue", {"name": "二楼"})
    assert refused.value.faults[0].field == "number"
    assert reading.count(office, "venue") == 1
    from dataclasses import replace

    saved = writing.save(replace(office, accept_clock=True), "venue", {"name": "二楼"})
    assert "-2009-" in (saved.number or "")


def test_numbers_go_on_after_the_database_is_rolled_back(workspace) -> None:
    office = workspace.office
    first = writing.save(office, "venue", {"name": "一楼大厅"})
    with workspace.engine.begin() as connection:  # as if an older file had been put back
        connection.execute(text("DELETE FROM venue"))
    second = writing.save(office, "venue", {"name": "二楼"})
    assert (first.number, second.number) == ("CD-310110013-2026-A0001", "CD-310110013-2026-A0002")
