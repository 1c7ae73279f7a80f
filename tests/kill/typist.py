"""A desktop in which somebody types: ``python -m tests.kill.typist DATA CONFIG type|look``.

``type`` fills the form of a new room, says when the draft is kept, and stays open until it is killed. ``look`` opens the
form again, says what is offered, brings it back, saves, and says what was saved.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.services import drafts, reading
from app.views.records.form_page import FormPage
from app.views.shell import Shell
from app.views.start import run_desktop

TYPED = "Hall 7"


def say(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)


class Typist:
    """Looks every few moments whether the form stands, and does what comes next."""

    def __init__(self, shell: Shell, what: str) -> None:
        self.shell, self.next = shell, self.type if what == "type" else self.look
        self.clicked = False
        shell.context.new_record("venue", {})
        self.timer = QTimer(shell)
        self.timer.timeout.connect(self.step)
        self.timer.start(20)

    def step(self) -> None:
        page = self.shell.page
        if self.shell.context.tasks.pending:
            return
        if self.clicked:
            self.saved()
        elif isinstance(page, FormPage) and page.ready:
            self.next(page)

    def type(self, form: FormPage) -> None:
        line = form.form.boxes["name"].findChild(QLineEdit)
        box = form.form.boxes["name"]
        target = box if isinstance(box, QLineEdit) else line
        assert target is not None
        QTest.keyClicks(target, TYPED)
        self.next = self.wait

    def wait(self, _form: FormPage) -> None:
        kept = drafts.kept(self.shell.context.office, "venue", None)
        if kept is not None and kept.values.get("name") == TYPED:
            say("kept")
            self.timer.stop()

    def look(self, form: FormPage) -> None:
        say(sorted(form.banners.shown))
        form.notes.bring_back()
        form.save_button.click()
        self.clicked = True

    def saved(self) -> None:
        office = self.shell.context.office
        say([row.values["name"] for row in reading.rows(office, "venue", reading.ids(office, "venue"))])
        say(drafts.kept(office, "venue", None) is None)
        QApplication.quit()


def main(data: str, config: str, what: str) -> int:
    """Run the desktop with the typist at it."""
    kept: list[Typist] = []
    return run_desktop(Path(data), Path(config), ready=lambda shell: kept.append(Typist(shell, what)))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
