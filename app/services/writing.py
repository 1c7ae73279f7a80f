"""Writing records: the one way values get in (form -> rules -> flush -> log and row)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.errors import Fault, Refusal
from app.models.fields import Misfit, fault_of
from app.models.record import Kind, Record
from app.models.registry import kind_of
from app.services import survivors
from app.services.effects import follow, gone
from app.services.ids import new_id
from app.services.naming import linked
from app.services.office import Office, Unit
from app.services.people import leaving
from app.services.rights import OVERRIDE, to_delete, to_write
from app.services.rules import IDS, RULES_THAT_LOOK, check, sees
from app.services.series_keeping import keep
from app.services.series_plan import Asked, asked_of
from app.sync import forks, log
from app.sync.capture import Seen
from app.sync.change import parse_stamp
from app.sync.heads import Heads
from app.sync.log import DEMO
from app.sync.merge import DELETED
from app.text import _, listed

ECHOED = frozenset({"id", "seen", "owner", "number", "deleted", "merged_into", "conflicts"})
"""What ``get`` adds to a record; accepted back, never changed by it."""


@dataclass(frozen=True)
class Saved:
    """What a save did: the record, its number, the operation to undo, and sentences for the person."""

    id: str
    number: str | None
    op: int | None
    notices: tuple[str, ...] = ()


def save(
    office: Office,
    kind: str,
    values: Mapping[str, Any],
    record_id: str | None = None,
    *,
    seen: Seen | None = None,
    reason: str = "",
) -> Saved:
    """Create a record, or change the fields ``values`` of an existing one.

    ``seen`` is what the person had on screen (:attr:`Row.seen`). ``reason`` overrides a policy, which is audited;
    never a physical conflict. Raises :class:`Refusal` naming each field at fault; nothing is written then.
    """
    with office.unit() as unit:
        record = put(unit, kind_of(kind), values, record_id, seen=seen, reason=reason)
        unit.finish()
        return Saved(record.id, record.number, unit.recorder.ops.get(record.owner), tuple(unit.notices))


def put(
    unit: Unit,
    kind: Kind,
    values: Mapping[str, Any],
    record_id: str | None = None,
    *,
    seen: Seen | None = None,
    reason: str = "",
    fixed_id: str | None = None,
    asked: Asked | None = None,
    stored: bool = False,
) -> Record:
    """As :func:`save`, within a unit of work. ``fixed_id``: the id of a new record that two PCs would both make;
    ``asked``: what is asked of a series beside its fields; ``stored``: each of ``values`` was checked by its field and is
    in stored form."""
    unit.duty.need(to_write(kind.name))
    checked: dict[str, Any] = {}
    if record_id is None:
        if not sees(unit, kind.name, values, None):
            unit.session.flush()
        checked = _checked(kind, values, creating=True, stored=stored)
        own_id = fixed_id or _id_of(unit, kind, checked) or new_id()
        record = kind.model(owner=unit.office.scope, id=own_id)
        vars(record).update(kind.blank, **checked)  # it is inserted as it is: nothing needs to know what was set
        before: dict[str, Any] | None = None
    else:
        record = unit.load(kind.name, record_id)
        if record.deleted:
            raise Refusal.of("id", _("这条记录在回收站里"), _("请先从回收站取回，再修改"))
        if into := survivors.standing_for(unit.session, record):
            raise Refusal.of("id", _("这条记录已并入“{title}”", title=into), _("请修改那一条，或先取消合并"))
        before = {name: getattr(record, name) for name in kind.fields}
        if unit.session.is_modified(record) or not sees(unit, kind.name, values, before):
            unit.session.flush()
            before = {name: getattr(record, name) for name in kind.fields}
    if before is not None:
        unit.recorder.saw(record, None if seen is None else {f: [(s[0], s[1]) for s in st] for f, st in seen.items()})
        shown = before if seen is None else _on_screen(unit, record, seen)
        values = {
            name: value
            for name, value in values.items()
            if not _masked(kind, name, value, before) and not _newer_choice(kind, name, value, shown)
        }
        checked = _checked(kind, values, creating=False, stored=stored)
        for name, value in _touched(kind, checked, shown).items():
            setattr(record, name, value)
    faults = [*links(unit, kind, record, before), *check(unit, record, before)]
    if faults and all(fault.policy for fault in faults) and (lacking := unit.duty.fault(OVERRIDE)):
        faults = [*(replace(fault, policy=False) for fault in faults), lacking]
    elif reason.strip() and faults and all(fault.policy for fault in faults):
        unit.audit("override", kind.name, record.id, reason=reason.strip(), faults=[f.error for f in faults])
        faults = []
    if faults:
        unit.session.expunge(record) if record in unit.session else None
        raise Refusal(*faults)
    if before is None:
        record.number = unit.number(record)
        unit.session.add(record)
        unit.created(record)
    follow(unit, record, before)
    try:
        keep(unit, record, before, put, asked or Asked(), reason)
    except Refusal:
        unit.session.expunge(record) if record in unit.session else None
        raise
    return record


def _id_of(unit: Unit, kind: Kind, values: Mapping[str, Any]) -> str | None:
    """The id that follows from the values of a new record, so that two PCs make the same; raises :class:`Refusal` where
    the record is there already."""
    if kind.name not in IDS:
        return None
    field, make = IDS[kind.name]
    record_id = make(values[field])
    held = unit.session.get(kind.model, (unit.office.scope, record_id))
    if held is not None:
        mend = _("请先从回收站取回，再修改") if held.deleted else _("请修改那一条")
        raise Refusal.of(field, _("已有这一条：{title}", title=survivors.title(held)), mend)
    return record_id


def _checked(kind: Kind, values: Mapping[str, Any], *, creating: bool, stored: bool) -> dict[str, Any]:
    """The stored form of ``values``; every fault at once."""
    checked: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in values.items():
        declared = kind.fields.get(name)
        if declared is None or declared.system:
            offered = listed(field.name for field in kind.typed)
            faults.append(Fault(name, _("{kind}没有字段“{field}”", kind=_(kind.label), field=name[:60]),
                                _("可用的字段：{offered}", offered=offered)))  # fmt: skip
            continue
        if stored and value is not None:
            checked[name] = value
            continue
        try:
            checked[name] = declared.default if value is None else declared.check(value)
            if checked[name] is None:
                checked[name] = declared.check(None) if declared.default is None else declared.default
        except Misfit as misfit:
            faults.append(fault_of(declared, misfit))
    if creating:
        for declared in kind.typed:
            if declared.required and declared.name not in values and declared.default is None:
                faults.append(fault_of(declared, Misfit(_("必须填写"), _("请填写“{label}”", label=_(declared.label)))))
    if faults:
        raise Refusal(*faults)
    return checked


def links(unit: Unit, kind: Kind, record: Record, before: Mapping[str, Any] | None) -> list[Fault]:
    """A fault for each link, of those that changed, to a record that is not there."""
    faults = []
    for name, declared in kind.links.items():
        value = getattr(record, name)
        if not value or (before and before[name] == value):
            continue
        targets = declared.targets or (kind.name,)
        if unit.linked(targets, value) is not None:
            continue
        if unit.is_sample(targets, value):
            if record.owner == DEMO:
                continue
            misfit = Misfit(_("这是演示数据，正式的记录不能用它"), _("请换成正式的记录；还没有的，请先新建"))
        else:
            misfit = Misfit(_("没有这条记录"), _("请从列表中重新选择"))
        faults.append(fault_of(declared, misfit))
    return faults


def _masked(kind: Kind, name: str, value: Any, before: Mapping[str, Any]) -> bool:
    """Whether ``value`` is what a list shows instead of a personal value: handed back, it means no change."""
    declared = kind.fields.get(name)
    if declared is None or not declared.hides(before) or before[name] in (None, value):
        return False
    return value == declared.mask(before[name], before)


def _newer_choice(kind: Kind, name: str, value: Any, on_screen: Mapping[str, Any]) -> bool:
    """Whether ``value`` is a choice handed back as it was shown: a newer program may offer it, and this one not."""
    declared = kind.fields.get(name)
    return declared is not None and declared.type == "choice" and value is not None and value == on_screen[name]


def _touched(kind: Kind, checked: Mapping[str, Any], on_screen: Mapping[str, Any]) -> dict[str, Any]:
    """What the person changed, against what was on screen; of fields that belong together, all of them."""
    touched = {name: value for name, value in checked.items() if value != on_screen[name]}
    for members in kind.groups.values():
        if touched.keys() & set(members):
            touched = {**{member: on_screen[member] for member in members}, **touched}
    return touched


def _on_screen(unit: Unit, record: Record, seen: Seen) -> dict[str, Any]:
    """The values behind ``seen``; a stamp that is no write of its field is refused. Only what has changed since is
    looked for in the log, and among what a rollback has taken off it meanwhile."""
    kind, shown = record.kind, Heads.decode(record.heads).shown
    values = {name: getattr(record, name) for name in kind.fields}
    seen = {f: stamps for f, stamps in seen.items() if sorted(map(tuple, stamps)) != list(shown.get(f, ()))}
    if not seen:
        return values
    connection, key = unit.session.connection(), (record.owner, kind.name, record.id)
    known = [*forks.strays_of(connection, *key), *log.of_record(connection, *key, held=True)]
    held = {change.stamp: log.write_of(change) for change in known}
    for field, stamps in seen.items():
        for stamp in sorted((s[0], s[1]) for s in stamps):
            if stamp not in held or field not in held[stamp].fields:
                raise Refusal.of("seen", _("“{field}”的依据在这条记录里不存在", field=field), _("请重新读取记录后再改"))
            value = (held[stamp].values or {}).get(field)
            members = kind.groups.get(field)
            for member in members or (field,):
                if member in values:
                    values[member] = (value or {}).get(member) if members else value
    return values


def parse_seen(value: Any) -> Seen:
    """The ``seen`` of a JSON line; raises :class:`Refusal` where it is not of the form ``get --seen`` gives."""
    try:
        return {str(field): [parse_stamp(stamp) for stamp in stamps] for field, stamps in value.items()}
    except (AttributeError, TypeError, ValueError):
        raise Refusal.of("seen", _("格式不对"), _("请原样交回 get --seen 给出的 seen")) from None


def put_line(unit: Unit, kind: Kind, line: Mapping[str, Any], reason: str = "") -> Record:
    """One JSON object of the command line: a new record, or with ``id`` a change of that record. Links may be said by number
    or exact name."""
    record_id = line.get("id")
    if record_id is not None and not isinstance(record_id, str):
        raise Refusal.of("id", _("应为文字"), _("请用 get 给出的 id"))
    asked, line = asked_of(kind.name, line)
    values = {name: value for name, value in line.items() if name not in ECHOED}
    if record_id is None and "number" in line:
        raise Refusal.of("number", _("编号由程序给出"), _("请去掉 number"))
    values = linked(unit.session, unit.office.scope, kind, values)
    seen = parse_seen(line["seen"]) if line.get("seen") is not None else None
    return put(unit, kind, values, record_id, seen=seen, reason=reason, asked=asked)


def set_deleted(office: Office, kind: str, record_ids: list[str], deleted: bool, *, seen: Seen | None = None) -> Saved:
    """Put records into the 回收站, or take them back. A record with an open conflict is settled first."""
    with office.unit() as unit:
        record = None
        for record_id in record_ids:
            record = unit.load(kind, record_id)
            _delete(unit, record, deleted, seen)
        unit.finish()
        if record is None:
            return Saved("", None, None)
        return Saved(record.id, record.number, unit.recorder.ops.get(record.owner), tuple(unit.notices))


def delete_in(unit: Unit, kind: str, record_id: str, deleted: bool, *, seen: Seen | None = None) -> None:
    """As :func:`set_deleted` for one record, within a unit of work."""
    _delete(unit, unit.load(kind, record_id), deleted, seen)
    unit.session.flush()


def _delete(unit: Unit, record: Record, deleted: bool, seen: Seen | None) -> None:
    unit.duty.need(*to_delete(record.kind.name))
    if bool(record.deleted) == deleted:
        return
    if deleted and Heads.decode(record.heads).others:
        raise Refusal.of(DELETED, _("这条记录有未处理的冲突"), _("请先处理冲突，再删除"))
    if seen is not None:
        _on_screen(unit, record, seen)
    unit.recorder.saw(record, seen)
    before = {name: getattr(record, name) for name in record.kind.fields}
    record.deleted = deleted
    if faults := leaving(unit, record, before):
        raise Refusal(*faults)
    unit.session.flush()
    if deleted:
        gone(unit, record)
    else:
        check_again(unit, record, None)
        follow(unit, record, None)


def check_again(unit: Unit, record: Record, before: Mapping[str, Any] | None) -> None:
    """What comes back (out of the bin, by an undo) must still have its place; raises :class:`Refusal`."""
    faults = check(unit, record, before) if record.kind.name in RULES_THAT_LOOK else []
    if before is not None:
        faults += survivors.faults(unit.session, record, before)
    if faults:
        raise Refusal(*faults)


def change_many(office: Office, kind: str, record_ids: list[str], values: Mapping[str, Any]) -> Saved:
    """Give several records the same ``values``, as one operation; all or none."""
    with office.unit() as unit:
        owner = office.scope
        for record_id in record_ids:
            owner = put(unit, kind_of(kind), values, record_id).owner
            unit.session.flush()
        unit.finish()
        return Saved(record_ids[-1], None, unit.recorder.ops.get(owner), tuple(unit.notices))
