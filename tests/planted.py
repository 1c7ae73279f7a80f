"""Records of every kind whose personal fields hold values that are recognised wherever they come out."""

from __future__ import annotations

from typing import Any

from app.models.fields import Field
from app.models.record import Kind
from app.models.registry import KINDS
from app.services import writing
from app.services.office import Office
from tests.factory import values_of

NAME, PHONE, DOOR, OTHER, YEAR = "欧阳瑞雪", "13987654321", "302室", "私密之事", 1913
SECRETS = (NAME, PHONE, DOOR, OTHER, str(YEAR))
"""None of these is shown masked; of an address the street may be."""
KEPT = frozenset({"center", "calendar_day"})
"""One is there already; a day off is no person's."""


def secret(field: Field) -> Any:
    """A recognisable value of a guarded field, None where it has only choices."""
    if field.type == "integer":
        return YEAR
    if field.type not in ("text", "note"):
        return None
    if field.personal_if:
        return NAME
    named = {"person_name": NAME, "phone": PHONE, "address": f"国和路998弄7号{DOOR}"}
    return named.get(field.format, OTHER)


def values(office: Office, kind: Kind) -> dict[str, Any]:
    """Valid values with a secret in every guarded field; where a name may be personal, it is."""
    found = values_of(
        office, kind, links=kind.name not in ("booking", "booking_series", "slot_waiting", "service_case")
    )
    for field in kind.typed:
        if field.personal_if:
            found |= {field.personal_if[0]: field.personal_if[1], "client": None}
        if field.type == "link" and field.required and not found.get(field.name):
            from tests.factory import make

            found[field.name] = make(office, field.targets[0])
    return found | {f.name: one for f in kind.typed if f.guarded and (one := secret(f)) is not None}


def plant(office: Office) -> dict[str, str]:
    """A record of every kind; returns the ids by kind."""
    made = {}
    for name, kind in KINDS.items():
        if name not in KEPT:
            given = values(office, kind)
            if name == "booking":
                given |= {"start": "2026-11-23T15:00", "end": "2026-11-23T16:00", "status": "confirmed"}
            made[name] = writing.save(office, name, given).id
    return made


def told(text: object) -> list[str]:
    """The secrets that stand in ``text``."""
    said = str(text)
    return [one for one in SECRETS if one in said]
