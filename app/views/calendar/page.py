"""The calendar page: a day of all rooms, a week of one, or a month, with everything that can be done from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from app.services import calendar, months
from app.services.availability import Free
from app.services.boards import Block, Board
from app.services.months import Month
from app.services.rights import PRINT, to_write
from app.text import _
from app.views.calendar import words
from app.views.calendar.bar import DAY_VIEW, MONTH_VIEW, WEEK_VIEW, Bar
from app.views.calendar.choosing import Chooser
from app.views.calendar.finding import Finder
from app.views.calendar.gestures import Asked
from app.views.calendar.grid import Grid
from app.views.calendar.legend import Legend
from app.views.calendar.message import Message
from app.views.calendar.month import MonthGrid
from app.views.calendar.moving import Mover
from app.views.calendar.needs_bar import NeedsBar
from app.views.context import Context
from app.views.counter.walk_in import walk_in
from app.views.page import Page

MINUTE_MS = 20_000
"""How often the red line looks at the clock."""
BOARD, MONTH, NO_ROOMS = 0, 1, 2
"""What lies in the stack."""


class CalendarPage(Page):
    """Shows a board or a month, asks the services, and says what they answer."""

    help_topic = "calendar"
    name = "calendar"
    title = "场地日历"
    listens_to = frozenset({"booking", "venue", "closure", "calendar_day", "slot_waiting", "center"})

    def __init__(
        self, context: Context, venue: str | None = None, day: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(context, parent)
        self._day = day or context.office.today
        self._venue = venue
        self._mode = WEEK_VIEW if venue is not None else DAY_VIEW
        self._gone = False
        self._also = ""
        self._board: Board | None = None
        self.bar = Bar(self.theme, date.fromisoformat(context.office.today), self)
        self.needs = NeedsBar(self.theme, self)
        self.grid = Grid(self.theme, self)
        self.month = MonthGrid(self.theme, self)
        self.message = Message(self.theme, self)
        self.mover = Mover(context, self.grid, self.message, self._room, self)
        self.finder = Finder(context, self.needs, self.message, self._looked_at, self)
        self.chooser = Chooser(context, self.bar.rooms, self)
        self.stack = QStackedWidget()
        for shown in (self._framed(self.grid), self._framed(self.month), self._no_rooms()):
            self.stack.addWidget(shown)
        self.legend = Legend(self.theme, self)
        self.body.setSpacing(self.theme.px(8))
        for widget in (self.bar, self.needs, self.message):
            self.body.addWidget(widget)
        self.body.addWidget(self.stack, 1)
        self.body.addWidget(self.legend)
        self.book_button = self.button(_("预约"), self.book, icon="plus", look="primary", keys="F5")
        self.print_button = self.button(_("打印安排表"), self.print_plan, icon="printer", keys="Ctrl+P")
        self.here_button = self.button(_("现场使用"), self.walk_in, icon="user")
        self.here_button.setToolTip(_("人已经在柜台：从现在起的预约，保存即为使用中"))
        self.set_actions(self.book_button, [self.here_button, self.print_button])
        for one in (self.book_button, self.here_button):
            context.allow(one, to_write("booking"))
        context.allow(self.print_button, PRINT)
        self.setFocusProxy(self.grid)
        self._wire()
        self._clock = QTimer(self)
        self._clock.setInterval(MINUTE_MS)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        self._show_head()

    def _wire(self) -> None:
        self.bar.day_chosen.connect(self.go)
        self.bar.mode_chosen.connect(self.set_mode)
        self.bar.gone_chosen.connect(self._show_gone)
        self.bar.rooms_wanted.connect(self._pick_rooms)
        self.finder.narrowed.connect(self._narrowed)
        self.finder.jumped.connect(self._jump)
        self.chooser.many.connect(self._load)
        self.chooser.one.connect(self._room_chosen)
        self.grid.asked.connect(self._ask_for)
        self.grid.opened.connect(self._opened)
        self.grid.chosen.connect(self._chosen)
        self.mover.done.connect(self._load)
        self.month.opened.connect(self._open_day)
        self.month.chosen.connect(self._month_day)
        for shown in (self.grid, self.month):
            shown.turned.connect(self.bar.turn)
            shown.key_wanted.connect(self._key)

    def _framed(self, shown: QWidget) -> QFrame:
        frame = QFrame()
        frame.setProperty("look", "card")
        box = QVBoxLayout(frame)
        box.setContentsMargins(1, 1, 1, 1)
        box.addWidget(shown)
        return frame

    def _no_rooms(self) -> QWidget:
        add = self.button(_("新建场地"), self._new_room, icon="plus")
        return self.empty_state(_("还没有场地。先把中心可以出借的房间登记进来，就能在这里预约。"), add)

    # Where it stands

    def arrive(self, arguments: Mapping[str, Any]) -> None:
        """Come to a ``day`` and, with ``venue``, to that room's week; ``month`` True shows the month."""
        if arguments.get("month"):
            self._venue, self._mode = arguments.get("venue"), MONTH_VIEW
        elif arguments.get("venue"):
            self._venue, self._mode = arguments["venue"], WEEK_VIEW
        self._day = arguments.get("day") or self._day
        self._load()

    def refresh(self) -> None:
        """Ask for the board again."""
        self._load()

    @Slot(object)
    def go(self, day: str) -> None:
        """Show another day, or its week or month."""
        self._day = day
        self._also = ""
        self.grid.look_anew()
        self.finder.forget()
        self.message.quieten()
        self._load()

    @Slot(object)
    def set_mode(self, mode: str) -> None:
        """The day of many rooms, the week of one room, or the month of all or one."""
        if mode == WEEK_VIEW and self._venue is None:
            block, columns = self.grid.selected(), self.grid.plan.columns
            span = self.grid.cursor_span
            if block is not None:
                self._venue = block.venue
            elif columns:
                self._venue = columns[span.column if span else 0].room.id
        if mode == MONTH_VIEW and self._mode == DAY_VIEW:
            self._venue = None
        self._mode = DAY_VIEW if mode == WEEK_VIEW and self._venue is None else mode
        self.finder.forget()
        self.message.quieten()
        self._load()

    @Slot(object)
    def _key(self, letter: str) -> None:
        if letter == "T":
            self.bar.go_today()
        else:
            self.set_mode({"D": DAY_VIEW, "W": WEEK_VIEW, "M": MONTH_VIEW}[letter])

    @property
    def mode(self) -> str:
        """Whether a day, a week or a month is shown."""
        return self._mode

    @property
    def first(self) -> str:
        """The day shown, or the Monday of the week shown."""
        if self._mode != WEEK_VIEW:
            return self._day
        day = date.fromisoformat(self._day)
        return (day - timedelta(days=day.weekday())).isoformat()

    @Slot()
    def _load(self) -> None:
        office, venue, gone = self.context.office, self._venue, self._gone
        self._show_head()
        if self._mode == MONTH_VIEW:
            operation = partial(months.month, office, self._day[:7], venue)
            self.context.tasks.run(operation, self._month_loaded, owner=self)
            return
        if self._mode == WEEK_VIEW and venue:
            board = partial(calendar.week, office, venue, self.first, gone=gone)
        else:
            board = partial(calendar.day, office, self._day, gone=gone, needs=self.finder.needs, also=self._also)
        self.context.tasks.run(board, self._loaded, owner=self)

    @Slot(object)
    def _loaded(self, board: Board) -> None:
        if self._mode == MONTH_VIEW or (board.first, board.days) != (self.first, 7 if self._mode == WEEK_VIEW else 1):
            return  # an answer to an older question
        if board.days == 7 and (not board.rooms or board.rooms[0].id != self._venue):
            if not board.rooms:
                self._mode, self._venue = DAY_VIEW, None
                self._load()
            return
        self._board = board
        self.grid.show_board(board, self.context.office.now)
        self._put_forward(self.grid, BOARD if board.rooms or board.total or self.finder.needs else NO_ROOMS)
        self.finder.select(self.grid)
        self._show_head()

    @Slot(object)
    def _month_loaded(self, month: Month) -> None:
        if self._mode != MONTH_VIEW or (month.month, month.venue) != (self._day[:7], self._venue):
            return
        self._board = None
        self.month.show_month(month, self._day, self.context.office.today)
        self._put_forward(self.month, MONTH if month.rooms else NO_ROOMS)
        self._show_head()

    def _put_forward(self, shown: Grid | MonthGrid, index: int) -> None:
        """Show the board or the month; the keys go on where they were."""
        held = self.grid.hasFocus() or self.month.hasFocus()
        self.stack.setCurrentIndex(index)
        self.legend.setVisible(index == BOARD)
        self.setFocusProxy(shown)
        if held:
            shown.setFocus()

    def _show_head(self) -> None:
        board, month = self._board, self.month.month
        if self._mode == MONTH_VIEW:
            room = month.room if month and month.venue == self._venue else ""
            self.set_title(words.month_title(self._day[:7], room))
            label = room or _("所有场地")
            if month is not None and month.month == self._day[:7]:
                self.set_summary(words.month_summary(month, self.context.office.today))
        elif self._mode == WEEK_VIEW:
            room = board.rooms[0].name if board and board.days == 7 and board.rooms else ""
            self.set_title(words.week_title(self.first, room))
            label = _("选场地")
        else:
            known = board.holidays if board and board.days == 1 else {}
            self.set_title(words.day_title(self._day, known.get(self._day, ""), self.context.office.today))
            label = _("场地（{n}）", n=len(board.rooms) if board else 0)
        self.bar.show_state(self._day, self._mode, label)
        for one in (self.needs, self.bar.gone):
            one.setVisible(self._mode != MONTH_VIEW)
        if board is not None and self._mode != MONTH_VIEW:
            self.set_summary(words.summary(board, self.context.office.today))

    @Slot()
    def _tick(self) -> None:
        self.grid.set_now(self.context.office.now)
        self.month.set_today(self.context.office.today)
        self.bar.set_today(date.fromisoformat(self.context.office.today))

    @Slot(object)
    def _show_gone(self, gone: bool) -> None:
        self._gone = gone
        self._load()

    @Slot()
    def print_plan(self) -> None:
        """A sheet of the day or week, for the door, the desk, the cleaner or the telephone: asked for, then previewed."""
        from app.views.records.sheet_choice import print_sheet

        room = (self._venue or "") if self._mode == WEEK_VIEW else ""
        on = self.first if room else self._day
        print_sheet(self, self.context, on, room, self._room(room) if room else "")

    # Booking

    @Slot()
    def book(self) -> None:
        """Book the time under the cursor, or a time still to be chosen."""
        wanted = self.grid.wanted() if self._mode != MONTH_VIEW else None
        if wanted is not None:
            self._ask_for(wanted)
        else:
            room = self._venue if self._mode != DAY_VIEW else None
            self.context.new_record("booking", {"venue": room} if room else {})

    @Slot()
    def walk_in(self) -> None:
        """Somebody wants the room under the cursor now, or one still to be chosen."""
        wanted = self.grid.wanted() if self._mode != MONTH_VIEW else None
        venue = wanted.venue if wanted is not None else self._venue if self._mode != DAY_VIEW else None
        self.context.new_record("booking", walk_in(self.context.office, venue))

    def new_record(self) -> None:
        """F5."""
        self.book()

    @Slot(object)
    def _ask_for(self, asked: Asked) -> None:
        self.message.quieten()
        values: dict[str, Any] = {"venue": asked.venue, "start": asked.start, "end": asked.end}
        if self.finder.needs.capacity:
            values["headcount"] = self.finder.needs.capacity
        self.context.new_record("booking", values)

    @Slot(object)
    def _opened(self, block: Block) -> None:
        self.context.open_record(block.kind, block.id)

    @Slot(object)
    def _chosen(self, _block: Block | None) -> None:
        self.message.quieten()

    @Slot(object)
    def _open_day(self, on: str) -> None:
        """From the month: the day of all rooms, or of the one room its week."""
        self._day = on
        self.set_mode(WEEK_VIEW if self._venue else DAY_VIEW)

    @Slot(object)
    def _month_day(self, on: str) -> None:
        other, self._day = on[:7] != self._day[:7], on
        if other:
            self._load()
        else:
            self._show_head()

    def _room(self, venue: str) -> str:
        rooms = self._board.rooms if self._board else ()
        return next((room.name for room in rooms if room.id == venue), "")

    # Rooms and free times

    @Slot()
    def _narrowed(self) -> None:
        self._also = ""
        self.message.quieten()
        if self._mode == DAY_VIEW:
            self._load()

    @Slot(object)
    def _jump(self, free: Free) -> None:
        self._day, self._also = free.start[:10], free.venue
        self._load()

    def _looked_at(self) -> tuple[str, str | None]:
        return self._day, self._venue if self._mode == WEEK_VIEW else None

    @Slot()
    def _pick_rooms(self) -> None:
        ticked = [room.id for room in self._board.rooms] if self._board else [self._venue] if self._venue else []
        every = _("所有场地") if self._mode == MONTH_VIEW else ""
        self.chooser.open(ticked, single=self._mode != DAY_VIEW, every=every)

    @Slot(object)
    def _room_chosen(self, room: str | None) -> None:
        self._venue = room if self._mode == MONTH_VIEW else room or self._venue
        self.finder.forget()
        self.message.quieten()
        self._load()

    @Slot()
    def _new_room(self) -> None:
        self.context.new_record("venue", {})
