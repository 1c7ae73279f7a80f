"""Background sync: on start, every ten minutes while the network answers, backing off to two hours (design.md §7)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.errors import Refusal, ShuniuError
from app.views.context import Context

if TYPE_CHECKING:
    from app.services.syncing import SyncStatus
    from app.sync.http import SyncResult

_log = logging.getLogger("shuniu.sync")
PAUSES = (600, 1200, 2400, 4800, 7200)
"""Seconds to the next exchange, by failures in a row."""
FIRST = 3
"""Seconds after the window is up."""


class BackgroundSync(QObject):
    """Exchanges with the district without ever holding up the window, and tells how things stand."""

    stands = Signal(object)
    """A :class:`SyncStatus`, after every exchange and every write."""
    fault = Signal(object)
    """Why the last exchange failed; None when it went well."""

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.running = False
        self._failures = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.now)
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(400)
        self._asking.timeout.connect(self._ask)
        context.changed.connect(self._changed)

    def start(self) -> None:
        """Ask how things stand, and exchange soon."""
        self._asking.start()
        self._timer.start(FIRST * 1000)

    def stop(self) -> None:
        """No further exchange; the window is closing."""
        self._timer.stop()
        self._asking.stop()

    @Slot()
    def now(self) -> None:
        """Exchange now, unless one is under way."""
        if self.running:
            return
        from app.services import syncing

        self.running = True
        workspace = self.context.workspace
        self.context.tasks.run(lambda: syncing.sync(workspace), self._done, self._failed, lane="other", owner=self)

    @Slot(object)
    def _done(self, result: SyncResult) -> None:
        self.running, self._failures = False, 0
        self._timer.start(PAUSES[0] * 1000)
        self.fault.emit(None)
        kinds = {kind for _scope, kind, _id in result.touched}
        if kinds:
            self.context.wrote(kinds)
        self._asking.start()

    def _failed(self, error: Exception) -> None:
        """No card or no network is nothing to be alarmed about; the foot of the navigation says it."""
        self.running = False
        self._failures += 1
        self._timer.start(PAUSES[min(self._failures, len(PAUSES) - 1)] * 1000)
        self.fault.emit(None if isinstance(error, Refusal) else error)
        if not isinstance(error, ShuniuError):
            _log.error("sync failed", exc_info=error)
        self._asking.start()

    @Slot(object)
    def _changed(self, _kinds: object) -> None:
        self._asking.start()

    @Slot()
    def _ask(self) -> None:
        from app.services import syncing

        workspace = self.context.workspace
        self.context.tasks.run(lambda: syncing.status(workspace), self._told, owner=self)

    @Slot(object)
    def _told(self, status: SyncStatus) -> None:
        self.stands.emit(status)
