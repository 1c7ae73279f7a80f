"""The columns of a list: which, in what order, how wide; chosen by the user and remembered on this PC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any
from unicodedata import east_asian_width

from app.models.fields import Field
from app.models.record import Kind
from app.services.reading import Row
from app.services.times import minutes_between
from app.text import _
from app.views.records.typed import say_date, say_moment

_WIDTHS = {"date": 132, "datetime": 184, "integer": 88, "decimal": 104, "boolean": 72, "note": 280}
_SOFT = frozenset({"text", "note", "link"})
_NARROWEST = 96
_CHOICE, _EM, _MARGINS, _MARK = 112, 14, 28, 20
"""A choice column at the least; the width of a character, of the margins of a cell, and of the mark of a status."""
_RIGHT = frozenset({"integer", "decimal", "date", "datetime"})


@dataclass(frozen=True)
class Columns:
    """The names shown, in order, and the widths (in design pixels) that the user has changed."""

    names: tuple[str, ...]
    widths: Mapping[str, int]


def status_field(kind: Kind) -> str:
    """The field that says how a record of ``kind`` stands, or an empty text."""
    names = (name for name, field in kind.fields.items() if field.type == "choice" and name.endswith("status"))
    return next(names, "")


def default_columns(kind: Kind) -> Columns:
    """What names the record, why it is here (its status), then the listed fields as declared, the number last."""
    listed = [name for name, field in kind.fields.items() if field.listed]
    first = [kind.title[0], status_field(kind)]
    names = dict.fromkeys([*(name for name in first if name), *listed])
    if not kind.number:
        names.pop("number", None)
    return Columns(tuple(names), {})


def offered(kind: Kind) -> tuple[Field, ...]:
    """Every field that can be a column."""
    hidden = {"deleted", "merged_into"} | (set() if kind.number else {"number"})
    return tuple(field for name, field in kind.fields.items() if name not in hidden)


def key(kind: Kind) -> str:
    """Under which name the columns of ``kind`` are kept on this PC."""
    return f"columns:{kind.name}"


def stored(columns: Columns) -> dict[str, Any]:
    """The form in which columns are kept."""
    return {"names": list(columns.names), "widths": dict(columns.widths)}


def restored(kind: Kind, kept: Any) -> Columns:
    """The columns kept by an earlier session; what no longer exists is left out."""
    if not isinstance(kept, dict):
        return default_columns(kind)
    known = {field.name for field in offered(kind)}
    names = tuple(name for name in kept.get("names", ()) if name in known)
    widths = {name: int(width) for name, width in kept.get("widths", {}).items() if name in known}
    return Columns(names or default_columns(kind).names, widths)


def width_of(field: Field, columns: Columns) -> int:
    """The width of a column in design pixels."""
    if field.name in columns.widths:
        return max(48, columns.widths[field.name])
    if field.name == "number":
        return 232
    if field.name == columns.names[0]:
        return 264 if field.name == "name" else 208
    if field.name == "end" and "start" in columns.names:
        return 96
    if field.format == "uscc":
        return 192
    if field.format in ("phone", "person_name"):
        return 128
    if field.type == "choice":
        around = _MARGINS + (_MARK if field.name.endswith("status") else 0)
        return max(_CHOICE, around + max(_breadth(_(label)) for _code, label in field.choices))
    return _WIDTHS.get(field.type, 176)


def _breadth(label: str) -> int:
    """How wide a label is in design pixels: Chinese characters are square, others about half of that."""
    return ceil(_EM * sum(1 if east_asian_width(one) in "WF" else 0.6 for one in label))


def fitted(fields: Sequence[Field], columns: Columns, room: int) -> list[int]:
    """The widths of all columns in design pixels, so that they fill ``room``.

    Texts give way first, down to a readable rest (they are elided in the middle); a width that the user chose stays.
    """
    widths = [width_of(field, columns) for field in fields]
    soft = [at for at, field in enumerate(fields) if field.type in _SOFT and field.name not in columns.widths]
    spare = room - sum(widths)
    for _round in range(4):
        if not soft or not spare:
            break
        before = sum(widths[at] for at in soft)
        for at in soft:
            widths[at] = max(_NARROWEST, int(widths[at] * (before + spare) / before))
        spare = room - sum(widths)
        soft = [at for at in soft if widths[at] > _NARROWEST] if spare < 0 else []
    return widths


def right_aligned(field: Field) -> bool:
    """Whether values of ``field`` stand at the right edge of their column."""
    return field.type in _RIGHT


def sortable(field: Field) -> bool:
    """Links are stored as ids and notes are long: neither is an order for people."""
    return field.type not in ("link", "note")


def standing(row: Row) -> tuple[str, str]:
    """How an organization stands to the district's directory: the code of its mark, and what it means in words."""
    if row.differs:
        return "differs", _("与区名录有 {n} 处不同", n=len(row.differs))
    if row.published and row.kind.name == "organization":
        return "published", _("区名录里的组织，只能查看")
    return "", ""


def cell(row: Row, name: str, today: date, *, masked: bool, first: bool = False) -> str:
    """A value as a list shows it: on one line, days with their weekday, numbers with their unit."""
    field = row.kind.fields[name]
    text = row.display(name, masked=masked)
    value = row.values.get(name)
    if not text:
        return row.title if first and not row.values.get(name) else ""
    if isinstance(value, str) and text == field.display(value):
        if field.type == "date":
            return say_date(value, today)
        if field.type == "datetime":
            return _moment(row, name, value, today)
    if field.unit and field.type in ("integer", "decimal"):
        return _("{number} {unit}", number=text, unit=_(field.unit))
    return " ".join(text.split())


def _moment(row: Row, name: str, value: str, today: date) -> str:
    """An end on the day of its start is a time only; at the midnight after it is 24:00 (rules.md 2)."""
    start = row.values.get("start") if name == "end" else None
    if isinstance(start, str) and start < value:
        if value[:10] == start[:10]:
            return value[11:16]
        if value[11:16] == "00:00" and minutes_between(start, value) <= 1440:
            return "24:00"
    return say_moment(value, today)


def heading(names: Sequence[str], kind: Kind) -> list[str]:
    """The labels of the columns."""
    return [_(kind.fields[name].label) for name in names]
