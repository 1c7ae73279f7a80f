"""Bugs in slots, timers, paint events and threads: one calm dialog each, however often they come up; and the offer after
a crash."""

from __future__ import annotations

import logging
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from app.services.logs import CRASHES, SEEN, Discreet, crash_left
from app.services.writing import save
from app.views import dialogs
from app.views.faults import Faults
from app.views.preferences import Preferences
from app.views.shell import Shell
from app.views.start import Desktop
from app.workspace import Workspace
from tests.kill.faulty import FAULTS, NAME, PHONE, Broken, Person, meet

REPORT, INFORM = dialogs.report, dialogs.inform


@pytest.fixture
def desktop(app: QApplication, workspace: Workspace, qtbot):
    made = Desktop(app, workspace.data, workspace.machine.folder.parent, Preferences())
    yield made
    if made.window is not None:  # what is broken in it must not come up in the next test
        for broken in made.window.findChildren(Broken):
            broken.hide()
        for timer in made.window.findChildren(QTimer):
            timer.stop()
    made.close()
    if made.window is not None:
        made.window.deleteLater()
        qtbot.wait(1)  # a loop, in which it is deleted
    delete(made)  # here, and not by a collection in some other thread


@pytest.mark.qt_no_exception_capture
@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {"in_c"}))
def test_a_bug_is_said_once_and_the_window_goes_on(desktop: Desktop, fault: str, asked, qtbot) -> None:
    desktop.start()
    seen: list[Exception] = []
    asked.answer("report", lambda _window, error: seen.append(error))
    assert isinstance(desktop.window, Shell)
    FAULTS[fault](desktop.window)
    qtbot.waitUntil(lambda: bool(seen) and not desktop.tasks.pending, timeout=10_000)
    qtbot.wait(30)
    assert desktop.workspace is not None
    save(desktop.workspace.office, "venue", {"name": "照样能存"})


def test_a_bug_is_not_said_on_top_of_another(app: QApplication, monkeypatch, qtbot) -> None:
    shown: list[str] = []

    def run(sheet: dialogs.Sheet) -> bool:
        sheet.show()
        shown.append(sheet.windowTitle())
        REPORT(None, Person())
        sheet.close()
        return True

    monkeypatch.setattr(dialogs, "inform", INFORM)
    monkeypatch.setattr(dialogs.Sheet, "run", run)
    REPORT(None, Person())
    assert len(shown) == 1


def test_no_word_of_a_person_gets_into_the_log() -> None:
    said: list[str] = []
    handler = logging.Handler()
    handler.setFormatter(Discreet())
    handler.emit = lambda record: said.append(handler.format(record))
    record = logging.LogRecord("app.x", logging.ERROR, "", 0, "没有存下", None, None)
    try:
        try:
            meet()
        except Person as first:
            raise KeyError(PHONE) from first
    except KeyError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    assert record.exc_info is not None
    record.exc_text = logging.Formatter().formatException(record.exc_info)  # as another handler leaves it
    handler.handle(record)
    foreign = logging.LogRecord("library", logging.WARNING, "", 0, "cannot reach %s", (PHONE,), None)
    handler.handle(foreign)
    words = "\n".join(said)
    assert PHONE not in words
    assert NAME not in words
    assert "tests.kill.faulty.Person" in words
    assert "in meet" in words
    assert "KeyError" in words
    assert "which led to" in words
    assert "cannot reach %s" in words
    assert record.exc_text is not None


def test_hooks_are_given_back() -> None:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    faults = Faults()
    faults.install()
    assert sys.excepthook == faults.caught
    faults.remove()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_the_start_after_a_crash_offers_the_diagnostics_once(
    desktop: Desktop, workspace: Workspace, tmp_path: Path, asked, qtbot
) -> None:
    config = workspace.machine.folder.parent
    (config / CRASHES).write_text("Fatal Python error: Segmentation fault\n", "utf-8")
    asked.answer("confirm", True)
    asked.answer("choose_save_file", tmp_path / "诊断.zip")
    desktop.start()
    qtbot.waitUntil(lambda: (tmp_path / "诊断.zip").exists() and not desktop.tasks.pending, timeout=10_000)
    with zipfile.ZipFile(tmp_path / "诊断.zip") as archive:
        assert "Segmentation fault" in archive.read(SEEN).decode()
    assert not crash_left(config), "told once"
