"""Background work: one worker for the database, a small pool for network and PDF; answers arrive on the GUI thread."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEventLoop, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

T = TypeVar("T")
log = logging.getLogger(__name__)

DATABASE, OTHER = "database", "other"
QUIET_MS = 300
"""Work shorter than this shows nothing."""


@dataclass(frozen=True)
class Step:
    """How far a long operation is; ``total`` 0 where it cannot be known."""

    done: int
    total: int
    text: str = ""


class Progress(QObject):
    """Handed to a long operation: it reports from its thread and looks at :attr:`cancelled` between steps."""

    moved = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cancel = threading.Event()

    def report(self, done: int, total: int, text: str = "") -> None:
        """Say how far it is; safe from any thread."""
        self.moved.emit(Step(done, total, text))

    @property
    def cancelled(self) -> bool:
        """Whether the person asked to stop."""
        return self._cancel.is_set()

    @Slot()
    def cancel(self) -> None:
        """Ask the operation to stop at its next step."""
        self._cancel.set()


@dataclass(eq=False)
class _Job:
    operation: Callable[[], Any]
    done: Callable[[Any], None]
    failed: Callable[[Exception], None] | None
    owner: QObject | None
    result: Any = None
    error: Exception | None = None

    def work(self) -> None:
        try:
            self.result = self.operation()
        except Exception as error:
            self.error = error

    def let_go(self) -> None:
        """Drop every reference here, on the GUI thread: the worker may hold the job a moment longer, and a widget
        whose last reference goes in another thread takes the program with it. An error leads back here through its
        traceback: a circle that would be collected in any thread."""
        self.error = None
        self.operation, self.done, self.failed, self.owner, self.result = _nothing, _ignored, None, None, None

    @property
    def wanted(self) -> bool:
        return self.owner is None or isValid(self.owner)


def _nothing() -> None:
    """Stands for an operation that is over."""


def _ignored(_result: Any) -> None:
    """Stands for whoever was told."""


class _Lane:
    """Daemon threads over one queue, started with the first job: a stuck network never keeps the program open."""

    def __init__(self, name: str, most: int, arrived: Callable[[_Job], None]) -> None:
        self.name, self.most, self.arrived = name, most, arrived
        self.jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self.threads: list[threading.Thread] = []

    def put(self, job: _Job) -> None:
        if len(self.threads) < self.most:
            thread = threading.Thread(target=self._run, name=f"shuniu-{self.name}", daemon=True)
            self.threads.append(thread)
            thread.start()
        self.jobs.put(job)

    def _run(self) -> None:
        while (job := self.jobs.get()) is not None:
            job.work()
            self.arrived(job)
            del job

    def stop(self) -> None:
        for _thread in self.threads:
            self.jobs.put(None)


class Tasks(QObject):
    """The one task runner. ``busy`` says, after 300 ms, that something is under way, and when it no longer is."""

    busy = Signal(bool)
    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pending = 0
        self._shown = False
        self._closed = False
        self._lanes = {DATABASE: _Lane(DATABASE, 1, self._post), OTHER: _Lane(OTHER, 2, self._post)}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(QUIET_MS)
        self._timer.timeout.connect(self._show_busy)
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        operation: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        lane: str = DATABASE,
        owner: QObject | None = None,
    ) -> None:
        """Do ``operation`` in the background and hand its result to ``done`` on the GUI thread.

        A result for an ``owner`` that is gone is dropped; without one, the object that ``done`` is bound to. An error
        without ``failed`` is shown by :func:`app.views.dialogs.report`.
        """
        if self._closed:
            return
        if owner is None:
            bound = getattr(done, "__self__", None)
            owner = bound if isinstance(bound, QObject) else None
        self._pending += 1
        if not self._timer.isActive() and not self._shown:
            self._timer.start()
        self._lanes[lane].put(_Job(operation, done, failed, owner))

    @property
    def pending(self) -> int:
        """Operations whose answer has not arrived."""
        return self._pending

    def drain(self, ms: int = 30_000) -> bool:
        """Wait until every answer has arrived; whether they all did within ``ms``."""
        clock = QElapsedTimer()
        clock.start()
        while self._pending and clock.elapsed() < ms:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            if self._pending:
                threading.Event().wait(0.002)
        return not self._pending

    def close(self, ms: int = 5000) -> bool:
        """Take no more work, wait for what is under way, and let the threads go; whether all ended in time."""
        finished = self.drain(ms)
        self._closed = True
        for lane in self._lanes.values():
            lane.stop()
        return finished

    def _post(self, job: _Job) -> None:
        if isValid(self):
            self._arrived.emit(job)

    @Slot(object)
    def _deliver(self, job: _Job) -> None:
        try:
            if job.error is not None:
                self._fail(job, job.error)
            elif job.wanted:
                job.done(job.result)
        except Exception as error:  # a fault of the view that was told: shown, and the program goes on
            self._report(job, error)
        finally:
            job.let_go()
            self._pending -= 1
            if not self._pending:
                self._timer.stop()
                if self._shown:
                    self._shown = False
                    self.busy.emit(False)

    def _fail(self, job: _Job, error: Exception) -> None:
        if not job.wanted:
            log.warning("An operation failed after its page was closed", exc_info=error)
        elif job.failed is not None:
            job.failed(error)
        else:
            self._report(job, error)

    def _report(self, job: _Job, error: Exception) -> None:
        from app.views import dialogs

        parent = job.owner if isinstance(job.owner, QWidget) and isValid(job.owner) else QApplication.activeWindow()
        dialogs.report(parent, error)

    @Slot()
    def _show_busy(self) -> None:
        if self._pending and not self._shown:
            self._shown = True
            self.busy.emit(True)
