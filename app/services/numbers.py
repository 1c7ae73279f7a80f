"""Numbers on paper that two records bear: a PC whose whole disk went back issues a number again (design.md §3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Refusal
from app.models.record import Kind
from app.models.registry import KINDS, kind_of
from app.services.office import Office
from app.services.rights import SETTLE, to_write
from app.services.survivors import Merged
from app.services.writing import Saved
from app.text import _, listed

Found = tuple[str, str, tuple[str, ...], str, str]
"""Code, kind, ids, text, field."""


def shared(session: Session, merged: Merged) -> Iterator[Found]:
    """Records of one owner and kind under one number, not in the bin and not merged away; one query per kind."""
    for kind in KINDS.values():
        if kind.number:
            yield from _shared(session, merged, kind)


def _shared(session: Session, merged: Merged, kind: Kind) -> Iterator[Found]:
    t = kind.model.__table__.c
    live = (t.deleted.is_(False), merged.standing(kind))
    twice = select(t.number).where(t.number.is_not(None), *live).group_by(t.owner, t.number).having(func.count() > 1)
    columns = [t.owner, t.id, *(t[name] for name in kind.named_by)]
    bearers: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in session.execute(select(*columns).where(t.number.in_(twice), *live).order_by(t.number, t.id)):
        bearers[row.owner, row.number].append(row)
    for (_owner, number), rows in bearers.items():
        if len(rows) > 1:
            named = listed(f"“{kind.called(dict(row._mapping))}”" for row in rows)
            text = _("{n} 条{kind}用了同一个编号 {number}：{named}；请给其中一条换新编号", n=len(rows),
                     kind=_(kind.label), number=number, named=named)  # fmt: skip
            yield "number", kind.name, tuple(row.id for row in rows), text, "number"


def renew(office: Office, kind: str, record_id: str) -> Saved:
    """Give a record the next number, where another bears the one it has. A number is never taken back: no undo does.

    Raises :class:`Refusal` where the number is the record's alone: what is on paper stays.
    """
    declared = kind_of(kind)
    with office.unit() as unit:
        unit.duty.need(SETTLE, to_write(kind))
        record = unit.load(kind, record_id)
        if not any(record_id in found[2] for found in _shared(unit.session, Merged(unit.session), declared)):
            raise Refusal.of("number", _("没有别的记录用这个编号"), _("编号只在重复时更换"))
        record.number = unit.number(record)
        unit.session.flush()
        return Saved(record.id, record.number, unit.recorder.ops.get(record.owner), tuple(unit.notices))
