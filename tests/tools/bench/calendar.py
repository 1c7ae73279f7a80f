"""The calendar: a day of 300 bookings painted at 1366x768, and a month opened among 50,000."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from app.models.registry import KINDS
from app.services import calendar, months, pictures, writing
from app.services.boards import Block, Board, Room
from app.services.free_rooms import Needs, next_free
from app.services.times import shift
from app.workspace import Workspace
from tests.tools.bench import bookings
from tests.tools.bench.kit import Line, median, said

DAY, MANY, PAINTED, ROOMS, SEED = "2027-06-15", 50_000, 300, 8, 7
STATES = ("confirmed", "tentative", "requested", "checked_in", "no_show")


def crowded() -> Board:
    """A day of 300 bookings, all of them in view: eight rooms from eight to eight, two at a time."""
    rooms = tuple(Room(str(n), f"活动室{n}", 30) for n in range(ROOMS))
    blocks = []
    for n in range(PAINTED):
        start = shift(f"{DAY}T08:00", n // ROOMS * 18)
        blocks.append(Block(str(n), rooms[n % ROOMS].id, start, shift(start, 30), 5, 5, STATES[n % len(STATES)],
                            "合唱排练", "殷行晨曦合唱队", "王*", n))  # fmt: skip
    return Board(DAY, 1, rooms, tuple(blocks), (), total=PAINTED)


def painted(workspace: Workspace) -> Iterator[Line]:
    """The repaint of the crowded day, and what a drag repaints."""
    from PySide6.QtWidgets import QApplication

    from app.views.calendar.page import CalendarPage
    from app.views.context import Context
    from app.views.stage import without_display
    from app.views.start import application
    from app.views.tasks import Tasks
    from app.views.theme import Theme

    without_display()
    application(Theme())
    tasks = Tasks()
    page = CalendarPage(Context(workspace, tasks, Theme(), "王小明"), day=DAY)
    page.resize(1366 - 168, 768)
    page.show()
    tasks.drain()
    page.grid.show_board(crowded(), f"{DAY}T10:20")
    page.stack.setCurrentIndex(0)
    QApplication.processEvents()

    def whole() -> None:
        page.grid.repaint_all()
        page.grid.viewport().repaint()

    whole()
    count = len(page.grid.painted)
    yield Line(f"repaint a day, {count} bookings in view", said(median(whole, 31)), budget="16 ms")
    yield Line("repaint what moves over it", said(median(page.grid.viewport().repaint, 31)), budget="16 ms")

    def opened() -> None:
        page.month.show_month(months.month(workspace.office, DAY[:7]), DAY, DAY)
        page.month.grab()

    page.stack.setCurrentIndex(1)
    yield Line(f"open a month, {MANY:,} bookings", said(median(opened)), budget="100 ms")
    page.close()
    tasks.close()


def board(workspace: Workspace) -> Iterator[Line]:
    """The calendar over 50,000 bookings of a year in eight rooms."""
    rooms: list[Any] = list(dict.fromkeys(one["venue"] for one in islice(bookings.bookings(SEED), 200)))
    with workspace.office.unit() as unit:
        for n, room in enumerate(rooms):
            name = f"活动室{n + 1}"
            writing.put(unit, KINDS["venue"], {"name": name, "capacity": 10 * (n + 1)}, fixed_id=room)
    bookings.fill(workspace.replica(), MANY, SEED)
    office = workspace.office
    yield from painted(workspace)
    yield Line(f"open a day, {MANY:,} bookings", said(median(lambda: calendar.day(office, DAY))))
    yield Line("open a room's week", said(median(lambda: calendar.week(office, rooms[0], "2027-06-14"))))
    found = lambda: next_free(office, Needs(20), 90, f"{DAY}T09:00")  # noqa: E731
    yield Line("next free time of eight rooms", said(median(found, 3)))
    span = pictures.Span("2027-01-01", "2027-12-31")
    for code in pictures.CODES:
        yield Line(f"picture: {code}", said(median(lambda: pictures.chart(office, code, span), 3)))  # noqa: B023
