"""Closings: a log that ends here. The district closes the logs of a device it revokes (design.md §7)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from app.errors import BundleRefused, Refusal
from app.sync import log
from app.sync.certificate import Certificate
from app.sync.change import decode_values, encode_bases, encode_values
from app.sync.device import introduce_in
from app.sync.log import ALL, Author, Draft
from app.sync.replica import Replica
from app.text import _


def revoke(replica: Replica, device: str) -> str:
    """Close the log of ``device`` at what is held of it; returns its center's scope.

    Raises :class:`Refusal` where nothing of the device is held, or it is closed already.
    """
    with replica.writing() as connection:
        held = {scope: head for (scope, by), head in log.heads(connection).items() if by == device}
        if not held or device == replica.machine.device:
            raise Refusal.of("device", _("没有电脑 {device} 的消息", device=device), _("请核对电脑的标识"))
        (scope, head), *_rest = held.items()
        if device in ends(connection, scope, {}):
            raise Refusal.of("device", _("电脑 {device} 已经停用", device=device), _("不必再停用"))
        if (scope, replica.machine.device) not in log.heads(connection):
            introduce_in(connection, replica, scope)
        values = {"closing": {"device": device, "seq": head.seq, "hash": head.hash}}
        draft = Draft(log.CLOSING, device, encode_bases({"closing": []}), encode_values(values, salted=False))
        author = Author(replica.machine.device, "", replica.clock(), replica.schema)
        log.append(connection, author, scope, [draft])
        return scope


def ends(connection: Connection, scope: str, trusted: Mapping[str, Certificate]) -> dict[str, int]:
    """By device, the last seq that counts. Where ``trusted`` is given, only closings of the district or of the device
    itself are heard."""
    found: dict[str, int] = {}
    for change in log.of_kind(connection, log.CLOSING, scope):
        said = decode_values(change.values or b"").get("closing")
        seq = said.get("seq") if isinstance(said, dict) else None
        if not isinstance(said, dict) or not isinstance(seq, int):
            continue
        device = str(said.get("device"))
        writer = trusted.get(change.device)
        if trusted and change.device != device and (writer is None or writer.scope != ALL):
            continue
        found[device] = min(found.get(device, seq), seq)
    return found


def closed(device: str) -> BundleRefused:
    """The plain line for what comes from a closed device."""
    return BundleRefused(
        _("电脑 {device} 已被区里停用，没有导入任何内容。", device=device[:8]),
        _("如需继续使用，请向区里要一张新的入网卡。"),
    )
