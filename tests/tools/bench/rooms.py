"""What lending rooms waits for with 50,000 bookings: saving one by all rules, 366 dates, the next free time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any

from app.services import writing
from app.services.availability import Wish, free_slots, next_free, verdicts
from app.workspace import Workspace
from tests.tools.bench.bookings import fill, in_rooms
from tests.tools.bench.desk import fsync_floor
from tests.tools.bench.kit import Line, median, said

BOOKINGS = 50_000
FIRST = date(2025, 1, 1)
"""Of nearly three years that are booked in eight rooms from 8:00 to 20:00; the bench stands in November 2026."""


def furnished(workspace: Workspace) -> dict[str, str]:
    """A hall with two parts and five rooms, with hours, a closure and a quota; ids by name, the hall first."""
    hours = {"opens": "8:00-22:00", "opens_holiday": "8:00-22:00"}

    def make(kind: str, **values: Any) -> str:
        return writing.save(workspace.office, kind, values).id

    rooms = {"多功能厅": make("venue", name="多功能厅", **hours, capacity=100)}
    rooms |= {
        name: make("venue", name=name, parent=rooms["多功能厅"], **hours, capacity=50) for name in ("东厅", "西厅")
    }
    rooms |= {
        f"教室{n}": make("venue", name=f"教室{n}", after=0, release_minutes=30, **hours, capacity=30) for n in range(5)
    }
    make("closure", reason="消防检修", start="2027-01-04T08:00", end="2027-01-04T12:00")
    make("quota", name="每周十二次", client_kind="team", measure="count", limit=12, period="week")
    return rooms


def booking50k(workspace: Workspace) -> Iterator[Line]:
    """A hall with two parts and five rooms, with hours, closures, equipment and quotas."""
    office = workspace.office
    rooms = list(furnished(workspace).values())
    chairs = writing.save(office, "equipment", {"name": "折叠椅", "stock": 100}).id
    team = writing.save(office, "team", {"name": "第一舞队"}).id
    fill(workspace.replica(), BOOKINGS, 0, in_rooms(rooms, FIRST))
    turn = count()

    def book() -> None:
        day = date(2027, 1, 5) + timedelta(days=next(turn))
        values = {"venue": rooms[3], "start": f"{day}T20:00", "end": f"{day}T21:30", "client": team, "purpose": "排练"}
        with office.unit() as unit:
            made = writing.put(unit, writing.kind_of("booking"), values)
            line = {"booking": made.id, "equipment": chairs, "quantity": 20}
            writing.put(unit, writing.kind_of("booking_equipment"), line)

    def plain() -> None:
        day = date(2027, 1, 5) + timedelta(days=next(turn))
        values = {"venue": rooms[3], "start": f"{day}T20:00", "end": f"{day}T21:30", "client": team, "purpose": "排练"}
        writing.save(office, "booking", values)

    def refused() -> None:
        values = {"venue": rooms[0], "start": "2027-03-02T09:00", "end": "2027-03-02T11:00"}
        try:
            writing.save(office, "booking", values)
        except writing.Refusal:
            return
        raise AssertionError("the hall is booked")

    number = f"{BOOKINGS:,}"
    yield Line(f"save a booking among {number}", said(median(plain, 31)), said(fsync_floor(workspace)), budget="30 ms")
    yield Line("  with a line of equipment", said(median(book, 31)))
    yield Line("  refused, with what is free instead", said(median(refused, 31)))
    days = [date(2026, 11, 24) + timedelta(days=n) for n in range(366)]
    for room, what in ((rooms[3], "a room"), (rooms[0], "a hall")):
        wishes = [Wish(room, f"{day}T20:00", f"{day}T22:00", client=team, equipment=((chairs, 20),)) for day in days]

        def asked() -> None:
            with office.reading() as session:
                verdicts(session, office.now, wishes)  # noqa: B023

        yield Line(f"verdicts on 366 dates of {what}", said(median(asked)), budget="300 ms")

    def free(room: str | None) -> None:
        with office.reading() as session:
            if room is None:
                next_free(session, office.now, 120, "2026-11-24T08:00", 30)
            else:
                free_slots(session, office.now, room, 840, "2026-11-24T08:00")

    yield Line("next free time of all rooms", said(median(lambda: free(None))))
    yield Line("a free day of a room, eight months on", said(median(lambda: free(rooms[3]))))
