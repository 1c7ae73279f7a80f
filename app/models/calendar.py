"""The statutory calendar: what kind of day a date is (rules.md 4, domain.md B13).

A year's plan of days off and adjusted workdays is shipped as ``resources/codes/workdays_YYYY.csv``; what the center or
the district recorded of single days stands over it. In a year without a plan weekends count and nothing else, and
whoever shows a result says so (:meth:`Days.is_published`).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from app.paths import resource

DayKind = Literal["workday", "weekend", "holiday", "make_up_workday"]
Plan = Mapping[date, tuple[str, str]]
"""By date, ``holiday`` or ``workday`` and the name of the holiday."""
IN_EVERY_PLAN = ((1, 1), (10, 1))
"""(month, day) of the days off that no year's plan lacks: New Year and National Day."""


@lru_cache(maxsize=16)
def _shipped(year: int) -> Plan | None:
    path = resource("codes", f"workdays_{year:04d}.csv")
    if not path.exists():
        return None
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return MappingProxyType({date.fromisoformat(row["date"]): (row["kind"], row["name"]) for row in rows})


@dataclass(frozen=True)
class Days:
    """The shipped plans with ``recorded`` days over them, date by date; as it is, what is shipped."""

    recorded: Plan = field(default_factory=dict)

    def is_published(self, year: int) -> bool:
        """Whether the plan of days off and adjusted workdays of ``year`` is known: it is shipped, or the recorded days
        are more than a part of it."""
        return _shipped(year) is not None or all(date(year, *day) in self.recorded for day in IN_EVERY_PLAN)

    def kind(self, day: date) -> DayKind:
        """``workday``, ``weekend``, ``holiday`` (a statutory day off, also on a Saturday or Sunday) or
        ``make_up_workday`` (调休). In a year that is not published only what is recorded, workdays and weekends."""
        planned = self._planned(day)
        if planned:
            return "holiday" if planned[0] == "holiday" else "make_up_workday"
        return "weekend" if day.isoweekday() > 5 else "workday"

    def is_workday(self, day: date) -> bool:
        """Whether offices work on ``day``: an ordinary or an adjusted workday."""
        return self.kind(day) in ("workday", "make_up_workday")

    def name(self, day: date) -> str:
        """The holiday that makes ``day`` a day off or an adjusted workday, such as 国庆节; empty on other days."""
        planned = self._planned(day)
        return planned[1] if planned else ""

    def _planned(self, day: date) -> tuple[str, str] | None:
        day = date(day.year, day.month, day.day)
        return self.recorded.get(day) or (_shipped(day.year) or {}).get(day)
