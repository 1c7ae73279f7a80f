"""Random people on 2-8 PCs, random carriers, random disasters: all PCs end equal and every value ever written is
accounted for. A failure names its seed and the last that happened; ``SHUNIU_SEEDS=743-744`` replays seed 743, with
``SHUNIU_SOAK=1`` as it was in soak, where stories are longer; ``SHUNIU_SEEDS=300`` runs the first 300."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sampling import SOAK
from tests.sync.simulation import Simulation
from tests.sync.stage import stage

ROOT = Path(__file__).parents[2]
FIRST, _dash, LAST = os.environ.get("SHUNIU_SEEDS", "5000" if SOAK else "300").rpartition("-")
SEEDS = range(int(FIRST or 0), int(LAST))


def steps(seed: int, *, soak: bool = SOAK) -> int:
    """In soak 60 to 600 things that happen, mostly few, and every tenth story a long one; else 40 and some."""
    least, mean = (60, 15 if seed % 10 else 300) if soak else (40, 12)
    return min(least + int(random.Random(seed).expovariate(1 / mean)), 600)


def replay(seed: int, *, soak: bool = SOAK) -> str:
    """The environment in which the story of ``seed`` is told again, step for step."""
    return f"{'SHUNIU_SOAK=1 ' if soak else ''}SHUNIU_SEEDS={seed}-{seed + 1}"


def test_the_replay_of_a_seed_tells_the_same_story() -> None:
    for soak in (False, True):
        line = dict(one.split("=") for one in replay(743, soak=soak).split())
        environment = {k: v for k, v in os.environ.items() if k not in ("SHUNIU_SOAK", "SHUNIU_SEEDS")} | line
        said = "from tests.sync import test_merge_property as t; print(t.SOAK, *t.SEEDS, t.steps(743))"
        done = subprocess.run([sys.executable, "-c", said], env=environment, cwd=ROOT, capture_output=True, text=True)
        assert done.stdout.split() == [str(soak), "743", str(steps(743, soak=soak))], done.stderr


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
            error.add_note(f"{replay(seed)}; the last that happened:\n{simulation.last_words()}")
            raise
        finally:
            simulation.close()
