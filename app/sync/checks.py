"""What must hold before a bundle touches anything: who sent it, who wrote it, where, and the chain (design.md §6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import Connection, select

from app.errors import BundleRefused
from app.store.tables import card as card_table
from app.store.tables import change as change_table
from app.sync import certificate as certificates
from app.sync import log
from app.sync.bundle import Header, Opened, changes_of
from app.sync.certificate import Certificate
from app.sync.change import GENESIS, Change, chain
from app.sync.closing import closed, ends
from app.sync.device import head_bytes, shared_scopes
from app.sync.log import ALL, LogHead
from app.sync.packing import Span
from app.sync.replica import Replica
from app.text import _

MAX_LEAP = 1_000_000


class Missing(NamedTuple):
    """Changes that must come first: ``scope`` and ``device`` name the log, we hold it up to ``held``."""

    scope: str
    device: str
    held: int
    first: int


@dataclass
class Checked:
    """What of a bundle is new here, in order, with its chain hashes."""

    changes: list[Change]
    hashes: list[bytes]
    skipped: int
    missing: list[Missing]


def check(connection: Connection, replica: Replica, opened: Opened) -> Checked:
    """Verify all of a bundle against what is held; raises :class:`BundleRefused` with nothing touched."""
    header = opened.header
    scopes = shared_scopes(replica.machine.scope, header.sender.scope)
    if any(span.scope not in scopes for span in header.runs):
        raise _foreign()
    shown = [*_held(connection, scopes), *header.certificates]
    trusted = _believe(connection, replica, shown, [header.sender.device])
    sender = trusted[header.sender.device]
    if (sender.scope, sender.box) != (header.sender.scope, header.sender.box):
        raise _stranger()
    runs = changes_of(opened)
    brought = [found for run in runs for change in run if (found := certificates.of_change(change))]
    if brought or not {span.device for span in header.runs} <= trusted.keys():
        trusted = _believe(connection, replica, [*shown, *brought], [span.device for span in header.runs])
    stops = {device: seq for scope in scopes for device, seq in ends(connection, scope, trusted).items()}
    if header.sender.device in stops:
        raise closed(header.sender.device)
    for span, run in zip(header.runs, runs, strict=True):
        _may_write(trusted[span.device], span, run)
        if span.last > stops.get(span.device, span.last):
            raise closed(span.device)
    checked = _chains(connection, header, runs, trusted)
    if not checked.missing:
        _erased(connection, checked.changes)
    return checked


def _held(connection: Connection, scopes: frozenset[str]) -> list[Certificate]:
    changes = [change for scope in sorted(scopes) for change in log.of_kind(connection, log.CERTIFICATE, scope)]
    return [found for change in changes if (found := certificates.of_change(change))]


def _believe(
    connection: Connection, replica: Replica, shown: Sequence[Certificate], wanted: Sequence[str]
) -> Mapping[str, Certificate]:
    """The trusted devices; refuses unless all of ``wanted`` are among them."""
    used = {row.key: row.device for row in connection.execute(select(card_table)) if row.device}
    used = {bytes.fromhex(key): device for key, device in used.items()}
    unique = list(dict.fromkeys(certificates.encode(one) for one in shown))
    trusted = certificates.trust(map(certificates.decode, unique), certificates.roots(replica.machine), used)
    for device in wanted:
        if device not in trusted:
            cards = {c.card.key for c in shown if c.device == device and c.card}
            others = {c.card.key for c in trusted.values() if c.card} | used.keys()
            raise _card_used() if cards & others else _stranger()
    return trusted


def _stranger() -> BundleRefused:
    return BundleRefused(
        _("发出这些内容的电脑不是本中心或本区认可的，没有导入任何内容。"), _("请先让那台电脑用入网卡加入。")
    )


def _card_used() -> BundleRefused:
    return BundleRefused(_("这张入网卡已经被另一台电脑使用，没有导入任何内容。"), _("请为这台电脑另发一张入网卡。"))


def _foreign() -> BundleRefused:
    return BundleRefused(
        _("同步文件里有不属于本中心的内容，没有导入任何内容。"), _("请核对文件是否拿错；如属实请联系区里。")
    )


def _may_write(writer: Certificate, span: Span, run: Sequence[Change]) -> None:
    """A center's scope: its devices and the district; ``all``: the district only."""
    if writer.scope not in (span.scope, ALL) or span.scope in (log.DISTRICT, log.DEMO):
        raise _foreign()
    if span.first == 1 and run[0].kind != log.CERTIFICATE:
        raise _broken()


def _broken() -> BundleRefused:
    return BundleRefused(
        _("同步文件里的修改记录前后不连贯，没有导入任何内容。"), _("请对方重新导出；如仍出现请联系维护人员。")
    )


def forked(scope: str, device: str) -> BundleRefused:
    """Two different pasts under one device id."""
    return BundleRefused(
        _("电脑 {device} 的修改记录与本机已有的不一致，没有导入任何内容。", device=device[:8]),
        _("那台电脑可能被还原过；请联系维护人员处理。"),
    )


def _chains(
    connection: Connection, header: Header, runs: Sequence[Sequence[Change]], trusted: Mapping[str, Certificate]
) -> Checked:
    heads = log.heads(connection)
    checked = Checked([], [], 0, [])
    for span, run in zip(header.runs, runs, strict=True):
        held = heads.get((span.scope, span.device), LogHead(0, 0, GENESIS))
        if span.first > held.seq + 1:
            checked.missing.append(Missing(span.scope, span.device, held.seq, span.first))
            continue
        previous = log.hash_at(connection, span.scope, span.device, span.first - 1)
        hashes = []
        for change in run:
            previous = chain(previous or GENESIS, change)
            hashes.append(previous)
        if hashes[-1] != span.hash or not certificates.signed_by(
            trusted[span.device].verify, head_bytes(span.scope, span.device, span.last, span.hash), span.signature
        ):
            raise _broken()
        skip = min(held.seq, span.last) - span.first + 1
        if skip > 0 and hashes[skip - 1] != log.hash_at(connection, span.scope, span.device, span.first + skip - 1):
            raise forked(span.scope, span.device)
        fresh = run[skip:]
        lamports = [held.lamport, *(change.lamport for change in fresh)]
        highest = max((head.lamport for (scope, _by), head in heads.items() if scope == span.scope), default=0)
        if any(b <= a for a, b in pairwise(lamports)) or lamports[-1] > highest + MAX_LEAP:
            raise _broken()
        checked.changes += fresh
        checked.hashes += hashes[skip:]
        checked.skipped += skip
    return checked


def _erased(connection: Connection, changes: Sequence[Change]) -> None:
    """Values may be absent only where an erasure, held or in the bundle, names the change of a record."""
    absent = [change for change in changes if change.values is None]
    if not absent:
        return
    named = {(c.scope, *target) for c in changes for target in log.erasure_targets(c)}
    for scope in {change.scope for change in absent}:
        named |= {(scope, *target) for target in log.erased_in(connection, scope)}
    if any((c.scope, c.device, c.seq) not in named or c.kind.startswith("@") for c in absent):
        raise _broken()


def known_records(connection: Connection, changes: Sequence[Change]) -> set[tuple[str, str, str]]:
    """Of the records in ``changes``, those that the log speaks of already: (scope, kind, id)."""
    wanted: dict[tuple[str, str], set[str]] = {}
    for change in changes:
        wanted.setdefault((change.scope, change.kind), set()).add(change.record_id)
    c = change_table.c
    found = set()
    for (scope, kind), ids in wanted.items():
        listed = list(ids)
        for at in range(0, len(listed), 500):
            query = select(c.record_id).where(c.kind == kind, c.record_id.in_(listed[at : at + 500]), c.scope == scope)
            found |= {(scope, kind, record_id) for record_id in connection.execute(query).scalars()}
    return found
