"""Stored values as they are written on paper: dates, times, telephone numbers, boxes to tick."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from app.text import _

_MOBILE = re.compile(r"(?<!\d)(\d{3})\d{4}(\d{4})(?!\d)")


def shown(record: Mapping[str, Any], *keys: str) -> str:
    """The first of ``keys`` that has a value, as text; blank for a cell to be filled by hand."""
    for key in keys:
        value = record.get(key)
        if isinstance(value, bool):
            return _("是") if value else _("否")
        if value is not None and str(value).strip():
            return str(value)
    return ""


def day(text: str) -> str:
    """``2026-11-24`` as 2026年11月24日 周二; what is not a date stays as it is."""
    try:
        return _long_day(date.fromisoformat(text))
    except ValueError:
        return text


def span(start: str, end: str) -> str:
    """Two stored moments as 2026年11月24日 周二 09:00-11:00; an end at midnight is 24:00 of the day before."""
    first, last = _moment(start), _moment(end)
    if first is None or last is None:
        return " - ".join(part for part in (moment(start), moment(end)) if part)
    clock, last_day = f"{last:%H:%M}", last.date()
    if clock == "00:00" and last > first:
        clock, last_day = "24:00", (last - timedelta(days=1)).date()
    if last_day == first.date():
        return _("{day} {start}-{end}", day=_long_day(first), start=f"{first:%H:%M}", end=clock)
    end_text = f"{_long_day(last_day)} {clock}"
    return _("{start} 至 {end}", start=f"{_long_day(first)} {first:%H:%M}", end=end_text)


def moment(text: str) -> str:
    """``2026-11-24T09:00`` as 2026年11月24日 周二 09:00; what is not a moment stays as it is."""
    value = _moment(text)
    return f"{_long_day(value)} {value:%H:%M}" if value else text


def occupied(start: str, end: str, before: str, after: str) -> str:
    """When the room is taken, with 布置 and 清场: 布置15分钟，清场15分钟，占用08:45-11:15; blank without either."""
    parts = []
    if _minutes(before):
        parts.append(_("布置{n}分钟", n=_minutes(before)))
    if _minutes(after):
        parts.append(_("清场{n}分钟", n=_minutes(after)))
    first, last = _moment(start), _moment(end)
    if not parts or first is None or last is None:
        return "，".join(parts)
    first -= timedelta(minutes=_minutes(before))
    last += timedelta(minutes=_minutes(after))
    parts.append(_("占用{start}-{end}", start=f"{first:%H:%M}", end=f"{last:%H:%M}"))
    return "，".join(parts)


def masked(phone: str) -> str:
    """A telephone number with its middle hidden: 138****5678. Other numbers keep only their last four digits."""
    if _MOBILE.search(phone):
        return _MOBILE.sub(r"\1****\2", phone)
    digits = [index for index, character in enumerate(phone) if character.isdigit()]
    hidden = set(digits[:-4] if len(digits) > 4 else digits)
    return "".join("*" if index in hidden else character for index, character in enumerate(phone))


def boxes(options: Sequence[str], chosen: str) -> str:
    """Boxes to tick, the chosen one filled: ■是　□否."""
    return "　".join(("■" if option == chosen else "□") + option for option in options)


def yes_no(value: Any) -> str:
    """Two boxes for a stored boolean, neither ticked where nothing is stored."""
    yes, no = _("是"), _("否")
    if isinstance(value, str):
        value = {"true": True, "1": True, yes: True, "false": False, "0": False, no: False}.get(value.strip().lower())
    return boxes((yes, no), "" if value is None else yes if value else no)


def with_unit(text: str, unit: str) -> str:
    """A number with its unit, unless a word was stored; the unit alone, after a space for the hand, where blank."""
    if not text:
        return "　　　" + unit
    return text + unit if text.replace(".", "", 1).isdecimal() else text


def _minutes(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def _long_day(value: date) -> str:
    weekdays = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return _(
        "{year}年{month}月{day}日 {weekday}",
        year=value.year,
        month=value.month,
        day=value.day,
        weekday=weekdays[value.weekday()],
    )
