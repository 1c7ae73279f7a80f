"""Spans of days a list can be narrowed to, in words; pure."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from app.models.fields import Field
from app.models.record import Kind
from app.text import _

_PLANNED = ("start", "started_at")
_DEADLINES = ("cert_to", "due_on", "next_check_on", "term_to")


@dataclass(frozen=True)
class Period:
    """From and to, inclusive, either may be open."""

    label: str
    low: date | None
    high: date | None

    def bounds(self, field: Field) -> tuple[str | None, str | None]:
        """As :attr:`Query.between` wants them for ``field``."""
        low = self.low.isoformat() if self.low else None
        high = self.high.isoformat() if self.high else None
        return low, f"{high}T23:59" if high and field.type == "datetime" else high


def dated_field(kind: Kind) -> Field | None:
    """The date by which a list of ``kind`` is narrowed: when it takes place, or when it runs out."""
    names = (name for name in (*_PLANNED, *_DEADLINES) if name in kind.fields)
    return next((kind.fields[name] for name in names), None)


def periods(field: Field, today: date) -> list[Period]:
    """The spans offered for ``field``."""
    if field.name in _DEADLINES:
        ahead = [Period(_("{n} 天内到期", n=n), today, today + timedelta(days=n)) for n in (30, 90, 180)]
        return [Period(_("已过期"), None, today - timedelta(days=1)), *ahead]
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    last = today.replace(day=calendar.monthrange(today.year, today.month)[1])
    tomorrow, next_monday = today + timedelta(days=1), monday + timedelta(days=7)
    next_month = last + timedelta(days=1)
    next_last = next_month.replace(day=calendar.monthrange(next_month.year, next_month.month)[1])
    coming = [
        Period(_("今天"), today, today),
        Period(_("明天"), tomorrow, tomorrow),
        Period(_("本周"), monday, monday + timedelta(days=6)),
        Period(_("下周"), next_monday, next_monday + timedelta(days=6)),
        Period(_("本月"), first, last),
    ]
    if field.name == "started_at":
        before = first - timedelta(days=1)
        return [*coming[:1], coming[2], coming[4], Period(_("上月"), before.replace(day=1), before),
                Period(_("今年"), today.replace(month=1, day=1), today.replace(month=12, day=31))]  # fmt: skip
    return [*coming, Period(_("下月"), next_month, next_last), Period(_("今天以后"), today, None),
            Period(_("今天以前"), None, today - timedelta(days=1))]  # fmt: skip
