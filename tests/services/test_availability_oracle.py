"""Random bookings over a tree of halls agree with a grid of single minutes: 5,000 a run in soak, a sample in CI.

Hours of all sorts, a week of National Day with an adjusted workday, closures, exceptional openings, buffers, requests that
compete, no-shows that are released, offers to the waiting list, equipment.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from grid import CENTER, DAY, HOLDS, Booked, Grid, Room, Shut
from lending import at, make, office_in

from app.errors import Refusal
from app.models.registry import KINDS
from app.services import writing
from app.services.availability import Wish, free_slots, verdicts
from app.services.findings import findings
from tests.sampling import dice, size

FIRST = datetime(2026, 9, 30)
DAYS = 12
"""Wednesday 30 September to Sunday 11 October; 1 to 7 are days off, Saturday the 10th is worked."""
NOW = 3 * DAY + 720
BUSY = (0, 3, 10)
"""Dates on which most is asked for: an ordinary one, today, which is a day off, and the adjusted workday."""
HOURS = {
    "": None,
    "休息": (),
    "8:30-21:00": ((510, 1260),),
    "8:30-11:30 13:00-17:00": ((510, 690), (780, 1020)),
    "0:00-24:00": ((0, 1440),),
    "18:00-24:00": ((1080, 1440),),
    "0:00-2:00 6:00-24:00": ((0, 120), (360, 1440)),
}
"""What people write, and what it means."""
TREE: dict[str, tuple[set[int], str | None]] = {
    "whole": ({1, 2, 3}, None), "east": ({1, 2}, "whole"), "west": ({3}, "whole"), "corner": ({1}, "east"),
    "other": ({9}, None), "school": ({8}, None),
}  # fmt: skip
WEEK = ("opens_mon", "opens_tue", "opens_wed", "opens_thu", "opens_fri", "opens_sat", "opens_sun")
STATUSES = (*HOLDS, "confirmed", "confirmed", "requested", "no_show", "cancelled", "rejected", "expired")


def moment(minute: int) -> str:
    return (FIRST + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M")


class World:
    """The program and the grid, side by side."""

    def __init__(self, office: Any, rng: random.Random) -> None:
        self.office, self.rng = at(office, moment(NOW)), rng
        self.ids: dict[str, str] = {}
        dates = [FIRST + timedelta(days=n) for n in range(DAYS)]
        kinds = tuple({10: "make_up"}.get(d.day, "holiday" if d.month == 10 and d.day < 8 else "") for d in dates)
        rooms = {name: self._room(name) for name in TREE}
        stock = {name: (rng.randrange(1, 6), only) for name, only in (("椅子", None), ("音响", None), ("屏幕", "east"))}
        for name, (many, only) in stock.items():
            values = {"name": name, "stock": many, "venue": self.ids.get(only or "")}
            self.ids[name] = make(self.office, "equipment", **values)
        self.grid = Grid(DAYS, tuple(d.weekday() for d in dates), kinds, rooms, stock, NOW)
        for _one in range(24):
            self._shut()
        self.grid.look()
        for _one in range(6):
            self._offer()

    def _room(self, name: str) -> Room:
        pick = self.rng.choice
        parts, parent = TREE[name]
        opens, week = pick(list(HOURS)), [pick(["", "", "", *HOURS]) for _day in range(7)]
        holiday, clock = pick(["", "", *HOURS]), self.rng.random() < 0.15
        values: dict[str, Any] = {
            "opens": opens, **dict(zip(WEEK, week, strict=True)), "opens_holiday": holiday, "around_the_clock": clock,
            "before": pick((0, 0, 15, 30)), "after": pick((0, 0, 15, 45)), "overnight": self.rng.random() < 0.5,
            "competing": self.rng.random() < 0.5, "release_minutes": pick((None, 15, 60)),
            "external": name == "school", "parent": self.ids.get(parent or ""),
        }  # fmt: skip
        self.ids[name] = make(self.office, "venue", name=name, **values)
        declared = any((opens, holiday, *week))
        chain, above = [name], parent
        while above:
            chain.append(above)
            above = TREE[above][1]
        return Room(
            name, frozenset(parts), (*chain, *(() if name == "school" else (CENTER,))),
            (None,) * 7 if clock else tuple(HOURS[own or opens] for own in week),
            None if clock or not declared else HOURS[holiday] if holiday else (),
            values["before"], values["after"], values["overnight"], values["competing"], values["release_minutes"],
        )  # fmt: skip

    def _shut(self) -> None:
        level = self.rng.choice((CENTER, *TREE))
        start = self.rng.choice((*BUSY, self.rng.randrange(DAYS))) * DAY + self.rng.randrange(0, DAY, 30)
        end = min(start + self.rng.choice((30, 120, 600, 2880)), DAYS * DAY)
        opens = self.rng.random() < 0.5
        if self.grid.shuts and self.rng.random() < 0.5:  # over another one, the other way round
            other = self.rng.choice(self.grid.shuts)
            start, end, opens = other.start, other.end, not other.opens
            level = self.rng.choice((other.level, level))
        self.grid.shuts.append(Shut(level, start, end, opens))
        make(self.office, "closure", reason="检修", sort="open" if opens else "closed", venue=self.ids.get(level),
             start=moment(start), end=moment(end))  # fmt: skip

    def _offer(self) -> None:
        room, start = self.rng.choice(list(TREE)), self.rng.randrange(0, (DAYS - 1) * DAY, 30)
        until, end = NOW + self.rng.choice((-60, 0, 600)), start + 120
        later = {"start": moment(DAYS * DAY), "end": moment(DAYS * DAY + 60)}
        made = make(self.office, "slot_waiting", venue=self.ids[room], status="left", client_name="合唱团", **later)
        with self.office.unit() as unit:  # as time and a merge leave them: past the rules
            waiting: Any = unit.load("slot_waiting", made)
            waiting.status, waiting.offer_until = "offered", moment(until)
            waiting.start, waiting.end = moment(start), moment(end)
        if until > NOW and start > NOW:
            own = self.grid.rooms[room]
            self.grid.held[made] = Booked(room, start, end, own.before, own.after, "offer")

    def anything(self, near: Booked | None = None) -> Booked:
        """A wish, half the time around ``near``; some cannot be bookings at all."""
        rng, room = self.rng, self.rng.choice(list(TREE))
        start = rng.randrange(0, (DAYS - 1) * DAY, rng.choice((1, 15, 30, 30)))
        if rng.random() < 0.8:
            start = rng.choice(BUSY) * DAY + rng.randrange(7 * 60, 22 * 60, 15)
        if near is not None and rng.random() < 0.5:
            room, start = near.room, min(max(near.start + rng.choice((-30, -15, 0, 15, 60)), 0), (DAYS - 1) * DAY - 1)
        if rng.random() < 0.1:
            start = start // DAY * DAY + rng.choice((0, 22 * 60, 23 * 60))
        length = rng.choice((0, 1, 15, 30, 45, 60, 60, 90, 120, 240, 1440))
        if rng.random() < 0.1:
            length = DAY - start % DAY  # ends at midnight
        buffers = self.grid.rooms[room]
        before, after = (
            own if rng.random() < 0.6 else rng.choice((0, 15, 60)) for own in (buffers.before, buffers.after)
        )
        equipment = tuple((name, rng.randrange(1, 4)) for name in self.grid.stock if rng.random() < 0.2)
        status = rng.choice(STATUSES)
        come = status == "confirmed" and rng.random() < 0.3
        return Booked(room, start, start + length, before, after, status, come, equipment, rng.random() < 0.08)

    def wish(self, one: Booked, own: str | None) -> Wish:
        return Wish(
            self.ids[one.room], moment(one.start), moment(one.end), one.before, one.after, id=own or "",
            equipment=tuple((self.ids[name], n) for name, n in one.equipment), status=one.status, all_day=one.all_day,
        )  # fmt: skip

    def save(self, one: Booked, own: str | None) -> str | None:
        """The id of what was saved; None where it was refused."""
        values = {
            "venue": self.ids[one.room], "start": moment(one.start), "end": moment(one.end), "before": one.before,
            "after": one.after, "status": one.status, "all_day": one.all_day, "cancel_reason": "改期",
            "checked_in_at": moment(one.start) if one.come else None,
        }  # fmt: skip
        try:
            with self.office.unit() as unit:
                made = writing.put(unit, KINDS["booking"], values, own).id
                for name, quantity in one.equipment if own is None else ():
                    line = {"booking": made, "equipment": self.ids[name], "quantity": quantity}
                    writing.put(unit, KINDS["booking_equipment"], line)
        except Refusal:
            return None
        return made

    def step(self) -> tuple[bool, bool]:
        """Book or move something, in both; whether the program and whether the grid allowed it."""
        grid = self.grid
        mine = [key for key, one in grid.held.items() if one.status != "offer"]
        own = self.rng.choice(mine) if mine and self.rng.random() < 0.4 else None
        old = grid.held.get(own or "")
        one = self.anything(near=old)
        if old is not None:  # its equipment stays; times that were changed are meant
            one = replace(one, equipment=old.equipment, all_day=False)
            if old.status in ("checked_in", "closed"):
                one = replace(one, come=False)
        if one.all_day:
            one = grid.whole_day(one)
        allowed, losers = self._allowed(one, old, own)
        made = self.save(one, own)
        if made is not None and allowed:
            grid.held[made] = one
            for loser in losers:
                grid.held[loser] = replace(grid.held[loser], status="rejected")
        return made is not None, allowed

    def _allowed(self, one: Booked, old: Booked | None, own: str | None) -> tuple[bool, set[str]]:
        """What is over may stand anywhere; approving one request turns away those that compete with it."""
        if one.end <= one.start:
            return False, set()
        if not self.grid.holds(one):
            return True, set()
        others = self.grid.in_the_way(one, own)
        rivals = {key for key in others if self.grid.competes(self.grid.held[key])}
        if (
            old is not None
            and old.status == "requested"
            and one.status not in ("requested", "tentative")
            and others == rivals
        ):
            held = self.grid.held
            self.grid.held = {key: value for key, value in held.items() if key not in rivals}
            free = not (self.grid.invalid(one) or self.grid.closed(one)) and not self.short(one, own, held)
            self.grid.held = held
            return free, rivals
        return self.grid.state(one, own) == "free", set()

    def short(self, one: Booked, own: str | None, held: dict[str, Booked]) -> bool:
        """The rivals still have their equipment while the one is looked at."""
        self.grid.held = held
        return self.grid.short(one, own)

    def ask(self, many: int) -> dict[str, int]:
        """Verdicts on many wishes at once; how often each state was answered."""
        keys = [key for key, one in self.grid.held.items() if one.status != "offer"]
        owns = [self.rng.choice(keys) if keys and self.rng.random() < 0.4 else None for _one in range(many)]
        asked = [(self.anything(near=self.grid.held.get(own or "")), own) for own in owns]
        asked = [
            (replace(one, status="requested" if one.status == "requested" else "confirmed"), own) for one, own in asked
        ]
        with self.office.reading() as session:
            found = verdicts(session, self.office.now, [self.wish(*one) for one in asked])
        told: dict[str, int] = {}
        for (one, own), verdict in zip(asked, found, strict=True):
            assert verdict.state == self.grid.state(one, own), (one, own, verdict)
            others = self.grid.in_the_way(one, own)
            assert verdict.booking is None or verdict.booking in others, (one, own, verdict)
            told[verdict.state] = told.get(verdict.state, 0) + 1
        return told

    def next_free(self) -> None:
        """The first free time from somewhere on, minute by minute."""
        room, minutes = self.rng.choice(list(TREE)), self.rng.choice((30, 60, 150))
        start, own = self.rng.randrange(0, (DAYS - 2) * DAY), self.grid.rooms[room]
        wish = Booked(room, start, start + minutes, own.before, own.after)
        with self.office.reading() as session:
            found = free_slots(session, self.office.now, self.ids[room], minutes, moment(start), 1)
        while wish.end <= DAYS * DAY and self.grid.state(wish) != "free":
            wish = replace(wish, start=wish.start + 1, end=wish.end + 1)
        if wish.end <= DAYS * DAY:
            assert found, wish
            assert (found[0].start, found[0].end) == (moment(wish.start), moment(wish.end)), (room, start)
        elif found:
            assert found[0].end > moment(DAYS * DAY), (room, start)


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(size(6, 2)))
def test_random_bookings_agree_with_a_grid_of_single_minutes(tmp_path: Path, seed: int) -> None:
    with office_in(tmp_path) as office:
        world = World(office, dice(f"rooms{seed}"))
        answers = {True: 0, False: 0}
        steps = size(5000, 60)
        for step in range(steps):
            made, allowed = world.step()
            assert made == allowed, (seed, step)
            answers[allowed] += 1
            if step % 30 == 0:
                world.ask(40)
        told = world.ask(size(5000, 400))
        for _one in range(size(200, 8)):
            world.next_free()
        assert min(answers.values()) > steps // 10, answers
        assert set(told) == {"free", "taken", "closed", "invalid"}
        assert not [found for found in findings(world.office) if found.code in ("clash", "closed", "equipment")]
