"""A desktop that is closed as soon as its first window stands, and says which: ``python -m tests.kill.starter DATA CONFIG``.

A dialog is told as well, and answered by its first button.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.views import dialogs
from app.views.start import Desktop, run_desktop


def say(what: object) -> None:
    print(json.dumps(what, ensure_ascii=False), flush=True)


def run(self: dialogs.Sheet) -> bool:
    """In place of :meth:`Sheet.run`."""
    say({"dialog": self.windowTitle()})
    return True


def main(data: str, config: str) -> int:
    """Start, and end in order."""
    shown = Desktop._show

    def show(self: Desktop, window: QWidget) -> None:
        shown(self, window)
        QTimer.singleShot(0, window, lambda: (say({"window": type(window).__name__}), QApplication.quit()))

    Desktop._show, dialogs.Sheet.run = show, run
    return run_desktop(Path(data), Path(config))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
