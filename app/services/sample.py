"""Sample data to try the program with: made-up organizations, teams and people, marked （演示）, around today."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import func, select

from app.models.registry import KINDS
from app.paths import resource
from app.services.office import Office, Unit
from app.services.writing import put
from app.sync import log
from app.text import _

OUTSIDE_ROOMS = 5
"""How many activity rooms outside the center are taken from the list of a real district."""

TABLES: Final = (
    ("organization", "organizations"),
    ("team", "teams"),
    ("booking", "bookings"),
    ("training", "trainings"),
    ("enrolment", "enrolments"),
    ("activity", "activities"),
    ("participant", "participants"),
    ("service_case", "service_cases"),
)
_DAY = re.compile(r"D([+-]\d+)(T\d{2}:\d{2})?")


def add_sample(office: Office) -> int:
    """Write the sample into the scope of ``office``, which is the sample scope, in one operation; how many records."""
    if not office.actor:
        office = replace(office, actor=_("演示"))
    with office.unit() as unit:
        sample = _Sample(unit)
        for kind, row in _rows():
            sample.add(kind, row)
        return sample.made


def count(office: Office) -> int:
    """How many sample records there are."""
    with office.reading() as session:
        tables = (kind.model.__table__ for kind in KINDS.values())
        return sum(session.scalar(select(func.count()).where(t.c.owner == log.DEMO)) or 0 for t in tables)


class _Sample:
    """Puts rows in, resolving their links and dates."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.today = unit.office.clock().date()
        self.keys: dict[str, str] = {}
        self.made = 0

    def add(self, kind: str, row: Mapping[str, str]) -> None:
        values = {name: self._value(text) for name, text in row.items() if name != "key" and text}
        record = put(self.unit, KINDS[kind], values)
        self.unit.session.flush()
        self.made += 1
        if row.get("key"):
            self.keys[row["key"]] = record.id

    def _value(self, text: str) -> Any:
        if text.startswith("@"):
            return self.keys[text[1:]]
        if text in ("true", "false"):
            return text == "true"
        if match := _DAY.fullmatch(text):
            return _shifted(self.today, int(match[1])) + (match[2] or "")
        return text


def _shifted(today: date, days: int) -> str:
    return (today + timedelta(days=days)).isoformat()


def _rows() -> Iterator[tuple[str, Mapping[str, str]]]:
    for row in _table("own_rooms"):
        yield "venue", row
    for number, row in enumerate(islice(_outside(), OUTSIDE_ROOMS), start=1):
        yield "venue", {"key": f"room{number}", **row}
    for kind, name in TABLES:
        for row in _table(name):
            yield kind, row


def _outside() -> Iterator[dict[str, str]]:
    """Rooms of the real list that have a size, a full postcode and services, as venues outside the center."""
    for row in _table("rooms_yangpu"):
        if row["房屋面积"] and row["服务项目"] and re.fullmatch(r"\d{6}", row["邮编"]):
            area = int(float(row["房屋面积"]))
            yield {
                "name": row["名称"], "address": row["地址"], "postcode": row["邮编"], "area": str(area),
                "capacity": str(max(8, area // 3)), "services": row["服务项目"], "external": "true",
                "opens": "9:00-16:30",
            }  # fmt: skip


def _table(name: str) -> list[dict[str, str]]:
    with resource("sample", f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
