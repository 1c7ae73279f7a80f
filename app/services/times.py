"""Local times as text, ``2026-11-24T09:00``: comparing, shifting, and saying them to people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.errors import Fault
from app.text import _

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def shift(moment: str, minutes: int) -> str:
    """``moment`` moved by ``minutes``."""
    return (datetime.fromisoformat(moment) + timedelta(minutes=minutes)).isoformat(timespec="minutes")


def minutes_between(start: str, end: str) -> int:
    """Whole minutes from ``start`` to ``end``."""
    return int((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() // 60)


def ends_after_start(start: str | None, end: str | None, field: str, *, strict: bool = True) -> Iterator[Fault]:
    """rules.md 1: ``end > start`` (``strict`` False also lets them be equal)."""
    if start and end and (end < start or (strict and end == start)):
        yield Fault(field, _("结束不晚于开始"), _("请把结束时间改到 {start} 以后", start=start.replace("T", " ")))


def say_day(moment: str) -> str:
    """``11月24日 周二``."""
    day = datetime.fromisoformat(moment)
    return _("{month}月{day}日 {weekday}", month=day.month, day=day.day, weekday=_(WEEKDAYS[day.weekday()]))


def say_time(moment: str) -> str:
    """``9:00``."""
    return moment[11:16].removeprefix("0")


def say_span(start: str, end: str) -> str:
    """``11月24日 周二 9:00-11:00``; an end at midnight is 24:00 of the day before (rules.md 2)."""
    last = shift(end, -1)
    if last[:10] == start[:10]:
        finish = "24:00" if end[11:16] == "00:00" else say_time(end)
        return f"{say_day(start)} {say_time(start)}-{finish}"
    finish = f"{say_day(last)} 24:00" if end[11:16] == "00:00" else f"{say_day(end)} {say_time(end)}"
    return f"{say_day(start)} {say_time(start)} - {finish}"
