"""The same server over a real PostgreSQL, with several worker processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.errors import BundleRefused
from app.sync import http, usb
from app.sync.change import digest
from tests.district.serving import free_port, serving
from tests.district.test_exchange import many
from tests.sync.test_refusals import forge, next_change
from tests.sync.world import STREET, World, contents, everything, sound


@pytest.fixture
def served(tmp_path: Path, database: str) -> Iterator[World]:
    port = free_port()
    world = World(tmp_path, server=f"http://127.0.0.1:{port}", database=database)
    with serving(world.district, tmp_path / "district-config", port, workers=2):
        yield world
    world.close()


def test_four_pcs_at_once_and_the_district_on_postgresql_end_equal(served: World) -> None:
    pcs = [served.carded(name) for name in "abcd"]
    for n, pc in enumerate(pcs):
        pc.put(name=f"大厅{n}", capacity=80, remark="可分隔\n二楼")
    many(pcs[0], 900)
    faults: list[BaseException] = []

    def sync(pc) -> None:
        try:
            http.sync_once(pc.replica)
        except BaseException as error:
            faults.append(error)

    for _round in range(2):
        threads = [threading.Thread(target=sync, args=(pc,)) for pc in pcs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert not faults
    for pc in pcs:
        assert http.sync_once(pc.replica).complete
    for pc in pcs:
        assert contents(pc.replica) == contents(served.district.replica())
    assert sound(served.district.replica())
    _refuses(served, pcs[0])


def _refuses(served: World, pc) -> None:
    """What PostgreSQL cannot hold is refused before it gets there, and odd values stay in the log."""
    pc.put(name="一")
    change, previous = next_change(pc, record_id="a\0b")
    before = everything(served.district.replica())
    path = served.folder / "odd.shuniu"
    path.write_bytes(forge(pc, served.district.machine, [[change]], previous=previous))
    with pytest.raises(BundleRefused):
        usb.import_file(served.district.replica(), path)
    assert everything(served.district.replica()) == before
    values = msgspec.msgpack.encode({"name": "a\0b", "capacity": 2**64 - 1, "remark": ["\0"]})
    change, previous = next_change(pc, values=values, values_hash=digest(values))
    path.write_bytes(forge(pc, served.district.machine, [[change]], previous=previous))
    assert usb.import_file(served.district.replica(), path).applied == 1
    assert STREET in {row[0] for row in contents(served.district.replica())["log_head"]}
