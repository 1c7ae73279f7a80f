"""Bugs wherever they come up: logged, said calmly and once, and the program goes on."""

from __future__ import annotations

import logging
import sys
import threading
import time
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from app.views import dialogs

AGAIN = 60.0
"""Seconds before the same bug is told again: what fails while painting fails at every repaint."""
log = logging.getLogger(__name__)


class Faults(QObject):
    """Takes what nobody caught, in slots, events, timers and threads."""

    met = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before = sys.excepthook, threading.excepthook, sys.unraisablehook
        self._told: dict[tuple[object, ...], float] = {}
        self.met.connect(self.tell, Qt.ConnectionType.QueuedConnection)  # never from within a paint event, or a thread

    def install(self) -> None:
        """Take the place of the interpreter's own answers."""
        if threading.excepthook != self._in_thread:
            self._before = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self.caught
        threading.excepthook = self._in_thread
        sys.unraisablehook = self._unraisable

    def remove(self) -> None:
        """Give them back."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before

    def caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """A bug in a slot, an event or a timer; other endings are left to the interpreter."""
        if not isinstance(error, Exception):
            sys.__excepthook__(kind, error, trace)
        elif self._new(error) and isValid(self):
            self.met.emit(error)

    def _in_thread(self, told: threading.ExceptHookArgs) -> None:
        if isinstance(told.exc_value, Exception):
            self.caught(type(told.exc_value), told.exc_value, told.exc_traceback)

    def _unraisable(self, told: sys.UnraisableHookArgs) -> None:
        if isinstance(told.exc_value, Exception) and self._new(told.exc_value):
            log.error("An error that could not be raised", exc_info=told.exc_value)

    def _new(self, error: Exception) -> bool:
        """Whether it was not told a moment ago."""
        trace, place = error.__traceback__, ()
        while trace is not None:
            place, trace = (trace.tb_frame.f_code.co_filename, trace.tb_lineno), trace.tb_next
        now, bug = time.monotonic(), (type(error), *place)
        before = self._told.get(bug)
        if before is not None and now - before < AGAIN:
            return False
        self._told[bug] = now
        return True

    @Slot(object)
    def tell(self, error: Exception) -> None:
        """Log and say it, on the thread of the windows."""
        dialogs.report(QApplication.activeWindow(), error)
