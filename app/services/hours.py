"""Opening hours: reading what people write, and which of a venue's hours hold on a date (rules.md 3, 4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.models.calendar import DayKind
from app.models.fields import Misfit
from app.text import _

DAY = 1440
"""Minutes."""
Spans = tuple[tuple[int, int], ...]
"""Minutes from midnight, half open, in order and apart; empty is closed."""

WEEK = ("opens_mon", "opens_tue", "opens_wed", "opens_thu", "opens_fri", "opens_sat", "opens_sun")
FIELDS = ("opens", *WEEK, "opens_holiday")
"""The fields of a venue that hold hours."""

_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-‐‑–—―−~～〜至到]+\s*(\d{1,2})[:：](\d{2})")
_BETWEEN = re.compile(r"[\s,，、;；和及/]*")
_CLOSED = frozenset({"休息", "关闭", "不开放", "不开", "停用", "closed", "off"})
_WHOLE_DAY = frozenset({"全天", "24小时", "24 小时", "全天开放"})


def read(text: str | None) -> Spans | None:
    """``8:30-11:30，13:00-21:00`` as spans; ``休息`` as none of the day; None where it says nothing.

    Raises :class:`~app.models.fields.Misfit` where it cannot be read.
    """
    text = (text or "").strip()
    if not text:
        return None
    if text.casefold() in _CLOSED:
        return ()
    if text in _WHOLE_DAY:
        return ((0, DAY),)
    if _BETWEEN.fullmatch(_SPAN.sub("", text)) is None or not _SPAN.search(text):
        raise Misfit(_("看不懂这个开放时间“{text}”", text=text), _how())
    spans: list[tuple[int, int]] = []
    for found in sorted(_SPAN.finditer(text), key=lambda one: (int(one[1]), int(one[2]))):
        h1, m1, h2, m2 = map(int, found.groups())
        start, end = h1 * 60 + m1, h2 * 60 + m2
        if m1 > 59 or m2 > 59 or start >= DAY or end > DAY:
            raise Misfit(_("没有这个时间：{text}", text=found[0]), _("时间从 0:00 到 24:00"))
        if end <= start:
            raise Misfit(
                _("{text} 的结束不晚于开始", text=found[0]),
                _("跨夜的请分开写：当天写到 24:00，第二天从 0:00 写起"),
            )
        if spans and start < spans[-1][1]:
            raise Misfit(_("{text} 与前一段重叠", text=found[0]), _("请把各段写开，例如 8:30-11:30 13:00-21:00"))
        if spans and start == spans[-1][1]:
            start = spans.pop()[0]
        spans.append((start, end))
    return tuple(spans)


def _how() -> str:
    return _("请按 8:30-11:30 13:00-21:00 的样子填写；不开放填“休息”；不限时间请留空")


def lenient(text: str | None) -> Spans | None:
    """As :func:`read`; what cannot be read says nothing (after a merge anything may be there: a finding)."""
    try:
        return read(text)
    except Misfit:
        return None


@dataclass(frozen=True)
class Timetable:
    """A venue's hours: of each weekday from Monday, and of a statutory day off. None: no limit at all."""

    week: tuple[Spans | None, ...] = (None,) * 7
    holiday: Spans | None = None

    def on(self, day: date, kind: DayKind) -> Spans | None:
        """The hours of ``day``, which is of ``kind``: an adjusted workday on a weekday of rest has the hours of the
        first weekday that is worked (rules.md 4)."""
        if kind == "holiday":
            return self.holiday
        hours = self.week[day.weekday()]
        if kind == "make_up_workday" and hours == ():
            return next((worked for worked in self.week[:5] if worked != ()), ())
        return hours


def timetable(venue: Mapping[str, Any]) -> Timetable:
    """The timetable that the fields of a venue declare."""
    if venue["around_the_clock"]:
        return Timetable()
    said = {name: lenient(venue[name]) for name in FIELDS}
    week = tuple(said["opens"] if said[name] is None else said[name] for name in WEEK)
    holiday = said["opens_holiday"]
    if holiday is None and any(spans is not None for spans in said.values()):
        holiday = ()
    return Timetable(week, holiday)


def say(spans: Spans) -> str:
    """``8:30-11:30、13:00-21:00``."""
    return "、".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"
