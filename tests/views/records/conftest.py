"""Fixtures of the record pages: rooms, a page shown and at rest, records made on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.services import writing
from app.services.reading import Row, get
from app.views.context import Context, Goto, Said

ROOMS = ("时代花园社区老年活动室", "兰花社区老年活动室", "长海一村活动室", "曾公馆")


class Heard:
    """What the pages told the shell."""

    def __init__(self, context: Context) -> None:
        self.went: list[Goto] = []
        self.said: list[Said] = []
        context.navigate.connect(self.went.append)
        context.said.connect(self.said.append)


@pytest.fixture
def heard(context: Context) -> Heard:
    return Heard(context)


@pytest.fixture
def settle(context: Context) -> Callable[[], None]:
    """Let background work, timers and paint events come to rest."""

    def rest(ms: int = 0) -> None:
        QTest.qWait(ms)
        for _round in range(4):
            QApplication.processEvents()
            assert context.tasks.drain()
        QApplication.processEvents()

    return rest


@pytest.fixture
def shown(qtbot: QtBot, settle: Callable[..., None]) -> Callable[[QWidget], Any]:
    """Shows a page and waits for it."""

    def show(page: QWidget) -> QWidget:
        page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(page)
        page.resize(1198, 728)
        page.show()
        settle()
        return page

    return show


@pytest.fixture
def rooms(context: Context) -> list[str]:
    """Four rooms; one is closed down."""
    made = [writing.save(context.office, "venue", {"name": name, "area": "40"}).id for name in ROOMS]
    writing.save(context.office, "venue", {"status": "retired"}, made[1])
    context.workspace.index()
    return made


@pytest.fixture
def save(context: Context) -> Callable[..., Row]:
    """Saves a record and reads it back."""

    def write(kind: str, values: dict[str, Any], record_id: str | None = None, **options: Any) -> Row:
        return get(context.office, kind, writing.save(context.office, kind, values, record_id, **options).id)

    return write
