"""Backup by SQLite's own backup API, checked; and restore, which keeps the present data first (design.md §7)."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from app.errors import DatabaseDamaged, EnvironmentFault, Refusal
from app.store.database import HEAD, integrity, revision, sqlite_engine, told_apart
from app.text import _

DATABASE, FACTS = "shuniu.db", "workspace.json"
SLOTS = ("key.recovery", "key.sealed")
"""The database key, sealed to the recovery sheet and to the district; a backup carries them along."""


def backup(engine: Engine, key: bytes, data: Path, target: Path) -> int:
    """Write a consistent, checked copy to ``target``, encrypted as the database is; returns its bytes."""
    copy = target.with_name(target.name + ".copy")
    partial = target.with_name(target.name + ".part")
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
            _("备份写不进 {target}：{why}", target=target, why=error.strerror or str(error)),
            _("请换一个位置或清理磁盘。"),
        ) from error
    finally:
        for leftover in (copy, partial):
            with contextlib.suppress(OSError):
                leftover.unlink()


def _copy(engine: Engine, key: bytes, target: Path) -> None:
    target.unlink(missing_ok=True)
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
                _("读不出 {file}：{why}", file=source, why=error.strerror or str(error)), _("请检查U盘和文件名。")
            ) from error
        raise Refusal.of(
            "file", _("{file} 里没有可以用恢复单打开的密钥", file=source.name), _("请选择备份文件")
        ) from error
    except (zipfile.BadZipFile, KeyError) as error:
        raise Refusal.of(
            "file", _("{file} 里没有可以用恢复单打开的密钥", file=source.name),
            _("请选择开过恢复单以后的备份文件或数据文件夹"),
        ) from error  # fmt: skip


def unpack(source: Path, data: Path, key: bytes) -> None:
    """Lay out a backup, or copy the data folder of a PC that is gone, as the data folder ``data``, once it was checked.

    Raises :class:`DatabaseDamaged` where it does not hold together, :class:`Refusal` where it is no backup.
    """
    data.mkdir(parents=True, exist_ok=True)
    try:
        if source.is_dir():
            for name in (DATABASE, f"{DATABASE}-wal", FACTS, *SLOTS):
                if (source / name).is_file():
                    shutil.copyfile(source / name, data / name)
        else:
            with zipfile.ZipFile(source) as archive:
                for name in sorted({DATABASE, FACTS, *SLOTS} & set(archive.namelist())):
                    (data / name).write_bytes(archive.read(name))
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise EnvironmentFault(
            _("恢复写不进 {folder}：{why}", folder=data, why=getattr(error, "strerror", None) or str(error)),
            _("请检查磁盘空间，或换一份备份。"),
        ) from error
    _must_hold(data / DATABASE, key)


def restore(data: Path, key: bytes, source: Path, clock: datetime) -> Path:
    """Put the backup ``source`` in place of the database; the present one is kept beside it and returned.

    Raises :class:`Refusal` where the file is not a backup of this workspace.
    """
    fresh = data / "restored.db"
    for leftover in data.glob("restored.db*"):
        leftover.unlink()
    try:
        with zipfile.ZipFile(source) as archive:
            facts = json.loads(archive.read(FACTS))
            fresh.write_bytes(archive.read(DATABASE))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Refusal.of("file", _("{file} 不是备份文件", file=source.name), _("请选择枢纽的备份文件")) from error
    here = json.loads((data / FACTS).read_text("utf-8"))
    if facts.get("workspace") != here.get("workspace"):
        fresh.unlink()
        raise Refusal.of("file", _("这是另一个中心或另一台电脑的备份"), _("请选择本机的备份文件"))
    _must_hold(fresh, key)
    kept = data / f"before-restore-{clock:%Y%m%d-%H%M%S}.db"
    for suffix in ("", "-wal", "-shm"):
        present = data / f"{DATABASE}{suffix}"
        if present.exists():
            os.replace(present, kept.with_name(kept.name + suffix))
    os.replace(fresh, data / DATABASE)
    for leftover in data.glob("restored.db*"):
        leftover.unlink()
    return kept
