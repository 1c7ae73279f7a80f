"""Who may see what: the masked fields of a kind, and showing them, which writes an audit line (domain.md B12)."""

from __future__ import annotations

from collections.abc import Sequence

from app.models.record import Kind
from app.models.registry import kind_of
from app.services.office import Office
from app.services.reading import Row, rows


def hidden_fields(kind: Kind) -> tuple[str, ...]:
    """The fields whose values are, or may be, masked until somebody asks for them."""
    return tuple(name for name, field in kind.fields.items() if field.guarded)


def hidden_in(row: Row) -> tuple[str, ...]:
    """The fields of ``row`` that hold a value and are masked."""
    names = (name for name in hidden_fields(row.kind) if row.values.get(name) not in (None, ""))
    return tuple(name for name in names if row.hides(name))


def reveal(office: Office, kind: str, record_ids: Sequence[str]) -> list[Row]:
    """The records with their values to be shown in full; an audit line each says who looked at what."""
    found = rows(office, kind_of(kind).name, record_ids)
    shown = [(row, hidden_in(row)) for row in found]
    if any(names for _row, names in shown):
        with office.unit() as unit:
            unit.audit_each("reveal", kind, {row.id: {"fields": list(names)} for row, names in shown if names})
    return found
