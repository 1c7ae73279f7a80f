"""Wait until a window has come to rest, by what it says of itself and never by the clock."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.views.context import Context
from app.views.page import Page


class Shown(Protocol):
    """A window or a page with its context."""

    @property
    def context(self) -> Context: ...


def settle(shown: Shown, qtbot: QtBot) -> None:
    """Wait until no page of ``shown`` has a reload due and every background answer has arrived."""
    assert isinstance(shown, QWidget)

    def at_rest() -> bool:
        pages = [one for one in (shown, *shown.findChildren(Page)) if isinstance(one, Page)]
        return not shown.context.tasks.pending and not any(page.waiting for page in pages)

    qtbot.waitUntil(at_rest, timeout=15_000)
    QCoreApplication.processEvents()  # widgets laid out just now are shown by an event of their own
