"""Recurrence: the dates of an RFC 5545 RRULE text in local time; pure (rules.md 11-16, RFC 5545 sections 3.3.10, 3.8.5.3).

Days, weeks, months and years repeat; hours and minutes do not, for a booking has one start a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday

from app.errors import Refusal
from app.text import _, listed

LIMIT = 366
"""The most dates of one series (rules.md 16)."""
MAX_INTERVAL = 999
FREQUENCIES: Mapping[str, Any] = {"DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY, "YEARLY": YEARLY}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PARTS = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST")
UNUSED = frozenset({"BYSECOND", "BYMINUTE", "BYHOUR", "BYWEEKNO", "BYYEARDAY", "RSCALE", "SKIP"})
"""Parts of the standard that no lending of a room needs; refused by name."""
MAX_YEARS = 100
"""How far after its start a series may end."""
CYCLE = 400
"""Years after which the calendar repeats, weekdays and all."""
LAST_YEAR = 9999

_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")


@dataclass(frozen=True)
class Rule:
    """A rule that was read. ``days``: (ordinal, weekday 0 is Monday), ordinal 0 for every such weekday."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: str = ""
    """As written, in local time: ``20261231`` (the whole day, rules.md 11) or ``20261231T090000``."""
    days: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0
    """Monday unless the rule says otherwise (rules.md 12)."""

    @property
    def text(self) -> str:
        """The rule as RRULE text."""
        days = ",".join(f"{n or ''}{DAYS[day]}" for n, day in self.days)
        said = {
            "FREQ": self.freq,
            "INTERVAL": "" if self.interval == 1 else str(self.interval),
            "COUNT": str(self.count or ""),
            "UNTIL": self.until,
            "BYDAY": days,
            "BYMONTHDAY": ",".join(map(str, self.month_days)),
            "BYMONTH": ",".join(map(str, self.months)),
            "BYSETPOS": ",".join(map(str, self.positions)),
            "WKST": DAYS[self.week_start] if self.week_start else "",
        }
        return ";".join(f"{part}={value}" for part, value in said.items() if value)

    @property
    def last_moment(self) -> datetime | None:
        """The last local moment at which an occurrence may start, None without UNTIL."""
        if not self.until:
            return None
        return datetime.strptime(self.until if "T" in self.until else f"{self.until}T235959", "%Y%m%dT%H%M%S")


def parse(text: str) -> Rule:
    """Read RRULE text; raises :class:`Refusal` (field ``rule``) naming the part at fault."""
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign or not value:
            raise _refused(_("重复规则“{part}”看不懂", part=part[:40]))
        if name in UNUSED:
            raise _refused(
                _("重复规则不能用 {part}", part=name), _("请去掉 {part}：一个系列每天只有一个开始时间", part=name)
            )
        if name not in PARTS:
            raise _refused(_("重复规则没有“{part}”这一项", part=name[:20]), _("可用：{parts}", parts=listed(PARTS)))
        if name in parts:
            raise _refused(_("重复规则里 {part} 出现了两次", part=name), _("请只留一个"))
        parts[name] = value
    if "FREQ" not in parts:
        raise _refused(_("重复规则没有写 FREQ"))
    if parts["FREQ"] not in FREQUENCIES:
        raise _refused(_("重复规则的 FREQ 不能是 {value}", value=parts["FREQ"][:20]),
                       _("可用：{parts}", parts=listed(FREQUENCIES)))  # fmt: skip
    if "COUNT" in parts and "UNTIL" in parts:
        raise _refused(_("重复规则里 COUNT 和 UNTIL 只能有一个"), _("请只写次数，或只写截止日期"))
    rule = Rule(
        parts["FREQ"],
        interval=_numbers(parts, "INTERVAL", 1, MAX_INTERVAL, one=True)[0] if "INTERVAL" in parts else 1,
        count=_numbers(parts, "COUNT", 1, 10**6, one=True)[0] if "COUNT" in parts else None,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else "",
        days=_days(parts["BYDAY"]) if "BYDAY" in parts else (),
        month_days=_numbers(parts, "BYMONTHDAY", 1, 31, signed=True),
        months=_numbers(parts, "BYMONTH", 1, 12),
        positions=_numbers(parts, "BYSETPOS", 1, 366, signed=True),
        week_start=_weekday(parts["WKST"], "WKST") if "WKST" in parts else 0,
    )
    _fits_together(rule)
    return rule


def _fits_together(rule: Rule) -> None:
    """What RFC 5545 section 3.3.10 forbids."""
    if rule.freq in ("DAILY", "WEEKLY") and any(n for n, _day in rule.days):
        raise _refused(_("第几个星期几（BYDAY 里的数字）只能用于每月或每年"), _("请去掉数字，或改用 FREQ=MONTHLY"))
    if rule.freq == "WEEKLY" and rule.month_days:
        raise _refused(_("每周重复不能用 BYMONTHDAY"), _("请去掉 BYMONTHDAY，或改用 FREQ=MONTHLY"))
    if rule.positions and not (rule.days or rule.month_days or rule.months):
        raise _refused(_("BYSETPOS 必须和别的 BY 项一起用"), _("请加上 BYDAY 或 BYMONTHDAY"))


def _refused(error: str, mend: str = "") -> Refusal:
    example = "FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20261231"
    return Refusal.of("rule", error, mend or _("请写成例如 {example}", example=example))


def _numbers(
    parts: Mapping[str, str], name: str, low: int, high: int, *, signed: bool = False, one: bool = False
) -> tuple[int, ...]:
    found: list[int] = []
    for word in parts[name].split(",") if name in parts else ():
        fits = re.fullmatch(r"[+-]?[0-9]{1,7}" if signed else r"[0-9]{1,7}", word.strip())
        if not fits or not low <= abs(int(word)) <= high:
            span = f"{low}-{high}" + _("，可为负数") if signed else f"{low}-{high}"
            raise _refused(
                _("重复规则的 {part} 不能是 {value}", part=name, value=word[:20]), _("可用：{parts}", parts=span)
            )
        found.append(int(word))
    if one and len(found) > 1:
        raise _refused(_("重复规则的 {part} 只能有一个数", part=name))
    return tuple(dict.fromkeys(found))


def _days(value: str) -> tuple[tuple[int, int], ...]:
    found = []
    for word in value.split(","):
        fits = _DAY.fullmatch(word.strip())
        ordinal = int(fits[1] or 0) if fits else 0
        if not fits or (fits[1] and not 1 <= abs(ordinal) <= 53):
            raise _refused(_("重复规则的 {part} 不能是 {value}", part="BYDAY", value=word[:20]),
                           _("可用：{parts}", parts=listed(DAYS)))  # fmt: skip
        found.append((ordinal, DAYS.index(fits[2])))
    return tuple(dict.fromkeys(found))


def _weekday(value: str, part: str) -> int:
    if value not in DAYS:
        raise _refused(_("重复规则的 {part} 不能是 {value}", part=part, value=value[:20]),
                       _("可用：{parts}", parts=listed(DAYS)))  # fmt: skip
    return DAYS.index(value)


def _until(value: str) -> str:
    """``value`` in local time; a moment that ends in Z is UTC, eight hours behind Shanghai (rules.md 1)."""
    fits = _UNTIL.fullmatch(value)
    try:
        if not fits:
            raise ValueError
        moment = datetime.strptime(f"{fits[1]}T{fits[2] or '000000'}", "%Y%m%dT%H%M%S")
        if fits[3]:
            moment += timedelta(hours=8)
    except (ValueError, OverflowError):
        raise _refused(_("重复规则的 UNTIL 不是日期：{value}", value=value[:20]), _("请写成例如 20261231")) from None
    return moment.strftime("%Y%m%dT%H%M%S" if fits[2] else "%Y%m%d").zfill(15 if fits[2] else 8)


def occurrences(rule: Rule, start: str) -> Iterator[str]:
    """The dates of ``rule`` from ``start`` (``2026-11-24T09:00``) on, ``2026-11-24`` each, rising.

    A start that does not fit the rule is not a date of it. A rule without an end ends after 100 to 500 years.
    """
    first, last = datetime.fromisoformat(start), rule.last_moment
    # dateutil looks for a rule's next date up to the year 9999, which takes seconds where there is none. Moved to the
    # last turn of the calendar before that year, the rule gives the same dates and is soon found empty.
    years = max(LAST_YEAR - MAX_YEARS - max(first, last or first).year, 0) // CYCLE * CYCLE
    found = rrule(
        FREQUENCIES[rule.freq],
        dtstart=first.replace(year=first.year + years),
        interval=rule.interval,
        wkst=rule.week_start,
        count=rule.count,
        until=last and last.replace(year=last.year + years),
        bysetpos=rule.positions or None,
        bymonth=rule.months or None,
        bymonthday=rule.month_days or None,
        byweekday=tuple(weekday(day, n or None) for n, day in rule.days) or None,
        cache=False,
    )
    for moment in found:
        yield f"{moment.year - years:04d}-{moment:%m-%d}"


def dates(rule: str | None, start: str | None, limit: int = LIMIT) -> list[str]:
    """Every date of ``rule`` from ``start`` on.

    Raises :class:`Refusal` (field ``rule``) where the rule cannot be read, has no end, gives no date or more than
    ``limit`` (rules.md 16).
    """
    read = parse(rule or "")
    if not start:
        raise Refusal.of("start", _("系列没有写首次开始"), _("请填写首次开始"))
    if read.count is None and not read.until:
        raise _refused(_("重复规则没有结束"), _("请写明次数（COUNT）或截止日期（UNTIL）"))
    if read.count is not None and read.count > limit:
        raise _too_many(limit)
    last = read.last_moment
    if last is not None and last.year - MAX_YEARS > int(start[:4]):
        raise _refused(_("重复规则的截止日期在 {n} 年以后", n=MAX_YEARS), _("请提前截止日期"))
    found = list(islice(occurrences(read, start), limit + 1))
    if not found:
        raise _refused(_("重复规则没有一个日期"), _("请核对首次开始、截止日期和重复的日子"))
    if len(found) > limit:
        raise _too_many(limit)
    if read.count is not None and len(found) < read.count:
        raise _refused(_("重复规则凑不满 {n} 次", n=read.count), _("请减少次数，或写截止日期"))
    return found


def _too_many(limit: int) -> Refusal:
    return _refused(_("重复规则的日期超过 {n} 个", n=limit), _("请提前截止日期，或分成几个系列"))


def explicit(rule: Rule, start: str) -> Rule:
    """``rule`` with what it takes from its start written out, so that it means the same from a later start."""
    first = datetime.fromisoformat(start)
    if rule.days or rule.month_days:
        return rule
    if rule.freq == "WEEKLY":
        return replace(rule, days=((0, first.weekday()),))
    if rule.freq == "MONTHLY":
        return replace(rule, month_days=(first.day,))
    if rule.freq == "YEARLY":
        return replace(rule, month_days=(first.day,), months=rule.months or (first.month,))
    return rule


def ended(rule: Rule, before: str) -> Rule:
    """``rule`` with its last date before the day ``before``."""
    last = datetime.fromisoformat(before) - timedelta(days=1)
    return replace(rule, count=None, until=f"{last.year:04d}{last:%m%d}")


def rest(rule: Rule, start: str, at: str) -> Rule:
    """The part of ``rule`` from its own date ``at`` on, as a rule that starts there."""
    later = explicit(rule, start)
    if rule.count is None:
        return later
    before = sum(1 for one in occurrences(rule, start) if one < at)
    return replace(later, count=rule.count - before)
