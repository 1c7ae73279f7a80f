"""A start of the desktop as a process of its own, told by its arguments what shall become of it.

    python -m tests.views.safe_start DATA CONFIG die|report [shuniu's own arguments]

``die`` ends the process hard as soon as the window stands, as a crash does; ``report`` writes a JSON line about the window
and closes it. A dialog is answered by its first button ("yes"), and told.
"""

from __future__ import annotations

import json
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.views import safe_mode, start
from app.views.dialogs import Sheet
from app.views.keeper import Keeper
from app.views.shell import Shell

ASKED: list[str] = []


def answer() -> None:
    """Say yes to a dialog."""
    dialog = QApplication.activeModalWidget()
    if isinstance(dialog, Sheet):
        ASKED.append(dialog.windowTitle())
        dialog.accept()


def report(shell: Shell) -> None:
    """What the window is."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    facts = {
        "asked": ASKED, "safe": shell.safe, "page": type(shell.page).__name__, "size": shell.context.theme.size,
        "keeper": bool(shell.context.findChildren(Keeper)), "sync": shell.context.syncer._timer.isActive(),
        "watch": shell.context.watch._clock.isActive(),
        "banner": [one.words.text() for one in shell.findChildren(safe_mode.SafeBanner)],
        "gl": os.environ.get("QT_XCB_GL_INTEGRATION", ""),
    }  # fmt: skip
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()
    shell.close()
    QTimer.singleShot(0, app, app.quit)


def main(data: Path, config: Path, what: str, *arguments: str) -> int:
    """Start; what is asked of the command line is only whether it is safe mode."""

    def ready(shell: Shell) -> None:
        if what == "die":
            os._exit(9)
        QTimer.singleShot(0, shell, lambda: report(shell))

    guard = QTimer
    made = start.application

    def application(theme: start.Theme) -> QApplication:
        app = made(theme)
        timer = guard(app)
        timer.timeout.connect(answer)
        timer.start(20)
        return app

    start.application = application
    return start.run_desktop(data, config, ready=ready, safe="--safe-mode" in arguments)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))
