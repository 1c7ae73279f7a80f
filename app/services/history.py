"""History: every change of a record, read from the log (design.md §4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.errors import Refusal
from app.models.record import Kind
from app.models.registry import kind_of
from app.services.office import Office
from app.sync import log
from app.sync.change import Change, Stamp, decode_values
from app.sync.merge import State, fold
from app.text import _


@dataclass(frozen=True)
class Entry:
    """One change of one record, as people read it. ``values`` is None where they were erased."""

    at: int
    actor: str
    device: str
    seq: int
    op: int
    stamp: Stamp
    values: Mapping[str, Any] | None
    current: frozenset[str]
    """The fields of which this write is still a head."""
    audit: str = ""


def history(office: Office, kind: str, record_id: str) -> list[Entry]:
    """Every change of a record, oldest first, with who looked at or printed it."""
    with office.reading() as session:
        connection = session.connection()
        owner = _owner(session, kind_of(kind), record_id)
        changes = log.of_record(connection, owner, kind, record_id)
        heads = _head_stamps(fold(map(log.write_of, changes)))
        entries = [_entry(change, heads) for change in changes]
        entries += [_entry(change, {}) for change in log.of_record(connection, owner, log.AUDIT, record_id)]
    return sorted(entries, key=lambda entry: entry.stamp)


def _entry(change: Change, heads: Mapping[Stamp, set[str]]) -> Entry:
    values = None if change.values is None else decode_values(change.values)
    audit = (values or {}).get("audit", {}).get("what", "") if change.kind == log.AUDIT else ""
    return Entry(change.at, change.actor, change.device, change.seq, change.op, change.stamp, values,
                 frozenset(heads.get(change.stamp, ())), audit)  # fmt: skip


def _head_stamps(state: State) -> dict[Stamp, set[str]]:
    found: dict[Stamp, set[str]] = {}
    for name, field in state.fields.items():
        for stamp in (*field.shown, *(head.stamp for head in field.others)):
            found.setdefault(stamp, set()).add(name)
    return found


def _owner(session: Any, kind: Kind, record_id: str) -> str:
    owners = list(session.scalars(select(kind.model.owner).where(kind.model.id == record_id)))
    if not owners:
        raise Refusal.of("id", _("没有这条记录：{id}", id=record_id), _("请核对标识"))
    return next((owner for owner in owners if owner != log.ALL), owners[0])
