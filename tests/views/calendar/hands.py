"""Mouse and patience over a calendar page."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.services import reading
from app.views.calendar.page import CalendarPage
from app.views.context import Context

DAY = "2026-11-24"
LEFT = Qt.MouseButton.LeftButton
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


def settle(page: CalendarPage) -> None:
    """As ``settling.settle``, for tests that hold no qtbot."""
    QApplication.processEvents()
    while page.waiting or page.context.tasks.pending:
        page.context.tasks.drain()
        QApplication.processEvents()
    page.grid.viewport().repaint()


def at(page: CalendarPage, column: int, minute: float, across: int = 20) -> QPoint:
    measures = page.grid.geometry_now()
    return QPoint(measures.x(column) + across, measures.y(minute))


def drag(qtbot: QtBot, page: CalendarPage, start: QPoint, end: QPoint, *, release: bool = True) -> None:
    surface: QWidget = page.grid.viewport()
    qtbot.mousePress(surface, LEFT, pos=start)
    qtbot.mouseMove(surface, (start + end) / 2)
    qtbot.mouseMove(surface, end)
    if release:
        qtbot.mouseRelease(surface, LEFT, pos=end)


def column(page: CalendarPage, venue: str) -> int:
    found = page.grid.plan.column_of(venue, DAY)
    assert found is not None
    return found


def times(context: Context, booking: str) -> tuple[str, str, str]:
    row = reading.get(context.office, "booking", booking)
    return row.values["venue"], row.values["start"][11:], row.values["end"][11:]
