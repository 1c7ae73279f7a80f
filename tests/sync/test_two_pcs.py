"""Two to five PCs book one slot offline: all bookings are kept, all PCs show the same clash; and settling it, alike or
differently, never gives up everybody unseen."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from app.errors import Refusal
from app.services import findings, reading, settling, writing
from app.services.findings import Finding
from app.services.todo import give_way
from tests import sampling
from tests.sync.world import Pc, World

SLOT = {"start": "2026-12-01T09:00", "end": "2026-12-01T11:00", "status": "confirmed"}


class Center:
    """PCs of one center, with one room, and what each of them shows."""

    def __init__(self, world: World, count: int) -> None:
        self.world = world
        first = world.pc("0")
        self.pcs = [first, *(world.pc(str(n), card=world.card_of(first)) for n in range(1, count))]
        self.room = first.put(name="大会议室")
        for pc in self.pcs[1:]:
            world.carry(first, pc)
            world.carry(pc, first)
        self.everyone()

    def book(self) -> list[str]:
        """Each PC books the slot, offline."""
        return [
            writing.save(pc.workspace.office, "booking", {**SLOT, "venue": self.room, "client_name": f"第{n}队"}).id
            for n, pc in enumerate(self.pcs)
        ]

    def carry(self, pairs: Iterable[tuple[int, int]]) -> None:
        for a, b in pairs:
            self.world.carry(self.pcs[a], self.pcs[b])

    def everyone(self) -> None:
        """Everybody hears everything, through the first PC."""
        others = range(1, len(self.pcs))
        self.carry([(n, 0) for n in others])
        self.carry([(0, n) for n in others])

    def found(self, pc: Pc, *codes: str) -> set[tuple[str, tuple[str, ...]]]:
        """What a PC lists, by sort and bookings."""
        listed: list[Finding] = findings.findings(pc.workspace.office)
        return {(one.code, one.ids) for one in listed if one.kind == "booking" and one.code in codes}

    def all_show(self, *codes: str) -> set[tuple[str, tuple[str, ...]]]:
        """What all PCs list alike."""
        shown = [self.found(pc, *codes) for pc in self.pcs]
        assert all(one == shown[0] for one in shown)
        return shown[0]

    def yields(self, pc: Pc, booking: str) -> str | None:
        return reading.get(pc.workspace.office, "booking", booking).values["yields_to"]


@pytest.fixture
def center(tmp_path: Path) -> Iterable[Callable[[int], Center]]:
    worlds: list[World] = []

    def make(count: int) -> Center:
        worlds.append(World(tmp_path / str(len(worlds))))
        return Center(worlds[-1], count)

    yield make
    for world in worlds:
        world.close()


def orders(count: int) -> list[tuple[tuple[int, int], ...]]:
    """All orders in which each PC's news is carried to the next one round the table, twice round; many for five."""
    pairs = list(itertools.permutations(range(count), 2))
    if count <= 3:
        return list(itertools.permutations(pairs))
    dice = random.Random(count)
    return [tuple(dice.sample(pairs, len(pairs))) for _order in range(200)]


CASES = [(count, at) for count in (2, 3, 4, 5) for at in range(len(orders(count)))]


@pytest.mark.parametrize(("count", "order"), sampling.sample(CASES, 6))
def test_all_bookings_are_kept_and_all_show_the_same_clash(
    center: Callable[[int], Center], count: int, order: int
) -> None:
    made = center(count)
    bookings = made.book()
    made.carry(orders(count)[order])
    made.everyone()
    pairs = {("clash", tuple(sorted(pair))) for pair in itertools.combinations(bookings, 2)}
    assert made.all_show("clash", "yields") == pairs
    for pc in made.pcs:
        kept = set(reading.ids(pc.workspace.office, "booking", reading.Query()))
        assert kept == set(bookings)
        assert pc.workspace.check() == []


@pytest.mark.parametrize("count", [2, 5])
def test_settled_on_one_it_is_settled_on_all(center: Callable[[int], Center], count: int) -> None:
    made = center(count)
    bookings = made.book()
    made.everyone()
    office, (winner, *losers) = made.pcs[-1].workspace.office, bookings
    for loser in losers:
        give_way(office, loser, winner)
    made.everyone()
    assert made.all_show("clash", "yields", "conflict") == set()
    for pc in made.pcs:
        assert [made.yields(pc, one) for one in bookings] == [None, *[winner] * len(losers)]


def test_settled_differently_on_two_it_is_a_finding_on_all(center: Callable[[int], Center]) -> None:
    made = center(2)
    one, other = made.book()
    made.everyone()
    give_way(made.pcs[0].workspace.office, one, other)
    give_way(made.pcs[1].workspace.office, other, one)
    assert all(made.found(pc, "clash", "yields") == set() for pc in made.pcs)
    made.everyone()
    assert {code for code, _ids in made.all_show("clash", "yields")} == {"yields"}
    writing.save(made.pcs[1].workspace.office, "booking", {"yields_to": None}, one)
    made.everyone()
    assert made.all_show("clash", "yields") == set(), "one of them holds the room again"


def test_three_who_give_way_in_a_ring_are_a_finding_on_all(center: Callable[[int], Center]) -> None:
    made = center(3)
    bookings = made.book()
    made.everyone()
    for n, pc in enumerate(made.pcs):
        give_way(pc.workspace.office, bookings[n], bookings[(n + 1) % 3])
    made.everyone()
    found = made.all_show("clash", "yields")
    assert {booking for code, ids in found if code == "yields" for booking in ids} == set(bookings)


def test_one_that_gives_way_to_two_is_a_conflict_until_somebody_settles_it(center: Callable[[int], Center]) -> None:
    made = center(3)
    loser, one, other = made.book()
    made.everyone()
    give_way(made.pcs[1].workspace.office, loser, one)
    give_way(made.pcs[2].workspace.office, loser, other)
    made.everyone()
    assert {code for code, _ids in made.all_show("clash", "yields", "conflict")} == {"clash", "conflict"}
    settling.settle(made.pcs[0].workspace.office, "booking", loser, "yields_to", value=one)
    give_way(made.pcs[0].workspace.office, other, one)
    made.everyone()
    assert made.all_show("clash", "yields", "conflict") == set()
    assert {made.yields(pc, loser) for pc in made.pcs} == {one}


@pytest.mark.parametrize(
    "gone", ["cancelled", "deleted", "moved in time", "moved in room", "moved a little", "moved by nobody"]
)
def test_who_gave_way_to_one_that_is_gone_is_a_finding_on_all(center: Callable[[int], Center], gone: str) -> None:
    made = center(2)
    loser, winner = made.book()
    made.everyone()
    give_way(made.pcs[0].workspace.office, loser, winner)
    office = made.pcs[1].workspace.office
    if gone == "cancelled":
        writing.save(office, "booking", {"status": "cancelled", "cancel_reason": "天气"}, winner)
    elif gone == "deleted":
        writing.set_deleted(office, "booking", [winner], True)
    elif gone == "moved in room":
        elsewhere = writing.save(office, "venue", {"name": "小会议室"}).id
        writing.save(office, "booking", {"venue": elsewhere}, winner)
    elif gone != "moved by nobody":
        made.everyone()  # while it is not known there who gave way, the room is still taken
        day = "2026-12-03" if gone == "moved in time" else "2026-12-01"
        writing.save(office, "booking", {"start": f"{day}T10:00", "end": f"{day}T12:00"}, winner)
    made.everyone()
    expected = set() if gone in ("moved a little", "moved by nobody") else {("yields", tuple(sorted((loser, winner))))}
    assert made.all_show("clash", "yields") == expected


def move_away(pc: Pc, booking: str) -> None:
    """Settle it by giving a booking a day of its own."""
    day = f"2026-12-{10 + int(booking[-2:], 16) % 20:02d}"
    try:
        writing.save(pc.workspace.office, "booking", {"start": f"{day}T09:00", "end": f"{day}T11:00"}, booking)
    except Refusal:
        return  # taken by one that was moved before


@pytest.mark.parametrize("seed", range(sampling.size(200, 2)))
def test_whoever_settles_whatever_wherever_the_room_is_held_or_it_is_a_finding(
    center: Callable[[int], Center], seed: int
) -> None:
    """Random settlings on random PCs, by giving way and by moving, carried in random order."""
    dice = random.Random(seed)
    made = center(dice.randint(2, 5))
    bookings = made.book()
    made.everyone()
    for _settling in range(dice.randint(1, 6)):
        pc = dice.choice(made.pcs)
        loser, winner = dice.sample(bookings, 2)
        if dice.random() < 0.25:
            move_away(pc, winner)
        else:
            give_way(pc.workspace.office, loser, winner)
        if dice.random() < 0.5:
            a, b = dice.sample(range(len(made.pcs)), 2)
            made.carry([(a, b)])
    made.everyone()
    found = made.all_show("clash", "yields", "conflict")
    here = made.pcs[0].workspace.office
    stay = [row for row in reading.rows(here, "booking", bookings) if row.values["start"] == SLOT["start"]]
    held = [row.id for row in stay if row.values["yields_to"] is None]
    if not stay:
        return
    assert held or any(code == "yields" for code, _ids in found), f"seed {seed}: all gave way and nobody is told"
    if len(held) > 1:
        assert any(code == "clash" for code, _ids in found)
