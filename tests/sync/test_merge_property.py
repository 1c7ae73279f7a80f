"""Random people on 2-5 PCs, random carriers: all PCs end equal and every value ever written is accounted for."""

from __future__ import annotations

import os
import random

import pytest

from tests.sync.simulation import Simulation, carry_plainly

SEEDS = int(os.environ.get("SHUNIU_SEEDS", "24"))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_all_pcs_end_equal_and_no_value_is_lost(seed: int, make_workspace) -> None:
    chance = random.Random(seed)
    first = make_workspace("pc0")
    pcs = [first] + [make_workspace(f"pc{n}", founded=False) for n in range(1, chance.randint(2, 5))]
    simulation = Simulation(seed, pcs, carry_plainly)
    for _step in range(chance.randint(40, 120)):
        simulation.step()
    simulation.converge()
    assert simulation.divergences() == []
    assert simulation.unaccounted() == []
