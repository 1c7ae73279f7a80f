"""Parts of what today asks of the center: lines, blocks of them, and how times of a day are said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.services import reading
from app.services.office import Office
from app.services.reading import Query, Row
from app.services.times import say_time
from app.text import _


@dataclass(frozen=True)
class Item:
    """One line of a block: when, what, beside it in grey who or where, and its status by code and word."""

    kind: str
    id: str
    when: str
    title: str
    detail: str = ""
    status: str = ""
    word: str = ""
    step: str = ""
    """What is mostly done with it next at the counter: check_in, check_out, key_back, accept."""
    over: bool = False
    """Whether it is behind us: the screen shows it after what is to come."""


@dataclass(frozen=True)
class Block:
    """One list of the day; ``query`` opens all of it."""

    code: str
    """bookings, offers, keys, deposits, trainings, activities, certificates or cases."""
    kind: str
    title: str
    summary: str
    items: tuple[Item, ...]
    query: Query
    empty: str
    count: int
    """How many there are; of what is due, ``items`` holds the first ones."""


def read(office: Office, kind: str, query: Query) -> list[Row]:
    """The rows of a query."""
    return reading.rows(office, kind, reading.ids(office, kind, query))


def of_day(on: str) -> dict[str, tuple[str | None, str | None]]:
    """Everything that touches a day: begun before it ends, not over when it begins."""
    return {"start": (None, f"{on}T23:59"), "end": (f"{on}T00:01", None)}


def day_items(rows: Sequence[Row], on: str, title: str, detail: Callable[[Row], str]) -> tuple[Item, ...]:
    """A line for each of what happens on a day, by the hours of it."""
    return tuple(
        Item(row.kind.name, row.id, hours(row, on), str(row.values.get(title) or "") or row.title, detail(row),
             row.values.get("status") or "", row.display("status"))
        for row in rows
    )  # fmt: skip


def hours(row: Row, on: str) -> str:
    """``9:00-11:00``, a day that is not this one written out."""
    start, end = str(row.values["start"]), str(row.values["end"])
    midnight = (date.fromisoformat(on) + timedelta(days=1)).isoformat() + "T00:00"
    first = say_time(start) if start[:10] == on else "0:00"
    last = "24:00" if end >= midnight else say_time(end)
    return f"{first}-{last}"


def day(stored: str, on: str) -> str:
    """``11月24日``, with its year where that is another one."""
    day = date.fromisoformat(stored)
    if stored[:4] == on[:4]:
        return _("{month}月{day}日", month=day.month, day=day.day)
    return _("{year}年{month}月{day}日", year=day.year, month=day.month, day=day.day)


def joined(*parts: object) -> str:
    """Parts that say something, with points between."""
    return " · ".join(str(part) for part in parts if part)
