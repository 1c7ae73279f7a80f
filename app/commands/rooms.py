"""Commands over rooms and their calendar: the next free times, a year's plan of days off."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from app.commands.main import Global, emit, say
from app.errors import Refusal
from app.models.fields import Misfit, fault_of
from app.models.registry import KINDS
from app.text import _

FILE = click.Path(path_type=Path, dir_okay=False)
LONGEST = 31 * 1440


@click.command("free")
@click.option("--venue", default=None, help="id, number or exact name; all open rooms by default")
@click.option("--minutes", required=True, type=click.IntRange(1, LONGEST))
@click.option("--from", "from_", default=None, help="2026-11-24T09:00, or a date; now by default, and at the earliest")
@click.option("--capacity", type=click.IntRange(1), default=None, help="people the room must hold")
@click.option("--count", type=click.IntRange(1, 1000), default=5, help="how many times to answer")
@click.pass_obj
def free_command(
    obj: Global, venue: str | None, minutes: int, from_: str | None, capacity: int | None, count: int
) -> None:
    """The next free times, a JSON line each: {"venue","name","start","end"}."""
    from app.services.availability import free_slots, next_free

    workspace = obj.open()
    try:
        office = workspace.office
        start = office.now if from_ is None else max(moment(from_), office.now)
        with office.reading() as session:
            if venue is None:
                found = next_free(session, office.now, minutes, start, capacity, count=count)
            else:
                place = _venue(session, venue, capacity)
                found = free_slots(session, office.now, place, minutes, start, count)
            for one in found:
                emit({"venue": one.venue, "name": one.name, "start": one.start, "end": one.end})
    finally:
        workspace.close()
    if not found:
        say(Refusal.of("", _("一年内没有这么长的空档"), _("请缩短时间、减少人数或换一个场地")))
        sys.exit(1)


def _venue(session: Any, wanted: str, capacity: int | None) -> str:
    """The id of the venue that ``wanted`` names; raises :class:`Refusal` where it is none, or several."""
    from app.services.premises import Premises

    places = [one for one in Premises(session).read() if wanted in (one.id, one.number, one.name)]
    if not places:
        raise Refusal.of("venue", _("没有这个场地：{name}", name=wanted), _("请写场地的全名、编号或标识"))
    if len(places) > 1:
        ids = "；".join(one.number or one.id for one in places)
        raise Refusal.of(
            "venue", _("有 {n} 个场地叫“{name}”", n=len(places), name=wanted), _("请写编号：{ids}", ids=ids)
        )
    (place,) = places
    if place.status != "open":
        raise Refusal.of("venue", _("“{venue}”现在不开放预约", venue=place.name), _("请另选场地"))
    if capacity is not None and (place.capacity or 0) < capacity:
        said = _("“{venue}”容纳 {n} 人", venue=place.name, n=place.capacity)
        if place.capacity is None:
            said = _("“{venue}”没有写容纳人数", venue=place.name)
        raise Refusal.of("capacity", said, _("请另选场地"))
    return place.id


def moment(text: str) -> str:
    """A moment, or the beginning of a date."""
    field = KINDS["booking"].fields["start"]
    try:
        return field.check(f"{text.strip()}T00:00" if len(text.strip()) == len("2026-11-24") else text)
    except Misfit as misfit:
        fault = fault_of(field, misfit)
        raise Refusal.of("from", fault.error, fault.mend) from None


@click.group("calendar")
def calendar_command() -> None:
    """The calendar of days off and adjusted workdays."""


@calendar_command.command("import")
@click.argument("file", type=FILE)
@click.pass_obj
def import_(obj: Global, file: Path) -> None:
    """Record a year's plan from a CSV with the columns date, kind (holiday or workday) and name; a line for each day."""
    from app.services.plans import import_plan, read_plan

    rows = read_plan(file)
    workspace = obj.open()
    try:
        with workspace.office.unit() as unit:
            done = import_plan(unit, rows)
            notices = list(unit.notices)
        for one in done:
            emit({"id": one.id, "date": one.date, "did": one.did})
    finally:
        workspace.close()
    for notice in notices:
        say(Refusal.of("", notice))
