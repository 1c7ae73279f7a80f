"""Series among 50,000 bookings: the preview of a year, and making a term."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from app.models.bookings import Booking
from app.models.registry import KINDS
from app.services import series
from app.services.writing import put, save
from app.workspace import Workspace
from tests.tools.bench.bookings import fill
from tests.tools.bench.kit import Line, median, said, seconds

BOOKINGS = 50_000


def previews(workspace: Workspace) -> Iterator[Line]:
    """A series of 366 dates in the busiest of eight rooms that have hours, buffers and a quota; and one of 40 made."""
    office = workspace.office
    fill(workspace.replica(), BOOKINGS, seed=7)
    with office.unit() as unit:
        rooms = list(unit.session.scalars(select(Booking.venue).distinct().order_by(Booking.venue)))
        for at, room in enumerate(rooms):
            values = {"name": f"{at + 1}号活动室", "opens": "7:00-22:00", "before": 10, "after": 10}
            put(unit, KINDS["venue"], values, fixed_id=room)
    save(office, "quota", {"name": "每月额度", "measure": "hours", "limit": "20", "period": "month"})
    year = {
        "venue": rooms[0], "start": "2027-01-01T07:30", "end": "2027-01-01T09:00", "rule": "FREQ=DAILY;COUNT=366",
        "client_kind": "team", "client_name": "乐龄合唱队", "on_taken": "skip",
    }  # fmt: skip
    found = series.preview(office, year)
    states = {state: sum(row.state == state for row in found) for state in ("free", "taken", "quota", "closed")}
    took = median(lambda: series.preview(office, year))
    yield Line(f"preview 366 dates, {states['free']} of them free", said(took), budget="300 ms")
    term = {**year, "start": "2027-03-01T21:00", "end": "2027-03-01T22:00", "rule": "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=40"}
    made = []
    took = seconds(lambda: made.append(series.make(office, term)))
    yield Line(f"make a series of {len(made[0].done['made'])}", said(took))
