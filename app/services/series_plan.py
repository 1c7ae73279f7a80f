"""The dates of a series, each with what stands against it, before anything is written (rules.md 10, 16, 17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Fault, Refusal
from app.models.bookings import BLOCKING, Booking
from app.models.venues import Venue
from app.services import availability, policy
from app.services.lookups import lookups
from app.services.office import Unit
from app.services.survivors import standing, survivors
from app.services.times import WEEKDAYS, minutes_between, shift
from app.text import _, listed

DETAILS = (
    "purpose", "purpose_kind", "headcount", "client_kind", "client", "client_name", "contact_name", "contact_phone",
    "equipment",
)  # fmt: skip
"""What an occurrence takes from its series, besides its room and time."""
STATES: Mapping[str, str] = {
    "free": "可约",
    "taken": "已占用",
    "closed": "不开放",
    "quota": "超额度",
    "invalid": "不能约",
}
NAMED = 20
"""How many dates a refusal names; all of them stand beside it."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a series besides its fields."""

    omit: frozenset[str] = frozenset()
    """Dates that are not wanted; they are listed as skipped."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Dates that are held in another room, by its id (rules.md 17)."""
    on_taken: str = ""
    """``refuse`` or ``skip`` for this once; empty: as the series says."""
    overwrite: bool = False
    """Dates that were changed or cancelled one by one follow, too (rules.md 18)."""
    trial: bool = False
    """Only say what would be made."""
    adopting: bool = False
    """Its occurrences are there already."""


def asked_of(kind: str, line: Mapping[str, Any]) -> tuple[Asked, dict[str, Any]]:
    """What a JSON object asks of a series (``omit``: dates, ``moved``: date to venue), and the rest of the object."""
    rest = dict(line)
    if kind != "booking_series":
        return Asked(), rest
    omit, moved = rest.pop("omit", None) or [], rest.pop("moved", None) or {}
    if not isinstance(omit, list) or not all(isinstance(date, str) for date in omit):
        raise Refusal.of("omit", _("应为日期的列表"), _("请写成例如 {example}", example='["2026-12-07"]'))
    if not isinstance(moved, dict) or not all(isinstance(venue, str) for venue in moved.values()):
        raise Refusal.of("moved", _("应为日期到场地的对照"), _("请写成例如 {example}", example='{"2026-12-07": "…"}'))
    return Asked(frozenset(omit), moved), rest


@dataclass(frozen=True)
class Planned:
    """One date: its time, its room, and what stands against it (``state`` of :data:`STATES`, ``by`` in words)."""

    date: str
    start: str
    end: str
    venue: str
    state: str = "free"
    by: str = ""

    def line(self, *names: str) -> dict[str, str]:
        """As the command line says it."""
        return {name: value for name, value in asdict(self).items() if name in names}


class AsValues(SimpleNamespace):
    """The values of a series that is no record: as it was before an edit, or as it is about to be."""

    rule: str
    start: str

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(**values)


def child_id(series: str, date: str) -> str:
    """The id of an occurrence, or of the later part of a split series: the same on every PC (design.md §3)."""
    try:
        return str(uuid5(UUID(series), date))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, f"shuniu:series:{series}:{date}"))


def details(series: Any) -> dict[str, Any]:
    """What the occurrences of ``series`` take from it."""
    return {name: getattr(series, name) for name in DETAILS}


def span_on(series: Any, date: str) -> tuple[str, str]:
    """The start and end of the occurrence on ``date``."""
    start = f"{date}T{series.start[11:16]}"
    return start, shift(start, minutes_between(series.start, series.end))


def as_written(series: Any, date: str) -> dict[str, Any]:
    """The values of an occurrence that nobody has changed."""
    start, end = span_on(series, date)
    return {**details(series), "venue": series.venue, "start": start, "end": end}


def deviates(booking: Booking, series: Any) -> bool:
    """Whether an occurrence was changed or cancelled one by one (rules.md 18)."""
    if booking.status not in BLOCKING:
        return True
    said = as_written(series, booking.original_date)
    return any(getattr(booking, name) != value for name, value in said.items())


def occurrences_of(session: Session, series: str) -> dict[str, Booking]:
    """The occurrences of a series by their original date; of two for one date the one that holds its room."""
    query = select(Booking).where(
        Booking.series == series, Booking.original_date.is_not(None), Booking.deleted.is_(False),
        standing(Booking.kind, survivors(session, Booking.kind)),
    )  # fmt: skip
    found: dict[str, Booking] = {}
    for one in sorted(session.scalars(query), key=lambda b: (b.status in BLOCKING, b.id), reverse=True):
        found.setdefault(one.original_date, one)
    return dict(sorted(found.items()))


def plan(
    unit: Unit,
    series: Any,
    dates: Iterable[str],
    *,
    moved: Mapping[str, str] | None = None,
    ids: Mapping[str, str] | None = None,
) -> list[Planned]:
    """What stands against each of ``dates``; ``ids``: bookings, by date, that are themselves moved there.

    What is over is invalid: a past occurrence never changes (rules.md 18), so that one made there could not be
    corrected with its series. One that is going on can be made, for a team that is in the room already.
    """
    moved = moved or {}
    rows = [Planned(date, *span_on(series, date), moved.get(date) or str(series.venue)) for date in dates]
    ahead = [row for row in rows if row.end > unit.office.now]
    wishes = [
        availability.Wish(
            row.venue, row.start, row.end, client_kind=series.client_kind, client=series.client,
            client_name=series.client_name, id=(ids or {}).get(row.date, ""),
        )
        for row in ahead
    ]  # fmt: skip
    found = dict(
        zip((row.date for row in ahead), availability.verdicts(unit.session, unit.office.now, wishes), strict=True)
    )
    over = availability.Verdict("invalid", _("已经过去"))
    barred = lookups(unit).suspended(series)
    venues = {one: lookups(unit).venue(one) for one in {row.venue for row in rows}}
    judged = []
    for row in rows:
        verdict = found.get(row.date, over)
        state, by = verdict.state, verdict.by
        if state == "free" and row.date not in (ids or {}):  # the policy that a booking is asked besides its quotas
            asks = venues[row.venue] is not None and row.start > unit.office.now
            fault = next(policy.notice_of(unit, row, lambda: unit.office.now), None) if asks else None
            error = barred.error if barred else fault.error if fault else ""
            state, by = ("invalid", error) if error else (state, by)
        judged.append(Planned(row.date, row.start, row.end, row.venue, state, by))
    return judged


def refuse_overlap(session: Session, series: Any, rows: Sequence[Planned]) -> None:
    """Refuse a series that overlaps itself, its buffers counted (rules.md 6, 16)."""
    ordered = sorted(rows, key=lambda row: row.start)
    known = survivors(session, Venue.kind)
    venue = session.scalars(select(Venue).where(Venue.id == known.of(series.venue))).first()
    gap = max(venue.before or 0, venue.after or 0) if venue else 0
    for one, other in pairwise(ordered):
        if one.venue == other.venue and minutes_between(one.end, other.start) < gap:
            error = _("系列与自己重叠：{one} 和 {other}", one=say_date(one.date), other=say_date(other.date))
            mend = _("请缩短每次的时间，或让日期隔开")
            if one.end <= other.start:
                mend = _("两次之间须留 {n} 分钟布置和清场", n=gap)
            raise Refusal.of("rule", error, mend)


def refused(rows: Sequence[Planned]) -> Refusal:
    """All or nothing: the refusal that names every date that cannot be had."""
    names = [say_date(row.date) for row in rows[:NAMED]]
    more = _("等") if len(rows) > NAMED else ""
    first = Fault(
        "rule",
        _("{n} 个日期不能约：{dates}{more}", n=len(rows), dates=listed(names), more=more),
        _("请改时间或场地，或选择跳过这些日期"),
    )
    each = [Fault("rule", f"{say_date(row.date)}：{_(STATES[row.state])} {row.by}".strip()) for row in rows]
    dates = [row.line("date", "start", "end", "state", "by") for row in rows]
    return Refusal(first, *each, beside={"dates": dates})


def say_date(date: str) -> str:
    """``2026年12月7日 周一``: a series may go on into other years."""
    day = datetime.fromisoformat(date)
    return _("{year}年{month}月{day}日 {weekday}", year=day.year, month=day.month, day=day.day,
             weekday=_(WEEKDAYS[day.weekday()]))  # fmt: skip
