"""How the exchange stands, at a glance: what the district has not got yet, since when, and what is in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app.errors import BundleRefused
from app.models.registry import KINDS
from app.services import local
from app.services.devices import Devices, devices
from app.services.syncing import LAST, Desk, SyncStatus, skew, status
from app.store.tables import change
from app.sync import log, usb
from app.sync.bundle import Log
from app.sync.checks import check
from app.sync.device import shared_scopes
from app.sync.exchange import holdings
from app.sync.packer import last_heard
from app.sync.receive import open_all
from app.sync.replica import Replica
from app.text import _, listed

MOST_FILES = 20
"""Waiting files that are looked into; the rest is counted."""


@dataclass(frozen=True)
class Ended:
    """How the last exchange by network ended (unix seconds); no ``error``: well."""

    at: int
    error: str = ""
    mend: str = ""


@dataclass(frozen=True)
class Standing:
    """Everything the sync page says; every figure is derived from the log, the last bundles and the files kept."""

    status: SyncStatus
    kinds: Mapping[str, int]
    """Records with unsent changes, by kind."""
    others: int
    """Unsent changes that are no records: who looked at or printed what, certificates."""
    since: int | None
    """When the oldest unsent change was made (unix seconds, by the clock of the PC that made it)."""
    lacking: int
    """Changes the district told of that are not here yet."""
    waiting: tuple[str, ...]
    """Of each file that waits: what has to come first."""
    forked: tuple[str, ...]
    """Of each log that the district holds otherwise than we do: a plain line."""
    skew: str
    """Whose program is older, in words; empty where they are the same."""
    last: Ended | None

    def say_unsent(self) -> str:
        """``3 条场地预约、1 条服务记录``."""
        words = [_("{n} 条{kind}", n=n, kind=_(KINDS[kind].label)) for kind, n in self.kinds.items()]
        if self.others:
            words.append(_("{n} 条操作记录", n=self.others))
        return listed(words)


def stand(desk: Desk) -> Standing:
    """How the exchange stands now."""
    replica, now = desk.replica(), status(desk)
    to = usb.authority(replica)
    theirs = last_heard(replica, to.device) if to is not None else {}
    scopes = shared_scopes(desk.street, log.ALL)
    with replica.reading() as connection:
        ours = holdings(connection, scopes)
        unsent = {key: theirs.get(key, (0, b""))[0] for key, (seq, _hash) in ours.items() if key[0] == desk.street
                  and seq > theirs.get(key, (0, b""))[0]}  # fmt: skip
        kinds, others, since = _unsent(connection, unsent)
        forked = [key for key in ours.keys() & theirs.keys() if _differs(connection, key, ours[key], theirs[key])]
    lacking = sum(max(seq - ours.get(key, (0, b""))[0], 0) for key, (seq, _hash) in theirs.items() if key[0] in scopes)
    known = devices(desk.office)
    last = local.read(desk.office, LAST)
    return Standing(
        now, kinds, others, since, lacking, tuple(_waiting(replica, known)),
        tuple(_fork(known, device) for _scope, device in sorted(forked)), skew(desk), Ended(**last) if last else None,
    )  # fmt: skip


def _unsent(connection: Connection, after: Mapping[Log, int]) -> tuple[dict[str, int], int, int | None]:
    """Records by kind in the order of the navigation, other changes, and when the oldest was made."""
    c = change.c
    counts: dict[str, int] = {}
    others, oldest = 0, []
    for (scope, device), seq in after.items():
        here = (c.scope == scope, c.device == device, c.seq > seq)
        query = select(c.kind, func.count(), func.count(c.record_id.distinct()), func.min(c.at)).where(*here)
        for kind, changes, records, at in connection.execute(query.group_by(c.kind)):
            oldest.append(at)
            if kind in KINDS:
                counts[kind] = counts.get(kind, 0) + records
            else:
                others += changes
    return {kind: counts[kind] for kind in KINDS if kind in counts}, others, min(oldest, default=None)


def _differs(connection: Connection, key: Log, ours: tuple[int, bytes], theirs: tuple[int, bytes]) -> bool:
    """Whether the log is another here than there, as far as both hold it."""
    if theirs[0] > ours[0]:
        return False
    held = ours[1] if theirs[0] == ours[0] else log.hash_at(connection, *key, theirs[0])
    return held is None or held[:8] != theirs[1][:8]


def _fork(known: Devices, device: str) -> str:
    return _("“{pc}”的记录与区里的不一致，先不交换它的内容；等那台电脑同步后会自动理顺，其他的不受影响。", pc=known.name(device))  # fmt: skip


def _waiting(replica: Replica, known: Devices) -> list[str]:
    """What each kept file waits for."""
    files = sorted(replica.inbox.glob("*.shuniu")) if replica.inbox.is_dir() else []
    lines: list[str] = []
    for path in files[:MOST_FILES]:
        try:
            opened = open_all(replica, path.read_bytes())
            with replica.reading() as connection:
                missing = [one for each in opened for one in check(connection, replica, each).missing]
        except (BundleRefused, OSError):
            continue  # told when it is tried again
        lines += [
            _("还缺“{pc}”的第 {first} 到 {last} 条修改", pc=known.name(one.device), first=one.held + 1, last=one.first - 1)
            for one in missing
        ]  # fmt: skip
    return list(dict.fromkeys(lines))


def as_facts(standing: Standing) -> dict[str, Any]:
    """For the command line: times as local time."""
    from datetime import datetime

    def when(at: int | None) -> str | None:
        return None if at is None else datetime.fromtimestamp(at).isoformat(timespec="seconds")

    now, last = standing.status, standing.last
    return {
        "carded": now.carded, "unsent": now.unsent, "kinds": dict(standing.kinds), "others": standing.others,
        "since": when(standing.since), "district_heard_at": when(now.district_heard_at),
        "heard_district_at": when(now.heard_district_at), "lacking": standing.lacking, "waiting": now.waiting,
        "waiting_for": list(standing.waiting), "held": now.held, "held_pcs": now.held_pcs, "forked": list(standing.forked),
        "skew": standing.skew,
        "last": {"at": when(last.at), "error": last.error, "mend": last.mend} if last is not None else None,
    }  # fmt: skip
