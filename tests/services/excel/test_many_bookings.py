"""A table of bookings is judged as if each row were written alone: what is read ahead for all of them says the same as
what the database says row by row."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.models.registry import KINDS
from app.services import writing
from app.services.excel import committing, planning
from app.services.excel.drafts import Draft
from app.services.excel.plan import ERROR, NEW, Plan
from app.services.excel.sheets import Sheet
from app.services.lookups import Lookups
from app.services.office import Office
from app.services.reading import ids, rows
from app.text import _
from tests import sampling
from tests.services.lending import STREET, make, office_in

SEEDS = sampling.size(200, 6)
COLUMNS = ("venue", "start", "end", "client", "client_name", "status", "purpose", "headcount", "before")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with office_in(tmp_path) as office:
        yield office


def furnish(office: Office, pick: random.Random) -> tuple[list[str], list[str]]:
    """A hall with parts and rooms, a closure, quotas, and clients of whom some did not come; names of both."""
    strikes = pick.choice((None, 1))
    make(office, "center", name="长白新村街道社会组织服务中心", street=STREET, strike_limit=strikes)
    hours = {"opens": "8:00-21:00", "opens_holiday": "9:00-17:00"}
    hall = make(office, "venue", name="多功能厅", after=15, **hours)
    names = {"多功能厅": hall}
    for name in ("东厅", "西厅"):
        names[name] = make(office, "venue", name=name, parent=hall, before=pick.choice((0, 10)), **hours)
    names["会议室"] = make(
        office, "venue", name="会议室", competing=True, notice_days=pick.choice((None, 3)), price="50"
    )
    names["棋牌室"] = make(office, "venue", name="棋牌室", release_minutes=30, ahead_days=pick.choice((None, 20)))
    make(office, "closure", venue=names["西厅"], reason="检修", start="2026-11-25T12:00", end="2026-11-26T12:00")
    teams = {f"第{n}舞队": make(office, "team", name=f"第{n}舞队") for n in range(4)}
    make(office, "quota", name="每周两次", client_kind="team", measure="count", limit=2, period="week")
    make(office, "quota", name="每日六十分钟", measure="hours", limit=3, period="day", client=teams["第0舞队"])
    for _one in range(25):
        day = pick.choice(("2026-11-10", "2026-11-24", "2026-11-25", "2026-11-26"))
        hour = pick.randrange(8, 20)
        values = {
            "venue": pick.choice(list(names.values())), "start": f"{day}T{hour:02d}:00", "end": f"{day}T{hour + 1:02d}:30",
            "client": pick.choice(list(teams.values())), "purpose": "排练", "status": pick.choice(("requested", "confirmed")),
        }  # fmt: skip
        try:
            made = writing.save(office, "booking", values, reason="旧账").id
            if day < office.today:
                writing.save(office, "booking", {"status": "no_show"}, made)
        except writing.Refusal:
            continue
    return list(names), list(teams)


def table(office: Office, pick: random.Random, rooms: list[str], teams: list[str]) -> Sheet:
    """Rows that want the same few days, of which some are bookings that are there and are moved or cancelled."""
    kind = KINDS["booking"]
    heading = (_("编号"), *(_(kind.fields[name].label) for name in COLUMNS))
    held = [row for row in rows(office, "booking", ids(office, "booking")) if row.number]
    lines: list[tuple[Any, ...]] = []
    for _row in range(40):
        day = pick.choice(("2026-11-15", "2026-11-24", "2026-11-25", "2026-11-26", "2026-12-20"))
        start = pick.randrange(7 * 4, 21 * 4) * 15
        end = start + pick.choice((30, 60, 90, 240))
        times = [f"{day} {minute // 60:02d}:{minute % 60:02d}" for minute in (start, min(end, 1439))]
        client, name = pick.choice(((pick.choice(teams), ""), ("", "路过的人"), ("", "")))
        number, status = "", pick.choice(("", "requested", "confirmed", "cancelled", "tentative"))
        if held and pick.random() < 0.3:
            number = held.pop(pick.randrange(len(held))).number or ""
            client = name = ""
        label = kind.fields["status"].display(status) if status else ""
        lines.append((number, pick.choice(rooms), *times, client, name, label, "排练", str(pick.randrange(1, 90)),
                      pick.choice(("", "5"))))  # fmt: skip
    return Sheet("t.xlsx", "t", (heading, *lines))


def told(plan: Plan) -> list[tuple[Any, ...]]:
    return [
        (row.row, row.state, tuple(str(fault) + fault.mend for fault in row.faults), row.notices) for row in plan.rows
    ]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_rule_33_rows_read_ahead_are_judged_as_rows_one_by_one(
    seed: int, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    pick = random.Random(seed)
    rooms, teams = furnish(office, pick)
    sheet = table(office, pick, rooms, teams)
    reason = pick.choice(("", "领导同意"))
    with monkeypatch.context() as patch:  # of two that begin together the one with the lower id is told
        patch.setattr(planning, "Draft", lambda at, cells: Draft(at, cells, f"01a20000-0000-7000-8000-{at:012d}"))
        ahead = planning.plan(office, "booking", sheet, reason=reason)
        patch.setattr(Lookups, "look_ahead", lambda *_args: None)
        alone = planning.plan(office, "booking", sheet, reason=reason)
    assert told(ahead) == told(alone)
    assert {row.state for row in ahead.rows} >= {NEW, ERROR}
    good = Sheet("t.xlsx", "t", (sheet.rows[0], *(sheet.rows[row.row - 1] for row in ahead.rows if row.state != ERROR)))
    plan = planning.plan(office, "booking", good, reason=reason)
    if not plan.errors:  # a row may have rested on one that was refused
        done = committing.commit(office, plan)
        assert done.created == plan.count(NEW)
