"""A set-up in a process of its own that kills itself: ``python -m tests.views.killed_setup DATA CONFIG MOMENT``."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.services import setup
from app.views.preferences import Preferences
from app.views.start import Desktop, application
from app.views.theme import Theme
from app.views.wizard import Wizard

MOMENTS = ("begun", "typed", "made", "people typed", "people saved", "rooms typed", "rooms saved", "desk")
"""When it is killed: in the middle of a step, or after a step was written and before that is noted."""


def die() -> None:
    """As a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)


def run(data: Path, config: Path, moment: str) -> None:
    """Set up as far as ``moment``, and die there."""
    app = application(Theme())
    desktop = Desktop(app, data, config, Preferences())
    desktop.start()
    window = desktop.window
    assert isinstance(window, Wizard)

    def at(name: str) -> None:
        if name == moment:
            die()

    def until(ready: Callable[[], bool]) -> None:
        while not ready():
            desktop.tasks.drain()
            QApplication.processEvents()

    noted, keep = {"n": 0}, setup.keep

    def noting(folder: Path, state: setup.Setup) -> None:
        noted["n"] = len(setup.STEPS) - len(state.waiting)
        for count, name in enumerate(("made", "people saved", "rooms saved"), start=1):
            if noted["n"] == count:
                at(name)
        keep(folder, state)

    setup.keep = noting
    at("begun")
    window.next()
    district, street = window.center.district, window.center.street
    district.setCurrentIndex(district.findText("杨浦区"))
    street.setCurrentIndex(street.findText("殷行街道"))
    window._keep_first()
    at("typed")
    window.next()
    until(lambda: window.step is window.people)
    window.people.user.setText("王小明")
    window.people.others.lines[0]["name"].setText("李梅")  # type: ignore[union-attr]
    window.people.others._changed()
    window.people.keep()
    desktop.tasks.drain()
    at("people typed")
    window.next()
    until(lambda: window.step is window.rooms)
    window.rooms.rooms.lines[0]["name"].setText("二楼会议室")  # type: ignore[union-attr]
    window.rooms.rooms._changed()
    window.rooms.keep()
    desktop.tasks.drain()
    at("rooms typed")
    window.next()
    until(lambda: window.step is window.desk)
    die()


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
