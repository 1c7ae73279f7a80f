"""Capture: at flush, every edit of a record becomes a change in the log, in the same transaction (design.md §4)."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import event, inspect
from sqlalchemy.orm import ORMExecuteState, Session

from app.models.record import Kind, Record
from app.sync import log, rows
from app.sync.change import Stamp, encode_bases, encode_values
from app.sync.heads import Heads
from app.sync.merge import DELETED

Seen = dict[str, list[Stamp]]
"""Per log field, the stamps a person had on screen."""


class Recorder:
    """Writes the changes of one session, all as one operation of its author."""

    def __init__(self, session: Session, author: log.Author) -> None:
        self.session, self.author = session, author
        self.ops: dict[str, int] = {}
        """Per scope, the first seq of this operation."""
        self.touched: list[rows.Key] = []
        self._seen: dict[rows.Key, Seen] = {}
        self._refold: list[Record] = []
        event.listen(session, "before_flush", self._before_flush)
        event.listen(session, "after_flush_postexec", self._after_flush)
        event.listen(session, "do_orm_execute", _refuse_bulk)

    def saw(self, record: Record, seen: Seen | None) -> None:
        """Say what the person had seen of ``record``; with None, what this session loaded counts."""
        key = (record.owner, record.kind.name, record.id)
        if seen is None:
            self._seen.pop(key, None)
        else:
            self._seen[key] = seen

    def append(self, scope: str, drafts: list[log.Draft]) -> list[Any]:
        """Append control changes (an audit line, an erasure) to this operation."""
        changes = log.append(self.session.connection(), self.author, scope, drafts, self.ops.get(scope))
        self.ops.setdefault(scope, changes[0].op)
        return changes

    def _before_flush(self, session: Session, _context: Any, _instances: Any) -> None:
        for item in session.deleted:
            if isinstance(item, Record):
                raise TypeError("records are never deleted from their table: set deleted")
        new = [item for item in session.new if isinstance(item, Record)]
        new.sort(key=lambda item: inspect(item).insert_order or 0)
        edited = [item for item in session.dirty if isinstance(item, Record) and session.is_modified(item)]
        drafts: dict[str, list[tuple[Record, log.Draft, dict[str, Any], Seen]]] = {}
        made = {id(record) for record in new}
        for record in (*new, *edited):
            creating = id(record) in made
            values = _created(record) if creating else _edited(record)
            if values:
                bases = {field: [] for field in values} if creating else self._bases(record, values)
                drafts.setdefault(record.owner, []).append((record, _draft(record, values, bases), values, bases))
        for scope, batch in drafts.items():
            changes = self.append(scope, [draft for _record, draft, _values, _bases in batch])
            for (record, _own, values, bases), change in zip(batch, changes, strict=True):
                self._move_heads(record, values, bases, change.stamp)
                self.touched.append((scope, record.kind.name, record.id))

    def _bases(self, record: Record, values: dict[str, Any]) -> Seen:
        """The writes each new value replaces: what was seen, never what the database holds by now."""
        shown = {f: list(stamps) for f, stamps in Heads.decode(record.heads).shown.items()}
        seen = self._seen.get((record.owner, record.kind.name, record.id), shown)
        if DELETED in values:
            return {DELETED: [], **{field: list(stamps) for field, stamps in seen.items()}}
        return {field: seen.get(field, []) for field in values}

    def _move_heads(self, record: Record, values: dict[str, Any], bases: Seen, stamp: Stamp) -> None:
        heads = Heads.decode(record.heads) if record.heads else Heads({}, {})
        plain = not (record.deleted or DELETED in values or record.conflicts or heads.misfits or heads.erased)
        for field in values:
            held = {*heads.shown.get(field, ()), *heads.others.get(field, ())}
            plain = plain and held <= set(bases[field])
        others = {f: s for f, s in heads.others.items() if f not in values}
        shown = {**heads.shown, **dict.fromkeys(values, (stamp,))}
        record.heads = Heads(shown, others).encode()
        record.conflicts = len(others)
        if not plain:
            self._refold.append(record)

    def _after_flush(self, session: Session, _context: Any) -> None:
        """What a simple move of heads cannot say (conflicts, deletes) is folded from the log."""
        records, self._refold = self._refold, []
        rows.refold(session.connection(), {(r.owner, r.kind.name, r.id) for r in records})
        for record in records:
            session.expire(record)


def _refuse_bulk(state: ORMExecuteState) -> None:
    if state.is_update or state.is_delete:
        raise TypeError("bulk updates of records would go around the change log")


def _grouped(kind: Kind, record: Record, names: set[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in kind.fields:
        if name in names:
            field = kind.log_field(name)
            members = kind.groups.get(field)
            values[field] = {m: getattr(record, m) for m in members} if members else getattr(record, name)
    return values


def _created(record: Record) -> dict[str, Any]:
    kind, held = record.kind, record.__dict__
    for name, field in kind.fields.items():
        if field.default is not None and held.get(name) is None:
            setattr(record, name, field.default)
    return _grouped(kind, record, {n for n in kind.fields if n != DELETED and held.get(n) is not None})


def _edited(record: Record) -> dict[str, Any]:
    state = inspect(record)
    touched = state.committed_state.keys() & record.kind.fields.keys()
    names = {name for name in touched if state.attrs[name].history.has_changes()}
    if DELETED in names and len(names) > 1:
        raise TypeError("a delete writes only deleted")
    return _grouped(record.kind, record, names)


def _draft(record: Record, values: dict[str, Any], bases: Seen) -> log.Draft:
    kind = record.kind
    salted = any(kind.personal(name, value) for name, value in values.items())
    return log.Draft(kind.name, record.id, encode_bases(bases), encode_values(values, salted=salted))


def seen_of(record: Record) -> Seen:
    """What is on screen when ``record`` is shown: per log field, the stamps behind the value."""
    return {field: list(stamps) for field, stamps in Heads.decode(cast(bytes, record.heads)).shown.items()}
