"""Backups: made by SQLite's backup API and checked, kept 7 daily, 4 weekly, 12 monthly, and copied to a second place."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

import msgspec
from sqlalchemy import Engine, select

from app.errors import EnvironmentFault
from app.services import local
from app.services.office import Office
from app.services.rights import BACKUP
from app.store import backup as files
from app.store.database import told_apart
from app.store.rotation import superseded
from app.store.tables import local as locals_
from app.store.tables import log_head
from app.sync.machine import locked
from app.text import _, reason

FOLDER = "backups"
SUFFIX = ".shuniu-backup"
SECOND = "backups.second"
"""The fact of this PC that names the second place."""
WHY = {
    "daily": "每日备份", "migration": "升级数据库之前", "import": "导入之前", "restore": "恢复之前", "update": "更新程序之前",
    "manual": "手工备份", "move": "换电脑之前",
}  # fmt: skip
LAST = "backups.last"
"""The fact of this PC that says what the newest backup holds."""
PROGRAM = "program"
"""The fact of this PC that says which version of the program opened the database last."""
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


def state(engine: Engine) -> str:
    """What the database holds, in a few letters: the same as long as nothing is written."""
    with told_apart(), engine.connect() as connection:
        heads = connection.execute(select(log_head).order_by(log_head.c.scope, log_head.c.device)).all()
    return blake2b(repr([tuple(one) for one in heads]).encode(), digest_size=16).hexdigest()


def fresh(office: Office, folder: Path) -> bool:
    """Whether the newest backup that was made here is there and holds everything that was written."""
    kept = local.read(office, LAST)
    if not isinstance(kept, dict) or kept.get("state") != state(office.engine):
        return False
    with contextlib.suppress(OSError):
        return (folder / str(kept.get("file"))).stat().st_size == kept.get("size")
    return False


def note(office: Office, made: Made, held: str) -> None:
    """Remember that what was just made holds what the database held, as :func:`state` said before it was."""
    file = made.files[0]
    local.write(office, LAST, {"file": file.name, "size": file.stat().st_size, "state": held})


def opened_by(engine: Engine) -> str:
    """Which version of the program opened the database last; empty where none said so yet."""
    with told_apart(), engine.connect() as connection:
        kept = connection.execute(select(locals_.c.value).where(locals_.c.name == PROGRAM)).scalar()
    return "" if kept is None else str(msgspec.json.decode(kept))


def newer(version: str, than: str) -> bool:
    """Whether a version of the program is newer than another; than an empty one, each is."""
    return _numbers(version) > _numbers(than)


def _numbers(version: str) -> list[int]:
    return [int(one) for one in re.findall(r"\d+", version)]


def make(source: Source, why: str, second: Path | None = None) -> Made:
    """Make a backup, let go of those that are superseded, and copy it to ``second`` where that is there.

    Raises :class:`EnvironmentFault` where it cannot be written, :class:`DatabaseDamaged` where what was written does
    not hold together; what was there before is left. One at a time: a second one waits.
    """
    _made(source.folder)
    with locked(source.data / "backups.lock"):
        return _make(source, why, second)


def _make(source: Source, why: str, second: Path | None) -> Made:
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
