"""Drafts of open forms: kept on this PC while something is typed, offered back after a crash (design.md §10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.services import local
from app.services.office import Office
from app.sync.capture import Seen


@dataclass(frozen=True)
class Draft:
    """What was typed: values in stored form, the titles of links, and what had been seen of the record then."""

    values: Mapping[str, Any]
    titles: Mapping[str, str] = field(default_factory=dict)
    seen: Seen = field(default_factory=dict)
    at: str = ""


def _name(kind: str, record_id: str | None) -> str:
    return f"draft:{kind}:{record_id or 'new'}"


def keep(office: Office, kind: str, record_id: str | None, draft: Draft) -> None:
    """Keep what is typed so far; nothing typed forgets the draft."""
    if not draft.values:
        forget(office, kind, record_id)
        return
    seen = {name: [list(stamp) for stamp in stamps] for name, stamps in draft.seen.items()}
    value = {"values": dict(draft.values), "titles": dict(draft.titles), "seen": seen, "at": office.now}
    local.write(office, _name(kind, record_id), value)


def kept(office: Office, kind: str, record_id: str | None) -> Draft | None:
    """The draft of a form that was not saved, if there is one."""
    value = local.read(office, _name(kind, record_id))
    if not isinstance(value, dict) or not value.get("values"):
        return None
    seen = {name: [(stamp[0], stamp[1]) for stamp in stamps] for name, stamps in value.get("seen", {}).items()}
    return Draft(value["values"], value.get("titles", {}), seen, value.get("at", ""))


def forget(office: Office, kind: str, record_id: str | None) -> None:
    """The form was saved, or the draft is not wanted."""
    if local.read(office, _name(kind, record_id)) is not None:
        local.write(office, _name(kind, record_id), None)
