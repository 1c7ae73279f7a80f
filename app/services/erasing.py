"""Erasure of a person's data on request (PIPL Art. 47; design.md §4, domain.md B12)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, delete

from app.models.record import Kind, Record
from app.models.registry import kind_of
from app.services.office import Office
from app.services.rights import PERSON
from app.store.tables import search_entry
from app.sync import forks, log, rows
from app.sync.change import Stamp, decode_values, encode_bases, encode_values
from app.sync.merge import DELETED, State, fold


def erase(office: Office, kind: str, record_id: str) -> int:
    """Erase the personal data of a record on request (PIPL Art. 47): every change that wrote a personal or
    sensitive field loses its values. What is not personal is written anew first. Returns how many changes."""
    declared = kind_of(kind)
    with office.unit() as unit:
        unit.duty.need(PERSON)
        record = unit.load(kind, record_id)
        connection = unit.session.connection()
        changes = log.of_record(connection, record.owner, kind, record_id)
        everything = [*log.of_record(connection, record.owner, kind, record_id, held=True),
                      *forks.strays_of(connection, record.owner, kind, record_id)]  # fmt: skip
        targets = [c for c in everything if c.values is not None and _personal(declared, decode_values(c.values))]
        if not targets:
            return 0
        unit.audit("erase", kind, record_id)
        gone = {change.stamp for change in targets}
        state = fold(map(log.write_of, changes))
        if kept := list(_kept(declared, record_id, state, gone)):
            unit.recorder.append(record.owner, kept)
        if record.deleted:
            unit.recorder.append(record.owner, [_deleted_still(connection, kind, record)])
        named = encode_values({"erased": [list(log.target_of(c)) for c in targets]}, salted=False)
        unit.recorder.append(record.owner, [log.Draft(log.ERASURE, record_id, encode_bases({"erased": []}), named)])
        log.drop_values(connection, record.owner, [log.target_of(c) for c in targets])
        rows.refold(connection, [(record.owner, kind, record_id)])
        connection.execute(delete(search_entry).where(search_entry.c.kind == kind, search_entry.c.id == record_id))
        unit.session.expunge(record)
        return len(targets)


def _personal(kind: Kind, values: Mapping[str, Any]) -> bool:
    """Whether a change wrote something personal; a field of a newer program is not known to be."""
    return any(kind.personal(name, value) for name, value in values.items())


def _kept(kind: Kind, record_id: str, state: State, gone: set[Stamp]) -> Iterator[log.Draft]:
    """What is not personal, written anew: the values shown in one change, each rival of a conflict in one of its own."""
    names = [name for name in state.fields if name != DELETED]
    shown = {name: state.fields[name] for name in names if gone & set(state.fields[name].shown)}
    shown = {name: field for name, field in shown.items() if not kind.personal(name, field.value)}
    if shown:
        bases = encode_bases({name: field.shown for name, field in shown.items()})
        values = {name: field.value for name, field in shown.items()}
        yield log.Draft(kind.name, record_id, bases, encode_values(values, salted=False))
    for name in names:
        for rival in state.fields[name].others:
            if rival.stamp in gone and not kind.personal(name, rival.value):
                values = encode_values({name: rival.value}, salted=False)
                yield log.Draft(kind.name, record_id, encode_bases({name: [rival.stamp]}), values)


def _deleted_still(connection: Connection, kind: str, record: Record) -> log.Draft:
    """A delete that has seen what was just written anew: the record stays in the bin."""
    state = fold(map(log.write_of, log.of_record(connection, record.owner, kind, record.id)))
    bases = {name: [*field.shown, *(head.stamp for head in field.others)] for name, field in state.fields.items()}
    return log.Draft(kind, record.id, encode_bases(bases), encode_values({DELETED: True}, salted=False))
