"""What the calendar shows: rooms, bookings, and why a room cannot be used, for a day or for a week of one room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models.bookings import Booking
from app.models.venues import Venue
from app.services import board_hours, booking, local, reading, writing
from app.services.board_rows import blocks_of, offers_of, rooms_of
from app.services.board_shades import clashes, taken
from app.services.boards import GONE, PENDING, Block, Board, Room, midnight, touches
from app.services.free_rooms import Needs, fitting
from app.services.office import Office
from app.services.premises import Premises

REMEMBERED = "calendar.rooms"
USUAL = 8
"""Rooms shown where nobody has chosen any: those booked that day, filled up with the most used."""
MOST = 40
"""Columns a day shows at most unless the rooms were chosen."""


def day(
    office: Office, on: str, venues: Sequence[str] | None = None, *, gone: bool = False, needs: Needs | None = None,
    also: str = "",
) -> Board:  # fmt: skip
    """The board of the date ``on``: the rooms ``venues``, else those that fit ``needs``, else those remembered on this
    PC, else the usual ones; and ``also``, which somebody wants to see."""
    wanted = list(venues) if venues is not None else local.read(office, REMEMBERED)
    fits = None
    with office.reading() as session:
        known = rooms_of(session)
        raw = _blocks(session, office.now, on, 1)
        today = [block for block in raw if touches(block, on, 1) and (gone or block.status not in GONE)]
        if needs:
            found = fitting(session, needs)
            wanted = [room for room in known if room in found]
            fits, wanted = len(wanted), wanted[:MOST]
        elif wanted is None:
            wanted = _usual(session, on, [block.venue for block in today if block.status not in GONE], known)
        board = _board(session, on, 1, known, frozenset({*wanted, also}), raw, today)
        return replace(board, fitting=fits)


def booked(office: Office, first: str, days: int = 1, venues: Sequence[str] = ()) -> Board:
    """The board for paper: what holds a room in the ``days`` from the date ``first``, of the rooms ``venues``, else of
    every room that is booked. What lies outside the hours is not told: paper has only the hours that are used."""
    with office.reading() as session:
        known = rooms_of(session)
        raw = _blocks(session, office.now, first, days)
        held = [block for block in raw if touches(block, first, days) and block.counts]
        wanted = frozenset(venues) or frozenset(block.venue for block in held)
        board = _board(session, first, days, known, wanted, raw, held)
    return replace(board, shades=tuple(shade for shade in board.shades if shade.sort != "hours"))


def week(office: Office, venue: str, monday: str, *, gone: bool = False) -> Board:
    """The board of one room for the seven days from ``monday``."""
    with office.reading() as session:
        known = rooms_of(session)
        relatives = booking.family(booking.parents(session), venue)
        raw = _blocks(session, office.now, monday, 7, relatives)
        mine = [
            block
            for block in raw
            if block.venue == venue and touches(block, monday, 7) and (gone or block.status not in GONE)
        ]
        return _board(session, monday, 7, known, frozenset({venue}), raw, mine)


def rooms(office: Office, words: str = "") -> list[Room]:
    """Rooms to choose from, by name, full pinyin or initials; without the retired ones."""
    found = set(reading.ids(office, "venue", reading.Query(search=words))) if words.strip() else set()
    with office.reading() as session:
        every = [room for room in rooms_of(session).values() if room.status != "retired"]
    if not words.strip():
        return every
    return [room for room in every if room.id in found or words.strip() in room.name]


def remember(office: Office, venues: Sequence[str] | None) -> None:
    """Keep the rooms a person chose on this PC; None returns to the usual ones."""
    local.write(office, REMEMBERED, list(venues) if venues is not None else None)


def move(office: Office, block: Block, venue: str, start: str, end: str, *, reason: str = "") -> writing.Saved:
    """Give a booking another time or room, against what the person had on screen; ``reason`` overrides policy.

    Raises :class:`~app.errors.Refusal` where the room is taken.
    """
    values: dict[str, Any] = {"venue": venue, "start": start, "end": end}
    return writing.save(office, "booking", values, block.id, seen=block.seen, reason=reason)


def _blocks(
    session: Session, now: str, first: str, days: int, venues: set[str] | None = None
) -> list[Block]:  # fmt: skip
    low, high = midnight(first), midnight(first, days)
    return [*blocks_of(session, now, low, high, venues), *offers_of(session, now, low, high, venues)]


def _usual(session: Session, on: str, booked: Sequence[str], known: Mapping[str, Room]) -> list[str]:
    busy = [venue for venue, _n in Counter(booked).most_common(MOST)]
    b, v = Booking.__table__.c, Venue.__table__.c
    low, high = (f"{(date.fromisoformat(on) + timedelta(days=days)).isoformat()}" for days in (-90, 90))
    used = select(func.count()).where(b.venue == v.id, b.start >= low, b.start < high).scalar_subquery()
    counts = {row.id: row.used for row in session.execute(select(v.id, used.label("used")))}
    most = sorted((room.id for room in known.values() if counts.get(room.id)), key=lambda one: -counts[one])
    rest = [room.id for room in known.values() if room.status == "open"]
    wanted = list(dict.fromkeys(venue for venue in busy if venue in known))
    for venue in (*(one for one in most if known[one].status != "retired"), *rest):
        if len(wanted) >= USUAL:
            break
        if venue not in wanted:
            wanted.append(venue)
    return wanted


def _board(
    session: Session, first: str, days: int, known: Mapping[str, Room], wanted: frozenset[str],
    raw: Sequence[Block], today: Sequence[Block],
) -> Board:  # fmt: skip
    premises = Premises(session)
    shown = tuple(room for room in known.values() if room.id in wanted)
    holding = [block for block in raw if block.holds]
    said = clashes(holding, premises, known)
    blocks = [replace(block, clash=said.get(block.id, "")) for block in today]
    visible = {room.id for room in shown}
    held = [block for block in blocks if block.counts]
    shades = (*taken(shown, holding, premises, known, first, days), *board_hours.closed(premises, shown, first, days))
    return Board(
        first, days, shown, tuple(block for block in blocks if block.venue in visible), shades,
        total=len(held),
        pending=sum(block.status in PENDING for block in held),
        clashes=sum(bool(block.clash) for block in held),
        elsewhere=sum(block.venue not in visible for block in held),
        holidays=board_hours.holidays(premises, first, days),
    )  # fmt: skip
