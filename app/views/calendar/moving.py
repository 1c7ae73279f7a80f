"""Moving a booking from the calendar: another room is asked about, what was done can be undone, a refusal is said; where
it is one of policy, a reason sets it aside."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.errors import Refusal
from app.services import calendar
from app.services.boards import Block
from app.services.writing import Saved
from app.text import _, listed
from app.views import dialogs
from app.views.calendar import words
from app.views.calendar.gestures import Move
from app.views.calendar.grid import Grid
from app.views.calendar.message import Message
from app.views.context import Context


class Mover(QObject):
    """Saves what the grid drops. ``room``: the name of a room that is shown."""

    done = Signal()
    """The board is to be asked for again."""

    def __init__(
        self, context: Context, grid: Grid, message: Message, room: Callable[[str], str], page: QWidget
    ) -> None:
        super().__init__(page)
        self.context, self.grid, self.message, self.room, self.page = context, grid, message, room, page
        self._moving: Move | None = None
        grid.dropped.connect(self._dropped)
        grid.locked.connect(self._locked)

    @Slot(object)
    def _locked(self, block: Block) -> None:
        self.message.say(_("“{name}”{status}，不能移动。", name=words.name(block), status=words.status(block.status)))

    @Slot(object)
    def _dropped(self, move: Move) -> None:
        self.message.quieten()
        if not move.same_room and not dialogs.confirm(
            self.page, _("换到另一个场地？"),
            _("“{name}”从 {old} 换到 {new}。", name=words.name(move.block), old=self.room(move.block.venue),
              new=self.room(move.venue)),
            _("换场地"), _("留在原处"),
        ):  # fmt: skip
            self.grid.put_back()
            return
        self._save(move)

    def _save(self, move: Move, reason: str = "") -> None:
        self._moving = move
        where = (move.block, move.venue, move.start, move.end)
        operation = partial(calendar.move, self.context.office, *where, reason=reason)
        self.context.tasks.run(operation, self._moved, self._refused, owner=self)

    @Slot(object)
    def _moved(self, saved: Saved) -> None:
        move, self._moving = self._moving, None
        text = ""
        if move is not None:
            text = words.moved(move.block, move.start, move.end, self.room(move.venue))
        if saved.notices:
            self.message.say("\n".join(saved.notices))
        self.context.wrote({"booking"}, text, saved.op)
        self.done.emit()

    @Slot(object)
    def _refused(self, error: Exception) -> None:
        move, self._moving = self._moving, None
        if move is not None and isinstance(error, Refusal) and error.policy:
            said = listed(fault.error for fault in error.faults)
            if reason := dialogs.ask_reason(self.page, _("写明理由"), said, yes=_("照办")):
                self._save(move, reason)
                return
        self.grid.put_back()
        what, mend = dialogs.message(error)
        self.message.say("\n".join(part for part in (what, mend) if part))
        self.done.emit()
