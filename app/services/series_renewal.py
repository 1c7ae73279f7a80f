"""Renewing last year's series in bulk: the same rooms, weekdays and times over a new span (rules.md 10-17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date as Date
from typing import Any

from sqlalchemy import select

from app.errors import Fault, Refusal
from app.models.bookings import BookingSeries
from app.models.venues import Venue
from app.services import recurrence, recurrence_words
from app.services.office import Office, Unit
from app.services.reading import titles_of
from app.services.series import COPIED, Outcome, load_series, put_child, told
from app.services.series_plan import Asked, AsValues, plan, refused, span_on
from app.services.survivors import standing, survivors
from app.text import _


@dataclass(frozen=True)
class Renewable:
    """A series whose last date lies in a span, and whether a later one follows it already."""

    id: str
    number: str | None
    title: str
    venue: str
    words: str
    """Its rule in words."""
    start: str
    end: str
    last: str
    renewed: bool


@dataclass(frozen=True)
class Renewed:
    """What came of one series: the new one, or why it was not renewed."""

    id: str
    outcome: Outcome | None = None
    refusal: Refusal | None = None


def renewable(office: Office, first: str, last: str) -> list[Renewable]:
    """The series that are on and whose last date lies in [first, last], by room and time; ``2026-01-01`` each."""
    with office.reading() as session:
        live = (BookingSeries.deleted.is_(False), standing(BookingSeries.kind, survivors(session, BookingSeries.kind)))
        found = list(session.scalars(select(BookingSeries).where(*live)))
        followed = {one.follows for one in found if one.status != "cancelled"}
        venues = titles_of(session, Venue.kind, sorted({one.venue for one in found if one.venue}))
        rows = []
        for one in found:
            end = _last(one)
            if one.status == "active" and first <= end <= last:
                title = BookingSeries.kind.called({name: getattr(one, name) for name in BookingSeries.kind.named_by})
                rows.append(Renewable(one.id, one.number, title, venues.get(one.venue, ""), recurrence_words.say(one.rule, one.start), one.start, one.end,
                                      end, one.id in followed))  # fmt: skip
        return sorted(rows, key=lambda row: (row.venue, row.start[11:], row.start, row.id))


def _last(series: BookingSeries) -> str:
    """The last date of a series; empty where a merge brought a rule without one."""
    try:
        return recurrence.dates(series.rule, series.start)[-1]
    except Refusal:
        return ""


def renew(office: Office, series_ids: Iterable[str], first: str, last: str, *, on_taken: str = "skip") -> list[Renewed]:
    """Make for each series one that follows it, from its first date in [first, last] on; one operation for all.

    One that cannot be renewed says why; the others are.
    """
    _dates(first, last)
    with office.unit() as unit:
        found = []
        for series_id in dict.fromkeys(series_ids):
            series = load_series(unit, series_id)
            try:
                values = _values(unit, series, first, last, on_taken)
            except Refusal as refusal:
                found.append(Renewed(series_id, refusal=refusal))
                continue
            new = put_child(unit, series, values["start"][:10], values, Asked())
            found.append(Renewed(series_id, told(unit, new)))
        return found


def _dates(first: str, last: str) -> None:
    for name, value in (("from", first), ("until", last)):
        try:
            Date.fromisoformat(value)
        except ValueError:
            raise Refusal.of(name, _("不是日期：{value}", value=value[:20]), _("请写成例如 2027-01-01")) from None
    if last < first:
        raise Refusal(Fault("until", _("止期早于起期"), _("请核对起止日期")))


def _values(unit: Unit, series: BookingSeries, first: str, last: str, on_taken: str) -> Mapping[str, Any]:
    """The values of the series that follows; raises :class:`Refusal` before anything is written."""
    follower = select(BookingSeries.id).where(
        BookingSeries.follows == series.id, BookingSeries.deleted.is_(False), BookingSeries.status == "active"
    )
    if unit.session.scalar(follower.limit(1)):
        raise Refusal.of("id", _("这个系列已经续办过"), _("请修改续办的那个系列"))
    rule = replace(recurrence.explicit(recurrence.parse(series.rule), series.start), count=None, until="")
    start = next(recurrence.occurrences(rule, f"{first}T{series.start[11:16]}"), "")
    values = {name: getattr(series, name) for name in COPIED}
    values |= {"rule": replace(rule, until=last.replace("-", "")).text, "follows": series.id, "on_taken": on_taken}
    values |= dict(zip(("start", "end"), span_on(series, start or first), strict=True))
    rows = plan(unit, AsValues(values), recurrence.dates(values["rule"], values["start"]))
    bad = [row for row in rows if row.state != "free"]
    if len(bad) == len(rows) or (bad and on_taken != "skip"):
        raise refused(bad)
    return values
