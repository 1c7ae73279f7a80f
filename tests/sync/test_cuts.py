"""A line that is cut after byte k: the next try finishes, nothing is lost, nothing but one bundle goes twice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.district import server
from app.district.district import District
from app.errors import EnvironmentFault
from app.sync import http, log, usb
from app.sync.bundle import open_bundle
from app.sync.exchange import Limit
from app.sync.http import Network, SyncResult
from app.sync.replica import Replica
from app.workspace import Workspace
from tests import sampling
from tests.district.serving import Answering
from tests.sync.news import bookings
from tests.sync.proxy import Line, line
from tests.sync.world import Pc, World, contents, sound

NETWORK = Network(stall=10)


@dataclass
class Twice:
    """Counts the bundles that brought only what the district held already."""

    again: list[int] = field(default_factory=list)

    def looking(self, replica: Replica, data: bytes, limit: Limit | None = None) -> bytes:
        if not data:  # cut off in the middle of the request
            return answer(replica, data, limit)
        header = open_bundle(replica.machine, data).header
        with replica.reading() as connection:
            held = log.heads(connection)
        there = {key: head.seq for key, head in held.items()}
        if header.runs and all(span.last <= there.get((span.scope, span.device), 0) for span in header.runs):
            self.again.append(sum(header.counts.values()))
        return answer(replica, data, limit)


answer = server.answer


@pytest.fixture
def twice(monkeypatch: pytest.MonkeyPatch) -> Twice:
    counter = Twice()
    monkeypatch.setattr(server, "answer", counter.looking)
    return counter


@dataclass
class Setting:
    """Two PCs of one center; the first meets the district over a line of ours, the second's news is there."""

    world: World
    near: Pc
    far: Pc
    server: Answering
    line: Line
    made: int = 0

    def news(self, count: int) -> None:
        """``count`` changes at the near PC and ``count`` at the district, each of which the other lacks."""
        for pc in (self.near, self.far):
            bookings(pc.replica, self.made, count)
            self.made += count
        self.world.up(self.far)
        self.world.down(self.far)  # so that it knows what need not be carried again

    def equal(self) -> bool:
        """Both hold the same logs: their chain hashes tell."""
        with self.near.replica.reading() as here, self.world.district.replica().reading() as there:
            return log.heads(here) == log.heads(there)


@pytest.fixture
def setting(tmp_path: Path, twice: Twice) -> Iterator[Setting]:
    world = World(tmp_path)
    with Answering(world.district) as served, line(served.port) as bad:
        world.server = bad.address
        yield Setting(world, world.carded("near"), world.carded("far"), served, bad)
    world.close()


def attempt(replica: Replica) -> SyncResult | None:
    """One sync over the line; None where it ended in a plain fault."""
    try:
        return http.sync_once(replica, network=NETWORK)
    except EnvironmentFault as fault:
        told = fault
    assert "\n" not in str(told)
    assert told.mend
    return None


def cut_at(setting: Setting, twice: Twice, at: int) -> bool:
    """Exchange with one cut at byte ``at``; False where the exchange was shorter."""
    twice.again.clear()
    setting.line.passed, setting.line.cut_after = 0, at
    cuts = setting.line.cuts
    if attempt(setting.near.replica) is None:
        result = attempt(setting.near.replica)
        assert result is not None, f"cut at byte {at}: the next try does not finish"
        assert result.complete, f"cut at byte {at}"
    assert setting.equal(), f"cut at byte {at}"
    assert len(twice.again) <= 1, f"cut at byte {at}: sent twice {twice.again}"
    return setting.line.cuts > cuts


def test_an_exchange_of_20_changes_cut_at_any_byte_finishes_on_the_next_try(setting: Setting, twice: Twice) -> None:
    setting.news(10)
    assert not cut_at(setting, twice, 10**9), "nothing cuts the first, which shows how long an exchange is"
    setting.news(10)
    assert not cut_at(setting, twice, 10**9)
    whole = setting.line.passed
    assert whole > 2000
    for at in sampling.sample(range(whole - 40)):
        setting.news(10)
        reached = cut_at(setting, twice, at)
        assert reached or at > whole - 300, f"byte {at} of {whole} was not reached"  # no two are quite as long
    assert contents(setting.near.replica) == contents(setting.world.district.replica())
    assert sound(setting.near.replica)
    assert sound(setting.world.district.replica())


def test_a_first_exchange_cut_at_any_byte_finishes_too(setting: Setting, twice: Twice, tmp_path: Path) -> None:
    """The very first meeting: certificates, the card, an empty district."""
    whole, dice = 0, sampling.dice("first")
    for number in range(sampling.size(200, 8)):
        pc = setting.world.carded(f"new{number}")
        bookings(pc.replica, 10**6 + number * 20, 20)
        setting.near = pc
        cut_at(setting, twice, dice.randrange(whole) if whole else 10**9)
        whole = whole or setting.line.passed
        assert sound(pc.replica)
        pc.workspace.close()
        setting.world.pcs.remove(pc)


def test_a_large_exchange_cut_at_any_byte_finishes_on_the_next_try(
    setting: Setting, twice: Twice, tmp_path: Path
) -> None:
    """10,000 changes in soak, half of them each way; every try starts from the same two folders."""
    assert attempt(setting.near.replica), "they have met before"
    setting.news(sampling.size(5000, 1200))
    before, folder = tmp_path / "before", setting.near.folder
    setting.near.workspace.close()
    setting.world.close()
    shutil.copytree(folder, before / "near")
    shutil.copytree(tmp_path / "district", before / "district")
    shutil.copytree(tmp_path / "district-config", before / "district-config")
    whole, dice = 0, sampling.dice("large")
    for _number in range(sampling.size(501, 6)):
        for name, place in (("near", folder), ("district", tmp_path / "district"),
                            ("district-config", tmp_path / "district-config")):  # fmt: skip
            shutil.rmtree(place)
            shutil.copytree(before / name, place)
        district = District.open(tmp_path / "district", tmp_path / "district-config")
        setting.world._district = district
        setting.server.use(district)
        setting.near.workspace = Workspace.open(folder / "data", folder / "config")
        cut_at(setting, twice, dice.randrange(whole) if whole else 10**9)
        whole = whole or setting.line.passed
        assert sound(setting.near.replica)
        assert sound(district.replica())
        setting.near.workspace.close()
        district.close()
    assert whole > sampling.size(400_000, 100_000)


def test_usb_files_can_carry_on_where_the_line_gave_up(setting: Setting) -> None:
    attempt(setting.near.replica)
    setting.news(10)
    setting.line.passed, setting.line.cut_after = 0, 600
    attempt(setting.near.replica)
    path = setting.world.file(setting.near.replica)
    usb.import_file(setting.world.district.replica(), path)
    assert usb.import_file(setting.world.district.replica(), path).applied == 0
