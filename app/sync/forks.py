"""Forks: two pasts under one device id, and how they heal (design.md §7).

A disk that was rolled back writes other changes at places that others hold already. The PC accepts what the others
hold, keeps its own tail as strays, and issues it again under a new id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, delete, insert, select, update

from app.models.registry import KINDS
from app.store import search
from app.store.tables import change as change_table
from app.store.tables import log_head, signed_head, stray_change
from app.sync import log
from app.sync.change import Change, Stamp, chain, decode_bases, decode_values, digest, encode_bases, encode_values
from app.sync.log import GENESIS, LogHead
from app.sync.machine import Machine, device_id
from app.sync.replica import Replica
from app.sync.rows import Key

PER_ADOPTION = 2000
"""Changes named by one adoption, which must stay below the limit of a change."""


class Held(NamedTuple):
    """A change that is kept but not folded, with its chain hash; ``off`` the chain, or beyond its end."""

    change: Change
    hash: bytes
    off: bool


def own_ids(machine: Machine) -> frozenset[str]:
    """Every id under which this PC has written."""
    return frozenset({machine.device, *map(device_id, machine.previous)})


def cut_off(connection: Connection, scope: str, device: str, first: int) -> list[Held]:
    """Take the changes of a log from ``first`` on off its chain; returns them. The rows are folded anew by the caller."""
    c = change_table.c
    here = (c.scope == scope, c.device == device, c.seq >= first)
    rows = connection.execute(_columns(change_table).where(*here).order_by(c.seq))
    found = [_held(row, True) for row in rows]
    keep(connection, found)
    connection.execute(delete(change_table).where(*here))
    h, g = log_head.c, signed_head.c
    connection.execute(delete(signed_head).where(g.scope == scope, g.device == device, g.seq >= first))
    last = connection.execute(
        select(c.seq, c.lamport, c.hash).where(c.scope == scope, c.device == device, c.seq == first - 1)
    ).first()
    if last is None:
        connection.execute(delete(log_head).where(h.scope == scope, h.device == device))
    else:
        connection.execute(
            update(log_head).where(h.scope == scope, h.device == device).values(LogHead(*last)._asdict())
        )
    search.step_back(connection, scope, device, first - 1)
    return found


def _columns(table: Table) -> Select[Any]:
    return select(*(table.c[name] for name in Change._fields), table.c.hash)


def _held(row: Any, off: bool) -> Held:
    return Held(Change(*row[:-1]), row[-1], off)


def keep(connection: Connection, strays: Iterable[Held]) -> None:
    """Keep changes off their chain; those kept already stay as they are."""
    s = stray_change.c
    for change, head, _off in strays:
        here = (s.scope == change.scope, s.device == change.device, s.seq == change.seq, s.hash == head)
        if connection.execute(select(s.seq).where(*here)).first() is None:
            connection.execute(insert(stray_change).values(**change._asdict(), hash=head))


def held(connection: Connection, scope: str, device: str | None = None) -> list[Held]:
    """What of ``scope`` is kept and not folded, of records and not yet adopted or set aside, in stamp order."""
    done = _done(connection, scope)
    found: list[Held] = []
    for table, off in ((change_table, False), (stray_change, True)):
        c = table.c
        query = _columns(table).where(c.scope == scope, c.kind.not_like("@%"))
        if device is not None:
            query = query.where(c.device == device)
        if not off:
            ends = log.ends(connection, scope)
            wanted = [one for one in ends if device in (None, one)]
            rows = [row for one in wanted
                    for row in connection.execute(query.where(c.device == one, c.seq > ends[one].seq))]  # fmt: skip
        else:
            rows = list(connection.execute(query))
        found += [_held(row, off) for row in rows]
    left = [one for one in found if (one.change.device, one.change.seq, one.hash[:8]) not in done]
    return sorted(left, key=lambda one: one.change.stamp)


def strays_of(connection: Connection, scope: str, kind: str, record_id: str) -> list[Change]:
    """The changes of one record that are off the chain of their log."""
    s = stray_change.c
    query = select(*(s[name] for name in Change._fields))
    return [
        Change(*row)
        for row in connection.execute(query.where(s.kind == kind, s.record_id == record_id, s.scope == scope))
    ]


def _done(connection: Connection, scope: str) -> set[tuple[str, int, bytes]]:
    """The held changes that somebody adopted or set aside."""
    ends = log.ends(connection, scope)
    found = set()
    for change in log.of_kind(connection, log.ADOPTION, scope):
        said = decode_values(change.values or b"").get("adoption")
        end = ends.get(change.device)
        if not isinstance(said, dict) or (end is not None and change.seq > end.seq):
            continue
        for seq, head in said.get("changes", ()):
            found.add((str(said.get("device")), seq, head))
    return found


def noted(device: str, changes: Sequence[Held], *, aside: bool = False) -> list[log.Draft]:
    """The changes that say that ``changes`` were adopted, or set ``aside``."""
    drafts = []
    for at in range(0, len(changes), PER_ADOPTION):
        named = [[one.change.seq, one.hash[:8]] for one in changes[at : at + PER_ADOPTION]]
        said = {"adoption": {"device": device, "changes": named, "aside": aside}}
        drafts.append(
            log.Draft(log.ADOPTION, device, encode_bases({"adoption": []}), encode_values(said, salted=False))
        )
    return drafts


def reissue(connection: Connection, replica: Replica, actor: str, changes: Sequence[Held]) -> set[Key]:
    """Write held ``changes`` of one log again under the id of this PC: the same values, times and people, bases
    renamed. Returns the records to fold anew.

    A write that somebody who saw it has overwritten since is not repeated: it would come back as a conflict.
    """
    if not changes:
        return set()
    scope, device = changes[0].change.scope, changes[0].change.device
    writer = _Writer(connection, replica, scope)
    overwritten = _overwritten(connection, scope, [one.change for one in changes])
    for change, _head, _off in changes:
        writer.again(change, overwritten)
    author = log.Author(replica.machine.device, actor, replica.clock(), replica.schema)
    log.store(connection, writer.changes, writer.hashes)
    log.append(connection, author, scope, noted(device, changes))
    return {(scope, one.change.kind, one.change.record_id) for one in changes if one.change.kind in KINDS}


def _overwritten(connection: Connection, scope: str, changes: Sequence[Change]) -> set[tuple[str, str, str, Stamp]]:
    """(kind, record, field, stamp) of every write among ``changes`` that a change which counts has replaced."""
    ids: dict[str, set[str]] = {}
    for change in changes:
        if not change.kind.startswith("@"):
            ids.setdefault(change.kind, set()).add(change.record_id)
    ours = {change.stamp for change in changes}
    found, both = set(), set()
    for kind, wanted in ids.items():
        for record_id, counted in log.of_records(connection, scope, kind, sorted(wanted)).items():
            for write in map(log.write_of, counted):
                if (
                    write.stamp in ours
                ):  # of the past that counts, under a stamp of ours: who named it may mean this one
                    both |= {(kind, record_id, field, write.stamp) for field in write.fields}
                else:
                    found |= {(kind, record_id, field, base) for field in write.fields
                              for base in write.bases.get(field, ()) if base in ours}  # fmt: skip
    return found - both


class _Writer:
    """Builds the new changes of one log, each after the other."""

    def __init__(self, connection: Connection, replica: Replica, scope: str) -> None:
        heads = log.heads(connection, scope)
        own = heads.get((scope, replica.machine.device), LogHead(0, 0, GENESIS))
        self.scope, self.device = scope, replica.machine.device
        self.seq, self.previous = own.seq, own.hash
        self.lamport = max((head.lamport for head in heads.values()), default=0)
        self.renamed: dict[Stamp, Stamp] = {}
        self.ops: dict[tuple[str, int], int] = {}
        self.changes: list[Change] = []
        self.hashes: list[bytes] = []

    def again(self, change: Change, overwritten: Collection[tuple[str, str, str, Stamp]]) -> None:
        """Repeat one change, or what is still to be said of it. An erasure is repeated as it was said: others may keep
        what it named, which is written again without its values."""
        bases, values = decode_bases(change.bases), change.values
        if change.kind in (log.CERTIFICATE, log.ADOPTION):
            return  # of the old id
        if change.kind == log.AUDIT:
            values = self._audit(change)
        elif not change.kind.startswith("@"):
            write = log.write_of(change)
            told = {f for f in write.fields if (change.kind, change.record_id, f, change.stamp) not in overwritten}
            if not told:
                return
            if values is None:
                values = encode_values(dict.fromkeys(sorted(told)), salted=False)
                bases = {field: bases.get(field, []) for field in told}
            elif told != set(write.fields):
                values = encode_values({f: v for f, v in (write.values or {}).items() if f in told}, salted=True)
                bases = {field: stamps for field, stamps in bases.items() if field in told}
        self._add(change, {f: [self.renamed.get(s, s) for s in stamps] for f, stamps in bases.items()}, values)

    def _audit(self, change: Change) -> bytes | None:
        """An audit line of an undo names the operation by its new number."""
        said = decode_values(change.values or b"").get("audit")
        if isinstance(said, dict) and (change.device, said.get("of")) in self.ops:
            said = {**said, "of": self.ops[change.device, said["of"]]}
            return encode_values({"audit": said}, salted=False)
        return change.values

    def _add(self, change: Change, bases: dict[str, list[Stamp]], values: bytes | None) -> None:
        self.seq, self.lamport = self.seq + 1, self.lamport + 1
        op = self.ops.setdefault((change.device, change.op), self.seq)
        new = change._replace(
            device=self.device, seq=self.seq, lamport=self.lamport, op=op, bases=encode_bases(bases), values=values,
            values_hash=change.values_hash if values is None else digest(values),
        )  # fmt: skip
        self.renamed[change.stamp] = new.stamp
        self.previous = chain(self.previous, new)
        self.changes.append(new)
        self.hashes.append(self.previous)
