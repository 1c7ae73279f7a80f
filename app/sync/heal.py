"""Healing: what a PC does by itself when its past was rolled back or copied (design.md §7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, func, select

from app.models.registry import KINDS
from app.store import search
from app.store.tables import ERASURE, peer, signed_head
from app.sync import closing, forks, log, rows
from app.sync.bundle import Log, Travelling, heads_in
from app.sync.change import Change, Stamp, decode_bases, encode_bases, encode_values
from app.sync.device import Renewal, introduce_in
from app.sync.forks import Held
from app.sync.log import Author
from app.sync.machine import Mark
from app.sync.merge import DELETED
from app.sync.replica import Replica
from app.sync.rows import Key

Write = tuple[str, str, str, Stamp]
"""(kind, record, field, stamp)."""


def named(connection: Connection, scope: str, tail: Sequence[Held]) -> set[Write]:
    """The writes of ``tail`` that somebody who saw them has replaced, or put into the bin; asked before the other past
    is taken in, whose writes may stand under the same stamps."""
    ours = {held.change.stamp for held in tail}
    ids: dict[str, set[str]] = {}
    for held in tail:
        if held.change.kind in KINDS:
            ids.setdefault(held.change.kind, set()).add(held.change.record_id)
    return {
        (kind, record_id, field, stamp)
        for kind, wanted in ids.items()
        for record_id, changes in log.of_records(connection, scope, kind, sorted(wanted)).items()
        for change in changes
        for field, stamps in decode_bases(change.bases).items()
        for stamp in stamps
        if stamp in ours
    }


def tails(
    connection: Connection, renewal: Renewal, cut: Mapping[Log, Sequence[Held]], replaced: Mapping[Log, set[Write]]
) -> set[Key]:
    """What was cut off logs that gave way: own tails are written again under a new id, and the old log is closed where
    others may hold them; the erasures in others' tails stay in force. ``replaced`` are the writes of the tails that
    were :func:`named`. Returns the records touched."""
    touched: set[Key] = set()
    for scope in sorted({scope for scope, _device in cut}):
        touched |= _settled(connection, renewal.current, scope)  # closings may have been cut off
    for (scope, device), tail in cut.items():
        touched |= _unseen_still(connection, renewal.current, tail[0].change, replaced[scope, device])
        if device not in closing.ids_of(connection, renewal.replica.machine):
            _erase_still(connection, renewal.current, scope, tail)
            continue
        own = device == renewal.replica.machine.device
        if own:
            renew(connection, renewal)
        if not own or _left(renewal.replica, scope, device) >= tail[0].change.seq:
            touched |= _close(connection, renewal.current, scope, device)
        touched |= _written_again(connection, renewal.current, tail)
        touched |= _settled(connection, renewal.current, scope)
    return touched


def _settled(connection: Connection, replica: Replica, scope: str) -> set[Key]:
    moved = closing.settle(connection, replica, scope)
    rows.refold(connection, moved)
    return moved


def _left(replica: Replica, scope: str, device: str) -> int:
    return Mark.load(replica.machine.folder).left.get(f"{scope}/{device}", (0, ""))[0]


def _close(connection: Connection, replica: Replica, scope: str, device: str) -> set[Key]:
    """End an own log at what is held of it: others may hold what was cut off."""
    signer = replica.machine.formerly(device) or closing.lost(connection, replica.machine).get(device)
    if signer is None or device in log.ends(connection, scope):
        return set()
    head = log.heads(connection, scope)[scope, device]
    log.append(connection, _author(replica), scope, [closing.draft(signer, scope, device, head.seq, head.hash)])
    return _settled(connection, replica, scope)


def own_closed(connection: Connection, renewal: Renewal, scope: str) -> set[Key]:
    """What this PC wrote beyond or off a log that another with the same key has closed (a copy of this disk healed
    first): written again under a new id. What the district closed waits for a person."""
    ends = log.ends(connection, scope)
    touched: set[Key] = set()
    for device in sorted(closing.ids_of(connection, renewal.current.machine) & ends.keys()):
        if ends[device].revoked:
            continue
        if device == renewal.current.machine.device:
            renew(connection, renewal)
        touched |= _written_again(connection, renewal.current, forks.held(connection, scope, device))
    return touched


def orphaned(connection: Connection, replica: Replica, device: str) -> None:
    """Write again what ``device`` wrote in this database and nobody is known to hold: its key is gone, so that nobody
    could sign it any more. What others hold of it comes as before."""
    scope = replica.machine.scope
    head = log.heads(connection, scope).get((scope, device))
    if head is None:
        return
    known = (
        connection.execute(
            select(func.max(signed_head.c.seq)).where(signed_head.c.scope == scope, signed_head.c.device == device)
        ).scalar()
        or 0
    )
    for data in connection.scalars(select(peer.c.holdings)):
        seq, said = heads_in(msgspec.msgpack.decode(data, type=Travelling)).get((scope, device), (0, b""))
        if known < seq <= head.seq and (log.hash_at(connection, scope, device, seq) or b"")[:8] == said:
            known = seq
    if known < head.seq:
        touched = _written_again(connection, replica, forks.cut_off(connection, scope, device, known + 1))
        search.touch(connection, touched)


def renew(connection: Connection, renewal: Renewal) -> None:
    """Take a new id, and never issue a number again that was issued before the disk was rolled back."""
    renewal.begin(connection)
    _raise_numbers(connection, renewal.current)


def _written_again(connection: Connection, replica: Replica, tail: Sequence[Held]) -> set[Key]:
    touched = forks.reissue(connection, replica, "", tail)
    rows.refold(connection, touched)
    return touched


def _erase_still(connection: Connection, replica: Replica, scope: str, tail: Sequence[Held]) -> None:
    """An erasure that was cut off has taken values away here; said again, it takes them away everywhere."""
    named = [list(target) for held in tail for target in log.erasure_targets(held.change)]
    if named:
        values = encode_values({"erased": named}, salted=False)
        draft = log.Draft(ERASURE, tail[0].change.record_id, encode_bases({"erased": []}), values)
        introduce_in(connection, replica, scope)
        log.append(connection, _author(replica), scope, [draft])


def _unseen_still(connection: Connection, replica: Replica, first: Change, replaced: set[Write]) -> set[Key]:
    """What the past that counts wrote under the very stamps by which others replaced the other past: they had not seen
    it, so it is said again, and stands beside what they wrote."""
    touched: set[Key] = set()
    for change in log.of_log(connection, first.scope, first.device, first.seq - 1) if replaced else ():
        values = log.write_of(change).values or {}
        fields = [f for f in values if (change.kind, change.record_id, f, change.stamp) in replaced]
        if fields:
            bases = decode_bases(change.bases) | {field: [change.stamp] for field in fields}
            bases = bases if DELETED in fields else {field: bases[field] for field in fields}
            again = encode_values({field: values[field] for field in fields}, salted=True)
            author = Author(replica.machine.device, change.actor, change.at, replica.schema)
            introduce_in(connection, replica, change.scope)
            draft = log.Draft(change.kind, change.record_id, encode_bases(bases), again)
            log.append(connection, author, change.scope, [draft])
            touched.add((change.scope, change.kind, change.record_id))
    rows.refold(connection, touched)
    return touched


def _author(replica: Replica) -> Author:
    return Author(replica.machine.device, "", replica.clock(), replica.schema)


def _raise_numbers(connection: Connection, replica: Replica) -> None:
    machine = replica.machine
    mark = Mark.load(machine.folder)
    for kind in KINDS.values():
        if kind.number:
            column = kind.model.__table__.c.number
            for number in connection.scalars(
                select(column).where(column.startswith(f"{kind.number}-{machine.scope}-"))
            ):
                head, letters, digits = number.rpartition(f"-{machine.letters}")
                if letters and digits.isascii() and digits.isdigit():
                    prefix = head + letters
                    mark.numbers[prefix] = max(mark.numbers.get(prefix, 0), int(digits))
    mark.save()
