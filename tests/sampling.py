"""Long lists of cases: continuous integration takes a seeded sample, ``make soak`` (SHUNIU_SOAK=1) takes them all.

A failure is replayed with what was printed: SHUNIU_SEED=n, in soak with SHUNIU_SOAK=1 before it. ``make soak``
takes another one each time.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import Any, TypeVar

T = TypeVar("T")

SOAK = os.environ.get("SHUNIU_SOAK", "") == "1"
SAMPLE = 20
SEED = int(os.environ.get("SHUNIU_SEED", "20261124"))


def seed() -> int:
    """The seed of this run, printed so that a failure can be replayed."""
    print(f"{'SHUNIU_SOAK=1 ' if SOAK else ''}SHUNIU_SEED={SEED}")
    return SEED


def sample(cases: Sequence[T], count: int = SAMPLE) -> list[T]:
    """All ``cases`` in soak, else ``count`` of them with the first and the last, in their order."""
    chosen = seed()
    if SOAK or len(cases) <= count:
        return list(cases)
    inner = random.Random(chosen).sample(range(1, len(cases) - 1), max(0, count - 2))
    return [cases[at] for at in sorted({0, *inner, len(cases) - 1})]


def size(soak: int, otherwise: int = SAMPLE) -> int:
    """How many of something to do: ``soak`` in soak."""
    return soak if SOAK else otherwise


def dice(salt: Any = "") -> random.Random:
    """A random source of this run, apart for each ``salt``."""
    return random.Random(f"{seed()}/{salt}")
