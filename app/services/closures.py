"""Closures and exceptional openings: which one speaks for a venue at a time (rules.md 4). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

CENTER = ""
"""The place of a closure of the whole center, among those of venues."""


@dataclass(frozen=True)
class Closure:
    """A time in which the center or a venue is closed, or open against its hours; half open [start, end)."""

    id: str
    venue: str
    """:data:`CENTER` for the whole center."""
    start: str
    end: str
    opens: bool
    reason: str


@dataclass(frozen=True)
class Spell:
    """A stretch of time in which the same closures hold: closed by one, opened against the hours, or neither."""

    start: str
    end: str
    closed: Closure | None = None
    opened: bool = False


ByVenue = Mapping[str, Sequence[Closure]]


def spells(held: ByVenue, levels: Sequence[str], parts: Sequence[str], start: str, end: str) -> Iterator[Spell]:
    """[start, end) cut into spells. ``levels``: the venue, its halls upwards, then the center where it has a say; the
    first that says anything decides, an opening before a closure. Besides, a venue is closed while one of its ``parts``
    is itself closed."""
    above = [[one for one in held.get(level, ()) if one.start < end and start < one.end] for level in levels]
    below = [[one for one in held.get(part, ()) if one.start < end and start < one.end] for part in parts]
    touching = [one for level in (*above, *below) for one in level]
    if not touching:
        yield Spell(start, end)
        return
    cuts = sorted({start, end, *(at for one in touching for at in (one.start, one.end) if start < at < end)})
    for low, high in pairwise(cuts):
        decided = next((said for level in above if (said := _said(level, low, high))), None)
        opened = decided is not None and decided.opens
        closed = next((said for part in below if (said := _said(part, low, high)) and not said.opens), None)
        if closed is None and decided is not None and not opened:
            closed = decided
        yield Spell(low, high, closed, opened and closed is None)


def _said(level: Sequence[Closure], start: str, end: str) -> Closure | None:
    """What one level says of a stretch that no closure begins or ends in."""
    covering = [one for one in level if one.start <= start and end <= one.end]
    return next((one for one in covering if one.opens), covering[0] if covering else None)
