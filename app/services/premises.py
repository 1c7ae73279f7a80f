"""The center's rooms as the rules see them: the tree of halls, and when each may be used (rules.md 2-4, 7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.calendar import Days
from app.models.venues import Closure as ClosureRecord
from app.models.venues import Venue
from app.services import booking, closures, hours, workdays
from app.services.closures import CENTER, Closure
from app.services.hours import Spans, Timetable
from app.services.survivors import Merged, Survivors
from app.services.times import say_day
from app.text import _

DESCRIBED = (
    "id", "owner", "deleted", "number", "name", "status", "parent", "capacity", "before", "after", "external", "around_the_clock", "overnight",
    "competing", *hours.FIELDS,
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A venue as the rules see it; buffers in minutes."""

    id: str
    number: str
    name: str
    status: str
    capacity: int | None
    before: int
    after: int
    external: bool
    overnight: bool
    competing: bool
    timetable: Timetable


@dataclass(frozen=True)
class Piece:
    """A stretch of time on one date, and what speaks against using a venue then: a closure, or that it lies outside the
    hours ``hours`` of the date."""

    start: str
    end: str
    closed: Closure | None = None
    hours: Spans | None = None

    @property
    def open(self) -> bool:
        """Whether the venue may be used."""
        return self.closed is None and self.hours is None


def midnight_after(day: str) -> str:
    """The end of a date, ``2026-11-25T00:00`` for ``2026-11-24``; a moment counts as its date."""
    return f"{date.fromisoformat(day[:10]) + timedelta(days=1)}T00:00"


def dates(start: str, end: str) -> Iterator[tuple[str, str, str]]:
    """[start, end) by dates: each with its part's start and end. An end at midnight belongs to the date before
    (rules.md 2)."""
    while start < end:
        last = min(end, midnight_after(start))
        yield start[:10], start, last
        start = last


def clock(day: str, minute: int) -> str:
    """The moment ``minute`` of a date; 1440 is the next midnight."""
    return midnight_after(day) if minute >= hours.DAY else f"{day}T{minute // 60:02d}:{minute % 60:02d}"


class Premises:
    """The rooms within one session; each thing is read once, when it is first asked for."""

    def __init__(self, session: Session) -> None:
        self.session, self.known = session, Merged(session)
        self._places: dict[str, Place | None] = {}
        self._all: tuple[Place, ...] | None = None
        self._families: dict[str, frozenset[str]] = {}
        self._around: dict[str, tuple[list[str], list[str]]] = {}

    @property
    def merged(self) -> Survivors:
        """Which venues stand for which."""
        return self.known["venue"]

    @cached_property
    def days(self) -> Days:
        """The statutory calendar."""
        return workdays.days(self.session)

    @cached_property
    def parents(self) -> Mapping[str, str | None]:
        """Every venue's parent, by id."""
        return booking.parents(self.session, self.merged)

    @cached_property
    def closures(self) -> Mapping[str, list[Closure]]:
        """Every closure and exceptional opening, by the venue it is for or :data:`~app.services.closures.CENTER`."""
        t: Any = ClosureRecord.__table__.c
        query = select(t.id, t.venue, t.start, t.end, t.sort, t.reason).where(
            t.deleted.is_(False), t.end > t.start, self.known.standing(ClosureRecord.kind)
        )
        held: dict[str, list[Closure]] = {}
        for row in self.session.execute(query.order_by(t.start, t.id)):
            venue = self.merged.of(row.venue) if row.venue else CENTER
            one = Closure(row.id, venue, row.start, row.end, row.sort == "open", row.reason or "")
            held.setdefault(venue, []).append(one)
        return held

    @cached_property
    def competing(self) -> frozenset[str]:
        """The venues in which several may ask for one time (rules.md 5)."""
        return booking.competing_venues(self.session)

    def place(self, venue: str) -> Place | None:
        """A venue, or who stands for it; a deleted one is retired. None where there is none."""
        venue = self.merged.of(venue)
        if venue not in self._places:
            self.read([venue])
        return self._places[venue]

    def read(self, venues: Iterable[str] | None = None) -> list[Place]:
        """Read several venues at once, by default all that are not deleted, in the order of their names."""
        if venues is None and self._all is not None:
            return list(self._all)
        t = Venue.__table__.c
        query = select(*(t[name] for name in DESCRIBED))
        if venues is None:
            query = query.where(t.deleted.is_(False), self.known.standing(Venue.kind))
        else:
            wanted = {self.merged.of(venue) for venue in venues}
            self._places |= dict.fromkeys(wanted, None)
            query = query.where(t.id.in_(sorted(wanted)))
        found: dict[str, Place] = {}
        for row in self.session.execute(query.order_by(t.name, t.id)):
            if row.id not in found or row.owner != "all":
                found[row.id] = Place(
                    row.id, row.number or "", row.name or "", "retired" if row.deleted else row.status or "open", row.capacity, row.before or 0, row.after or 0,
                    bool(row.external), bool(row.overnight), bool(row.competing), hours.timetable(row._asdict()),
                )  # fmt: skip
        self._places |= found
        if venues is None:
            self._all = tuple(found.values())
        return list(found.values())

    def family(self, venue: str) -> frozenset[str]:
        """rules.md 7: the venue, its ancestors and its descendants, never its siblings."""
        if venue not in self._families:
            self._families[venue] = frozenset(booking.family(self.parents, venue))
        return self._families[venue]

    def above(self, venue: str) -> list[str]:
        """The venue and the halls it is part of, upwards."""
        found, at = [venue], self.parents.get(venue)
        while at and at not in found:
            found.append(at)
            at = self.parents.get(at)
        return found

    def reach(self, venue: str | None) -> list[str]:
        """What a booking's venue may say to be in the reach of a closure of ``venue``, or of the whole center."""
        if venue is not None:
            return self.merged.family(self.family(self.merged.of(venue)))
        return self.merged.family(place.id for place in self.read() if not place.external)

    def around(self, place: Place) -> tuple[list[str], list[str]]:
        """Whose closures decide for a venue, the nearest first, and its parts."""
        if place.id not in self._around:
            above = self.above(place.id)
            levels = [*above, *(() if place.external else (CENTER,))]
            self._around[place.id] = levels, sorted(self.family(place.id).difference(above))
        return self._around[place.id]

    def pieces(self, place: Place, start: str, end: str) -> Iterator[Piece]:
        """[start, end) cut where a closure, an opening or the hours begin or end, date by date."""
        levels, parts = self.around(place)
        for day, first, last in dates(start, end):
            spans = self.hours(place, day)
            for spell in closures.spells(self.closures, levels, parts, first, last):
                if spell.closed or spell.opened or spans is None:
                    yield Piece(spell.start, spell.end, spell.closed)
                else:
                    yield from _by_hours(day, spans, spell.start, spell.end)

    def hours(self, place: Place, day: str) -> Spans | None:
        """The opening hours of a date; None: no limit."""
        on = date.fromisoformat(day[:10])
        return place.timetable.on(on, self.days.kind(on))

    def whole_day(self, place: Place, day: str) -> tuple[str, str] | None:
        """What 全天 means on a date (rules.md 3): from the first minute to the last that the hours and the exceptional
        openings of that date give; None where it is closed all day."""
        levels, parts = self.around(place)
        spans = self.hours(place, day)
        if spans is None:
            return f"{day}T00:00", midnight_after(day)
        found = [(clock(day, start), clock(day, end)) for start, end in spans]
        for spell in closures.spells(self.closures, levels, parts, f"{day}T00:00", midnight_after(day)):
            if spell.opened:
                found.append((spell.start, spell.end))
        return (min(start for start, _end in found), max(end for _start, end in found)) if found else None

    def shut(self, place: Place, start: str, end: str, all_day: bool = False) -> Piece | None:
        """The first piece of [start, end) in which the venue may not be used: one of a closure before one of the hours;
        None where it may be used all the time. Who has it ``all_day`` has it over the breaks of the day, too."""
        outside = None
        for piece in self.pieces(place, start, end):
            if piece.closed is not None:
                return piece
            if piece.hours is not None and outside is None and not (all_day and piece.hours):
                outside = piece
        return outside

    def say(self, place: Place, piece: Piece) -> str:
        """Why a venue may not be used then, in words."""
        if piece.closed is not None:
            reason = piece.closed.reason
            if piece.closed.venue not in (CENTER, place.id):
                other = self.place(piece.closed.venue)
                return _("{venue} 停用：{reason}", venue=other.name if other else "", reason=reason)
            return _("停用：{reason}", reason=reason)
        day = date.fromisoformat(piece.start[:10])
        said, kind = say_day(piece.start), self.days.kind(day)
        if kind == "holiday" and not piece.hours:
            return _("{day} {holiday} 放假，不开放", day=said, holiday=self.days.name(day))
        if not piece.hours:
            return _("{day} 不开放", day=said)
        return _("{day} 开放时间为 {hours}", day=said, hours=hours.say(piece.hours))


def _by_hours(day: str, spans: Spans, start: str, end: str) -> Iterator[Piece]:
    for low, high in spans:
        opens, closes = clock(day, low), clock(day, high)
        if closes <= start:
            continue
        if opens >= end:
            break
        if start < opens:
            yield Piece(start, opens, hours=spans)
            start = opens
        yield Piece(start, min(end, closes))
        start = min(end, closes)
        if start == end:
            return
    if start < end:
        yield Piece(start, end, hours=spans)
