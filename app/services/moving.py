"""Moving to a new PC: a folder with a checked backup and what to do, made on the old PC and opened on the new one.

The backup is as encrypted as any: only the code of the recovery sheet opens it (design.md §3, §7).
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from app.errors import EnvironmentFault, Refusal
from app.sync.machine import sync_folder, write_safely
from app.text import _, reason

MANIFEST, DATA, WORDS = "shuniu-move.json", "shuniu-move.shuniu-backup", "请先看我.txt"
MOVED = "moved"
"""The fact of an old PC that says when it made a package; asked about at its next start."""
_MAGIC = "shuniu move 1"
_PART = ".part"
"""How the name of a folder ends that is not finished yet."""
_CHUNK = 1 << 20
_SPARE = 1 << 20
"""Bytes that are left free beside the data."""


@dataclass(frozen=True)
class Package:
    """What an old PC made for the move: its folder, of which center, when (local time), and the sum of the data."""

    folder: Path
    center: str
    made: datetime
    size: int
    sum: str

    @property
    def backup(self) -> Path:
        """The data, as a backup."""
        return self.folder / DATA


def pack(backup: Path, center: str, now: datetime, place: Path) -> Package:
    """Make the folder for the move in ``place`` from a fresh ``backup``; read back before it counts.

    Raises :class:`EnvironmentFault` where there is no room, or it cannot be written; nothing half done is left.
    """
    size = backup.stat().st_size
    stamp = f"{now:%Y%m%d-%H%M%S}"
    names = (_("枢纽换电脑-{when}", when=when) for when in (stamp, *(f"{stamp}-{n}" for n in range(2, 1000))))
    folder = next(one for name in names if not (one := place / name).exists())
    partial = folder.with_name(folder.name + _PART)
    try:
        for leftover in _unfinished(place):
            shutil.rmtree(leftover, ignore_errors=True)
        free = shutil.disk_usage(place).free
        if free < size + _SPARE:
            raise EnvironmentFault(
                _("{place} 空间不够：需要 {need} MB，还有 {free} MB。", place=place, need=-(-(size + _SPARE) // 1_000_000),
                  free=free // 1_000_000),
                _("请清理出空间，或换一个U盘。"),
            )  # fmt: skip
        partial.mkdir()
        made = _copied(backup, partial / DATA)
        package = Package(folder, center, now, size, made)
        write_safely(partial / WORDS, _words(package).encode("utf-8-sig"), 0o644)
        facts = {
            "magic": _MAGIC,
            "center": center,
            "made": now.isoformat(timespec="seconds"),
            "size": size,
            "sum": made,
        }
        write_safely(partial / MANIFEST, json.dumps(facts, ensure_ascii=False).encode(), 0o644)
        partial.replace(folder)
        sync_folder(place)
    except OSError as error:
        raise EnvironmentFault(
            _("写不进 {place}：{why}", place=place, why=reason(error)),
            _("请检查U盘有没有插好、有没有写保护、空间够不够，再做一次。"),
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return package


def _copied(source: Path, target: Path) -> str:
    """Copy and make durable; the sum of what is read back, which is the source's."""
    with source.open("rb") as read, target.open("wb") as written:
        shutil.copyfileobj(read, written, _CHUNK)
        written.flush()
        os.fsync(written.fileno())
    wanted, found = _sum(source), _sum(target)
    if wanted != found:
        raise OSError(5, _("读回来的内容不一致"))
    return found


def _sum(path: Path) -> str:
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def find(place: Path) -> Package:
    """The newest package in ``place`` or a folder in it; raises :class:`Refusal` where there is none."""
    found = []
    with contextlib.suppress(OSError):
        for folder in (place, *(one for one in place.iterdir() if one.is_dir())):
            with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
                raw = json.loads((folder / MANIFEST).read_text("utf-8"))
                if raw["magic"] == _MAGIC:
                    made = datetime.fromisoformat(raw["made"])
                    found.append(Package(folder, str(raw["center"]), made, int(raw["size"]), str(raw["sum"])))
    if not found and (place.name.endswith(_PART) or _unfinished(place)):
        raise Refusal.of(
            "folder", _("搬家的文件夹没有做完，旧电脑做的时候断了电，或U盘被拔了出来。"),
            _("旧电脑上的数据没有受影响，请回旧电脑再做一次“换电脑”。"),
        )  # fmt: skip
    if not found:
        raise Refusal.of(
            "folder", _("这里没有旧电脑上“换电脑”做好的文件夹。"),
            _("请选U盘里名字以“枢纽换电脑”开头的文件夹；只有备份文件的，请选“用恢复单恢复备份”。"),
        )  # fmt: skip
    return max(found, key=lambda one: one.made)


def _unfinished(place: Path) -> list[Path]:
    """The folders in ``place`` that were begun and not finished."""
    return [*place.glob(_("枢纽换电脑-{when}", when="*") + _PART)]


def verify(package: Package) -> Path:
    """The backup of a package, once all of it was read; raises :class:`Refusal` where it is not what was written."""
    damaged = Refusal.of(
        "file", _("搬家的文件已经损坏，和旧电脑上写下的不一样。"), _("请回旧电脑再做一次，或换一个U盘。")
    )
    try:
        if package.backup.stat().st_size != package.size or _sum(package.backup) != package.sum:
            raise damaged
    except FileNotFoundError:
        raise damaged from None
    except OSError as error:
        raise EnvironmentFault(
            _("读不出 {file}：{why}", file=package.backup, why=reason(error)),
            _("请检查U盘，重新插一次。"),
        ) from error
    return package.backup


def _words(package: Package) -> str:
    lines = (
        _("枢纽 换电脑说明"),
        "",
        _("{center}，{when} 在旧电脑上做好。", center=package.center, when=f"{package.made:%Y-%m-%d %H:%M}"),
        "",
        _("一、在新电脑上安装枢纽，双击打开。"),
        _("二、在“欢迎使用枢纽”里选“从旧电脑搬来”，选这个文件夹（或它所在的U盘）。"),
        _("三、输入恢复单上的恢复码（9 组字母和数字），点“下一步”。"),
        _("四、登录以后看看数据对不对，再选打印机和第二处备份位置。"),
        "",
        _("注意：从做好的时候起，请不要再在旧电脑上登记，那以后写的不会到新电脑上。"),
        _("这里的数据是加密的，没有恢复单打不开。新电脑用好以后，可以删掉这个文件夹。"),
        _("新电脑上的编号用新的字母，不会和旧电脑的重复。新电脑会自己和区里同步；区里要求换卡时，再用入网卡加入一次。"),
    )
    return "\r\n".join(lines) + "\r\n"
