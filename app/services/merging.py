"""Merging duplicates: the loser points to the survivor, links follow on reading, and it can be undone (rules.md 34)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.errors import Refusal
from app.models.record import Kind, Record
from app.models.registry import KINDS, kind_of
from app.models.training import Enrolment
from app.services import enrolment, reading
from app.services.office import Office, Unit
from app.services.people import leaving
from app.services.privacy import hidden_in, reveal
from app.services.reading import Row
from app.services.related import relations
from app.services.rights import SETTLE, to_write
from app.services.survivors import faults, survivors
from app.services.writing import Saved, put
from app.sync.capture import Seen, seen_of
from app.sync.heads import Heads
from app.text import _, listed

OWN = frozenset({"number", "deleted", "merged_into"})
"""What a survivor never takes over."""


@dataclass(frozen=True)
class Differing:
    """A field, or fields that belong together, whose values differ; ``texts`` are the two in words, masked."""

    name: str
    label: str
    texts: tuple[str, str]


@dataclass(frozen=True)
class Pair:
    """Two records side by side, and what hangs on each: (label of the kind, how many)."""

    kind: Kind
    rows: tuple[Row, Row]
    differing: tuple[Differing, ...]
    hanging: tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]
    lacking: tuple[frozenset[str], frozenset[str]]
    """Of ``differing``, those that are empty in the record."""
    same: tuple[tuple[str, str], ...]
    """What both say: (label, value in words)."""
    hidden: bool
    """Whether personal values are masked."""


@dataclass(frozen=True)
class Standing:
    """How a record stands to others: (id, title) of the one it was merged into, and of those merged into it."""

    into: tuple[str, str] | None = None
    merged: tuple[tuple[str, str], ...] = ()


def merge(
    office: Office, kind: str, loser: str, survivor: str, *, take: Collection[str] = (),
    seen: Mapping[str, Seen] | None = None,
) -> Saved:  # fmt: skip
    """Merge ``loser`` into ``survivor``, as one operation that can be undone until either is merged again.

    Only ``merged_into`` of the loser is written, and into the survivor the values of the fields ``take``. ``seen`` is
    what the person had on screen of each, by id. Raises :class:`Refusal` where the two cannot be merged, and where a
    taken value does not fit.
    """
    declared = kind_of(kind)
    with office.unit() as unit:
        unit.duty.need(SETTLE, to_write(kind))
        lost, kept = _loaded(unit, declared, loser), _loaded(unit, declared, survivor)
        if lost.owner != kept.owner:
            raise Refusal.of("kind", _("演示数据不能和正式的记录合并"), _("请选择同一类数据里的两条记录"))
        for record in (lost, kept):
            if Heads.decode(record.heads).others:
                raise Refusal.of("merged_into", _("这条记录有未处理的冲突"), _("请先处理冲突，再合并"))
        before = {name: getattr(lost, name) for name in declared.fields}
        lost.merged_into = survivor
        if found := [*faults(unit.session, lost, before), *leaving(unit, lost, before)]:
            raise Refusal(*found)
        values = _taken(declared, lost, take, (seen or {}).get(loser))
        unit.recorder.saw(lost, (seen or {}).get(loser))
        unit.session.flush()
        if values:
            kept = put(unit, declared, values, survivor, seen=(seen or {}).get(survivor))
            unit.session.flush()
        if isinstance(lost, Enrolment):
            enrolment.left(unit, lost)
        unit.session.flush()
        return Saved(kept.id, kept.number, unit.recorder.ops.get(kept.owner), tuple(unit.notices))


def unmerge(office: Office, kind: str, record_id: str) -> Saved:
    """Take the merge of ``record_id`` back; raises :class:`Refusal` where it is not merged, or no longer to be undone."""
    declared = kind_of(kind)
    with office.unit() as unit:
        unit.duty.need(SETTLE, to_write(kind))
        record = _loaded(unit, declared, record_id)
        if record.merged_into is None:
            raise Refusal.of("merged_into", _("这条记录没有并入别的记录"), _("请核对标识"))
        before = {name: getattr(record, name) for name in declared.fields}
        record.merged_into = None
        if found := faults(unit.session, record, before):
            raise Refusal(*found)
        unit.session.flush()
        return Saved(record.id, record.number, unit.recorder.ops.get(record.owner), tuple(unit.notices))


def _loaded(unit: Unit, kind: Kind, record_id: str) -> Record:
    """The record; one of another kind is named as such."""
    model = kind.model
    if unit.session.scalar(select(model.id).where(model.id == record_id).limit(1)) is None:
        for other in KINDS.values():
            if unit.session.scalar(select(other.model.id).where(other.model.id == record_id).limit(1)):
                said = _("这是一条{other}，不是{kind}", other=_(other.label), kind=_(kind.label))
                raise Refusal.of("kind", said, _("只有同一种记录才能合并"))
    return unit.load(kind.name, record_id)


def _taken(kind: Kind, lost: Record, take: Collection[str], seen: Seen | None) -> dict[str, Any]:
    """The values of the loser's fields ``take``, which must still be those that were on screen."""
    values: dict[str, Any] = {}
    now = seen_of(lost)
    for field in take:
        name = kind.log_field(field)
        members = kind.groups.get(name, (name,))
        if any(member not in kind.fields or member in OWN for member in members):
            offered = listed(f.name for f in kind.typed)
            said = _("{kind}没有字段“{field}”", kind=_(kind.label), field=field)
            raise Refusal.of("take", said, _("可用的字段：{offered}", offered=offered))
        if seen is not None and seen.get(name) != now.get(name):
            raise Refusal.of(name, _("这条记录刚才在别处改过"), _("请重新打开合并，再核对一次"))
        values |= {member: getattr(lost, member) for member in members}
    return values


def pair(office: Office, kind: str, one: str, other: str, *, masked: bool = True) -> Pair:
    """The two records side by side, for a person to choose; not ``masked``: an audit line each says who looked."""
    if not masked:
        office.duty.need_to_see(kind_of(kind))
        reveal(office, kind, [one, other])
    declared = kind_of(kind)
    first, second = reading.get(office, kind, one), reading.get(office, kind, other)
    differing, lacking, same = [], (set[str](), set[str]()), []
    for name in dict.fromkeys(declared.log_field(field.name) for field in declared.typed):
        members = declared.groups.get(name, (name,))
        values = [[row.values.get(member) for member in members] for row in (first, second)]
        labels = listed(_(declared.fields[member].label) for member in members)
        texts = tuple(_said(row, members, masked) for row in (first, second))
        if values[0] == values[1]:
            same += [(labels, texts[0])] if any(value not in (None, "") for value in values[0]) else []
            continue
        differing.append(Differing(name, labels, (texts[0], texts[1])))
        for at in (0, 1):
            if all(value in (None, "") for value in values[at]):
                lacking[at].add(name)
    return Pair(declared, (first, second), tuple(differing), (_hanging(office, declared, one), _hanging(office, declared, other)),
                (frozenset(lacking[0]), frozenset(lacking[1])), tuple(same),
                masked and any(hidden_in(row) for row in (first, second)))  # fmt: skip


def _said(row: Row, members: tuple[str, ...], masked: bool) -> str:
    """One value in words; of fields that belong together each with its label."""
    words = [" ".join(row.display(member, masked=masked).split()) or _("（空）") for member in members]
    if len(members) == 1:
        return words[0]
    labels = [_(row.kind.fields[member].label) for member in members]
    return "\n".join(_("{label}：{value}", label=label, value=one) for label, one in zip(labels, words, strict=True))


def _hanging(office: Office, kind: Kind, record_id: str) -> tuple[tuple[str, int], ...]:
    """How many records of each kind point to it."""
    counts: dict[str, int] = {}
    for relation in relations(kind.name):
        n = reading.count(office, relation.kind.name, reading.Query(where={relation.field.name: record_id}))
        counts[_(relation.kind.label)] = counts.get(_(relation.kind.label), 0) + n
    return tuple((label, n) for label, n in counts.items() if n)


def standing(office: Office, kind: str, record_id: str) -> Standing:
    """Whom a record was merged into, and who was merged into it."""
    with office.reading() as session:
        known = survivors(session, kind_of(kind))
        into = known.of(record_id)
        others = [one for one in known.family([record_id]) if one != into] if into == record_id else []
        titles = {row.id: row.title for row in reading.rows_in(session, kind_of(kind), [into, *others])}
    named = tuple((one, titles[one]) for one in others if one in titles)
    return Standing((into, titles.get(into, "")) if into != record_id else None, named)
