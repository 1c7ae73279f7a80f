"""Search entries: derived from the tables, brought up to date by following the log (design.md §10)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from app.models.record import Kind
from app.models.registry import KINDS
from app.store.tables import ERASURE, change, log_head, search_entry, search_position

BATCH = 500


def behind(connection: Connection) -> bool:
    """Whether the log holds changes that the entries do not follow yet."""
    return bool(_news(connection))


def _news(connection: Connection) -> list[tuple[str, str, int, int]]:
    joined = log_head.outerjoin(
        search_position,
        and_(search_position.c.scope == log_head.c.scope, search_position.c.device == log_head.c.device),
    )
    query = select(log_head.c.scope, log_head.c.device, log_head.c.seq, search_position.c.seq).select_from(joined)
    return [(r[0], r[1], r[3] or 0, r[2]) for r in connection.execute(query) if (r[3] or 0) < r[2]]


def catch_up(connection: Connection) -> int:
    """Index every record changed since the last time; returns how many. Needs a write transaction."""
    keys: dict[str, set[tuple[str, str]]] = {}
    news = _news(connection)
    c = change.c
    for scope, device, after, upto in news:
        query = (
            select(c.kind, c.record_id)
            .where(c.scope == scope, c.device == device, c.seq > after, c.seq <= upto)
            .distinct()
        )
        for row in connection.execute(query):
            for kind in KINDS if row.kind == ERASURE else (row.kind,) if row.kind in KINDS else ():
                keys.setdefault(kind, set()).add((scope, row.record_id))
    for name, wanted in keys.items():
        _index(connection, KINDS[name], sorted(wanted))
    for scope, device, _after, upto in news:
        p = search_position.c
        connection.execute(delete(search_position).where(p.scope == scope, p.device == device))
        connection.execute(insert(search_position).values(scope=scope, device=device, seq=upto))
    return sum(map(len, keys.values()))


def forget(connection: Connection) -> None:
    """Drop every entry; the next :func:`catch_up` makes them anew."""
    connection.execute(delete(search_entry))
    connection.execute(delete(search_position))


def step_back(connection: Connection, scope: str, device: str, seq: int) -> None:
    """The log of ``device`` was cut after ``seq``: what comes in its place is followed anew."""
    p = search_position.c
    here = (p.scope == scope, p.device == device, p.seq > seq)
    connection.execute(update(search_position).where(*here).values(seq=seq))


def touch(connection: Connection, keys: Iterable[tuple[str, str, str]]) -> None:
    """Index records (owner, kind, id) anew that changed without a change of their own in the log."""
    wanted: dict[str, set[tuple[str, str]]] = {}
    for owner, kind, record_id in keys:
        if kind in KINDS:
            wanted.setdefault(kind, set()).add((owner, record_id))
    for kind, records in wanted.items():
        _index(connection, KINDS[kind], sorted(records))


def _index(connection: Connection, kind: Kind, wanted: list[tuple[str, str]]) -> None:
    table, e = kind.model.__table__, search_entry.c
    fields = [f for f in kind.fields.values() if f.search]
    names = dict.fromkeys([*(f.name for f in fields), *kind.named_by])
    for at in range(0, len(wanted), BATCH):
        batch = wanted[at : at + BATCH]
        here = or_(
            *(and_(table.c.owner == o, table.c.id.in_([i for s, i in batch if s == o])) for o in {o for o, _i in batch})
        )
        connection.execute(delete(search_entry).where(e.kind == kind.name, e.id.in_([i for _o, i in batch]),
                                                      e.owner.in_({o for o, _i in batch})))  # fmt: skip
        columns = [table.c.owner, table.c.id, *(table.c[name] for name in names)]
        rows = connection.execute(select(*columns).where(here, table.c.deleted.is_(False)))
        entries = [_entry(kind, dict(row._mapping)) for row in rows]
        if entries:
            connection.execute(insert(search_entry), entries)


def _entry(kind: Kind, row: dict[str, Any]) -> dict[str, Any]:
    from app.store.pinyin import keys

    title = " ".join(str(row[name]) for name in kind.title if row.get(name)) or row["number"] or ""
    body = [str(row[f.name]) for f in kind.fields.values() if f.search and row.get(f.name)]
    spoken = [
        str(row[f.name])[:60]
        for f in kind.fields.values()
        if f.search
        and row.get(f.name)
        and f.type == "text"
        and f.name != "number"
        and not f.format.startswith(("phone", "uscc"))
        and not f.name.endswith("address")
    ]
    sounds = [keys(text) for text in dict.fromkeys([title[:60], *spoken])]
    public = [str(row[f.name]) for f in kind.fields.values()
              if f.search and row.get(f.name) and not f.hides(row) and f.name not in kind.title]  # fmt: skip
    return {
        "kind": kind.name, "owner": row["owner"], "id": row["id"], "title": kind.called(row)[:200],
        "subtitle": " · ".join(public)[:200], "body": " ".join([title, *body]).lower(),
        "full": " ".join(sound.full for sound in sounds), "initials": " ".join(sound.initials for sound in sounds),
    }  # fmt: skip
