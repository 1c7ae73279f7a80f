"""What was written in a field before, for typing it again: what this client wrote first, then what is written often."""

from __future__ import annotations

from sqlalchemy import Table, case, func, select

from app.models.registry import kind_of
from app.services.office import Office

KNOWN = 400
"""Different values that are looked through, the most usual ones."""
OFFERED = 8


def recall(office: Office, kind: str, field: str, words: str, client: str | None = None) -> list[str]:
    """Up to :data:`OFFERED` values of ``field`` in records of ``kind`` that fit ``words`` (Chinese, full pinyin or
    initials); without words only what ``client`` wrote. Raises KeyError for a field the kind does not have."""
    from app.store.pinyin import matches

    table = kind_of(kind).model.__table__
    assert isinstance(table, Table)
    column = table.c[field]
    own = case((table.c.client == client, 1), else_=0) if client and "client" in table.c else None
    query = select(column).where(table.c.deleted.is_(False), column.is_not(None)).group_by(column)
    if own is not None:
        query = query.order_by(func.sum(own).desc())
        query = query if words.strip() else query.where(table.c.client == client)
    elif not words.strip():
        return []
    with office.reading() as session:
        known = list(session.scalars(query.order_by(func.count().desc(), column).limit(KNOWN)))
    return [value for value in known if matches(words, value)][:OFFERED]
