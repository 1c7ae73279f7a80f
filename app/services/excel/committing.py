"""Doing what a plan says: one transaction, one operation that can be undone (rules.md 33)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from app.errors import Fault, Refusal
from app.services.excel.lookup import indexes
from app.services.excel.plan import CHANGE, ERROR, NEW, SAME, Plan, PlannedRow, placed, refusal
from app.services.excel.planning import STEP, Tell, write
from app.services.office import Office, Unit
from app.services.rules import look_ahead
from app.services.survivors import Merged
from app.store.bulk import among, collector_at_rest
from app.sync import log
from app.text import _


@dataclass(frozen=True)
class Imported:
    """What was written, and the operation that takes all of it back."""

    created: int
    changed: int
    same: int
    op: int | None
    numbers: tuple[tuple[str, str], ...] = ()
    """Pairs (id, number on paper) of the new records."""
    notices: tuple[str, ...] = ()


def commit(office: Office, plan: Plan, *, tell: Tell | None = None) -> Imported:
    """Write every row of ``plan``, or none.

    Raises :class:`Refusal` where the plan has errors, or a record that it rests on has changed since it was made.
    """
    if plan.errors:
        raise refusal(plan.of(ERROR))
    with collector_at_rest(), office.unit() as unit:
        stale = [*_changed_since(unit, plan), *_made_since(unit, plan)]
        if stale:
            raise Refusal(*stale[:20])
        unit.audit("import", plan.kind.name, "", records=plan.kind.name, created=plan.count(NEW),
                   changed=plan.count(CHANGE))  # fmt: skip
        made = _write(unit, plan, tell or (lambda _done, _total: None))
        unit.finish()
        ops = unit.recorder.ops
        op = ops.get(office.scope) or ops.get(log.DEMO)
        return Imported(plan.count(NEW), plan.count(CHANGE), plan.count(SAME), op, made, tuple(unit.notices))


def _write(unit: Unit, plan: Plan, tell: Tell) -> tuple[tuple[str, str], ...]:
    made = []
    held = {one.id: one for one in unit.fetch(plan.kind.name, [row.id for row in plan.of(CHANGE)])}
    stored = {key: {name: getattr(one, name) for name in plan.kind.fields} for key, one in held.items()}
    look_ahead(unit, plan.kind.name, ({**stored.get(row.id, {}), **row.values} for row in plan.of(NEW, CHANGE)))
    refused: list[PlannedRow] = []
    todo = [plan.rows[place] for place in plan.order if plan.rows[place].state in (NEW, CHANGE)]
    for done, row in enumerate(todo):
        if done % STEP == 0:
            tell(done, len(todo))
        try:
            record = write(unit, plan.kind, row.id, row.values, new=row.state == NEW, reason=plan.reason)
            if row.state == NEW and record.number:
                made.append((record.id, record.number))
        except Refusal as error:
            faults = tuple(placed(plan.headings, row.row - 1, fault) for fault in error.faults)
            refused.append(replace(row, state=ERROR, faults=faults))
    if refused:
        raise refusal(refused)
    return tuple(made)


def _changed_since(unit: Unit, plan: Plan) -> list[Fault]:
    """A fault for each record that somebody changed after the plan was made."""
    t: Any = plan.kind.model.__table__.c
    rows = plan.of(CHANGE)
    if not rows:
        return []
    connection = unit.session.connection()
    query = select(t.id, t.heads).where(among(connection, t.id, [row.id for row in rows]))
    now: dict[str, set[bytes]] = {}
    for record in connection.execute(query):
        now.setdefault(record.id, set()).add(record.heads)
    error, mend = _("预览之后这条记录又改过"), _("请重新预览")
    return [
        Fault(str(row.row), _("第 {row} 行：{error}", row=row.row, error=error), mend)
        for row in rows
        if row.basis not in now.get(row.id, ())
    ]


def _made_since(unit: Unit, plan: Plan) -> list[Fault]:
    """A fault for each new row whose record somebody has made after the plan was."""
    rows = plan.of(NEW)
    if not rows:
        return []
    defaults = {name: one.default for name, one in plan.kind.fields.items() if one.default is not None}
    said = [{**defaults, **row.values} for row in rows]
    columns = [column.field for column in plan.headings.known]
    faults: dict[int, Fault] = {}
    earlier: list[str] = []
    for index in indexes(unit.session, unit.office.scope, Merged(unit.session), plan.kind, columns, said):
        for row, values in zip(rows, said, strict=True):
            if index.fits(values, earlier):
                error = _("第 {row} 行：预览之后已有人登记了同一条记录", row=row.row)
                faults.setdefault(row.row, Fault(str(row.row), error, _("请重新预览")))
        earlier += index.fields
    return list(faults.values())
