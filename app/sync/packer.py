"""Packs planned bundles: the certificates that lead to us, our holdings, the mark before the first byte leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select

from app.store.tables import peer
from app.sync import certificate as certificates
from app.sync import closing, log
from app.sync.bundle import (
    Header,
    Holdings,
    Log,
    Place,
    Rungs,
    Travelling,
    by_scope,
    heads_in,
    rungs_in,
    seal,
)
from app.sync.certificate import Certificate
from app.sync.device import leaving, shared_scopes
from app.sync.exchange import Batch, Limit, Planner, holdings, rungs
from app.sync.machine import device_id
from app.sync.replica import Replica


class Packed(NamedTuple):
    """The bytes of one bundle and what is in them."""

    data: bytes
    batch: Batch | None


@dataclass
class Packer:
    """Packs for one recipient. ``theirs`` is what it holds, as far as we know; move it on as answers come."""

    replica: Replica
    recipient: bytes
    """Its sealing key."""
    their_scope: str
    theirs: Holdings
    ahead: int = 64
    """Counters taken at once, to save on durable writes."""
    rungs: Rungs = field(default_factory=dict)
    """Earlier places that it named of logs on which we disagree."""
    device: str = ""
    """Its id, where it is known."""
    forked: set[Log] = field(default_factory=set)
    _counters: list[int] = field(default_factory=list)
    _upto: dict[str, int] = field(default_factory=dict)

    @property
    def scopes(self) -> frozenset[str]:
        return shared_scopes(self.replica.machine.scope, self.their_scope)

    def pack(self, limit: Limit, *, empty: bool = False) -> Packed:
        """The next bundle; with nothing to say (or ``empty``) it carries our holdings only."""
        with self.replica.reading() as connection:
            behind = self._behind(connection)
        if behind or not self._counters:
            first, self._upto = leaving(self.replica, self.scopes, self.ahead)
            self._counters = list(range(first + self.ahead - 1, first - 1, -1))
        machine = self.replica.machine
        with self.replica.reading() as connection:
            planner = Planner(machine, self.theirs, self.scopes, self._upto, self.rungs, self.device)
            batch = None if empty else planner.next(connection, limit)
            introduced = self._introduced(connection, batch)
            held = holdings(connection, self.scopes)
            told = by_scope(held, rungs(connection, held, self.theirs, closing.ids_of(connection, machine)))
            heard = connection.execute(select(peer.c.counter).where(peer.c.device == self.device)).scalar() or 0
        self.forked = planner.forked
        data = seal(
            machine, self.recipient, introduced, self._counters.pop(), heard, told, batch.spans if batch else [],
            batch.runs if batch else [], self.replica.schema, self.replica.clock(),
        )  # fmt: skip
        return Packed(data, batch)

    def _behind(self, connection: Connection) -> bool:
        """Whether the own log has grown past what is marked."""
        device = self.replica.machine.device
        own = {scope: head.seq for (scope, by), head in log.heads(connection).items() if by == device}
        return any(own.get(scope, 0) > self._upto.get(scope, 0) for scope in self.scopes)

    def _introduced(self, connection: Connection, batch: Batch | None) -> list[Certificate]:
        """Our own certificate, and those that lead to it and to the logs in the bundle, where the other lacks them."""
        own = certificates.own(self.replica.machine)
        changes = [c for scope in sorted(self.scopes) for c in log.of_kind(connection, log.CERTIFICATE, scope)]
        shown = certificates.lineage(found for change in changes if (found := certificates.of_change(change)))
        held = {one.device: one for one in shown}
        wanted = [own, *(held[s.device] for s in (batch.spans if batch else []) if s.device in held)]
        known = {device for _scope, device in self.theirs} | {one.device for one in certificates.lineage([own])}
        paths = [step for one in wanted for step in certificates.path(one, held)[1:]]
        lacking = {step.device: step for step in paths if step.device not in known}
        return [own, *lacking.values()]

    def heard(self, header: Header) -> None:
        """Go on from what the other says it holds."""
        self.theirs, self.rungs = header.held(), header.rungs()


def packer_for(replica: Replica, recipient: bytes, scope: str, device: str) -> Packer:
    """A packer for another device, from its last known holdings; ``device`` as it was when we were introduced."""
    newest, held = _last_known(replica, device)
    return Packer(replica, recipient, scope, heads_in(held), rungs=rungs_in(held), device=newest)


def last_heard(replica: Replica, device: str) -> dict[Log, Place]:
    """The last known holdings of another device; nothing where it never spoke to us."""
    return heads_in(_last_known(replica, device)[1])


def _last_known(replica: Replica, device: str) -> tuple[str, Travelling]:
    with replica.reading() as connection:
        newest, p = successor(connection, replica, device), peer.c
        family = closing.family(connection, replica.machine.scope, device) | {device, newest}
        # The last of its ids to speak is the only one kept: a disk that went back speaks under an earlier one again.
        found = connection.execute(select(p.device, p.holdings).where(p.device.in_(family)).order_by(p.counter)).all()
    held = next((row for row in found if row.device == newest), found[-1] if found else None)
    return (newest, {}) if held is None else (held.device, msgspec.msgpack.decode(held.holdings, type=Travelling))


def successor(connection: Connection, replica: Replica, device: str) -> str:
    """The newest id of a device that took new ones since; itself where it took none. The last to speak counts."""
    changes = [c for scope in (replica.machine.scope, log.ALL) for c in log.of_kind(connection, log.CERTIFICATE, scope)]
    shown = certificates.lineage(found for change in changes if (found := certificates.of_change(change)))
    steps = {device_id(c.by): c.device for c in shown if c.issuer == "previous"}
    passed = {device}
    while device in steps and steps[device] not in passed:
        device = steps[device]
        passed.add(device)
    return device
