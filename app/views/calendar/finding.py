"""The next free time: asked from the small bar or with F3, shown as the cursor on the calendar."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.services.availability import Free
from app.services.free_rooms import Needs, next_free
from app.services.times import say_span
from app.text import _
from app.views.calendar.gestures import Span
from app.views.calendar.grid import Grid
from app.views.calendar.layout import DAY, minute_of
from app.views.calendar.message import Message
from app.views.calendar.needs_bar import NeedsBar
from app.views.context import Context


class Finder(QObject):
    """Asks for free times, one after the other. ``where``: the day shown, and the one room that is looked at."""

    narrowed = Signal()
    """The rooms shown shall fit :attr:`needs`."""
    jumped = Signal(object)
    """The :class:`~app.services.availability.Free` that was found, to be shown and then :meth:`select` ed."""

    def __init__(
        self, context: Context, bar: NeedsBar, message: Message, where: Callable[[], tuple[str, str | None]],
        parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.context, self.bar, self.message, self.where = context, bar, message, where
        self.needs = Needs()
        self.found: Free | None = None
        bar.narrowed.connect(self._narrow)
        bar.next_wanted.connect(self._find)

    def forget(self) -> None:
        """The person went elsewhere: the next search begins there."""
        self.found = None

    @Slot(object)
    def _narrow(self, needs: Needs) -> None:
        self.needs, self.found = needs, None
        self.narrowed.emit()

    @Slot(object)
    def _find(self, minutes: int | None) -> None:
        if minutes is None:
            self.message.say(_("看不懂这个时长。可以输入 2、1.5、90分钟、1小时30分。"))
            return
        day, venue = self.where()
        now = self.context.office.now
        begin = self.found.start if self.found else max(now, f"{day}T00:00")
        operation = partial(
            next_free, self.context.office, self.needs, minutes, begin, venue=venue, after=self.found
        )  # fmt: skip
        self.context.tasks.run(operation, self._answered, owner=self)

    @Slot(object)
    def _answered(self, free: Free | None) -> None:
        self.found = free
        if free is None:
            self.message.say(_("一年之内没有合适的空闲时间。请减少人数、换设备或缩短时长。"))
        else:
            self.jumped.emit(free)

    def select(self, grid: Grid) -> None:
        """Put the cursor on the time that was found, where it is shown."""
        free = self.found
        column = grid.plan.column_of(free.venue, free.start[:10]) if free else None
        if free is None or column is None:
            return
        on = free.start[:10]
        grid.select("")
        grid.setFocus()
        grid.put_cursor(Span(column, minute_of(free.start, on), min(minute_of(free.end, on), DAY)))
        room = grid.plan.columns[column].room.name
        span = say_span(free.start, free.end)
        said = _("最近的空闲：{room} {span}。回车预约，F3 找下一个。", room=room, span=span)
        self.message.say(said, fault=False)
