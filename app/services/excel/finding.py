"""Which record each row of a file means, and which records its cells link to (rules.md 33)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.models.fields import Misfit
from app.models.record import Kind
from app.services.excel.cells import words
from app.services.excel.drafts import Draft
from app.services.excel.headings import ID, NUMBER, Column
from app.services.excel.lookup import Index, Links, indexes
from app.services.office import Unit
from app.services.survivors import Merged
from app.store.bulk import among
from app.sync import log
from app.text import _, listed

TOLD = 5
"""How many of those that are alike are named."""


@dataclass
class Finder:
    """Looks up everything that the rows of one file name, many at once."""

    unit: Unit
    kind: Kind
    columns: Mapping[str, Column]
    """The columns that are read, by field."""
    merged: Merged
    links: Links
    _said: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Per row, what it says of the fields of natural keys."""
    _indexes: Sequence[Index] = ()

    def link(self, drafts: Sequence[Draft]) -> None:
        """Links by number or name; of the own kind also to a row of this file."""
        here = {d.values[self.kind.title[0]]: d for d in drafts if isinstance(d.values.get(self.kind.title[0]), str)}
        for name in self.columns:
            declared = self.kind.fields.get(name)
            if declared is None or declared.type != "link":
                continue
            self.links.learn(declared.targets, {d.values[name] for d in drafts if name in d.values})
            for draft in drafts:
                text = draft.values.pop(name, None)
                if text is None:
                    continue
                try:
                    named = self.links.resolve(declared, text)
                    draft.values[name] = named.id
                    self.unit.knows(named.kind.name, named.id)
                except Misfit as misfit:
                    other = here.get(text) if self.kind.name in declared.targets else None
                    if other is None or other is draft or self.links.candidates(declared.targets, text):
                        draft.misfits[name] = misfit
                    else:
                        draft.values[name] = other.new_id
                        draft.needs.append(other)

    def find(self, drafts: Sequence[Draft]) -> None:
        """The record of each row: by id, by number, by the natural key of its kind. Rows of one record, or of one
        natural key, are errors all of them."""
        held = self._read(words(draft.cells.get(name, "")) for draft in drafts for name in (ID, NUMBER))
        without: list[Draft] = []
        for draft in drafts:
            record_id, number = words(draft.cells.get(ID, "")), words(draft.cells.get(NUMBER, ""))
            if record_id:
                self._take(draft, ID, held.get(record_id), record_id)
            elif number:
                self._take(draft, NUMBER, held.get(number), number)
            else:
                without.append(draft)
        self._find_by_key(drafts, without)
        finals = {draft.new_id: draft.id for draft in drafts if draft.record is not None}
        for draft in drafts:
            if draft.needs:
                draft.values = {name: finals.get(value, value) for name, value in draft.values.items()}
        self._refuse_twins(drafts)

    def _take(self, draft: Draft, name: str, record: Mapping[str, Any] | None, said: str) -> None:
        if record is None:
            mend = _("新增的记录请把这一格留空") if name == NUMBER else _("请用导出的原样，新增的记录留空")
            draft.blame(self.columns[name], _("没有这条记录：{id}", id=said[:60]), mend)
            return
        number = words(draft.cells.get(NUMBER, ""))
        if name == ID and number and number != record["number"]:
            draft.blame(self.columns[NUMBER], _("编号与记录标识不是同一条记录"), _("编号由程序给出，不能改"))
        if record["deleted"]:
            draft.blame(self.columns[name], _("这条记录在回收站里"), _("请先从回收站取回，或删去这一行"))
        draft.record, draft.by = record, name

    def _find_by_key(self, drafts: Sequence[Draft], without: Sequence[Draft]) -> None:
        defaults = {name: one.default for name, one in self.kind.fields.items() if one.default is not None}
        self._said = {draft.at: {**defaults, **draft.values} for draft in drafts}
        self._indexes = indexes(self.unit.session, self.unit.office.scope, self.merged, self.kind, self.columns,
                                list(self._said.values()))  # fmt: skip
        keyed: list[tuple[Draft, str]] = []
        for draft in without:
            for place, index in enumerate(self._indexes):
                found = index.fits(self._said[draft.at], self._earlier(place))
                if len(found) == 1:
                    draft.by = self._label(index)
                    keyed.append((draft, found[0]))
                elif found:
                    self._blame_several(draft, index, found)
                if found:
                    break
        held = self._read(record_id for _draft, record_id in keyed)
        for draft, record_id in keyed:
            draft.record = held[record_id]

    def _label(self, index: Index) -> str:
        return listed(_(self.kind.fields[name].label) for name in index.fields)

    def _earlier(self, place: int) -> list[str]:
        """The fields of the keys before: records that differ there are not one for what is alike here."""
        return [name for before in self._indexes[:place] for name in before.fields]

    def _blame_several(self, draft: Draft, index: Index, found: Sequence[str]) -> None:
        held = self._read(found)
        numbers = listed(held[one]["number"] or one for one in found[:TOLD])
        error = _("有 {n} 条记录的{label}与这一行相同", n=len(found), label=self._label(index))
        draft.blame(self.columns[index.fields[0]], error, _("请填编号：{numbers}", numbers=numbers))

    def _read(self, said: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Records by id or number, each under both; the center's own before others, live ones before deleted ones."""
        table: Any = self.kind.model.__table__
        wanted = {one for one in said if one}
        found: dict[str, Mapping[str, Any]] = {}
        if not wanted:
            return found
        connection = self.unit.session.connection()
        owners = (log.ALL, log.DEMO, self.unit.office.scope)
        for column in (table.c.number, table.c.id):
            query = select(table).where(among(connection, column, wanted), table.c.owner.in_(owners))
            rows = [dict(row._mapping) for row in connection.execute(query)]
            for row in sorted(rows, key=lambda one: (not one["deleted"], owners.index(one["owner"]))):
                found |= {row["id"]: row, row["number"] or row["id"]: row}
        return found

    # -- twins -------------------------------------------------------------------------------------------------

    def _refuse_twins(self, drafts: Sequence[Draft]) -> None:
        same: dict[Any, list[Draft]] = {}
        for draft in drafts:
            if draft.record is not None:
                same.setdefault(draft.record["id"], []).append(draft)
        for twins in same.values():
            self._blame_twins(twins, _("同一条记录"))
        for place, index in enumerate(self._indexes):
            alike: dict[Any, list[Draft]] = {}
            for draft in drafts:
                said = self._said[draft.at]
                if index.key.of(said) is not None and index.fields[0] in draft.values:
                    alike.setdefault(tuple(said.get(name) for name in index.fields), []).append(draft)
            for group in alike.values():
                self._blame_twins(self._one(group, self._earlier(place)), self._label(index))

    def _one(self, group: list[Draft], earlier: Sequence[str]) -> list[Draft]:
        """Of rows alike in a later key those that no earlier key tells apart from every other."""
        if len(group) < 2 or not earlier:
            return group
        said = [self._said[draft.at] for draft in group]
        if len({tuple(one.get(name) for name in earlier) for one in said}) == len(group) and all(
            one.get(name) is not None for one in said for name in earlier
        ):
            return []
        return group

    def _blame_twins(self, twins: Sequence[Draft], label: str) -> None:
        if len(twins) < 2 or len({d.record["id"] for d in twins if d.record is not None}) > 1:
            return
        for draft in twins:
            if not draft.twin:
                draft.twin = True
                others = listed(str(other.at + 1) for other in twins[: TOLD + 1] if other is not draft)
                error = _("与第 {rows} 行重复（{label}）", rows=others, label=label)
                draft.blame_row(error, _("同一份文件里每条记录只能有一行"))
