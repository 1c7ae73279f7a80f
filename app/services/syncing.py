"""Sync as people meet it: status from facts, the exchange, bundles on a stick, cards (design.md §7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.services import reading
from app.store.tables import peer
from app.sync import card as cards
from app.sync import certificate as certificates
from app.sync import usb
from app.sync.exchange import holdings
from app.sync.packer import last_heard
from app.sync.receive import Received

if TYPE_CHECKING:
    from app.sync.http import SyncResult
    from app.workspace import Workspace

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


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


def status(workspace: Workspace) -> SyncStatus:
    """What the other side has not got yet, and since when."""
    replica = workspace.replica()
    to = usb.authority(replica)
    waiting = len(list(replica.inbox.glob("*"))) if replica.inbox.is_dir() else 0
    with replica.reading() as connection:
        ours = holdings(connection, {workspace.street})
        if to is None:
            return SyncStatus(sum(seq for seq, _hash in ours.values()), None, None, False, waiting)
        theirs = last_heard(replica, to.device)
        heard = connection.execute(select(peer.c.heard_at).where(peer.c.device == to.device)).scalar()
    unsent = sum(max(seq - theirs.get(key, (0, b""))[0], 0) for key, (seq, _hash) in ours.items())
    knows_us = any(key[0] == workspace.street for key in theirs)
    return SyncStatus(unsent, heard if knows_us else None, heard, True, waiting)


def sync(workspace: Workspace, progress: Progress | None = None, cancelled: Cancelled | None = None) -> SyncResult:
    """Exchange with the district of the card until neither side has news."""
    from app.sync.http import sync_once

    return sync_once(workspace.replica(), progress, cancelled)


def export(workspace: Workspace, path: Path, certificate: Path | None = None) -> usb.Exported:
    """Write a bundle for the district, or for the PC whose certificate file is given."""
    to = certificates.read_certificate(certificate) if certificate is not None else None
    return usb.export(workspace.replica(), path, to)


def import_(workspace: Workspace, path: Path) -> Received:
    """Import a bundle, whole or not at all."""
    return usb.import_file(workspace.replica(), path)


def show(workspace: Workspace, path: Path) -> usb.Preview:
    """What a bundle would bring."""
    return usb.show(workspace.replica(), path)


def write_certificate(workspace: Workspace, path: Path) -> None:
    """Write this PC's certificate, for another PC's ``--for-device``."""
    certificates.write_certificate(workspace.machine, path)


def make_card(workspace: Workspace, path: Path) -> str:
    """Make a card for another PC of this center, while there is no district; returns its letters."""
    center = reading.get(workspace.office, "center", workspace.center_id)
    join = cards.make(workspace.replica(), workspace.street, str(center.values["name"]))
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
    }
