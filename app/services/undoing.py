"""Undo: restore what an operation changed, where nobody has changed it since (design.md §4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.errors import Refusal
from app.models.record import Kind, Record
from app.models.registry import KINDS
from app.services.office import Office, Unit
from app.services.writing import check_again
from app.store.tables import change as change_table
from app.sync import log
from app.sync.change import Change, Stamp, decode_values
from app.sync.merge import DELETED, State, fold
from app.text import _, listed


@dataclass(frozen=True)
class Undone:
    """What an undo restored (per record its fields) and what others have changed since."""

    op: int | None
    restored: int
    left: tuple[str, ...]


def last_operation(office: Office) -> int | None:
    """The newest operation of this PC that is neither an undo nor undone already."""
    with office.reading() as session:
        connection = session.connection()
        audits = [c for c in log.of_kind(connection, log.AUDIT, office.scope) if c.device == office.device and c.values]
        passed: set[int] = set()
        for change in audits:
            said = decode_values(change.values or b"").get("audit", {})
            if said.get("what") == "undo":
                passed |= {change.op, said["of"]}
        table = change_table.c
        query = (
            select(table.op)
            .where(table.scope == office.scope, table.device == office.device, table.kind.in_(list(KINDS)))
            .order_by(table.seq.desc())
        )
        return next((op for op in session.scalars(query) if op not in passed), None)


def undo(office: Office, op: int | None = None) -> Undone:
    """Undo one operation of this PC, the last one unless told otherwise.

    Restores the fields whose head is still that operation's; lists the rest.
    """
    if op is None:
        op = last_operation(office)
        if op is None:
            raise Refusal.of("op", _("没有可以撤销的操作"), _("撤销只对本机做过的修改有效"))
    with office.unit() as unit:
        changes = log.of_operation(unit.session.connection(), office.scope, office.device, op)
        by_record: dict[tuple[str, str], list[Change]] = {}
        for change in changes:
            if change.kind in KINDS:
                by_record.setdefault((change.kind, change.record_id), []).append(change)
        if any(change.values is None for group in by_record.values() for change in group):
            raise Refusal.of("op", _("这次操作的内容已依申请删除，不能撤销"), "")
        if not by_record:
            raise Refusal.of("op", _("没有这次操作"), _("请从历史里选择"))
        unit.audit("undo", "", "", of=op)
        restored, left = 0, []
        for (kind, record_id), group in reversed(by_record.items()):
            did, rest = _undo_record(unit, KINDS[kind], record_id, group)
            restored += did
            left += rest
        unit.session.flush()
        return Undone(unit.recorder.ops.get(office.scope), restored, tuple(left))


def _undo_record(unit: Unit, kind: Kind, record_id: str, group: list[Change]) -> tuple[int, list[str]]:
    owner = group[0].scope
    record = unit.load(kind.name, record_id)
    everything = log.of_record(unit.session.connection(), owner, kind.name, record_id)
    ours = {change.stamp for change in group}
    now = fold(map(log.write_of, everything))
    then = fold(log.write_of(change) for change in everything if change.stamp not in ours)
    written = [name for change in group for name in decode_values(change.values or b"\x80")]
    left = [
        f"{kind.name} {record.number or record_id} {_label(kind, name)}"
        for name in dict.fromkeys(written)
        if name in now.fields and not _only(now, name, ours)
    ]
    if not then.fields:  # the operation made the record
        if left:
            return 0, left
        record.deleted = True
        return 1, []
    if DELETED in written:
        if DELETED in now.fields and _only(now, DELETED, ours):
            record.deleted = then.deleted
            if not then.deleted:
                check_again(unit, record, None)
            return 1, left
        return 0, left
    restored, values = 0, {name: getattr(record, name) for name in kind.fields}
    for name in dict.fromkeys(written):
        if name in now.fields and _only(now, name, ours) and name != "number":
            before = then.fields.get(name)
            _assign(record, kind, name, before.value if before else None)
            restored = 1
    check_again(unit, record, values)
    return restored, left


def _only(state: State, name: str, ours: set[Stamp]) -> bool:
    field = state.fields[name]
    return set(field.shown) <= ours and not field.others


def _label(kind: Kind, name: str) -> str:
    members = kind.groups.get(name, (name,))
    return listed(_(kind.fields[m].label) if m in kind.fields else m for m in members)


def _assign(record: Record, kind: Kind, name: str, value: Any) -> None:
    """Set a log field's value on the record: a group's members, or the one field."""
    members = kind.groups.get(name)
    for member in members or (name,):
        if member in kind.fields:
            one = (value or {}).get(member) if members else value
            setattr(record, member, kind.fields[member].default if value is None else one)
