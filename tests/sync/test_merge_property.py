"""Random people on 2-8 PCs, random carriers, random disasters: all PCs end equal and every value ever written is
accounted for. ``SHUNIU_SEEDS`` says how many seeds; a failure names its seed and the last that happened, and
``SHUNIU_SEED=n`` runs that one alone."""

from __future__ import annotations

import os
import random

import pytest

from tests.sync.simulation import Simulation
from tests.sync.stage import stage

SEEDS = int(os.environ.get("SHUNIU_SEEDS", "300"))
ONLY = os.environ.get("SHUNIU_SEED")
LONG = SEEDS > 1000
"""Long runs have more PCs and longer stories."""


def steps(seed: int) -> int:
    """60 to 600 things that happen, mostly few."""
    return min(60 + int(random.Random(seed).expovariate(1 / (80 if LONG else 15))), 600)


@pytest.mark.parametrize("seed", [int(ONLY)] if ONLY else range(SEEDS))
def test_all_pcs_end_equal_and_no_value_is_lost(seed: int) -> None:
    with stage(seed) as folder:
        simulation = Simulation(seed, folder)
        try:
            simulation.run(steps(seed))
            simulation.end()
            assert simulation.divergences() == []
            assert simulation.unaccounted() == []
        except BaseException as error:
            error.add_note(f"seed {seed}; the last that happened:\n{simulation.last_words()}")
            raise
        finally:
            simulation.close()
