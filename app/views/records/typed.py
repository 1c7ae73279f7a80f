"""What people type for dates, times and numbers, understood; pure, without Qt.

Every function returns the stored form, an empty text for nothing typed, or None for what it does not understand.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date, timedelta

from app.services.times import say_day
from app.text import _

_NEAR = {"大前天": -3, "前天": -2, "昨天": -1, "今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3}
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5}
_WEEK = re.compile(r"(上上|上|本|这|下|下下)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天末])")
_FULL = re.compile(r"(\d{4}|\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?")
_MONTH_DAY = re.compile(r"(\d{1,2})[-/.月](\d{1,2})[日号]?")
_DAY = re.compile(r"(\d{1,2})[日号]")
_LATER = re.compile(r"\+?(\d{1,3})(天|周|个月)?(后|以后|之后)?")
_TIME = re.compile(r"(\d{1,2})(?:[:点时.](\d{1,2}|半|一刻|三刻|整)?分?)?")
_DIGITS = re.compile(r"\d{3,4}")
_LENGTH = re.compile(r"(?:(\d+(?:\.\d+)?|半)(?:个)?(半)?(?:小时|钟头|h))?(?:(\d+)(?:分钟|分|min|m)?)?")
_CHINESE = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_BETWEEN = re.compile("[-－—–~～至到]")
_QUARTERS = {"半": 30, "一刻": 15, "三刻": 45, "整": 0}
_MORNING, _NOON, _AFTERNOON = ("凌晨", "早上", "早晨", "上午", "早"), ("中午",), ("下午", "傍晚", "晚上", "晚")
PAST_DAYS = 180
"""A date typed without its year lies in this year, unless that is longer ago than this: then in the next."""


def _clean(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace("。", ".").replace("、", "-").replace("—", "-")
    return "".join(plain.split())


def parse_date(text: str, today: date) -> str | None:
    """``1124``, ``11-24``, ``11月24日``, ``24日``, ``明天``, ``下周二``, ``+3``, ``3天后``, ``月底``, ``2026.11.24``."""
    plain = _clean(text)
    if not plain:
        return ""
    found = _spoken(plain, today) or _numbered(plain, today)
    return found.isoformat() if found and 1800 <= found.year <= 2200 else None


def _spoken(plain: str, today: date) -> date | None:
    if plain in _NEAR:
        return today + timedelta(days=_NEAR[plain])
    if plain == "月底":
        return today.replace(day=calendar.monthrange(today.year, today.month)[1])
    match = _WEEK.fullmatch(plain)
    if match:
        week, weekday = match[1] or "", _WEEKDAYS[match[2]]
        monday = today - timedelta(days=today.weekday())
        if not week:  # the next one to come, today included
            return today + timedelta(days=(weekday - today.weekday()) % 7)
        steps = {"上上": -2, "上": -1, "本": 0, "这": 0, "下": 1, "下下": 2}[week]
        return monday + timedelta(days=7 * steps + weekday)
    match = _LATER.fullmatch(plain)
    if match and (plain[0] == "+" or match[2]) and (match[3] or plain[0] == "+"):
        return _later(today, int(match[1]), match[2] or "天")
    return None


def _later(today: date, count: int, unit: str) -> date:
    if unit == "个月":
        year, month = divmod(today.year * 12 + today.month - 1 + count, 12)
        return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
    return today + timedelta(days=count * (7 if unit == "周" else 1))


def _numbered(plain: str, today: date) -> date | None:
    if match := _FULL.fullmatch(plain):
        return _day(_year(match[1]), int(match[2]), int(match[3]))
    if match := _MONTH_DAY.fullmatch(plain):
        return _yearless(int(match[1]), int(match[2]), today)
    if match := _DAY.fullmatch(plain):
        return _day(today.year, today.month, int(match[1]))
    if plain.isascii() and plain.isdigit():
        if len(plain) == 8:
            return _day(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
        if len(plain) == 6:
            return _day(_year(plain[:2]), int(plain[2:4]), int(plain[4:]))
        if len(plain) == 4:
            return _yearless(int(plain[:2]), int(plain[2:]), today)
        if len(plain) == 3:
            return _yearless(int(plain[:1]), int(plain[1:]), today)
    return None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _yearless(month: int, day: int, today: date) -> date | None:
    """29 February of a year that has none is not guessed."""
    found = _day(today.year, month, day)
    if found is None or (today - found).days > PAST_DAYS:
        found = _day(today.year + 1, month, day) or found
    return found


def parse_time(text: str) -> str | None:
    """``9``, ``930``, ``9点半``, ``下午2点``, ``14:00``, ``24:00``, as ``09:00``.

    A bare hour from 1 to 5 is meant for the afternoon; with a leading zero or after 早上 it is not.
    """
    plain = _clean(text).lower()
    if not plain:
        return ""
    half, rest = "", _arabic(plain)
    for word in (*_MORNING, *_NOON, *_AFTERNOON):
        if rest.startswith(word):
            rest = rest.removeprefix(word)
            half = "am" if word in _MORNING else "noon" if word in _NOON else "pm"
            break
    for suffix in ("am", "pm"):
        if rest.endswith(suffix):
            half, rest = suffix, rest.removesuffix(suffix)
    parts = _clock(rest)
    if parts is None:
        return None
    hour, minute = parts
    afternoon = not half and 1 <= hour <= 5 and not rest.startswith("0") and ":" not in rest
    if afternoon or (half == "pm" and hour < 12) or (half == "noon" and hour < 4):
        hour += 12
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    return f"{hour:02d}:{minute:02d}"


def parse_length(text: str) -> int | None:
    """Minutes: ``2h``, ``1.5h``, ``90``, ``90分钟``, ``1h30``, ``一个半小时``, ``+45``. None for what is no length, and
    for a day or more."""
    plain = _arabic_numerals(_clean(text).lower().removeprefix("+"))
    match = _LENGTH.fullmatch(plain) if plain else None
    if match is None:
        return None
    hours = 0.5 if match[1] == "半" else float(match[1] or 0) + (0.5 if match[2] else 0)
    minutes = round(hours * 60) + int(match[3] or 0)
    return minutes if 0 < minutes < 1440 else None


def parse_hours(text: str) -> tuple[str, str] | None:
    """Two times, ``13:00-17:00`` or ``下午1点至5点``; None for anything else."""
    parts = _BETWEEN.split(text)
    if len(parts) != 2:
        return None
    first, last = (parse_time(part) for part in parts)
    return (first, last) if first and last else None


def _arabic_numerals(plain: str) -> str:
    return re.sub("[一二两三四五六七八九](?=个|小时|钟头)", lambda match: str(_CHINESE[match[0]]), plain)


def _clock(rest: str) -> tuple[int, int] | None:
    if _DIGITS.fullmatch(rest):
        return int(rest[:-2]), int(rest[-2:])
    match = _TIME.fullmatch(rest)
    if match is None:
        return None
    minute = match[2] or "0"
    return int(match[1]), _QUARTERS[minute] if minute in _QUARTERS else int(minute)


def _arabic(plain: str) -> str:
    """Chinese numerals of an hour as digits: 十二点 as 12点."""

    def replaced(match: re.Match[str]) -> str:
        tens, ten, ones = match[0].partition("十")
        if not ten:
            return str(_CHINESE[match[0]])
        return str((_CHINESE[tens] if tens else 1) * 10 + (_CHINESE[ones] if ones else 0))

    numeral = "[零一二两三四五六七八九]"
    return re.sub(f"{numeral}?十{numeral}?|{numeral}(?=[点时])", replaced, plain)


def moment(day: str, time: str) -> str:
    """A stored moment of a stored day and time; 24:00 is midnight of the day after (rules.md 2)."""
    if time == "24:00":
        return f"{date.fromisoformat(day) + timedelta(days=1)}T00:00"
    return f"{day}T{time}"


def plain_number(text: str, unit: str = "") -> str:
    """A number without what people write around it: full-width digits, thousands separators, its unit."""
    plain = _clean(text)
    return plain.removesuffix(unit).replace(",", "") if plain else ""


def say_date(stored: str, today: date) -> str:
    """``11月24日 周二``; with its year where that is another one. What is no date stays as it is."""
    try:
        day = date.fromisoformat(stored)
    except ValueError:
        return stored
    if day.year == today.year:
        return say_day(stored)
    return _("{year}年{month}月{day}日", year=day.year, month=day.month, day=day.day)


def say_moment(stored: str, today: date) -> str:
    """``11月24日 周二 09:00``."""
    return f"{say_date(stored[:10], today)} {stored[11:16]}".strip()
