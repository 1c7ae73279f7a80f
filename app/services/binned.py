"""The 回收站: deleted records of every kind, with who deleted them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.models.record import Kind
from app.models.registry import KINDS
from app.services import reading
from app.services.devices import Devices, devices
from app.services.office import Office
from app.services.reading import Query, Row
from app.services.writing import Saved, set_deleted
from app.sync import log
from app.sync.merge import DELETED

MOST = 2000
"""Records shown at most, of each kind."""


@dataclass(frozen=True)
class Binned:
    """One deleted record; ``title`` is masked where it names a person."""

    kind: Kind
    id: str
    title: str
    haystack: str
    actor: str
    pc: str
    at: int


def binned(office: Office) -> list[Binned]:
    """What lies in the bin, what was deleted last first."""
    found: list[Binned] = []
    known = devices(office)
    for kind in KINDS.values():
        wanted = reading.ids(office, kind.name, Query(deleted=True))[:MOST]
        rows = reading.rows(office, kind.name, wanted) if wanted else []
        found += [
            _binned(office, known, row) for row in rows if not row.published
        ]  # what the district withdrew is its own
    return sorted(found, key=lambda one: -one.at)


def _binned(office: Office, known: Devices, row: Row) -> Binned:
    title = " ".join(row.title.split())
    words = [title, row.number or ""]
    actor, device, at = _deleter(office, row)
    return Binned(row.kind, row.id, title, " ".join(words).lower(), actor, known.name(device), at)


def _deleter(office: Office, row: Row) -> tuple[str, str, int]:
    stamps = [tuple(stamp) for stamp in row.seen.get(DELETED, ())]
    with office.reading() as session:
        changes = log.of_record(session.connection(), row.owner, row.kind.name, row.id)
    named = [change for change in changes if change.stamp in stamps]
    return (named[-1].actor, named[-1].device, named[-1].at) if named else ("", "", 0)


def restore(office: Office, chosen: Sequence[tuple[str, str]]) -> Saved:
    """Take the records (kind, id) back. An operation to undo is named where all are of one kind."""
    by_kind: dict[str, list[str]] = {}
    for kind, record_id in chosen:
        by_kind.setdefault(kind, []).append(record_id)
    done = [set_deleted(office, kind, ids, False) for kind, ids in by_kind.items()]
    notices = tuple(notice for saved in done for notice in saved.notices)
    return replace(done[-1], op=done[-1].op if len(done) == 1 else None, notices=notices)
