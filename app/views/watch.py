"""Watch: what needs doing and how the exchange stands, looked up behind the pages and told to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.text import _
from app.views.tasks import OTHER

if TYPE_CHECKING:
    from app.services.findings import Finding
    from app.services.syncing import SyncStatus
    from app.views.context import Context

SETTLE_MS = 1500
"""After a write, and after the start: the page itself comes first."""
MINUTE_MS = 60_000


class Watch(QObject):
    """Sleeps until :meth:`start`; then looks again whenever something was written, never twice at once."""

    found = Signal(object)
    """A tuple of every finding."""
    status_changed = Signal(object)
    minute = Signal()
    """The clock moved: what is said relative to now is said again."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._context = context
        self.findings: tuple[Finding, ...] | None = None
        self.status: SyncStatus | None = None
        self._looking = False
        self._again = False
        self._soon = _timer(self, SETTLE_MS, self.look, once=True)
        self._clock = _timer(self, MINUTE_MS, self._tick)

    def start(self) -> None:
        """Look soon, and from now on after every change."""
        self._context.changed.connect(self._changed)
        self._soon.start()
        self._clock.start()
        QTimer.singleShot(SETTLE_MS, self, self.catch_up)

    @Slot()
    def _tick(self) -> None:
        self.minute.emit()
        self.catch_up()

    @Slot()
    def catch_up(self) -> None:
        """Do what fell due with time: who waits for a room is offered what became free (rules.md 35)."""
        from app.services.slot_waiting import due

        office = self._context.office
        self._context.tasks.run(lambda: due(office), self._moved_up, self._failed)

    @Slot(object)
    def _moved_up(self, said: tuple[str, ...]) -> None:
        if said:
            self._context.wrote({"slot_waiting"}, "".join(said))

    @Slot(object)
    def _changed(self, _kinds: frozenset[str]) -> None:
        self._soon.start()

    @Slot()
    def look(self) -> None:
        """Look now: findings beside the database lane, since they read everything; the status is quick."""
        self.look_at_status()
        if self._looking:
            self._again = True
            return
        from app.services.findings import findings

        office = self._context.office
        self._looking = True
        self._context.tasks.run(lambda: tuple(findings(office)), self._found, self._failed, lane=OTHER)

    def look_at_status(self) -> None:
        """Ask how the exchange stands."""
        from app.services import syncing

        workspace = self._context.workspace
        self._context.tasks.run(lambda: syncing.status(workspace), self._stands, self._failed)

    @Slot(object)
    def _found(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        self._rest()
        self.found.emit(findings)

    @Slot(object)
    def _stands(self, status: SyncStatus) -> None:
        self.status = status
        self.status_changed.emit(status)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        """Nobody asked for it: the log keeps it, the next change tries again."""
        import logging

        logging.getLogger(__name__).error("Looking behind the pages failed", exc_info=error)
        self._rest()

    def _rest(self) -> None:
        self._looking = False
        if self._again:
            self._again = False
            self._soon.start()


def _timer(parent: QObject, ms: int, slot: Callable[[], None], *, once: bool = False) -> QTimer:
    timer = QTimer(parent)
    timer.setInterval(ms)
    timer.setSingleShot(once)
    timer.timeout.connect(slot)
    return timer


def say_when(at: int, now: datetime) -> str:
    """``今天 09:40``, ``昨天 17:05``, ``11月20日 08:30``."""
    moment = datetime.fromtimestamp(at)
    days = (now.date() - moment.date()).days
    clock = f"{moment:%H:%M}"
    if days == 0:
        return _("今天 {time}", time=clock)
    if days == 1:
        return _("昨天 {time}", time=clock)
    if moment.year == now.year:
        return _("{month}月{day}日 {time}", month=moment.month, day=moment.day, time=clock)
    return _("{year}年{month}月{day}日", year=moment.year, month=moment.month, day=moment.day)


def say_status(status: SyncStatus, now: datetime) -> str:
    """How the exchange stands, in words (look.md, Skeleton)."""
    if not status.carded:
        return _("未入网，数据只在本机")
    left = _("还有 {n} 条未送", n=status.unsent) if status.unsent else _("都已送达")
    if status.district_heard_at is None:
        return _("区里还没有收到过，{left}", left=left) if status.unsent else _("还没有和区里交换过")
    return _("区里最后收到：{when}，{left}", when=say_when(status.district_heard_at, now), left=left)
