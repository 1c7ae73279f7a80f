"""Backups: made by SQLite's backup API and checked, kept 7 daily, 4 weekly, 12 monthly, and copied to a second place."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from app.errors import EnvironmentFault
from app.services import local
from app.services.office import Office
from app.services.rights import BACKUP
from app.store import backup as files
from app.store.rotation import superseded
from app.text import _, reason

FOLDER = "backups"
SUFFIX = ".shuniu-backup"
SECOND = "backups.second"
"""The fact of this PC that names the second place."""
WHY = {
    "daily": "每日备份", "migration": "升级数据库之前", "import": "导入之前", "restore": "恢复之前", "update": "更新程序之前",
    "manual": "手工备份",
}  # fmt: skip
OTHERS = 5
"""How many are kept of those made before something was done, of each sort."""
_NAME = re.compile(r"(\d{8}-\d{6})-([a-z]+)")


@dataclass(frozen=True)
class Backup:
    """A backup that lies somewhere: when it was made (local time) and why, a key of :data:`WHY`."""

    path: Path
    made: datetime
    why: str


@dataclass(frozen=True)
class Made:
    """What making a backup did: the files, and a sentence where the second place did not get its copy."""

    files: tuple[Path, ...]
    notice: str = ""


@dataclass(frozen=True)
class Source:
    """What is backed up: the data folder, its open database, and the key it is encrypted with."""

    data: Path
    engine: Engine
    key: bytes
    clock: Callable[[], datetime]

    @property
    def folder(self) -> Path:
        """Where its backups lie."""
        return self.data / FOLDER


def listed(folder: Path) -> list[Backup]:
    """The backups in ``folder``, newest first; none where it is not there."""
    found = []
    with contextlib.suppress(OSError):
        for path in folder.glob(f"*{SUFFIX}"):
            if match := _NAME.fullmatch(path.name.removesuffix(SUFFIX)):
                with contextlib.suppress(ValueError):
                    found.append(Backup(path, datetime.strptime(match[1], "%Y%m%d-%H%M%S"), match[2]))
    return sorted(found, key=lambda one: (one.made, one.why), reverse=True)


def make(source: Source, why: str, second: Path | None = None) -> Made:
    """Make a backup, let go of those that are superseded, and copy it to ``second`` where that is there.

    Raises :class:`EnvironmentFault` where it cannot be written, :class:`DatabaseDamaged` where what was written does
    not hold together; what was there before is left.
    """
    _made(source.folder)
    for leftover in (*source.folder.glob("*.part"), *source.folder.glob("*.copy*")):
        leftover.unlink(missing_ok=True)
    path = source.folder / f"{source.clock():%Y%m%d-%H%M%S}-{why}{SUFFIX}"
    files.backup(source.engine, source.key, source.data, path)
    rotate(source.folder)
    if second is None:
        return Made((path,))
    try:
        return Made((path, _copied(path, second)))
    except OSError as error:
        why_not = reason(error)
        return Made((path,), _("没有抄到第二处备份位置 {folder}：{why}", folder=second, why=why_not))


def _made(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise EnvironmentFault(_("不能建立备份文件夹：{folder}", folder=folder), _("请检查磁盘空间和权限。")) from error


def _copied(path: Path, second: Path) -> Path:
    """A copy in the second place, read back; its own rotation."""
    if not second.is_dir():
        raise FileNotFoundError(2, _("没有这个文件夹，U盘或移动硬盘可能没有插上"))
    target, partial = second / path.name, second / f"{path.name}.part"
    try:
        shutil.copyfile(path, partial)
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        if partial.read_bytes() != path.read_bytes():
            raise OSError(5, _("读回来的内容不一致"))
        partial.replace(target)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()
    rotate(second)
    return target


def rotate(folder: Path) -> list[Path]:
    """Let go of the daily backups that are superseded, and of all but the last few of each other sort; returns them."""
    found = listed(folder)
    going = superseded(one.made for one in found if one.why == "daily")
    gone = [one.path for one in found if one.why == "daily" and one.made in going]
    for why in {one.why for one in found} - {"daily"}:
        gone += [one.path for one in found if one.why == why][OTHERS:]
    for path in gone:
        with contextlib.suppress(OSError):
            path.unlink()
    return gone


def due(folder: Path, now: datetime) -> bool:
    """Whether today has no backup yet."""
    return not any(one.made.date() == now.date() for one in listed(folder))


def second_place(office: Office) -> Path | None:
    """Where copies go besides the data folder, as chosen on this PC."""
    said = local.read(office, SECOND)
    return Path(said) if said else None


def choose_second(office: Office, folder: Path | None) -> None:
    """Choose where copies go besides; None for nowhere."""
    office.duty.need(BACKUP)
    local.write(office, SECOND, str(folder) if folder else None)
