"""The district's own records as its console shows them: where they are published, and what is not published yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Table, select

from app.district.publishing import published_in
from app.models.record import Kind
from app.sync.capture import Seen
from app.sync.heads import Heads
from app.sync.log import ALL, DISTRICT


@dataclass(frozen=True)
class Own:
    """One record of the district, with the scopes in which its copies are to be seen."""

    kind: Kind
    id: str
    deleted: bool
    values: dict[str, Any]
    seen: Seen
    shown_in: tuple[str, ...]
    behind: bool
    """Whether a copy differs from what the record says now."""

    @property
    def title(self) -> str:
        """How people call it."""
        return " ".join(str(self.values[name]) for name in self.kind.title if self.values.get(name))

    @property
    def everywhere(self) -> bool:
        """Whether every center sees it."""
        return ALL in self.shown_in


def owns(connection: Connection, kind: Kind) -> list[Own]:
    """The district's records of a kind in its order; those in the bin last."""
    table = cast(Table, kind.model.__table__)
    order = table.c[kind.order].desc() if kind.descending else table.c[kind.order].asc()
    query = select(table).where(table.c.owner == DISTRICT).order_by(table.c.deleted, order.nulls_last(), table.c.id)
    return _told(connection, kind, connection.execute(query).all())


def own(connection: Connection, kind: Kind, record_id: str) -> Own | None:
    """One of them, None where there is none."""
    table = cast(Table, kind.model.__table__)
    found = connection.execute(select(table).where(table.c.owner == DISTRICT, table.c.id == record_id)).all()
    return next(iter(_told(connection, kind, found)), None)


def _told(connection: Connection, kind: Kind, records: Sequence[Any]) -> list[Own]:
    table = cast(Table, kind.model.__table__)
    names = [field.name for field in kind.typed]
    ids = [record.id for record in records]
    shown_in = published_in(connection, kind.name, ids)
    copies = {(row.owner, row.id): row for row in connection.execute(select(table).where(table.c.owner != DISTRICT,
                                                                                         table.c.id.in_(ids)))}  # fmt: skip
    told = []
    for record in records:
        values = {name: getattr(record, name) for name in names}
        scopes = shown_in.get(record.id, ())
        behind = any(getattr(copies[scope, record.id], name) != values[name] for scope in scopes for name in names)
        seen: Seen = {name: list(stamps) for name, stamps in Heads.decode(record.heads).shown.items()}
        told.append(Own(kind, record.id, bool(record.deleted), values, seen, scopes, behind))
    return told
