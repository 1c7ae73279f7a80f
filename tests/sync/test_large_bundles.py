"""On a fast line bundles are large; who relays them over a slow one can still cut them small."""

from __future__ import annotations

import msgspec
import pytest

from app.errors import BundleRefused
from app.sync.bundle import open_bundle
from app.sync.exchange import LARGEST, Limit
from app.sync.packer import Packer
from app.sync.packing import SignedHead
from app.sync.receive import open_all, receive
from tests.district.test_exchange import many
from tests.sync.test_refusals import forge, next_change
from tests.sync.world import Pc, World, everything, sound


def test_a_long_stretch_is_cut_again_by_who_relays_it(world: World) -> None:
    desk, other = world.carded("a"), world.carded("b")
    many(desk, 1800)
    district = world.district.replica()
    packer = Packer(desk.replica, district.machine.box_key, "all", {})
    assert (packed := packer.pack(LARGEST)).batch is not None
    assert packed.batch.count > 1800, "all of it in one"
    assert receive(district, open_all(district, packed.data)).applied == packed.batch.count
    relay = Packer(district, other.replica.machine.box_key, other.replica.machine.scope, {})
    counts = []
    while (packed := relay.pack(Limit())).batch is not None:
        counts.append(packed.batch.count)
        assert receive(other.replica, open_all(other.replica, packed.data)).applied
        relay.theirs = packed.batch.after
    assert len(counts) >= 4
    assert max(counts) <= Limit().changes + 1
    assert sound(other.replica)


def test_a_usual_bundle_names_no_place_but_its_end(world: World) -> None:
    desk = world.carded("a")
    many(desk, 400)
    packed = Packer(desk.replica, world.district.machine.box_key, "all", {}).pack(Limit())
    (span,) = open_bundle(world.district.machine, packed.data).header.runs
    assert span.within == ()


@pytest.mark.parametrize("fault", ["hash", "signature", "before", "beyond"])
def test_a_place_on_the_way_that_does_not_hold_is_refused(world: World, fault: str) -> None:
    desk: Pc = world.carded("a")
    desk.put(name="一楼")
    world.up(desk)
    district = world.district.replica()
    change, previous = next_change(desk)
    honest = open_bundle(district.machine, forge(desk, district.machine, [[change]], previous=previous)).header.runs[0]
    head = SignedHead(honest.last, honest.hash, honest.signature)
    lies = {
        "hash": {"hash": bytes(32)}, "signature": {"signature": bytes(64)},
        "before": {"seq": honest.first - 1}, "beyond": {"seq": honest.last + 1},
    }  # fmt: skip
    lying = msgspec.structs.replace(honest, within=(msgspec.structs.replace(head, **lies[fault]),))
    before = everything(district)
    with pytest.raises(BundleRefused, match="不连贯"):
        receive(
            district, open_all(district, forge(desk, district.machine, [[change]], previous=previous, runs=[lying]))
        )
    assert everything(district) == before
