"""The calendar page: a day of all rooms or a week of one, with everything that can be done from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from app.services import calendar
from app.services.calendar import Block, Board
from app.services.times import say_day
from app.services.writing import Saved
from app.text import _
from app.views import dialogs
from app.views.calendar import words
from app.views.calendar.bar import Bar
from app.views.calendar.gestures import Asked, Move
from app.views.calendar.grid import Grid
from app.views.calendar.legend import Legend
from app.views.calendar.rooms import RoomPicker
from app.views.context import Context
from app.views.page import Page

MINUTE_MS = 20_000
"""How often the red line looks at the clock."""


class CalendarPage(Page):
    """Shows a board, asks the services, and says what they answer."""

    name = "calendar"
    title = "场地日历"
    listens_to = frozenset({"booking", "venue"})

    def __init__(
        self, context: Context, venue: str | None = None, day: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(context, parent)
        self._day = day or context.office.today
        self._venue = venue
        self._week = venue is not None
        self._gone = False
        self._board: Board | None = None
        self._moving: Move | None = None
        self._picker: RoomPicker | None = None
        self.bar = Bar(self.theme, date.fromisoformat(context.office.today), self)
        self.grid = Grid(self.theme, self)
        self._message = QLabel()
        self._message.setProperty("look", "fault")
        self._message.setWordWrap(True)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self.message = self._message_row()
        self.stack = QStackedWidget()
        self.stack.addWidget(self._framed())
        self.stack.addWidget(self._no_rooms())
        self.body.setSpacing(self.theme.px(8))
        self.body.addWidget(self.bar)
        self.body.addWidget(self.message)
        self.body.addWidget(self.stack, 1)
        self.body.addWidget(Legend(self.theme, self))
        self.book_button = self.button(_("预约"), self.book, icon="plus", look="primary", keys="F5")
        self.print_button = self.button(_("打印安排表"), self.print_plan, icon="printer", keys="Ctrl+P")
        self.set_actions(self.book_button, [self.print_button])
        self.setFocusProxy(self.grid)
        self._wire()
        self._clock = QTimer(self)
        self._clock.setInterval(MINUTE_MS)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        self._show_head()

    def _wire(self) -> None:
        self.bar.day_chosen.connect(self.go)
        self.bar.mode_chosen.connect(self.set_week)
        self.bar.gone_chosen.connect(self._show_gone)
        self.bar.rooms_wanted.connect(self._pick_rooms)
        self.grid.asked.connect(self._ask_for)
        self.grid.opened.connect(self._opened)
        self.grid.dropped.connect(self._dropped)
        self.grid.locked.connect(self._locked)
        self.grid.chosen.connect(self._chosen)

    def _framed(self) -> QFrame:
        frame = QFrame()
        frame.setProperty("look", "card")
        box = QVBoxLayout(frame)
        box.setContentsMargins(1, 1, 1, 1)
        box.addWidget(self.grid)
        return frame

    def _message_row(self) -> QFrame:
        row = QFrame(self)
        row.setProperty("look", "card")
        line = QHBoxLayout(row)
        line.setContentsMargins(self.theme.px(12), self.theme.px(4), self.theme.px(4), self.theme.px(4))
        line.addWidget(self._message, 1)
        line.addWidget(self.button(_("知道了"), self._quieten, look="link"))
        row.hide()
        return row

    def _no_rooms(self) -> QWidget:
        add = self.button(_("新建场地"), self._new_room, icon="plus")
        return self.empty_state(_("还没有场地。先把中心可以出借的房间登记进来，就能在这里预约。"), add)

    # Where it stands

    def arrive(self, arguments: Mapping[str, Any]) -> None:
        """Come to a ``day`` and, with ``venue``, to that room's week."""
        if arguments.get("venue"):
            self._venue, self._week = arguments["venue"], True
        self._day = arguments.get("day") or self._day
        self._load()

    def refresh(self) -> None:
        """Ask for the board again."""
        self._load()

    @Slot(object)
    def go(self, day: str) -> None:
        """Show another day or its week."""
        self._day = day
        self._quieten()
        self._load()

    @Slot(object)
    def set_week(self, week: bool) -> None:
        """The week of one room, or the day of many."""
        if week and self._venue is None:
            block, columns = self.grid.selected(), self.grid.plan.columns
            span = self.grid.cursor_span
            if block is not None:
                self._venue = block.venue
            elif columns:
                self._venue = columns[span.column if span else 0].room.id
        self._week = week and self._venue is not None
        self._quieten()
        self._load()

    @property
    def first(self) -> str:
        """The day shown, or the Monday of the week shown."""
        if not self._week:
            return self._day
        day = date.fromisoformat(self._day)
        return (day - timedelta(days=day.weekday())).isoformat()

    def _load(self) -> None:
        office, venue, gone = self.context.office, self._venue, self._gone
        if self._week and venue:
            operation = partial(calendar.week, office, venue, self.first, gone=gone)
        else:
            operation = partial(calendar.day, office, self._day, gone=gone)
        self._show_head()
        self.context.tasks.run(operation, self._loaded, owner=self)

    @Slot(object)
    def _loaded(self, board: Board) -> None:
        if (board.first, board.days) != (self.first, 7 if self._week else 1):
            return  # an answer to an older question
        if board.days == 7 and (not board.rooms or board.rooms[0].id != self._venue):
            if not board.rooms:
                self._week, self._venue = False, None
                self._load()
            return
        self._board = board
        self.grid.show_board(board, self.context.office.now)
        self.stack.setCurrentIndex(0 if board.rooms or board.total else 1)
        self._show_head()

    def _show_head(self) -> None:
        board = self._board
        first = date.fromisoformat(self.first)
        if self._week:
            last = (first + timedelta(days=6)).isoformat()
            room = board.rooms[0].name if board and board.days == 7 and board.rooms else ""
            self.set_title(
                _("{first} 至 {last}  {room}", first=say_day(self.first), last=say_day(last), room=room).strip()
            )
        else:
            named = board.holidays[0] if board and board.first == self._day else ""
            said = say_day(self._day)
            if first.year != int(self.context.office.today[:4]):
                said = _("{year}年{day}", year=first.year, day=said)
            self.set_title(f"{said} {named}".strip())
        count = len(board.rooms) if board else 0
        label = _("选场地") if self._week else _("场地（{n}）", n=count)
        self.bar.show_state(self._day, week=self._week, rooms=label)
        if board is not None:
            said = words.summary(board, self.context.office.today)
            if board.elsewhere:
                said = _("{said}（其中 {n} 场在没有显示的场地）", said=said, n=board.elsewhere)
            self.set_summary(said)

    @Slot()
    def _tick(self) -> None:
        self.grid.set_now(self.context.office.now)
        self.bar.set_today(date.fromisoformat(self.context.office.today))

    @Slot(object)
    def _show_gone(self, gone: bool) -> None:
        self._gone = gone
        self._load()

    @Slot()
    def print_plan(self) -> None:
        """A sheet of the day or week, for the door, the desk, the cleaner or the telephone: asked for, then previewed."""
        from app.views.records.sheet_choice import print_sheet

        room = (self._venue or "") if self._week else ""
        on = self.first if room else self._day
        print_sheet(self, self.context, on, room, self._room(room) if room else "")

    # Booking and moving

    @Slot()
    def book(self) -> None:
        """Book the time under the cursor, or a time still to be chosen."""
        wanted = self.grid.wanted()
        if wanted is not None:
            self._ask_for(wanted)
        else:
            self.context.new_record("booking", {"venue": self._venue} if self._week and self._venue else {})

    def new_record(self) -> None:
        """F5."""
        self.book()

    @Slot(object)
    def _ask_for(self, asked: Asked) -> None:
        self._quieten()
        values = {"venue": asked.venue, "start": asked.start, "end": asked.end}
        self.context.new_record("booking", values)

    @Slot(object)
    def _opened(self, block_id: str) -> None:
        self.context.open_record("booking", block_id)

    @Slot(object)
    def _chosen(self, block: Block | None) -> None:
        self._quieten()

    @Slot(object)
    def _locked(self, block: Block) -> None:
        self._say(_("“{name}”{status}，不能移动。", name=words.name(block), status=words.status(block.status)))

    @Slot(object)
    def _dropped(self, move: Move) -> None:
        self._quieten()
        if not move.same_room and not dialogs.confirm(
            self, _("换到另一个场地？"),
            _("“{name}”从 {old} 换到 {new}。", name=words.name(move.block), old=self._room(move.block.venue),
              new=self._room(move.venue)),
            _("换场地"), _("留在原处"),
        ):  # fmt: skip
            self.grid.put_back()
            return
        self._moving = move
        operation = partial(calendar.move, self.context.office, move.block, move.venue, move.start, move.end)
        self.context.tasks.run(operation, self._moved, self._refused, owner=self)

    @Slot(object)
    def _moved(self, saved: Saved) -> None:
        move, self._moving = self._moving, None
        text = ""
        if move is not None:
            text = words.moved(move.block, move.start, move.end, self._room(move.venue))
        if saved.notices:
            self._say("\n".join(saved.notices))
        self.context.wrote({"booking"}, text, saved.op)
        self._load()

    @Slot(object)
    def _refused(self, error: Exception) -> None:
        self._moving = None
        self.grid.put_back()
        what, mend = dialogs.message(error)
        self._say("\n".join(part for part in (what, mend) if part))
        self._load()

    def _room(self, venue: str) -> str:
        rooms = self._board.rooms if self._board else ()
        return next((room.name for room in rooms if room.id == venue), "")

    def _say(self, text: str) -> None:
        self._message.setText(text)
        self._message.setAccessibleName(text)
        self.message.show()

    @Slot()
    def _quieten(self) -> None:
        self.message.hide()

    # Rooms

    @Slot()
    def _pick_rooms(self) -> None:
        ticked = [room.id for room in self._board.rooms] if self._board else []
        self._picker = RoomPicker(self.theme, single=self._week, ticked=ticked, parent=self)
        self._picker.searched.connect(self._search_rooms)
        self._picker.chosen.connect(self._rooms_chosen)
        self._picker.open_below(self.bar.rooms)
        self._search_rooms("")

    @Slot(object)
    def _search_rooms(self, text: str) -> None:
        if self._picker is not None:
            operation = partial(calendar.rooms, self.context.office, text)
            self.context.tasks.run(operation, self._picker.offer, owner=self._picker)

    @Slot(object)
    def _rooms_chosen(self, chosen: tuple[str, ...] | None) -> None:
        self._picker = None
        if self._week:
            self._venue = chosen[0] if chosen else self._venue
            self._load()
        else:
            operation = partial(calendar.remember, self.context.office, chosen)
            self.context.tasks.run(operation, self._remembered, owner=self)

    @Slot(object)
    def _remembered(self, _nothing: object) -> None:
        self._load()

    @Slot()
    def _new_room(self) -> None:
        self.context.new_record("venue", {})
