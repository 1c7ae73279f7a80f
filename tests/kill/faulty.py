"""A desktop into which a fault is planted: ``python -m tests.kill.faulty DATA CONFIG FAULT``.

Each fault carries the name and the telephone of a person. Dialogs are closed by themselves and told on standard output;
at the end a room is saved, and the window closes.
"""

from __future__ import annotations

import ctypes
import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from sqlalchemy import text

from app.services.writing import save
from app.views.dialogs import Sheet
from app.views.shell import Shell
from app.views.start import run_desktop

NAME, PHONE = "".join(["王", "小", "明"]), "138" + "12345678"


class Person(ValueError):
    """Says whom it met."""

    def __init__(self) -> None:
        super().__init__(f"{NAME} {PHONE}")


def meet() -> None:
    """A bug that knows a person."""
    raise Person


def in_a_slot(_shell: QWidget) -> None:
    button = QPushButton("x")
    button.clicked.connect(meet)
    button.click()


def in_a_timer(shell: QWidget) -> None:
    timer = QTimer(shell)
    timer.timeout.connect(meet)
    timer.start(1)
    QTimer.singleShot(200, timer.stop)


def in_a_thread(_shell: QWidget) -> None:
    thread = threading.Thread(target=meet)
    thread.start()
    thread.join()


class Broken(QWidget):
    """Cannot be painted."""

    def paintEvent(self, event: QPaintEvent) -> None:
        meet()


def while_painting(shell: QWidget) -> None:
    broken = Broken(shell)
    broken.resize(50, 50)
    broken.show()
    for _time in range(5):
        broken.repaint()


def in_the_background(shell: Shell) -> None:
    shell.context.tasks.run(meet, lambda _nothing: None)


def in_the_database(shell: Shell) -> None:
    def work() -> None:
        with shell.context.workspace.engine.begin() as connection:
            connection.execute(text("INSERT INTO nowhere VALUES (:name, :phone)"), {"name": NAME, "phone": PHONE})

    shell.context.tasks.run(work, lambda _nothing: None)


def in_c(_shell: Shell) -> None:
    ctypes.string_at(0)


def nothing(_shell: QWidget) -> None:
    """All is well."""


FAULTS: dict[str, Callable[[Any], None]] = {
    one.__name__: one
    for one in (in_a_slot, in_a_timer, in_a_thread, while_painting, in_the_background, in_the_database, in_c, nothing)
}


def main(data: str, config: str, fault: str) -> int:
    """Run the desktop with the fault in it."""

    def close_dialogs() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, Sheet):
            print(json.dumps([label.text() for label in dialog.findChildren(QLabel)]), flush=True)
            dialog.reject()

    def ready(shell: Shell) -> None:
        closer = QTimer(shell)
        closer.timeout.connect(close_dialogs)
        closer.start(20)
        QTimer.singleShot(0, shell, lambda: FAULTS[fault](shell))
        QTimer.singleShot(900, shell, finish)

    def finish() -> None:
        for window in QApplication.topLevelWidgets():
            if isinstance(window, Shell):
                save(window.context.office, "venue", {"name": "照样能存"})
        QApplication.quit()

    return run_desktop(Path(data), Path(config), ready=ready)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
