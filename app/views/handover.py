"""One desktop at a time: a later start hands what it was opened with to the first, which comes to the front."""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot
from shiboken6 import delete, isValid

FOLDER = "handover"
PATIENCE = 3.0
"""Seconds a later start waits for the first to take what it brought."""


def hand_over(data: Path, file: Path | None, patience: float = PATIENCE) -> bool:
    """Ask the desktop that is open on ``data`` to come to the front, and to open ``file``; whether it did so."""
    request = data / FOLDER / f"{uuid4()}.json"
    partial = request.with_suffix(".part")
    try:
        request.parent.mkdir(exist_ok=True)
        partial.write_text(json.dumps({"file": str(file.absolute()) if file else ""}), "utf-8")
        os.replace(partial, request)
    except OSError:
        return False
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if not request.exists():
            return True
        time.sleep(0.05)
    with contextlib.suppress(OSError):
        request.unlink()
    return False


class Handover(QObject):
    """Listens on ``data``; ``asked`` carries the file to open, or None where the window shall only come to the front."""

    asked = Signal(object)

    def __init__(self, data: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = data / FOLDER
        with contextlib.suppress(OSError):
            self.folder.mkdir(exist_ok=True)
            for leftover in self.folder.iterdir():
                leftover.unlink()
        self._watcher = QFileSystemWatcher([str(self.folder)], self)
        self._watcher.directoryChanged.connect(self._look)
        QTimer.singleShot(0, self, self._look)

    def close(self) -> None:
        """Listen no more."""
        if isValid(self._watcher):
            delete(self._watcher)

    @Slot()
    def _look(self) -> None:
        with contextlib.suppress(OSError):
            for request in sorted(self.folder.glob("*.json")):
                try:
                    file = json.loads(request.read_text("utf-8")).get("file")
                except (ValueError, AttributeError):
                    file = None
                request.unlink()
                self.asked.emit(Path(file) if file else None)
