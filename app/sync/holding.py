"""Held changes: kept, not folded, until a person adopts them or sets them aside (design.md §7)."""

from __future__ import annotations

from sqlalchemy import Connection

from app.errors import Refusal
from app.store import search
from app.store.locks import lock_scopes
from app.sync import certificate as certificates
from app.sync import forks, log, rows
from app.sync.certificate import Certificate
from app.sync.device import introduce_in
from app.sync.forks import Held
from app.sync.log import Author
from app.sync.replica import Replica
from app.text import _


def held(connection: Connection, scope: str) -> dict[str, list[Held]]:
    """What is held of ``scope``, by device, in stamp order."""
    found: dict[str, list[Held]] = {}
    for one in forks.held(connection, scope):
        found.setdefault(one.change.device, []).append(one)
    return found


def writers(connection: Connection, scope: str) -> dict[str, Certificate]:
    """The newest certificate of every device that wrote in ``scope``."""
    changes = log.of_kind(connection, log.CERTIFICATE, scope)
    return {found.device: found for change in changes if (found := certificates.of_change(change))}


def adopt(replica: Replica, scope: str, device: str, actor: str) -> int:
    """Write what is held of ``device`` again under the id of this PC; returns how many changes.

    Raises :class:`Refusal` where nothing of it is held.
    """
    with replica.writing() as connection:
        wanted = _wanted(connection, replica, scope, device)
        touched = forks.reissue(connection, replica, actor, wanted)
        rows.refold(connection, touched)
        search.touch(connection, touched)
        return len(wanted)


def set_aside(replica: Replica, scope: str, device: str, actor: str) -> int:
    """Say that what is held of ``device`` shall not count; it stays in the log, and is listed no more."""
    with replica.writing() as connection:
        wanted = _wanted(connection, replica, scope, device)
        author = Author(replica.machine.device, actor, replica.clock(), replica.schema)
        log.append(connection, author, scope, forks.noted(device, wanted, aside=True))
        return len(wanted)


def _wanted(connection: Connection, replica: Replica, scope: str, device: str) -> list[Held]:
    lock_scopes(connection, [scope])
    wanted = forks.held(connection, scope, device)
    if not wanted:
        raise Refusal.of(
            "device", _("没有电脑 {device} 待采纳的修改", device=device), _("用 held 查看哪些电脑有待采纳的修改")
        )
    end = log.ends(connection, scope).get(replica.machine.device)
    if end is not None:
        raise Refusal.of("device", _("本机已被区里停用，不能采纳"), _("请先接受区里新发的入网卡"))
    introduce_in(connection, replica, scope)
    return wanted
