"""What the line under a list's title says: how many there are, and what matters among them."""

from __future__ import annotations

from dataclasses import replace

from app.models.record import Kind
from app.services import reading
from app.services.directory import differing
from app.services.office import Office
from app.services.reading import Query
from app.sync.log import ALL
from app.text import _, listed
from app.views.records.columns import status_field

TOLD = {
    "venue": ("paused", "retired"), "booking": ("requested", "tentative"), "service_case": ("registered", "in_progress"),
    "organization": ("deregistered", "suspended"), "team": ("applied", "committee_passed"), "training": ("open",),
    "enrolment": ("waiting",), "activity": ("planned",),
}  # fmt: skip
"""States worth a word, by kind; others say nothing."""
DIFFERS, DIRECTORY = "differs", "directory"
"""Of organizations: those of which the district says otherwise, and the entries of its directory."""


def measure_of(kind: Kind) -> str:
    """The measure word of a kind."""
    words = {
        "venue": _("个"), "organization": _("家"), "team": _("支"), "training": _("场"),
        "activity": _("场"), "enrolment": _("人"), "participant": _("人"), "user": _("人"),
    }  # fmt: skip
    return words.get(kind.name, _("条"))


def counts_of(office: Office, kind: Kind, query: Query) -> dict[str, int]:
    """How many of the listed records are in each state worth a word; of organizations first how they
    stand to the district's directory."""
    status = status_field(kind)
    if not status or status in query.where:
        return {}
    found: dict[str, int] = {}
    if kind.name == "organization" and query == Query():
        beside = {DIFFERS: len(differing(office)),
                  DIRECTORY: reading.count(office, kind.name, Query(where={"owner": ALL}))}  # fmt: skip
        found |= {code: number for code, number in beside.items() if number}
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
    words = {DIFFERS: _("与区名录不同（▲）"), DIRECTORY: _("是区名录里的（○）")}
    parts = [
        _("{n} {measure}{status}", n=number, measure=measure, status=words.get(code) or status.display(code))
        for code, number in counts.items()
    ]
    return _("{text}，其中 {parts}", text=text, parts=listed(parts))
