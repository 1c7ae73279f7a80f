"""Simulated people at several PCs of one center, and the oracle of design.md §5.

The oracle writes down what a person had on screen at each write, and never reads ``bases``: every value ever written
must in the end be current, knowingly overwritten, listed as a conflict, or erased on request.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.errors import Refusal
from app.services import erasing, reading, settling, undoing, writing
from app.services.reading import Row
from app.sync import log, rows
from app.sync.merge import fold
from app.workspace import Workspace

KIND = "team"
FIELDS = ("venue_text", "schedule_text", "leader_name", "leader_address", "size")
"""Plain fields, personal ones, and two that belong together."""

Place = tuple[str, str]
"""(record id, log field)."""


@dataclass
class Oracle:
    """What people knew."""

    written: dict[Place, set[Any]] = field(default_factory=lambda: defaultdict(set))
    overwritten: dict[Place, set[Any]] = field(default_factory=lambda: defaultdict(set))
    erased: dict[Place, set[Any]] = field(default_factory=lambda: defaultdict(set))
    seen_by_deleters: dict[Place, set[Any]] = field(default_factory=lambda: defaultdict(set))
    restored: set[Place] = field(default_factory=set)
    """Places where a value that was overwritten may be written again: by an undo, a settling, an erasure."""
    deleted_by_someone: set[str] = field(default_factory=set)

    def wrote(self, place: Place, value: Any, on_screen: Any) -> None:
        self.written[place].add(value)
        if on_screen is not None and on_screen != value:
            self.overwritten[place].add(on_screen)


def shown(row: Row, name: str) -> Any:
    """What the screen shows of a log field, as something hashable."""
    members = row.kind.groups.get(name)
    if members is None:
        return row.values[name]
    values = tuple(row.values[m] for m in members)
    return None if set(values) == {None} else values


class Simulation:
    """``pcs`` people work offline; ``carry(a, b)`` brings some of a's news to b."""

    def __init__(
        self, seed: int, pcs: list[Workspace], carry: Callable[[Workspace, Workspace, random.Random | None], None]
    ):
        self.random = random.Random(seed)
        self.pcs, self.carry = pcs, carry
        self.oracle = Oracle()
        self.count = 0
        self.records: list[str] = []
        self.open_forms: list[tuple[Workspace, Row]] = []

    def step(self) -> None:
        """One thing a person or a carrier does."""
        pc = self.random.choice(self.pcs)
        action = self.random.choices(
            (self._create, self._edit, self._open_form, self._save_form, self._delete, self._undelete, self._settle,
             self._erase, self._undo, self._exchange),
            (2, 8, 4, 5, 2, 2, 3, 1, 2, 8),
        )[0]  # fmt: skip
        action(pc)

    def converge(self) -> None:
        """Everybody hears everything, in several rounds and some of it twice."""
        for _round in range(3):
            pairs = [(a, b) for a in self.pcs for b in self.pcs if a is not b]
            self.random.shuffle(pairs)
            for a, b in pairs:
                self.carry(a, b, None)

    def _value(self, name: str) -> tuple[Any, dict[str, Any]]:
        self.count += 1
        if name == "size":
            pair = (1000 + self.count, self.count)
            return pair, {"member_count": pair[0], "party_member_count": pair[1]}
        return f"值{self.count}", {name: f"值{self.count}"}

    def _rows(self, pc: Workspace, *, deleted: bool = False) -> list[Row]:
        found = reading.ids(pc.office, KIND, reading.Query(deleted=deleted))
        return reading.rows(pc.office, KIND, found)

    def _pick(self, pc: Workspace, *, deleted: bool = False) -> Row | None:
        rows_ = self._rows(pc, deleted=deleted)
        return self.random.choice(rows_) if rows_ else None

    def _create(self, pc: Workspace) -> None:
        names = self.random.sample(FIELDS, 3)
        values, wrote = {"name": f"队{self.count}"}, []
        for name in names:
            value, typed = self._value(name)
            values |= typed
            wrote.append((name, value))
        record = writing.save(pc.office, KIND, values).id
        self.records.append(record)
        for name, value in wrote:
            self.oracle.wrote((record, name), value, None)

    def _write(self, pc: Workspace, row: Row) -> None:
        name = self.random.choice(FIELDS)
        value, typed = self._value(name)
        if reading.get(pc.office, KIND, row.id).deleted:
            return  # the form of a record that went to the bin is closed
        writing.save(pc.office, KIND, typed, row.id, seen=row.seen)
        self.oracle.wrote((row.id, name), value, shown(row, name))

    def _edit(self, pc: Workspace) -> None:
        if row := self._pick(pc):
            self._write(pc, row)

    def _open_form(self, pc: Workspace) -> None:
        if row := self._pick(pc):
            self.open_forms.append((pc, row))

    def _save_form(self, _pc: Workspace) -> None:
        if self.open_forms:
            pc, row = self.open_forms.pop(self.random.randrange(len(self.open_forms)))
            self._write(pc, row)

    def _delete(self, pc: Workspace) -> None:
        row = self._pick(pc)
        if row is None:
            return
        try:
            writing.set_deleted(pc.office, KIND, [row.id], True)
        except Refusal:
            return  # an open conflict is settled first
        self.oracle.deleted_by_someone.add(row.id)
        for name in FIELDS:
            self.oracle.seen_by_deleters[row.id, name].add(shown(row, name))

    def _undelete(self, pc: Workspace) -> None:
        if row := self._pick(pc, deleted=True):
            writing.set_deleted(pc.office, KIND, [row.id], False)

    def _settle(self, pc: Workspace) -> None:
        found = [c for c in settling.conflicts(pc.office) if c.kind.name == KIND]
        if not found:
            return
        conflict = self.random.choice(found)
        place = (conflict.id, conflict.field)
        if conflict.field == "deleted":
            keep = self.random.choice((True, False))
            row = reading.get(pc.office, KIND, conflict.id)
            everything = {c.field for c in found if c.id == conflict.id}
            if keep and everything != {"deleted"}:
                keep = False  # who has not seen the other values does not throw them away
            settling.settle(pc.office, KIND, conflict.id, "deleted", value=keep)
            if keep:
                self.oracle.deleted_by_someone.add(row.id)
                for name in FIELDS:
                    self.oracle.seen_by_deleters[row.id, name].add(shown(row, name))
            return
        values = {_hashable(v.value) for v in conflict.versions}
        if self.random.random() < 0.5:
            version = self.random.choice(conflict.versions)
            settling.settle(pc.office, KIND, conflict.id, conflict.field, take=version.stamp)
            chosen = _hashable(version.value)
        else:
            chosen, typed = self._value(conflict.field)
            value = typed if conflict.field == "size" else typed[conflict.field]
            settling.settle(pc.office, KIND, conflict.id, conflict.field, value=value)
        if chosen is not None:
            self.oracle.written[place].add(chosen)
        self.oracle.overwritten[place] |= values - {chosen}
        self.oracle.restored.add(place)

    def _erase(self, pc: Workspace) -> None:
        if self.random.random() < 0.5 and (row := self._pick(pc)):
            for name in FIELDS:
                self.oracle.restored.add((row.id, name))  # what is not personal is written anew
                with pc.office.reading() as session:
                    held = log.of_record(session.connection(), pc.office.scope, KIND, row.id)
                for write in map(log.write_of, held):
                    if (
                        write.values
                        and {"leader_name", "leader_address"} & write.values.keys()
                        and name in write.values
                    ):
                        self.oracle.erased[row.id, name].add(_hashable(write.values[name]))
            erasing.erase(pc.office, KIND, row.id)

    def _undo(self, pc: Workspace) -> None:
        before = {row.id: row for row in (*self._rows(pc), *self._rows(pc, deleted=True))}
        try:
            undoing.undo(pc.office)
        except Refusal:
            return
        for row in (*self._rows(pc), *self._rows(pc, deleted=True)):
            old = before[row.id]
            if row.deleted and not old.deleted:
                for name in FIELDS:
                    self.oracle.seen_by_deleters[row.id, name].add(shown(old, name))
            for name in FIELDS:
                if shown(row, name) != shown(old, name):
                    self.oracle.overwritten[row.id, name].add(shown(old, name))
                    self.oracle.restored.add((row.id, name))

    def _exchange(self, pc: Workspace) -> None:
        other = self.random.choice([p for p in self.pcs if p is not pc])
        self.carry(pc, other, self.random)

    # the verdict

    def states(self, pc: Workspace) -> dict[str, Any]:
        """Every table of a PC, without what is its own."""
        with pc.office.reading() as session:
            from sqlalchemy import select

            from app.models.registry import KINDS

            return {
                kind.name: sorted(map(tuple, session.execute(select(kind.model.__table__))), key=repr)
                for kind in KINDS.values()
            }

    def divergences(self) -> list[str]:
        """PCs whose tables differ from the first's, or from their own log."""
        first = self.states(self.pcs[0])
        apart = [pc.office.device for pc in self.pcs[1:] if self.states(pc) != first]
        for pc in self.pcs:
            with pc.office.reading() as session:
                apart += [str(key) for key in rows.compare(session.connection())]
        return apart

    def unaccounted(self) -> list[str]:
        """Values that are neither current, nor knowingly overwritten, nor listed, nor erased; and records that went
        away with a value nobody who deleted them had seen."""
        pc = self.pcs[0]
        lost = []
        for record in self.records:
            with pc.office.reading() as session:
                state = fold(map(log.write_of, log.of_record(session.connection(), pc.office.scope, KIND, record)))
            row = reading.get(pc.office, KIND, record)
            listed = {
                (c.field, _hashable(v.value)) for c in settling.conflicts(pc.office, KIND, record) for v in c.versions
            }
            for name in FIELDS:
                place = (record, name)
                now = shown(row, name)
                for value in self.oracle.written[place]:
                    fine = value == now or value in self.oracle.overwritten[place] | self.oracle.erased[place]
                    if not fine and (name, value) not in listed:
                        lost.append(f"{name}={value} of {record}: shown {now}, listed {listed}")
                ghosts = {v for f, v in listed if f == name and v is not None and v != now}
                if place not in self.oracle.restored and ghosts & self.oracle.overwritten[place]:
                    lost.append(f"{name} of {record}: overwritten {ghosts} is listed again")
                if row.deleted and now is not None and now not in self.oracle.seen_by_deleters[place]:
                    lost.append(f"{record} went away with {name}={now} unseen")
            assert row.deleted == state.deleted
        return lost


def _hashable(value: Any) -> Any:
    if isinstance(value, dict):
        pair = (value["member_count"], value["party_member_count"])
        return None if set(pair) == {None} else pair
    return value


def carry_plainly(a: Workspace, b: Workspace, chance: random.Random | None) -> None:
    """Copy the changes of a that b lacks, up to a random place of each log; then fold. No bundle, no signature."""
    with a.office.reading() as session:
        theirs = log.heads(session.connection())
        with b.engine.execution_options(write=True).begin() as connection:
            held = log.heads(connection)
            keys = set()
            for (scope, device), head in theirs.items():
                after = held[scope, device].seq if (scope, device) in held else 0
                upto = head.seq if chance is None or chance.random() < 0.7 else chance.randint(0, head.seq)
                changes = log.of_log(session.connection(), scope, device, after, upto)
                hashes = [log.hash_at(session.connection(), scope, device, c.seq) or b"" for c in changes]
                log.store(connection, changes, hashes)
                keys |= {(c.scope, c.kind, c.record_id) for c in changes}
            for scope in {scope for scope, _device in theirs}:
                targets = log.erased_in(connection, scope)
                keys |= {(scope, kind, record) for kind, record in log.drop_values(connection, scope, targets)}
            rows.refold(connection, keys)
