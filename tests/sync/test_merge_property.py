"""Random people on 2-8 PCs, random carriers, random disasters: all PCs end equal and every value ever written is
accounted for. A failure names its seed and the last that happened; ``SHUNIU_SEEDS=743-744`` replays seed 743, and
``SHUNIU_SEEDS=300`` runs the first 300."""

from __future__ import annotations

import os
import random

import pytest

from tests.sampling import SOAK
from tests.sync.simulation import Simulation
from tests.sync.stage import stage

FIRST, _dash, LAST = os.environ.get("SHUNIU_SEEDS", "5000" if SOAK else "300").rpartition("-")
SEEDS = range(int(FIRST or 0), int(LAST))


def steps(seed: int) -> int:
    """In soak 60 to 600 things that happen, mostly few, and every tenth story a long one; else 40 and some."""
    least, mean = (60, 15 if seed % 10 else 300) if SOAK else (40, 12)
    return min(least + int(random.Random(seed).expovariate(1 / mean)), 600)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_pcs_end_equal_and_no_value_is_lost(seed: int) -> None:
    with stage(seed) as folder:
        simulation = Simulation(seed, folder)
        try:
            simulation.run(steps(seed))
            simulation.end()
            assert simulation.divergences() == []
            assert simulation.unaccounted() == []
        except BaseException as error:
            error.add_note(f"SHUNIU_SEEDS={seed}-{seed + 1}; the last that happened:\n{simulation.last_words()}")
            raise
        finally:
            simulation.close()
