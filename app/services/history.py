"""History, undo, conflicts and their settling, erasure: all read from the log (design.md §4, §5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.errors import Refusal
from app.models.fields import Misfit, Privacy, fault_of
from app.models.record import Kind, Record
from app.models.registry import KINDS, kind_of
from app.services.office import Office, Unit
from app.sync import log, rows
from app.sync.capture import seen_of
from app.sync.change import Change, Stamp, decode_bases, decode_values, encode_bases, encode_values, stamp_text
from app.sync.heads import Heads
from app.sync.merge import DELETED, State, fold
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


# Undo


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
        table = log.change_table.c
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
            return 1, left
        return 0, left
    restored = 0
    for name in dict.fromkeys(written):
        if name in now.fields and _only(now, name, ours) and name != "number":
            before = then.fields.get(name)
            _assign(record, kind, name, before.value if before else None)
            restored = 1
    return restored, left


def _only(state: State, name: str, ours: set[Stamp]) -> bool:
    field = state.fields[name]
    return set(field.shown) <= ours and not field.others


def _label(kind: Kind, name: str) -> str:
    members = kind.groups.get(name, (name,))
    return "、".join(_(kind.fields[m].label) if m in kind.fields else m for m in members)


def _assign(record: Record, kind: Kind, name: str, value: Any) -> None:
    """Set a log field's value on the record: a group's members, or the one field."""
    members = kind.groups.get(name)
    for member in members or (name,):
        if member in kind.fields:
            one = (value or {}).get(member) if members else value
            setattr(record, member, kind.fields[member].default if value is None else one)


# Conflicts


@dataclass(frozen=True)
class Version:
    """One of the values in conflict: who wrote it, when, on which PC. ``value`` of a group is a mapping."""

    stamp: Stamp
    value: Any
    actor: str
    at: int
    device: str
    shown: bool
    erased: bool


@dataclass(frozen=True)
class Conflict:
    """A field of a record with several heads; ``fields`` are the declared fields it stands for."""

    kind: Kind
    id: str
    title: str
    field: str
    fields: tuple[str, ...]
    versions: tuple[Version, ...]


def conflicts(office: Office, kind: str | None = None, record_id: str | None = None) -> list[Conflict]:
    """Every conflict that waits for a person, or those of one record."""
    found = []
    with office.reading() as session:
        for one in [KINDS[kind]] if kind else KINDS.values():
            query = select(one.model).where(one.model.conflicts > 0)
            if record_id is not None:
                query = query.where(one.model.id == record_id)
            for record in session.scalars(query):
                found += _conflicts_of(session.connection(), record)
    return found


def _conflicts_of(connection: Any, record: Record) -> Iterable[Conflict]:
    kind = record.kind
    changes = {c.stamp: c for c in log.of_record(connection, record.owner, kind.name, record.id)}
    state = fold(map(log.write_of, changes.values()))
    title = " ".join(str(v) for n in kind.title if (v := getattr(record, n))) or record.number or ""
    for name in state.conflicts:
        field = state.fields[name]
        stamps = [(s, field.value, True, field.erased) for s in field.shown]
        stamps += [(h.stamp, h.value, False, h.erased) for h in field.others]
        versions = tuple(
            Version(s, value, changes[s].actor, changes[s].at, s[1], shown, erased)
            for s, value, shown, erased in stamps
        )
        yield Conflict(kind, record.id, title, name, kind.groups.get(name, (name,)), versions)


def settle(
    office: Office, kind: str, record_id: str, field: str, *, value: Any = None, take: Stamp | None = None
) -> Record:
    """Settle a conflict: name all heads and write ``value``, or the value of the head ``take``.

    Raises :class:`Refusal` where the field is not in conflict or the value does not fit.
    """
    declared = kind_of(kind)
    name = declared.log_field(field)
    with office.unit() as unit:
        record = unit.load(kind, record_id)
        open_ones = {c.field: c for c in _conflicts_of(unit.session.connection(), record)}
        if name not in open_ones:
            raise Refusal.of(field, _("这个字段没有冲突"), _("用 conflicts 查看等待处理的冲突"))
        versions = {v.stamp: v for v in open_ones[name].versions}
        if take is not None:
            if take not in versions:
                raise Refusal.of("take", _("没有这个版本 {stamp}", stamp=stamp_text(take)), _("请从 conflicts 列出的版本中选"))
            value = versions[take].value
        else:
            value = _settled_value(declared, name, value)
        _write_settled(unit, declared, record, name, value, list(versions))
        return record


def _settled_value(kind: Kind, name: str, value: Any) -> Any:
    members = kind.groups.get(name)
    if members is None:
        try:
            return kind.fields[name].check(value) if name in kind.fields else value
        except Misfit as misfit:
            raise Refusal(fault_of(kind.fields[name], misfit)) from None
    if not isinstance(value, dict) or set(value) != set(members):
        raise Refusal.of(name, _("这几项要一起给出：{fields}", fields="、".join(members)), _("请用 JSON 对象写全"))
    try:
        return {member: kind.fields[member].check(value[member]) for member in members}
    except Misfit as misfit:
        raise Refusal.of(name, misfit.error, misfit.mend) from None


def _write_settled(unit: Unit, kind: Kind, record: Record, name: str, value: Any, stamps: list[Stamp]) -> None:
    """A settling is a change of one field whose bases name every head. Written beside the ORM, since the value may
    equal the one shown."""
    heads = Heads.decode(record.heads)
    bases: dict[str, list[Stamp]] = {name: stamps}
    if name == DELETED:
        bases = {f: [*s, *heads.others.get(f, ())] for f, s in heads.shown.items()}
    members = kind.groups.get(name, (name,))
    salted = any(kind.fields[m].privacy >= Privacy.PERSONAL for m in members if m in kind.fields)
    draft = log.Draft(kind.name, record.id, encode_bases(bases), encode_values({name: value}, salted=salted))
    unit.recorder.append(record.owner, [draft])
    rows.refold(unit.session.connection(), [(record.owner, kind.name, record.id)])
    unit.session.expire(record)
    unit.session.refresh(record)
    unit.session.expunge(record)


# Erasure


def erase(office: Office, kind: str, record_id: str) -> int:
    """Erase the personal data of a record on request (PIPL Art. 47): every change that wrote a personal or
    sensitive field loses its values. What is not personal is written anew first. Returns how many changes."""
    declared = kind_of(kind)
    personal = {declared.log_field(f.name) for f in declared.fields.values() if f.privacy >= Privacy.PERSONAL}
    with office.unit() as unit:
        record = unit.load(kind, record_id)
        connection = unit.session.connection()
        changes = log.of_record(connection, record.owner, kind, record_id)
        targets = [c for c in changes if c.values is not None and personal & decode_values(c.values).keys()]
        if not targets:
            return 0
        gone = {change.stamp for change in targets}
        state = fold(map(log.write_of, changes))
        seen = seen_of(record)
        kept = {
            name: field.value
            for name, field in state.fields.items()
            if name not in personal and name != DELETED and gone & set(field.shown)
        }
        drafts = []
        if kept:
            bases = encode_bases({name: seen[name] for name in kept})
            drafts.append(log.Draft(kind, record_id, bases, encode_values(kept, salted=False)))
        named = [[c.device, c.seq] for c in targets]
        drafts.append(
            log.Draft(log.ERASURE, record_id, encode_bases({"erased": []}), encode_values({"erased": named}, salted=False))
        )
        unit.recorder.append(record.owner, drafts)
        log.drop_values(connection, record.owner, [(c.device, c.seq) for c in targets])
        rows.refold(connection, [(record.owner, kind, record_id)])
        unit.session.expunge(record)
        return len(targets)


def decoded_bases(change: Change) -> Mapping[str, list[Stamp]]:
    """The bases of a change, for diagnostics and tests."""
    return decode_bases(change.bases)
