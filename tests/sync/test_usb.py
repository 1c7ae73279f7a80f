"""USB sticks between PCs and the district: both ways, twice, out of order, through others."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.errors import BundleRefused, EnvironmentFault, Refusal
from app.store.tables import change, signed_head
from app.sync import bundle, device, log, usb
from app.sync.change import encode_bases, encode_values
from app.sync.machine import Mark
from app.sync.packer import last_heard
from tests.sync.world import OTHER, STREET, World, contents, everything, sound


def test_two_pcs_and_the_district_end_equal(world: World) -> None:
    first, second = world.carded("a"), world.carded("b")
    hall = first.put(name="大厅", capacity=80)
    room = second.put(name="小会议室")
    world.up(first)
    world.up(second)
    world.publish()
    world.down(first)
    world.down(second)
    assert contents(first.replica) == contents(second.replica) == contents(world.district.replica())
    assert (second.get(hall).name, first.get(room).name) == ("大厅", "小会议室")
    assert sound(first.replica)
    assert sound(world.district.replica())


def test_two_pcs_without_a_district_exchange_directly(world: World) -> None:
    first = world.pc("a")
    second = world.pc("b", card=world.card_of(first))
    hall = first.put(name="大厅")
    world.carry(first, second)
    room = second.put(name="二楼", parent=hall)
    world.carry(second, first)
    assert first.get(room).parent == hall
    assert contents(first.replica) == contents(second.replica)


def test_importing_again_changes_nothing(world: World) -> None:
    pc = world.carded("a")
    pc.put(name="大厅")
    path = world.file(pc.replica)
    first = usb.import_file(world.district.replica(), path)
    before = everything(world.district.replica())
    second = usb.import_file(world.district.replica(), path)
    assert (second.applied, second.skipped) == (0, first.applied)
    assert everything(world.district.replica()) == before


def test_a_later_file_waits_in_the_inbox_until_the_earlier_one_comes(world: World) -> None:
    pc, district = world.carded("a"), world.district.replica()
    pc.put(name="一")
    early = world.file(pc.replica)
    usb.import_file(district, early)
    world.down(pc)  # from now on the PC knows what the district holds
    two = pc.put(name="二")
    middle = world.file(pc.replica)
    pretended = last_heard(pc.replica, world.district.device)
    with pc.replica.reading() as connection:
        head = log.heads(connection)[STREET, pc.device]
    pretended[STREET, pc.device] = (head.seq, head.hash[:8])
    three = pc.put(name="三")
    late = _export_beyond(world, pc, pretended)
    result = usb.import_file(district, late)
    assert result.applied == 0
    assert result.kept is not None
    assert "请先导入更早的同步文件" in usb.describe(result.missing[0])
    result = usb.import_file(district, middle)
    assert (result.applied, result.kinds["venue"]) == (2, 2), "what waited is counted with it"
    with district.reading() as connection:
        assert not list(district.inbox.iterdir())
        assert log.of_record(connection, STREET, "venue", two)
        assert log.of_record(connection, STREET, "venue", three)


def _export_beyond(world: World, pc, pretended):
    from app.sync.exchange import Limit
    from app.sync.packer import Packer

    machine = world.district.machine
    path = world.folder / "late.shuniu"
    path.write_bytes(Packer(pc.replica, machine.box_key, "all", pretended).pack(Limit()).data)
    return path


def test_news_relayed_by_another_pc_stays_authentic(world: World) -> None:
    carrier, desk = world.carded("a"), world.carded("b")
    for n in range(5):
        desk.put(name=f"房间{n}")
        world.carry(desk, carrier)
    carrier.put(name="前台")
    world.up(carrier)
    district = world.district.replica()
    assert contents(district, STREET) == contents(carrier.replica, STREET)
    with district.reading() as connection:
        heads = connection.execute(select(func.count()).where(signed_head.c.device == desk.device)).scalar()
    assert heads


def test_a_log_of_another_pc_is_cut_only_where_it_is_signed(world: World) -> None:
    carrier, desk = world.carded("a"), world.carded("b")
    for n in range(7):
        desk.put(name=f"房间{n}")
    world.carry(desk, carrier)
    from app.sync.exchange import Limit
    from app.sync.packer import Packer

    packer = Packer(carrier.replica, world.district.machine.box_key, "all", {})
    packed = packer.pack(Limit(changes=3))
    assert packed.batch is not None
    ends = {span.device: span.last for span in packed.batch.spans}
    with carrier.replica.reading() as connection:
        whole = log.heads(connection)[STREET, desk.device].seq
    assert ends.get(desk.device) in (None, whole)


def test_a_center_gets_nothing_of_another_center(world: World) -> None:
    here, there = world.carded("a"), world.carded("b", OTHER)
    here.put(name="本中心的厅")
    there.put(name="别人的厅")
    world.up(here)
    world.up(there)
    world.publish(OTHER)
    world.down(here)
    assert set(world_scopes(here)) == {STREET, log.ALL}


def world_scopes(pc) -> set[str]:
    with pc.replica.reading() as connection:
        return set(connection.execute(select(change.c.scope).distinct()).scalars())


def test_a_certificate_of_another_center_is_refused(world: World, tmp_path) -> None:
    here, there = world.carded("a"), world.carded("b", OTHER)
    with pytest.raises(Refusal, match="别的中心"):
        usb.export(here.replica, tmp_path / "x.shuniu", there.certificate())
    assert not (tmp_path / "x.shuniu").exists()


def test_sample_data_and_the_district_scope_never_leave(world: World) -> None:
    pc = world.carded("a")
    with pc.workspace.demo().office.unit() as unit:
        from app.models.registry import KINDS
        from app.services.writing import put

        put(unit, KINDS["venue"], {"name": "示例"})
    world.up(pc)
    with world.district.replica().reading() as connection:
        assert log.DEMO not in connection.execute(select(change.c.scope)).scalars().all()


def test_an_erased_value_travels_as_its_hash(world: World) -> None:
    from app.services.erasing import erase

    pc = world.carded("a")
    person = pc.put("team", name="合唱队", leader_name="李女士")
    assert erase(pc.workspace.office, "team", person) == 1
    path = world.file(pc.replica)
    usb.import_file(world.district.replica(), path)
    with world.district.replica().reading() as connection:
        first = log.of_record(connection, STREET, "team", person)[0]
    assert first.values is None
    assert contents(world.district.replica(), STREET) == contents(pc.replica, STREET)
    assert sound(world.district.replica())


def test_an_erasure_reaches_a_copy_that_came_before_and_one_that_comes_later(world: World) -> None:
    from app.services.erasing import erase

    first, second = world.carded("a"), world.carded("b")
    person = first.put("team", name="合唱队", leader_name="李女士")
    plain = world.file(first.replica, second.certificate())
    world.carry(first, second)
    erase(first.workspace.office, "team", person)
    world.carry(first, second)
    usb.import_file(second.replica, plain)
    world.carry(second, first)
    with second.replica.reading() as connection:
        assert next(c.values for c in log.of_record(connection, STREET, "team", person)) is None
    assert contents(first.replica) == contents(second.replica)


def test_values_gone_without_an_erasure_are_refused(world: World) -> None:
    pc = world.carded("a")
    hall = pc.put(name="大厅")
    with pc.replica.writing() as connection:
        connection.execute(change.update().where(change.c.record_id == hall).values(values=None))
    path = world.file(pc.replica)
    before = everything(world.district.replica())
    with pytest.raises(BundleRefused, match="前后不连贯"):
        usb.import_file(world.district.replica(), path)
    assert everything(world.district.replica()) == before


def test_the_preview_tells_and_applies_nothing(world: World) -> None:
    pc = world.carded("a")
    pc.put(name="大厅")
    path = world.file(pc.replica)
    before = everything(world.district.replica())
    preview = usb.show(world.district.replica(), path)
    assert (preview.sender, preview.letters, preview.center) == (pc.device, "A", "长白新村街道")
    assert preview.kinds["venue"] == 1
    assert everything(world.district.replica()) == before


def test_the_mark_is_on_disk_before_the_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pc = world.carded("a")
    pc.put(name="大厅")
    with pc.replica.reading() as connection:
        head = log.heads(connection)[STREET, pc.device]
    seal, seen = bundle.seal, []

    def sealing(*arguments):
        seen.append(Mark.load(pc.workspace.machine.folder).left[f"{STREET}/{pc.device}"])
        return seal(*arguments)

    monkeypatch.setattr("app.sync.packer.seal", sealing)
    world.file(pc.replica)
    assert seen[0] == (head.seq, head.hash.hex())


def test_a_restored_backup_writes_on_under_a_new_id_that_others_believe(world: World) -> None:
    first, second = world.carded("a"), world.carded("b")
    first.put(name="一")
    first.workspace.close()
    shutil.copytree(first.folder / "data", first.folder / "backup")
    first.reopen()
    lost = first.put(name="二")
    world.carry(first, second)
    old, letters = first.device, first.workspace.machine.letters
    first.workspace.close()
    shutil.rmtree(first.folder / "data")
    (first.folder / "backup").rename(first.folder / "data")
    first.reopen()
    assert first.device != old
    assert first.workspace.machine.letters == letters
    new = first.put(name="三")
    world.carry(second, first)
    world.carry(first, second)
    assert first.get(lost).name == "二"
    assert second.get(new).name == "三"
    world.up(second)
    assert contents(world.district.replica(), STREET) == contents(first.replica, STREET)


def test_a_folder_that_lacks_nothing_keeps_its_id(world: World) -> None:
    pc = world.carded("a")
    world.up(pc)
    before = pc.device
    pc.reopen()
    assert device.check_mark(pc.replica) is None
    assert pc.device == before


def test_a_full_stick_is_a_plain_fault_and_leaves_nothing_behind(world: World, tmp_path) -> None:
    pc = world.carded("a")
    with pytest.raises(EnvironmentFault, match="U盘"):
        usb.export(pc.replica, tmp_path / "no such folder" / "x.shuniu")
    if Path("/dev/full").exists():
        (tmp_path / "stick").mkdir()
        (tmp_path / "stick" / "x.shuniu.tmp").symlink_to("/dev/full")
        with pytest.raises(EnvironmentFault, match="U盘"):
            usb.export(pc.replica, tmp_path / "stick" / "x.shuniu")
        assert not list((tmp_path / "stick").iterdir())


def test_large_news_travels_as_several_bundles_in_one_file(world: World) -> None:
    pc = world.carded("a")
    drafts = [
        log.Draft("venue", f"0192b000-0000-7000-8000-{n:012d}", encode_bases({"name": []}),
                  encode_values({"name": f"房间{n}"}, salted=False))
        for n in range(1200)
    ]  # fmt: skip
    with pc.replica.writing() as connection:
        log.append(connection, log.Author(pc.device, "", 1, 1), STREET, drafts)
    done = usb.export(pc.replica, world.folder / "large.shuniu")
    assert done.bundles == 3
    assert usb.import_file(world.district.replica(), done.path).applied == done.changes
    assert sound(world.district.replica())


def test_small_news_are_small(world: World) -> None:
    pc = world.carded("a")
    world.up(pc)
    world.down(pc)
    assert usb.export(pc.replica, world.folder / "none.shuniu").size <= 1024
    pc.put(name="大厅", capacity=80, area="85.5", remark="可分隔")
    assert usb.export(pc.replica, world.folder / "one.shuniu").size <= 1536


def test_an_erased_change_brings_its_erasure_along_however_small_the_bundle(world: World) -> None:
    from app.services.erasing import erase
    from app.sync.exchange import Limit
    from app.sync.packer import Packer

    pc = world.carded("a")
    person = pc.put("team", name="合唱队", leader_name="李女士")
    for n in range(5):
        pc.put(name=f"房间{n}")
    erase(pc.workspace.office, "team", person)
    packer = Packer(pc.replica, world.district.machine.box_key, "all", {})
    while (packed := packer.pack(Limit(1, 1))).batch is not None:
        path = world.folder / "small.shuniu"
        path.write_bytes(packed.data)
        assert usb.import_file(world.district.replica(), path).applied == packed.batch.count
        packer.theirs = packed.batch.after
    assert contents(world.district.replica(), STREET) == contents(pc.replica, STREET)


def test_an_older_file_does_not_bring_older_holdings_back(world: World) -> None:
    pc, district = world.carded("a"), world.district.replica()
    older = world.file(pc.replica)
    pc.put(name="大厅")
    newer = world.file(pc.replica)
    usb.import_file(district, newer)
    known = last_heard(district, pc.device)
    usb.import_file(district, older)
    assert last_heard(district, pc.device) == known


def test_a_stick_that_garbles_what_is_written_leaves_the_good_file_of_before(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc, stick = world.carded("a"), world.folder / "stick.shuniu"
    pc.put(name="大厅")
    usb.export(pc.replica, stick)
    before = stick.read_bytes()
    real = os.fsync

    def garbling(descriptor: int) -> None:
        real(descriptor)
        if os.readlink(f"/proc/self/fd/{descriptor}").endswith(".shuniu.tmp"):
            os.pwrite(descriptor, b"?", 100)

    pc.put(name="二楼")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", garbling)
        with pytest.raises(EnvironmentFault, match="读回来不一致"):
            usb.export(pc.replica, stick)
    assert stick.read_bytes() == before
    assert list(world.folder.glob("stick*")) == [stick]
    assert usb.import_file(world.district.replica(), stick).applied
