"""How values stand in a table: the same words going out and coming back, so that what nobody touched means no change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.models.fields import Field
from app.models.record import Kind
from app.text import _


def plain(field: Field, value: Any, beside: Mapping[str, Any], *, reveal: bool) -> str:
    """A value that is no link as text: choices by their label, masked by class unless ``reveal``."""
    if value is None or value == "":
        return ""
    words = field.display(value)
    return words if reveal else str(field.mask(words, beside))


def masked(field: Field, value: Any, beside: Mapping[str, Any]) -> bool:
    """Whether a table shows something else in place of ``value`` unless it is revealed."""
    return value not in (None, "") and field.guarded and field.hides(beside)


def title_field(kind: Kind) -> str:
    """The one field by which people name a record of ``kind`` in a cell; empty where they need its number."""
    return kind.title[0] if len(kind.title) == 1 and not kind.fields[kind.title[0]].guarded else ""


def named(kind: Kind, title: str, number: str | None, record_id: str) -> str:
    """A record so that no other is meant: its name with its number."""
    said = number or record_id
    return _("{name}（{number}）", name=title, number=said) if title_field(kind) and title else said
