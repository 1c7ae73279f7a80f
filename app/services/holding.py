"""Held changes as people meet them: what a PC wrote after its log was closed, or off its chain (design.md §7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.models.record import Kind
from app.models.registry import KINDS
from app.services.office import Office
from app.services.rights import SETTLE
from app.sync import holding, log
from app.sync.change import Change, decode_values
from app.sync.replica import Replica
from app.text import _

REVOKED, CLOSED, OFF = "revoked", "closed", "off"


@dataclass(frozen=True)
class HeldWrite:
    """One change that waits. ``fields`` are labels, ``values`` by label as people read them, personal ones masked."""

    kind: str
    id: str
    title: str
    fields: tuple[str, ...]
    values: Mapping[str, str]
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
    found = []
    for device, changes in holding.held(connection, scope).items():
        end = ends.get(device)
        reason = REVOKED if end is not None and end.revoked else OFF if all(one.off for one in changes) else CLOSED
        writes = tuple(_write(one.change) for one in changes)
        times = [write.at for write in writes]
        letters = known[device].letters if device in known else ""
        found.append(HeldLog(scope, device, letters, reason, writes, min(times), max(times)))
    return found


def _write(change: Change) -> HeldWrite:
    kind = KINDS.get(change.kind)
    values = decode_values(change.values or b"")
    if kind is None:
        return HeldWrite(change.kind, change.record_id, "", tuple(values), {}, change.actor, change.at)
    shown = _shown(kind, values)
    title = " ".join(shown[label] for label in _labels(kind, kind.title) if shown.get(label))
    return HeldWrite(kind.name, change.record_id, title, tuple(shown), shown, change.actor, change.at)


def _labels(kind: Kind, names: Sequence[str]) -> list[str]:
    return [_(kind.fields[name].label) for name in names]


def _shown(kind: Kind, values: Mapping[str, Any]) -> dict[str, str]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= value if name in kind.groups and isinstance(value, dict) else {name: value}
    shown = {}
    for name, field in kind.fields.items():  # in the order of the form
        if name in flat:
            text = field.display(flat[name])
            shown[_(field.label)] = str(field.mask(text, flat)) if text else text
    return shown


def adopt(replica: Replica, office: Office, device: str) -> int:
    """Adopt what is held of ``device``: it is written again under this PC's id; returns how many changes."""
    office.duty.need(SETTLE)
    return holding.adopt(replica, office.scope, device, office.actor)


def set_aside(replica: Replica, office: Office, device: str) -> int:
    """Set aside what is held of ``device``: it is listed no more; returns how many changes."""
    office.duty.need(SETTLE)
    return holding.set_aside(replica, office.scope, device, office.actor)
