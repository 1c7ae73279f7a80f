"""Reading records: frozen rows for views and commands, and the SQL behind lists (design.md §10)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Select, and_, case, cast, func, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql.util import ClauseAdapter
from sqlalchemy.types import Numeric

from app.errors import Refusal
from app.models.record import Kind, Record
from app.models.registry import KINDS, PUBLISHED, kind_of
from app.services.office import Office
from app.services.publications import BATCH, differing_fields, district_devices, entries, is_published
from app.services.survivors import Merged, survivors
from app.store.tables import search_entry
from app.sync.capture import Seen, seen_of
from app.sync.heads import Heads
from app.sync.log import ALL
from app.text import _


@dataclass(frozen=True)
class Row:
    """A record as it was read: every field in stored form, and what was seen."""

    kind: Kind
    id: str
    owner: str
    number: str | None
    deleted: bool
    values: Mapping[str, Any]
    seen: Seen
    conflicts: int
    erased: tuple[str, ...]
    links: Mapping[str, str] = field(default_factory=dict)
    """Per link field, the title of the record it points to."""
    published: bool = False
    """Whether the district published it: at the street it can only be read."""
    differs: tuple[str, ...] = ()
    """Of an organization: the fields of which the district's directory says something else."""

    @property
    def title(self) -> str:
        """How people call it, personal parts masked."""
        return self.kind.called(self.values) or _("未命名")

    def hides(self, name: str) -> bool:
        """Whether a field is masked until somebody asks for it."""
        return self.kind.fields[name].hides(self.values)

    def display(self, name: str, *, masked: bool = False) -> str:
        """A field as people read it; ``masked`` hides personal values by class."""
        declared = self.kind.fields[name]
        value = self.number if name == "number" else self.values.get(name)
        if name in self.erased or self.kind.log_field(name) in self.erased:
            return _("（已依申请删除）")
        if declared.type == "link":
            return self.links.get(name) or (_("（找不到的记录）") if value else "")
        shown = declared.display(value)
        return declared.mask(shown, self.values) if masked and shown else shown


@dataclass(frozen=True)
class Query:
    """What a list shows: ``where`` maps a field to a value or to several; ``between`` to (from, to), inclusive,
    either None."""

    search: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)
    between: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    order: str = ""
    descending: bool | None = None
    deleted: bool = False
    conflicts: bool = False
    among: tuple[str, ...] | None = None
    """Only these records."""
    why: str = ""
    """What ``among`` are, in words."""


def _ids_query(session: Session, kind: Kind, query: Query) -> Select[Any, Any]:
    table, merged = kind.model.__table__, Merged(session)
    statement = select(table.c.id, table.c.owner).where(table.c.deleted.is_(query.deleted))
    if not query.deleted:
        statement = statement.where(merged.standing(kind))
    for name, wanted in query.where.items():
        if name not in kind.fields and name != "owner":
            raise Refusal.of(name, _("{kind}没有字段“{field}”", kind=_(kind.label), field=name), _("请核对字段名"))
        column = table.c[name]
        if name in kind.fields and kind.fields[name].targets and wanted is not None:
            wanted = merged.linked(kind.fields[name].targets, [wanted] if isinstance(wanted, str) else wanted)
        if isinstance(wanted, (list, tuple, set, frozenset)):
            statement = statement.where(column.in_(list(wanted)))
        else:
            statement = statement.where(column.is_(None) if wanted is None else column == wanted)
    for name, (low, high) in query.between.items():
        if low is not None:
            statement = statement.where(table.c[name] >= low)
        if high is not None:
            statement = statement.where(table.c[name] <= high)
    if query.among is not None:
        wanted = func.json_each(json.dumps(query.among)).table_valued("value")
        statement = statement.where(table.c.id.in_(select(wanted.c.value)))
    if query.conflicts:
        statement = statement.where(table.c.conflicts > 0)
    if query.search.strip():
        statement = statement.join(
            search_entry,
            and_(
                search_entry.c.kind == kind.name, search_entry.c.id == table.c.id, search_entry.c.owner == table.c.owner
            ),
        ).where(*matching(query.search))
    order = query.order or kind.order
    descending = kind.descending if query.descending is None and not query.order else bool(query.descending)
    column = table.c[order]
    if kind.fields[order].type == "decimal":
        column = cast(column, Numeric)
    direction = column.desc() if descending else column.asc()
    return statement.order_by(direction.nulls_last(), table.c.id)  # of this form the order index serves it


def matching(words: str) -> list[Any]:
    """Conditions on the search entries, which are kept in lower case: every word by text, full pinyin or initials."""
    c = search_entry.c
    return [
        or_(
            *(
                func.instr(column, word) > 0
                for column in ((c.body, c.full, c.initials) if word.isascii() else (c.body,))
            )
        )
        for word in words.lower().split()
    ]


def ids(office: Office, kind: str, query: Query | None = None, limit: int | None = None) -> list[str]:
    """The ids a list shows, in order; the first ``limit`` of them where it is given."""
    with office.reading() as session:
        return list(session.scalars(_ids_query(session, kind_of(kind), query or Query()).limit(limit)))


def count(office: Office, kind: str, query: Query | None = None) -> int:
    """How many records a list would show."""
    with office.reading() as session:
        statement = _ids_query(session, kind_of(kind), query or Query()).order_by(None)
        return session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def rows(office: Office, kind: str, wanted: Sequence[str]) -> list[Row]:
    """The rows of ``wanted``, in that order; ids that are gone are left out."""
    with office.reading() as session:
        return rows_in(session, kind_of(kind), wanted)


def rows_in(session: Session, kind: Kind, wanted: Sequence[str]) -> list[Row]:
    """As :func:`rows`, within a session."""
    model = kind.model
    found: dict[str, Record] = {}
    for at in range(0, len(wanted), 500):
        batch = list(wanted[at : at + 500])
        for record in session.scalars(select(model).where(model.id.in_(batch))):
            if (held := found.get(record.id)) is None or _comes_before(record, held):
                found[record.id] = record
    records = [found[record_id] for record_id in wanted if record_id in found]
    titles = _link_titles(session, kind, records)
    districts = district_devices(session.connection()) if kind.name in PUBLISHED else frozenset()
    found_rows = [row_of(record, titles, districts) for record in records]
    if kind.name == "organization" and districts:
        return _beside_the_directory(session, records, found_rows, districts)
    return found_rows


def _beside_the_directory(
    session: Session, records: Sequence[Any], found: list[Row], districts: Collection[str]
) -> list[Row]:
    """The rows of organizations, with what the district's directory says otherwise."""
    own = [(record, row) for record, row in zip(records, found, strict=True) if record.uscc and not row.published]
    said: dict[tuple[str, str], Any] = {}
    for scope in {record.owner for record, _row in own}:
        codes = [record.uscc for record, _row in own if record.owner == scope]
        for at in range(0, len(codes), BATCH):
            beside = entries(session, scope, districts, codes[at : at + BATCH])
            said |= {(scope, code): entry for code, entry in beside.items()}
    differs = {
        record.id: differing_fields(record, said[record.owner, record.uscc])
        for record, _row in own
        if (record.owner, record.uscc) in said
    }
    return [replace(row, differs=differs[row.id]) if differs.get(row.id) else row for row in found]


def _comes_before(one: Record, other: Record) -> bool:
    """Of two records with one id: the live one (the other was withdrawn), then the center's own."""
    return (bool(one.deleted), one.owner == ALL) < (bool(other.deleted), other.owner == ALL)


def row_of(record: Record, titles: Mapping[str, str] | None = None, districts: Collection[str] = ()) -> Row:
    """A frozen row of an ORM record; ``districts`` are the devices that write for the district."""
    kind = record.kind
    heads = Heads.decode(record.heads)
    values = {name: getattr(record, name) for name in kind.fields}
    links = {n: (titles or {}).get(values[n], "") for n in kind.links if values[n]}
    return Row(
        kind, record.id, record.owner, record.number, bool(record.deleted), values, seen_of(record),
        int(record.conflicts or 0), heads.erased, links,
        is_published(record.owner, kind.name, heads, districts),
    )  # fmt: skip


def _link_titles(session: Session, kind: Kind, records: Sequence[Record]) -> dict[str, str]:
    wanted: dict[str, set[str]] = {}
    for name, declared in kind.fields.items():
        for target in declared.targets:
            wanted.setdefault(target, set()).update(v for r in records if (v := getattr(r, name)))
    titles: dict[str, str] = {}
    for target, targets in wanted.items():
        titles |= titles_of(session, KINDS[target], sorted(targets))
    return titles


def titles_of(session: Session, kind: Kind, wanted: Sequence[str]) -> dict[str, str]:
    """Titles by id, of one that is merged away the title of whom it was merged into; personal parts masked."""
    table, known = kind.model.__table__, survivors(session, kind)
    standing = sorted({known.of(record_id) for record_id in wanted})
    found: dict[str, str] = {}
    for at in range(0, len(standing), 500):
        columns = [table.c.id, *(table.c[name] for name in kind.named_by)]
        for row in session.execute(select(*columns).where(table.c.id.in_(standing[at : at + 500]))):
            found[row.id] = kind.called(dict(row._mapping))
    return {record_id: found[known.of(record_id)] for record_id in wanted if known.of(record_id) in found}


def stands_for(office: Office, kind: str, record_id: str) -> str:
    """The record that ``record_id`` was merged into, or itself."""
    with office.reading() as session:
        return survivors(session, kind_of(kind)).of(record_id)


def get(office: Office, kind: str, record_id: str) -> Row:
    """One record; raises :class:`Refusal` where there is none."""
    found = rows(office, kind, [record_id])
    if not found:
        raise Refusal.of("id", _("没有这条记录：{id}", id=record_id), _("请核对标识"))
    return found[0]


def as_json(row: Row, *, reveal: bool, seen: bool = False) -> dict[str, Any]:
    """Every field for the command line, masked by class unless ``reveal``."""
    from app.sync.change import stamp_text

    out: dict[str, Any] = {"id": row.id, "owner": row.owner, "number": row.number, "deleted": row.deleted}
    for declared in row.kind.fields.values():
        if declared.name not in out:
            value = row.values[declared.name]
            out[declared.name] = value if reveal else declared.mask(value, row.values)
    if row.conflicts:
        out["conflicts"] = row.conflicts
    if seen:
        out["seen"] = {name: [stamp_text(stamp) for stamp in stamps] for name, stamps in row.seen.items()}
    return out


SOUGHT = (
    "organization", "team", "venue", "training", "activity", "booking", "service_case", "notice", "policy",
)  # fmt: skip
"""Kinds in the order in which Ctrl+K offers them."""


@dataclass(frozen=True)
class Hit:
    """One find of Ctrl+K."""

    kind: Kind
    id: str
    title: str
    subtitle: str


RANKED = 10
"""How many times the limit are ranked; words that fit nearly everything need not all be sorted."""


def search(office: Office, words: str, limit: int = 30, *, kinds: Sequence[str] = ()) -> list[Hit]:
    """Records by Chinese, full pinyin or initials, of every kind unless ``kinds`` names some.

    What begins so comes first, then what people look for most, then the short titles.
    """
    if not words.strip():
        return []
    c = search_entry.c
    first = words.lower().split()[0]
    begins = or_(*(column.startswith(first, autoescape=True) for column in (c.title, c.full, c.initials)))
    names = list(kinds) or list(KINDS)
    fits = [*matching(words), *([c.kind.in_(names)] if kinds else [])]
    sought = case({kind: n for n, kind in enumerate(SOUGHT)}, value=c.kind, else_=len(SOUGHT))
    order = (c.title.contains(first, autoescape=True).desc(), sought, func.length(c.title), c.title)
    with office.reading() as session:
        merged = Merged(session)
        away = [loser for kind in names for loser in merged[kind].by_loser]
        fits += [c.id.not_in(away)] if away else []

        def ranked(condition: Any, order: Sequence[Any], most: int) -> list[Any]:
            some = select(search_entry).where(*fits, condition).limit(most).subquery()
            here = [_adapted(one, some) for one in order]
            return list(session.execute(select(some).order_by(*here).limit(limit)))

        # Words that fit nearly everything need not all be sorted: then what begins so is looked for apart.
        found = ranked(true(), (begins.desc(), *order), limit * RANKED)
        if len(found) == limit:
            first_of_all = ranked(begins, order, limit * RANKED)
            found = [*first_of_all, *(row for row in found if row not in first_of_all)]
        return [Hit(KINDS[r.kind], r.id, r.title, r.subtitle) for r in found[:limit]]


def _adapted(expression: Any, subquery: Any) -> Any:
    """The expression over the columns of a subquery of the search entries."""
    return ClauseAdapter(subquery).traverse(expression)
