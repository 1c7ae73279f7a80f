"""Times and ages as the console says them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from app.text import _

SHANGHAI = timezone(timedelta(hours=8))
"""The centers' time (rules.md 1); there has been no summer time since 1991."""


def say_when(at: int | None) -> str:
    """``2026年11月24日 09:40`` of unix seconds."""
    if at is None:
        return _("从未")
    when = datetime.fromtimestamp(at, SHANGHAI)
    return _(
        "{year}年{month}月{day}日 {time}", year=when.year, month=when.month, day=when.day, time=f"{when:%H:%M}"
    )  # fmt: skip


def say_age(at: int | None, now: int) -> str:
    """How long ago, in the one unit that matters."""
    if at is None:
        return _("从未")
    seconds = max(now - at, 0)
    if seconds < 120:
        return _("刚刚")
    if seconds < 2 * 3600:
        return _("{n} 分钟前", n=seconds // 60)
    if seconds < 2 * 86400:
        return _("{n} 小时前", n=seconds // 3600)
    return _("{n} 天前", n=seconds // 86400)
