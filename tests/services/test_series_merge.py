"""Series on two PCs that met later: the same occurrence is one record, wherever it was made (design.md §3)."""

from __future__ import annotations

from typing import Any

import pytest

from app.services import series
from app.services.findings import findings
from app.services.reading import get
from app.services.series_plan import child_id
from app.services.settling import conflicts, settle
from app.workspace import Workspace
from tests.services.series_desk import MONDAYS, book, held, statuses, weekly
from tests.services.test_yielding import met
from tests.sync.world import World


@pytest.fixture
def world(tmp_path: Any) -> Any:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def two(world: World) -> Any:
    """Two PCs that hold a series of which the second Monday was skipped, and is free by now."""
    one, other = world.carded("a"), world.carded("b")
    room = one.put(name="一楼大厅")
    mine = one.workspace.office.acting("王小明")
    taken = book(mine, room, MONDAYS[1])
    made = series.make(mine, weekly(room, on_taken="skip"))
    one.edit(taken, "booking", status="cancelled", cancel_reason="不来了")
    met(world, one, other)
    return one, other, made.id


def desk(pc: Any) -> Any:
    return pc.workspace.office.acting("王小明")


def test_two_pcs_that_book_the_same_skipped_date_have_one_booking(world, two):
    one, other, made = two
    for pc in (one, other):
        series.book(desk(pc), made, MONDAYS[1])
    met(world, one, other)
    for pc in (one, other):
        assert list(statuses(desk(pc), made)) == MONDAYS
        row = get(desk(pc), "booking", child_id(made, MONDAYS[1]))
        assert row.values["start"] == f"{MONDAYS[1]}T09:00"
        assert [finding.code for finding in findings(desk(pc))] == ["conflict"], "the two numbers"
    occurrence = child_id(made, MONDAYS[1])
    (conflict,) = conflicts(desk(one), "booking", occurrence)
    settle(desk(one), "booking", occurrence, "number", take=conflict.versions[0].stamp)
    met(world, one, other)
    for pc in (one, other):
        assert findings(desk(pc)) == []
        assert pc.get(occurrence, "booking").number == conflict.versions[0].value


def test_two_pcs_that_split_a_series_on_the_same_date_have_one_later_part(world, two):
    one, other, made = two
    parts = {series.edit(desk(pc), made, "later", MONDAYS[2], {"purpose": "汇报演出"}).id for pc in (one, other)}
    assert parts == {child_id(made, MONDAYS[2])}
    met(world, one, other)
    for pc in (one, other):
        part = parts.copy().pop()
        assert list(held(desk(pc), part)) == MONDAYS[2:]
        assert {row.values["purpose"] for row in held(desk(pc), part).values()} == {"汇报演出"}
        assert not [finding for finding in findings(desk(pc)) if finding.code == "clash"]


def test_a_date_changed_on_one_pc_and_the_series_on_the_other_are_both_kept(world, two):
    one, other, made = two
    series.edit(desk(one), made, "this", MONDAYS[2], {"headcount": 50})
    series.edit(desk(other), made, "all", "", {"contact_name": "李梅"})
    met(world, one, other)
    for pc in (one, other):
        row = held(desk(pc), made)[MONDAYS[2]].values
        assert (row["headcount"], row["contact_name"]) == (50, "李梅")


def test_a_rule_that_a_merge_brought_and_nobody_can_read_is_told_not_a_crash(workspace: Workspace):
    from app.errors import Refusal
    from app.services.writing import save

    office = workspace.office.acting("王小明")
    room = save(office, "venue", {"name": "一楼大厅"}).id
    made = series.make(office, weekly(room))
    with office.unit() as unit:  # as a merge does: past the rules
        unit.load("booking_series", made.id).rule = "FREQ=NEVER"
    for attempt in (
        lambda: series.skipped(office, made.id),
        lambda: series.edit(office, made.id, "all", "", {"headcount": 3}),
        lambda: series.cancel(office, made.id, "later", MONDAYS[1], "坏了"),
    ):
        with pytest.raises(Refusal, match="FREQ 不能是 NEVER"):
            attempt()
    series.edit(office, made.id, "this", MONDAYS[1], {"headcount": 3})
    series.cancel(office, made.id, "all", "", "规则坏了", overwrite=True)
    assert set(statuses(office, made.id).values()) == {"cancelled"}
