"""What a cell means for a field: dates, numbers and choices as people write them in tables.

A value that a spreadsheet program may have damaged is refused, never guessed: a code that became a number, a text that
became a date.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from app.models.fields import Field, Misfit
from app.services.excel.sheets import Cell, is_blank
from app.text import _

CODES: Final = frozenset({"uscc", "resident_id"})
"""Formats that Excel damages when it takes them for a number: it keeps 15 digits."""
EXACT: Final = 10**15
FIRST_SOUND_DAY: Final = date(1900, 3, 1)
"""Before it Excel counts a day that never was."""
YES: Final = frozenset({"是", "有", "对", "√", "✓", "☑", "y", "yes", "true", "1"})
NO: Final = frozenset({"否", "无", "不是", "没有", "×", "✗", "☐", "n", "no", "false", "0"})

_DAY = re.compile(r"(\d{4})\s*([-/.年])\s*(\d{1,2})\s*([-/.月])\s*(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2})")
_WEEKDAY = re.compile(r"[(（]?\s*(?:周|星期|礼拜)[一二三四五六日天]\s*[)）]?")
_TIME = re.compile(
    r"(上午|下午|晚上|中午|凌晨|早上|am|pm)?\s*(\d{1,2})\s*(?:[:点时]\s*(?:(\d{1,2})\s*分?|(半))?)(?::(\d{2})(?:\.0+)?)?\s*(am|pm)?",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_SCIENTIFIC = re.compile(r"[-+]?\d(\.\d+)?e\+?\d+", re.IGNORECASE)


def understood(field: Field, cell: Cell) -> Any:
    """The stored form of ``cell`` for ``field``, None for an empty one; a link stays the text that names its record.

    Raises :class:`Misfit`.
    """
    if is_blank(cell):
        return None
    if isinstance(cell, str):
        if _SCIENTIFIC.fullmatch(cell.strip()) and field.type in ("text", "note", "link"):
            raise Misfit(_("是科学计数，Excel 已改掉了后面的数字"), _as_text())
    elif field.format in CODES:
        raise Misfit(_("是数字而不是文字，Excel 可能已改掉了后几位"), _as_text())
    value = _FORMS.get(field.type, _plain)(field, cell)
    return value if field.type == "link" else field.check(value)


def words(cell: Cell) -> str:
    """A cell as people see it, for links, headings, and rows that are shown or handed back."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | int):
        if math.isfinite(cell) and cell == int(cell) and abs(cell) < EXACT:
            return str(int(cell))
        return format(cell, ".15g")
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    return cell.strip()


def folded(text: str) -> str:
    """Full-width letters, digits and signs as ASCII; white space of every kind as one blank."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def _as_text() -> str:
    return _("请把这一列设成“文本”格式，按证件重新填写")


def _plain(field: Field, cell: Cell) -> str:
    """Text: a short number as its digits, a time as it is written; a date was another text before Excel saw it."""
    if isinstance(cell, bool):
        raise Misfit(_("是逻辑值，应为文字"), _as_cell())
    if isinstance(cell, float | int):
        if not math.isfinite(cell) or abs(cell) >= EXACT:
            raise Misfit(_("是 15 位以上的数字，Excel 已改掉了后几位"), _as_text())
        return words(cell)
    if isinstance(cell, date) and field.type != "link":
        raise Misfit(_("是日期，应为文字"), _as_cell())
    if isinstance(cell, str):
        return cell
    return words(cell)


def _as_cell() -> str:
    return _("请把单元格设成“文本”格式后重新填写")


def _number(field: Field, cell: Cell) -> Any:
    if isinstance(cell, bool | date | time | timedelta):
        raise Misfit(_("应为数字"), _("请把单元格设成“常规”格式后填写数字"))
    if isinstance(cell, float | int):
        if not math.isfinite(cell):
            raise Misfit(_("应为数字"), _("请填写数字"))
        if field.type == "integer":
            return int(cell) if cell == int(cell) and abs(cell) < EXACT else cell
        return _decimal(cell)
    text = folded(cell).replace("−", "-").replace("＋", "+").removeprefix("+")
    for unit in (field.unit, _(field.unit)) if field.unit else ():
        text = text.removesuffix(folded(unit)).strip()
    text = text.removeprefix("¥").strip()
    return text.replace(",", "") if _GROUPED.fullmatch(text) else text


def _decimal(value: float) -> str:
    """A number as a spreadsheet shows it: 15 digits, without the dust of binary fractions."""
    text = format(value, ".15g")
    return format(float(text), "f").rstrip("0").rstrip(".") if "e" in text else text


def _boolean(_field: Field, cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    said = folded(words(cell)).lower()
    if said in YES or said in NO:
        return said in YES
    raise Misfit(_("应为是或否"), _("请填“是”或“否”"))


def _choice(field: Field, cell: Cell) -> str:
    said = words(cell)
    for code, label in field.choices:
        if said in (code, label, _(label)) or folded(said) in (folded(label), folded(_(label))):
            return code
    return said


def _date(_field: Field, cell: Cell) -> str:
    if isinstance(cell, datetime):
        if (cell.hour, cell.minute, cell.second) != (0, 0, 0):
            raise Misfit(_("带有钟点，这里只填日期"), _example())
        cell = cell.date()
    if isinstance(cell, date):
        return _sound(cell).isoformat()
    day, rest = _day(cell)
    if rest and rest not in ("0:00", "00:00", "0:00:00", "00:00:00"):
        raise Misfit(_("日期后面的“{rest}”看不懂", rest=rest[:20]), _example())
    return day


def _datetime(_field: Field, cell: Cell) -> str:
    if isinstance(cell, datetime):
        moment = cell + timedelta(seconds=1) if cell.second == 59 else cell
        if moment.second > 1:
            raise Misfit(_("时间只到分钟"), _("请去掉秒数"))
        _sound(moment.date())
        return moment.strftime("%Y-%m-%dT%H:%M")
    if isinstance(cell, date):
        return _sound(cell).isoformat() + "T00:00"
    day, rest = _day(cell)
    match = _TIME.fullmatch(rest)
    if match is None:
        error = _("“{rest}”不是时间", rest=rest[:20]) if rest else _("缺少时间")
        raise Misfit(error, _("请按 2026-11-24 09:00 的样子填写"))
    return _at(day, match)


def _at(day: str, match: re.Match[str]) -> str:
    hour, minute, second = int(match[2]), 30 if match[4] else int(match[3] or 0), int(match[5] or 0)
    half = (match[1] or match[6] or "").lower()
    if half in ("下午", "晚上", "pm") and hour < 12:
        hour += 12
    elif half in ("上午", "凌晨", "早上", "am") and hour == 12:
        hour = 0
    elif half == "中午" and hour < 6:
        hour += 12
    if second:
        raise Misfit(_("时间只到分钟"), _("请去掉秒数"))
    if hour == 24 and minute == 0:  # rules.md 2: the end of the day
        return (date.fromisoformat(day) + timedelta(days=1)).isoformat() + "T00:00"
    if hour > 23 or minute > 59:
        raise Misfit(_("没有这个时间"), _("请按 2026-11-24 09:00 的样子填写"))
    return f"{day}T{hour:02d}:{minute:02d}"


def _day(cell: Cell) -> tuple[str, str]:
    """The date at the beginning of a text, and what follows it."""
    if isinstance(cell, time | timedelta):
        raise Misfit(_("只有钟点，没有日期"), _example())
    if isinstance(cell, bool):
        raise Misfit(_("不是日期"), _example())
    text = _WEEKDAY.sub(" ", folded(words(cell)))
    text = re.sub(r"\s+", " ", text).strip()
    match = _DAY.match(text)
    whole = match is not None and (match[6] is None or not text[match.end() :][:1].isdigit())
    if match is None or not whole:
        if isinstance(cell, float | int):
            raise Misfit(_("是数字 {n}，不是日期", n=words(cell)), _("请把单元格设成“日期”格式"))
        raise Misfit(_("“{text}”不是完整的日期", text=text[:30]), _example())
    year, month, day = (match[1], match[3], match[5]) if match[1] else (match[6], match[7], match[8])
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise Misfit(_("没有“{text}”这一天", text=match[0].strip()), _example()) from None
    return found.isoformat(), text[match.end() :].strip().removeprefix("T").removeprefix(",").strip()


def _sound(day: date) -> date:
    if day < FIRST_SOUND_DAY:
        raise Misfit(_("Excel 的日期从 1900 年 3 月 1 日起才可靠"), _("请把单元格设成“文本”格式后填写日期"))
    return day


def _example() -> str:
    return _("请按 2026-11-24 或 2026年11月24日 的样子填写")


_FORMS: Final[dict[str, Any]] = {
    "integer": _number,
    "decimal": _number,
    "boolean": _boolean,
    "choice": _choice,
    "date": _date,
    "datetime": _datetime,
}
