"""Rooms, bookings and equipment on a grid of single minutes: the rules written a second time, as plainly as can be, to
compare the program with. Nothing of the program is used here.

Times are minutes from the first midnight of the grid. A room is the set of the smallest parts it is made of, so two rooms
stand in each other's way iff they share a part.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

DAY = 1440
HOLDS = ("requested", "tentative", "confirmed", "checked_in", "closed")
CENTER = "center"


@dataclass(frozen=True)
class Room:
    """``week`` has seven hours from Monday, ``holiday`` those of a day off: pairs of minutes, None for no limit."""

    name: str
    parts: frozenset[int]
    chain: tuple[str, ...]
    """The room, its halls upwards, and the center unless the room is not its own."""
    week: tuple[tuple[tuple[int, int], ...] | None, ...] = (None,) * 7
    holiday: tuple[tuple[int, int], ...] | None = None
    before: int = 0
    after: int = 0
    overnight: bool = False
    competing: bool = False
    release: int | None = None


@dataclass(frozen=True)
class Booked:
    """A booking, or a wish for one; an offer to the waiting list has the status ``offer``."""

    room: str
    start: int
    end: int
    before: int
    after: int
    status: str = "confirmed"
    come: bool = False
    equipment: tuple[tuple[str, int], ...] = ()
    all_day: bool = False

    @property
    def minutes(self) -> range:
        return range(self.start, self.end)


@dataclass(frozen=True)
class Shut:
    """A closure (``opens`` False) or an exceptional opening."""

    level: str
    start: int
    end: int
    opens: bool


def bits(start: int, end: int) -> int:
    """One bit for each minute of [start, end); minutes before the grid are left out."""
    start = max(start, 0)
    return ((1 << max(end - start, 0)) - 1) << start


@dataclass
class Grid:
    """``kinds``: by date, 0 to 6 for the weekday, and ``holiday`` or ``make_up``; ``stock``: by equipment, how many and
    the only room for it."""

    days: int
    weekdays: tuple[int, ...]
    kinds: tuple[str, ...]
    rooms: dict[str, Room]
    stock: dict[str, tuple[int, str | None]]
    now: int
    shuts: list[Shut] = field(default_factory=list)
    held: dict[str, Booked] = field(default_factory=dict)

    # -- when a room may be used -------------------------------------------------------------------------------

    def spans(self, room: Room, day: int) -> tuple[tuple[int, int], ...] | None:
        """The hours of a date."""
        if self.kinds[day] == "holiday":
            return room.holiday
        hours = room.week[self.weekdays[day]]
        if self.kinds[day] == "make_up" and hours == ():
            for worked in room.week[:5]:
                if worked != ():
                    return worked
        return hours

    def look(self) -> None:
        """Go over every minute of every room: c closed, o opened by exception, h in its hours, - outside them."""
        self.marks: dict[str, bytearray] = {}
        for room in self.rooms.values():
            below = [one.name for one in self.rooms.values() if one.parts < room.parts]
            marks = bytearray(self.days * DAY)
            for day in range(self.days):
                spans = self.spans(room, day)
                for minute in range(DAY):
                    at = day * DAY + minute
                    marks[at] = self._mark(room, below, spans, at, minute)
            self.marks[room.name] = marks

    def _mark(
        self, room: Room, below: list[str], spans: tuple[tuple[int, int], ...] | None, at: int, minute: int
    ) -> int:
        for part in below:
            if self._said(part, at) == "c":
                return ord("c")
        for level in room.chain:
            said = self._said(level, at)
            if said:
                return ord(said)
        return ord("h" if spans is None or any(low <= minute < high for low, high in spans) else "-")

    def _said(self, level: str, at: int) -> str:
        said = ""
        for one in self.shuts:
            if one.level == level and one.start <= at < one.end:
                if one.opens:
                    return "o"
                said = "c"
        return said

    def whole_day(self, wish: Booked) -> Booked:
        """What all day means on the date of the start."""
        first = wish.start // DAY * DAY
        marks = self.marks[wish.room][first : first + DAY]
        room = self.rooms[wish.room]
        spans = self.spans(room, first // DAY)
        usable = [
            minute
            for minute in range(DAY)
            if marks[minute] == ord("o") or spans is None or any(low <= minute < high for low, high in spans)
        ]
        return replace(wish, start=first + usable[0], end=first + usable[-1] + 1) if usable else wish

    def closed(self, wish: Booked) -> bool:
        for at in wish.minutes:
            mark = self.marks[wish.room][at]
            if mark == ord("c"):
                return True
            if mark == ord("-") and not (wish.all_day and self.spans(self.rooms[wish.room], at // DAY)):
                return True
        return False

    def invalid(self, wish: Booked) -> bool:
        if wish.end <= wish.start:
            return True
        return wish.start // DAY != (wish.end - 1) // DAY and not self.rooms[wish.room].overnight

    # -- who holds it --------------------------------------------------------------------------------------------

    def holds(self, one: Booked) -> bool:
        release = self.rooms[one.room].release
        if one.status == "confirmed" and not one.come and release is not None and one.start + release <= self.now:
            return False
        return one.status == "offer" or one.status in HOLDS

    def competes(self, one: Booked) -> bool:
        return one.status == "requested" and self.rooms[one.room].competing

    def collide(self, mine: Booked, theirs: Booked) -> bool:
        if not self.rooms[mine.room].parts & self.rooms[theirs.room].parts or not self.holds(theirs):
            return False
        if self.competes(mine) and self.competes(theirs):
            return False
        a, b = bits(mine.start, mine.end), bits(theirs.start, theirs.end)
        around_a = bits(mine.start - mine.before, mine.start) | bits(mine.end, mine.end + mine.after)
        around_b = bits(theirs.start - theirs.before, theirs.start) | bits(theirs.end, theirs.end + theirs.after)
        return bool(a & b or a & around_b or b & around_a)

    def in_the_way(self, wish: Booked, own: str | None) -> set[str]:
        return {key for key, one in self.held.items() if key != own and self.collide(wish, one)}

    def short(self, wish: Booked, own: str | None) -> bool:
        """Whether there is a minute in which more of some equipment would be used than there is."""
        wanted: dict[str, int] = {}
        for name, quantity in wish.equipment:
            wanted[name] = wanted.get(name, 0) + quantity
        for name, quantity in wanted.items():
            stock, only = self.stock[name]
            if only is not None and not self.rooms[only].parts & self.rooms[wish.room].parts:
                return True
            used = [0] * (wish.end - wish.start)
            for key, one in self.held.items():
                if key == own or not self.holds(one):
                    continue
                for what, many in one.equipment:
                    if what == name:
                        for at in range(max(one.start, wish.start), min(one.end, wish.end)):
                            used[at - wish.start] += many
            if max(used) + quantity > stock:
                return True
        return False

    def state(self, wish: Booked, own: str | None = None) -> str:
        """free, taken, closed or invalid."""
        if self.invalid(wish):
            return "invalid"
        if self.closed(wish):
            return "closed"
        if self.in_the_way(wish, own) or self.short(wish, own):
            return "taken"
        return "free"
