"""The district's directory of organizations beside the center's own: linked by credit code, differences shown, the
district's value taken over field by field (design.md §8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.errors import Refusal
from app.models.fields import Field
from app.models.organizations import Organization
from app.services import reading, writing
from app.services.office import Office
from app.services.publications import KEPT_HERE, district_devices, entries
from app.services.publications import differing as differing_in
from app.services.reading import Query, Row
from app.services.writing import Saved
from app.sync.capture import Seen
from app.text import _, listed

KIND = Organization.kind


@dataclass(frozen=True)
class Difference:
    """One field of which the district's entry says something else; both as people read them, personal ones masked."""

    field: Field
    ours: str
    theirs: str
    value: Any


@dataclass(frozen=True)
class Entry:
    """The district's entry of an organization of the center, and where they differ."""

    id: str
    title: str
    differences: tuple[Difference, ...]


def entry_of(office: Office, row: Row) -> Entry | None:
    """The district's entry beside an own organization, None where there is none."""
    code = row.values.get("uscc")
    if row.kind is not KIND or row.published or row.deleted or not code:
        return None
    with office.reading() as session:
        districts = district_devices(session.connection())
        found = entries(session, row.owner, districts, [code]).get(code)
        theirs = None if found is None else reading.row_of(found)
    return None if theirs is None else Entry(theirs.id, theirs.title, tuple(_differences(row, theirs)))


def _differences(ours: Row, theirs: Row) -> Iterable[Difference]:
    for name in ours.differs:
        said = ours.display(name, masked=True) or _("（没有填）")
        yield Difference(KIND.fields[name], said, theirs.display(name, masked=True), theirs.values[name])


def differing(office: Office) -> list[Row]:
    """The center's organizations of which the directory says something else."""
    with office.reading() as session:
        return reading.rows_in(session, KIND, [record.id for record, _fields in differing_in(session, office.scope)])


def unclaimed(office: Office, row: Row) -> dict[str, Any] | None:
    """What a record of the center's own would begin with, beside an entry that has none; None for all other rows."""
    code = row.values.get("uscc")
    if row.kind is not KIND or not row.published or row.deleted or not code:
        return None
    same = reading.rows(office, KIND.name, reading.ids(office, KIND.name, Query(where={"uscc": code})))
    if any(not one.published for one in same):
        return None
    names = (field.name for field in KIND.typed if field.name not in KEPT_HERE)
    return {name: row.values[name] for name in names if row.values[name] is not None}


def take_over(office: Office, record_id: str, names: Sequence[str] = (), *, seen: Seen | None = None) -> Saved:
    """Write what the district says of ``names``, or of every field that differs, into the center's own record."""
    row = reading.get(office, KIND.name, record_id)
    entry = entry_of(office, row)
    offered = {one.field.name: one.value for one in entry.differences} if entry else {}
    unknown = [name for name in names if name not in offered]
    if unknown or not offered:
        raise Refusal.of(
            unknown[0] if unknown else "id", _("区名录里没有与这里不同的值"),
            _("可采用的字段：{offered}", offered=listed(offered)) if offered else _("不必采用"),
        )  # fmt: skip
    return writing.save(office, KIND.name, {n: offered[n] for n in names or offered}, record_id, seen=seen)
