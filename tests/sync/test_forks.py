"""Disks rolled back, copied, revoked: two pasts under one id heal by themselves, and nothing is lost (design.md §7)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.errors import BundleRefused, Refusal
from app.services import erasing, holding, reading
from app.services.settling import conflicts
from app.services.writing import save
from app.sync import closing, log, usb
from app.sync import holding as sync_holding
from app.sync.device import renew
from app.sync.machine import Machine
from app.workspace import Workspace
from tests.sync.world import OTHER, STREET, Pc, World, contents, sound


def meet(world: World, *pcs: Pc, rounds: int = 3) -> None:
    """Everybody exchanges with the district by stick, both ways, several times."""
    for _round in range(rounds):
        for pc in pcs:
            world.up(pc)
            world.down(pc)


def equal(world: World, *pcs: Pc) -> None:
    """All hold the same logs and the same tables, and they are sound."""
    expected = contents(world.district.replica(), STREET, log.ALL)
    for pc in pcs:
        assert contents(pc.replica, STREET, log.ALL) == expected
        assert pc.workspace.check() == []
    assert sound(world.district.replica())


def names(pc: Pc) -> set[str]:

    office = pc.workspace.office
    return {row.values["name"] for row in reading.rows(office, "venue", reading.ids(office, "venue"))}


def rolled_back(world: World) -> tuple[Pc, str]:
    """A PC whose disk was rolled back behind what the district has of it, and the id it had."""
    pc = world.carded("a")
    pc.put(name="大厅")
    meet(world, pc, rounds=1)
    copy = pc.copy("yesterday")
    pc.put(name="去而复返一")
    pc.put(name="去而复返二")
    meet(world, pc, rounds=1)
    old = pc.device
    pc.lay_back(copy)
    assert pc.device == old, "nothing on this PC tells"
    return pc, old


def test_a_disk_rolled_back_gets_its_lost_work_back_under_a_new_id(world: World) -> None:
    pc, old = rolled_back(world)
    meet(world, pc)
    assert names(pc) == {"大厅", "去而复返一", "去而复返二"}
    assert pc.device != old
    equal(world, pc)
    assert not log_ends(pc), "nothing else left under the old id, so it need not be closed"


def log_ends(pc: Pc) -> dict[str, log.End]:
    with pc.replica.reading() as connection:
        return log.ends(connection, STREET)


def test_what_was_written_after_the_rollback_is_issued_again(world: World) -> None:
    pc, old = rolled_back(world)
    mine = pc.put(name="之后写的", capacity=7)
    pc.edit(mine, actor="李华", capacity=9)
    meet(world, pc)
    assert names(pc) == {"大厅", "去而复返一", "去而复返二", "之后写的"}
    assert pc.get(mine).capacity == 9
    assert not conflicts(pc.workspace.office), "the second write still names the first"
    assert pc.device != old
    equal(world, pc)
    with pc.replica.reading() as connection:
        again = log.of_record(connection, STREET, "venue", mine)
    assert [(c.device, c.actor) for c in again] == [(pc.device, "王小明"), (pc.device, "李华")]
    assert not holding.held(pc.workspace.office)


def test_numbers_are_not_issued_twice_after_a_rollback(world: World) -> None:
    pc, _old = rolled_back(world)
    meet(world, pc)
    taken = {row.number for row in rows(pc)}
    fresh = pc.get(pc.put(name="新的")).number
    assert fresh not in taken


def rows(pc: Pc) -> list:

    office = pc.workspace.office
    return reading.rows(office, "venue", reading.ids(office, "venue"))


def test_another_pc_that_took_the_tail_before_it_healed_ends_equal(world: World) -> None:
    other = world.carded("b")
    pc, old = rolled_back(world)
    tail = pc.put(name="之后写的", capacity=7)
    world.carry(pc, other)
    other.edit(tail, capacity=8)
    added = other.put(name="别人接着写")
    meet(world, pc, other, rounds=4)
    assert names(pc) == {"大厅", "去而复返一", "去而复返二", "之后写的", "别人接着写"}
    equal(world, pc, other)
    assert log_ends(pc)[old].revoked is False
    assert pc.get(added).name == "别人接着写"
    assert not holding.held(other.workspace.office), "the tail was issued again"
    listed = {v.value for c in conflicts(pc.workspace.office, "venue", tail) for v in c.versions}
    assert {pc.get(tail).capacity} | listed >= {8}


def test_who_saw_the_tail_and_overwrote_it_is_not_contradicted(world: World) -> None:
    other = world.carded("b")
    pc, _old = rolled_back(world)
    tail = pc.put(name="之后写的", capacity=7)
    world.carry(pc, other)
    other.edit(tail, capacity=8)
    world.carry(other, pc)
    meet(world, pc, other, rounds=4)
    assert pc.get(tail).capacity == 8
    assert not conflicts(pc.workspace.office)
    equal(world, pc, other)


def test_two_copies_of_one_disk_part_ways(world: World) -> None:
    pc = world.carded("a")
    pc.put(name="大厅")
    meet(world, pc, rounds=1)
    twin_folder = pc.copy("twin")
    twin = Pc(Workspace.open(twin_folder / "data", twin_folder / "config"), twin_folder)
    world.pcs.append(twin)
    assert twin.device == pc.device
    pc.put(name="原机写的")
    twin.put(name="副本写的")
    world.up(pc)
    pc.put(name="原机又写的")
    meet(world, twin, pc, twin, pc)
    assert len({pc.device, twin.device}) == 2
    assert names(pc) == names(twin) == {"大厅", "原机写的", "副本写的", "原机又写的"}
    equal(world, pc, twin)
    assert not holding.held(pc.workspace.office)


def test_two_disks_of_a_center_without_a_district_heal_too(world: World) -> None:
    first = world.pc("a")
    other = world.pc("b", card=world.card_of(first))
    first.put(name="大厅")
    world.carry(first, other)
    world.carry(other, first)
    copy = first.copy("yesterday")
    first.put(name="先前")
    world.carry(first, other)
    first.lay_back(copy)
    first.put(name="后来")
    for _round in range(4):
        world.carry(first, other)
        world.carry(other, first)
    assert names(first) == names(other) == {"大厅", "先前", "后来"}
    assert contents(first.replica) == contents(other.replica)
    assert sound(first.replica)


def test_an_erasure_in_a_tail_stays_in_force(world: World) -> None:
    other = world.carded("b")
    pc, _old = rolled_back(world)
    person = pc.put("team", name="编织社", leader_name="李四")
    erasing.erase(pc.workspace.office, "team", person)
    world.carry(pc, other)
    meet(world, pc, other, rounds=6)
    assert pc.get(person, "team").leader_name is None
    assert pc.get(person, "team").name == "编织社"
    equal(world, pc, other)


@pytest.fixture
def revoked(world: World) -> tuple[World, Pc, Pc, str]:
    """A PC that the district revokes while another carries what it wrote since."""
    pc, other = world.carded("a"), world.carded("b")
    kept = pc.put(name="停用之前")
    meet(world, pc, other)
    late = pc.put(name="停用之后", capacity=7)
    world.carry(pc, other)
    assert "停用之后" in names(other), "nobody knew yet"
    closing.revoke(world.district.replica(), pc.device)
    assert kept
    return world, pc, other, late


def test_what_a_revoked_pc_wrote_is_held_everywhere_until_a_person_adopts_it(revoked) -> None:
    world, pc, other, late = revoked
    meet(world, other)
    assert names(other) == {"停用之前"}
    (waiting,) = holding.held(other.workspace.office)
    assert (waiting.device, waiting.letters, waiting.reason) == (pc.device, "A", "revoked")
    assert [write.title for write in waiting.writes] == ["停用之后"]
    with world.district.replica().reading() as connection:
        assert len(holding.of_scope(connection, STREET)) == 1, "it was carried on, and is held there too"
    equal(world, other)
    assert holding.adopt(other.replica, other.workspace.office.acting("王小明"), pc.device) == 1
    meet(world, other)
    assert names(other) == {"停用之前", "停用之后"}
    assert other.get(late).capacity == 7
    assert not holding.held(other.workspace.office)
    equal(world, other)
    with pytest.raises(Refusal, match="待采纳"):
        holding.adopt(other.replica, other.workspace.office, pc.device)


def test_the_district_adopts_or_sets_aside_as_well(revoked) -> None:
    world, pc, other, _late = revoked
    meet(world, other)
    assert sync_holding.set_aside(world.district.replica(), STREET, pc.device, "区管理员") == 1
    meet(world, other)
    assert not holding.held(other.workspace.office)
    assert names(other) == {"停用之前"}
    equal(world, other)


def test_a_revoked_pc_is_refused_and_goes_on_with_a_new_card(revoked, tmp_path: Path) -> None:
    world, pc, other, late = revoked
    with pytest.raises(BundleRefused, match="停用"):
        world.up(pc)
    card = tmp_path / "again.card"
    world.district.card(STREET, world.server, card)
    old = pc.device
    pc.workspace.close()
    pc.workspace = Workspace.join(pc.folder / "data", pc.folder / "config", card)
    assert pc.device != old
    pc.put(name="新卡之后")
    meet(world, pc, other)
    assert names(pc) == {"停用之前", "新卡之后"}
    assert pc.get(late).capacity is None if late in {r.id for r in rows(pc)} else True
    assert [one.device for one in holding.held(pc.workspace.office)] == [old]
    holding.adopt(pc.replica, pc.workspace.office, old)
    meet(world, pc, other)
    assert names(other) == {"停用之前", "新卡之后", "停用之后"}
    equal(world, pc, other)


def test_an_id_introduced_by_a_revoked_one_is_believed_by_nobody(revoked, tmp_path: Path) -> None:
    world, pc, other, _late = revoked
    pc.workspace = pc.workspace.with_machine(renew(pc.replica))
    pc.put(name="偷偷写的")
    with pytest.raises(BundleRefused):
        world.up(pc)
    world.carry(pc, other)
    meet(world, other)
    assert names(other) == {"停用之前"}
    equal(world, other)


def test_a_change_of_id_that_was_cut_off_is_settled_at_the_next_start(world: World, monkeypatch) -> None:
    pc, old = rolled_back(world)
    pc.put(name="之后写的")
    world.up(pc)
    world.down(pc)
    world.up(pc)
    path = world.file(world.district.replica(), pc.certificate())

    def cut(self: Machine) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Machine, "take_up", cut)
        with pytest.raises(KeyboardInterrupt):
            usb.import_file(pc.replica, path)
    pc.reopen()
    assert pc.device != old
    meet(world, pc)
    assert names(pc) == {"大厅", "去而复返一", "去而复返二", "之后写的"}
    equal(world, pc)


def test_a_form_that_was_open_while_the_id_changed_writes_under_the_new_one(world: World) -> None:
    pc, old = rolled_back(world)
    office = pc.workspace.office
    meet(world, pc)
    assert pc.device != old == office.device
    record = save(office, "venue", {"name": "开着的表单"}).id
    with pc.replica.reading() as connection:
        (change,) = log.of_record(connection, STREET, "venue", record)
    assert change.device == pc.device


def test_a_form_is_saved_although_what_it_shows_was_taken_off_its_log_meanwhile(world: World) -> None:
    other = world.carded("b")
    pc, _old = rolled_back(world)
    tail = pc.put(name="之后写的", capacity=7)
    world.carry(pc, other)
    form = reading.get(other.workspace.office, "venue", tail)
    meet(world, pc, other, rounds=4)  # the tail has been issued again under a new id
    assert not set(form.seen["capacity"]) & set(reading.get(other.workspace.office, "venue", tail).seen["capacity"])
    save(other.workspace.office, "venue", {"capacity": 8}, tail, seen=form.seen)
    assert other.get(tail).capacity == 8
    with pytest.raises(Refusal, match="依据"):
        save(other.workspace.office, "venue", {"capacity": 9}, tail, seen={"capacity": [(7, "00" * 8)]})


def moved(world: World, pc: Pc, *, unlock: bool = True) -> Pc:
    """The data folder of a broken PC, copied to another one with a new card."""
    folder = world.folder / "new pc"
    pc.workspace.close()
    world.pcs.remove(pc)
    shutil.copytree(pc.folder / "data", folder / "data")
    card = world.folder / "new.card"
    world.district.card(STREET, world.server, card, unlock=folder / "data" / "key.sealed" if unlock else None)
    made = Pc(Workspace.join(folder / "data", folder / "config", card), folder)
    world.pcs.append(made)
    return made


def test_a_folder_goes_on_on_another_pc_with_a_card_that_opens_it(world: World) -> None:
    pc = world.carded("a")
    pc.put(name="已送出")
    meet(world, pc, rounds=1)
    unsent = pc.put(name="未送出", capacity=3)
    old = pc.device
    fresh = moved(world, pc)
    assert fresh.device != old
    assert fresh.workspace.machine.letters == "B"
    assert names(fresh) == {"已送出", "未送出"}
    fresh.put(name="新电脑上")
    meet(world, fresh)
    equal(world, fresh)
    with fresh.replica.reading() as connection:
        (change,) = log.of_record(connection, STREET, "venue", unsent)
    assert change.device == fresh.device, "the key of the old PC is gone, so this one says it again"
    fresh.reopen()
    assert names(fresh) == {"已送出", "未送出", "新电脑上"}


def test_a_folder_is_not_opened_by_a_card_without_its_key(world: World) -> None:
    pc = world.carded("a")
    pc.put(name="大厅")
    with pytest.raises(Refusal, match="打不开"):
        moved(world, pc, unlock=False)


def test_a_key_file_of_another_district_or_street_is_refused(world: World, tmp_path: Path) -> None:
    pc = world.carded("a", OTHER)
    key = pc.folder / "data" / "key.sealed"
    with pytest.raises(Refusal, match="不是这个街道"):
        world.district.card(STREET, world.server, tmp_path / "x.card", unlock=key)
    broken = tmp_path / "key.sealed"
    broken.write_bytes(key.read_bytes()[:-1])
    with pytest.raises(Refusal, match="损坏"):
        world.district.card(OTHER, world.server, tmp_path / "x.card", unlock=broken)
