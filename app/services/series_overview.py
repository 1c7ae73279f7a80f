"""A series as it stands, date by date, for whoever looks at it (rules.md 17, 18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.errors import Refusal
from app.models.bookings import BLOCKING
from app.models.venues import Venue
from app.services import recurrence, recurrence_words, workdays
from app.services.office import Office
from app.services.reading import titles_of
from app.services.series import load_series
from app.services.series_plan import Planned, deviates, occurrences_of, plan
from app.text import _


@dataclass(frozen=True)
class Dated:
    """One date of a series. ``status`` is the booking's; of a date without one what stands against it (``free``,
    ``taken``, ``closed``, ``quota``, ``invalid``), which ``by`` says in words."""

    date: str
    start: str
    end: str
    venue: str
    status: str
    by: str = ""
    booking: str | None = None
    number: str | None = None
    changed: bool = False
    """Changed or cancelled one by one."""
    begun: bool = False


@dataclass(frozen=True)
class Overview:
    """The rule in words and every date; ``fault`` where the rule, as a merge may bring it, cannot be read."""

    words: str
    dates: tuple[Dated, ...] = ()
    fault: str = ""

    @property
    def ahead(self) -> Sequence[Dated]:
        """The bookings that hold their room and have not begun."""
        return [one for one in self.dates if one.booking and one.status in BLOCKING and not one.begun]

    @property
    def skipped(self) -> Sequence[Dated]:
        """The dates without a booking that can still come."""
        return [one for one in self.dates if one.booking is None and not one.begun]


def overview(office: Office, series_id: str) -> Overview:
    """How a series stands now."""
    with office.trial() as unit:
        series, now = load_series(unit, series_id), office.now
        held = occurrences_of(unit.session, series.id)
        try:
            words = recurrence_words.say(series.rule, series.start)
            dates, fault = recurrence.dates(series.rule, series.start), ""
        except Refusal as refusal:
            words, dates, fault = series.rule or "", [], refusal.message
        rooms = titles_of(unit.session, Venue.kind, sorted({one.venue for one in held.values()} | {series.venue}))
        found = [
            Dated(row.date, row.start, row.end, rooms.get(row.venue, ""), row.state, row.by, begun=row.end <= now)
            for row in plan(unit, series, [one for one in dates if one not in held])
        ]
        found += [
            Dated(day, one.start, one.end, rooms.get(one.venue, ""), one.status, one.cancel_reason or "", one.id,
                  one.number, not fault and deviates(one, series), one.start <= now)
            for day, one in held.items()
        ]  # fmt: skip
        return Overview(words, tuple(sorted(found, key=lambda one: one.date)), fault)


def holidays(office: Office, rows: Sequence[Planned]) -> dict[str, str]:
    """The dates of ``rows`` that are statutory days off, each with its name."""
    days = workdays.of_office(office)
    parsed = {row.date: date.fromisoformat(row.date) for row in rows}
    return {one: days.name(day) or _("法定节假日") for one, day in parsed.items() if days.kind(day) == "holiday"}
