"""Publishing: the district's own records, copied to everyone or to chosen centers as changes of its own (design.md §8).

A copy has the id of its original. Publishing again writes only what differs, over what the copy shows by now; a
record that was put into the bin is withdrawn where it had been published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Table, select

from app.errors import Refusal
from app.models.division import street as known_street
from app.models.fields import Privacy
from app.models.record import Kind
from app.models.registry import PUBLISHED, kind_of
from app.services.publications import district_devices, is_published
from app.store.locks import lock_scopes
from app.sync import log, rows
from app.sync.change import Change, encode_bases, encode_values
from app.sync.device import introduce_in
from app.sync.heads import Heads
from app.sync.log import ALL, DISTRICT, Author, Draft
from app.sync.merge import DELETED, State, fold
from app.sync.replica import Replica
from app.text import _, listed

OWN = frozenset({DELETED, "number", "merged_into"})
"""Fields of the original that are not copied as they are."""


@dataclass(frozen=True)
class Copied:
    """What publishing did in one scope: ``published``, ``changed``, ``withdrawn``, or ``unchanged``."""

    scope: str
    did: str
    fields: tuple[str, ...] = ()


def publishable(kind: str) -> Kind:
    """The kind called ``kind``; raises :class:`Refusal` for one that the district does not publish."""
    found = kind_of(kind)
    if kind not in PUBLISHED:
        raise Refusal.of(
            "kind",
            _("区里不下发“{kind}”", kind=_(found.label)),
            _("可选：{offered}", offered=listed(sorted(PUBLISHED))),
        )
    return found


def published_in(connection: Connection, kind: str, record_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By record, the scopes in which a copy is to be seen."""
    table = cast(Table, kind_of(kind).model.__table__)
    query = select(table.c.id, table.c.owner, table.c.heads).where(
        table.c.id.in_(list(record_ids)), table.c.owner != DISTRICT, table.c.deleted.is_(False)
    )
    ours = district_devices(connection)
    found: dict[str, tuple[str, ...]] = {}
    for record_id, owner, heads in connection.execute(query.order_by(table.c.owner)):
        if is_published(owner, kind, Heads.decode(heads), ours):
            found[record_id] = (*found.get(record_id, ()), owner)
    return found


def publish(
    replica: Replica, code: str, kind: str, record_id: str, to: Sequence[str] = (), actor: str = ""
) -> list[Copied]:
    """Publish a record of the district ``code``: to every center, or to the street codes of ``to``.

    A deleted record is withdrawn: from the scopes of ``to``, else from wherever it is to be seen. Raises
    :class:`Refusal`; nothing is published then.
    """
    declared = publishable(kind)
    for street in to:
        if (known := known_street(street)).district_code != code:
            raise Refusal.of(
                "to", _("{street} 不属于本区（{code}）", street=known.name, code=code), _("请核对街道代码")
            )
    with replica.writing() as connection:
        shown_in = _locked(connection, kind, record_id, to)
        original = _state(connection, DISTRICT, declared, record_id)
        if original is None:
            raise Refusal.of("id", _("区里没有这条记录：{id}", id=record_id), _("请先用 district put 或在网页上新建"))
        scopes = list(dict.fromkeys(to)) or ([ALL] if not original.deleted else list(shown_in))
        if original.deleted and not shown_in:
            raise Refusal.of("id", _("这条记录已删除，也没有下发过"), _("如需下发，请先从回收站取回"))
        if not original.deleted and scopes != [ALL] and ALL in shown_in:
            raise Refusal.of("to", _("这条记录已经下发给全区"), _("不必再发给个别中心"))
        copier = _Copier(connection, replica, declared, record_id, actor)
        done = [copier.copy(scope, original, withdraw=original.deleted) for scope in scopes]
        if scopes == [ALL]:  # one copy for everyone takes the place of those for some
            done += [copier.copy(scope, original, withdraw=True) for scope in shown_in if scope != ALL]
        return done


def withdraw(replica: Replica, kind: str, record_id: str, actor: str = "", scopes: Sequence[str] = ()) -> list[Copied]:
    """Take the copies of a record back, everywhere or in ``scopes``; the original stays as it is."""
    declared = publishable(kind)
    with replica.writing() as connection:
        shown_in = [one for one in _locked(connection, kind, record_id) if not scopes or one in scopes]
        original = _state(connection, DISTRICT, declared, record_id)
        if original is None or not shown_in:
            raise Refusal.of("id", _("这条记录没有下发过，不必撤回"), _("请核对标识"))
        copier = _Copier(connection, replica, declared, record_id, actor)
        return [copier.copy(scope, original, withdraw=True) for scope in shown_in]


def _locked(connection: Connection, kind: str, record_id: str, to: Sequence[str] = ()) -> tuple[str, ...]:
    """Where the record is to be seen, with the logs held that publishing may write. Whoever publishes holds the
    district's own log first, so where the copies are does not change meanwhile."""
    lock_scopes(connection, [DISTRICT])
    shown_in = published_in(connection, kind, [record_id]).get(record_id, ())
    lock_scopes(connection, [ALL, *to, *shown_in])
    return shown_in


def _changes(connection: Connection, scope: str, kind: Kind, record_id: str) -> list[Change]:
    return log.of_record(connection, scope, kind.name, record_id)


def _state(connection: Connection, scope: str, kind: Kind, record_id: str) -> State | None:
    changes = _changes(connection, scope, kind, record_id)
    return fold(map(log.write_of, changes)) if changes else None


class _Copier:
    """Copies one record into scopes, within a transaction."""

    def __init__(self, connection: Connection, replica: Replica, kind: Kind, record_id: str, actor: str) -> None:
        self.connection, self.replica, self.kind, self.record_id = connection, replica, kind, record_id
        self.author = Author(replica.machine.device, actor, replica.clock(), replica.schema)
        self.ours = district_devices(connection) | {replica.machine.device}

    def copy(self, scope: str, original: State, *, withdraw: bool) -> Copied:
        """Write what differs in ``scope``."""
        held = _changes(self.connection, scope, self.kind, self.record_id)
        if held and held[0].device not in self.ours:
            raise Refusal.of(
                "id",
                _("{street} 自己有一条同样标识的记录，不能覆盖", street=known_street(scope).name),
                _("请在区里另建一条，再下发"),
            )
        copy = fold(map(log.write_of, held)) if held else None
        drafts, fields = self._withdrawal(copy) if withdraw else self._news(original, copy)
        if not drafts:
            return Copied(scope, "unchanged")
        introduce_in(self.connection, self.replica, scope)
        log.append(self.connection, self.author, scope, drafts)
        rows.refold(self.connection, [(scope, self.kind.name, self.record_id)])
        return Copied(scope, "withdrawn" if withdraw else "changed" if copy else "published", fields)

    def _withdrawal(self, copy: State | None) -> tuple[list[Draft], tuple[str, ...]]:
        if copy is None or copy.deleted:
            return [], ()
        return [self._deletion(copy, True)], (DELETED,)

    def _news(self, original: State, copy: State | None) -> tuple[list[Draft], tuple[str, ...]]:
        """What the copy lacks, over what it shows; brought back first where it had been withdrawn."""
        values = dict(self._differing(original, copy))
        back = [self._deletion(copy, False)] if copy is not None and copy.deleted else []
        if not values:
            return back, (DELETED,) if back else ()
        bases = {name: copy.fields[name].shown if copy and name in copy.fields else () for name in values}
        return [*back, self._draft(values, bases)], tuple(values)

    def _differing(self, original: State, copy: State | None) -> Iterator[tuple[str, Any]]:
        for name, field in original.fields.items():
            if name not in OWN and (copy is None or name not in copy.fields or copy.fields[name].value != field.value):
                yield name, field.value

    def _deletion(self, copy: State, deleted: bool) -> Draft:
        """A delete, or its taking back: it names every head of the copy, all of which are seen here."""
        bases = {name: (*f.shown, *(head.stamp for head in f.others)) for name, f in copy.fields.items()}
        return self._draft({DELETED: deleted}, {DELETED: (), **bases})

    def _draft(self, values: dict[str, Any], bases: dict[str, Any]) -> Draft:
        members = {member for name in values for member in self.kind.groups.get(name, (name,))}
        fields = self.kind.fields
        salted = any(fields[name].privacy >= Privacy.PERSONAL for name in members if name in fields)
        return Draft(self.kind.name, self.record_id, encode_bases(bases), encode_values(values, salted=salted))
