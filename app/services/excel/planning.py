"""Making the plan of an import: cells understood, records found, the rules tried and rolled back (rules.md 33)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.errors import Refusal
from app.models.fields import Field, Misfit
from app.models.record import Kind, Record
from app.models.registry import kind_of
from app.services.excel import headings as head
from app.services.excel import sheets
from app.services.excel.cells import understood, words
from app.services.excel.drafts import Draft, ordered
from app.services.excel.finding import Finder
from app.services.excel.headings import ID, NUMBER, Headings
from app.services.excel.lookup import Links, standing
from app.services.excel.plan import CHANGE, ERROR, NEW, SAME, Change, Plan, PlannedRow, placed
from app.services.excel.sheets import Cell, Sheet, address, is_blank
from app.services.excel.shown import plain
from app.services.office import Office, Unit
from app.services.rights import to_write
from app.services.rules import IDS, RULES_THAT_LOOK, look_ahead
from app.services.survivors import Merged
from app.services.writing import put
from app.store.bulk import collector_at_rest
from app.text import _

Tell = Callable[[int, int], None]
"""Told (rows done, rows in all) now and then; raises to stop."""
STEP = 200


def read(kind: str, path: Path, sheet: str = "") -> Sheet:
    """The sheet of ``path`` that holds records of ``kind``; raises :class:`Refusal` where the file is not acceptable."""
    declared = kind_of(kind)
    return sheets.read(path, wanted=sheet, fits=lambda one: head.fits(one, declared))


def plan(office: Office, kind: str, sheet: Sheet, *, reason: str = "", tell: Tell | None = None) -> Plan:
    """What an import of ``sheet`` would do; nothing is written.

    ``reason`` overrides policies (rules.md 23). Raises :class:`Refusal` where the sheet as a whole is not acceptable, and
    where this person may not write such records.
    """
    office.duty.need(to_write(kind))
    with collector_at_rest(), _trial(office, write=bool(reason) or kind in RULES_THAT_LOOK) as unit:
        return _Planning(unit, kind_of(kind), sheet, reason, tell).plan()


@contextlib.contextmanager
def _trial(office: Office, *, write: bool) -> Iterator[Unit]:
    """A unit of which nothing is ever written; ``write`` where rules flush on the way, to look at the rows before."""
    if not write:
        with office.trial() as unit:
            yield unit
        return
    with contextlib.suppress(_RollBack), office.unit() as unit:
        yield unit
        raise _RollBack


class _RollBack(Exception):
    """Takes back what was tried."""


def write(unit: Unit, kind: Kind, record_id: str, values: Mapping[str, Any], *, new: bool, reason: str) -> Record:
    """Write one row of a plan by all rules; raises :class:`Refusal`."""
    if new:  # an id that follows from a field is given by the rules, which look whether it is taken
        return put(unit, kind, values, reason=reason, fixed_id=None if kind.name in IDS else record_id, stored=True)
    return put(unit, kind, values, record_id, reason=reason, stored=True)


class _Planning:
    """The making of one plan, within a unit of work that is rolled back."""

    def __init__(self, unit: Unit, kind: Kind, sheet: Sheet, reason: str, tell: Tell | None) -> None:
        self.unit, self.kind, self.sheet, self.reason = unit, kind, sheet, reason
        self.tell = tell or (lambda _done, _total: None)
        self.headings: Headings = head.find(sheet, kind)
        self.fields = {column.field: column for column in self.headings.known}
        self._known: dict[str, dict[tuple[type, Cell], Any]] = {}
        self.merged = Merged(unit.session)
        self.links = Links(unit.session, unit.office.scope, self.merged)

    def plan(self) -> Plan:
        """The plan of the sheet."""
        drafts = self._drafts()
        if not drafts:
            raise Refusal.of("file", _("标题行下面没有数据"), _("请在第 {n} 行起填写", n=self.headings.row + 2))
        self._refuse_merged(drafts)
        for draft in drafts:
            self._understand(draft)
            if self.kind.name in IDS and isinstance(said := draft.values.get(IDS[self.kind.name][0]), str):
                draft.new_id = IDS[self.kind.name][1](said)
        finder = Finder(self.unit, self.kind, self.fields, self.merged, self.links)
        finder.link(drafts)
        finder.find(drafts)
        for draft in drafts:
            self._settle(draft)
        self._fetch([draft for draft in drafts if draft.record is not None and draft.values and not draft.faults])
        look_ahead(self.unit, self.kind.name, ({**(draft.record or {}), **draft.values} for draft in drafts))
        made: dict[int, PlannedRow] = {}
        order = ordered(drafts)
        for done, draft in enumerate(order):
            if done % STEP == 0:
                self.tell(done, len(drafts))
            made[draft.at] = self._planned(draft)
        places = {draft.at: place for place, draft in enumerate(drafts)}
        rows = tuple(made[draft.at] for draft in drafts)
        return Plan(self.kind, self.sheet, self.headings, rows, tuple(places[d.at] for d in order), self.reason)

    def _drafts(self) -> list[Draft]:
        """The rows below the headings in which anything stands."""
        return [
            Draft(at, {name: line[c.at] if c.at < len(line) else "" for name, c in self.fields.items()})
            for at, line in enumerate(self.sheet.rows)
            if at > self.headings.row and not all(map(is_blank, line))
        ]

    def _refuse_merged(self, drafts: Sequence[Draft]) -> None:
        """A merged cell holds a value in its first row only: what it says of the others would be a guess."""
        columns = sorted(column.at for column in self.fields.values())
        by_row = {draft.at: draft for draft in drafts}
        for (top, left), (bottom, right) in self.sheet.merged:
            if bottom <= self.headings.row or not any(left <= at <= right for at in columns):
                continue
            error = _("合并单元格 {span}", span=f"{address(top, left)}:{address(bottom, right)}")
            for at in range(max(top, self.headings.row + 1), min(bottom, len(self.sheet.rows) - 1) + 1):
                if at in by_row:
                    by_row[at].blame_row(error, _("请取消合并，逐行填写"))

    def _understand(self, draft: Draft) -> None:
        for name, cell in draft.cells.items():
            column = self.fields[name]
            place = (draft.at, column.at)
            if place in self.sheet.formulas:
                draft.blame(column, _("是公式，不是值"), _("请复制这一列，再“选择性粘贴”为“数值”"))
            elif place in self.sheet.errors:
                draft.blame(column, _("是错误值（如 #N/A）"), _("请改成实际的内容"))
            elif name in (ID, NUMBER):
                if not isinstance(cell, str):
                    draft.blame(column, _("应为文字"), _("请用导出时的原样"))
            elif cell != "":
                value = self._value(self.kind.fields[name], cell)
                if isinstance(value, Misfit):
                    draft.misfits[name] = value
                elif value is not None:
                    draft.values[name] = value

    def _value(self, declared: Field, cell: Cell) -> Any:
        """What a cell says, or how it does not fit; columns repeat themselves, so each value is looked at once."""
        known = self._known.setdefault(declared.name, {})
        key = (type(cell), cell)
        if key not in known:
            try:
                if declared.guarded and isinstance(cell, str) and "*" in cell:
                    raise Misfit(_("是遮住的个人信息"), _("请填写完整内容，或留空"))
                known[key] = understood(declared, cell)
            except Misfit as misfit:
                known[key] = misfit
        return known[key]

    # -- against the record ------------------------------------------------------------------------------------

    def _settle(self, draft: Draft) -> None:
        """Leave out what stands in the record already, also where it could not be understood (masked, unknown)."""
        record = draft.record
        for name, misfit in draft.misfits.items():
            if record is None or not self._unchanged(self.kind.fields[name], draft.cells[name], record):
                draft.blame(self.fields[name], misfit.error, misfit.mend)
        if record is None:
            return
        values = {}
        for name, cell in draft.cells.items():
            if name in (ID, NUMBER) or name in draft.misfits:
                continue
            declared = self.kind.fields[name]
            if name in draft.values:
                if draft.values[name] != standing(self.merged, self.kind, name, record[name]):
                    values[name] = draft.values[name]
            elif draft.by == ID and is_blank(cell) and record[name] not in (None, declared.default):
                values[name] = None
        draft.values = values

    def _unchanged(self, declared: Field, cell: Cell, record: Mapping[str, Any]) -> bool:
        """Whether a cell that was not understood says what an export would say of the record."""
        value, said = record[declared.name], " ".join(words(cell).split())
        if declared.type == "link":
            stands = standing(self.merged, self.kind, declared.name, value)
            meant = {one.id for one in self.links.candidates(declared.targets, said)}
            return value is not None and (said == value or stands in meant)
        return said == " ".join(plain(declared, value, record, reveal=False).split())

    def _fetch(self, changed: Sequence[Draft]) -> None:
        """Read at once what the rules and the words of the changes will ask for."""
        self.unit.fetch(self.kind.name, [draft.id for draft in changed])
        for name in self.fields:
            declared = self.kind.fields.get(name)
            if declared is not None and declared.type == "link":
                before = {draft.record[name] for draft in changed if draft.record is not None and name in draft.values}
                self.links.learn(declared.targets, before - {None})

    def _planned(self, draft: Draft) -> PlannedRow:
        record, notices = draft.record, ()
        state = NEW if record is None else CHANGE if draft.values else SAME
        for needed in draft.needs:
            if needed.faults and not draft.faults:
                draft.blame_row(_("它所指的第 {row} 行有误", row=needed.at + 1), _("请先改正那一行"))
        if not draft.faults and state in (NEW, CHANGE):
            told = len(self.unit.notices)
            try:
                write(self.unit, self.kind, draft.id, draft.values, new=record is None, reason=self.reason)
            except Refusal as refusal:
                draft.faults += [placed(self.headings, draft.at, fault) for fault in refusal.faults]
            notices = tuple(self.unit.notices[told:])
        if draft.faults:
            state = ERROR
        beside = {**(record or {}), **draft.values}
        return PlannedRow(
            draft.at + 1, state, self.kind.called(beside), "" if state == ERROR and record is None else draft.id,
            record["number"] if record else None, draft.by, MappingProxyType(draft.values), self._changes(draft, beside),
            tuple(draft.faults), notices, record["heads"] if record else None,
        )  # fmt: skip

    def _changes(self, draft: Draft, beside: Mapping[str, Any]) -> tuple[Change, ...]:
        record, found = draft.record, []
        if record is None:
            return ()
        for name, value in draft.values.items():
            declared = self.kind.fields[name]
            if declared.type == "link":
                was, now = self._called(declared, record[name]), " ".join(words(draft.cells[name]).split())
            else:
                was = plain(declared, record[name], record, reveal=False)
                now = plain(declared, value, beside, reveal=False)
            found.append(Change(name, _(declared.label), was, now))
        return tuple(found)

    def _called(self, declared: Field, value: str | None) -> str:
        if value is None:
            return ""
        found = self.links.candidates(declared.targets, value)
        return (found[0].title or found[0].number or "") if found else _("（找不到的记录）")
