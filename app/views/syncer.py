"""Syncer: exchanges with the district by itself, every ten minutes while the network answers, and on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.errors import ShuniuError
from app.sync.pauses import Interrupted, pause
from app.text import _
from app.views.tasks import OTHER, Progress, Step

if TYPE_CHECKING:
    from app.sync.http import SyncResult
    from app.views.context import Context

FIRST_MS = 5000


class Syncer(QObject):
    """One exchange at a time. ``moved`` with a :class:`Step`, ``ended`` with an error or None."""

    moved = Signal(object)
    ended = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._context = context
        self._progress: Progress | None = None
        self._failures = 0
        self.error: Exception | None = None
        """What the last exchange failed with."""
        self.ended_at: int | None = None
        """When the last exchange of this session ended (unix seconds)."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._due)

    @property
    def running(self) -> bool:
        """Whether an exchange is under way."""
        return self._progress is not None

    def start(self) -> None:
        """Begin to exchange by itself, a little after the start."""
        self._timer.start(FIRST_MS)

    @Slot()
    def _due(self) -> None:
        if self._context.workspace.machine.card:
            self.sync()
        else:
            self._timer.start(pause(0) * 1000)

    @Slot()
    def sync(self) -> None:
        """Exchange now."""
        from app.services import syncing

        if self.running:
            return
        self._timer.stop()
        workspace, progress = self._context.workspace, Progress(self)
        self._progress = progress
        progress.moved.connect(self.moved)
        self.moved.emit(Step(0, 0, _("正在连接区里…")))
        self._context.tasks.run(
            lambda: syncing.sync(workspace, progress.report, lambda: progress.cancelled),
            self._synced, self._failed, lane=OTHER,
        )  # fmt: skip

    @Slot()
    def cancel(self) -> None:
        """Stop after the bundle that is under way; what was exchanged stays."""
        if self._progress is not None:
            self._progress.cancel()

    @Slot(object)
    def _synced(self, result: SyncResult) -> None:
        self._failures = 0
        self._finish(None, result)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        if not isinstance(error, ShuniuError):
            import logging

            logging.getLogger(__name__).error("The exchange failed", exc_info=error)
        if isinstance(error, Interrupted):
            self._failures = 0
            self._finish(error, error.result)
        else:
            self._failures += 1
            self._finish(error)

    def _finish(self, error: Exception | None, result: SyncResult | None = None) -> None:
        """The exchange is over; what it brought is shown, and a new id is taken up."""
        if result is not None and result.renewed is not None:
            self._context.renew(result.renewed)
        if self._progress is not None:
            self._progress.deleteLater()
        self._progress, self.error = None, error
        self.ended_at = int(self._context.office.clock().timestamp())
        self._timer.start(pause(self._failures, error) * 1000)
        self._context.watch.look_at_status()
        self.ended.emit(error)
        if result is not None and result.touched:
            self._context.wrote(frozenset(kind for _owner, kind, _id in result.touched))
