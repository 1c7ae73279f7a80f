"""Bugs in slots, timers, paint events and threads: one calm dialog each, however often they come up; and the offer after
a crash."""

from __future__ import annotations

import logging
import sys
import threading
import zipfile
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from app.services.logs import CRASHES, SEEN, Discreet, crash_left
from app.views import dialogs
from app.views.context import Context
from app.views.diagnosing import offer_after_crash
from app.views.faults import Faults
from tests.kill.faulty import NAME, PHONE, Person, meet

REPORT, INFORM = dialogs.report, dialogs.inform


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


def test_after_a_crash_the_diagnostics_are_offered(context: Context, tmp_path: Path, asked, qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    config = context.workspace.machine.folder.parent
    (config / CRASHES).write_text("Fatal Python error: Segmentation fault\n", "utf-8")
    assert crash_left(config)
    assert not crash_left(config), "told once"
    asked.answer("confirm", True)
    asked.answer("choose_save_file", tmp_path / "诊断.zip")
    offer_after_crash(context, window)
    context.tasks.drain()
    with zipfile.ZipFile(tmp_path / "诊断.zip") as archive:
        assert "Segmentation fault" in archive.read(SEEN).decode()
