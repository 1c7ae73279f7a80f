"""What takes the rooms of a board: clashes in words, and halls and parts that are booked (rules.md 7, 9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from app.services import booking
from app.services.boards import Block, Room, Shade, midnight
from app.services.booking import MAX_BUFFER, Slot
from app.services.premises import Premises
from app.services.times import say_span, say_time, shift
from app.text import _


def clashes(holding: Sequence[Block], premises: Premises, rooms: Mapping[str, Room]) -> dict[str, str]:
    """Per booking, whom it collides with (rules.md 9); requests that may compete do not (rules.md 5)."""
    said: dict[str, str] = {}
    active: list[tuple[Block, Slot]] = []
    for block in holding:
        reach, family, slot = shift(block.start, -MAX_BUFFER), premises.family(block.venue), _slot(block)
        active = [one for one in active if one[0].end > reach]
        for other, held in active:
            if other.venue not in family or _compete(block, other, rooms):
                continue
            if booking.conflict(held, slot):
                for mine, theirs in ((block, other), (other, block)):
                    if mine.id not in said:
                        span = _place(mine, theirs, rooms)
                        said[mine.id] = _("与 {who} {span} 冲突", who=_who(theirs), span=span)
        active.append((block, slot))
    return said


def taken(
    shown: Iterable[Room],
    holding: Sequence[Block],
    premises: Premises,
    rooms: Mapping[str, Room],
    first: str,
    days: int,
) -> Iterator[Shade]:
    """Where a hall or a part of a shown room is booked, with its buffers."""
    low, high = midnight(first), midnight(first, days)
    for room in shown:
        for block in holding:
            if block.venue == room.id or block.venue not in premises.family(room.id):
                continue
            start, end = shift(block.start, -block.before), shift(block.end, block.after)
            if start < high and end > low:
                venue, who = _name(block.venue, rooms), _who(block)
                if block.venue in premises.above(room.id):
                    reason = _("所属的 {venue} 已被 {who} 预约", venue=venue, who=who)
                else:
                    reason = _("其中的 {venue} 已被 {who} 预约", venue=venue, who=who)
                yield Shade(room.id, start, end, f"{reason} {say_time(block.start)}-{say_time(block.end)}")


def _compete(a: Block, b: Block, rooms: Mapping[str, Room]) -> bool:
    both = a.venue == b.venue and a.status == b.status == "requested"
    return both and a.venue in rooms and rooms[a.venue].competing


def _slot(block: Block) -> Slot:
    return Slot(block.id, block.venue, block.start, block.end, block.before, block.after)


def _name(venue: str, rooms: Mapping[str, Room]) -> str:
    return rooms[venue].name if venue in rooms else ""


def _place(mine: Block, theirs: Block, rooms: Mapping[str, Room]) -> str:
    span = say_span(theirs.start, theirs.end)
    return span if mine.venue == theirs.venue else f"{_name(theirs.venue, rooms)} {span}"


def _who(block: Block) -> str:
    return block.client or block.purpose or _("他人")
