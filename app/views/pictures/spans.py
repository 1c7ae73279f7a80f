"""The spans of dates that the pictures are made of; pure."""

from __future__ import annotations

from datetime import date, timedelta

from app.services.pictures import Span
from app.text import _
from app.views.calendar.bar import months_later


def spans(today: date) -> list[tuple[str, Span]]:
    """(words, span): up to today, except of years and months that are over."""
    year, month = date(today.year, 1, 1), today.replace(day=1)
    last_month = months_later(month, -1)
    return [
        (_("最近12个月"), _span(months_later(month, -11), today)),
        (_("最近3个月"), _span(months_later(month, -2), today)),
        (_("本月"), _span(month, today)),
        (_("上个月"), _span(last_month, month - timedelta(days=1))),
        (_("今年"), _span(year, today)),
        (_("去年"), _span(date(today.year - 1, 1, 1), year - timedelta(days=1))),
    ]


def _span(first: date, last: date) -> Span:
    return Span(first.isoformat(), last.isoformat())
