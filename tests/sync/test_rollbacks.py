"""Ways in which a disk goes back that the simulation found hard, each told as one story."""

from __future__ import annotations

from app.services import erasing
from app.services.settling import conflicts
from app.sync import log, usb
from app.sync.device import renew
from app.sync.forks import own_ids, strays_of
from tests.sync.test_forks import equal, meet, names
from tests.sync.world import STREET, Pc, World, contents

DATA = ("data",)


def test_what_a_writer_unknown_here_wrote_waits_for_who_introduces_it(world: World) -> None:
    first = world.pc("a")
    writer, reader = (world.pc(name, card=world.card_of(first)) for name in "bc")
    world.carry(first, reader)
    copy = reader.copy("before the writer")
    writer.put(name="一")
    world.carry(writer, first)
    earlier = world.file(first.replica, reader.certificate())
    usb.import_file(reader.replica, earlier)
    world.carry(reader, first)  # from now on the first PC knows what the reader holds
    writer.put(name="二")
    world.carry(writer, first)
    later = world.file(first.replica, reader.certificate())
    reader.lay_back(copy)  # and now it holds nothing of the writer, not even who that is
    result = usb.import_file(reader.replica, later)
    assert result.kept is not None
    assert "请先导入更早的同步文件" in usb.describe(result.missing[0])
    usb.import_file(reader.replica, earlier)
    assert names(reader) == {"一", "二"}


def _forked_under_an_earlier_id(world: World) -> tuple[Pc, Pc]:
    """A PC whose first id has two pasts, one at the district and one at a second PC, and which has a new id by now."""
    pc, other = world.carded("a"), world.carded("b")
    meet(world, pc, other, rounds=1)
    disk = pc.copy("whole disk")
    pc.put(name="区里有的")
    world.up(pc)
    pc.lay_back(disk)
    data = pc.copy("data folder")
    pc.put(name="另一台有的")
    world.carry(pc, other)
    old = pc.device
    pc.lay_back(data, parts=DATA)
    assert pc.device != old, "the mark tells"
    return pc, other


def test_a_log_forked_under_an_earlier_id_heals_and_ends(world: World) -> None:
    pc, other = _forked_under_an_earlier_id(world)
    meet(world, pc, other)
    for _round in range(3):
        world.carry(other, pc)
        world.carry(pc, other)
    meet(world, pc, other)
    assert names(pc) == {"区里有的", "另一台有的"}
    equal(world, pc, other)
    before = contents(pc.replica)
    meet(world, pc, other)
    assert contents(pc.replica) == before, "the two pasts do not take turns"


def test_a_closing_that_is_cut_off_itself_counts_again_once_it_is_said_again(world: World) -> None:
    pc, other = _forked_under_an_earlier_id(world)
    third = world.carded("c")
    (earlier,) = own_ids(pc.workspace.machine) - {pc.device}
    disk = pc.copy("under the new id")
    pc.put(name="三")
    world.carry(pc, third)
    pc.lay_back(disk)
    world.carry(other, pc)
    meet(world, pc)  # the log of the earlier id is healed and closed, in a log that the third PC holds otherwise
    with pc.replica.reading() as connection:
        assert earlier in log.ends(connection, STREET)
    for _round in range(3):
        world.carry(pc, third)
        world.carry(third, pc)
        assert pc.workspace.check() == []
    with pc.replica.reading() as connection:
        assert earlier in log.ends(connection, STREET)
    for _round in range(2):
        meet(world, pc, other, third)
    equal(world, pc, other, third)
    assert names(pc) == {"区里有的", "另一台有的", "三"}


def test_a_folder_put_back_twice_is_still_believed(world: World) -> None:
    pc, other = world.carded("a"), world.carded("b")
    world.up(pc)
    data = pc.copy("data folder")
    for name in ("一", "二"):  # after the second time the folder knows nothing of the id between
        pc.put(name=name)
        world.carry(pc, other)
        pc.lay_back(data, parts=DATA)
    pc.put(name="三")
    world.up(pc)
    assert names(pc) == {"三"}
    world.carry(other, pc)
    meet(world, pc, other)
    assert names(pc) == {"一", "二", "三"}
    equal(world, pc, other)


def test_an_id_that_never_left_is_introduced_again_in_a_folder_that_lacks_it(world: World) -> None:
    pc = world.carded("a")
    data = pc.copy("data folder")
    pc.workspace = pc.workspace.with_machine(renew(pc.replica))
    renewed = pc.device
    pc.lay_back(data, parts=DATA)
    pc.put(name="大厅")
    assert pc.device == renewed
    with pc.replica.reading() as connection:
        assert log.of_log(connection, STREET, renewed)[0].kind == log.CERTIFICATE
    meet(world, pc)
    equal(world, pc)


def test_a_folder_that_ends_further_under_an_earlier_id_is_carried_whole(world: World) -> None:
    pc = world.carded("a")
    world.up(pc)
    early = pc.copy("early")
    pc.put(name="一")
    world.up(pc)
    pc.put(name="从未发出")
    late = pc.copy("late")
    pc.lay_back(early, parts=DATA)
    renewed = pc.device
    world.up(pc)
    pc.lay_back(late, parts=DATA)
    meet(world, pc)
    assert names(pc) == {"一", "从未发出"}
    assert pc.device != renewed, "what left under it is not in this folder"
    equal(world, pc)


def test_who_introduced_a_pc_is_known_also_to_those_who_hear_of_it_from_others(world: World) -> None:
    pc, relay, last = (world.carded(name) for name in "abc")
    data = pc.copy("data folder")
    world.up(pc)
    pc.lay_back(data, parts=DATA)
    world.up(pc)  # only the district hears the id between
    pc.lay_back(data, parts=DATA)
    pc.put(name="大厅")
    world.carry(pc, relay)
    world.carry(relay, last)
    assert names(last) == {"大厅"}


def test_every_id_a_pc_had_is_proved_to_those_who_never_heard_of_it(world: World) -> None:
    pc, other = world.carded("a"), world.carded("b")
    data = pc.copy("data folder")
    for _time in range(2):  # the folder holds the first of these ids when it takes the second
        pc.workspace = pc.workspace.with_machine(renew(pc.replica))
        world.up(pc)
    pc.lay_back(data, parts=DATA)  # and now it holds neither
    pc.put(name="大厅")
    world.carry(pc, other)
    assert names(other) == {"大厅"}


def test_whoever_holds_the_shorter_of_two_pasts_sees_it_too(world: World) -> None:
    pc = world.pc("a")
    other = world.pc("b", card=world.card_of(pc))
    pc.put(name="大厅")
    world.carry(pc, other)
    disk = pc.copy("whole disk")
    pc.put(name="只有另一台有的")
    world.carry(pc, other)
    pc.lay_back(disk)
    for number in range(6):
        pc.put(name=f"之后{number}")
    for _round in range(3):
        world.carry(other, pc)
        world.carry(pc, other)
    assert names(pc) == names(other) == {"大厅", "只有另一台有的", *(f"之后{n}" for n in range(6))}
    assert contents(pc.replica) == contents(other.replica)


def test_a_past_with_erased_values_is_given_back_with_its_erasure(world: World) -> None:
    pc = world.pc("a")
    other = world.pc("b", card=world.card_of(pc))
    world.carry(pc, other)
    world.carry(other, pc)
    disk = pc.copy("whole disk")
    hall = pc.put(name="大厅", contact_phone="13812345678")
    world.carry(pc, other)
    pc.lay_back(disk)
    pc.put(name="之后")
    erasing.erase(other.workspace.office, "venue", hall)
    for _round in range(3):
        world.carry(other, pc)
        world.carry(pc, other)
    assert names(pc) == names(other) == {"大厅", "之后"}
    assert pc.get(hall).contact_phone is None
    assert contents(pc.replica) == contents(other.replica)


def test_an_erasure_in_a_tail_takes_its_values_away_also_where_the_tail_is_kept(world: World) -> None:
    pc, other = world.carded("a"), world.carded("b")
    meet(world, pc, other)
    disk = pc.copy("whole disk")
    pc.put(name="区里有的")
    world.up(pc)
    pc.lay_back(disk)
    hall = pc.put(name="大厅", contact_phone="13812345678")
    world.carry(pc, other)
    erasing.erase(pc.workspace.office, "venue", hall)
    meet(world, pc, other, rounds=4)
    with other.replica.reading() as connection:
        assert [change.values for change in strays_of(connection, STREET, "venue", hall)] == [None]
    assert other.get(hall).contact_phone is None
    equal(world, pc, other)


def test_one_stamp_in_two_pasts_takes_away_no_write_that_nobody_saw(world: World) -> None:
    pc, other = world.carded("a"), world.carded("b")
    hall = pc.put(name="大厅")
    meet(world, pc, other)
    disk = pc.copy("whole disk")
    pc.edit(hall, remark="区里有的")
    world.up(pc)
    pc.lay_back(disk)
    pc.edit(hall, remark="另一台看到的")
    world.carry(pc, other)
    other.edit(hall, remark="另一台改的")
    meet(world, pc, other)
    world.carry(pc, other)
    world.carry(other, pc)
    meet(world, pc, other)
    equal(world, pc, other)
    found = {v.value for c in conflicts(pc.workspace.office) for v in c.versions}
    assert found >= {"区里有的", "另一台改的"}, "who wrote the one had not seen the other"


def test_who_heard_the_new_id_first_still_tells_it_what_it_wrote_under_the_earlier_one(world: World) -> None:
    pc, other = _forked_under_an_earlier_id(world)
    meet(world, pc, rounds=1)
    for _round in range(3):
        world.carry(pc, other)
        world.carry(other, pc)
    assert names(pc) == names(other) == {"区里有的", "另一台有的"}
    meet(world, pc, other)
    equal(world, pc, other)


def test_a_disk_that_goes_back_to_an_earlier_id_is_answered_by_what_it_says_now(world: World) -> None:
    pc = world.pc("a")
    other = world.pc("b", card=world.card_of(pc))
    world.carry(pc, other)
    world.carry(other, pc)
    disk = pc.copy("whole disk")
    pc.workspace = pc.workspace.with_machine(renew(pc.replica))
    for number in range(3):
        other.put(name=f"之间{number}")
    world.carry(other, pc)
    world.carry(pc, other)  # under the new id it says what it holds
    pc.lay_back(disk)
    for _round in range(2):
        world.carry(pc, other)
        world.carry(other, pc)
    assert names(pc) == {f"之间{number}" for number in range(3)}


def test_a_disk_that_goes_back_is_heard_again_although_all_it_gets_has_to_wait(world: World) -> None:
    pc = world.pc("a")
    other = world.pc("b", card=world.card_of(pc))
    world.carry(pc, other)
    disk = other.copy("whole disk")
    pc.put(name="一")
    for _time in range(6):  # the counter of its bundles rises far above what the copy knows
        world.carry(pc, other)
        world.carry(other, pc)
    other.lay_back(disk)
    pc.put(name="二")
    for _round in range(3):
        world.carry(pc, other)
        world.carry(other, pc)
    assert names(other) == {"一", "二"}
