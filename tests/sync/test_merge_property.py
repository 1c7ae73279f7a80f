"""Random people on 2-5 PCs, random carriers: all PCs end equal and every value ever written is accounted for."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from app.services import syncing
from app.sync import certificate as certificates
from app.sync.exchange import Limit
from app.sync.packer import Packer, last_heard
from app.sync.receive import open_all, receive
from app.workspace import Workspace
from tests.sync.simulation import Simulation, carry_plainly

SEEDS = int(os.environ.get("SHUNIU_SEEDS", "30"))


def carry_by_bundle(a: Workspace, b: Workspace, chance: random.Random | None) -> None:
    """Real bundles, signed and sealed, some small; some arrive twice, some never."""
    to = certificates.own(b.machine)
    packer = Packer(a.replica(), to.box, to.scope, last_heard(a.replica(), to.device))
    limit = Limit() if chance is None else Limit(chance.choice((1, 3, 500)))
    for _bundle in range(1000):
        packed = packer.pack(limit)
        lost = chance is not None and chance.random() < 0.2
        if not lost:
            receive(b.replica(), open_all(b.replica(), packed.data))
            if chance is not None and chance.random() < 0.2:
                receive(b.replica(), open_all(b.replica(), packed.data))
        if packed.batch is None or lost or (chance is not None and chance.random() < 0.3):
            return
        packer.theirs = packed.batch.after
    raise AssertionError("the exchange does not come to an end")


def center_of(seed: int, make_workspace, tmp_path: Path, clock) -> list[Workspace]:
    """2-5 PCs of one center: the first makes cards, the others join by them."""
    first = make_workspace("pc0")
    pcs = [first]
    for number in range(1, random.Random(seed).randint(2, 5)):
        card = tmp_path / f"{number}.card"
        syncing.make_card(first, card)
        pcs.append(Workspace.join(tmp_path / f"pc{number}/data", tmp_path / f"pc{number}/config", card, clock=clock))
    return pcs


@pytest.mark.parametrize("seed", range(SEEDS))
def test_all_pcs_end_equal_and_no_value_is_lost(seed: int, make_workspace, tmp_path, clock) -> None:
    pcs = center_of(seed, make_workspace, tmp_path, clock)
    simulation = Simulation(seed, pcs, carry_by_bundle if seed % 2 else carry_plainly)
    for _step in range(random.Random(seed).randint(40, 120)):
        simulation.step()
    simulation.converge()
    assert simulation.divergences() == []
    assert simulation.unaccounted() == []
    assert [pc.check() for pc in pcs] == [[]] * len(pcs)
    for pc in pcs[1:]:
        pc.close()
