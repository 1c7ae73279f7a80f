"""What a planted fault must not survive, where no other test says it; and that the faults can still be planted."""

from __future__ import annotations

from app.models.registry import KINDS
from app.services.writing import put, save
from app.sync.exchange import Limit
from app.sync.packer import Packer
from tests.sync.world import OTHER, STREET, Pc, World, contents, sound
from tests.tools import mutants


def test_every_fault_can_still_be_planted() -> None:
    assert mutants.faults_of_text() == []


def _new_under(pc: Pc, record_id: str, **values: str) -> None:
    with pc.workspace.office.acting("王小明").unit() as unit:
        put(unit, KINDS["venue"], values, fixed_id=record_id)


def test_two_centers_may_use_one_id_and_neither_sees_the_others_values(world: World) -> None:
    here, there = world.carded("a"), world.carded("b", OTHER)
    same = here.put(name="本中心的厅", remark="本中心的备注")
    _new_under(there, same, name="别人的厅")
    for pc in (here, there, here):
        world.up(pc)
    save(here.workspace.office, "venue", {"name": "改名的厅"}, same)
    world.up(here)
    table = contents(world.district.replica())["venue"]
    assert len(table) == 2
    assert sound(world.district.replica())
    for pc, scope in ((here, STREET), (there, OTHER)):
        assert contents(world.district.replica(), scope)["venue"] == contents(pc.replica, scope)["venue"]
        world.down(pc)
        assert {row.name for row in [pc.get(same)]} == {"改名的厅" if pc is here else "别人的厅"}


def test_bundles_follow_each_other_in_the_order_in_which_things_were_written(world: World) -> None:
    first = world.pc("a")
    second = world.pc("b", card=world.card_of(first))
    for number in range(6):
        first.put(name=f"甲{number}")
        world.carry(first, second)
        second.put(name=f"乙{number}")
        world.carry(second, first)
    third = world.pc("c", card=world.card_of(first))
    packer = Packer(second.replica, third.workspace.machine.box_key, STREET, {})
    last, packed = (0, ""), packer.pack(Limit(3))
    bundles = 0
    while packed.batch is not None:
        stamps = sorted(change.stamp for run in packed.batch.runs for change in run)
        assert stamps[0] > last
        last, bundles, packer.theirs = stamps[-1], bundles + 1, packed.batch.after
        packed = packer.pack(Limit(3))
    assert bundles > 3
