"""The exchange over HTTP: post a bundle, get one, until neither side has news (design.md §7)."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import urllib3
from urllib3.exceptions import HTTPError

from app.errors import BundleRefused, EnvironmentFault, Refusal
from app.sync import certificate as certificates
from app.sync.answer import LIMIT, MAX_BODY
from app.sync.bundle import MAGIC, Log
from app.sync.change import GENESIS
from app.sync.exchange import LARGEST, Limit, holdings
from app.sync.log import ALL
from app.sync.machine import Machine
from app.sync.network import Network, fault, proxy_login
from app.sync.packer import Packed, Packer, packer_for
from app.sync.pauses import Interrupted
from app.sync.receive import open_all, receive, retry_kept
from app.sync.replica import Replica
from app.sync.rows import Key
from app.text import _

FAST = 2.0
"""Seconds within which a bundle goes there and back, and is applied, on a fast line."""
CUTS = 12
"""Cuts in a row after which this sync is given up; nine take a bundle from 500 changes to one."""


@dataclass
class SyncResult:
    """What a sync with the district did. ``complete``: neither side has news left for the other."""

    sent: int = 0
    received: int = 0
    rounds: int = 0
    bytes_out: int = 0
    bytes_in: int = 0
    touched: set[Key] = field(default_factory=set)
    forked: set[Log] = field(default_factory=set)
    complete: bool = False
    renewed: Machine | None = None
    """This PC under the new id that it took on the way."""

    @property
    def moved(self) -> bool:
        """Whether a change went either way."""
        return bool(self.sent or self.received)


class Cut(Exception):
    """The connection broke in the middle: worth another try with less."""


def _connection_lost() -> EnvironmentFault:
    return EnvironmentFault(
        _("与区服务器的连接中断了，已传的内容不会丢失。"), _("请检查网络后再同步，会从中断处继续。")
    )


def sync_once(
    replica: Replica, progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None, network: Network | None = None,
) -> SyncResult:  # fmt: skip
    """Exchange with the district of this PC's card until neither side has news, or until ``cancelled`` says so.

    Raises :class:`EnvironmentFault` where the network or the server fails, :class:`BundleRefused` where one side does
    not accept the other's bundle; :class:`Interrupted` instead, where something had moved before or this PC had taken
    a new id, which its owner must learn. What was exchanged before stays exchanged.
    """
    card = certificates.card_of(replica.machine.card) if replica.machine.card else None
    if card is None or not card.server or card.authority.scope != ALL:
        raise Refusal.of("card", _("本机还没有区里的入网卡"), _("请先接受区里发的入网卡，或用U盘交换"))
    network = network or Network()
    packer = packer_for(replica, card.authority.box, ALL, card.authority.device)
    session = _Session(replica, packer, card.server, network.stall, progress or (lambda _done, _total: None))
    try:
        with network.pool(card.server) as pool, ThreadPoolExecutor(1, "pack") as helper:
            while not (cancelled and cancelled()):
                if session.round(pool, helper):
                    break
    except (EnvironmentFault, BundleRefused) as fault:
        result = session.finished()
        if result.renewed is None and (isinstance(fault, BundleRefused) or not result.moved):
            raise
        raise Interrupted(fault.message, fault.mend, result) from fault
    return session.finished()


def probe(server: str, network: Network) -> None:
    """Whether a Shuniu server answers at ``server``: it refuses an empty bundle politely. Raises
    :class:`EnvironmentFault` that says what stands in the way."""
    with network.pool(server) as pool, contextlib.suppress(BundleRefused):
        try:
            _post(pool, server, b"", Limit())
        except Cut:
            raise EnvironmentFault(
                _("连上了 {server}，但它没有答复。", server=server), _("请过一会儿再试，或联系区里的管理员。")
            ) from None


@dataclass
class _Session:
    """One sync: its packer, how large the next bundle should be, and what was done so far."""

    replica: Replica
    packer: Packer
    server: str
    stall: float
    progress: Callable[[int, int], None]
    limit: Limit = field(default_factory=Limit)
    result: SyncResult = field(default_factory=SyncResult)
    cuts: int = 0
    """Cuts since something moved last, at ``moved_at`` (seconds of the monotonic clock)."""
    moved_at: float = field(default_factory=time.monotonic)
    asked: int = 0
    """Up to which of the cuts the other has told anew what it holds."""
    total: int = 0
    ahead: Future[Packed] | None = None
    """The next bundle, packed while the server applies this one."""

    def round(self, pool: urllib3.PoolManager, helper: Executor) -> bool:
        """One bundle each way; True when there is nothing more to do."""
        result = self.result
        # Who has not said what it holds, or may have applied what was cut off, is asked first: nothing goes twice.
        ask = not self.packer.theirs or self.asked < self.cuts
        packed, began = self._packed(ask), time.monotonic()
        before = self.packer.theirs
        if packed.batch is not None and packed.batch.full:
            self.packer.theirs = packed.batch.after
            self.ahead = helper.submit(self.packer.pack, self.limit)
        try:
            body = _post(pool, self.server, packed.data, self.limit)
        except Cut:
            self._drop(before)
            self._after_cut()
            return False
        opened = open_all(self.replica, body)
        received = receive(self.replica, opened)
        theirs = opened[-1].header.held()
        if received.applied or not self._fits(theirs):
            self._drop(before)
        self.packer.heard(opened[-1].header)
        if received.renewed is not None:
            self._renew(received.renewed)
        sent = packed.batch.count if packed.batch else 0
        result.rounds += 1
        result.sent += sent
        result.received += received.applied
        result.bytes_out += len(packed.data)
        result.bytes_in += len(body)
        result.touched |= received.touched
        result.forked = set(self.packer.forked)
        moved = received.applied or (sent and before != theirs)
        self.asked = self.cuts
        if moved:
            self._after_success(time.monotonic() - began)
        left = self._left()
        self.total = max(self.total, result.sent + result.received + left)
        self.progress(self.total - left, self.total)
        result.complete = left == 0 and not result.forked
        return result.complete or not (moved or ask)

    def _after_cut(self) -> None:
        self.cuts += 1
        fruitless = time.monotonic() - self.moved_at
        if self.limit.changes == 1 or self.cuts >= CUTS or fruitless >= 2 * self.stall:
            raise _connection_lost() from None
        self.limit = min(self.limit, Limit()).halved()

    def _after_success(self, took: float) -> None:
        """Where a bundle went through well within the stall limit, the next may be twice as large again; and larger
        than usual where the line is fast."""
        self.cuts = self.asked = 0
        self.moved_at = time.monotonic()
        if took < self.stall / 3:
            self.limit = self.limit.doubled(LARGEST if took < FAST else Limit())

    def finished(self) -> SyncResult:
        """What was done; bundles that were kept may now fit."""
        if self.result.received:
            for kept in retry_kept(self.replica):
                self.result.touched |= kept.touched
                self.result.renewed = kept.renewed or self.result.renewed
        return self.result

    def _renew(self, machine: Machine) -> None:
        """This PC has taken a new id: what follows is packed under it."""
        self._drop(self.packer.theirs)
        self.replica = replace(self.replica, machine=machine)
        self.packer = replace(self.packer, replica=self.replica, _counters=[], _upto={})
        self.result.renewed = machine

    def _packed(self, ask: bool) -> Packed:
        """The bundle that was packed ahead, or a new one."""
        if self.ahead is None:
            return self.packer.pack(self.limit, empty=ask)
        packed, self.ahead = self.ahead.result(), None
        return packed

    def _fits(self, theirs: Mapping[Log, tuple[int, bytes]]) -> bool:
        """Whether the bundle packed ahead begins just where the other's logs end."""
        if self.ahead is None:
            return True
        batch = self.ahead.result().batch
        return batch is not None and all(
            theirs.get((span.scope, span.device), (0, b""))[0] == span.first - 1 for span in batch.spans
        )

    def _drop(self, theirs: Mapping[Log, tuple[int, bytes]]) -> None:
        """Forget what was packed ahead."""
        if self.ahead is not None:
            self.ahead.exception()
        self.ahead, self.packer.theirs = None, theirs

    def _left(self) -> int:
        """How many changes either side still lacks; two pasts of one log lack at least one of each other's."""
        with self.replica.reading() as connection:
            ours = holdings(connection, self.packer.scopes)
        theirs, nothing = self.packer.theirs, (0, GENESIS[:8])
        apart = [(ours.get(key, nothing), theirs.get(key, nothing)) for key in ours.keys() | theirs.keys()]
        return sum(max(1, abs(our[0] - their[0])) for our, their in apart if our != their)


def _post(pool: urllib3.PoolManager, server: str, data: bytes, limit: Limit) -> bytes:
    try:
        response = pool.request(
            "POST", server.rstrip("/") + "/exchange", body=data, preload_content=False, redirect=False,
            headers={"Content-Type": "application/x-shuniu", LIMIT: str(limit.changes)},
        )  # fmt: skip
        try:
            body = response.read(MAX_BODY + 1)
            complete = len(body) > MAX_BODY or not response.read(1)
        finally:
            response.release_conn()
    except (HTTPError, OSError) as error:
        told = fault(error, server)
        if told is None:
            raise Cut from error
        raise told from error
    return _body(response.status, body, complete, server)


def _body(status: int, body: bytes, complete: bool, server: str) -> bytes:
    if status == 200 and complete and body.startswith(MAGIC):
        return body
    said = _said(body) if status in (422, 503) else None
    if said is not None:
        raise (BundleRefused if status == 422 else EnvironmentFault)(*said)
    if status == 407:
        raise proxy_login()
    if status >= 500:
        raise EnvironmentFault(_("区服务器出错（{status}）。", status=status), _("请稍后再试，或告诉区里的管理员。"))
    raise EnvironmentFault(
        _("{server} 的答复不是枢纽服务器的。", server=server), _("请核对服务器地址；如需登录网络，请先登录。")
    )


def _said(body: bytes) -> tuple[str, str] | None:
    """What a Shuniu server says and what to do, or None where the answer is somebody else's."""
    try:
        said = json.loads(body)
        return str(said["error"])[:200], str(said["mend"])[:200]
    except (ValueError, KeyError, TypeError):
        return None
