"""Whether rooms are free: many wishes at once, and the next time that is free (rules.md 1-8, 22)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from sqlalchemy.orm import Session

from app.services import booking
from app.services.booking import Slot, conflict
from app.services.equipment import Uses
from app.services.hours import DAY
from app.services.premises import Place, Premises, midnight_after
from app.services.quotas import Ledger
from app.services.times import minutes_between, shift
from app.text import _

HORIZON = 366
"""Days that are looked through for a free time."""
NEAREST = 12
"""Other rooms that are looked at for an offer."""
LOOKED_AT = 31
"""Days of bookings that are read at once while looking."""


@dataclass(frozen=True)
class Wish:
    """A booking that somebody would like to make; buffers in minutes, by default the venue's. ``id``: the booking that
    is being moved, which does not stand in its own way. ``equipment``: (id, quantity)."""

    venue: str
    start: str
    end: str
    before: int | None = None
    after: int | None = None
    client_kind: str | None = None
    client: str | None = None
    client_name: str | None = None
    equipment: tuple[tuple[str, int], ...] = ()
    id: str = ""
    status: str = "confirmed"
    all_day: bool = False


State = Literal["free", "taken", "closed", "quota", "invalid"]


@dataclass(frozen=True)
class Verdict:
    """Whether a wish can be granted; ``by``: by whom or what it is prevented, in words; ``booking``: the one that is in
    the way."""

    state: State
    by: str = ""
    booking: str | None = None


@dataclass(frozen=True)
class Free:
    """A time in which a room can be had."""

    venue: str
    name: str
    """Of the venue."""
    start: str
    end: str


class _Held:
    """What holds a family of venues, by start and id; the longest of it and its largest buffer in minutes."""

    def __init__(self, slots: Iterable[Slot]) -> None:
        self.slots: list[Slot] = []
        self.keys: list[tuple[str, str]] = []
        self.longest = self.buffers = 0
        for slot in slots:
            self.add(slot)

    def add(self, slot: Slot) -> None:
        """Take in one more."""
        key = (slot.start, slot.id)
        at = bisect_left(self.keys, key)
        self.keys.insert(at, key)
        self.slots.insert(at, slot)
        self.longest = max(self.longest, minutes_between(slot.start, slot.end))
        self.buffers = max(self.buffers, slot.before, slot.after)

    def remove(self, slot: Slot) -> None:
        """Leave one out that was taken in."""
        at = bisect_left(self.keys, (slot.start, slot.id))
        del self.keys[at], self.slots[at]


class Diary:
    """What holds some venues in a span, read at once."""

    def __init__(
        self, session: Session, now: str, premises: Premises, venues: Iterable[str], start: str, end: str
    ) -> None:
        self._premises = premises
        wanted = {one for venue in venues for one in premises.family(venue)}
        held = booking.blocking(session, now, wanted, start, end, known=premises.known)
        self._slots = {one.id: one for one in held}
        self._families: dict[frozenset[str], _Held] = {}

    def _of(self, venue: str) -> _Held:
        """What holds the family of a venue."""
        family = self._premises.family(venue)
        if family not in self._families:
            self._families[family] = _Held(one for one in self._slots.values() if one.venue in family)
        return self._families[family]

    def follow(self, record_id: str, slot: Slot | None) -> None:
        """From now on a booking holds ``slot``, or nothing."""
        old = self._slots.pop(record_id, None)
        if slot is not None:
            self._slots[record_id] = slot
        for family, held in self._families.items():
            if old is not None and old.venue in family:
                held.remove(old)
            if slot is not None and slot.venue in family:
                held.add(slot)

    def in_the_way(self, slot: Slot) -> Iterator[Slot]:
        """What ``slot`` would collide with, its own old version left out (rules.md 22)."""
        held = self._of(slot.venue)
        gap = max(slot.before, slot.after, held.buffers)
        first = bisect_left(held.keys, (shift(slot.start, -gap - held.longest), ""))
        last = bisect_left(held.keys, (shift(slot.end, gap), ""))
        for other in held.slots[first:last]:
            if other.id != slot.id and conflict(slot, other):
                yield other


def wrong(place: Place | None, start: str, end: str) -> str | None:
    """Why a time cannot be a booking at all (rules.md 1-3); None where it can."""
    if place is None:
        return _("没有这个场地")
    if place.status == "retired":
        return _("“{venue}”已停用", venue=place.name)
    if end <= start:
        return _("结束不晚于开始")
    if end > midnight_after(start) and not place.overnight:
        return _("“{venue}”不能跨夜使用", venue=place.name)
    return None


def other_rooms(premises: Premises, wanted: Place | None, people: int = 0) -> list[Place]:
    """Open rooms for ``people``, by default for as many as the room that was wanted, the nearest in size first and the
    center's own before outside ones; at most :data:`NEAREST`."""
    least = people or (wanted.capacity if wanted is not None else 0) or 0
    outside = wanted is not None and wanted.external
    rooms = [
        one for one in premises.read()
        if one.status == "open" and (wanted is None or one.id != wanted.id) and (one.capacity or 0) >= least
    ]  # fmt: skip
    rooms.sort(key=lambda one: (one.external and not outside, one.capacity or 0, one.name))
    return rooms[:NEAREST]


def slot_of(place: Place, wish: Wish) -> Slot:
    """A wish as the conflict rules see it."""
    before = place.before if wish.before is None else wish.before
    after = place.after if wish.after is None else wish.after
    competes = place.competing and wish.status == "requested"
    return Slot(wish.id, place.id, wish.start, wish.end, before, after, competes=competes)


def verdicts(session: Session, now: str, wishes: Iterable[Wish]) -> list[Verdict]:
    """What stands against each wish; ``now``: the local time. Wishes don't take a room or equipment from each other, but
    against the quotas those count together that could be granted."""
    wishes = list(wishes)
    if not wishes:
        return []
    premises = Premises(session)
    premises.read({wish.venue for wish in wishes})
    start, end = min(wish.start for wish in wishes), max(wish.end for wish in wishes)
    diary = Diary(session, now, premises, {wish.venue for wish in wishes}, start, end)
    wanted = {equipment for wish in wishes for equipment, _n in wish.equipment}
    uses = Uses(session, now, wanted, start, end) if wanted else None
    ledger = Ledger(session, now, [wish.id for wish in wishes if wish.id])
    return [_verdict(premises, diary, uses, ledger, wish) for wish in wishes]


def _verdict(premises: Premises, diary: Diary, uses: Uses | None, ledger: Ledger, wish: Wish) -> Verdict:
    place = premises.place(wish.venue)
    if error := wrong(place, wish.start, wish.end):
        return Verdict("invalid", error)
    assert place is not None
    if piece := premises.shut(place, wish.start, wish.end, wish.all_day):
        return Verdict("closed", premises.say(place, piece))
    for other in diary.in_the_way(slot_of(place, wish)):
        return Verdict("taken", _who(premises, place, other), None if other.offer else other.id)
    if uses is not None:
        for error in uses.lacks(premises, place.id, wish.start, wish.end, wish.equipment, booking=wish.id):
            return Verdict("taken", error)
    if error := ledger.over(wish):
        return Verdict("quota", error)
    ledger.take(wish)
    return Verdict("free")


def _who(premises: Premises, place: Place, other: Slot) -> str:
    who = other.who or _("他人")
    if other.venue == place.id:
        return who
    taken = premises.place(other.venue)
    return _("{who}（{venue}）", who=who, venue=taken.name if taken else "")


def free_slots(
    session: Session, now: str, venue: str, minutes: int, from_: str, count: int = 5,
    equipment: Sequence[tuple[str, int]] = (),
) -> list[Free]:  # fmt: skip
    """The first ``count`` times of ``minutes`` from ``from_`` on in which a venue is free, one after the other."""
    premises = Premises(session)
    place = premises.place(venue)
    if place is None or place.status == "retired":
        return []
    search = Search(session, now, premises, [place], from_, equipment)
    return list(islice(search.free(place, minutes), count))


def next_free(
    session: Session, now: str, minutes: int, from_: str, capacity: int | None = None,
    equipment: Sequence[tuple[str, int]] = (), count: int = 5,
) -> list[Free]:  # fmt: skip
    """The first ``count`` free times of all open rooms for ``capacity`` people, by start, the smaller room first. Of a
    room without a stated capacity nobody knows whether it is large enough: it is left out where ``capacity`` is asked."""
    premises = Premises(session)
    rooms = [
        one for one in premises.read() if one.status == "open" and (capacity is None or (one.capacity or 0) >= capacity)
    ]
    search = Search(session, now, premises, rooms, from_, equipment)
    rows = [
        ((free.start, place.capacity or 10**9, place.name, place.id), free)
        for place in rooms
        for free in islice(search.free(place, minutes), count)
    ]
    return [free for _order, free in sorted(rows, key=lambda row: row[0])[:count]]


class Search:
    """Looks for free times in ``rooms`` from ``from_`` on; bookings are read by the month, for all rooms at once."""

    def __init__(
        self, session: Session, now: str, premises: Premises, rooms: Iterable[Place], from_: str,
        equipment: Sequence[tuple[str, int]] = (), diary: Diary | None = None,
    ) -> None:  # fmt: skip
        """``diary``: what holds the rooms as far as will be looked, where that was read already."""
        self._diary = diary
        self._session, self._now, self._premises, self._from, self._equipment = session, now, premises, from_, equipment
        self._venues = [place.id for place in rooms]
        self._months: dict[int, tuple[Diary, Uses | None]] = {}

    def free(
        self, place: Place, minutes: int, *, before: int | None = None, after: int | None = None, leave_out: str = "",
        until: str = "",
    ) -> Iterator[Free]:  # fmt: skip
        """Every free time of ``minutes``, each as early as it can be, over a year or ``until`` it has ended."""
        start, last = self._from, until or shift(self._from, HORIZON * DAY)
        while (end := shift(start, minutes)) <= last:
            wish = Wish(place.id, start, end, before, after, equipment=tuple(self._equipment), id=leave_out)
            later = self._later(place, wish)
            if later is None:
                yield Free(place.id, place.name, start, end)
                start = end
            elif later > start:
                start = later
            else:
                return

    def _later(self, place: Place, wish: Wish) -> str | None:
        """None where the wish can be granted; else a later start before which it cannot, or its own where it never can."""
        if wish.end > midnight_after(wish.start) and not place.overnight:
            return midnight_after(wish.start) if minutes_between(wish.start, wish.end) <= DAY else wish.start
        shut = None
        for piece in self._premises.pieces(place, wish.start, midnight_after(shift(wish.end, -1))):
            if piece.start >= wish.end:
                break
            shut = shut if piece.open else piece
        if shut is not None:
            return shut.end
        diary, uses = self._read(wish)
        slot = slot_of(place, wish)
        others = [shift(one.end, max(one.after, slot.before)) for one in diary.in_the_way(slot)]
        if others:
            return min(others)
        if uses is None or not any(
            uses.lacks(self._premises, place.id, wish.start, wish.end, wish.equipment, booking=wish.id)
        ):
            return None
        using = [
            use.end
            for one, _n in wish.equipment
            for use in uses.of(one)
            if use.start < wish.end and wish.start < use.end
        ]
        return min(using, default=wish.start)

    def _read(self, wish: Wish) -> tuple[Diary, Uses | None]:
        """What stands in the way in the month of a wish."""
        month = minutes_between(self._from, wish.start) // (LOOKED_AT * DAY)
        if month not in self._months:
            first = shift(self._from, month * LOOKED_AT * DAY)
            last = shift(first, LOOKED_AT * DAY + minutes_between(wish.start, wish.end))
            diary = self._diary or Diary(self._session, self._now, self._premises, self._venues, first, last)
            wanted = [one for one, _n in self._equipment]
            self._months[month] = diary, Uses(self._session, self._now, wanted, first, last) if wanted else None
        return self._months[month]
