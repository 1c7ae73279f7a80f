"""A plan as people read it: why a row is where it is, and its cells, personal values masked."""

from __future__ import annotations

from collections.abc import Sequence

from app.services.excel.cells import words
from app.services.excel.headings import Column
from app.services.excel.plan import CHANGE, ERROR, Plan, PlannedRow
from app.text import _, listed

NAMED = 4
"""Columns and sheets that are named; of more only how many."""


def sentences(row: PlannedRow) -> list[str]:
    """The faults with their mend, else what changes and what the program will do beside it."""
    if row.state == ERROR:
        return ["，".join(filter(None, (str(fault), fault.mend))) for fault in row.faults]
    changes = [
        _("{label}：{before} → {after}", label=change.label, before=change.before or _("（空）"),
          after=change.after or _("（空）"))
        for change in (row.changes if row.state == CHANGE else ())
    ]  # fmt: skip
    return [*changes, *row.notices]


def explanation(row: PlannedRow) -> str:
    """All of :func:`sentences` on one line."""
    return "；".join(sentences(row))


def cell_words(plan: Plan, row: PlannedRow, column: Column) -> str:
    """A cell as it was read, on one line; personal values masked."""
    said = " ".join(words(plan.sheet.at(row.row - 1, column.at)).split())
    field = plan.kind.fields.get(column.field)
    if field is None or not said or "*" in said:
        return said
    return str(field.mask(said, row.values if field.personal_if and field.personal_if[0] in row.values else None))


def remarks(plan: Plan) -> list[str]:
    """What is to be known of the file beside its rows: what is not read."""
    said = []
    if plan.sheet.name and plan.sheet.others:
        said.append(_("只读了工作表“{name}”，没有读：{others}", name=plan.sheet.name, others=_some(plan.sheet.others)))
    if plan.unread:
        said.append(
            _("这些列不是{kind}的字段，不会导入：{columns}", kind=_(plan.kind.label), columns=_some(plan.unread))
        )
    return said


def _some(names: Sequence[str]) -> str:
    if len(names) <= NAMED:
        return listed(names)
    return _("{names}等 {n} 个", names=listed(names[:NAMED]), n=len(names))


def only_policies(plan: Plan) -> bool:
    """Whether every fault is a policy, which staff may override with a reason (rules.md 23)."""
    return bool(plan.errors) and all(fault.policy for row in plan.of(ERROR) for fault in row.faults)
