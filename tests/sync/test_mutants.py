"""What a planted fault must not survive, where no other test says it; and that the faults can still be planted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from nacl.public import PrivateKey, PublicKey, SealedBox

from app.errors import BundleRefused
from app.models.registry import KINDS
from app.services.settling import conflicts
from app.services.writing import put, save
from app.sync import bundle, certificate, device
from app.sync.change import chain, digest, encode_values
from app.sync.exchange import Limit
from app.sync.packer import Packer
from app.sync.packing import Span
from app.sync.receive import open_all, receive
from tests.sync.test_forks import meet, names
from tests.sync.test_refusals import forge, next_change
from tests.sync.world import OTHER, STREET, Pc, World, contents, sound
from tests.tools import mutants


def test_every_fault_can_still_be_planted() -> None:
    assert mutants.faults_of_text() == []


def test_tests_that_come_to_no_end_catch_nothing() -> None:
    assert mutants.caught(mutants.MUTANTS[0], limit=0.01) is None


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


def test_the_mark_tells_a_folder_that_went_another_way_by_the_hash(world: World) -> None:
    pc = world.carded("a")
    early = pc.copy("early")
    pc.put(name="从未发出")
    aside = pc.copy("aside")
    pc.lay_back(early, parts=("data",))
    pc.put(name="已发出")
    world.up(pc)
    old = pc.device
    pc.lay_back(aside, parts=("data",))
    assert pc.device != old, "the place is taken, but by another change"
    meet(world, pc)
    assert names(pc) == {"从未发出", "已发出"}
    assert contents(world.district.replica(), STREET)["venue"] == contents(pc.replica, STREET)["venue"]


def test_who_may_read_a_bundle_cannot_hand_it_on_as_if_it_were_for_another(world: World) -> None:
    sender, reader = world.carded("a"), world.carded("b")
    sender.put(name="大厅")
    world.up(reader)
    data = world.file(sender.replica, reader.certificate()).read_bytes()
    mine, theirs = reader.workspace.machine, world.district.machine
    plain = SealedBox(PrivateKey(mine.box_seed)).decrypt(data[bundle.CLEAR :])
    sealed = SealedBox(PublicKey(theirs.box_key)).encrypt(plain)
    with pytest.raises(BundleRefused, match="签名不符"):
        bundle.open_bundle(theirs, bundle._clear(theirs.box_key, len(sealed)) + sealed)


def test_nobody_speaks_in_the_name_of_another_pc(world: World) -> None:
    pc = world.carded("a")
    world.up(pc)
    genuine = certificate.own(pc.workspace.machine)
    liar = replace(pc.workspace.machine, sign_seed=bytes(range(32)), certificate=b"")
    data = forge(pc, world.district.machine, [], machine=liar, certificates=[genuine])
    with pytest.raises(BundleRefused, match="签名不符"):
        bundle.open_bundle(world.district.machine, data)


@pytest.mark.parametrize("signed", ["by the relay", "by the writer"])
def test_a_relay_cannot_change_what_it_carries(world: World, signed: str) -> None:
    """Neither with a head of its own making, nor under the head that the writer signed."""
    writer, relay = world.carded("a"), world.carded("b")
    for pc in (writer, relay):
        world.up(pc)
    writer.put(name="大厅")
    world.carry(writer, relay)
    genuine, previous = next_change(writer)
    values = encode_values({"name": "改过的"}, salted=False)
    changed = genuine._replace(values=values, values_hash=digest(values))
    head = chain(previous, genuine)
    place = (genuine.scope, genuine.device, genuine.seq)
    signature = writer.workspace.machine.sign(device.head_bytes(*place, head))
    span = Span(genuine.scope, genuine.device, genuine.seq, genuine.seq, previous, head, signature)
    lies = {} if signed == "by the relay" else {"runs": [span]}
    data = forge(relay, world.district.machine, [[changed]], previous=previous, **lies)
    before = contents(world.district.replica())
    with pytest.raises(BundleRefused, match="前后不连贯"):
        receive(world.district.replica(), open_all(world.district.replica(), data))
    assert contents(world.district.replica()) == before


def test_an_edit_leaves_the_value_in_the_conflict_that_is_not_shown(world: World) -> None:
    first = world.pc("a")
    second = world.pc("b", card=world.card_of(first))
    hall = first.put(name="大厅")
    world.carry(first, second)
    first.edit(hall, remark="先写的")
    second.edit(hall, remark="后写的")
    world.carry(second, first)
    shown = first.get(hall).remark
    first.edit(hall, remark="再改")
    (conflict,) = conflicts(first.workspace.office, "venue", hall)
    assert {version.value for version in conflict.versions} == {"再改", *({"先写的", "后写的"} - {shown})}
