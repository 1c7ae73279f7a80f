"""A server under pressure, and one that was put back: the PCs are told in words, and nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.district import server
from app.district.district import District
from app.errors import EnvironmentFault
from app.sync import log
from app.sync.http import sync_once
from tests.district.serving import Answering
from tests.sync.world import STREET, World, contents, sound


@pytest.fixture
def answering(tmp_path: Path) -> Iterator[tuple[World, Answering]]:
    world = World(tmp_path)
    with Answering(world.district) as made:
        world.server = made.address
        yield world, made
    world.close()


def test_a_server_with_too_many_waiting_says_so_at_once(answering, monkeypatch) -> None:
    world, _server = answering
    pc = world.carded("a")
    pc.put(name="大厅")
    with monkeypatch.context() as patch:
        patch.setattr(server, "WAITING", 0)
        with pytest.raises(EnvironmentFault, match="正忙"):
            sync_once(pc.replica)
    assert pc.sync().complete


def test_a_district_whose_disk_was_put_back_goes_on_under_a_new_id_while_it_serves(answering) -> None:
    world, serving = answering
    pc = world.carded("a")
    world.publish(name="第一份")
    assert pc.sync().complete
    folders = ("district", "district-config")
    world.district.close()
    for name in folders:
        shutil.copytree(world.folder / name, world.folder / f"{name}-yesterday")
    lost = world.publish(name="第二份")
    pc.put(name="大厅")
    assert pc.sync().complete
    old = world.district.device
    world.district.close()
    for name in folders:
        shutil.rmtree(world.folder / name)
        (world.folder / f"{name}-yesterday").rename(world.folder / name)
    world._district = District.open(*(world.folder / name for name in folders))
    serving.use(world.district)
    assert world.district.device == old, "nothing there tells"
    for _time in range(3):
        pc.sync()
    assert world.district.current().device != old
    world._district = world.district.current()
    again = world.publish(name="第三份")
    for _time in range(2):
        assert pc.sync().complete
    with pc.replica.reading() as connection:
        assert [bool(log.of_record(connection, log.ALL, "venue", one)) for one in (lost, again)] == [True, True]
    assert contents(pc.replica, STREET, log.ALL) == contents(world.district.replica(), STREET, log.ALL)
    assert sound(world.district.replica())
