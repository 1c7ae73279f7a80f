"""Stage: real windows driven without a person, for the tour and the self-test; a dialog that comes unasked is a fault."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QEventLoop, QTimer
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.views.context import Context
from app.views.preferences import Preferences
from app.views.shell import Shell
from app.views.start import application
from app.views.tasks import Tasks
from app.views.theme import Theme
from app.workspace import Workspace

PATIENCE_MS = 30_000


class Unasked(RuntimeError):
    """A dialog came up where none was expected; carries its words."""


def without_display() -> None:
    """Let Qt draw offscreen where there is no display."""
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not shown:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


class StageContext(Context):
    """A context in which what is printed goes into the file ``paper``; without one nothing is printed."""

    paper: Path | None = None

    def choose_printer(self, parent: QWidget, printer: QPrinter) -> bool:
        """Print into the file."""
        if self.paper is not None:
            printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
            printer.setOutputFileName(str(self.paper))
        return self.paper is not None


class Stage:
    """A signed-in desktop over one workspace."""

    def __init__(self, workspace: Workspace, actor: str, size: str = "standard") -> None:
        without_display()
        theme = Theme(size)
        self.app = application(theme)
        self.workspace, self.tasks = workspace, Tasks()
        self.context = StageContext(workspace, self.tasks, theme, actor)
        self.shell = Shell(self.context, workspace.machine.folder, Preferences(size=size, user=actor))
        self.shell.resize(1366, 768)
        self.shell.show()
        self.shell.activateWindow()
        self._words: list[str] = []
        self.expected: type[QWidget] | None = None
        """A kind of dialog that may be up now."""
        logging.basicConfig(level=logging.ERROR)  # what a calm dialog does not say
        self._guard = QTimer()
        self._guard.timeout.connect(self._close_dialogs)
        self._guard.start(50)

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _close_dialogs(self) -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is not None and not (self.expected is not None and isinstance(dialog, self.expected)):
            self._words.append(f"{dialog.windowTitle()}: {words_of(dialog)}")
            dialog.close()

    def settle(self, ms: int = 120) -> None:
        """Let the window work until nothing is under way, and ``ms`` longer."""
        clock = QElapsedTimer()
        clock.start()
        quiet = QElapsedTimer()
        quiet.start()
        while quiet.elapsed() < ms:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            if self._words:
                raise Unasked("; ".join(self._words))
            if self.tasks.pending:
                quiet.restart()
            if clock.elapsed() > PATIENCE_MS:
                raise TimeoutError("the window does not come to rest")

    def until(self, held: Callable[[], bool]) -> None:
        """Let the window work until ``held`` says so; raises :class:`TimeoutError` where it never does."""
        clock = QElapsedTimer()
        clock.start()
        while not held():
            self.settle(10)
            if clock.elapsed() > PATIENCE_MS:
                raise TimeoutError("what is waited for does not come")

    def go(self, page: str, **arguments: object) -> QWidget:
        """Show a page and wait until it stands."""
        self.context.open_page(page, **arguments)
        self.settle(450)
        shown = self.shell.page
        assert shown is not None
        return shown

    def type(self, widget: QWidget, text: str) -> None:
        """Type as a person does: whole words where an input method would commit them."""
        if text.isascii():
            QTest.keyClicks(widget, text)
        else:
            from PySide6.QtGui import QInputMethodEvent

            event = QInputMethodEvent("", [])
            event.setCommitString(text)
            QApplication.sendEvent(widget, event)

    def save(self, path: Path, widget: QWidget | None = None) -> None:
        """A picture of the window as it stands."""
        self.settle()
        if not (widget or self.shell).grab().save(str(path)):
            raise OSError(f"cannot write {path.name}")

    def close(self) -> None:
        """Let everything go."""
        self._guard.stop()
        self.tasks.close()
        self.shell.hide()
        self.shell.deleteLater()
        QApplication.processEvents()


def words_of(widget: QWidget) -> str:
    """What a dialog says."""
    from PySide6.QtWidgets import QLabel

    return " / ".join(label.text() for label in widget.findChildren(QLabel) if label.text())
