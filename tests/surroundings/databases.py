"""Databases that are damaged, missing, or open elsewhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from app.store.alone import only_one
from app.workspace import Workspace
from tests.conftest import STREET, Answer
from tests.surroundings.desk import Desk
from tests.surroundings.table import put, put_back, spoil, surrounding, without_log


@surrounding("header of the database overwritten", 3, "备份")
def header_gone(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    with put_back(desk.database):
        spoil(desk.database, 0, bytes(64))
        yield desk.call("get", "venue")


@surrounding("a page in the middle of the database overwritten", 3, "备份")
def page_gone(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    with put_back(desk.database):
        spoil(desk.database, desk.database.stat().st_size // 8192 * 4096, os.urandom(4096))
        answer = desk.call("check")
        yield Answer(answer.code, answer.out, answer.err.splitlines(keepends=True)[-1])


@surrounding("database cut in half", 3, "备份")
def cut_in_half(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    with put_back(desk.database):
        os.truncate(desk.database, desk.database.stat().st_size // 2)
        answer = desk.call("check")
        yield Answer(answer.code, answer.out, answer.err.splitlines(keepends=True)[-1])


@surrounding("database of zero length", 3, "备份")
def zero_length(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    with put_back(desk.database):
        os.truncate(desk.database, 0)
        yield put(desk)
        without_log(desk)


@surrounding("database that is a text", 3, "备份")
def text_file(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    with put_back(desk.database):
        desk.database.write_text("这不是数据库" * 1000, "utf-8")
        yield put(desk)


@surrounding("database missing", 3, "缺少数据库")
def database_missing(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    with put_back(desk.database):
        desk.database.unlink()
        yield desk.call("get", "venue")


@surrounding("a damaged database is put back from a backup", 0, "")
def damaged_then_restored(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    assert desk.call("backup", desk.folder / "备份").code == 0
    spoil(desk.database, 0, bytes(8192))
    yield desk.call("restore", desk.folder / "备份")


@surrounding("write-ahead log missing", 0, "")
def log_missing(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    workspace = Workspace.open(desk.data, desk.config)
    for extra in desk.data.glob("shuniu.db-*"):
        shutil.copy(extra, desk.folder / extra.name)
    workspace.close()
    without_log(desk)
    yield desk.call("check")


@surrounding("write-ahead log of another database", 3, "备份")
def foreign_log(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    other = Workspace.create(desk.folder / "other" / "data", desk.folder / "other" / "config", STREET, "另一个中心")
    shutil.copy(other.data / "shuniu.db-wal", desk.data / "shuniu.db-wal")
    other.close()
    before = desk.database.read_bytes()
    answer = desk.call("get", "venue")
    assert desk.database.read_bytes() == before, "nothing of the other got into it"
    yield answer
    without_log(desk)


@surrounding("noise for a write-ahead log", 0, "")
def noise_log(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    (desk.data / "shuniu.db-wal").write_bytes(os.urandom(50_000))
    yield desk.call("check")


@surrounding("restore while the desktop is open", 5, "已经打开")
def restore_under_desktop(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    assert desk.call("backup", desk.folder / "备份").code == 0
    with only_one(desk.data):
        yield desk.call("restore", desk.folder / "备份")


@surrounding("restore while another program has the database open", 1, "占用")
def restore_under_program(desk: Desk, patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    assert desk.call("backup", desk.folder / "备份").code == 0
    patch.setattr("app.store.database.BUSY_MS", 50)
    workspace = Workspace.open(desk.data, desk.config)
    yield desk.call("restore", desk.folder / "备份")
    workspace.close()
