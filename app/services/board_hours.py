"""When the rooms of a board are closed: outside their hours, by a closure, or because they are not lent out
(rules.md 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from app.services import hours
from app.services.boards import Room, Shade, midnight
from app.services.closures import CENTER, Closure
from app.services.premises import Piece, Place, Premises
from app.services.times import say_time
from app.text import _

Shut = tuple[str, tuple[str, ...]]
"""Why a day is closed as a whole (empty where it is not), and what else is closed in it, in words."""


def closed(premises: Premises, rooms: Sequence[Room], first: str, days: int) -> Iterator[Shade]:
    """Why each of ``rooms`` is closed, and when, in the ``days`` from ``first``."""
    low, high = midnight(first), midnight(first, days)
    for room in rooms:
        place = premises.place(room.id)
        if room.status != "open":
            yield Shade(room.id, low, high, _not_lent(room), "closed")
        elif place is not None:
            for piece in premises.pieces(place, low, high):
                if not piece.open:
                    sort = "closed" if piece.closed else "hours"
                    yield Shade(room.id, piece.start, piece.end, _why(premises, place, piece), sort)


def holidays(premises: Premises, first: str, days: int) -> dict[str, str]:
    """By date, ``国庆节``, or ``国庆节调休上班`` for an adjusted workday; other days are left out."""
    found = {}
    for n in range(days):
        on = date.fromisoformat(first) + timedelta(days=n)
        if name := premises.days.name(on):
            worked = premises.days.kind(on) == "make_up_workday"
            found[on.isoformat()] = _("{holiday}调休上班", holiday=name) if worked else name
    return found


def days_of_room(premises: Premises, room: Room, first: str, days: int) -> Mapping[str, Shut]:
    """Per date, why a room is closed all day, and its closures for a part of the day."""
    place, found = premises.place(room.id), {}
    for n in range(days):
        on = (date.fromisoformat(first) + timedelta(days=n)).isoformat()
        if room.status != "open" or place is None:
            found[on] = (_not_lent(room), ())
            continue
        pieces = list(premises.pieces(place, midnight(on), midnight(on, 1)))
        closures = [piece for piece in pieces if piece.closed]
        if not any(piece.open for piece in pieces):
            found[on] = (_why(premises, place, (closures or pieces)[0]), ())
        else:
            said = (_part(piece, _why(premises, place, piece)) for piece in closures)
            found[on] = ("", tuple(dict.fromkeys(said)))
    return found


def days_of_center(premises: Premises, rooms: Mapping[str, Room], first: str, days: int) -> Mapping[str, Shut]:
    """Per date, whether the whole center is closed all day, and what else is closed, or open against the hours."""
    every = [(one, venue) for venue, held in premises.closures.items() for one in held]
    every.sort(key=lambda one: (one[1] != CENTER, one[0].start))
    found = {}
    for n in range(days):
        on = (date.fromisoformat(first) + timedelta(days=n)).isoformat()
        low, high = midnight(on), midnight(on, 1)
        touching = [(one, venue) for one, venue in every if one.start < high and low < one.end]
        whole = next((one for one, v in touching if v == CENTER and _covers(one, low, high) and not one.opens), None)
        notes = [_closure(one, rooms.get(venue), low, high) for one, venue in touching if one is not whole]
        found[on] = (_("停用：{reason}", reason=whole.reason) if whole else "", tuple(dict.fromkeys(notes)))
    return found


def _why(premises: Premises, place: Place, piece: Piece) -> str:
    """As ``premises.say``, below a heading that tells the date."""
    if piece.closed is not None:
        return premises.say(place, piece)
    on = date.fromisoformat(piece.start[:10])
    if piece.hours:
        return _("开放时间 {hours}", hours=hours.say(piece.hours))
    if premises.days.kind(on) == "holiday":
        return _("{holiday}放假，不开放", holiday=premises.days.name(on))
    return _("不开放")


def _covers(one: Closure, low: str, high: str) -> bool:
    return one.start <= low and high <= one.end


def _not_lent(room: Room) -> str:
    return _("暂停开放") if room.status == "paused" else _("已停用")


def _part(piece: Piece, said: str) -> str:
    return f"{say_time(piece.start)}-{_until(piece.end)} {said}"


def _until(end: str) -> str:
    return "24:00" if end[11:16] == "00:00" else say_time(end)


def _closure(one: Closure, room: Room | None, low: str, high: str) -> str:
    """``二楼教室 停用：粉刷``, with its hours where it is not the whole day."""
    said = _("例外开放：{reason}", reason=one.reason) if one.opens else _("停用：{reason}", reason=one.reason)
    when = "" if _covers(one, low, high) else f"{say_time(max(one.start, low))}-{_until(min(one.end, high))}"
    return " ".join(part for part in (room.name if room else "", when, said) if part)
