"""Carriers: real bundles from hand to hand, as files on sticks, and through the district, with all that goes wrong."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from app.store.tables import log_head
from app.sync import certificate as certificates
from app.sync import usb
from app.sync.answer import answer
from app.sync.exchange import Limit
from app.sync.log import ALL
from app.sync.packer import packer_for
from app.sync.receive import open_all, receive
from tests.sync.fleet import Fleet, Pc

ROUNDS = 12
"""After so many rounds of everybody with everybody all must be equal."""


@dataclass
class Stick:
    """A file on its way."""

    path: Path
    to: Pc
    carried: int = 0


class Carriers:
    """Brings news about between the PCs of a fleet; ``chance`` decides what is lost, late or carried twice."""

    def __init__(self, chance: random.Random, folder: Path, fleet: Fleet, tell: Callable[[str], None]) -> None:
        self.random, self.folder, self.fleet, self.tell = chance, folder, fleet, tell
        self.sticks: list[Stick] = []
        self.files = 0

    def carry(self, pc: Pc) -> None:
        """One of the ways in which news of ``pc`` gets about."""
        other = self.random.choice([p for p in self.fleet.pcs if p is not pc])
        ways = [self._hand_over, self._export, self._import]
        if self.fleet.district is not None:
            ways += [self._sync, self._sync]
        way = self.random.choice(ways)
        way(pc, other)

    def _hand_over(self, a: Pc, b: Pc) -> None:
        """Bundles one by one, some small; some arrive twice, some never."""
        self.tell(f"{a.name} hands over to {b.name}")
        self.bundles(a, b, Limit(self.random.choice((1, 3, 500))), self.random)

    def bundles(self, a: Pc, b: Pc, limit: Limit, chance: random.Random | None) -> None:
        """Bundles from ``a`` to ``b`` until there are none left; all of them where ``chance`` is None."""
        to = certificates.own(b.workspace.machine)
        packer = packer_for(a.replica, to.box, to.scope, to.device)
        for _bundle in range(1000):
            with a.program():
                packed = packer.pack(limit)
            lost = chance is not None and chance.random() < 0.2
            if not lost:
                for _time in range(1 if chance is None or chance.random() < 0.8 else 2):
                    self._receive(b, packed.data)
            if packed.batch is None or lost or (chance is not None and chance.random() < 0.3):
                return
            packer.theirs = packed.batch.after
        raise AssertionError("the exchange does not come to an end")

    def _receive(self, pc: Pc, data: bytes) -> None:
        with pc.program():
            pc.heard(receive(pc.replica, open_all(pc.replica, data)))

    def _export(self, a: Pc, b: Pc) -> None:
        """A file for ``b``, which stays on the stick for now."""
        self.files += 1
        path = self.folder / f"{self.files}.shuniu"
        with a.program():
            usb.export(a.replica, path, certificates.own(b.workspace.machine))
        self.sticks.append(Stick(path, b))
        self.tell(f"{a.name} exports {path.name} for {b.name}")

    def _import(self, _a: Pc, _b: Pc) -> None:
        """Some stick, not the oldest first; it may be carried there again."""
        if self.sticks:
            stick = self.random.choice(self.sticks)
            self._put_in(stick)
            stick.carried += 1
            if self.random.random() < 0.7:
                self.sticks.remove(stick)
                stick.path.unlink()

    def _put_in(self, stick: Stick) -> None:
        with stick.to.program():
            received = usb.import_file(stick.to.replica, stick.path)
            stick.to.heard(received)
        waits = f", waits for {received.missing}" if received.missing else ""
        self.tell(f"{stick.to.name} imports {stick.path.name}: {received.applied}{waits}")

    def _sync(self, pc: Pc, _other: Pc) -> None:
        """With the district; the connection may break before or after a request has arrived."""
        self.tell(f"{pc.name} syncs with the district")
        self.sync(pc, Limit(self.random.choice((1, 5, 500))), self.random)

    def sync(self, pc: Pc, limit: Limit, chance: random.Random | None) -> None:
        """Request and answer until neither side has news, or until the connection breaks."""
        district = self.fleet.district
        assert district is not None
        packer = packer_for(pc.replica, district.machine.box_key, ALL, district.device)
        for _request in range(1000):
            with pc.program():
                packed = packer.pack(limit)
            if chance is not None and chance.random() < 0.1:
                return  # the request is lost
            body = answer(district.replica(), packed.data)
            if chance is not None and chance.random() < 0.1:
                return  # it arrived, but the answer is lost
            with pc.program():
                opened = open_all(pc.replica, body)
                received = receive(pc.replica, opened)
                pc.heard(received)
            before = packer.theirs
            if received.renewed is not None:
                packer = packer_for(pc.replica, district.machine.box_key, ALL, district.device)
            packer.heard(opened[-1].header)
            if packed.batch is None and not received.applied and packer.theirs == before:
                return
        raise AssertionError("the exchange does not come to an end")

    # the end

    def deliver_everything(self) -> None:
        """What is still on its way arrives, in some order; then everybody tells everybody, until nobody has news."""
        self.random.shuffle(self.sticks)
        for stick in self.sticks:
            self._put_in(stick)
        for number in range(ROUNDS):
            self.tell(f"round {number} of everybody with everybody")
            if number < 2:
                self._by_one(self.random.choice(self.fleet.pcs))
            else:
                self._all_with_all()
            if self.fleet.district is not None:
                for pc in self.fleet.pcs:
                    self.sync(pc, Limit(), None)
            if self._quiet():
                return

    def _by_one(self, middle: Pc) -> None:
        others = [pc for pc in self.fleet.pcs if pc is not middle]
        for pc in others:
            self.bundles(pc, middle, Limit(), None)
        for pc in others:
            self.bundles(middle, pc, Limit(), None)

    def _all_with_all(self) -> None:
        pairs = [(a, b) for a in self.fleet.pcs for b in self.fleet.pcs if a is not b]
        self.random.shuffle(pairs)
        for a, b in pairs:
            self.bundles(a, b, Limit(), None)

    def _quiet(self) -> bool:
        """Whether all hold the same."""
        held = []
        for pc in self.fleet.pcs:
            with pc.replica.reading() as connection:
                scope = pc.workspace.street
                query = select(log_head.c.device, log_head.c.seq, log_head.c.hash).where(log_head.c.scope == scope)
                held.append({tuple(row) for row in connection.execute(query)})
        return all(one == held[0] for one in held)
