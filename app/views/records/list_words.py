"""What the line under a list's title says: how many there are, and what matters among them."""

from __future__ import annotations

from dataclasses import replace

from app.models.record import Kind
from app.services import reading
from app.services.office import Office
from app.services.reading import Query
from app.text import _, listed
from app.views.records.columns import status_field

TOLD = {
    "venue": ("paused", "retired"), "booking": ("requested", "tentative"), "service_case": ("registered", "in_progress"),
    "organization": ("deregistered", "suspended"), "team": ("applied", "committee_passed"), "training": ("open",),
    "enrolment": ("waiting",), "activity": ("planned",),
}  # fmt: skip
"""States worth a word, by kind; others say nothing."""


def measure_of(kind: Kind) -> str:
    """The measure word of a kind."""
    words = {
        "venue": _("个"), "organization": _("家"), "team": _("支"), "training": _("场"),
        "activity": _("场"), "enrolment": _("人"), "participant": _("人"), "user": _("人"),
    }  # fmt: skip
    return words.get(kind.name, _("条"))


def counts_of(office: Office, kind: Kind, query: Query) -> dict[str, int]:
    """How many of the listed records are in each state worth a word."""
    status = status_field(kind)
    if not status or status in query.where:
        return {}
    found = {}
    for code in TOLD.get(kind.name, ()):
        number = reading.count(office, kind.name, replace(query, where={**query.where, status: code}))
        if number:
            found[code] = number
    return found


def summary(kind: Kind, total: int, counts: dict[str, int], *, narrowed: bool) -> str:
    """``共 299 个场地，其中 3 个停用``."""
    measure = measure_of(kind)
    if narrowed:
        text = _("找到 {n} {measure}{kind}", n=total, measure=measure, kind=_(kind.label))
    else:
        text = _("共 {n} {measure}{kind}", n=total, measure=measure, kind=_(kind.label))
    status = kind.fields.get(status_field(kind))
    if status is None or not counts:
        return text
    parts = [
        _("{n} {measure}{status}", n=number, measure=measure, status=status.display(code))
        for code, number in counts.items()
    ]
    return _("{text}，其中 {parts}", text=text, parts=listed(parts))
