"""The oracle of design.md §5: what people knew at each write, and the verdict over what became of it.

It writes down what a person had on screen and never reads ``bases``: every value ever written must in the end be
current, knowingly overwritten, listed as a conflict, erased on request, or held. An act is one thing a person did; its
name stands as the author of its changes, so that it is found again under whatever device id it comes back. What a disk
took with it that nobody else had is gone with the disk, and only that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from app.store.tables import ERASURE

Place = tuple[str, str]
"""(record id, log field)."""


@dataclass
class Act:
    """What one person did once, and what was on the screen then."""

    author: str
    kind: str
    wrote: set[tuple[Place, Any]] = field(default_factory=set)
    overwrote: set[tuple[Place, Any]] = field(default_factory=set)
    """Values that were on the screen, and now are not."""
    erased: set[tuple[Place, Any]] = field(default_factory=set)
    deleted: set[tuple[Place, Any]] = field(default_factory=set)
    """For each field of a record put into the bin, what was on the screen."""
    restored: set[Place] = field(default_factory=set)
    """Places where a value that was overwritten may be written again: by an undo, a settling, an erasure."""

    def writes(self, place: Place, value: Any, on_screen: Any) -> None:
        """A value typed over what was on the screen."""
        self.wrote.add((place, value))
        if on_screen is not None and on_screen != value:
            self.overwrote.add((place, on_screen))


@dataclass
class Fate:
    """What of the acts is in the logs at the end, by (author, kind of change)."""

    folded: set[tuple[str, str]]
    held: set[tuple[str, str]]
    """Kept and not folded."""


@dataclass
class Oracle:
    """All acts, and those a disk may have taken with it."""

    acts: list[Act] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    """Authors of acts that nobody else held when a disk went back, or that somebody set aside: they may be gone."""
    records: dict[str, str] = field(default_factory=dict)
    """The kind of every record ever made, by id."""

    def judge(self, fate: Fate) -> Verdict:
        """What must be accounted for, now that it is known what came through."""
        verdict = Verdict()
        for act in self.acts:
            folded = (act.author, act.kind) in fate.folded
            kept = (act.author, act.kind) in fate.held
            if not folded and not kept and act.author not in self.lost:
                verdict.missing.append(act.author)
            if folded or (kept and act.author not in self.lost):
                for place, value in act.wrote:
                    verdict.written[place].add(value)
            if folded:
                for place, value in act.overwrote:
                    verdict.overwritten[place].add(value)
                for place, value in act.deleted:
                    verdict.seen_by_deleters[place].add(value)
                verdict.restored |= act.restored
            if (act.author, ERASURE) in fate.folded | fate.held:  # it took values away, also beyond the end of its log
                for place, value in act.erased:
                    verdict.erased[place].add(value)
        return verdict


@dataclass
class Verdict:
    """What people knew, of the acts that came through."""

    written: dict[Place, set[Any]] = field(default_factory=lambda: defaultdict(set))
    overwritten: dict[Place, set[Any]] = field(default_factory=lambda: defaultdict(set))
    erased: dict[Place, set[Any]] = field(default_factory=lambda: defaultdict(set))
    seen_by_deleters: dict[Place, set[Any]] = field(default_factory=lambda: defaultdict(set))
    restored: set[Place] = field(default_factory=set)
    ghosts: bool = False
    """Whether something was written again, as when a fork is healed: it may stand beside what replaced it."""
    missing: list[str] = field(default_factory=list)
    """Authors of acts that are in no log although somebody else had them."""

    def of_field(self, place: Place, now: Any, listed: set[Any], deleted: bool) -> Iterable[str]:
        """A line for each value of a field that is unaccounted for."""
        record, name = place
        for value in sorted(self.written[place], key=repr):
            fine = value == now or value in listed or value in self.overwritten[place] | self.erased[place]
            fine = fine or (deleted and value in self.seen_by_deleters[place])  # a rival, in the bin with the record
            if not fine:
                yield f"{name}={value} of {record}: shown {now}, listed {listed}"
        ghosts = {value for value in listed if value is not None and value != now}
        if not self.ghosts and place not in self.restored and ghosts & self.overwritten[place]:
            yield f"{name} of {record}: overwritten {ghosts & self.overwritten[place]} is listed again"
        if deleted and now is not None and now not in self.seen_by_deleters[place]:
            yield f"{record} went away with {name}={now} unseen"
