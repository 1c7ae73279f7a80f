"""Conflicts and their settling: several heads of one field, until a person chooses (design.md §5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.errors import Refusal
from app.models.fields import Misfit, fault_of
from app.models.record import Kind, Record
from app.models.registry import KINDS, kind_of
from app.services.office import Office, Unit
from app.services.rights import SETTLE, to_write
from app.services.rules import check
from app.services.writing import links
from app.sync import log, rows
from app.sync.change import Stamp, encode_bases, encode_values, stamp_text
from app.sync.heads import Heads
from app.sync.merge import DELETED, fold
from app.text import _, listed


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
    title = kind.called({name: getattr(record, name) for name in kind.named_by})
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
        unit.duty.need(SETTLE, to_write(kind))
        record = unit.load(kind, record_id)
        open_ones = {c.field: c for c in _conflicts_of(unit.session.connection(), record)}
        if name not in open_ones:
            raise Refusal.of(field, _("这个字段没有冲突"), _("用 conflicts 查看等待处理的冲突"))
        versions = {v.stamp: v for v in open_ones[name].versions}
        if take is not None:
            if take not in versions:
                raise Refusal.of(
                    "take", _("没有这个版本 {stamp}", stamp=stamp_text(take)), _("请从 conflicts 列出的版本中选")
                )
            value = versions[take].value
            if kind == "user":
                _check_settled(unit, declared, record, name, value)
        else:
            value = _settled_value(declared, name, field, value, record)
            _check_settled(unit, declared, record, name, value)
        _write_settled(unit, declared, record, name, value, list(versions))
        return record


def _settled_value(kind: Kind, name: str, field: str, value: Any, record: Record) -> Any:
    """The stored form of a typed value; of fields that belong together, one may be given, the others stay as shown."""
    members = kind.groups.get(name)
    try:
        if members is None:
            return kind.fields[name].check(value) if name in kind.fields else value
        if field in members:
            return {m: kind.fields[m].check(value) if m == field else getattr(record, m) for m in members}
        if not isinstance(value, dict) or set(value) != set(members):
            said = _("这几项要一起给出：{fields}", fields=listed(members))
            raise Refusal.of(name, said, _("请用 JSON 对象写全"))
        return {member: kind.fields[member].check(value[member]) for member in members}
    except Misfit as misfit:
        raise Refusal(fault_of(kind.fields[field if field in kind.fields else name], misfit)) from None


def _check_settled(unit: Unit, kind: Kind, record: Record, name: str, value: Any) -> None:
    """The rules hold for a typed value as for an edit; a value that somebody wrote is taken as it is."""
    if name not in kind.groups and name not in kind.fields:
        return
    before = {one: getattr(record, one) for one in kind.fields}
    for member, one in (value if name in kind.groups else {name: value}).items():
        setattr(record, member, one)
    unit.quiet = True
    faults = [fault for fault in [*links(unit, kind, record, before), *check(unit, record, before)] if not fault.policy]
    unit.session.expire(record)
    if faults:
        raise Refusal(*faults)
    unit.session.refresh(record)


def _write_settled(unit: Unit, kind: Kind, record: Record, name: str, value: Any, stamps: list[Stamp]) -> None:
    """A settling is a change of one field whose bases name every head. Written beside the ORM, since the value may
    equal the one shown."""
    heads = Heads.decode(record.heads)
    bases: dict[str, list[Stamp]] = {name: stamps}
    if name == DELETED:
        bases = {f: [*s, *heads.others.get(f, ())] for f, s in heads.shown.items()}
    encoded = encode_values({name: value}, salted=kind.personal(name, value))
    draft = log.Draft(kind.name, record.id, encode_bases(bases), encoded)
    unit.recorder.append(record.owner, [draft])
    rows.refold(unit.session.connection(), [(record.owner, kind.name, record.id)])
    unit.session.expire(record)
    unit.session.refresh(record)
    unit.session.expunge(record)
