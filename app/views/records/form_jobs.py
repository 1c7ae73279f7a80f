"""What a form asks the services for, in the background: reading a record with all that stands around it, and saving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.models.record import Kind
from app.services import drafts, reading, slips
from app.services.directory import Entry, entry_of, unclaimed
from app.services.drafts import Draft
from app.services.merging import Standing, standing
from app.services.office import Office
from app.services.privacy import reveal
from app.services.reading import Query, Row
from app.services.related import Related, related
from app.services.writing import Saved, save
from app.sync.capture import Seen

KEPT_TYPES = frozenset({"link", "choice", "date", "datetime", "boolean"})


@dataclass(frozen=True)
class Loaded:
    """A record for its form; ``row`` is None for a new one."""

    row: Row | None
    titles: Mapping[str, str] = field(default_factory=dict)
    draft: Draft | None = None
    related: tuple[Related, ...] = ()
    forms: tuple[tuple[str, str], ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    """What a new record begins with."""
    standing: Standing = field(default_factory=Standing)
    entry: Entry | None = None
    """The entry of the district's directory beside an own organization."""
    adopted: Mapping[str, Any] | None = None
    """What an own record would begin with, beside an entry of the directory that has none yet."""

    @property
    def published(self) -> bool:
        """Whether the district published it: only to be read here."""
        return self.row is not None and self.row.published


@dataclass(frozen=True)
class Written:
    """What a save did, and the record as it stands now."""

    saved: Saved
    row: Row
    forms: tuple[tuple[str, str], ...] = ()
    """The slips that print it."""


def load(office: Office, kind: Kind, record_id: str | None, values: Mapping[str, Any]) -> Loaded:
    """Everything a form shows."""
    draft = drafts.kept(office, kind.name, record_id)
    if record_id is None:
        begun = {**at_the_desk(office, kind), **values}
        return Loaded(None, titles_of(office, kind, begun), draft, values=begun)
    row = reading.get(office, kind.name, record_id)
    stands = standing(office, kind.name, record_id)
    around = tuple(related(office, kind.name, record_id)) if stands.into is None else ()
    return Loaded(
        row, row.links, draft, around, slips.forms_of(kind.name), standing=stands, entry=entry_of(office, row),
        adopted=unclaimed(office, row),
    )  # fmt: skip


def at_the_desk(office: Office, kind: Kind) -> dict[str, Any]:
    """What follows from who sits at the desk, and when: the handler, and when the client came."""
    values: dict[str, Any] = {}
    if "started_at" in kind.fields:
        values["started_at"] = office.now
    handler = kind.fields.get("handler")
    if handler is not None and handler.targets == ("user",) and office.actor:
        found = [office.user] if office.user else reading.ids(office, "user", Query(where={"name": office.actor}), 1)
        values |= {"handler": found[0]} if found else {}
    return values


def titles_of(office: Office, kind: Kind, values: Mapping[str, Any]) -> dict[str, str]:
    """The titles of the links among ``values``."""
    titles = {}
    for name, declared in kind.fields.items():
        value = values.get(name)
        if declared.type == "link" and value:
            for target in declared.targets:
                for row in reading.rows(office, target, [reading.stands_for(office, target, value)]):
                    titles.setdefault(name, row.title)
    return titles


def write(
    office: Office, kind: str, record_id: str | None, values: Mapping[str, Any], seen: Seen | None, reason: str
) -> Written:
    """Save, and read what became of it."""
    saved = save(office, kind, values, record_id, seen=seen, reason=reason)
    drafts.forget(office, kind, record_id)
    return Written(saved, reading.get(office, kind, saved.id), slips.forms_of(kind))


def revealed(office: Office, kind: str, record_id: str) -> Row:
    """The record to be shown in full; an audit line says so."""
    return reveal(office, kind, [record_id])[0]


def carried_over(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a form keeps for the next record: places, links, dates and choices; never what is one's own.

    A status starts anew, and so does a client, whose name stands beside the link.
    """
    kept = {}
    for name, declared in kind.fields.items():
        own = declared.name.endswith("status") or f"{name}_name" in kind.fields or name in ("started_at", "ended_at")
        if declared.type in KEPT_TYPES and not own and not declared.system and values.get(name) is not None:
            kept[name] = values[name]
    return kept
