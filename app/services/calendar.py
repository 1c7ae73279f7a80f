"""What the calendar shows: rooms, bookings, and why a room cannot be used, for a day or for a week of one room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models.bookings import BLOCKING, Booking
from app.models.venues import Venue
from app.services import booking, hours, local, reading, workdays, writing
from app.services.booking import MAX_BUFFER, Slot
from app.services.office import Office
from app.services.survivors import standing, survivors
from app.services.times import say_span, say_time, shift
from app.sync.capture import Seen
from app.sync.heads import Heads
from app.text import _

REMEMBERED = "calendar.rooms"
USUAL = 8
"""Rooms shown where nobody has chosen any: those booked that day, filled up with the most used."""
MOST = 40
"""Columns a day shows at most unless the rooms were chosen."""
GONE = frozenset({"cancelled", "rejected", "expired"})
"""Bookings that are over before they began; shown only on demand."""
PENDING = frozenset({"requested", "tentative"})
MOVABLE = frozenset({"requested", "tentative", "confirmed", "checked_in"})


@dataclass(frozen=True)
class Room:
    """A column's room. ``opens``: spans of minutes from midnight, empty for the whole day."""

    id: str
    name: str
    capacity: int | None = None
    parent: str | None = None
    opens: tuple[tuple[int, int], ...] = ()
    status: str = "open"
    before: int = 0
    after: int = 0


@dataclass(frozen=True)
class Block:
    """A booking as it is painted; ``clash`` says in words whom it collides with."""

    id: str
    venue: str
    start: str
    end: str
    before: int
    after: int
    status: str
    purpose: str
    client: str
    contact: str
    """Masked."""
    headcount: int | None = None
    clash: str = ""
    yields: bool = False
    seen: Seen = field(default_factory=dict, compare=False, hash=False, repr=False)

    @property
    def holds(self) -> bool:
        """Whether it keeps its room from others (rules.md 5)."""
        return self.status in BLOCKING and not self.yields


@dataclass(frozen=True)
class Shade:
    """Time in which a room cannot be used because its hall or a part of it is booked (rules.md 7)."""

    venue: str
    start: str
    end: str
    reason: str


@dataclass(frozen=True)
class Board:
    """A day of several rooms (``days`` 1) or a week of one room (``days`` 7), from the date ``first``."""

    first: str
    days: int
    rooms: tuple[Room, ...]
    blocks: tuple[Block, ...]
    shades: tuple[Shade, ...]
    total: int = 0
    """Bookings that hold a room on these days, also in rooms that are not shown."""
    pending: int = 0
    clashes: int = 0
    elsewhere: int = 0
    """Of ``total``, those in rooms that are not shown."""
    holidays: tuple[str, ...] = ()
    """By date, the holiday that makes it a day off or an adjusted workday; empty on other days."""

    @property
    def dates(self) -> tuple[str, ...]:
        """The dates, in order."""
        start = date.fromisoformat(self.first)
        return tuple((start + timedelta(days=n)).isoformat() for n in range(self.days))


def day(office: Office, on: str, venues: Sequence[str] | None = None, *, gone: bool = False) -> Board:
    """The board of the date ``on``: the rooms ``venues``, else those remembered on this PC, else the usual ones."""
    wanted = list(venues) if venues is not None else local.read(office, REMEMBERED)
    with office.reading() as session:
        known = _rooms(session)
        raw = _bookings(session, f"{on}T00:00", _after(on, 1))
        today = [block for block in raw if _touches(block, on, 1) and (gone or block.status not in GONE)]
        if wanted is None:
            wanted = _usual(session, on, [block.venue for block in today if block.status not in GONE], known)
        return _board(session, on, 1, known, frozenset(wanted), raw, today)


def booked(office: Office, first: str, days: int = 1, venues: Sequence[str] = ()) -> Board:
    """The board for paper: what holds a room in the ``days`` from the date ``first``, of the rooms ``venues``, else of
    every room that is booked."""
    with office.reading() as session:
        known = _rooms(session)
        raw = _bookings(session, f"{first}T00:00", _after(first, days))
        held = [block for block in raw if _touches(block, first, days) and block.holds]
        wanted = frozenset(venues) or frozenset(block.venue for block in held)
        return _board(session, first, days, known, wanted, raw, held)


def week(office: Office, venue: str, monday: str, *, gone: bool = False) -> Board:
    """The board of one room for the seven days from ``monday``."""
    with office.reading() as session:
        known = _rooms(session)
        relatives = booking.family(booking.parents(session), venue)
        raw = _bookings(session, f"{monday}T00:00", _after(monday, 7), relatives)
        mine = [
            block
            for block in raw
            if block.venue == venue and _touches(block, monday, 7) and (gone or block.status not in GONE)
        ]
        return _board(session, monday, 7, known, frozenset({venue}), raw, mine)


def rooms(office: Office, words: str = "") -> list[Room]:
    """Rooms to choose from, by name, full pinyin or initials; without the retired ones."""
    found = set(reading.ids(office, "venue", reading.Query(search=words))) if words.strip() else set()
    with office.reading() as session:
        every = [room for room in _rooms(session).values() if room.status != "retired"]
    if not words.strip():
        return every
    return [room for room in every if room.id in found or words.strip() in room.name]


def remember(office: Office, venues: Sequence[str] | None) -> None:
    """Keep the rooms a person chose on this PC; None returns to the usual ones."""
    local.write(office, REMEMBERED, list(venues) if venues is not None else None)


def move(office: Office, block: Block, venue: str, start: str, end: str) -> writing.Saved:
    """Give a booking another time or room, against what the person had on screen.

    Raises :class:`~app.errors.Refusal` where the room is taken.
    """
    values: dict[str, Any] = {"venue": venue, "start": start, "end": end}
    return writing.save(office, "booking", values, block.id, seen=block.seen)


def _after(day_: str, days: int) -> str:
    return f"{(date.fromisoformat(day_) + timedelta(days=days)).isoformat()}T00:00"


def _touches(block: Block, first: str, days: int) -> bool:
    return block.start < _after(first, days) and block.end > f"{first}T00:00"


def _rooms(session: Session) -> dict[str, Room]:
    """Every room in the order the center entered them, the parts of a hall right after it."""
    t, known = Venue.__table__.c, survivors(session, Venue.kind)
    query = (
        select(t.id, t.owner, t.name, t.capacity, t.parent, t.opens, t.status, t.before, t.after)
        .where(t.deleted.is_(False), standing(Venue.kind, known))
        .order_by(t.number.is_(None), func.length(t.number), t.number, t.name, t.id)
    )
    found: dict[str, Room] = {}
    for r in session.execute(query):
        if r.id not in found or r.owner != "all":
            found[r.id] = Room(
                r.id, r.name or "", r.capacity, known.of(r.parent) if r.parent else None, hours.lenient(r.opens) or (), r.status or "open",
                r.before or 0, r.after or 0,
            )  # fmt: skip
    parts: dict[str | None, list[Room]] = {}
    for room in found.values():
        parts.setdefault(room.parent if room.parent in found else None, []).append(room)
    ordered: dict[str, Room] = {}
    queue = list(reversed(parts.get(None, [])))
    while queue:
        room = queue.pop()
        ordered[room.id] = room
        queue.extend(reversed(parts.get(room.id, [])))
    return {**ordered, **found}  # the second: rooms in a ring of halls


def _bookings(session: Session, start: str, end: str, venues: Iterable[str] | None = None) -> list[Block]:
    """Bookings that lie within a day's buffer of [start, end), in order."""
    b, rooms = Booking.__table__.c, survivors(session, Venue.kind)
    query = (
        select(
            b.id, b.owner, b.venue, b.start, b.end, b.before, b.after, b.status, b.purpose, b.client_kind, b.client_name,
            b.contact_name, b.contact_phone, b.headcount, b.yields_to, b.heads,
        )
        .where(
            b.deleted.is_(False), standing(Booking.kind, survivors(session, Booking.kind)), b.venue.is_not(None),
            b.end > b.start,
            b.start < shift(end, MAX_BUFFER), b.end > shift(start, -MAX_BUFFER),
        )
        .order_by(b.start, b.id)
    )  # fmt: skip
    if venues is not None:
        query = query.where(b.venue.in_(rooms.family(venues)))
    fields = Booking.kind.fields
    found: dict[str, Block] = {}
    for r in session.execute(query):
        if r.id in found and r.owner == "all":
            continue
        contact = " ".join(
            str(fields[name].mask(value))
            for name, value in (("contact_name", r.contact_name), ("contact_phone", r.contact_phone))
            if value
        )
        seen = {name: list(stamps) for name, stamps in Heads.decode(r.heads).shown.items()}
        found[r.id] = Block(
            r.id, rooms.of(r.venue), r.start, r.end, r.before or 0, r.after or 0, r.status or "confirmed",
            r.purpose or "", booking.client(r), contact, r.headcount, "", bool(r.yields_to), seen,
        )  # fmt: skip
    return list(found.values())


def _usual(session: Session, on: str, booked: Sequence[str], known: Mapping[str, Room]) -> list[str]:
    busy = [venue for venue, _n in Counter(booked).most_common(MOST)]
    b = Booking.__table__.c
    since = (date.fromisoformat(on) - timedelta(days=90)).isoformat()
    query = (
        select(b.venue)
        .where(b.deleted.is_(False), b.start >= since, b.start < _after(on, 90), b.venue.is_not(None))
        .group_by(b.venue)
        .order_by(func.count().desc(), b.venue)
        .limit(USUAL * 2)
    )
    most = [venue for venue in session.scalars(query) if venue in known and known[venue].status != "retired"]
    rest = [room.id for room in known.values() if room.status == "open"]
    wanted = list(dict.fromkeys(venue for venue in busy if venue in known))
    for venue in (*most, *rest):
        if len(wanted) >= USUAL:
            break
        if venue not in wanted:
            wanted.append(venue)
    return wanted


def _board(
    session: Session, first: str, days: int, known: Mapping[str, Room], wanted: frozenset[str],
    raw: Sequence[Block], today: Sequence[Block],
) -> Board:  # fmt: skip
    kin = _Kin(session)
    names = {room.id: room.name for room in known.values()}
    shown = tuple(room for room in known.values() if room.id in wanted)
    holding = [block for block in raw if block.holds]
    clashes = _clashes(holding, kin, names)
    blocks = [replace(block, clash=clashes.get(block.id, "")) for block in today]
    visible = {room.id for room in shown}
    held = [block for block in blocks if block.holds]
    return Board(
        first, days, shown,
        tuple(block for block in blocks if block.venue in visible),
        tuple(_shades(shown, holding, kin, names, first, days)),
        total=len(held),
        pending=sum(block.status in PENDING for block in held),
        clashes=sum(bool(block.clash) for block in held),
        elsewhere=sum(block.venue not in visible for block in held),
        holidays=_holidays(session, first, days),
    )  # fmt: skip


def _holidays(session: Session, first: str, days: int) -> tuple[str, ...]:
    known, start = workdays.days(session), date.fromisoformat(first)
    return tuple(known.name(start + timedelta(days=n)) for n in range(days))


class _Kin:
    """The family of each room, worked out once."""

    def __init__(self, session: Session) -> None:
        self._parents = booking.parents(session)
        self._families: dict[str, set[str]] = {}

    def of(self, venue: str) -> set[str]:
        if venue not in self._families:
            self._families[venue] = booking.family(self._parents, venue)
        return self._families[venue]

    def above(self, venue: str, other: str) -> bool:
        """Whether ``other`` is a hall that ``venue`` is part of."""
        seen: set[str] = set()
        at = self._parents.get(venue)
        while at and at not in seen:
            if at == other:
                return True
            seen.add(at)
            at = self._parents.get(at)
        return False


def _slot(block: Block) -> Slot:
    return Slot(block.id, block.venue, block.start, block.end, block.before, block.after)


def _clashes(holding: Sequence[Block], kin: _Kin, names: Mapping[str, str]) -> dict[str, str]:
    """Per booking, whom it collides with (rules.md 9)."""
    said: dict[str, str] = {}
    active: list[Block] = []
    for block in holding:
        reach = shift(block.start, -MAX_BUFFER)
        active = [one for one in active if one.end > reach]
        for other in active:
            if other.venue in kin.of(block.venue) and booking.conflict(_slot(other), _slot(block)):
                for mine, theirs in ((block, other), (other, block)):
                    said.setdefault(
                        mine.id, _("与 {who} {span} 冲突", who=_who(theirs), span=_place(mine, theirs, names))
                    )
        active.append(block)
    return said


def _place(mine: Block, theirs: Block, names: Mapping[str, str]) -> str:
    span = say_span(theirs.start, theirs.end)
    return span if mine.venue == theirs.venue else f"{names.get(theirs.venue, '')} {span}"


def _who(block: Block) -> str:
    return block.client or block.purpose or _("他人")


def _shades(
    shown: Iterable[Room], holding: Sequence[Block], kin: _Kin, names: Mapping[str, str], first: str, days: int
) -> Iterable[Shade]:
    low, high = f"{first}T00:00", _after(first, days)
    for room in shown:
        for block in holding:
            if block.venue == room.id or block.venue not in kin.of(room.id):
                continue
            start, end = shift(block.start, -block.before), shift(block.end, block.after)
            if start < high and end > low:
                venue, who = names.get(block.venue, ""), _who(block)
                if kin.above(room.id, block.venue):
                    reason = _("所属的 {venue} 已被 {who} 预约", venue=venue, who=who)
                else:
                    reason = _("其中的 {venue} 已被 {who} 预约", venue=venue, who=who)
                yield Shade(room.id, start, end, f"{reason} {say_time(block.start)}-{say_time(block.end)}")
