"""Finding records for a table, many at once: linked ones by number or name, existing ones by number or natural key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.fields import Field, Misfit
from app.models.record import Kind
from app.models.registry import KINDS
from app.services.excel.keys import Key, keys_of
from app.services.excel.shown import named, title_field
from app.services.survivors import Merged
from app.store.bulk import among
from app.sync import log
from app.text import _, listed

CANDIDATES = 5
"""How many of those that fit a name are told."""
_NUMBERED = re.compile(r"[(（]\s*([A-Za-z]{1,3}-[0-9A-Za-z-]+|[0-9a-f-]{36})\s*[)）]\s*$")


@dataclass(frozen=True)
class Named:
    """A record that a cell may mean; ``owner`` is the scope it lives in."""

    kind: Kind
    id: str
    number: str | None
    title: str
    owner: str


@dataclass
class Links:
    """The records that texts may name, by kind; all texts of a column are looked up at once with :meth:`learn`."""

    session: Session
    scope: str
    merged: Merged
    _found: dict[str, dict[str, list[Named]]] = field(default_factory=dict)

    def learn(self, targets: Sequence[str], texts: Iterable[str]) -> None:
        """Read whatever of ``targets`` one of ``texts`` may mean."""
        wanted = {said for text in texts for said in _sayings(text)}
        for target in targets:
            found = self._found.setdefault(target, {})
            for one in self._read(KINDS[target], wanted):
                for said in {one.id, one.number or "", one.title}:
                    held = found.setdefault(said, [])
                    if one not in held:
                        held.append(one)

    def _read(self, kind: Kind, wanted: set[str]) -> Iterable[Named]:
        t: Any = kind.model.__table__.c
        connection, name = self.session.connection(), title_field(kind)
        columns = [t.id, t.owner, t.number, *([t[name]] if name else [])]
        for column in (t.id, t.number, *([t[name]] if name else [])):
            query = select(*columns).where(
                among(connection, column, wanted), t.deleted.is_(False),
                t.owner.in_((self.scope, log.ALL, log.DEMO)), self.merged.standing(kind),
            )  # fmt: skip
            for row in self.session.execute(query.order_by(t.id)):
                yield Named(kind, row.id, row.number, (row[3] or "") if name else "", row.owner)

    def candidates(self, targets: Sequence[str], text: str) -> list[Named]:
        """The records that ``text`` may mean: by number or id, else by exact name."""
        for said in _sayings(text):
            found = [one for target in targets for one in self._found.get(target, {}).get(said, ())]
            exact = [one for one in found if said in (one.number, one.id)]
            if exact or found:
                return exact or found
        return []

    def resolve(self, declared: Field, text: str) -> Named:
        """The one record that ``text`` means, the center's own before what the district published; raises
        :class:`Misfit` where there is none, or several. Sample data is for sample data."""
        found = [one for one in self.candidates(declared.targets, text) if one.owner != log.DEMO]
        found = [one for one in found if one.owner == self.scope] or found
        if len(found) == 1:
            return found[0]
        kinds = listed(_(KINDS[target].label) for target in declared.targets)
        if not found:
            mend = _("请填编号或完整名称；没有登记的请先登记")
            if not any(title_field(KINDS[target]) for target in declared.targets):
                mend = _("请填{kind}的编号", kind=kinds)
            raise Misfit(_("没有叫“{text}”的{kind}", text=text[:60], kind=kinds), mend)
        offered = listed(named(one.kind, one.title, one.number, one.id) for one in found[:CANDIDATES])
        raise Misfit(_("有 {n} 个{kind}叫“{text}”", n=len(found), kind=kinds, text=text[:60]),
                     _("请改填其中一个的编号：{offered}", offered=offered))  # fmt: skip


def _sayings(text: str) -> list[str]:
    """What a text may name a record by: the number in brackets at its end, or all of it."""
    text = text.strip()
    numbered = _NUMBERED.search(text)
    return [numbered[1], text] if numbered else [text]


@dataclass(frozen=True)
class Index:
    """Existing records of one kind by one natural key, over the fields that are columns of the file."""

    key: Key
    fields: tuple[str, ...]
    held: Mapping[tuple[Any, ...], tuple[str, ...]]
    values: Mapping[str, Mapping[str, Any]]
    """Per record, the values of every key field."""

    def fits(self, said: Mapping[str, Any], earlier: Iterable[str]) -> tuple[str, ...]:
        """The records that a row means which says ``said``; who differs in the keys ``earlier`` in order is another."""
        if self.key.of(said) is None:
            return ()
        found = self.held.get(tuple(said.get(name) for name in self.fields), ())
        return tuple(one for one in found if not differ(self.values[one], said, earlier))


def indexes(session: Session, scope: str, merged: Merged, kind: Kind, columns: Iterable[str],
            rows: Sequence[Mapping[str, Any]]) -> list[Index]:  # fmt: skip
    """The natural keys that the columns of a file can say, with the center's own records that fit any of its rows."""
    t: Any = kind.model.__table__.c
    given, found = set(columns), []
    names = dict.fromkeys(name for key in keys_of(kind) for name in (*key.fields, *((key.among or ("",))[:1])) if name)
    for key in keys_of(kind):
        if key.fields[0] not in given:
            continue
        first = kind.fields[key.fields[0]]
        wanted = {row[first.name] for row in rows if isinstance(row.get(first.name), str)}
        if first.targets:
            wanted = set(merged.linked(first.targets, wanted))
        query = select(t.id, *(t[name] for name in names)).where(
            among(session.connection(), t[first.name], wanted), t.owner == scope, t.deleted.is_(False),
            merged.standing(kind),
        )  # fmt: skip
        fields = tuple(name for name in key.fields if name in given)
        for name in fields[1:]:
            said = {row.get(name) for row in rows if row.get(first.name) is not None}
            texts = {one for one in said if isinstance(one, str)}
            if not kind.fields[name].targets and len(texts) == len(said):
                query = query.where(among(session.connection(), t[name], texts))
        held: dict[tuple[Any, ...], list[str]] = {}
        values: dict[str, Mapping[str, Any]] = {}
        for row in session.execute(query):
            record = {name: standing(merged, kind, name, row._mapping[name]) for name in names}
            values[row.id] = record
            if key.of(record) is not None:
                held.setdefault(tuple(record[name] for name in fields), []).append(row.id)
        found.append(Index(key, fields, {said: tuple(ids) for said, ids in held.items()}, values))
    return found


def differ(one: Mapping[str, Any], other: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Whether two records say different things of one of ``names``; nothing said differs from nothing."""
    return any(one.get(name) is not None and other.get(name) is not None and one[name] != other[name] for name in names)


def standing(merged: Merged, kind: Kind, name: str, value: Any) -> Any:
    """A value of a key: of a link, the record that stands for it."""
    targets = kind.fields[name].targets
    if not isinstance(value, str) or not targets:
        return value
    return next((stands for target in targets if (stands := merged.of(target, value)) != value), value)
