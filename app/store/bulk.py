"""Many rows at once, past SQLAlchemy's work per row where the driver takes plain tuples."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import ARRAY, ColumnElement, Connection, FromClause, String, Table, any_, func, insert, literal, select


def among(connection: Connection, column: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]:
    """The condition that ``column`` is one of ``values``, however many: they are handed over as one parameter."""
    if connection.dialect.name == "sqlite":
        listed = func.json_each(msgspec.json.encode(list(values)).decode()).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(literal(list(values), ARRAY(String)))


@contextlib.contextmanager
def collector_at_rest() -> Iterator[None]:
    """While many thousand objects are made that stay: walking through them again and again costs a seventh of the time."""
    resting = not gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not resting:
            gc.enable()


def insert_many(connection: Connection, table: FromClause, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert ``rows``, each with a value for every column of ``table``."""
    if not rows:
        return
    assert isinstance(table, Table)
    if connection.dialect.name == "sqlite":
        take = itemgetter(*table.columns.keys())
        insert_tuples(connection, table, list(map(take, rows)))
    else:
        connection.execute(insert(table), list(rows))


def insert_tuples(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert ``rows``, each the values of all columns of ``table`` in order."""
    if connection.dialect.name == "sqlite":
        quote = connection.dialect.identifier_preparer.quote
        names = ", ".join(map(quote, table.columns.keys()))
        places = ", ".join("?" * len(table.columns))
        connection.exec_driver_sql(f"INSERT INTO {quote(table.name)} ({names}) VALUES ({places})", list(rows))
    else:
        names = table.columns.keys()
        connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
