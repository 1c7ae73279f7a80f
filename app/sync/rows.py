"""Rows: the tables are a cache of the log, folded from it (design.md §1, §5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from app.models.fields import fits
from app.models.record import Kind
from app.models.registry import KINDS
from app.store.tables import change as change_table
from app.sync import log
from app.sync.change import Change
from app.sync.heads import Heads
from app.sync.merge import State, fold

Key = tuple[str, str, str]
"""(owner, kind, id)."""


def row_of(kind: Kind, owner: str, record_id: str, state: State) -> dict[str, Any]:
    """The row of a folded record: columns by name. Unknown fields stay in the log; a value that does not fit is
    None here and named among the misfits."""
    row: dict[str, Any] = {name: field.default for name, field in kind.fields.items()}
    misfits = []
    for name, field_state in state.fields.items():
        members = kind.groups.get(name)
        if members is None:
            values = {name: field_state.value}
        elif isinstance(field_state.value, dict):
            values = field_state.value
        else:
            values = dict.fromkeys(members) if field_state.value is None else {name: field_state.value}
        for column, value in values.items():
            field = kind.fields.get(column)
            if field is None:
                if members is not None and not isinstance(field_state.value, dict):
                    misfits.append(name)
            elif fits(field, value):
                row[column] = value
            else:
                row[column] = field.default
                misfits.append(column)
    row["deleted"] = state.deleted
    row |= {
        "owner": owner,
        "id": record_id,
        "heads": Heads.of(state, misfits).encode(),
        "conflicts": len(state.conflicts),
    }
    return row


def refold(connection: Connection, keys: Iterable[Key]) -> None:
    """Write the rows of ``keys`` anew from the log. Kinds this program does not know are left in the log."""
    groups: dict[tuple[str, str], list[str]] = {}
    for owner, name, record_id in keys:
        if name in KINDS:
            groups.setdefault((owner, name), []).append(record_id)
    for (owner, name), wanted in groups.items():
        kind, table = KINDS[name], KINDS[name].model.__table__
        for at in range(0, len(wanted), 500):
            batch = wanted[at : at + 500]
            connection.execute(delete(table).where(table.c.owner == owner, table.c.id.in_(batch)))
            held = log.of_records(connection, owner, name, batch)
            states = {record_id: fold(map(log.write_of, changes)) for record_id, changes in held.items()}
            rows = [row_of(kind, owner, record_id, state) for record_id, state in states.items() if state.fields]
            if rows:
                connection.execute(insert(table), rows)


def insert_new(connection: Connection, changes: Iterable[Change]) -> None:
    """Insert the rows of records that have no change but the given one each."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for change in changes:
        if kind := KINDS.get(change.kind):
            state = fold([log.write_of(change)])
            rows.setdefault(change.kind, []).append(row_of(kind, change.scope, change.record_id, state))
    for name, batch in rows.items():
        connection.execute(insert(KINDS[name].model.__table__), batch)


def all_keys(connection: Connection) -> list[Key]:
    """Every record that the log speaks of, of the kinds this program knows."""
    c = change_table.c
    query = select(c.scope, c.kind, c.record_id).where(c.kind.in_(list(KINDS))).distinct()
    return [(row.scope, row.kind, row.record_id) for row in connection.execute(query)]


def rebuild(connection: Connection) -> None:
    """Empty the tables and fold them anew from the whole log; after an upgrade or on damage."""
    for kind in KINDS.values():
        connection.execute(delete(kind.model.__table__))
    refold(connection, all_keys(connection))


def compare(connection: Connection) -> list[Key]:
    """The records whose row differs from what the log says; empty when tables and log agree."""
    different = []
    folded: dict[str, dict[tuple[str, str], dict[str, Any]]] = {name: {} for name in KINDS}
    for key, state in _folded(connection):
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
    for row in connection.execute(query):
        change = Change(*row)
        here = (change.scope, change.kind, change.record_id)
        if here != key:
            if key is not None:
                yield key, fold(writes)
            key, writes = here, []
        writes.append(log.write_of(change))
    if key is not None:
        yield key, fold(writes)
