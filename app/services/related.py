"""Records that belong to a record: read off the declarations' links (a training's enrolments, a room's bookings)."""

from __future__ import annotations

from dataclasses import dataclass

from app.models.fields import Field
from app.models.record import Kind
from app.models.registry import KINDS, kind_of
from app.services import reading
from app.services.office import Office
from app.services.reading import Query, Row

SHOWN = 8
"""How many of each kind are read; the rest is a click away."""


@dataclass(frozen=True)
class Relation:
    """Records of ``kind`` whose link ``field`` points here; ``part``: they exist only as parts of this one."""

    kind: Kind
    field: Field

    @property
    def part(self) -> bool:
        """Whether a record of the kind cannot be without this one."""
        return self.field.required


@dataclass(frozen=True)
class Related:
    """What a relation holds for one record."""

    relation: Relation
    count: int
    rows: tuple[Row, ...]


def relations(kind: str) -> tuple[Relation, ...]:
    """The kinds that point to ``kind``, those that are its parts first. Links from a kind to itself say other things,
    and the people of the center are not followed."""
    if kind_of(kind).internal:
        return ()
    found = [
        Relation(other, field)
        for other in KINDS.values()
        for field in other.fields.values()
        if kind in field.targets and other.name != kind and not other.internal
    ]
    return tuple(sorted(found, key=lambda relation: not relation.part))


def related(office: Office, kind: str, record_id: str) -> list[Related]:
    """The relations of a record with how many there are and the first of them, newest first where they have a time."""
    answer = []
    for relation in relations(kind):
        query = Query(where={relation.field.name: record_id})
        wanted = reading.ids(office, relation.kind.name, query)
        rows = reading.rows(office, relation.kind.name, wanted[:SHOWN])
        answer.append(Related(relation, len(wanted), tuple(rows)))
    return answer
