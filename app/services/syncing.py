"""Sync as people meet it: status from facts, the exchange, bundles on a stick, cards (design.md §7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import select

from app.errors import Refusal, ShuniuError
from app.services import local, reading
from app.services.office import Office
from app.services.rights import MACHINE
from app.store.tables import peer
from app.sync import card as cards
from app.sync import certificate as certificates
from app.sync import forks, usb
from app.sync.exchange import holdings
from app.sync.machine import Machine
from app.sync.packer import last_heard, successor
from app.sync.receive import Received
from app.sync.replica import Replica
from app.text import _

if TYPE_CHECKING:
    from app.sync.http import SyncResult

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


class Desk(Protocol):
    """What these services need of the open desk."""

    @property
    def street(self) -> str: ...
    @property
    def center_id(self) -> str: ...
    @property
    def office(self) -> Office: ...
    @property
    def machine(self) -> Machine: ...
    def replica(self) -> Replica: ...


LAST = "sync:last"
"""How the last exchange ended: a fact of this PC."""


@dataclass(frozen=True)
class SyncStatus:
    """What the foot of the navigation says; every figure is derived from the log and the last bundles."""

    unsent: int
    """Changes the district is not known to have."""
    district_heard_at: int | None
    """When we last learned that the district has news of ours (unix seconds)."""
    heard_district_at: int | None
    """When we last had a bundle of the district's."""
    carded: bool
    """Whether this PC knows whom it reports to."""
    waiting: int
    """Bundles kept until what is missing has come."""
    held: int = 0
    """Changes that wait to be adopted, and of how many PCs they are."""
    held_pcs: int = 0


def status(desk: Desk) -> SyncStatus:
    """What the other side has not got yet, and since when."""
    replica = desk.replica()
    to = usb.authority(replica)
    waiting = len(list(replica.inbox.glob("*"))) if replica.inbox.is_dir() else 0
    with replica.reading() as connection:
        ours = holdings(connection, {desk.street})
        held = [one.change.device for one in forks.held(connection, desk.street)]
        waits = (len(held), len(set(held)))
        if to is None:
            return SyncStatus(sum(seq for seq, _hash in ours.values()), None, None, False, waiting, *waits)
        theirs = last_heard(replica, to.device)
        newest = successor(connection, replica, to.device)
        heard = connection.execute(select(peer.c.heard_at).where(peer.c.device == newest)).scalar()
    unsent = sum(max(seq - theirs.get(key, (0, b""))[0], 0) for key, (seq, _hash) in ours.items())
    knows_us = any(key[0] == desk.street for key in theirs)
    return SyncStatus(unsent, heard if knows_us else None, heard, True, waiting, *waits)


def sync(desk: Desk, progress: Progress | None = None, cancelled: Cancelled | None = None) -> SyncResult:
    """Exchange with the district of the card until neither side has news; how it ended is remembered on this PC."""
    from app.services import networking
    from app.sync.http import sync_once

    try:
        result = sync_once(desk.replica(), progress, cancelled, networking.network(desk.machine))
    except ShuniuError as error:
        told = error.faults[0] if isinstance(error, Refusal) else None
        _ended(desk, told.error if told else error.message, told.mend if told else error.mend)
        raise
    _ended(desk)
    return result


def _ended(desk: Desk, error: str = "", mend: str = "") -> None:
    at = int(desk.office.clock().timestamp())
    local.write(desk.office, LAST, {"at": at, "error": error, "mend": mend})


def export(desk: Desk, path: Path, certificate: Path | None = None) -> usb.Exported:
    """Write a bundle for the district, or for the PC whose certificate file is given."""
    to = certificates.read_certificate(certificate) if certificate is not None else None
    return usb.export(desk.replica(), path, to)


def import_(desk: Desk, path: Path) -> Received:
    """Import a bundle, whole or not at all."""
    return usb.import_file(desk.replica(), path)


@dataclass(frozen=True)
class Brought:
    """What an import did, as plain facts, with a ``notice`` where the sender's program is older or newer; ``renewed``:
    this PC under the new id that it took on the way."""

    facts: dict[str, Any]
    renewed: Machine | None


def bring(desk: Desk, path: Path) -> Brought:
    """Import a bundle, and tell what it did."""
    received = import_(desk, path)
    notice = skew(desk, received.sender.device)
    return Brought(received_facts(received) | ({"notice": notice} if notice else {}), received.renewed)


def show(desk: Desk, path: Path) -> usb.Preview:
    """What a bundle would bring."""
    return usb.show(desk.replica(), path)


def write_certificate(desk: Desk, path: Path) -> None:
    """Write this PC's certificate, for another PC's ``--for-device``."""
    certificates.write_certificate(desk.machine, path)


def make_card(desk: Desk, path: Path) -> str:
    """Make a card for another PC of this center, while there is no district; returns its letters."""
    desk.office.duty.need(MACHINE)
    center = reading.get(desk.office, "center", desk.center_id)
    join = cards.make(desk.replica(), desk.street, str(center.values["name"]))
    cards.write(join, path)
    return join.card.letters


def received_facts(received: Received) -> dict[str, Any]:
    """What an import did, as plain facts."""
    return {
        "sender": received.sender.device,
        "center": received.sender.scope,
        "applied": received.applied,
        "skipped": received.skipped,
        "kinds": {kind: n for kind, n in received.kinds.items() if not kind.startswith("@")},
        "missing": [usb.describe(one) for one in received.missing],
        "forked": [say_fork(device) for _scope, device in sorted(received.forked)],
        "held": received.held,
    }


def say_fork(device: str) -> str:
    """One plain line for two pasts under one id."""
    return _(
        "电脑 {device} 有两份不一致的修改记录，先不交换它的内容；等那台电脑同步后会自动理顺，其他内容不受影响。",
        device=device[:8],
    )


def skew(desk: Desk, sender: str | None = None) -> str:
    """Whose program is older, in words, by the last bundle of ``sender`` (the district unless told otherwise); empty
    where both are the same or nothing is known."""
    replica = desk.replica()
    to = usb.authority(replica)
    with replica.reading() as connection:
        district = successor(connection, replica, to.device) if to is not None else ""
        device = sender or district
        theirs = connection.execute(select(peer.c.schema).where(peer.c.device == device)).scalar()
    if theirs is None or theirs == replica.schema:
        return ""
    if device == district:
        if theirs > replica.schema:
            return _("本机的程序比区里旧，区里的新内容要升级后才能看到。")
        return _("区里的程序比本机旧，本机的新内容区里要升级后才能看到。")
    if theirs > replica.schema:
        return _("本机的程序比那台电脑旧，那边的新内容要升级后才能看到。")
    return _("那台电脑的程序比本机旧，本机的新内容那边要升级后才能看到。")
