"""Keeper: makes the backup of the day behind the pages, and says where it could not."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.errors import DatabaseDamaged, ShuniuError
from app.text import _
from app.views import dialogs
from app.views.context import Said
from app.views.tasks import OTHER

if TYPE_CHECKING:
    from app.services.backups import Made
    from app.views.context import Context

log = logging.getLogger(__name__)


class Keeper(QObject):
    """Looks with every minute of the watch whether today has its backup; after a failure, again the next hour."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._context = context
        self._wait = 0
        self._running = False
        context.watch.minute.connect(self.look)

    @Slot()
    def look(self) -> None:
        """Make the backup of the day where it is due."""
        self._wait -= 1
        if self._running or self._wait > 0:
            return
        self._running = True
        self._context.tasks.run(self._context.workspace.backup_when_due, self._done, self._failed, lane=OTHER)

    @Slot(object)
    def _done(self, made: Made | None) -> None:
        self._running, self._wait = False, 10
        if made is not None and made.notice:
            self._context.said.emit(Said(made.notice))

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._running, self._wait = False, 60
        log.error("The backup of the day failed", exc_info=error)
        if isinstance(error, DatabaseDamaged):
            dialogs.report(None, error)
        elif isinstance(error, ShuniuError):
            self._context.said.emit(Said(_("今天的备份没有做成：{why}", why=str(error))))
