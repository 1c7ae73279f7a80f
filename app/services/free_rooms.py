"""Rooms by what somebody needs - how many people, which equipment - and the next time one of them is free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.venues import Equipment, Venue
from app.services.availability import Free, Search
from app.services.office import Office
from app.services.premises import Place, Premises
from app.services.survivors import standing, survivors

Items = tuple[tuple[str, int], ...]
"""(equipment, how many)."""


@dataclass(frozen=True)
class Needs:
    """What somebody needs; ``equipment`` are words such as 投影仪 音响, each of which must be there."""

    capacity: int | None = None
    equipment: str = ""

    def __bool__(self) -> bool:
        return self.capacity is not None or bool(self.equipment.strip())


def fitting(session: Session, needs: Needs) -> dict[str, Items]:
    """Per room that is large enough and has the equipment, which movable equipment must be brought to it.

    A room has what its own note names and what is fixed in it or in its hall; the rest may be brought. Of a room
    without a stated capacity nobody knows whether it is large enough: it is left out where a capacity is asked.
    """
    premises, words = Premises(session), needs.equipment.split()
    v = Venue.__table__.c
    query = select(v.id, v.capacity, v.equipment, v.status).where(
        v.deleted.is_(False), standing(Venue.kind, premises.merged)
    )
    items = _items(session, premises) if words else []
    found: dict[str, Items] = {}
    for row in session.execute(query):
        if row.status == "retired" or (needs.capacity is not None and (row.capacity or 0) < needs.capacity):
            continue
        brought = _brought(words, (row.equipment or "").lower(), items, premises.family(row.id))
        if brought is not None:
            found[row.id] = brought
    return found


@dataclass(frozen=True)
class _Item:
    id: str
    words: str
    venue: str | None


def _items(session: Session, premises: Premises) -> list[_Item]:
    e: Any = Equipment.__table__.c
    query = select(e.id, e.name, e.model_name, e.venue).where(
        e.deleted.is_(False), e.status == "usable", e.stock > 0,
        standing(Equipment.kind, survivors(session, Equipment.kind)),
    ).order_by(e.name, e.id)  # fmt: skip
    return [
        _Item(r.id, f"{r.name or ''} {r.model_name or ''}".lower(), premises.merged.of(r.venue) if r.venue else None)
        for r in session.execute(query)
    ]


def _brought(words: Iterable[str], note: str, items: Iterable[_Item], family: Iterable[str]) -> Items | None:
    """What must be brought so that every word is there; None where one is not to be had."""
    brought: list[tuple[str, int]] = []
    for word in words:
        named = [item for item in items if word.lower() in item.words]
        if word.lower() in note or any(item.venue in family for item in named if item.venue):
            continue
        movable = next((item.id for item in named if item.venue is None), None)
        if movable is None:
            return None
        brought.append((movable, 1))
    return tuple(dict.fromkeys(brought))


def next_free(
    office: Office, needs: Needs, minutes: int, from_: str, *, venue: str | None = None, after: Free | None = None
) -> Free | None:
    """The first time of ``minutes`` from ``from_`` on in which an open room that fits is free, the smaller room first;
    of ``venue`` alone where it is given; the next one ``after`` another. None where there is none within a year."""
    with office.reading() as session:
        found = fitting(session, needs) if needs else None
        premises = Premises(session)
        rooms = [
            place for place in premises.read() if place.status == "open" and (found is None or place.id in found)
            and venue in (None, place.id)
        ]  # fmt: skip
        passed = premises.place(after.venue) if after else None
        last = _rank(after, passed) if after and passed else None
        best: tuple[Rank, Free] | None = None
        for items, places in _by_items(rooms, found or {}).items():
            search = Search(session, office.now, premises, places, from_, items)
            for place in places:
                frees = search.free(place, minutes, until=best[1].end if best else "")
                free = next((one for one in frees if last is None or _rank(one, place) > last), None)
                if free is not None and (best is None or _rank(free, place) < best[0]):
                    best = (_rank(free, place), free)
        return best[1] if best else None


Rank = tuple[str, int, str, str]


def _rank(free: Free, place: Place) -> Rank:
    return free.start, place.capacity or 10**9, place.name, place.id


def _by_items(rooms: Iterable[Place], found: Mapping[str, Items]) -> dict[Items, list[Place]]:
    groups: dict[Items, list[Place]] = {}
    for place in rooms:
        groups.setdefault(found.get(place.id, ()), []).append(place)
    return groups
