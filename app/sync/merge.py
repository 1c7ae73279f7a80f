"""Merge: the state of a record as a pure function of the set of its changes (design.md §5).

No database, no clock, no I/O. Order of arrival, repetition and carrier cannot matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from app.sync.change import Stamp

DELETED = "deleted"

_same = msgspec.msgpack.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True)
class Write:
    """One change as the fold sees it; ``values`` is None where they were erased."""

    stamp: Stamp
    bases: Mapping[str, Sequence[Stamp]]
    values: Mapping[str, Any] | None

    @property
    def fields(self) -> Iterable[str]:
        """The fields it writes. A delete names what was seen of other fields in ``bases`` but writes only itself."""
        if self.values is not None:
            return self.values.keys()
        return (DELETED,) if DELETED in self.bases else self.bases.keys()


@dataclass(frozen=True, slots=True)
class Head:
    """A write that no other write of its field supersedes."""

    stamp: Stamp
    value: Any
    erased: bool


@dataclass(frozen=True, slots=True)
class FieldState:
    """What a field shows, the heads that say so, and the heads that say otherwise."""

    value: Any
    shown: tuple[Stamp, ...]
    others: tuple[Head, ...]
    erased: bool


@dataclass(frozen=True, slots=True)
class State:
    """The folded record: its fields, whether it is deleted, and the fields in conflict."""

    fields: Mapping[str, FieldState]
    deleted: bool
    conflicts: tuple[str, ...]


def fold(writes: Iterable[Write]) -> State:
    """Fold the set of a record's changes; the same change twice is one."""
    unique = {write.stamp: write for write in writes}
    fields = {name: _field_state(heads) for name, heads in _heads(unique.values()).items()}
    conflicts = [name for name, state in fields.items() if state.others]
    deletion = fields.get(DELETED)
    deleted = False
    if deletion is not None:
        # A delete that others contradict, or that had not seen some write, does not take the record away.
        heads = [*deletion.shown, *(head.stamp for head in deletion.others)]
        if not deletion.others and deletion.value is True:
            if _all_seen(fields, [unique[stamp] for stamp in heads]):
                deleted, conflicts = True, []
            else:
                conflicts.append(DELETED)
    return State(fields, deleted, tuple(sorted(conflicts)))


def _heads(writes: Iterable[Write]) -> dict[str, list[Head]]:
    """Per field, the writes that no write of the same field names among its bases."""
    written: dict[str, list[Head]] = {}
    superseded: set[tuple[str, Stamp]] = set()
    for write in writes:
        for field in write.fields:
            value = None if write.values is None else write.values[field]
            written.setdefault(field, []).append(Head(write.stamp, value, write.values is None))
            superseded.update((field, base) for base in write.bases.get(field, ()) if base < write.stamp)
    return {
        field: [head for head in heads if (field, head.stamp) not in superseded] for field, heads in written.items()
    }


def _field_state(heads: list[Head]) -> FieldState:
    """The largest stamp is shown, with every head of the same value; the others are a conflict."""
    if len(heads) == 1:
        (head,) = heads
        return FieldState(head.value, (head.stamp,), (), head.erased)
    top = max(heads, key=lambda head: head.stamp)
    value = _same(top.value)
    shown = sorted(head.stamp for head in heads if _same(head.value) == value)
    others = sorted((head for head in heads if _same(head.value) != value), key=lambda head: head.stamp)
    return FieldState(top.value, tuple(shown), tuple(others), top.erased)


def _all_seen(fields: Mapping[str, FieldState], deletes: Sequence[Write]) -> bool:
    """Whether every field head is named by one of the deletes that are heads."""
    named = {(field, stamp) for delete in deletes for field, stamps in delete.bases.items() for stamp in stamps}
    return all(
        (name, stamp) in named
        for name, state in fields.items()
        if name != DELETED
        for stamp in (*state.shown, *(head.stamp for head in state.others))
    )
