"""The statutory calendar: what kind of day a date is (rules.md 4, domain.md B13).

A year is published where ``resources/codes/workdays_YYYY.csv`` exists. In any other year weekends count and nothing
else, and whoever shows a result says so (:func:`is_published`).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from app.paths import resource

DayKind = Literal["workday", "weekend", "holiday", "make_up_workday"]


@lru_cache(maxsize=16)
def _plan(year: int) -> Mapping[date, tuple[str, str]] | None:
    path = resource("codes", f"workdays_{year:04d}.csv")
    if not path.exists():
        return None
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return MappingProxyType({date.fromisoformat(row["date"]): (row["kind"], row["name"]) for row in rows})


def is_published(year: int) -> bool:
    """Whether the plan of days off and adjusted workdays of ``year`` is known."""
    return _plan(year) is not None


def day_kind(day: date) -> DayKind:
    """``workday``, ``weekend``, ``holiday`` (a statutory day off, also on a Saturday or Sunday) or
    ``make_up_workday`` (调休). In a year that is not published only workdays and weekends."""
    planned = (_plan(day.year) or {}).get(date(day.year, day.month, day.day))
    if planned:
        return "holiday" if planned[0] == "holiday" else "make_up_workday"
    return "weekend" if day.isoweekday() > 5 else "workday"


def is_workday(day: date) -> bool:
    """Whether offices work on ``day``: an ordinary or an adjusted workday."""
    return day_kind(day) in ("workday", "make_up_workday")


def day_name(day: date) -> str:
    """The holiday that makes ``day`` a day off or an adjusted workday, such as 国庆节; empty on other days."""
    planned = (_plan(day.year) or {}).get(date(day.year, day.month, day.day))
    return planned[1] if planned else ""
