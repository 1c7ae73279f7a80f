"""Sample data to try the program with: made-up organizations, teams and people, marked （演示）, around today.

It lives in a scope that never leaves this PC (design.md §4). No record of the center's own may refer to it, so that it goes
without a trace: rows, log, search entries and what was typed of it and not saved.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final, cast

from sqlalchemy import Connection, Table, delete, func, select

from app.errors import Fault, Refusal
from app.models.registry import KINDS
from app.paths import resource
from app.services.office import Office, Unit
from app.services.rights import DELETE
from app.services.writing import put
from app.store.bulk import among
from app.store.database import told_apart
from app.store.tables import (
    change,
    local,
    log_end,
    log_head,
    search_entry,
    search_position,
    signed_head,
    stray_change,
)
from app.sync.log import DEMO
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
MARK: Final = "（演示）"
_MARKED: Final = {
    "venue": "name", "booking": "purpose", "enrolment": "name", "participant": "name", "service_case": "request_text",
}  # fmt: skip
"""Where the mark is added; the other tables carry it."""
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
        return sum(session.scalar(select(func.count()).where(t.c.owner == DEMO)) or 0 for t in tables)


def remove(office: Office) -> int:
    """Take the sample data away entirely; returns how many records that were.

    What the center's staff made themselves stays. Raises :class:`Refusal` where a record of theirs refers to sample data
    (none can be saved so; an older program may have): each is named, and nothing is removed; and where the person at the
    desk may not delete.
    """
    office.duty.need(DELETE)
    with told_apart(), office.engine.execution_options(write=True).begin() as connection:
        gone = {(name, record_id) for name, record_id in _held(connection)}
        if faults := list(_referring(connection, {record_id for _name, record_id in gone})):
            raise Refusal(*faults)
        for kind in KINDS.values():
            table = cast(Table, kind.model.__table__)
            connection.execute(delete(table).where(table.c.owner == DEMO))
        for table in (change, log_head, signed_head, log_end, stray_change, search_position):
            connection.execute(delete(table).where(table.c.scope == DEMO))
        connection.execute(delete(search_entry).where(search_entry.c.owner == DEMO))
        for name in connection.scalars(select(local.c.name).where(local.c.name.startswith("draft:"))).all():
            _draft, kind, record_id = name.split(":", 2)
            if (kind, record_id) in gone:
                connection.execute(delete(local).where(local.c.name == name))
        return len(gone)


def _held(connection: Connection) -> Iterator[tuple[str, str]]:
    for name, kind in KINDS.items():
        table = kind.model.__table__
        for record_id in connection.scalars(select(table.c.id).where(table.c.owner == DEMO)):
            yield name, record_id


def _referring(connection: Connection, gone: set[str]) -> Iterator[Fault]:
    """A fault for each record that is not sample data and refers to some."""
    for name, kind in KINDS.items():
        table = kind.model.__table__
        for link in kind.links.values():
            column = table.c[link.name]
            here = (table.c.owner != DEMO, column.is_not(None), among(connection, column, gone))
            for row in connection.execute(select(table).where(*here)):
                error = _("{kind}“{title}”的“{field}”用着演示数据", kind=_(kind.label),
                          title=kind.called(dict(row._mapping)), field=_(link.label))  # fmt: skip
                yield Fault(name, error, _("请先打开它，换成正式的记录，再清除演示数据"))


class _Sample:
    """Puts rows in, resolving their links and dates."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.today = unit.office.clock().date()
        self.keys: dict[str, str] = {}
        self.made = 0

    def add(self, kind: str, row: Mapping[str, str]) -> None:
        values = {name: self._value(text) for name, text in row.items() if name != "key" and text}
        if (field := _MARKED.get(kind)) and values.get(field):
            values[field] += MARK
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
