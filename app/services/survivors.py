"""Who stands for whom: merged duplicates are resolved on reading, never by rewriting links (design.md §3, rules.md 34)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.errors import Fault
from app.models.record import Kind, Record
from app.models.registry import KINDS
from app.text import _


@dataclass(frozen=True)
class Survivors:
    """Of one kind: the records that are merged away, each with the one that stands for it."""

    by_loser: Mapping[str, str] = field(default_factory=dict)
    rings: tuple[tuple[str, ...], ...] = ()
    """Records merged into each other, as two PCs may have it; the one that stands comes first."""
    lost: tuple[str, ...] = ()
    """Records merged into one that is not there; they stand for themselves."""

    def of(self, record_id: str) -> str:
        """The record that stands for ``record_id``: itself where it is not merged away."""
        return self.by_loser.get(record_id, record_id)

    def family(self, record_ids: Iterable[str]) -> list[str]:
        """Each record with whom it stands for, and who stands for it: what a link to any of them may say."""
        if not self.by_loser:
            return sorted(set(record_ids))
        wanted = {self.of(record_id) for record_id in record_ids}
        return sorted(wanted | {loser for loser, survivor in self.by_loser.items() if survivor in wanted})


def resolve(into: Mapping[str, str], there: Collection[str], deleted: Collection[str] = ()) -> Survivors:
    """Follow ``into`` to the end, for each record merged into another; ``there``: the ends that exist.

    In a circle the smallest id that is not ``deleted`` survives, whoever asks and wherever it begins.
    """
    found: dict[str, str] = {}
    rings: set[tuple[str, ...]] = set()
    lost: set[str] = set()
    for record_id in into:
        path = [record_id]
        while path[-1] in into and into[path[-1]] not in path and (into[path[-1]] in into or into[path[-1]] in there):
            path.append(into[path[-1]])
        end = path[-1]
        if end not in into:
            found[record_id] = end
        elif into[end] in path:
            ring = sorted(path[path.index(into[end]) :], key=lambda one: (one in deleted, one))
            rings.add(tuple(ring))
            found[record_id] = ring[0]
        else:
            lost.add(end)
            found[record_id] = end
    return Survivors({a: b for a, b in found.items() if a != b}, tuple(sorted(rings)), tuple(sorted(lost)))


def survivors(session: Session, kind: Kind) -> Survivors:
    """As the tables have it now."""
    t = kind.model.__table__.c
    query = select(t.id, t.merged_into, t.deleted, t.owner).where(t.merged_into.is_not(None))
    merged = list(session.execute(query))
    if not merged:
        return Survivors()
    into = {row.id: row.merged_into for row in merged}
    ends = set(into.values()) - into.keys()
    there = set(session.scalars(select(t.id).where(t.id.in_(ends), t.owner.in_({row.owner for row in merged}))))
    return resolve(into, there, {row.id for row in merged if row.deleted})


@dataclass
class Merged:
    """The survivors of every kind within one session, looked up once."""

    session: Session
    _known: dict[str, Survivors] = field(default_factory=dict)

    def __getitem__(self, kind: str) -> Survivors:
        if kind not in self._known:
            self._known[kind] = survivors(self.session, KINDS[kind])
        return self._known[kind]

    def of(self, kind: str, record_id: str | None) -> str | None:
        """The record that stands for a linked one."""
        return None if record_id is None else self[kind].of(record_id)

    def linked(self, kinds: Iterable[str], record_ids: Iterable[str]) -> list[str]:
        """What a link to one of ``kinds`` may hold to mean any of ``record_ids``."""
        found = set(record_ids)
        for kind in kinds:
            if self[kind].by_loser:
                found |= set(self[kind].family(found))
        return sorted(found)

    def standing(self, kind: Kind) -> ColumnElement[bool]:
        """The condition that a row is not merged away."""
        return standing(kind, self[kind.name])


def standing(kind: Kind, known: Survivors) -> ColumnElement[bool]:
    """The condition that a row of ``kind`` is not merged away."""
    t: Any = kind.model.__table__.c
    anyway = [*(ring[0] for ring in known.rings), *known.lost]
    return or_(t.merged_into.is_(None), t.id.in_(anyway)) if anyway else t.merged_into.is_(None)


def standing_for(session: Session, record: Record) -> str:
    """The title of the record that ``record`` was merged into; empty where it stands for itself."""
    known = survivors(session, record.kind) if record.merged_into is not None else Survivors()
    if record.id not in known.by_loser:
        return ""
    other = session.get(record.kind.model, (record.owner, known.of(record.id)))
    return title(other) if other is not None else _("未命名")


def faults(session: Session, record: Record, before: Mapping[str, Any]) -> list[Fault]:
    """What speaks against the ``merged_into`` that ``record`` is about to have, against what it has in ``before``."""
    kind, target = record.kind, record.merged_into
    if target == before["merged_into"]:
        return []
    known = survivors(session, kind)
    if target is None:
        return _apart(session, record, before["merged_into"], known)
    named, mend = _(kind.label), _("请重新选择要合并的两条记录")
    if target == record.id:
        return [_fault(_("一条{kind}不能并入它自己", kind=named), mend)]
    if before["merged_into"] is not None and record.id in known.by_loser:
        return [_fault(_("“{title}”已经并入别的记录", title=title(record)), _("请先取消那次合并"))]
    other = session.get(kind.model, (record.owner, target))
    if other is None:
        return [_fault(_("要并入的{kind}不存在", kind=named), mend)]
    if record.deleted or other.deleted:
        return [_fault(_("回收站里的记录不能合并"), _("请先从回收站取回"))]
    if target in known.by_loser:
        stands = session.get(kind.model, (record.owner, known.of(target)))
        mend = _("请直接并入“{title}”", title=title(stands) if stands is not None else "")
        if stands is record:
            mend = _("请先取消那次合并")
        return [_fault(_("“{title}”自己已经并入别的记录", title=title(other)), mend)]
    return []


def _apart(session: Session, record: Record, target: str, known: Survivors) -> list[Fault]:
    """rules.md 34: a merge is undone until either is merged again; merged into each other, it ends the circle."""
    if target not in known.by_loser or known.of(target) == record.id or any(record.id in ring for ring in known.rings):
        return []
    other = session.get(record.kind.model, (record.owner, target))
    said = _("“{title}”后来又并入了别的记录", title=title(other) if other is not None else "")
    return [_fault(said, _("请先取消那一次合并"))]


def _fault(error: str, mend: str) -> Fault:
    return Fault("merged_into", error, mend)


def title(record: Record) -> str:
    """How people call a record in a sentence; personal parts masked."""
    kind = record.kind
    return kind.called({name: getattr(record, name) for name in kind.named_by}) or _("未命名")
