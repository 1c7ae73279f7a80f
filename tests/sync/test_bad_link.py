"""A bad link, unattended: slow, far away and cut again and again, everything arrives by the ``sync`` loop alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.errors import EnvironmentFault
from app.sync import http, log
from app.sync.http import Network
from app.sync.machine import Machine
from app.sync.pauses import AT_ONCE, PAUSES, Interrupted, pause
from tests import sampling
from tests.district.serving import Answering
from tests.sync.news import bookings
from tests.sync.proxy import Line, line
from tests.sync.warm import Child, Warm
from tests.sync.world import STREET, Pc, World, contents, sound


@dataclass
class Remote:
    """A PC behind a bad link."""

    world: World
    line: Line
    pc: Pc

    def both_hold(self) -> tuple[int, int]:
        with self.pc.replica.reading() as here, self.world.district.replica().reading() as there:
            key = (STREET, self.pc.device)
            held = log.heads(there).get(key)
            return log.heads(here)[key].seq, held.seq if held else 0


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Remote]:
    world = World(tmp_path)
    with Answering(world.district) as served, line(served.port) as bad:
        world.server = bad.address
        yield Remote(world, bad, world.carded("far"))
    world.close()


def worse(line: Line, rate: float, latency: float, cut_every: float | None) -> None:
    """Make the line bad from now on: bytes a second each way, seconds each way, seconds between cuts."""
    line.rate, line.latency, line.cut_every = rate, latency, cut_every


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Warm]:
    with Warm(tmp_path / "warm") as warm:
        yield warm


def until_sent(child: Child, seconds: float) -> None:
    """Wait until the loop tells that nothing is left to send."""
    ends = time.monotonic() + seconds
    while not any(told["unsent"] == 0 for told in child.lines):
        assert time.monotonic() < ends, (child.lines, child.said)
        time.sleep(0.1)


def test_the_sync_loop_brings_everything_over_a_line_that_is_cut_again_and_again(remote: Remote, loop: Warm) -> None:
    count, rate, latency, every = 600, 32_000, 0.05, 0.7
    if sampling.SOAK:
        count, rate, latency, every = 10_000, 8_000, 1.0, 20.0
    bookings(remote.pc.replica, 0, count)
    remote.pc.workspace.close()
    worse(remote.line, rate, latency, every)
    began = time.monotonic()
    child = loop.start("--data", remote.pc.folder / "data", "--config", remote.pc.folder / "config", "sync")
    until_sent(child, 1800)
    took = time.monotonic() - began
    child.kill()
    child.wait()
    remote.pc.reopen()
    print(
        f"{count} changes at {rate} B/s, {latency} s each way, cut every {every} s: {took:.0f} s, "
        f"{remote.line.cuts} cuts, {remote.line.passed} bytes passed, said: {child.said!r}"
    )
    assert remote.line.cuts > 0
    assert remote.both_hold()[0] == remote.both_hold()[1]
    assert contents(remote.pc.replica, STREET) == contents(remote.world.district.replica(), STREET)
    assert sound(remote.world.district.replica())


def test_what_arrived_before_a_cut_is_not_sent_again(remote: Remote) -> None:
    bookings(remote.pc.replica, 0, 2000)
    assert http.sync_once(remote.pc.replica, cancelled=_after(2)).sent > 0
    remote.line.passed, remote.line.cut_after = 0, 30_000
    first = http.sync_once(remote.pc.replica)
    assert first.complete
    assert remote.line.cuts == 1
    whole = remote.line.passed
    assert first.bytes_out + first.bytes_in + 30_000 < whole + 60_000, "one bundle at most goes twice"
    here, there = remote.both_hold()
    assert here == there


def test_after_a_cut_the_bundles_grow_again(remote: Remote) -> None:
    bookings(remote.pc.replica, 0, 4000)
    http.sync_once(remote.pc.replica, cancelled=_after(1))
    remote.line.passed, remote.line.cut_after = 0, 1000
    result = http.sync_once(remote.pc.replica)
    assert result.complete
    assert remote.line.cuts == 1
    assert result.rounds <= 12, "sixteen bundles of 250 would be as many as halved for good"


def _after(rounds: int):
    turns = iter([False] * rounds + [True] * 9)
    return lambda: next(turns)


def test_the_answers_shrink_too_so_that_a_bad_line_brings_news_down(remote: Remote) -> None:
    """Cut after fewer bytes than an ordinary answer has, again and again. Another PC's log can be cut only where that
    PC signed it, so it spoke every 100 changes."""
    http.sync_once(remote.pc.replica)
    near = remote.world.carded("near")
    for part in range(12):
        bookings(near.replica, part * 100, 100)
        remote.world.up(near)
    remote.line.budget = 20_000
    assert http.sync_once(remote.pc.replica).complete
    assert remote.line.cuts > 1
    assert contents(remote.pc.replica, STREET) == contents(remote.world.district.replica(), STREET)


def test_a_sync_that_broke_off_while_it_moved_is_tried_again_at_once(remote: Remote) -> None:
    bookings(remote.pc.replica, 0, 1200)
    http.sync_once(remote.pc.replica, cancelled=_after(1))
    remote.line.passed = 0
    done: list[int] = []

    def progress(at: int, _total: int) -> None:
        done.append(at)
        remote.line.cut_every = 0.001  # from here on nothing gets through

    with pytest.raises(Interrupted) as caught:
        http.sync_once(remote.pc.replica, progress, network=Network(stall=5))
    assert caught.value.result.sent >= 500
    assert pause(0, caught.value) == AT_ONCE
    with pytest.raises(EnvironmentFault) as caught_again:
        http.sync_once(remote.pc.replica, network=Network(stall=5))
    assert not isinstance(caught_again.value, Interrupted)
    assert pause(1, caught_again.value) == PAUSES[1]
    remote.line.cut_every = None
    assert http.sync_once(remote.pc.replica).complete
    assert done == sorted(done)


def test_a_line_that_fails_after_this_pc_took_a_new_id_tells_its_owner(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that was rolled back heals in the middle of a sync; whoever has the folder open must write on as new."""
    pc, post = remote.pc, http._post
    pc.put(name="一")
    pc.sync()
    copy = pc.copy("earlier")
    lost = pc.put(name="二")
    pc.sync()
    pc.lay_back(copy)
    again = pc.put(name="三")
    old = pc.device

    def failing(*arguments: Any) -> bytes:
        if Machine.load(pc.workspace.machine.folder).device != old:
            raise http.Cut
        return post(*arguments)

    monkeypatch.setattr(http, "_post", failing)
    with pytest.raises(Interrupted) as caught:
        http.sync_once(pc.replica)
    monkeypatch.undo()
    renewed = caught.value.result.renewed
    assert renewed is not None
    pc.workspace = pc.workspace.with_machine(renewed)
    assert pc.device != old
    assert pc.sync().complete
    assert {pc.get(lost).name, pc.get(again).name} == {"二", "三"}
    assert contents(pc.replica, STREET) == contents(remote.world.district.replica(), STREET)


def test_one_sync_heals_a_disk_that_was_rolled_back(remote: Remote) -> None:
    """The two pasts are equally long, so that their lengths alone would say that nothing is left to do."""
    pc = remote.pc
    pc.put(name="一")
    pc.sync()
    copy = pc.copy("earlier")
    lost = pc.put(name="二")
    pc.sync()
    pc.lay_back(copy)
    again = pc.put(name="三")
    result = pc.sync()
    assert (result.complete, result.forked) == (True, set())
    assert {pc.get(lost).name, pc.get(again).name} == {"二", "三"}
    assert contents(pc.replica, STREET) == contents(remote.world.district.replica(), STREET)


def test_a_slow_line_is_not_a_cut_one(remote: Remote) -> None:
    """The stall limit counts from the last byte; the whole takes as long as it takes."""
    http.sync_once(remote.pc.replica)
    near = remote.world.carded("near")
    bookings(near.replica, 0, 300)
    remote.world.up(near)
    worse(remote.line, 3_000, 0.0, None)
    result = http.sync_once(remote.pc.replica, network=Network(stall=4))
    assert result.complete
    assert result.received >= 300
    assert remote.line.connections == 2, "one connection a sync"
