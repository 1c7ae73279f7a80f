"""This device in its own logs: it introduces itself, marks what leaves, and takes a new id after a rollback (§7)."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import Connection, Engine, delete, insert, select

from app.store.database import told_apart
from app.store.tables import local, signed_head
from app.sync import certificate, log
from app.sync.log import ALL, Author
from app.sync.machine import Machine, Mark
from app.sync.replica import Replica

DEVICE = "device"
"""The local fact under which the database keeps the newest id of this PC."""
NEVER_LEAVE = frozenset({log.DISTRICT, log.DEMO})


def shared_scopes(mine: str, theirs: str) -> frozenset[str]:
    """The scopes that travel between a device of ``mine`` and one of ``theirs``: the center's own and ``all``."""
    centers = {mine, theirs} - {ALL}
    if len(centers) != 1 or centers & NEVER_LEAVE:
        return frozenset()
    return frozenset({*centers, ALL})


def head_bytes(scope: str, device: str, seq: int, head: bytes) -> bytes:
    """What a device signs of the head of its log."""
    return b"shuniu head 1\n" + msgspec.msgpack.encode((scope, device, seq, head))


def introduce(replica: Replica, scope: str | None = None) -> None:
    """See to it that the log of this device in ``scope`` carries its newest certificate."""
    with replica.writing() as connection:
        introduce_in(connection, replica, scope or replica.machine.scope)


def introduce_in(connection: Connection, replica: Replica, scope: str) -> None:
    """As :func:`introduce`, within a transaction."""
    own = certificate.own(replica.machine)
    held = [c for c in log.of_kind(connection, log.CERTIFICATE, scope) if c.device == own.device]
    if not held or certificate.of_change(held[-1]) != own:
        author = Author(own.device, "", replica.clock(), replica.schema)
        log.append(connection, author, scope, [certificate.draft(own)])


def leaving(replica: Replica, scopes: Collection[str], bundles: int = 1) -> tuple[int, dict[str, int]]:
    """Mark, durably, everything of the own logs in ``scopes`` as about to leave.

    Returns the first of ``bundles`` counters to use, and per scope how far the own log may now be sent.
    """
    with replica.reading() as connection:
        heads = log.heads(connection)
    device = replica.machine.device
    own = {scope: head for (scope, by), head in heads.items() if by == device and scope in scopes}
    left = {f"{scope}/{device}": (head.seq, head.hash.hex()) for scope, head in own.items()}
    first = Mark(replica.machine.folder).reserve(left, bundles)
    return first, {scope: head.seq for scope, head in own.items()}


def check_mark(replica: Replica) -> Machine | None:
    """Where the database lacks the change that left last (a copied folder, a restored backup), write on under a new
    device id, introduced by the old key; returns the PC under its new id, or None where all is well."""
    return renew(replica) if lacks_mark(replica) else None


def lacks_mark(replica: Replica) -> bool:
    """Whether the database lacks the change of this PC that left last."""
    mark, device = Mark.load(replica.machine.folder), replica.machine.device
    with replica.reading() as connection:
        for key, (seq, head) in mark.left.items():
            scope, _slash, by = key.partition("/")
            held = log.hash_at(connection, scope, by, seq) if by == device else None
            if by == device and (held is None or held.hex() != head):
                return True
    return False


def renew(replica: Replica) -> Machine:
    """Give this PC a new device id. Letters, counter and numbers go on."""
    with renewing(replica) as renewal, replica.writing() as connection:
        return renewal.begin(connection)


@dataclass
class Renewal:
    """A change of id that counts once the transaction it is made in is committed."""

    replica: Replica
    fresh: Machine | None = None

    @property
    def current(self) -> Replica:
        """The replica under the id that counts within the transaction."""
        return self.replica if self.fresh is None else replace(self.replica, machine=self.fresh)

    def begin(self, connection: Connection) -> Machine:
        """Within a transaction: introduce a new id by the old key, unless there is one already."""
        if self.fresh is None:
            old = self.replica.machine
            fresh = old.renewed()
            before = certificate.own(old)
            introduced = certificate.issue(old.sign_seed, fresh, "previous", by=old.verify_key, before=before)
            self.go_on_as(connection, replace(fresh, certificate=certificate.encode(introduced)))
        assert self.fresh is not None
        return self.fresh

    def go_on_as(self, connection: Connection, fresh: Machine) -> None:
        """Within a transaction: ``fresh`` is this PC under a new id. What the old one wrote is signed while its key is
        at hand, so that others can carry it."""
        old, self.fresh = self.replica.machine, fresh
        fresh.propose()
        sign_heads(connection, old)
        introduce_in(connection, replace(self.replica, machine=fresh), old.scope)
        note(connection, fresh)


@contextlib.contextmanager
def renewing(replica: Replica) -> Iterator[Renewal]:
    """Around a transaction in which this PC may take a new id: taken up when it was committed, else forgotten."""
    renewal = Renewal(replica)
    try:
        yield renewal
    except BaseException:
        if renewal.fresh is not None:
            renewal.fresh.withdraw()
        raise
    if renewal.fresh is not None:
        renewal.fresh.take_up()


def note(connection: Connection, machine: Machine) -> None:
    """Keep the id under which this PC writes in the database, so that nobody goes on under one that was given up."""
    connection.execute(delete(local).where(local.c.name == DEVICE))
    connection.execute(insert(local).values(name=DEVICE, value=msgspec.json.encode(machine.device)))


def remembered(engine: Engine) -> str | None:
    """The id under which the database was written last, None where that is not kept yet."""
    with told_apart(), engine.connect() as connection:
        return newest(connection, "") or None


def newest(connection: Connection, device: str) -> str:
    """The id under which this PC writes now, where ``device`` may have been given up since it was read."""
    held = connection.execute(select(local.c.value).where(local.c.name == DEVICE)).scalar()
    return device if held is None else msgspec.json.decode(held, type=str)


def settled(engine: Engine, machine: Machine) -> Machine:
    """The configuration after a change of id that was cut off: the database says whether it was made."""
    fresh = Machine.proposed(machine.folder)
    if fresh is None:
        return machine
    with told_apart(), engine.connect() as connection:
        made = any(device == fresh.device for _scope, device in log.heads(connection))
    if made:
        fresh.take_up()
        return fresh
    fresh.withdraw()
    return machine


def sign_heads(connection: Connection, machine: Machine) -> None:
    """Sign the heads of the logs of this PC, also those of earlier ids: what they end with can then be carried."""
    for (scope, device), head in log.heads(connection).items():
        signer = machine.formerly(device)
        if signer is not None and scope not in NEVER_LEAVE:
            keep_head(connection, scope, device, head.seq, head.hash,
                      signer.sign(head_bytes(scope, device, head.seq, head.hash)))  # fmt: skip


def keep_head(connection: Connection, scope: str, device: str, seq: int, head: bytes, signature: bytes) -> None:
    """Keep a head signed by its device; what is held already stays."""
    c = signed_head.c
    held = signed_head.select().where(c.scope == scope, c.device == device, c.seq == seq)
    if connection.execute(held).first() is None:
        connection.execute(
            insert(signed_head).values(scope=scope, device=device, seq=seq, hash=head, signature=signature)
        )
