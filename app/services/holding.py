"""Held changes as people meet them: what a PC wrote after its log was closed, or off its chain (design.md §7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from app.models.record import Kind
from app.models.registry import KINDS
from app.services.office import Office
from app.services.rights import SETTLE
from app.store.bulk import among
from app.sync import holding, log
from app.sync.change import Change, decode_values
from app.sync.replica import Replica
from app.text import _

REVOKED, CLOSED, OFF = "revoked", "closed", "off"


@dataclass(frozen=True)
class HeldWrite:
    """One change that waits. ``fields`` are labels, ``values`` by label as people read them, personal ones masked.
    ``title`` and ``number``: of the record it changes, as the tables have it, else as held changes say together."""

    kind: str
    id: str
    title: str
    number: str
    fields: tuple[str, ...]
    values: Mapping[str, str]
    now: Mapping[str, str]
    """What the tables say of the same fields; empty where the record is not in them."""
    actor: str
    at: int


@dataclass(frozen=True)
class HeldLog:
    """What is held of one PC. ``reason``: ``revoked`` by the district, ``closed`` since the PC took a new id, ``off``
    the chain that counts."""

    scope: str
    device: str
    letters: str
    reason: str
    writes: tuple[HeldWrite, ...]
    first_at: int
    last_at: int


def held(office: Office) -> list[HeldLog]:
    """What waits for a person in this center, a PC at a time."""
    with office.reading() as session:
        connection = session.connection()
        return of_scope(connection, office.scope)


def of_scope(connection: Connection, scope: str) -> list[HeldLog]:
    """As :func:`held`, for the district too."""
    known = holding.writers(connection, scope)
    ends = log.ends(connection, scope)
    waiting = holding.held(connection, scope)
    records = _records(connection, scope, [one.change for changes in waiting.values() for one in changes])
    found = []
    for device, changes in waiting.items():
        end = ends.get(device)
        reason = REVOKED if end is not None and end.revoked else OFF if all(one.off for one in changes) else CLOSED
        writes = tuple(_write(one.change, records) for one in changes)
        times = [write.at for write in writes]
        letters = known[device].letters if device in known else ""
        found.append(HeldLog(scope, device, letters, reason, writes, min(times), max(times)))
    return found


@dataclass
class _Records:
    """The records that wait to be changed, by (kind, id): as the tables have them, and what is held of them."""

    here: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    held: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


def _records(connection: Connection, scope: str, changes: Sequence[Change]) -> _Records:
    found = _Records()
    for change in sorted(changes, key=lambda one: one.stamp):
        if kind := KINDS.get(change.kind):
            values = _flat(kind, decode_values(change.values or b""))
            found.held.setdefault((kind.name, change.record_id), {}).update(values)
    for name in {kind for kind, _id in found.held}:
        table = KINDS[name].model.__table__
        ids = among(connection, table.c.id, [one for kind, one in found.held if kind == name])
        for row in connection.execute(select(table).where(table.c.owner == scope, ids)):
            found.here[name, row.id] = row._asdict()
    return found


def _write(change: Change, records: _Records) -> HeldWrite:
    kind = KINDS.get(change.kind)
    values = decode_values(change.values or b"")
    if kind is None:
        return HeldWrite(change.kind, change.record_id, "", "", tuple(values), {}, {}, change.actor, change.at)
    where = (kind.name, change.record_id)
    here, flat = records.here.get(where), _flat(kind, values)
    record = here if here is not None else records.held[where]
    shown, number = _shown(kind, flat, flat), record.get("number") or ""
    title = kind.called(record).removeprefix(number)
    now = _shown(kind, here, flat) if here is not None else {}
    return HeldWrite(kind.name, change.record_id, title, number, tuple(shown), shown, now, change.actor, change.at)


def _flat(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the log by field: what belongs together taken apart."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= value if name in kind.groups and isinstance(value, dict) else {name: value}
    return flat


def _shown(kind: Kind, values: Mapping[str, Any], names: Collection[str]) -> dict[str, str]:
    shown = {}
    for name, declared in kind.fields.items():  # in the order of the form
        if name in names:
            text = declared.display(values.get(name))
            shown[_(declared.label)] = str(declared.mask(text, values)) if text else text
    return shown


def adopt(replica: Replica, office: Office, device: str) -> int:
    """Adopt what is held of ``device``: it is written again under this PC's id; returns how many changes."""
    office.duty.need(SETTLE)
    return holding.adopt(replica, office.scope, device, office.actor)


def set_aside(replica: Replica, office: Office, device: str) -> int:
    """Set aside what is held of ``device``: it is listed no more; returns how many changes."""
    office.duty.need(SETTLE)
    return holding.set_aside(replica, office.scope, device, office.actor)
