"""When the rooms of a day can be cleaned, set up and cleared up (domain.md C1b)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.services.boards import Block, Board, Room
from app.services.times import minutes_between

DAY = 1440


@dataclass(frozen=True)
class Task:
    """What there is to do in a room; minutes from midnight of the day. ``earlier`` and ``later`` are what takes the room
    before and after: a booking of it, or words where its hall or a part of it is booked."""

    start: int
    end: int
    room: Room
    what: Literal["set_up", "clear_up", "free"]
    earlier: Block | str | None = None
    later: Block | str | None = None


@dataclass(frozen=True)
class _Use:
    """Time in which a room is taken, with set-up and clear-up; minutes from midnight, cut to the day."""

    start: int
    end: int
    by: Block | str


def tasks(board: Board) -> list[Task]:
    """The tasks of a board of one day, in order of time; at one time in the order of the rooms."""
    found = [task for room in board.rooms for task in _of_room(board, room)]
    return sorted(found, key=lambda task: task.start)


def _of_room(board: Board, room: Room) -> Iterator[Task]:
    midnight = f"{board.first}T00:00"
    uses = [
        _Use(*_cut(midnight, shade.start, shade.end), shade.reason) for shade in board.shades if shade.venue == room.id
    ]
    for block in board.blocks:
        if block.venue != room.id:
            continue
        start, end = minutes_between(midnight, block.start), minutes_between(midnight, block.end)
        uses.append(_Use(max(start - block.before, 0), min(end + block.after, DAY), block))
        if block.before and 0 <= start - block.before < DAY:
            yield Task(start - block.before, start, room, "set_up", later=block)
        if block.after and 0 < end + block.after <= DAY:
            yield Task(end, end + block.after, room, "clear_up", earlier=block)
    yield from _gaps(room, sorted(uses, key=lambda use: (use.start, use.end)))


def _cut(midnight: str, start: str, end: str) -> tuple[int, int]:
    return max(minutes_between(midnight, start), 0), min(minutes_between(midnight, end), DAY)


def _gaps(room: Room, uses: list[_Use]) -> Iterator[Task]:
    """The free time between ``uses``, from midnight to midnight."""
    at, last = 0, None
    for use in uses:
        if use.start > at:
            yield Task(at, use.start, room, "free", last, use.by)
        if use.end > at:
            at, last = use.end, use.by
    if at < DAY:
        yield Task(at, DAY, room, "free", last)
