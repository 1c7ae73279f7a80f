"""Which backups are kept: 7 daily, 4 weekly, 12 monthly. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime

DAILY, WEEKLY, MONTHLY = 7, 4, 12


def superseded(made: Iterable[datetime]) -> set[datetime]:
    """Of the times at which backups were made, those that may go: a day, week and month keeps its newest, of the newest
    7 days, 4 weeks and 12 months that have any. The newest backup of all is always kept."""
    newest_first = sorted(set(made), reverse=True)
    kept: set[datetime] = set(newest_first[:1])
    periods: tuple[tuple[int, Callable[[datetime], Hashable]], ...] = (
        (DAILY, datetime.date),
        (WEEKLY, lambda at: at.isocalendar()[:2]),
        (MONTHLY, lambda at: (at.year, at.month)),
    )
    for count, period in periods:
        first: dict[Hashable, datetime] = {}
        for at in newest_first:
            first.setdefault(period(at), at)
        kept |= set(list(first.values())[:count])
    return set(newest_first) - kept
