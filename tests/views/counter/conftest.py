"""Fixtures of the counter: a room, a client, a page shown and at rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.services.reading import Row, get
from app.services.writing import save
from app.views.context import Context, Goto, Said
from tests.views.settling import settle


class Counter:
    """Pages shown at a desk with one room, and what they told the shell."""

    def __init__(self, context: Context, qtbot: QtBot) -> None:
        self.context, self.office, self.qtbot = context, context.office, qtbot
        self.room = save(self.office, "venue", {"name": "一楼大厅", "capacity": 50, "release_minutes": 30}).id
        self.team = save(self.office, "team", {"name": "晨曦合唱队", "leader_name": "王小芳"}).id
        self.said: list[Said] = []
        self.went: list[Goto] = []
        context.said.connect(self.said.append)
        context.navigate.connect(self.went.append)

    def save(self, kind: str, values: dict[str, Any], record_id: str | None = None) -> Row:
        """Write a record, and read it back."""
        return get(self.office, kind, save(self.office, kind, values, record_id).id)

    def book(self, start: str = "09:00", end: str = "11:00", day: str = "2026-11-23", **values: Any) -> Row:
        """A booking of the room for the team."""
        slot = {"venue": self.room, "start": f"{day}T{start}", "end": f"{day}T{end}"}
        return self.save("booking", {"client": self.team, "purpose": "排练", "headcount": 20, **slot, **values})

    def show(self, page: QWidget) -> Any:
        """Show a page and wait for it."""
        self.qtbot.addWidget(page)
        page.resize(1198, 728)
        page.show()
        return self.rest(page)

    def rest(self, page: Any) -> Any:
        """Wait until the page is at rest."""
        settle(page, self.qtbot)
        return page

    def row(self, kind: str, record_id: str) -> Row:
        """A record as it stands."""
        return get(self.office, kind, record_id)


@pytest.fixture
def counter(context: Context, qtbot: QtBot) -> Iterator[Counter]:
    made = Counter(context, qtbot)
    context.workspace.index()
    yield made
    context.tasks.drain()
