"""Rooms, bookings and open calendar pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hands import DAY, settle
from pytestqt.qtbot import QtBot

from app.services import writing
from app.views.calendar.page import CalendarPage
from app.views.context import Context, Goto, Said


@pytest.fixture
def rooms(context: Context) -> dict[str, str]:
    def make(name: str, **values: Any) -> str:
        return writing.save(context.office, "venue", {"name": name, **values}).id

    hall = make("多功能厅", capacity=100)
    return {
        "hall": hall,
        "east": make("东厅", parent=hall),
        "music": make("音乐室"),
        "class": make("二楼教室", capacity=30),
    }


@pytest.fixture
def book(context: Context) -> Callable[..., str]:
    def make(venue: str, start: str, end: str, **values: Any) -> str:
        values = {"purpose": "书法班", "client_name": "银杏书画社", **values}
        full = {"venue": venue, "start": f"{DAY}T{start}", "end": f"{DAY}T{end}", **values}
        return writing.save(context.office, "booking", full).id

    return make


@pytest.fixture
def open_page(context: Context, qtbot: QtBot) -> Iterator[Callable[..., CalendarPage]]:
    made: list[CalendarPage] = []

    def make(**arguments: Any) -> CalendarPage:
        page = CalendarPage(context, **{"day": DAY, **arguments})
        qtbot.addWidget(page)
        page.resize(1200, 720)
        page.show()
        page.grid.setFocus()
        made.append(page)
        settle(page)
        return page

    yield make
    for page in made:
        page.context.tasks.drain()
        page.close()


@pytest.fixture
def went(context: Context) -> list[Goto]:
    found: list[Goto] = []
    context.navigate.connect(found.append)
    return found


@pytest.fixture
def said(context: Context) -> list[Said]:
    found: list[Said] = []
    context.said.connect(found.append)
    return found
