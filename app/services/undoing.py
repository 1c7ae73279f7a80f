"""Undo: restore what an operation changed, where nobody has changed it since (design.md §4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.errors import Refusal
from app.models.record import Kind, Record
from app.models.registry import KINDS
from app.services.office import Office, Unit
from app.services.people import leaving
from app.services.rights import to_write
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
    """The newest operation of this PC that can be undone: no undo, not undone already, nothing erased in it."""
    with office.reading() as session:
        found = _last(session.connection(), office)
        return None if found is None else found[1]


def _last(connection: Connection, office: Office) -> tuple[str, int] | None:
    c = change_table.c
    newest = []
    for scope in (office.scope, log.DEMO):
        passed = set(_passed(connection, scope, office.device))
        erased = (c.kind == log.ERASURE) | (c["values"].is_(None))
        query = select(c.op).where(c.scope == scope, c.device == office.device)
        passed |= set(connection.scalars(query.where(erased))) | _sheets(connection, scope, office.device)
        for row in connection.execute(
            select(c.op, c.at)
            .where(c.scope == scope, c.device == office.device, c.kind.in_(list(KINDS)))
            .order_by(c.seq.desc())
        ):
            if row.op not in passed:
                newest.append((row.at, scope, row.op))
                break
    return max(newest)[1:] if newest else None


def _sheets(connection: Connection, scope: str, device: str) -> set[int]:
    """The operations that made a recovery sheet: one that is on paper stays in force."""
    audits = (one for one in log.of_kind(connection, log.AUDIT, scope) if one.device == device)
    return {c.op for c in audits if decode_values(c.values or b"").get("audit", {}).get("what") == "recovery_sheet"}


def _passed(connection: Connection, scope: str, device: str) -> dict[int, int]:
    """The operations without effect, undone ones and the undos of them, each with its other half."""
    halves: dict[int, int] = {}
    for change in log.of_kind(connection, log.AUDIT, scope):
        said = decode_values(change.values or b"").get("audit", {})
        if change.device != device or said.get("what") != "undo":
            continue
        undone = said["of"]
        if undone in halves:  # an undo is undone: the operation it took back counts again
            halves.pop(halves[undone], None)
        halves |= {change.op: undone, undone: change.op}
    return halves


def undo(office: Office, op: int | None = None) -> Undone:
    """Undo one operation of this PC, the last one unless told otherwise; an undo can be undone too.

    Restores the fields whose head is still that operation's; lists the rest. Raises :class:`Refusal` where what comes
    back has lost its place (a room given away meanwhile); then nothing is undone.
    """
    with office.unit() as unit:
        connection = unit.session.connection()
        found = _last(connection, office) if op is None else _found(connection, office, op)
        if found is None:
            raise Refusal.of("op", _("没有可以撤销的操作"), _("撤销只对本机做过的修改有效"))
        scope, op = found
        halves = _passed(connection, scope, office.device)
        changes = log.of_operation(connection, scope, office.device, op)
        if any(change.values is None or change.kind == log.ERASURE for change in changes):
            raise Refusal.of("op", _("这次操作的内容已依申请删除，不能撤销"), _("请从历史里选择别的操作"))
        if op in _sheets(connection, scope, office.device):
            raise Refusal.of("op", _("开具恢复单不能撤销"), _("需要的话，请再开具一张新的"))
        if op in halves and halves[op] > op:
            raise Refusal.of("op", _("这次操作已经撤销过了"), _("请从历史里选择别的操作"))
        by_record: dict[tuple[str, str], list[Change]] = {}
        for change in changes:
            if change.kind in KINDS:
                by_record.setdefault((change.kind, change.record_id), []).append(change)
        unit.duty.need(*dict.fromkeys(to_write(kind) for kind, _record_id in by_record))
        unit.quiet = True
        unit.audit("undo", "", "", of=op)
        undoing = _Undoing(unit, scope, halves.keys() - {op, halves.get(op, 0)}, by_record)
        for (kind, record_id), group in reversed(by_record.items()):
            undoing.record(KINDS[kind], record_id, group)
        unit.session.flush()
        for record, before in undoing.back:
            check_again(unit, record, before)
        unit.session.flush()
        return Undone(unit.recorder.ops.get(office.scope), undoing.restored, tuple(undoing.left))


def _found(connection: Connection, office: Office, op: int) -> tuple[str, int] | None:
    """The operation ``op`` among the center's and the sample data's; the newer where both have one."""
    c = change_table.c
    query = select(c.at, c.scope, c.op).where(
        c.scope.in_((office.scope, log.DEMO)), c.device == office.device, c.op == op, c.kind.in_(list(KINDS))
    )
    rows = [tuple(row) for row in connection.execute(query)]
    return max(rows)[1:] if rows else None


class _Undoing:
    """The undo of one operation, record by record. ``passed``: operations without effect, as if they never were."""

    def __init__(self, unit: Unit, scope: str, passed: set[int], touched: Iterable[tuple[str, str]]) -> None:
        self.unit, self.passed = unit, passed
        self.histories: dict[tuple[str, str], list[Change]] = {}
        by_kind: dict[str, list[str]] = {}
        for kind, record_id in touched:
            by_kind.setdefault(kind, []).append(record_id)
        for kind, ids in by_kind.items():
            unit.fetch(kind, ids)
            found = log.of_records(unit.session.connection(), scope, kind, ids)
            self.histories |= {(kind, record_id): sorted(found[record_id], key=_stamp) for record_id in ids}
        self.restored = 0
        self.left: list[str] = []
        self.back: list[tuple[Record, dict[str, Any] | None]] = []

    def record(self, kind: Kind, record_id: str, group: list[Change]) -> None:
        """Undo what the operation did to one record."""
        record = self.unit.load(kind.name, record_id)
        everything = self.histories[kind.name, record_id]
        device = self.unit.office.device
        gone = {c.stamp for c in everything if c.device == device and c.op in self.passed}
        ours = {change.stamp for change in group}
        counted = [c for c in everything if c.stamp not in gone]
        others = [c for c in counted if c.stamp not in ours]
        now, then = fold(map(log.write_of, everything)), fold(map(log.write_of, others))
        written = dict.fromkeys(name for change in group for name in log.write_of(change).fields)
        changed_since = [name for name in written if name in now.fields and not _only(now, name, ours | gone)]
        if counted[0].stamp in ours:  # the operation made the record
            if others:
                self.left.append(f"{kind.name} {record.number or record_id}")
            elif not record.deleted:
                before = {one: getattr(record, one) for one in kind.fields}
                record.deleted = True
                if faults := leaving(self.unit, record, before):
                    raise Refusal(*faults)
                self.restored += 1
            return
        self.left += [f"{kind.name} {record.number or record_id} {_label(kind, name)}" for name in changed_since]
        free = [name for name in written if name in now.fields and name not in changed_since and name != "number"]
        if DELETED in written:
            if DELETED in free and bool(record.deleted) != then.deleted:
                record.deleted = then.deleted
                self.restored += 1
                if not then.deleted:
                    self.back.append((record, None))
            return
        self._restore(kind, record, free, then)

    def _restore(self, kind: Kind, record: Record, names: list[str], then: State) -> None:
        before = {name: getattr(record, name) for name in kind.fields}
        for name in names:
            was = then.fields.get(name)
            if was is not None and (was.others or was.erased):  # a conflict settled, a value erased: not to be had back
                self.left.append(f"{kind.name} {record.number or record.id} {_label(kind, name)}")
                continue
            _assign(record, kind, name, was.value if was else None)
        if any(getattr(record, name) != value for name, value in before.items()):
            self.restored += 1
            self.back.append((record, before))


def _stamp(change: Change) -> Stamp:
    return change.stamp


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
