"""The calendar of days: records of days off and adjusted workdays over the shipped plans (rules.md 4, domain.md B13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Fault
from app.models.calendar import Days
from app.models.venues import CalendarDay
from app.services.office import Office, Unit
from app.services.survivors import standing, survivors
from app.sync.log import ALL
from app.text import _

ASKED_FROM = 11
"""The month from which next year's plan is missed; it is published in November (domain.md B13)."""


def day_id(day: str) -> str:
    """The id of the record of a date: two PCs make the same."""
    return str(uuid5(NAMESPACE_URL, f"shuniu:day:{day}"))


def days(session: Session) -> Days:
    """The calendar as the records have it; the center's own day stands over the district's."""
    t = CalendarDay.__table__.c
    query = select(t.owner, t.date, t.sort, t.name).where(
        t.deleted.is_(False), t.date.is_not(None), standing(CalendarDay.kind, survivors(session, CalendarDay.kind))
    )
    recorded: dict[date, tuple[str, str]] = {}
    for row in sorted(session.execute(query), key=lambda row: row.owner != ALL):
        try:
            recorded[date.fromisoformat(row.date)] = (row.sort or "holiday", row.name or "")
        except ValueError:
            continue  # a merged value that is no date: a finding
    return Days(recorded)


def of_office(office: Office) -> Days:
    """As :func:`days`, for whoever has no session open."""
    with office.reading() as session:
        return days(session)


def next_year_missing(office: Office) -> int | None:
    """From November on, next year, where its plan is not known yet."""
    today = office.clock().date()
    if today.month < ASKED_FROM or of_office(office).is_published(today.year + 1):
        return None
    return today.year + 1


def check(_unit: Unit, record: CalendarDay, before: Mapping[str, Any] | None) -> Iterator[Fault]:
    """Faults of a day: its id follows from its date, so the date stays."""
    if before is not None and before["date"] != record.date:
        yield Fault("date", _("日期不能改"), _("请删除这一天，再登记另一天"))
