"""Simulated people at several PCs of one center, the carriers between them, and what befalls their disks.

Every choice follows from the seed, so any failure replays from it. People use the services of the program; carriers use
its real bundles. What people knew is written down by :mod:`tests.sync.oracle`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from app.errors import Refusal
from app.models.registry import KINDS
from app.services import erasing, holding, reading, settling, undoing, writing
from app.services.reading import Row
from app.store.tables import ERASURE, change, stray_change
from app.sync import forks, log
from app.sync.merge import fold
from tests.sync.carriers import Carriers
from tests.sync.fleet import Fleet, Pc
from tests.sync.oracle import Act, Fate, Oracle

FIELDS = {
    "team": ("venue_text", "schedule_text", "leader_name", "leader_address", "size"),
    "venue": ("remark", "contact_phone"),
}
"""Plain fields, personal ones, and two that belong together. The older program lacks the second field of a team, and
venues altogether."""
PERSONAL = {"leader_name", "leader_address", "contact_phone"}


class Held(NamedTuple):
    """A write that waits for a person."""

    id: str
    values: Mapping[str, Any]


class Simulation:
    """People work offline at the PCs of ``fleet``; carriers bring news about; disks go back."""

    def __init__(self, seed: object, folder: Path, most_pcs: int = 8) -> None:
        self.random = random.Random(f"people {seed}")
        self.story: list[str] = []
        self.oracle = Oracle()
        self.fleet = Fleet(self.random, folder, self.oracle, self.tell, most_pcs)
        self.carriers = Carriers(self.random, folder, self.fleet, self.tell)
        self.count = 0
        self.open_forms: list[tuple[Pc, int, str, Row]] = []
        often = self.random.choice((0, 0.5, 0.5, 1.5))
        people: list[tuple[Callable[[Pc], None], float]] = [
            (self._create, 2), (self._edit, 8), (self._open_form, 4), (self._delete, 2), (self._undelete, 2),
            (self._settle, 3), (self._erase, 1), (self._undo, 2),
            (self._adopt, 0.5),
        ]  # fmt: skip
        self.actions = [
            *((partial(_at_the_program, action), weight) for action, weight in people),
            (self._save_form, 5),
            (self.carriers.carry, 8),
            *((disaster, often) for disaster in self.fleet.disasters),
        ]

    def tell(self, what: str) -> None:
        """A line of the story, for whoever has to understand a failure."""
        self.story.append(what)

    def run(self, steps: int) -> None:
        """``steps`` things that people, carriers and disks do."""
        actions, weights = zip(*self.actions, strict=True)
        for _step in range(steps):
            pc = self.random.choice(self.fleet.pcs)
            (action,) = self.random.choices(actions, weights)
            action(pc)

    def end(self) -> None:
        """Everybody upgrades and hears everything, some of it twice; what is held comes back to work."""
        for pc in self.fleet.pcs:
            self.fleet.upgrade(pc)
        self.carriers.deliver_everything()
        if self.random.random() < 0.7:
            adopted = False
            for pc in self.fleet.pcs:
                while holding.held(pc.office):
                    self._adopt(pc)
                    adopted = True
            if adopted:
                self.carriers.deliver_everything()

    def close(self) -> None:
        self.fleet.close()

    # people

    def _act(self, pc: Pc, kind: str) -> Act:
        self.count += 1
        act = Act(f"人{self.count}", kind)
        pc.at_desk = act.author
        return act

    def _did(self, pc: Pc, act: Act, what: str) -> None:
        self.oracle.acts.append(act)
        self.tell(f"{act.author} at {pc.name}: {what} {sorted(map(repr, act.wrote))}")

    def _value(self, name: str) -> tuple[Any, dict[str, Any]]:
        self.count += 1
        if name == "size":
            pair = (100_000 + self.count, self.count)
            return pair, {"member_count": pair[0], "party_member_count": pair[1]}
        text = f"138{self.count:08d}" if name.endswith("phone") else f"值{self.count}"
        return text, {name: text}

    def _pick(self, pc: Pc, *, deleted: bool = False) -> tuple[str, Row] | None:
        kind = self.random.choice(pc.kinds)
        found = reading.ids(pc.office, kind, reading.Query(deleted=deleted))
        return (kind, reading.get(pc.office, kind, self._one_of(found))) if found else None

    def _one_of(self, found: Sequence[str]) -> str:
        """Any of them, mostly one of the first two: people meet where the work is."""
        return self.random.choice(found[:2] if self.random.random() < 0.6 else found)

    def _create(self, pc: Pc) -> None:
        kind = self.random.choice(pc.kinds)
        act = self._act(pc, kind)
        values, wrote = {"name": f"队{self.count}"}, []
        fields = [name for name in FIELDS[kind] if pc.knows(kind, name)]
        for name in self.random.sample(fields, min(3, len(fields))):
            value, typed = self._value(name)
            values |= typed
            wrote.append((name, value))
        record = writing.save(pc.office, kind, values).id
        self.oracle.records[record] = kind
        for name, value in wrote:
            act.writes((record, name), value, None)
        self._did(pc, act, "made")

    def _write(self, pc: Pc, kind: str, row: Row) -> None:
        name = self._one_of([name for name in FIELDS[kind] if pc.knows(kind, name)])
        value, typed = self._value(name)
        act = self._act(pc, kind)
        writing.save(pc.office, kind, typed, row.id, seen=row.seen)
        act.writes((row.id, name), value, shown(row, name))
        self._did(pc, act, f"wrote over {shown(row, name)}")

    def _edit(self, pc: Pc) -> None:
        if found := self._pick(pc):
            self._write(pc, *found)

    def _open_form(self, pc: Pc) -> None:
        if found := self._pick(pc):
            self.open_forms.append((pc, pc.desk, *found))

    def _save_form(self, _pc: Pc) -> None:
        if not self.open_forms:
            return
        pc, desk, kind, row = self.open_forms.pop(self.random.randrange(len(self.open_forms)))
        with pc.program():
            # The form of a record that went to the bin is closed, and so are all forms when the program starts anew.
            if pc.desk == desk and not reading.get(pc.office, kind, row.id).deleted:
                self._write(pc, kind, row)

    def _delete(self, pc: Pc) -> None:
        if not (found := self._pick(pc)):
            return
        kind, row = found
        act = self._act(pc, kind)
        try:
            writing.set_deleted(pc.office, kind, [row.id], True)
        except Refusal:
            return  # an open conflict is settled first
        act.deleted = self._on_screen(pc, kind, row)
        self._did(pc, act, f"deleted {row.id}")

    def _on_screen(self, pc: Pc, kind: str, row: Row) -> set[tuple[tuple[str, str], Any]]:
        """What a person sees of a record, field by field; of a newer field, what the log says."""
        state = self._state(pc, kind, row.id)
        found = set()
        for name in FIELDS[kind]:
            held = state.fields[name].value if name in state.fields else None
            found.add(((row.id, name), shown(row, name) if pc.knows(kind, name) else hashable(held)))
        return found

    def _state(self, pc: Pc, kind: str, record: str) -> Any:
        with pc.office.reading() as session:
            return fold(map(log.write_of, log.of_record(session.connection(), pc.office.scope, kind, record)))

    def _undelete(self, pc: Pc) -> None:
        if found := self._pick(pc, deleted=True):
            kind, row = found
            act = self._act(pc, kind)
            writing.set_deleted(pc.office, kind, [row.id], False)
            self._did(pc, act, f"took back {row.id}")

    def _settle(self, pc: Pc) -> None:
        kind = self.random.choice(pc.kinds)
        found = settling.conflicts(pc.office, kind)
        if not found:
            return
        conflict = self.random.choice(found)
        act = self._act(pc, kind)
        if conflict.field == "deleted":
            keep = self.random.choice((True, False))
            row = reading.get(pc.office, kind, conflict.id)
            if keep and {c.field for c in found if c.id == conflict.id} != {"deleted"}:
                keep = False  # who has not seen the other values does not throw them away
            settling.settle(pc.office, kind, conflict.id, "deleted", value=keep)
            if keep:
                act.deleted = self._on_screen(pc, kind, row)
        else:
            self._choose(pc, kind, conflict, act)
        self._did(pc, act, f"settled {conflict.field} of {conflict.id}")

    def _choose(self, pc: Pc, kind: str, conflict: settling.Conflict, act: Act) -> None:
        place = (conflict.id, conflict.field)
        values = {hashable(v.value) for v in conflict.versions}
        if self.random.random() < 0.5 or not pc.knows(kind, conflict.field):
            version = self.random.choice(conflict.versions)
            settling.settle(pc.office, kind, conflict.id, conflict.field, take=version.stamp)
            chosen = hashable(version.value)
        else:
            chosen, typed = self._value(conflict.field)
            value = typed if conflict.field == "size" else typed[conflict.field]
            settling.settle(pc.office, kind, conflict.id, conflict.field, value=value)
        if chosen is not None:
            act.wrote.add((place, chosen))
        act.overwrote |= {(place, value) for value in values - {chosen}}
        act.restored.add(place)

    def _erase(self, pc: Pc) -> None:
        if self.random.random() < 0.5 and (found := self._pick(pc)):
            kind, row = found
            act = self._act(pc, ERASURE)
            act.restored = {(row.id, name) for name in FIELDS[kind]}  # what is not personal is written anew
            with pc.office.reading() as session:
                held = log.of_record(session.connection(), pc.office.scope, kind, row.id)
            for write in map(log.write_of, held):
                if write.values and PERSONAL & write.values.keys():
                    act.erased |= {((row.id, f), hashable(v)) for f, v in write.values.items() if f in FIELDS[kind]}
            if erasing.erase(pc.office, kind, row.id):
                self._did(pc, act, f"erased {row.id}")

    def _undo(self, pc: Pc) -> None:
        op = undoing.last_operation(pc.office)
        if op is None:
            return
        with pc.office.reading() as session:
            done = log.of_operation(session.connection(), pc.office.scope, pc.office.device, op)
        touched = {(c.kind, c.record_id) for c in done if c.kind in pc.kinds}
        before = {key: reading.get(pc.office, *key) for key in touched}
        screens = {key: self._on_screen(pc, key[0], row) for key, row in before.items()}
        if not touched:
            return  # the center or the administrator of the set-up
        ((kind, _record),) = touched
        act = self._act(pc, kind)
        try:
            restored = undoing.undo(pc.office, op).restored
        except Refusal:
            return
        for key, old in before.items():
            row = reading.get(pc.office, *key)
            if row.deleted and not old.deleted:
                act.deleted |= screens[key]
            for name in FIELDS[kind]:
                if pc.knows(kind, name) and shown(row, name) != shown(old, name):
                    act.overwrote.add(((row.id, name), shown(old, name)))
                    act.restored.add((row.id, name))
        if restored:
            self._did(pc, act, f"undid {op}")

    def _adopt(self, pc: Pc) -> None:
        """What is held comes back to work, or is set aside by somebody who has looked at it."""
        found = holding.held(pc.office)
        if not found:
            return
        one = self.random.choice(found)
        self.count += 1
        pc.at_desk = f"人{self.count}"
        if self.random.random() < 0.8:
            holding.adopt(pc.replica, pc.office, one.device)
            self.tell(f"{pc.name} adopts what is held of {one.device}: {[write.actor for write in one.writes]}")
        else:
            holding.set_aside(pc.replica, pc.office, one.device)
            self.oracle.lost |= {write.actor for write in one.writes}
            self.tell(f"{pc.name} sets aside what is held of {one.device}: {[write.actor for write in one.writes]}")

    # the verdict

    def states(self, pc: Pc) -> dict[str, Any]:
        """Every table of a PC and the heads of its logs, without what is its own."""
        with pc.office.reading() as session:
            tables = {kind.name: kind.model.__table__ for kind in KINDS.values()}
            found: dict[str, Any] = {
                name: sorted(map(tuple, session.execute(select(table))), key=repr) for name, table in tables.items()
            }
            scope = pc.office.scope
            return found | {"heads": dict(log.heads(session.connection(), scope))}

    def divergences(self) -> list[str]:
        """PCs whose tables or logs differ from the first's, or from their own log."""
        first, *others = self.fleet.pcs
        expected = self.states(first)
        apart = []
        for pc in others:
            here = self.states(pc)
            apart += [f"{pc.name}: {name} differs from {first.name}'s" for name in here if here[name] != expected[name]]
        return apart + [f"{pc.name}: {fault}" for pc in self.fleet.pcs for fault in pc.workspace.check()]

    def fate(self) -> Fate:
        """What came through: the changes that are folded, and those that are kept somewhere and not folded."""
        folded: set[tuple[str, str]] = set()
        held: set[tuple[str, str]] = set()
        for replica in self.fleet.replicas:
            with replica.reading() as connection:
                ends = log.ends(connection, self.fleet.pcs[0].office.scope)
                for c, into in ((change.c, folded), (stray_change.c, held)):
                    for row in connection.execute(select(c.device, c.seq, c.actor, c.kind)):
                        beyond = row.device in ends and row.seq > ends[row.device].seq
                        (held if beyond else into).add((row.actor, row.kind))
        return Fate(folded, held)

    def unaccounted(self) -> list[str]:
        """Values that are neither current, nor knowingly overwritten, nor listed, nor erased; and records that went
        away with a value nobody who deleted them had seen."""
        pc = self.fleet.pcs[0]
        fate = self.fate()
        verdict = self.oracle.judge(fate)
        verdict.ghosts = any(one.healed for one in self.fleet.pcs) or self._written_again()
        lost = [f"what {author} did is nowhere" for author in verdict.missing]
        conflicts: dict[tuple[str, str], set[Any]] = {}
        for conflict in settling.conflicts(pc.office):
            conflicts[conflict.id, conflict.field] = {hashable(v.value) for v in conflict.versions}
        for held in self._held():
            for name, value in held.values.items():
                conflicts.setdefault((held.id, name), set()).add(hashable(value))
        for kind, fields in FIELDS.items():
            made = [record for record, of_kind in self.oracle.records.items() if of_kind == kind]
            for row in reading.rows(pc.office, kind, made):
                for name in fields:
                    listed = conflicts.get((row.id, name), set())
                    lost += verdict.of_field((row.id, name), shown(row, name), listed, row.deleted)
            gone = set(made) - {row.id for row in reading.rows(pc.office, kind, made)}
            lost += [f"{record} is gone" for record in sorted(gone) if any(p[0] == record for p in verdict.written)]
        return lost

    def _written_again(self) -> bool:
        """Whether anything was issued again, as what a folder held that lost the keys of its id."""
        pc = self.fleet.pcs[0]
        with pc.replica.reading() as connection:
            return bool(log.of_kind(connection, log.ADOPTION, pc.office.scope))

    def _held(self) -> Iterator[Held]:
        """What somebody is shown as held, at a PC or on the console of the district."""
        for replica in self.fleet.replicas:
            with replica.reading() as connection:
                for one in forks.held(connection, self.fleet.pcs[0].office.scope):
                    yield Held(one.change.record_id, log.write_of(one.change).values or {})

    def last_words(self, count: int = 60) -> str:
        """The last of the story."""
        return "\n".join(self.story[-count:])


def _at_the_program(action: Callable[[Pc], None], pc: Pc) -> None:
    with pc.program():
        action(pc)


def shown(row: Row, name: str) -> Any:
    """What the screen shows of a log field, as something hashable."""
    members = row.kind.groups.get(name)
    if members is None:
        return row.values[name]
    return hashable({member: row.values[member] for member in members})


def hashable(value: Any) -> Any:
    """A value of the log as :func:`shown` says it."""
    if isinstance(value, dict):
        members = tuple(value[member] for member in sorted(value))
        return None if set(members) == {None} else members
    return value
