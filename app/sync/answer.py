"""The answering side of an exchange: takes one bundle, gives one (design.md §7). Keeps no session."""

from __future__ import annotations

from app.sync.bundle import MAX_SEALED
from app.sync.exchange import LARGEST, Limit
from app.sync.packer import Packer
from app.sync.receive import goes_on, open_all, receive
from app.sync.replica import Replica

MAX_BODY = MAX_SEALED + 1024
LIMIT = "Shuniu-Limit"
"""The header of a request that says how many changes the answer should carry at most: on a line that was cut, fewer."""


def wanted(changes: str | None) -> Limit:
    """The limit that a request asks for; the ordinary one where it asks for nothing sensible."""
    limit = Limit()
    if not (changes and changes.isascii() and changes.isdigit() and len(changes) < 6):
        return limit
    count = min(max(1, int(changes)), LARGEST.changes)
    return Limit(count, limit.size * count // limit.changes)


def answer(replica: Replica, data: bytes, limit: Limit | None = None) -> bytes:
    """Apply what came and pack what the sender lacks, up to ``limit``.

    Raises :class:`app.errors.BundleRefused`. Where something before is missing, nothing is applied and our holdings
    in the answer let the other plan anew.
    """
    opened = open_all(replica, data)
    replica = goes_on(replica, receive(replica, opened))
    # Only now is the sender believed (of several bundles at least the first): its scope decides what it may get.
    sender = opened[0].sender
    last = opened[-1].header
    packer = Packer(replica, sender.box, sender.scope, last.held(), ahead=1, rungs=last.rungs(), device=sender.device)
    return packer.pack(limit or Limit()).data
