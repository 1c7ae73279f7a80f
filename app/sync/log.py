"""The change log: append, read, and the hash chain (design.md §4)."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, func, insert, or_, select, update

from app.errors import Refusal
from app.store.bulk import among, insert_tuples
from app.store.tables import ERASURE, log_end, log_head, stray_change
from app.store.tables import change as change_table
from app.sync.change import GENESIS, MAX_BYTES, MAX_TEXT, Change, chain, decode_bases, decode_values, digest
from app.sync.merge import Write
from app.text import _

ALL, DISTRICT, DEMO = "all", "district", "demo"
"""Scopes beside the centers' street codes; the last two never leave."""
CERTIFICATE, CLOSING, ADOPTION, AUDIT = "@device", "@closing", "@adoption", "@audit"
"""Kinds of change that are not records: they travel and are chained like all others."""
_COLUMNS = [change_table.c[name] for name in Change._fields]


class LogHead(NamedTuple):
    """The last change of a log: its seq, lamport and chain hash."""

    seq: int
    lamport: int
    hash: bytes


class End(NamedTuple):
    """Where a log was closed; ``revoked``: by the district, not by its own device."""

    seq: int
    hash: bytes
    revoked: bool


Target = tuple[str, int, bytes]
"""What an erasure names: (device, seq, first 8 bytes of the values' hash). The hash tells two changes apart that a
fork put at one place; an empty one fits either."""


class Draft(NamedTuple):
    """A change before it has its place in a log."""

    kind: str
    record_id: str
    bases: bytes
    values: bytes


@dataclass(frozen=True)
class Author:
    """Who writes, on which device, when (unix seconds) and with which schema."""

    device: str
    actor: str
    at: int
    schema: int


def heads(connection: Connection, scope: str | None = None) -> dict[tuple[str, str], LogHead]:
    """The last change of every log held, by (scope, device)."""
    query = select(log_head)
    if scope is not None:
        query = query.where(log_head.c.scope == scope)
    return {(row.scope, row.device): LogHead(row.seq, row.lamport, row.hash) for row in connection.execute(query)}


def append(
    connection: Connection, author: Author, scope: str, drafts: Sequence[Draft], op: int | None = None
) -> list[Change]:
    """Append ``drafts`` to the author's log in ``scope``; ``op`` continues an operation begun before.

    Raises :class:`Refusal` where a change is longer than 64 KiB, or a name in it longer than others accept.
    """
    for text in {author.actor, *(draft.record_id for draft in drafts)}:
        if len(text) > MAX_TEXT or "\0" in text:
            raise Refusal.of("", _("姓名或标识太长，或含有不能保存的字符"), _("请改短到 {n} 个字以内", n=MAX_TEXT))
    known = heads(connection, scope)
    own = known.get((scope, author.device), LogHead(0, 0, GENESIS))
    lamport = max((head.lamport for head in known.values()), default=0)
    seq, previous = own.seq, own.hash
    op = op if op is not None else seq + 1
    changes, hashes = [], []
    for draft in drafts:
        if len(draft.values) + len(draft.bases) + 512 > MAX_BYTES:
            raise Refusal.of("", _("一次修改超过 64 KB"), _("请把长文字缩短，或拆成几条记录"))
        seq, lamport = seq + 1, lamport + 1
        change = Change(
            scope, author.device, seq, lamport, op, max(author.at, 0), author.actor, draft.kind, draft.record_id,
            author.schema, draft.bases, draft.values, digest(draft.values),
        )  # fmt: skip
        previous = chain(previous, change)
        changes.append(change)
        hashes.append(previous)
    store(connection, changes, hashes)
    return changes


def store(connection: Connection, changes: Sequence[Change], hashes: Sequence[bytes]) -> None:
    """Insert verified changes with their chain hashes, and move the heads. Each log's changes are in order of seq."""
    if not changes:
        return
    insert_tuples(connection, change_table, [(*c, h) for c, h in zip(changes, hashes, strict=True)])
    last = {(c.scope, c.device): LogHead(c.seq, c.lamport, h) for c, h in zip(changes, hashes, strict=True)}
    for (scope, device), head in last.items():
        _set_head(connection, scope, device, head)


def _set_head(connection: Connection, scope: str, device: str, head: LogHead) -> None:
    here = (log_head.c.scope == scope, log_head.c.device == device)
    if not connection.execute(update(log_head).where(*here).values(head._asdict())).rowcount:
        connection.execute(insert(log_head).values(scope=scope, device=device, **head._asdict()))


def _change(row: Any) -> Change:
    return Change(*row)


def ends(connection: Connection, scope: str) -> dict[str, End]:
    """Where the closed logs of ``scope`` end, by device."""
    query = select(log_end.c.device, log_end.c.seq, log_end.c.hash, log_end.c.revoked).where(log_end.c.scope == scope)
    return {row.device: End(row.seq, row.hash, bool(row.revoked)) for row in connection.execute(query)}


def counts(change: Change, ends: Mapping[str, End]) -> bool:
    """Whether a change is folded: what lies beyond the end of its log is held. Control changes always count, or an
    erasure would be undone by a closing."""
    end = ends.get(change.device)
    return end is None or change.seq <= end.seq or change.kind.startswith("@")


def of_record(connection: Connection, scope: str, kind: str, record_id: str, *, held: bool = False) -> list[Change]:
    """The changes of one record that count, in stamp order; with ``held`` those beyond the end of a log too."""
    c = change_table.c
    query = select(*_COLUMNS).where(c.kind == kind, c.record_id == record_id, c.scope == scope)
    changes = [_change(row) for row in connection.execute(query.order_by(c.lamport, c.device))]
    return changes if held else _counted(connection, scope, changes)


def _counted(connection: Connection, scope: str, changes: list[Change]) -> list[Change]:
    closed = ends(connection, scope)
    return [change for change in changes if counts(change, closed)] if closed else changes


def of_records(connection: Connection, scope: str, kind: str, record_ids: Sequence[str]) -> dict[str, list[Change]]:
    """The changes of several records that count, by id."""
    found: dict[str, list[Change]] = {}
    c = change_table.c
    query = select(*_COLUMNS).where(c.kind == kind, among(connection, c.record_id, record_ids), c.scope == scope)
    for change in _counted(connection, scope, [_change(row) for row in connection.execute(query)]):
        found.setdefault(change.record_id, []).append(change)
    return found


def of_log(connection: Connection, scope: str, device: str, after: int = 0, upto: int | None = None) -> list[Change]:
    """The changes of one log with ``after < seq <= upto``, in order."""
    c = change_table.c
    query = select(*_COLUMNS).where(c.scope == scope, c.device == device, c.seq > after).order_by(c.seq)
    if upto is not None:
        query = query.where(c.seq <= upto)
    return [_change(row) for row in connection.execute(query)]


def of_operation(connection: Connection, scope: str, device: str, op: int) -> list[Change]:
    """The changes of one operation of a person."""
    c = change_table.c
    query = select(*_COLUMNS).where(c.scope == scope, c.device == device, c.op == op).order_by(c.seq)
    return [_change(row) for row in connection.execute(query)]


def of_kind(connection: Connection, kind: str, scope: str | None = None) -> list[Change]:
    """All changes of one kind, in stamp order."""
    c = change_table.c
    query = select(*_COLUMNS).where(c.kind == kind).order_by(c.lamport, c.device)
    if scope is not None:
        query = query.where(c.scope == scope)
    return [_change(row) for row in connection.execute(query)]


def write_of(change: Change) -> Write:
    """The change as the fold sees it."""
    values = None if change.values is None else decode_values(change.values)
    return Write(change.stamp, decode_bases(change.bases), values)


def erasure_targets(change: Change) -> Iterator[Target]:
    """What an erasure names."""
    if change.kind != ERASURE or change.values is None:
        return
    named = decode_values(change.values).get("erased", [])
    for one in named if isinstance(named, list) else ():
        with contextlib.suppress(msgspec.ValidationError):
            yield msgspec.convert([*one, b""][:3] if isinstance(one, list) else one, Target)


def target_of(change: Change) -> Target:
    """How an erasure names ``change``."""
    return change.device, change.seq, change.values_hash[:8]


def is_among(change: Change, targets: Collection[Target]) -> bool:
    """Whether one of ``targets`` names ``change``, a record's; control changes are never erased."""
    exact = target_of(change)
    return not change.kind.startswith("@") and (exact in targets or (*exact[:2], b"") in targets)


def erased_in(connection: Connection, scope: str) -> set[Target]:
    """Everything in ``scope`` whose values an erasure held here has taken away."""
    return {target for change in of_kind(connection, ERASURE, scope) for target in erasure_targets(change)}


def drop_values(connection: Connection, scope: str, targets: Iterable[Target]) -> set[tuple[str, str]]:
    """Take the values of the named changes of records away; returns the (kind, id) touched."""
    touched = set()
    for device, seq, tag in targets:
        for table in (change_table, stray_change):
            c = table.c
            here = (c.scope == scope, c.device == device, c.seq == seq)
            for row in connection.execute(select(c.kind, c.record_id, c.hash, c.values_hash).where(*here)).all():
                if not row.kind.startswith("@") and tag in (b"", row.values_hash[:8]):
                    connection.execute(update(table).where(*here, c.hash == row.hash).values({c["values"]: None}))
                    touched.add((row.kind, row.record_id))
    return touched


def verify(connection: Connection) -> list[str]:
    """Recompute every chain; a line per fault, none when all hold."""
    faults = []
    for (scope, device), head in heads(connection).items():
        previous, seq, lamport = GENESIS, 0, 0
        erased = erased_in(connection, scope)
        stored = _hashes(connection, scope, device)
        for change in of_log(connection, scope, device):
            place = f"{scope}/{device}/{change.seq}"
            if change.seq != seq + 1 or change.lamport <= lamport:
                faults.append(_("日志 {place} 不连续", place=place))
            if change.values is None:
                if not is_among(change, erased):
                    faults.append(_("日志 {place} 缺少内容且没有删除凭据", place=place))
            elif digest(change.values) != change.values_hash:
                faults.append(_("日志 {place} 的内容与校验值不符", place=place))
            previous = chain(previous, change)
            seq, lamport = change.seq, change.lamport
            if stored.get(seq) != previous:
                faults.append(_("日志 {place} 的链校验不符", place=place))
                break
        if (seq, lamport, previous) != head and not faults:
            faults.append(_("日志 {place} 的末尾与登记不符", place=f"{scope}/{device}"))
    return faults


def _hashes(connection: Connection, scope: str, device: str) -> dict[int, bytes]:
    c = change_table.c
    rows = connection.execute(select(c.seq, c.hash).where(c.scope == scope, c.device == device))
    return {row.seq: row.hash for row in rows}


def hash_at(connection: Connection, scope: str, device: str, seq: int) -> bytes | None:
    """The chain hash after change ``seq``, or None where it is not held; GENESIS at 0."""
    if seq == 0:
        return GENESIS
    c = change_table.c
    return connection.execute(select(c.hash).where(c.scope == scope, c.device == device, c.seq == seq)).scalar()


def hashes_from(connection: Connection, scope: str, device: str, first: int, count: int) -> list[bytes]:
    """The chain hashes after ``count`` changes of a log from ``first`` on."""
    c = change_table.c
    here = (c.scope == scope, c.device == device, c.seq >= first, c.seq < first + count)
    return list(connection.scalars(select(c.hash).where(*here).order_by(c.seq)))


def lamport_at(connection: Connection, scope: str, device: str, seq: int) -> int:
    """The lamport of change ``seq``, 0 where it is not held."""
    c = change_table.c
    here = (c.scope == scope, c.device == device, c.seq == seq)
    return connection.execute(select(c.lamport).where(*here)).scalar() or 0


def latest_at(connection: Connection, device: str) -> int:
    """When the last change of this device was written (unix seconds), 0 for none; for people, and to notice a clock
    that fell back."""
    c, heads = change_table.c, select(log_head.c.scope, log_head.c.seq).where(log_head.c.device == device)
    # Joined, SQLite would look through every change of the device.
    last = [(c.scope == head.scope) & (c.seq == head.seq) for head in connection.execute(heads)]
    if not last:
        return 0
    return connection.execute(select(func.max(c.at)).where(c.device == device, or_(*last))).scalar() or 0
