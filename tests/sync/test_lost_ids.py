"""Ids whose keys went with a disk: what others know of them, who may close them, and what becomes of their pasts."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from app.services import erasing, holding
from app.store.tables import peer
from app.sync import certificate as certificates
from app.sync import closing, log
from app.sync.device import renew
from app.sync.exchange import Limit
from app.sync.packer import packer_for
from app.sync.receive import open_all, receive
from tests.sync.test_forks import equal, meet, names
from tests.sync.world import STREET, World, contents

DATA = ("data",)


def test_an_id_that_only_the_envelope_told_of_is_forgotten_when_its_disk_goes_back(world: World) -> None:
    pc = world.pc("a")
    other = world.pc("b", card=world.card_of(pc))
    world.carry(pc, other)
    world.carry(other, pc)
    disk = other.copy("whole disk")
    other.workspace = other.workspace.with_machine(renew(other.replica))
    pc.put(name="一")
    world.carry(pc, other)
    to = pc.certificate()
    envelope = packer_for(other.replica, to.box, to.scope, to.device).pack(Limit(), empty=True).data
    receive(pc.replica, open_all(pc.replica, envelope))  # what it holds, under an id that no log here speaks of yet
    with pc.replica.reading() as connection:
        assert list(connection.scalars(select(peer.c.device))) == [other.device]
    world.carry(other, pc)
    other.lay_back(disk)
    for _round in range(3):
        world.carry(other, pc)
        world.carry(pc, other)
    assert names(other) == {"一"}


def test_two_pasts_under_an_id_whose_key_is_lost_heal_too(world: World) -> None:
    first = world.pc("a")
    pc, third = (world.pc(name, card=world.card_of(first)) for name in "bc")
    everybody = [(one, another) for one in (first, pc, third) for another in (first, pc, third) if one is not another]
    for one, another in everybody:
        world.carry(one, another)
    disk = pc.copy("whole disk")
    pc.workspace = pc.workspace.with_machine(renew(pc.replica))
    lost, later = pc.device, pc.copy("under the new id")
    pc.put(name="一")
    world.carry(pc, first)
    pc.lay_back(later)
    pc.put(name="二")
    world.carry(pc, third)
    pc.lay_back(disk)
    assert pc.device != lost
    for one, another in everybody * 4:
        world.carry(one, another)
    assert names(pc) == names(first) == names(third) == {"一", "二"}
    assert contents(pc.replica) == contents(first.replica) == contents(third.replica)
    for one in (first, pc, third):
        assert one.workspace.check() == []
        assert not holding.held(one.workspace.office)


def test_nobody_closes_the_log_of_another_pc_by_calling_it_an_id_of_his(world: World) -> None:
    victim, rogue = world.carded("a"), world.carded("b")
    victim.put(name="大厅")
    meet(world, victim, rogue)
    machine = rogue.workspace.machine
    claimed = certificates.issue(machine.sign_seed, victim.workspace.machine, "previous", by=machine.verify_key)
    claimed = msgspec.structs.replace(claimed, before=(certificates.encode(certificates.own(machine)),))
    fresh = certificates.issue(machine.sign_seed, machine.renewed(), "previous", by=machine.verify_key)
    fresh = msgspec.structs.replace(fresh, before=(certificates.encode(claimed),))
    said = closing.Closing(victim.device, 1, b"", machine.verify_key, b"")
    held = [certificates.own(victim.workspace.machine), certificates.own(machine), fresh]
    assert closing.effective([said], held, {}) == closing.effective([said], held[1:], {}) == {}
    own = msgspec.structs.replace(said, key=victim.workspace.machine.verify_key)
    assert set(closing.effective([own], held, {})) == {victim.device}


def test_what_was_erased_in_a_past_that_is_left_out_waits_and_all_else_flows(world: World) -> None:
    first = world.pc("a")
    reader, forked, fourth = (world.pc(name, card=world.card_of(first)) for name in "bcd")
    disk = forked.copy("whole disk")
    forked.put(name="一")
    world.carry(forked, reader)
    forked.lay_back(disk)
    hall = first.put(name="大厅", contact_phone="13812345678")
    world.carry(first, forked)
    erasing.erase(forked.workspace.office, "venue", hall)
    world.carry(forked, first)
    world.carry(first, fourth)
    fourth.put(name="四")  # later than what waits
    world.carry(fourth, first)
    result = world.carry(first, reader)
    assert result.kept is not None, "the erasure is in a log that the reader holds otherwise"
    world.carry(reader, first)
    assert not world.carry(first, reader).missing
    assert names(reader) == {"一", "四"}
    everybody = (first, reader, forked, fourth)
    for one, another in [(one, another) for one in everybody for another in everybody if one is not another] * 5:
        world.carry(one, another)
    for one in everybody:
        assert names(one) == {"一", "四", "大厅"}
        assert one.get(hall).contact_phone is None
        assert contents(one.replica) == contents(first.replica)
        assert one.workspace.check() == []


def test_a_folder_of_a_lost_id_is_put_back_where_the_present_id_has_left_too(world: World) -> None:
    pc = world.carded("a")
    meet(world, pc)
    disk, data = pc.copy("disk"), pc.copy("data")
    pc.put(name="一")
    world.up(pc)
    pc.lay_back(data, parts=DATA)
    lost = pc.device
    pc.put(name="从未发出")
    folder = pc.copy("of a lost id")
    pc.lay_back(disk)
    assert pc.device != lost, "the keys of that id went with the disk"
    pc.put(name="二")
    world.up(pc)
    pc.lay_back(folder, parts=DATA)
    with pc.replica.reading() as connection:
        first = {
            device: log.of_log(connection, STREET, device)[0].kind for _scope, device in log.heads(connection, STREET)
        }
    assert set(first.values()) == {log.CERTIFICATE}
    meet(world, pc)
    meet(world, pc)
    assert "从未发出" in names(pc)
    equal(world, pc)
