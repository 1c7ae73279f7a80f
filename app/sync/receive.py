"""Receiving: verify everything, then apply it whole in one transaction, or not at all (design.md §6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from app.errors import BundleRefused, EnvironmentFault
from app.models.registry import KINDS
from app.store import search
from app.store.locks import lock_scopes
from app.store.tables import card as card_table
from app.store.tables import peer
from app.sync import certificate as certificates
from app.sync import closing, forks, heal, log, rows
from app.sync.bundle import Log, Opened, damaged, frames, open_bundle
from app.sync.certificate import Certificate
from app.sync.change import Change
from app.sync.checks import MAX_LEAP, Missing, check, known_records
from app.sync.device import Renewal, keep_head, renewing, shared_scopes
from app.sync.machine import Machine, Mark, write_safely
from app.sync.replica import Replica
from app.text import _

_encode = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True)
class Received:
    """What an import did."""

    sender: Certificate
    applied: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    """Applied changes by kind of record; control kinds begin with ``@``."""
    skipped: int = 0
    """Changes that were here already."""
    missing: tuple[Missing, ...] = ()
    """What must come first; then nothing was applied."""
    touched: frozenset[rows.Key] = frozenset()
    kept: Path | None = None
    """Where the bundle waits for what is missing."""
    forked: frozenset[Log] = frozenset()
    """Logs that were left out: there are two pasts under one id, and nothing decides yet which counts."""
    held: int = 0
    """Changes that were kept and not folded: their log is closed."""
    renewed: Machine | None = None
    """This PC under the new id that it took: others hold changes under its old one that it lacked."""


class _Gap(Exception):
    """Rolls the transaction back."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        self.missing = tuple(missing)


def open_all(replica: Replica, data: bytes) -> list[Opened]:
    """All bundles of a file, one sender's; raises :class:`BundleRefused` before anything is touched."""
    opened = [open_bundle(replica.machine, frame) for frame in list(frames(data))]
    if len({(one.sender.verify, one.sender.scope, one.sender.box) for one in opened}) != 1:
        raise damaged()
    return opened


def receive(replica: Replica, bundles: Sequence[Opened]) -> Received:
    """Apply bundles that were opened: all of them, or nothing. A gap is told in ``missing``."""
    sender = bundles[0].sender
    result = Received(sender)
    try:
        with renewing(replica) as renewal, replica.writing() as connection:
            lock_scopes(connection, shared_scopes(replica.machine.scope, sender.scope))
            for opened in bundles:
                result = joined(result, _apply(connection, renewal, opened))
            for scope in sorted({span.scope for opened in bundles for span in opened.header.runs}):
                healed = heal.own_closed(connection, renewal, scope)
                result = replace(result, touched=result.touched | healed)
    except _Gap as gap:
        return Received(sender, missing=gap.missing)
    return replace(result, renewed=renewal.fresh)


def joined(a: Received, b: Received) -> Received:
    """What two imports did together; the rest as the second says."""
    kinds = dict(Counter(a.kinds) + Counter(b.kinds))
    return replace(b, applied=a.applied + b.applied, kinds=kinds, skipped=a.skipped + b.skipped, held=a.held + b.held,
                   touched=a.touched | b.touched, forked=a.forked | b.forked)  # fmt: skip


def _apply(connection: Connection, renewal: Renewal, opened: Opened) -> Received:
    replica = renewal.current
    checked = check(connection, replica, opened)
    _raise_counter(replica.machine, opened)
    if checked.missing:
        raise _Gap(checked.missing)
    changes = checked.changes
    tails = {key: forks.cut_off(connection, *key, first) for key, first in checked.replaced.items()}
    replaced = {key: heal.named(connection, key[0], tail) for key, tail in tails.items()}
    touched = {(c.scope, c.kind, c.record_id) for tail in tails.values() for c, *_rest in tail if c.kind in KINDS}
    rows.refold(connection, touched)
    forks.keep(connection, checked.strays)
    if changes:
        touched |= _store(connection, replica, changes, checked.hashes)
        _note_cards(connection, replica, changes)
    for span in checked.spans:
        for head in span.heads:
            keep_head(connection, span.scope, span.device, head.seq, head.hash, head.signature)
    if tails:
        touched |= heal.tails(connection, renewal, tails, replaced)
        search.touch(connection, touched)
    elif checked.lacked:
        heal.renew(connection, renewal)
    _remember(connection, replica, opened)
    return Received(opened.sender, len(changes), dict(Counter(c.kind for c in changes)), checked.skipped,
                    touched=frozenset(touched), forked=frozenset(checked.forked),
                    held=len(checked.strays))  # fmt: skip


def _store(connection: Connection, replica: Replica, changes: list[Change], hashes: list[bytes]) -> set[rows.Key]:
    """The log, the erasures and the tables; returns the records touched."""
    gone: dict[str, set[log.Target]] = {}
    for scope in {change.scope for change in changes}:
        gone[scope] = log.erased_in(connection, scope)
    named = {scope: {t for c in changes if c.scope == scope for t in log.erasure_targets(c)} for scope in gone}
    for scope, targets in named.items():
        gone[scope] |= targets
    changes = [c._replace(values=None) if log.is_among(c, gone[c.scope]) else c for c in changes]
    known = known_records(connection, changes)
    counts = Counter((c.scope, c.kind, c.record_id) for c in changes)
    log.store(connection, changes, hashes)
    dropped = {(scope, *key) for scope, targets in named.items() for key in log.drop_values(connection, scope, targets)}
    moved = {key for scope in gone for key in _ends_moved(connection, replica, scope, counts)}
    anew = (counts.keys() & known) | dropped | moved | {key for key, count in counts.items() if count > 1}
    ends = {scope: log.ends(connection, scope) for scope in gone}
    fresh = [c for c in changes if (c.scope, c.kind, c.record_id) not in anew and log.counts(c, ends[c.scope])]
    rows.insert_new(connection, fresh)
    rows.refold(connection, anew)
    search.touch(connection, moved)
    return {key for key in counts.keys() | dropped | moved if not key[1].startswith("@")}


def _ends_moved(connection: Connection, replica: Replica, scope: str, counts: Iterable[rows.Key]) -> set[rows.Key]:
    """The records whose fold changes because logs were closed, or devices introduced that a closing concerns."""
    kinds = {kind for owner, kind, _id in counts if owner == scope}
    return closing.settle(connection, replica, scope) if kinds & {log.CLOSING, log.CERTIFICATE} else set()


def _note_cards(connection: Connection, replica: Replica, changes: Sequence[Change]) -> None:
    """A card made here has now been used."""
    for change in changes:
        found = certificates.of_change(change)
        if found is not None and found.issuer == "card" and found.card is not None:
            key = found.card.key.hex()
            here = card_table.c.key == key
            if connection.execute(select(card_table.c.key).where(here)).first():
                connection.execute(update(card_table).where(here).values(device=found.device))
            elif found.card.authority.verify == replica.machine.verify_key:
                connection.execute(
                    insert(card_table).values(key=key, scope=found.scope, letters=found.letters,
                                              made_at=change.at, device=found.device)
                )  # fmt: skip


def _raise_counter(machine: Machine, opened: Opened) -> None:
    """Go on above the highest counter that the sender has seen of us, also where its bundle has to wait: below it, it
    would not believe what we say we hold."""
    mark = Mark.load(machine.folder)
    if mark.counter < opened.header.heard <= mark.counter + MAX_LEAP:
        mark.heard_of(opened.header.heard)


def _remember(connection: Connection, replica: Replica, opened: Opened) -> None:
    """What the sender holds; an older bundle never replaces what a newer one said. Two that say different things under
    one counter are of two copies of one disk: each is heard."""
    device, header, c = opened.sender.device, opened.header, peer.c
    scopes = shared_scopes(replica.machine.scope, opened.sender.scope)
    said = {scope: places for scope, places in header.holdings.items() if scope in scopes}
    fresh = {"counter": header.counter, "holdings": _encode(said), "heard_at": replica.clock(),
             "schema": header.schema}  # fmt: skip
    held = connection.execute(select(c.counter, c.holdings).where(c.device == device)).first()
    if held is not None and (header.counter < held.counter or tuple(held) == (header.counter, fresh["holdings"])):
        return
    # One PC, and the last of its ids to speak counts. Its certificate may tell of ids that no log here speaks of yet.
    ids = {one.device for one in certificates.lineage([opened.sender])}
    ids |= closing.family(connection, replica.machine.scope, device)
    connection.execute(delete(peer).where(c.device.in_(ids)))
    connection.execute(insert(peer).values(device=device, **fresh))


def keep(replica: Replica, data: bytes) -> Path:
    """Keep a file whose changes cannot be applied yet; it is retried after every import."""
    path = replica.inbox / f"{blake2b(data, digest_size=8).hexdigest()}.shuniu"
    try:
        replica.inbox.mkdir(parents=True, exist_ok=True)
        write_safely(path, data)
    except OSError as error:
        raise EnvironmentFault(_("同步文件存不进数据文件夹。"), _("请检查磁盘空间和权限后再导入一次。")) from error
    return path


def goes_on(replica: Replica, received: Received) -> Replica:
    """The replica after an import: under its new id, where it took one."""
    return replica if received.renewed is None else replace(replica, machine=received.renewed)


def retry_kept(replica: Replica) -> list[Received]:
    """Try the kept files again until none of them moves; those applied, or refused for good, leave the inbox."""
    done: list[Received] = []
    moved = True
    while moved:
        moved = False
        for path in sorted(replica.inbox.glob("*.shuniu")) if replica.inbox.is_dir() else []:
            try:
                result = receive(replica, open_all(replica, path.read_bytes()))
            except BundleRefused:
                path.replace(path.with_suffix(".refused"))
                continue
            if not result.missing:
                path.unlink(missing_ok=True)
                done.append(result)
                replica = goes_on(replica, result)
                moved = True
    return done
