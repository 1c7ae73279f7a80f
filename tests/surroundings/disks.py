"""Disks that are full, read-only, pulled or gone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from app.workspace import Workspace
from tests.conftest import STREET, Answer
from tests.surroundings.desk import Desk, fill_up, unchangeable
from tests.surroundings.table import MANY, put, surrounding
from tests.tools.schema_fixture import DATA, lay_out


@surrounding("disk full during put", 1, "磁盘已满")
def disk_full_put(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    desk.move(disk := desk.disk("4m"))
    ballast = fill_up(disk, 120_000)
    yield put(desk, MANY)
    ballast.unlink()


@surrounding("disk full during backup", 1, "磁盘已满")
def disk_full_backup(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    stick = desk.disk("200k")
    yield desk.call("backup", stick / "备份")
    assert list(stick.iterdir()) == [], "no half backup"


@surrounding("disk full during the backup of the program", 1, "磁盘已满")
def disk_full_backups(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    desk.move(disk := desk.disk("4m"))
    ballast = fill_up(disk, 200_000)
    yield desk.call("backups", "--make")
    assert list((desk.data / "backups").iterdir()) == []
    ballast.unlink()


@surrounding("disk full during restore", 1, "磁盘已满")
def disk_full_restore(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    assert desk.call("backup", desk.folder / "备份").code == 0
    file = desk.folder / "备份"
    desk.move(disk := desk.disk("4m"))
    ballast = fill_up(disk, 200_000)
    yield desk.call("restore", file)
    assert not list(desk.data.glob("before-restore*"))
    ballast.unlink()


@surrounding("disk full during export of a table", 1, "磁盘已满")
def disk_full_export(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    stick = desk.disk("16k")
    fill_up(stick, 4096)
    yield desk.call("export", "venue", stick / "场地.xlsx")
    assert [path.name for path in stick.iterdir()] == ["ballast"]


@surrounding("disk full during export of news", 1, "U盘")
def disk_full_bundle(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    stick = desk.disk("16k")
    fill_up(stick, 0)
    yield desk.call("bundle", "export", stick / "news.shuniu")
    assert [path.name for path in stick.iterdir()] == ["ballast"]


@surrounding("disk full during printing into a file", 1, "磁盘已满")
def disk_full_sheet(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    stick = desk.disk("16k")
    fill_up(stick, 4096)
    yield desk.call("sheet", "week", "--out", stick / "week.pdf")


@surrounding("disk full during migration", 1, "磁盘已满")
def disk_full_migration(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    desk.folder = disk = desk.disk("4m")
    lay_out(DATA / "schema_0001", disk)
    before = desk.database.read_bytes()
    ballast = fill_up(disk, 700_000)  # the backup before the migration fits, the migration does not
    answer = desk.call("get", "venue")
    assert desk.database.read_bytes() == before
    yield answer
    ballast.unlink()


@surrounding("disk full where a center is set up", 1, "磁盘")
def disk_full_init(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    disk = desk.disk("100k")
    words = ("init", "--street", STREET, "--name", "新中心")
    yield desk.run("--data", disk / "data", "--config", desk.config, *words, folders=False)
    assert not Workspace.exists(disk / "data")


@surrounding("disk full where the desktop starts", 1, "检查磁盘空间")
def disk_full_start(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    desk.move(disk := desk.disk("4m"))
    desk.with_user()
    ballast = fill_up(disk, 0)
    yield desk.window()
    ballast.unlink()


@surrounding("disk full where the log is written and turned over", 0, "")
def disk_full_log(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    disk = desk.disk("4m")
    shutil.copytree(desk.config, disk / "config")
    log, full = disk / "config" / "shuniu.log", "2026-11-23 09:00:00,000 INFO app a line\n" * 23_810
    for name in ("shuniu.log", "shuniu.log.1", "shuniu.log.2"):
        log.with_name(name).write_text(full[: 1_000_000 - 20])
    ballast = fill_up(disk, 0)
    code = (
        "import logging, sys; from pathlib import Path; from app.services.logs import start_log\n"
        "start_log(Path(sys.argv[1]))\n"
        "for _line in range(500): logging.getLogger('app.test').error('a line that fills the disk ' * 40)\n"
        "from app.commands.main import run; run(sys.argv[2:])"
    )
    words = ["--data", desk.data, "--config", disk / "config", "get", "venue"]
    told = desk.ended(["-c", code, disk / "config", *words])
    yield Answer(told.code, told.out, told.err)
    assert len(told.lines) == 3
    assert log.with_name("shuniu.log.1").read_text()[: len(full)] == full[: 1_000_000 - 20], "turned over"
    ballast.unlink()


@surrounding("disk full where the log of the desktop is written", 0, "")
def disk_full_desktop(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    disk = desk.disk("4m")
    shutil.copytree(desk.config, disk / "config")
    fill_up(disk, 0)
    kept, made = desk.config, desk.folder / "config.kept"
    kept.rename(made)
    kept.symlink_to(disk / "config", target_is_directory=True)
    yield desk.window()
    kept.unlink()
    made.rename(kept)


@surrounding("second place for backups full", 0, "没有抄到第二处备份位置")
def second_place_full(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    stick = desk.disk("100k")
    assert desk.call("backups", "--second", stick).code == 0
    yield desk.call("backups", "--make")
    assert list(stick.iterdir()) == [], "no half backup is left there"


@surrounding("second place for backups vanished", 0, "没有抄到第二处备份位置")
def second_place_vanished(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    (stick := desk.folder / "usb").mkdir()
    assert desk.call("backups", "--second", stick).code == 0
    stick.rmdir()
    yield desk.call("backups", "--make")


@surrounding("read-only disk, reading", 1, "只读")
def read_only_get(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    desk.move(disk := desk.disk("8m"))
    desk.read_only(disk)
    yield desk.call("get", "venue")
    desk.writable(disk)


@surrounding("read-only disk, writing", 1, "只读")
def read_only_put(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    desk.move(disk := desk.disk("8m"))
    desk.read_only(disk)
    yield put(desk)
    desk.writable(disk)


@surrounding("read-only configuration", 1, "")
def read_only_config(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    disk = desk.disk("1m")
    shutil.copytree(desk.config, disk / "config")
    desk.read_only(disk)
    words = ("bundle", "export", desk.folder / "news.shuniu")
    yield desk.run("--data", desk.data, "--config", disk / "config", *words, folders=False)


@surrounding("database file that nobody may change", 1, "不能写入")
def unchangeable_database(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    with unchangeable(desk.database):
        yield put(desk)


@surrounding("export over a file that nobody may change", 1, "没有权限")
def unchangeable_export(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    (target := desk.folder / "场地.xlsx").write_text("mine")
    with unchangeable(target):
        yield desk.call("export", "venue", target)
    assert target.read_text() == "mine"


@surrounding("stick pulled during export of news", 1, "U盘")
def stick_pulled(desk: Desk, patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    (stick := desk.folder / "usb").mkdir()
    real = os.fsync

    def pulled(descriptor: int) -> None:
        real(descriptor)
        if "usb" in os.readlink(f"/proc/self/fd/{descriptor}"):
            shutil.rmtree(stick)

    patch.setattr(os, "fsync", pulled)
    yield desk.call("bundle", "export", stick / "news.shuniu")
    patch.undo()
