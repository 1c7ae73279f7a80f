"""Closings: a log that ends here (design.md §7). Signed by the device itself, or by the district that revokes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, or_, select

from app.errors import BundleRefused, Refusal
from app.store.locks import lock_scopes
from app.store.tables import change as change_table
from app.store.tables import log_end
from app.sync import certificate as certificates
from app.sync import log
from app.sync.certificate import Certificate
from app.sync.change import GENESIS, Change, decode_values, encode_bases, encode_values
from app.sync.device import introduce_in
from app.sync.forks import own_ids
from app.sync.log import ALL, Author, Draft, End
from app.sync.machine import Machine, device_id
from app.sync.replica import Replica
from app.sync.rows import Key
from app.text import _


class Closing(msgspec.Struct, frozen=True):
    """What a closing says: the log of ``device`` ends with change ``seq``, whose chain hash is ``hash``."""

    device: str
    seq: int
    hash: bytes
    key: bytes
    """Who signed: the closed device's own verify key, or the district's."""
    signature: bytes


def _signed(scope: str, device: str, seq: int, head: bytes) -> bytes:
    return b"shuniu closing 1\n" + msgspec.msgpack.encode((scope, device, seq, head))


def draft(signer: Machine, scope: str, device: str, seq: int, head: bytes) -> Draft:
    """The change that closes the log of ``device``, signed by the key of ``signer``."""
    signature = signer.sign(_signed(scope, device, seq, head))
    said = Closing(device, seq, head, signer.verify_key, signature)
    values = encode_values({"closing": msgspec.structs.asdict(said)}, salted=False)
    return Draft(log.CLOSING, device, encode_bases({"closing": []}), values)


def of_change(change: Change) -> Closing | None:
    """The closing in a change, with a signature that holds; whether its signer may close is asked elsewhere."""
    try:
        said = msgspec.convert(decode_values(change.values or b"").get("closing"), Closing)
    except (msgspec.ValidationError, TypeError):
        return None
    sound = certificates.signed_by(said.key, _signed(change.scope, said.device, said.seq, said.hash), said.signature)
    return said if sound else None


def effective(
    closings: Iterable[Closing], held: Iterable[Certificate], trusted: Mapping[str, Certificate]
) -> dict[str, End]:
    """Where each closed log ends: the earliest closing counts, so the order of arrival cannot matter.

    A log is closed by its device, by an id that the device itself says its PC had before, or by the district. A device
    that a revoked one introduced ends before its first change: who holds the old key holds no new one.
    """
    own = {one.device: one for one in held}  # each device's own word
    known = {one.device: one for one in certificates.lineage(own.values())}
    found: dict[str, End] = {}
    for said in closings:
        signer = device_id(said.key)
        revoked = signer in trusted and trusted[signer].scope == ALL
        if not revoked and signer not in (said.device, *earlier(own.get(said.device))):
            continue
        before = found.get(said.device, End(said.seq, said.hash, revoked))
        earliest = min((before.seq, before.hash), (said.seq, said.hash))
        found[said.device] = End(*earliest, before.revoked or revoked)
    introduced = {c.device: device_id(c.by) for c in known.values() if c.issuer == "previous"}
    moving = any(end.revoked for end in found.values())
    while moving:
        moving = False
        for device, by in introduced.items():
            if by in found and found[by].revoked and not (device in found and found[device].revoked):
                found[device] = End(0, GENESIS, True)
                moving = True
    return found


def earlier(certificate: Certificate | None) -> list[str]:
    """The ids that the PC of a certificate had before, by its own word, the oldest first."""
    return [one.device for one in certificate.along] if certificate else []


def compute(connection: Connection, replica: Replica, scope: str) -> dict[str, End]:
    """Where the closed logs of ``scope`` end, by what the logs say."""
    closings = [said for c in log.of_kind(connection, log.CLOSING, scope) if (said := of_change(c))]
    if not closings:
        return {}
    shown = {scope, ALL} if scope != ALL else {ALL}
    changes = [c for one in sorted(shown) for c in log.of_kind(connection, log.CERTIFICATE, one)]
    held = [found for c in changes if (found := certificates.of_change(c))]
    return effective(closings, held, certificates.trust(held, certificates.roots(replica.machine)))


def settle(connection: Connection, replica: Replica, scope: str) -> set[Key]:
    """Write down where the logs of ``scope`` end now; returns the records whose fold that changes."""
    before, after = log.ends(connection, scope), compute(connection, replica, scope)
    if before == after:
        return set()
    connection.execute(delete(log_end).where(log_end.c.scope == scope))
    if after:
        rows = [{"scope": scope, "device": device, **end._asdict()} for device, end in after.items()]
        connection.execute(insert(log_end), rows)
    c = change_table.c
    moved = []
    for device in before.keys() | after.keys():
        if before.get(device) != after.get(device):
            least = min(end.seq for end in (before.get(device), after.get(device)) if end is not None)
            moved.append((c.device == device) & (c.seq > least))
    query = select(c.kind, c.record_id).where(c.scope == scope, or_(*moved)).distinct()
    return {(scope, row.kind, row.record_id) for row in connection.execute(query) if not row.kind.startswith("@")}


def family(connection: Connection, scope: str, device: str) -> set[str]:
    """The ids under which one PC wrote: what introduced ``device``, and what it introduced."""
    changes = log.of_kind(connection, log.CERTIFICATE, scope)
    held = certificates.lineage(found for change in changes if (found := certificates.of_change(change)))
    steps = [(c.device, device_id(c.by)) for c in held if c.issuer == "previous"]
    found = {device}
    while grown := {one for pair in steps if found & set(pair) for one in pair} - found:
        found |= grown
    return found


def lost(connection: Connection, machine: Machine) -> dict[str, Machine]:
    """The ids that this PC had and whose keys went with its disk: one of the ids that it still knows comes before
    them. By id, this PC under the last of those, whose key may close them."""
    changes = log.of_kind(connection, log.CERTIFICATE, machine.scope)
    found: dict[str, Machine] = {}
    for one in filter(None, map(certificates.of_change, changes)):
        signers = [signer for by in earlier(one) if (signer := machine.formerly(by))]
        if signers and machine.formerly(one.device) is None:
            found[one.device] = signers[-1]
    return found


def ids_of(connection: Connection, machine: Machine) -> frozenset[str]:
    """Every id under which this PC has written, also those whose keys are lost."""
    return own_ids(machine) | lost(connection, machine).keys()


def revoke(replica: Replica, device: str) -> str:
    """Close the log of ``device``, and of every id its PC had, at what is held; returns its center's scope.

    Raises :class:`Refusal` where nothing of the device is held, or it is closed already.
    """
    from app.sync import rows

    with replica.writing() as connection:
        known = log.heads(connection)
        scope = next((one for one, by in known if by == device and one not in (ALL, log.DISTRICT)), None)
        if scope is None or device == replica.machine.device:
            raise Refusal.of("device", _("没有电脑 {device} 的消息", device=device), _("请核对电脑的标识"))
        lock_scopes(connection, [scope])
        known = log.heads(connection)  # anew: another process may have written until just now
        ended = log.ends(connection, scope)
        if device in ended and ended[device].revoked:
            raise Refusal.of("device", _("电脑 {device} 已经停用", device=device), _("不必再停用"))
        introduce_in(connection, replica, scope)
        heads = {one: known[scope, one] for one in sorted(family(connection, scope, device)) if (scope, one) in known}
        drafts = [draft(replica.machine, scope, one, head.seq, head.hash) for one, head in heads.items()]
        author = Author(replica.machine.device, "", replica.clock(), replica.schema)
        log.append(connection, author, scope, drafts)
        rows.refold(connection, settle(connection, replica, scope))
        return scope


def revoked(device: str) -> BundleRefused:
    """The plain line for what a revoked device sends."""
    return BundleRefused(
        _("电脑 {device} 已被区里停用，没有导入任何内容。", device=device[:8]),
        _("如需继续使用，请向区里要一张新的入网卡。"),
    )


def faults(connection: Connection, replica: Replica) -> list[str]:
    """Scopes where the ends written down are not what the logs say."""
    c = change_table.c
    scopes: set[Any] = set(connection.scalars(select(c.scope).where(c.kind == log.CLOSING).distinct()))
    scopes |= set(connection.scalars(select(log_end.c.scope).distinct()))
    wrong = [one for one in sorted(scopes) if log.ends(connection, one) != compute(connection, replica, one)]
    return [_("{scope} 的日志停用登记与日志不一致", scope=one) for one in wrong]
