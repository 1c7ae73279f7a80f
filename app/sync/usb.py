"""Bundles as files: export, preview and import, on a stick that may be pulled at any time (design.md §6, §7)."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from sqlalchemy import Connection

from app.errors import EnvironmentFault, Refusal
from app.sync import certificate as certificates
from app.sync import log
from app.sync.bundle import MAX_SEALED
from app.sync.certificate import Authority, Certificate
from app.sync.checks import Missing, check
from app.sync.exchange import Limit
from app.sync.log import ALL
from app.sync.machine import sync_folder
from app.sync.packer import packer_for
from app.sync.receive import Received, goes_on, joined, keep, open_all, receive, retry_kept
from app.sync.replica import Replica
from app.text import _

MAX_FILE = 4 * MAX_SEALED


@dataclass(frozen=True)
class Exported:
    """What a file carries, and to whom."""

    path: Path
    recipient: str
    changes: int
    bundles: int
    size: int
    message: str


@dataclass(frozen=True)
class Preview:
    """What a file would bring, read without applying it."""

    sender: str
    scope: str
    letters: str
    center: str
    made_at: int
    changes: int
    kinds: dict[str, int]
    bundles: int


def export(replica: Replica, path: Path, for_certificate: Certificate | None = None) -> Exported:
    """Write what the other's last known holdings lack: for the district of the card, or for one PC of the own center.

    Raises :class:`Refusal` where there is no such recipient, :class:`EnvironmentFault` where the stick fails.
    """
    if for_certificate is not None:
        _check_recipient(replica, for_certificate)
        to = Authority(for_certificate.verify, for_certificate.box, for_certificate.scope)
    else:
        to = authority(replica)
        if to is None:
            raise Refusal.of(
                "card", _("本机还没有加入区或中心，不知道导出给谁"), _("请先接受入网卡，或用对方电脑的证书文件导出")
            )
    packer = packer_for(replica, to.box, to.scope, to.device)
    temporary = path.with_name(path.name + ".tmp")
    checksum, size, bundles, changes = blake2b(), 0, 0, 0
    try:
        with temporary.open("wb") as file:
            while True:
                packed = packer.pack(Limit())
                if packed.batch is None and bundles:
                    break
                file.write(packed.data)
                checksum.update(packed.data)
                size, bundles = size + len(packed.data), bundles + 1
                if packed.batch is None:
                    break
                changes += packed.batch.count
                packer.theirs = packed.batch.after
            file.flush()
            os.fsync(file.fileno())
        if _checksum(temporary) != checksum.digest():  # an earlier file under this name is still good
            raise EnvironmentFault(_("写进U盘的内容读回来不一致。"), _("请换一个U盘重新导出。"))
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        raise EnvironmentFault(
            _("写不进 {file}：{why}", file=path, why=error.strerror or str(error)),
            _("请检查U盘是否插好、是否已满或写保护。"),
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return Exported(path, to.device, changes, bundles, size, _("可以安全拔出U盘"))


def _check_recipient(replica: Replica, certificate: Certificate) -> None:
    """Only a PC of the own center; a district may export for a PC of any center."""
    mine = replica.machine.scope
    if certificate.scope != mine and ALL not in (mine, certificate.scope):
        raise Refusal.of(
            "certificate", _("这台电脑属于别的中心（{scope}），不能为它导出", scope=certificate.scope),
            _("请选择本中心电脑的证书"),
        )  # fmt: skip
    if certificate.device == replica.machine.device:
        raise Refusal.of("certificate", _("这是本机自己的证书"), _("请选择另一台电脑的证书"))


def authority(replica: Replica) -> Authority | None:
    """Whom this PC reports to: the district of its card, or of the card of another PC of its center; else the
    center's first PC; None where there is nobody."""
    card = certificates.card_of(replica.machine.card) if replica.machine.card else None
    if card is None or card.authority.scope != ALL:
        with replica.reading() as connection:
            found = _district_of_center(connection, replica)
        if found is not None:
            return found
    return card.authority if card else None


def _district_of_center(connection: Connection, replica: Replica) -> Authority | None:
    scope = replica.machine.scope
    held = [certificates.of_change(c) for c in log.of_kind(connection, log.CERTIFICATE, scope)]
    trusted = certificates.trust([c for c in held if c], certificates.roots(replica.machine))
    cards = [c.card for c in held if c and c.device in trusted and c.issuer == "card" and c.card]
    return next((card.authority for card in cards if card.authority.scope == ALL), None)


def _checksum(path: Path) -> bytes:
    """Read the file back, from the stick where the system lets us."""
    checksum = blake2b()
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while block := file.read(1 << 20):
            checksum.update(block)
    return checksum.digest()


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE:
            raise EnvironmentFault(_("同步文件太大。"), _("请对方联网同步一次后重新导出。"))
        return path.read_bytes()
    except OSError as error:
        raise EnvironmentFault(
            _("读不出 {file}：{why}", file=path, why=error.strerror or str(error)), _("请检查U盘和文件名。")
        ) from error


def import_file(replica: Replica, path: Path) -> Received:
    """Apply a file whole, or refuse it whole; with a gap it is kept and retried after every import. What earlier files
    bring that waited for this one is counted with it."""
    data = _read(path)
    result = receive(replica, open_all(replica, data))
    if result.missing:
        return replace(result, kept=keep(replica, data))
    for kept in retry_kept(goes_on(replica, result)):
        result = replace(joined(result, kept), sender=result.sender, renewed=kept.renewed or result.renewed)
    return result


def show(replica: Replica, path: Path) -> Preview:
    """Who made a file, when, and what it brings; refused as an import would be, and nothing is applied."""
    opened = open_all(replica, _read(path))
    with replica.reading() as connection:
        check(connection, replica, opened[0])
    sender, last = opened[0].sender, opened[-1].header
    kinds: Counter[str] = Counter()
    for one in opened:
        kinds.update(one.header.counts)
    center = sender.card.center if sender.card else ""
    return Preview(sender.device, sender.scope, sender.letters, center, last.made_at, kinds.total(), dict(kinds),
                   len(opened))  # fmt: skip


def describe(missing: Missing) -> str:
    """One plain line: what has to come first."""
    return _(
        "还缺电脑 {device} 的第 {first} 到 {last} 条修改，请先导入更早的同步文件，本文件已留在本机，届时自动导入。",
        device=missing.device[:8], first=missing.held + 1, last=missing.first - 1,
    )  # fmt: skip
