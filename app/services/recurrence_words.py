"""A rule of recurrence in words, and a rule from the choices of a form (rules.md 12-15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.services.recurrence import Rule, explicit, parse
from app.services.times import WEEKDAYS
from app.text import _, listed

Every = Literal["day", "week", "month", "year"]
Monthly = Literal["day", "last_day", "nth", "last_weekday"]
FREQ = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}


@dataclass(frozen=True)
class Choices:
    """What a form asks: every how many of what, on which days, until when or how often.

    ``monthly``: on the day of the month of the start (a 31st skips short months), on the last day, on the weekday of the
    start counted from the first (a fifth skips months without one), or counted from the end as the last.
    """

    every: Every = "week"
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    """Of a week, 0 is Monday; empty: the weekday of the start."""
    monthly: Monthly = "day"
    count: int | None = None
    until: str = ""
    """``2026-12-31``, that day included."""


def rule_of(choices: Choices, start: str) -> str:
    """The RRULE text of a form's choices for a series that starts at ``start``."""
    first = datetime.fromisoformat(start)
    days: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    if choices.every == "week":
        days = tuple((0, day) for day in sorted(choices.weekdays or (first.weekday(),)))
    elif choices.every == "month" and choices.monthly in ("nth", "last_weekday"):
        nth = -1 if choices.monthly == "last_weekday" else (first.day - 1) // 7 + 1
        days = ((nth, first.weekday()),)
    elif choices.every == "month":
        month_days = (-1,) if choices.monthly == "last_day" else (first.day,)
    elif choices.every == "year":
        month_days = (first.day,)
    months = (first.month,) if choices.every == "year" else ()
    until = "" if choices.count else choices.until.replace("-", "")
    return Rule(
        FREQ[choices.every], choices.interval, choices.count, until, days=days, month_days=month_days, months=months
    ).text


def say(rule: str, start: str) -> str:
    """A rule in words: ``每周一、周五，至2026年12月31日``. Raises :class:`Refusal` where it cannot be read."""
    read = explicit(parse(rule), start)
    said = {"DAILY": _daily, "WEEKLY": _weekly, "MONTHLY": _monthly, "YEARLY": _yearly}[read.freq](read)
    if read.positions:
        said = _("{dates}里的{which}", dates=said, which=listed(_position(n) for n in read.positions))
    if read.months and read.freq != "YEARLY":
        said = _("{dates}（仅{months}）", dates=said, months=listed(map(_month, read.months)))
    return said + _end(read)


def _end(rule: Rule) -> str:
    if rule.count is not None:
        return _("，共{n}次", n=rule.count)
    last = rule.last_moment
    return _("，至{year}年{month}月{day}日", year=last.year, month=last.month, day=last.day) if last else ""


def _daily(rule: Rule) -> str:
    said = _("每天") if rule.interval == 1 else _("每{n}天", n=rule.interval)
    only = [*([_weekdays(rule)] if rule.days else []), *map(_month_day, rule.month_days)]
    return _("{dates}（仅{months}）", dates=said, months=listed(only)) if only else said


def _weekly(rule: Rule) -> str:
    days = _weekdays(rule)
    return _("每{days}", days=days) if rule.interval == 1 else _("每{n}周的{days}", n=rule.interval, days=days)


def _monthly(rule: Rule) -> str:
    dates = _in_month(rule)
    return (
        _("每月{dates}", dates=dates) if rule.interval == 1 else _("每{n}个月的{dates}", n=rule.interval, dates=dates)
    )


def _yearly(rule: Rule) -> str:
    dates = _in_month(rule)
    if rule.months:
        dates = _("{months}{dates}", months=listed(map(_month, rule.months)), dates=dates)
    elif rule.month_days:
        dates = _("每月{dates}", dates=dates)
    return _("每年{dates}", dates=dates) if rule.interval == 1 else _("每{n}年的{dates}", n=rule.interval, dates=dates)


def _in_month(rule: Rule) -> str:
    days = listed(_weekday(n, day) for n, day in rule.days)
    dates = listed(map(_month_day, rule.month_days))
    if days and dates:
        return _("{dates}中的{days}", dates=dates, days=_weekdays(rule))
    return days or dates


def _weekdays(rule: Rule) -> str:
    return listed(_(WEEKDAYS[day]) for _n, day in rule.days)


def _weekday(ordinal: int, day: int) -> str:
    name = _(WEEKDAYS[day])
    if ordinal == 0:
        return _("每个{weekday}", weekday=name)
    if ordinal == -1:
        return _("最后一个{weekday}", weekday=name)
    if ordinal < 0:
        return _("倒数第{n}个{weekday}", n=-ordinal, weekday=name)
    return _("第{n}个{weekday}", n=ordinal, weekday=name)


def _month_day(day: int) -> str:
    if day == -1:
        return _("最后一天")
    return _("倒数第{n}天", n=-day) if day < 0 else _("{n}日", n=day)


def _position(n: int) -> str:
    if n == -1:
        return _("最后一次")
    return _("倒数第{n}次", n=-n) if n < 0 else _("第{n}次", n=n)


def _month(month: int) -> str:
    return _("{n}月", n=month)
