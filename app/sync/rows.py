"""Rows: the tables are a cache of the log, folded from it (design.md §1, §5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import Connection, Table, delete, select

from app.models.fields import fits
from app.models.record import Kind
from app.models.registry import KINDS
from app.store.bulk import among, insert_many
from app.store.tables import change as change_table
from app.store.tables import log_end
from app.sync import log
from app.sync.change import Change, decode_values
from app.sync.heads import Heads, heads_of_one
from app.sync.merge import DELETED, State, fold

Key = tuple[str, str, str]
"""(owner, kind, id)."""


def row_of(kind: Kind, owner: str, record_id: str, state: State) -> dict[str, Any]:
    """The row of a folded record: columns by name. Unknown fields stay in the log; a value that does not fit is
    None here and named among the misfits."""
    row = _blank(kind)
    misfits: list[str] = []
    for name, field_state in state.fields.items():
        _place(kind, row, misfits, name, field_state.value)
    row["deleted"] = state.deleted
    row["owner"], row["id"] = owner, record_id
    row["heads"], row["conflicts"] = Heads.of(state, misfits).encode(), len(state.conflicts)
    return row


def _blank(kind: Kind) -> dict[str, Any]:
    return {name: field.default for name, field in kind.fields.items()}


def _place(kind: Kind, row: dict[str, Any], misfits: list[str], name: str, value: Any) -> None:
    """Put the value of one log field into its columns; a group only ever fills its own members."""
    members = kind.groups.get(name)
    if members is None:
        if (field := kind.fields.get(name)) is None:
            return
        if fits(field, value):
            row[name] = value
        else:
            row[name] = field.default
            misfits.append(name)
    elif isinstance(value, dict):
        for member in members:
            if member in value:
                field, inner = kind.fields[member], value[member]
                if fits(field, inner):
                    row[member] = inner
                else:
                    row[member] = field.default
                    misfits.append(member)
    elif value is not None:
        misfits.append(name)


def _new_row(kind: Kind, blank: dict[str, Any], change: Change) -> dict[str, Any] | None:
    """The row of a record that has this one change: what :func:`fold` would say, said directly; None for no row."""
    values = None if change.values is None else decode_values(change.values)
    if values is None or DELETED in values:
        state = fold([log.write_of(change)])
        return row_of(kind, change.scope, change.record_id, state) if state.fields else None
    if not values:
        return None
    row, misfits = blank.copy(), []
    for name, value in values.items():
        _place(kind, row, misfits, name, value)
    row["deleted"], row["conflicts"] = False, 0
    row["owner"], row["id"] = change.scope, change.record_id
    row["heads"] = heads_of_one(change.stamp, values, misfits)
    return row


def refold(connection: Connection, keys: Iterable[Key]) -> None:
    """Write the rows of ``keys`` anew from the log. Kinds this program does not know are left in the log."""
    groups: dict[tuple[str, str], list[str]] = {}
    for owner, name, record_id in keys:
        if name in KINDS:
            groups.setdefault((owner, name), []).append(record_id)
    for (owner, name), wanted in groups.items():
        kind, table = KINDS[name], cast(Table, KINDS[name].model.__table__)
        for at in range(0, len(wanted), 500):
            batch = wanted[at : at + 500]
            connection.execute(delete(table).where(table.c.owner == owner, among(connection, table.c.id, batch)))
            held = log.of_records(connection, owner, name, batch)
            states = {record_id: fold(map(log.write_of, changes)) for record_id, changes in held.items()}
            rows = [row_of(kind, owner, record_id, state) for record_id, state in states.items() if state.fields]
            insert_many(connection, table, rows)


def insert_new(connection: Connection, changes: Iterable[Change]) -> None:
    """Insert the rows of records that have no change but the given one each."""
    groups: dict[str, list[Change]] = {}
    for change in changes:
        if change.kind in KINDS:
            groups.setdefault(change.kind, []).append(change)
    for name, batch in groups.items():
        kind = KINDS[name]
        blank = _blank(kind)
        made = (_new_row(kind, blank, change) for change in batch)
        insert_many(connection, kind.model.__table__, [row for row in made if row is not None])


def all_keys(connection: Connection) -> list[Key]:
    """Every record that the log speaks of, of the kinds this program knows."""
    c = change_table.c
    query = select(c.scope, c.kind, c.record_id).where(c.kind.in_(list(KINDS))).distinct()
    return [(row.scope, row.kind, row.record_id) for row in connection.execute(query)]


def rebuild(connection: Connection) -> None:
    """Empty the tables and fold them anew from the whole log; after an upgrade or on damage."""
    for kind in KINDS.values():
        connection.execute(delete(cast(Table, kind.model.__table__)))
    refold(connection, all_keys(connection))


def compare(connection: Connection) -> list[Key]:
    """The records whose row differs from what the log says; empty when tables and log agree."""
    different = []
    folded: dict[str, dict[tuple[str, str], dict[str, Any]]] = {name: {} for name in KINDS}
    for key, state in _folded(connection):
        if not state.fields:
            continue
        folded[key[1]][key[0], key[2]] = row_of(KINDS[key[1]], key[0], key[2], state)
    for name, kind in KINDS.items():
        stored = {(r.owner, r.id): dict(r._mapping) for r in connection.execute(select(kind.model.__table__))}
        expected = folded[name]
        keys = {key for key in stored.keys() | expected.keys() if stored.get(key) != expected.get(key)}
        different += [(owner, name, record_id) for owner, record_id in sorted(keys)]
    return different


def _folded(connection: Connection) -> Iterable[tuple[Key, State]]:
    c = change_table.c
    columns = [c[name] for name in Change._fields]
    query = select(*columns).where(c.kind.in_(list(KINDS))).order_by(c.kind, c.record_id, c.scope)
    key: Key | None = None
    writes = []
    ends = {scope: log.ends(connection, scope) for scope in connection.scalars(select(log_end.c.scope).distinct())}
    for row in connection.execute(query):
        change = Change(*row)
        if not log.counts(change, ends.get(change.scope, {})):
            continue
        here = (change.scope, change.kind, change.record_id)
        if here != key:
            if key is not None:
                yield key, fold(writes)
            key, writes = here, []
        writes.append(log.write_of(change))
    if key is not None:
        yield key, fold(writes)
