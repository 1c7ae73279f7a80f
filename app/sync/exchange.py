"""The planner: given my log and the other's holdings, which changes go into the next bundle (design.md §6, §7)."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, select

from app.store.tables import ERASURE, signed_head
from app.store.tables import change as change_table
from app.sync import log
from app.sync.bundle import Holdings, Log
from app.sync.change import GENESIS, Change
from app.sync.device import head_bytes
from app.sync.log import LogHead
from app.sync.machine import Machine
from app.sync.packing import Span

_CHUNK = 256
_ABOUT = 120
"""Bytes of a change before compression, its bases and values apart."""


class Limit(NamedTuple):
    """How large a bundle should be, before compression."""

    changes: int = 500
    size: int = 256 * 1024

    def halved(self) -> Limit:
        """After a cut of the connection."""
        return Limit(max(1, self.changes // 2), max(1, self.size // 2))


@dataclass
class Batch:
    """The changes of one bundle by run, and what the other holds once it has applied them."""

    spans: list[Span]
    runs: list[list[Change]]
    after: dict[Log, tuple[int, bytes]]

    @property
    def count(self) -> int:
        return sum(map(len, self.runs))


class _Step(NamedTuple):
    """One change on its way: in stamp order; ``closed`` where its log may be cut after it."""

    lamport: int
    device: str
    scope: str
    change: Change
    hash: bytes
    signature: bytes | None
    closed: bool


@dataclass
class Planner:
    """Plans for one other side, within one read transaction after another."""

    machine: Machine
    theirs: Mapping[Log, tuple[int, bytes]]
    scopes: Collection[str]
    own_upto: Mapping[str, int]
    """Per scope, how far the own log is marked as having left."""
    forked: set[Log] = field(default_factory=set)
    """Logs where the two sides disagree; left out."""

    def next(self, connection: Connection, limit: Limit) -> Batch | None:
        """The next bundle, or None where the other lacks nothing; in stamp order and causally closed."""
        heads = {key: head for key, head in log.heads(connection).items() if key[0] in self.scopes}
        walks = [self._walk(connection, key, after, limit) for key, after in self._lacking(connection, heads)]
        taken = self._take(connection, heapq.merge(*walks), limit)
        return self._batch(taken) if taken else None

    def _lacking(self, connection: Connection, heads: Mapping[Log, LogHead]) -> Iterator[tuple[Log, int]]:
        for key, head in heads.items():
            seq, known = self.theirs.get(key, (0, GENESIS))
            if seq > head.seq:
                continue
            held = head.hash if seq == head.seq else log.hash_at(connection, *key, seq)
            if held is None or held[:8] != known[:8]:
                self.forked.add(key)
            elif seq < head.seq:
                yield key, seq

    def _walk(self, connection: Connection, key: Log, after: int, limit: Limit) -> Iterator[_Step]:
        """The changes of one log from ``after`` on, up to where it may be cut last."""
        scope, device = key
        c, s = change_table.c, signed_head.c
        own = device == self.machine.device
        if own:
            upto = self.own_upto.get(scope, 0)
        else:
            upto = connection.execute(select(func.max(s.seq)).where(s.scope == scope, s.device == device)).scalar() or 0
        columns = [c[name] for name in Change._fields]
        same = and_(s.scope == c.scope, s.device == c.device, s.seq == c.seq)
        while after < upto:
            query = select(*columns, c.hash, s.hash, s.signature).select_from(change_table.outerjoin(signed_head, same))
            if own:
                query = select(*columns, c.hash)
            found: Sequence[Any] = connection.execute(
                query.where(c.scope == scope, c.device == device, c.seq > after, c.seq <= upto)
                .order_by(c.seq)
                .limit(min(_CHUNK, limit.changes + 1))
            ).all()
            if not found:
                return
            for row in found:
                change, head = Change(*row[:13]), row[13]
                signature = row[15] if not own and row[14] == head else None
                yield _Step(change.lamport, device, scope, change, head, signature, own or signature is not None)
            after = found[-1].seq

    def _take(self, connection: Connection, steps: Iterator[_Step], limit: Limit) -> list[_Step]:
        """The shortest stretch near ``limit`` after which every log may be cut and every erasure has come along."""
        taken: list[_Step] = []
        open_logs: set[Log] = set()
        erasures: set[tuple[str, str, int]] = set()
        named: dict[str, dict[tuple[str, int], Change]] = {}
        size = closed = 0
        for step in steps:
            change = step.change
            taken.append(step)
            size += len(change.values or b"") + len(change.bases) + _ABOUT
            (open_logs.discard if step.closed else open_logs.add)((step.scope, step.device))
            if change.kind == ERASURE:
                erasures.discard((step.scope, step.device, change.seq))
            if change.values is None:
                erasures |= self._awaited(connection, change, taken, named)
            full = len(taken) >= limit.changes or size >= limit.size
            if not open_logs and not erasures:
                closed = len(taken)
                if full:
                    break
            elif full and closed * 2 >= limit.changes:
                break
        return taken[:closed]

    def _awaited(
        self, connection: Connection, change: Change, taken: list[_Step],
        named: dict[str, dict[tuple[str, int], Change]],
    ) -> set[tuple[str, str, int]]:  # fmt: skip
        """The erasure that must come along with a change whose values are gone, unless the other has it already."""
        if change.scope not in named:
            erased = log.of_kind(connection, ERASURE, change.scope)
            named[change.scope] = {target: e for e in reversed(erased) for target in log.erasure_targets(e)}
        erasure = named[change.scope].get((change.device, change.seq))
        if erasure is None or erasure.seq <= self.theirs.get((change.scope, erasure.device), (0, b""))[0]:
            return set()
        wanted = (change.scope, erasure.device, erasure.seq)
        here = ((step.scope, step.device, step.change.seq) for step in reversed(taken))
        return set() if wanted in here else {wanted}

    def _batch(self, taken: list[_Step]) -> Batch:
        runs: dict[Log, list[Change]] = {}
        last: dict[Log, _Step] = {}
        for step in taken:
            runs.setdefault((step.scope, step.device), []).append(step.change)
            last[step.scope, step.device] = step
        spans = []
        after = dict(self.theirs)
        for (scope, device), run in runs.items():
            end = last[scope, device]
            signature = end.signature or self.machine.sign(head_bytes(scope, device, run[-1].seq, end.hash))
            spans.append(Span(scope, device, run[0].seq, run[-1].seq, end.hash, signature))
            after[scope, device] = (run[-1].seq, end.hash[:8])
        return Batch(spans, list(runs.values()), after)


def holdings(connection: Connection, scopes: Collection[str]) -> Holdings:
    """What is held here of the logs in ``scopes``."""
    return {key: (head.seq, head.hash[:8]) for key, head in log.heads(connection).items() if key[0] in scopes}
