"""Two PCs that each offer one room while they have no news of each other: nothing is lost, both see it (rules.md 9, 28)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.services import counter, slot_waiting
from app.services.findings import findings
from app.services.reading import get
from tests.sync.world import Pc, World

SLOT = {"start": "2027-12-01T09:00", "end": "2027-12-01T11:00"}


@pytest.fixture
def world(tmp_path: Any) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def met(world: World, *pcs: Pc) -> None:
    for pc in (*pcs, *pcs):
        world.up(pc)
        world.down(pc)


@pytest.fixture
def apart(world: World) -> tuple[Pc, Pc, str, str, str]:
    """Two PCs, a room that is booked, and on each somebody who waits for it, of whom the other has not heard."""
    one, other = world.carded("a"), world.carded("b")
    room = one.put(name="活动室")
    held = one.put("booking", venue=room, client_name="书画社", **SLOT)
    met(world, one, other)
    first = one.put("slot_waiting", venue=room, client_name="甲社", **SLOT)
    second = other.put("slot_waiting", venue=room, client_name="乙社", **SLOT)
    return one, other, held, first, second


def status(pc: Pc, entry: str) -> str:
    return get(pc.workspace.office, "slot_waiting", entry).values["status"]


def test_rule_28_one_room_offered_by_two_pcs_at_once_is_a_finding_on_both_and_settled_once(world, apart):
    one, other, held, first, second = apart
    counter.cancel(one.workspace.office, [held], "有事")
    counter.cancel(other.workspace.office, [held], "有事")
    met(world, one, other)
    for pc in (one, other):
        assert [status(pc, entry) for entry in (first, second)] == ["offered", "offered"]
        assert [f.ids for f in findings(pc.workspace.office) if f.code == "offer"] == [tuple(sorted((first, second)))]
    slot_waiting.leave(one.workspace.office, second)
    met(world, one, other)
    for pc in (one, other):
        assert [f.code for f in findings(pc.workspace.office) if f.code == "offer"] == []
        assert slot_waiting.due(pc.workspace.office) == ()
    made = slot_waiting.accept(other.workspace.office, first)
    met(world, one, other)
    assert get(one.workspace.office, "booking", made.id).values["client_name"] == "甲社"


def test_rule_28_one_offer_accepted_on_two_pcs_at_once_is_one_booking(world, apart):
    one, other, held, first, _second = apart
    counter.cancel(one.workspace.office, [held], "有事")
    met(world, one, other)
    made = [slot_waiting.accept(pc.workspace.office, first).id for pc in (one, other)]
    assert made[0] == made[1]
    met(world, one, other)
    for pc in (one, other):
        assert get(pc.workspace.office, "booking", made[0]).values["status"] == "confirmed"
        assert [f.code for f in findings(pc.workspace.office) if f.code in ("clash", "offer")] == []


def test_rule_27_what_another_pc_freed_is_offered_here_when_the_news_is_in(world, apart):
    one, other, held, first, second = apart
    counter.cancel(one.workspace.office, [held], "有事")
    slot_waiting.leave(one.workspace.office, first)
    met(world, one, other)
    assert status(other, second) == "waiting"
    assert slot_waiting.due(other.workspace.office)
    assert status(other, second) == "offered"
