"""Erasure of a person's data on request (PIPL Art. 47; design.md §4, domain.md B12)."""

from __future__ import annotations

from app.models.fields import Privacy
from app.models.registry import kind_of
from app.services.office import Office
from app.sync import log, rows
from app.sync.capture import seen_of
from app.sync.change import decode_values, encode_bases, encode_values
from app.sync.merge import DELETED, fold


def erase(office: Office, kind: str, record_id: str) -> int:
    """Erase the personal data of a record on request (PIPL Art. 47): every change that wrote a personal or
    sensitive field loses its values. What is not personal is written anew first. Returns how many changes."""
    declared = kind_of(kind)
    personal = {declared.log_field(f.name) for f in declared.fields.values() if f.privacy >= Privacy.PERSONAL}
    with office.unit() as unit:
        record = unit.load(kind, record_id)
        connection = unit.session.connection()
        changes = log.of_record(connection, record.owner, kind, record_id)
        targets = [c for c in changes if c.values is not None and personal & decode_values(c.values).keys()]
        if not targets:
            return 0
        gone = {change.stamp for change in targets}
        state = fold(map(log.write_of, changes))
        seen = seen_of(record)
        kept = {
            name: field.value
            for name, field in state.fields.items()
            if name not in personal and name != DELETED and gone & set(field.shown)
        }
        drafts = []
        if kept:
            bases = encode_bases({name: seen[name] for name in kept})
            drafts.append(log.Draft(kind, record_id, bases, encode_values(kept, salted=False)))
        named = [[c.device, c.seq] for c in targets]
        drafts.append(
            log.Draft(
                log.ERASURE, record_id, encode_bases({"erased": []}), encode_values({"erased": named}, salted=False)
            )
        )
        unit.recorder.append(record.owner, drafts)
        log.drop_values(connection, record.owner, [(c.device, c.seq) for c in targets])
        rows.refold(connection, [(record.owner, kind, record_id)])
        unit.session.expunge(record)
        return len(targets)
