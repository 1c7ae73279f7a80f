"""Backup by SQLite's own backup API, checked; and restore, which keeps the present data first (design.md §7)."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine

from app.errors import DatabaseBusy, DatabaseDamaged, EnvironmentFault, Refusal
from app.store.database import HEAD, integrity, revision, sqlite_engine, told_apart
from app.text import _, reason

log = logging.getLogger(__name__)
DATABASE, FACTS = "shuniu.db", "workspace.json"
DECIDED, KEPT = "restoring-", "before-restore-"
"""How the names begin: of a backup that takes the place of the database, and of what was there before."""
SLOTS = ("key.recovery", "key.sealed")
"""The database key, sealed to the recovery sheet and to the district; a backup carries them along."""


def backup(engine: Engine, key: bytes, data: Path, target: Path) -> int:
    """Write a consistent, checked copy to ``target``, encrypted as the database is; returns its bytes."""
    copy = target.with_name(target.name + ".copy")
    partial = target.with_name(target.name + ".part")
    _clear(copy)  # of one that was killed
    try:
        _copy(engine, key, copy)
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
            archive.write(copy, DATABASE)
            archive.write(data / FACTS, FACTS)
            for slot in SLOTS:
                if (data / slot).is_file():
                    archive.write(data / slot, slot)
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(partial, target)
        return target.stat().st_size
    except OSError as error:
        raise EnvironmentFault(
            _("备份写不进 {target}：{why}", target=target, why=reason(error)),
            _("请换一个位置或清理磁盘。"),
        ) from error
    finally:
        _clear(copy)
        _clear(partial)


def _copy(engine: Engine, key: bytes, target: Path) -> None:
    other = sqlite_engine(target, key)
    try:
        with told_apart():
            source, copy = engine.raw_connection(), other.raw_connection()
            try:
                driver: Any = source.driver_connection
                driver.backup(copy.driver_connection)
                copy.cursor().execute("PRAGMA journal_mode=DELETE")
            finally:
                source.close()
                copy.close()
        with told_apart(), other.connect() as connection:
            if faults := integrity(connection):
                raise DatabaseDamaged(_("备份的内容没有通过检查：{fault}", fault=faults[0]), _("请检查硬盘后重试。"))
    finally:
        other.dispose()


def _must_hold(path: Path, key: bytes) -> None:
    """Raise :class:`DatabaseDamaged` where the database of a backup does not hold together, or is of a newer program."""
    engine = sqlite_engine(path, key)
    try:
        at = revision(engine)
        with told_apart(), engine.connect() as connection:
            faults = integrity(connection)
        if faults or at is None or at > HEAD:
            raise DatabaseDamaged(_("这个备份没有通过检查。"), _("请换一个备份文件。现在的数据没有改动。"))
    finally:
        engine.dispose()


def slot(source: Path, name: str) -> bytes:
    """The sealed key called ``name`` in a backup or a data folder; raises :class:`Refusal` where there is none."""
    try:
        if source.is_dir():
            return (source / name).read_bytes()
        with zipfile.ZipFile(source) as archive:
            return archive.read(name)
    except OSError as error:
        if not (source.is_dir() and isinstance(error, FileNotFoundError)):
            raise EnvironmentFault(
                _("读不出 {file}：{why}", file=source, why=reason(error)), _("请检查U盘和文件名。")
            ) from error
        raise Refusal.of(
            "file", _("{file} 里没有可以用恢复单打开的密钥", file=source.name), _("请选择备份文件")
        ) from error
    except (zipfile.BadZipFile, KeyError) as error:
        raise Refusal.of(
            "file", _("{file} 里没有可以用恢复单打开的密钥", file=source.name),
            _("请选择开过恢复单以后的备份文件或数据文件夹"),
        ) from error  # fmt: skip


def unfinished_aside(data: Path) -> None:
    """Give the database of a set-up, or a recovery, that was cut off before it was told finished another name."""
    stamp = uuid4().hex[:8]
    for leftover in data.glob(f"{DATABASE}*"):
        leftover.rename(leftover.with_name(f"unfinished-{stamp}-{leftover.name}"))


def unpack(source: Path, data: Path, key: bytes) -> bytes:
    """Lay out a backup, or copy the data folder of a PC that is gone, in ``data``, and check it. Returns the facts of the
    folder, which make it one once they are written there.

    Raises :class:`DatabaseDamaged` where it does not hold together, :class:`EnvironmentFault` where it is no backup.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        unfinished_aside(data)
        if source.is_dir():
            facts = (source / FACTS).read_bytes()
            for name in (*SLOTS, DATABASE, f"{DATABASE}-wal"):
                if (source / name).is_file():
                    shutil.copyfile(source / name, data / name)
        else:
            with zipfile.ZipFile(source) as archive:
                facts = archive.read(FACTS)
                for name in sorted({DATABASE, *SLOTS} & set(archive.namelist())):
                    (data / name).write_bytes(archive.read(name))
        with (data / DATABASE).open("rb+") as file:
            os.fsync(file.fileno())
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise EnvironmentFault(
            _(
                "恢复写不进 {folder}：{why}",
                folder=data,
                why=reason(error) if isinstance(error, OSError) else str(error),
            ),
            _("请检查磁盘空间，或换一份备份。"),
        ) from error
    _must_hold(data / DATABASE, key)
    return facts


def facts(source: Path) -> dict[str, Any]:
    """What a backup says of its data folder; raises :class:`Refusal` where the file is no backup."""
    try:
        with zipfile.ZipFile(source) as archive:
            said = json.loads(archive.read(FACTS))
            if not isinstance(said["workspace"], str):
                raise TypeError
            return said
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise _no_backup(source) from error


def _no_backup(source: Path) -> Refusal:
    return Refusal.of("file", _("{file} 不是备份文件", file=source.name), _("请选择枢纽的备份文件"))


def restore(data: Path, workspace: str, key: bytes, source: Path, clock: datetime) -> Path:
    """Put the backup ``source`` of ``workspace`` in place of the database; the present one is kept beside it and returned.

    Whole or not at all, also where the program is killed: once the backup was checked it gets the name that makes it
    count, and whoever opens the folder next finishes what is left. Raises :class:`Refusal` where the file is no backup,
    :class:`DatabaseDamaged` where it does not hold, :class:`DatabaseBusy` where the present one is in use.
    """
    finish_restore(data)
    if facts(source)["workspace"] != workspace:
        raise Refusal.of("file", _("这是另一个中心或另一台电脑的备份"), _("请选择本机的备份文件"))
    fresh = data / "restored.db"
    _clear(fresh)
    try:
        with zipfile.ZipFile(source) as archive, fresh.open("wb") as file, archive.open(DATABASE) as kept:
            shutil.copyfileobj(kept, file)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        _clear(fresh)
        raise _no_backup(source) from error
    except OSError as error:
        _clear(fresh)
        raise _cannot_write(data, error) from error
    try:
        _must_hold(fresh, key)
        _alone(data / DATABASE, key)
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(fresh, data / f"{DECIDED}{_free(data, f'{clock:%Y%m%d-%H%M%S}')}.db")
    except OSError as error:
        raise _cannot_write(data, error) from error
    finally:
        _clear(fresh)
    kept = finish_restore(data)
    assert kept is not None
    return kept


def _free(data: Path, stamp: str) -> str:
    """A stamp under which nothing is kept yet."""
    numbered = (f"{stamp}-{n}" for n in range(2, 10_000))
    return next(one for one in (stamp, *numbered) if not (data / f"{KEPT}{one}.db").exists())


def finish_restore(data: Path) -> Path | None:
    """Finish a restore that was decided: the present database goes aside, the backup takes its place. Returns where the
    present one is kept; None where nothing was to be done."""
    kept = None
    for decided in sorted(data.glob(f"{DECIDED}*.db")):
        kept = data / f"{KEPT}{decided.name.removeprefix(DECIDED)}"
        try:
            for suffix in ("-wal", "-shm", ""):
                present = data / f"{DATABASE}{suffix}"
                if present.exists():
                    os.replace(present, kept.with_name(kept.name + suffix))
            os.replace(decided, data / DATABASE)
        except OSError as error:
            raise _cannot_write(data, error) from error
    return kept


def _alone(path: Path, key: bytes) -> None:
    """See to it that nobody else has the database open, and that all of it lies in its one file; one that is damaged or
    gone is left as it is. Raises :class:`DatabaseBusy`."""
    if not path.is_file():
        return
    engine = sqlite_engine(path, key)
    try:
        with told_apart():
            connection = engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA journal_mode=DELETE")  # only whoever is alone may leave the log
            finally:
                connection.close()
    except DatabaseBusy:
        raise
    except EnvironmentFault as error:
        log.warning("The database that is put aside cannot be opened", exc_info=error)
    finally:
        engine.dispose()


def _clear(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(OSError):
            path.with_name(path.name + suffix).unlink()


def _cannot_write(folder: Path, error: OSError) -> EnvironmentFault:
    return EnvironmentFault(
        _("恢复写不进 {folder}：{why}", folder=folder, why=reason(error)),
        _("请检查磁盘空间，或换一份备份。"),
    )
