"""What to offer a client whose wish cannot be granted: the same time elsewhere, the same room later (look.md, Words)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.services.availability import Wish, free_slots, other_rooms, verdicts
from app.services.office import Office
from app.services.premises import Premises
from app.services.times import minutes_between, say_span, say_time, shift
from app.text import _

ROOMS = 2
LATER = 2


@dataclass(frozen=True)
class Offer:
    """``values`` to put into the booking instead; ``titles`` name the links among them."""

    text: str
    values: Mapping[str, Any]
    titles: Mapping[str, str] = field(default_factory=dict)


def offers(office: Office, values: Mapping[str, Any], booking: str = "") -> list[Offer]:
    """For the booking of ``values`` (venue, start, end, headcount): other open rooms at the same time, the nearest in
    size first and the center's own before outside ones, then the next free times of the same room."""
    start, end = str(values["start"]), str(values["end"])
    with office.reading() as session:
        premises = Premises(session)
        wanted = premises.place(str(values["venue"]))
        rooms = other_rooms(premises, wanted, int(values.get("headcount") or 0))
        found = verdicts(session, office.now, [Wish(one.id, start, end, id=booking) for one in rooms])
        free = [room for room, verdict in zip(rooms, found, strict=True) if verdict.state == "free"][:ROOMS]
        told = [Offer(_("{venue} 同时段", venue=room.name), {"venue": room.id}, {"venue": room.name}) for room in free]
        if wanted is None:
            return told
        later = free_slots(session, office.now, wanted.id, minutes_between(start, end), max(start, office.now), LATER)
        for one in later:
            same_day = one.start[:10] == start[:10] and shift(one.end, -1)[:10] == start[:10]
            when = f"{say_time(one.start)}-{say_time(one.end)}" if same_day else say_span(one.start, one.end)
            told.append(Offer(_("本场地 {when}", when=when), {"start": one.start, "end": one.end}))
        return told
