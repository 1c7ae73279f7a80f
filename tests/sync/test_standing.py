"""How the exchange stands, derived from facts: what the district has not got yet, since when, and what is in the way."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from app.errors import EnvironmentFault
from app.services import syncing
from app.services.devices import devices
from app.services.differing import differences
from app.services.settling import conflicts
from app.services.standing import as_facts, stand
from app.services.writing import save
from app.store.tables import change, peer
from app.sync import usb
from tests.sync.world import STREET, Pc, World


def meet(world: World, pc: Pc) -> None:
    """Everything of the PC's goes up, and the district's answer comes down."""
    world.up(pc)
    world.down(pc)


def test_before_a_card_everything_is_unsent_and_nobody_has_heard(world: World) -> None:
    pc = world.pc("a")
    pc.put(name="大厅")
    found = stand(pc.workspace)
    assert (found.status.carded, found.status.district_heard_at) == (False, None)
    assert found.kinds["venue"] == 1
    assert found.last is None


def test_what_the_district_lacks_is_told_by_kind_and_since_when(world: World) -> None:
    pc = world.carded("a")
    hall = pc.put(name="大厅")
    meet(world, pc)
    at_rest = stand(pc.workspace)
    assert (at_rest.status.unsent, at_rest.kinds, at_rest.others, at_rest.since) == (0, {}, 0, None)
    for hour in (9, 11, 13):
        pc.put("booking", venue=hall, start=f"2026-11-24T{hour:02}:00", end=f"2026-11-24T{hour + 1:02}:00")
    case = pc.put("service_case", service_type="other", request_text="咨询")
    save(pc.workspace.office, "service_case", {"request_text": "咨询章程"}, case)
    found = stand(pc.workspace)
    assert found.kinds == {"booking": 3, "service_case": 1}
    assert found.say_unsent() == "3 条场地预约、1 条服务记录"
    assert found.status.unsent == 5
    with pc.replica.reading() as connection:
        oldest = connection.execute(
            select(change.c.at).where(change.c.kind == "booking").order_by(change.c.seq)
        ).scalar()
    assert found.since == oldest
    facts = as_facts(found)
    assert facts["since"] == datetime.fromtimestamp(oldest or 0).isoformat(timespec="seconds")
    json.dumps(facts)
    meet(world, pc)
    assert stand(pc.workspace).status.unsent == 0


def test_what_the_district_told_of_and_has_not_come_yet_is_counted(world: World) -> None:
    first, second = world.carded("a"), world.carded("b")
    first.put(name="大厅")
    meet(world, first)
    world.up(second)
    file = world.file(world.district.replica(), second.certificate())
    second.put(name="小厅")
    usb.import_file(second.replica, file)
    first.put(name="东厅")
    world.up(first)
    assert stand(second.workspace).lacking == 0  # what nobody told of is not known
    told = world.file(world.district.replica(), first.certificate())
    usb.import_file(first.replica, told)
    assert stand(first.workspace).status.unsent == 0


def test_a_file_that_came_too_early_says_whose_changes_it_waits_for(world: World) -> None:
    first, second = world.carded("a"), world.carded("b")
    for pc in (first, second):
        meet(world, pc)
    world.carry(first, second)
    world.carry(second, first)
    first.put(name="东厅")
    with first.replica.writing() as connection:
        _believe(connection, second.device, first)
    first.put(name="西厅")
    result = world.carry(first, second)
    assert result.missing
    found = stand(second.workspace)
    assert found.status.waiting == 1
    (line,) = found.waiting
    assert "还缺“A 号电脑”的第" in line


def _believe(connection: Any, device: str, pc: Pc) -> None:
    """Let ``pc`` believe that the other holds all of its log so far, as a lost stick would make it."""
    from app.sync.bundle import by_scope
    from app.sync.exchange import holdings
    from app.sync.receive import _encode

    held = holdings(connection, {STREET})
    connection.execute(update(peer).where(peer.c.device == device).values(holdings=_encode(by_scope(held, {}))))


def test_a_log_that_the_district_holds_otherwise_is_told_in_plain_words(world: World) -> None:
    first, second = world.carded("a"), world.carded("b")
    for pc in (first, second):
        pc.put(name="大厅")
        meet(world, pc)
    meet(world, first)
    with first.replica.writing() as connection:
        from app.sync.bundle import by_scope
        from app.sync.exchange import holdings
        from app.sync.receive import _encode

        held = holdings(connection, {STREET})
        seq, _hash = held[STREET, second.device]
        wrong = {**held, (STREET, second.device): (seq, b"elsewise")}
        district = world.district.device
        connection.execute(update(peer).where(peer.c.device == district).values(holdings=_encode(by_scope(wrong, {}))))
    (line,) = stand(first.workspace).forked
    assert line.startswith("“B 号电脑”的记录与区里的不一致")


def test_an_older_and_a_newer_program_are_told_apart(world: World) -> None:
    pc = world.carded("a")
    meet(world, pc)
    assert stand(pc.workspace).skew == ""
    newer = replace(world.district.replica(), schema=99)
    usb.import_file(pc.replica, world.file(newer, pc.certificate()))
    assert stand(pc.workspace).skew == "本机的程序比区里旧，区里的新内容要升级后才能看到。"
    older = replace(world.district.replica(), schema=0)
    facts = syncing.bring(pc.workspace, world.file(older, pc.certificate())).facts
    assert stand(pc.workspace).skew == "区里的程序比本机旧，本机的新内容区里要升级后才能看到。"
    assert facts["notice"] == stand(pc.workspace).skew
    other = world.carded("b")
    meet(world, other)
    certificate = pc.certificate()
    file = world.file(replace(other.replica, schema=99), certificate)
    assert syncing.bring(pc.workspace, file).facts["notice"].startswith("本机的程序比那台电脑旧")


def test_how_the_last_exchange_ended_is_remembered(world: World) -> None:
    pc = world.carded("a")  # its card names a port where nobody listens
    with pytest.raises(EnvironmentFault):
        syncing.sync(pc.workspace)
    pc.reopen()
    last = stand(pc.workspace).last
    assert last is not None
    assert "连不上区服务器" in last.error
    assert last.mend


def test_pcs_are_called_by_the_letters_of_their_cards(world: World) -> None:
    first, second = world.carded("a"), world.carded("b")
    hall = first.put(name="大厅")
    meet(world, first)
    meet(world, second)
    for pc, name in ((first, "东厅"), (second, "西厅")):
        save(pc.workspace.office.acting("李红"), "venue", {"name": name}, hall)
    for pc in (first, second, first):
        meet(world, pc)
    (difference,) = differences(first.workspace.office)
    assert sorted((choice.text, choice.who, choice.pc) for choice in difference.choices) == [
        ("东厅", "李红", "本机"),
        ("西厅", "李红", "B 号电脑"),
    ]
    known = devices(second.workspace.office)
    assert [known.name(device) for device in (first.device, second.device, world.district.device, "00ff00ff")] == [
        "A 号电脑", "本机", "区里", "另一台电脑（00ff）"
    ]  # fmt: skip
    assert conflicts(second.workspace.office)
