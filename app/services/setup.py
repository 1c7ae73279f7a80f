"""The set-up of a PC in four steps: how far it is, and what its steps write. It goes on where it was left.

How far it is lies in the per-machine configuration, since the first step begins before there is a database; it names no
person. What is typed in the later steps and not saved yet is a fact of this PC in the database.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from app.errors import Fault, Refusal
from app.models.registry import KINDS
from app.services import local, reading
from app.services.office import Office
from app.services.reading import Query
from app.services.writing import put
from app.sync.machine import write_safely
from app.text import _

FILE = "setup.json"
CENTER, PEOPLE, ROOMS, DESK = STEPS = ("center", "people", "rooms", "desk")
OPEN, DONE, LATER = "open", "done", "later"
LABELS: Final = {CENTER: "中心", PEOPLE: "人员", ROOMS: "场地", DESK: "打印机和备份"}
MOST_ROWS = 100
"""Rows of a step; more come by import."""

Row = Mapping[str, str]
"""What is typed in a line of a step, by field, as text; ``id`` where it is saved already."""


@dataclass(frozen=True)
class Setup:
    """How far the set-up of the data folder ``data`` is: :data:`OPEN`, :data:`DONE` or :data:`LATER` for each step.

    ``typed``: what was answered in the first step; ``hint``: whether 今日 reminds of what waits.
    """

    data: str
    states: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(STEPS, OPEN))
    typed: Mapping[str, str] = field(default_factory=dict)
    hint: bool = True

    @property
    def open(self) -> str | None:
        """The first step that is neither done nor put off."""
        return next((step for step in STEPS if self.states.get(step) == OPEN), None)

    @property
    def waiting(self) -> tuple[str, ...]:
        """The steps that are not done."""
        return tuple(step for step in STEPS if self.states.get(step) != DONE)

    def having(self, **states: str) -> Setup:
        """With some steps in another state."""
        return replace(self, states={**self.states, **states})


def read(config: Path, data: Path) -> Setup | None:
    """How far the set-up is; None where none was begun here, or all of it is done."""
    try:
        raw = json.loads((config / FILE).read_text("utf-8"))
        kept = Setup(
            str(raw["data"]),
            {step: raw["states"][step] for step in STEPS if raw["states"][step] in (OPEN, DONE, LATER)},
            {str(name): str(value) for name, value in raw["typed"].items()},
            raw["hint"] is True,
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return kept if kept.data == str(data.absolute()) and len(kept.states) == len(STEPS) else None


def begin(data: Path) -> Setup:
    """A set-up of which nothing is done."""
    return Setup(str(data.absolute()))


def keep(config: Path, setup: Setup) -> None:
    """Keep how far it is, durably; forgotten when all is done. Raises :class:`OSError` where it cannot be written."""
    if setup.waiting:
        config.mkdir(parents=True, exist_ok=True)
        write_safely(config / FILE, json.dumps(asdict(setup), ensure_ascii=False).encode())
    else:
        with contextlib.suppress(FileNotFoundError):
            (config / FILE).unlink()


# -- what is typed ---------------------------------------------------------------------------------------------


def keep_typed(office: Office, step: str, rows: Sequence[Row]) -> None:
    """Keep the lines of a step that are not saved yet."""
    local.write(office, f"setup:{step}", [dict(row) for row in rows] or None)


def _rows(office: Office, step: str, saved: list[dict[str, str]]) -> list[dict[str, str]]:
    """The lines to show: what was typed last, else what is saved. A line typed under the name of a record that was saved
    since (the program ended in between) is that record."""
    typed = local.read(office, f"setup:{step}")
    if not isinstance(typed, list):
        return saved
    by_id, by_name = ({row[key]: row["id"] for row in saved} for key in ("id", "name"))
    rows = [{**row, "id": by_id.get(row.get("id"), "") or by_name.get(row.get("name"), "")} for row in typed]
    shown = {row["id"] for row in rows}
    return [*rows, *(row for row in saved if row["id"] not in shown)]


# -- people ----------------------------------------------------------------------------------------------------


def people_rows(office: Office) -> list[dict[str, str]]:
    """The people of this center, the administrator first."""
    return _rows(office, PEOPLE, _saved(office, "user", ("name", "role"), first="administrator"))


def name_of(office: Office, user_id: str) -> str:
    """The name under which a person is saved; empty where nobody is."""
    found = reading.rows(office, "user", [user_id]) if user_id else []
    return str(found[0].values.get("name") or "") if found else ""


def save_people(office: Office, rows: Sequence[Row]) -> list[str]:
    """Save the people, in one operation; returns their ids in the order of ``rows``.

    Raises :class:`Refusal` where a line is at fault; the field of a fault is ``line:field``, lines from 1.
    """
    names = [" ".join(row["name"].split()) for row in rows]
    for at, name in enumerate(names):
        if name and name in names[:at]:
            raise Refusal.of(
                str(at + 1), _("“{name}”写了两次", name=name), _("请加上区别，例如 {name}（二）", name=name)
            )
    values = [{"name": name, "role": row["role"]} for name, row in zip(names, rows, strict=True)]
    return _save(office, PEOPLE, "user", rows, values)


# -- rooms -----------------------------------------------------------------------------------------------------


def room_rows(office: Office) -> list[dict[str, str]]:
    """The own rooms of this center."""
    return _rows(office, ROOMS, _saved(office, "venue", ("name", "capacity", "opens")))


def save_rooms(office: Office, rows: Sequence[Row]) -> list[str]:
    """Save the rooms, in one operation; as :func:`save_people`."""
    values = [
        {
            "name": row["name"].strip(),
            "capacity": row["capacity"].strip() or None,
            "opens": row["opens"].strip() or None,
        }
        for row in rows
    ]
    return _save(office, ROOMS, "venue", rows, values)


# -- either ----------------------------------------------------------------------------------------------------


def _saved(office: Office, kind: str, fields: Sequence[str], first: str = "") -> list[dict[str, str]]:
    ids = reading.ids(office, kind, Query(where={"owner": office.scope}))[:MOST_ROWS]
    rows = [
        {"id": one.id, **{name: str(one.values.get(name) or "") for name in fields}}
        for one in reading.rows(office, kind, ids)
    ]
    rows.sort(key=lambda row: (row.get("role") != first, row["id"]))
    return rows


def _save(office: Office, step: str, kind: str, rows: Sequence[Row], values: Sequence[Mapping[str, Any]]) -> list[str]:
    made, faults = [], []
    with office.unit() as unit:
        for at, (row, wanted) in enumerate(zip(rows, values, strict=True), start=1):
            try:
                record = put(unit, KINDS[kind], wanted, row.get("id") or None)
                made.append(record.id)
            except Refusal as error:
                faults += [
                    Fault(f"{at}:{fault.field}", _("第 {n} 行：{error}", n=at, error=fault.error), fault.mend)
                    for fault in error.faults
                ]
        if faults:
            raise Refusal(*faults)
    keep_typed(office, step, ())
    return made
