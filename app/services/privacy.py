"""Who may see what: the masked fields of a kind, and showing them, which needs a right and writes an audit line (domain.md
B12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.models.record import Kind
from app.models.registry import kind_of
from app.services.office import Office
from app.services.reading import Row, rows
from app.services.rights import Duty


def hidden_fields(kind: Kind) -> tuple[str, ...]:
    """The fields whose values are, or may be, masked until somebody asks for them."""
    return tuple(name for name, field in kind.fields.items() if field.guarded)


def hidden_in(row: Row) -> tuple[str, ...]:
    """The fields of ``row`` that hold a value and are masked."""
    names = (name for name in hidden_fields(row.kind) if row.values.get(name) not in (None, ""))
    return tuple(name for name in names if row.hides(name))


def shown_to(duty: Duty, kind: Kind) -> tuple[str, ...]:
    """Of :func:`hidden_fields`, those that this person may have shown."""
    return tuple(name for name in hidden_fields(kind) if duty.shows(kind, kind.fields[name]))


def reveal(office: Office, kind: str, record_ids: Sequence[str]) -> list[Row]:
    """The records with their values to be shown in full, those that this person may not see still masked; an audit line each
    says who looked at what. Raises :class:`Refusal` where nothing of ``kind`` may be shown."""
    declared, duty = kind_of(kind), office.duty
    allowed = shown_to(duty, declared)
    if hidden_fields(declared) and not allowed:
        duty.need_to_see(declared)
    found = [_kept_back(row, allowed) for row in rows(office, declared.name, record_ids)]
    shown = [(row, tuple(name for name in hidden_in(row) if name in allowed)) for row in found]
    if any(names for _row, names in shown):
        with office.unit() as unit:
            unit.audit_each("reveal", kind, {row.id: {"fields": list(names)} for row, names in shown if names})
    return found


def _kept_back(row: Row, allowed: tuple[str, ...]) -> Row:
    """The row with what may not be shown masked for good."""
    fields = row.kind.fields
    masks = {name: fields[name].mask(row.values[name], row.values) for name in hidden_in(row) if name not in allowed}
    return replace(row, values={**row.values, **masks}) if masks else row


def look(office: Office, kind: str, record_ids: Sequence[str]) -> None:
    """Somebody is shown everything of the records beside their present values (history, versions in conflict); audited.
    Raises :class:`Refusal` where that may not be."""
    office.duty.need_to_see(kind_of(kind))
    with office.unit() as unit:
        unit.audit_each("reveal", kind, {record_id: {} for record_id in record_ids})
