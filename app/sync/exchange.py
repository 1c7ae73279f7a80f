"""The planner: given my log and the other's holdings, which changes go into the next bundle (design.md §6, §7)."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, select

from app.store.tables import ERASURE, signed_head
from app.store.tables import change as change_table
from app.sync import log
from app.sync.bundle import MAX_CHANGES, MAX_RAW, Holdings, Log, Place, Rungs
from app.sync.change import GENESIS, Change
from app.sync.closing import family
from app.sync.device import head_bytes
from app.sync.log import LogHead
from app.sync.machine import Machine
from app.sync.packing import MAX_NUMBER, SignedHead, Span

_CHUNK = 1000
_ABOUT = 120
"""Bytes of a change before compression, its bases and values apart."""


class Limit(NamedTuple):
    """How large a bundle should be, before compression."""

    changes: int = 500
    size: int = 256 * 1024

    def halved(self) -> Limit:
        """After a cut of the connection."""
        return Limit(max(1, self.changes // 2), max(1, self.size // 2))

    def doubled(self, most: Limit) -> Limit:
        """After a success, no larger than ``most``."""
        return Limit(min(most.changes, self.changes * 2), min(most.size, self.size * 2))


LARGEST = Limit(8000, 4 * 1024 * 1024)
"""On a fast line: every durable transaction writes pages of every index anew, so that few large ones take less."""


@dataclass
class Batch:
    """The changes of one bundle by run, and what the other holds once it has applied them."""

    spans: list[Span]
    runs: list[list[Change]]
    after: dict[Log, tuple[int, bytes]]
    full: bool = False
    """Whether it ended at the limit, so that more is likely to follow."""

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


class _Lacking(NamedTuple):
    """A log of which the other lacks what comes ``after``; ``mended``: it shall take our past for its own."""

    log: Log
    after: int
    mended: bool


@dataclass
class Planner:
    """Plans for one other side, within one read transaction after another."""

    machine: Machine
    theirs: Holdings
    scopes: Collection[str]
    own_upto: Mapping[str, int]
    """Per scope, how far the own log is marked as having left."""
    rungs: Rungs = field(default_factory=dict)
    """The earlier places that the other names of logs on which we disagree."""
    their_device: str = ""
    """The id of the other, where it is known."""
    forked: set[Log] = field(default_factory=set)
    """Logs where the two sides disagree and nothing decides it yet; left out."""
    _common: dict[Log, int] = field(default_factory=dict)
    """How far the two sides agree, where that is not what the other holds."""
    _upto: dict[Log, int] = field(default_factory=dict)
    """How far logs go that wait for what is left out."""

    def next(self, connection: Connection, limit: Limit) -> Batch | None:
        """The next bundle, or None where the other lacks nothing; in stamp order and causally closed.

        A log on which the other takes our past for its own goes first, whole from the last common place on: cut
        short of where the pasts part, it would bring nothing new and be asked for again.
        """
        heads = {key: head for scope in self.scopes for key, head in log.heads(connection, scope).items()}
        lacking = list(self._lacking(connection, heads))
        self._common = dict.fromkeys(self.forked, 0) | {one.log: one.after for one in lacking}
        mended = [one for one in lacking if one.mended]
        if mended:
            limit = Limit(MAX_CHANGES, MAX_RAW // 2)
        taken, waiting = self._walked(connection, mended or lacking, limit)
        if mended and not taken:  # values in it were erased, and the erasure is in another log
            taken, waiting = self._walked(connection, lacking, limit)
        while waiting and not taken:  # the erasure is in a log that is left out; then so is what waits for it
            whole = {one.log for one in lacking if one.mended}
            self._upto |= {key: 0 if key in whole else seq - 1 for key, seq in waiting.items()}
            taken, waiting = self._walked(connection, lacking, limit)
        if not taken:
            return None
        full = len(taken) >= limit.changes or sum(_size(step.change) for step in taken) >= limit.size
        return self._batch(connection, taken, full)

    def _walked(
        self, connection: Connection, lacking: Sequence[_Lacking], limit: Limit
    ) -> tuple[list[_Step], dict[Log, int]]:
        walks = [self._walk(connection, one.log, one.after, limit) for one in lacking]
        return self._take(connection, heapq.merge(*walks), limit)

    def _lacking(self, connection: Connection, heads: Mapping[Log, LogHead]) -> Iterator[_Lacking]:
        for key, head in heads.items():
            if not self._disputed(connection, key, head):
                seq = self.theirs.get(key, (0, GENESIS))[0]
                if seq < head.seq:
                    yield _Lacking(key, seq, False)
            elif self._prevails(connection, key):
                places = [place for place in self.rungs[key] if place[0] <= head.seq]
                common = [place[0] for place in places if _agree(connection, key, head, *place)]
                yield _Lacking(key, max(common, default=0), True)
            else:
                self.forked.add(key)

    def _disputed(self, connection: Connection, key: Log, head: LogHead) -> bool:
        """Whether the other holds another past of this log, as far as its claims tell."""
        seq, known = self.theirs.get(key, (0, GENESIS))
        if seq <= head.seq:
            return not _agree(connection, key, head, seq, known)
        return any(rung <= head.seq and not _agree(connection, key, head, rung, known)
                   for rung, known in self.rungs.get(key, ()))  # fmt: skip

    def _prevails(self, connection: Connection, key: Log) -> bool:
        """Whether the other will take our past of this log: it is its own log, also one under an id it had
        before, or ours is on the chain of a closed one; and it has named earlier places."""
        if key not in self.rungs:
            return False
        end = log.ends(connection, key[0]).get(key[1])
        if end is not None:
            return log.hash_at(connection, *key, end.seq) == end.hash
        return key[1] in family(connection, key[0], self.their_device)

    def _walk(self, connection: Connection, key: Log, after: int, limit: Limit) -> Iterator[_Step]:
        """The changes of one log from ``after`` on, up to where it may be cut last."""
        scope, device = key
        c, s = change_table.c, signed_head.c
        own = device == self.machine.device
        if own:
            upto = min(self.own_upto.get(scope, 0), self._upto.get(key, MAX_NUMBER))
        else:
            signed = (s.scope == scope, s.device == device, s.seq <= self._upto.get(key, MAX_NUMBER))
            upto = connection.execute(select(func.max(s.seq)).where(*signed)).scalar() or 0
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

    def _take(self, connection: Connection, steps: Iterator[_Step], limit: Limit) -> tuple[list[_Step], dict[Log, int]]:
        """The shortest stretch near ``limit`` after which every log may be cut and every erasure has come along; and
        the first changes whose erasure did not come, by log."""
        taken: list[_Step] = []
        open_logs: set[Log] = set()
        erasures: dict[tuple[str, str, int], Change] = {}
        named: dict[str, dict[log.Target, Change]] = {}
        size = closed = 0
        for step in steps:
            change = step.change
            taken.append(step)
            size += _size(change)
            (open_logs.discard if step.closed else open_logs.add)((step.scope, step.device))
            if change.kind == ERASURE:
                erasures.pop((step.scope, step.device, change.seq), None)
            if change.values is None and (wanted := self._awaited(connection, change, taken, named)):
                erasures.setdefault(wanted, change)
            full = len(taken) >= limit.changes or size >= limit.size
            if not open_logs and not erasures:
                closed = len(taken)
                if full:
                    break
            elif full and closed * 2 >= limit.changes:
                break
        waiting: dict[Log, int] = {}
        for change in erasures.values():
            key = (change.scope, change.device)
            waiting[key] = min(change.seq, waiting.get(key, change.seq))
        return taken[:closed], waiting

    def _awaited(
        self, connection: Connection, change: Change, taken: list[_Step],
        named: dict[str, dict[log.Target, Change]],
    ) -> tuple[str, str, int] | None:  # fmt: skip
        """The erasure that must come along with a change whose values are gone, unless the other has it already."""
        if change.scope not in named:
            # One in a log that is left out does not come, so that any other goes before it.
            erased = log.of_kind(connection, ERASURE, change.scope)
            erased.sort(key=lambda one: (change.scope, one.device) in self.forked)
            named[change.scope] = {target: e for e in reversed(erased) for target in log.erasure_targets(e)}
        here = named[change.scope]
        erasure = here.get(log.target_of(change)) or here.get((change.device, change.seq, b""))
        if erasure is None or erasure.seq <= self._agreed((change.scope, erasure.device)):
            return None
        wanted = (change.scope, erasure.device, erasure.seq)
        along = ((step.scope, step.device, step.change.seq) for step in reversed(taken))
        return None if wanted in along else wanted

    def _agreed(self, key: Log) -> int:
        return self._common.get(key, self.theirs.get(key, (0, GENESIS))[0])

    def _batch(self, connection: Connection, taken: list[_Step], full: bool) -> Batch:
        runs: dict[Log, list[_Step]] = {}
        for step in taken:
            runs.setdefault((step.scope, step.device), []).append(step)
        spans = []
        after = dict(self.theirs)
        for (scope, device), steps in runs.items():
            first, end = steps[0].change.seq, self._signed(steps[-1])
            before = log.hash_at(connection, scope, device, first - 1) or GENESIS
            within = tuple(self._within(steps[:-1]))
            spans.append(Span(scope, device, first, end.seq, before, end.hash, end.signature, within))
            after[scope, device] = (end.seq, end.hash[:8])
        return Batch(spans, [[step.change for step in steps] for steps in runs.values()], after, full)

    def _within(self, steps: Iterable[_Step]) -> Iterator[SignedHead]:
        """The signed places within a run: about one for every bundle of the ordinary size."""
        count, size, usual = 0, 0, Limit()
        for step in steps:
            count, size = count + 1, size + _size(step.change)
            if step.closed and (count >= usual.changes or size >= usual.size):
                yield self._signed(step)
                count = size = 0

    def _signed(self, step: _Step) -> SignedHead:
        seq = step.change.seq
        signature = step.signature or self.machine.sign(head_bytes(step.scope, step.device, seq, step.hash))
        return SignedHead(seq, step.hash, signature)


def _size(change: Change) -> int:
    """Bytes before compression."""
    return len(change.values or b"") + len(change.bases) + _ABOUT


def holdings(connection: Connection, scopes: Collection[str]) -> dict[Log, Place]:
    """What is held here of the logs in ``scopes``."""
    return {key: (head.seq, head.hash[:8]) for scope in scopes for key, head in log.heads(connection, scope).items()}


def rungs(connection: Connection, held: Holdings, theirs: Holdings, own: Collection[str]) -> dict[Log, list[Place]]:
    """Earlier places of the logs on which ``theirs`` disagrees with what is ``held``, each four times as far back: by
    them the other finds the common past. Also of a log of our ``own`` ids, or a closed one, of which it holds more."""
    found: dict[Log, list[Place]] = {}
    for (scope, device), (seq, known) in theirs.items():
        last = held.get((scope, device), (0, b""))[0]
        if last == 0:
            continue
        if seq <= last:
            apart = (log.hash_at(connection, scope, device, seq) or b"")[:8] != known[:8]
        else:
            apart = device in own or device in log.ends(connection, scope)
        if apart:
            # Its own last place too: only by that it sees, where its log is the shorter one, that we disagree.
            places = sorted({*(last - 4**n for n in range(32) if 4**n < last), *({seq} if seq < last else ()), 0})[::-1]
            found[scope, device] = [(one, (log.hash_at(connection, scope, device, one) or b"")[:8]) for one in places]
    return found


def _agree(connection: Connection, key: Log, head: LogHead, seq: int, known: bytes) -> bool:
    held = head.hash if seq == head.seq else log.hash_at(connection, *key, seq)
    return held is not None and held[:8] == known[:8]
