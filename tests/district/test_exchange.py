"""PCs and a district over real HTTP: everything arrives, nothing leaks, cuts and strangers are told plainly."""

from __future__ import annotations

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.errors import BundleRefused, EnvironmentFault, Refusal
from app.sync import bundle, http, log
from app.sync.change import encode_bases, encode_values
from app.sync.http import Network
from tests.district.serving import free_port
from tests.sync.test_refusals import forge, next_change
from tests.sync.world import OTHER, STREET, Pc, World, contents, everything, sound


def many(pc: Pc, count: int) -> None:
    """Append ``count`` venues to a PC's log and tables."""
    from app.sync import rows

    drafts = [
        log.Draft("venue", f"0192c000-0000-7000-8000-{n:012d}", encode_bases({"name": [], "capacity": []}),
                  encode_values({"name": f"房间{n}", "capacity": n + 1}, salted=False))
        for n in range(count)
    ]  # fmt: skip
    with pc.replica.writing() as connection:
        author = log.Author(pc.device, "王小明", 1_795_000_000, 1)
        rows.insert_new(connection, log.append(connection, author, STREET, drafts))


def test_two_pcs_and_the_district_end_equal(served: World) -> None:
    first, second = served.carded("a"), served.carded("b")
    hall = first.put(name="大厅", capacity=80)
    assert http.sync_once(first.replica).complete
    room = second.put(name="小会议室")
    result = http.sync_once(second.replica)
    assert (result.complete, result.sent > 0, result.received > 0) == (True, True, True)
    assert ((STREET, "venue", hall)) in result.touched
    assert http.sync_once(first.replica).complete
    assert contents(first.replica) == contents(second.replica) == contents(served.district.replica())
    assert first.get(room).name == "小会议室"
    for replica in (first.replica, second.replica, served.district.replica()):
        assert sound(replica)


def test_both_edit_one_record_and_everyone_shows_the_same_conflict(served: World) -> None:
    from app.models.registry import KINDS
    from app.services.writing import put

    first, second = served.carded("a"), served.carded("b")
    hall = first.put(name="大厅")
    for pc in (first, second):
        http.sync_once(pc.replica)
    for pc, name in ((first, "东厅"), (second, "西厅")):
        with pc.workspace.office.unit() as unit:
            put(unit, KINDS["venue"], {"name": name}, hall)
    for pc in (first, second, first):
        http.sync_once(pc.replica)
    assert first.get(hall) == second.get(hall)
    assert first.get(hall).conflicts == 1
    assert contents(first.replica) == contents(served.district.replica())


def test_a_thousand_changes_travel_in_several_rounds_with_progress(served: World) -> None:
    first, second = served.carded("a"), served.carded("b")
    many(first, 1300)
    seen: list[tuple[int, int]] = []
    result = http.sync_once(first.replica, lambda done, total: seen.append((done, total)))
    assert result.complete
    assert result.rounds >= 3
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]
    assert http.sync_once(second.replica).received >= 1300
    assert contents(first.replica, STREET)["venue"] == contents(second.replica, STREET)["venue"]


def test_a_sync_that_is_cancelled_goes_on_where_it_stopped(served: World) -> None:
    pc = served.carded("a")
    many(pc, 1300)
    turns = iter([False, False, True])
    first = http.sync_once(pc.replica, cancelled=lambda: next(turns))
    assert not first.complete
    rest = http.sync_once(pc.replica)
    assert rest.complete
    with pc.replica.reading() as connection:
        assert first.sent + rest.sent == log.heads(connection)[STREET, pc.device].seq


def test_a_center_gets_nothing_of_another_center(served: World) -> None:
    here, there = served.carded("a"), served.carded("b", OTHER)
    here.put(name="本中心的厅")
    there.put(name="别人的厅")
    served.publish()
    for pc in (here, there, here):
        assert http.sync_once(pc.replica).complete
    for pc, own in ((here, STREET), (there, OTHER)):
        with pc.replica.reading() as connection:
            assert {scope for scope, _device in log.heads(connection)} == {own, log.ALL}


def test_what_a_center_claims_to_hold_of_another_brings_nothing(served: World) -> None:
    here, there = served.carded("a"), served.carded("b", OTHER)
    there.put(name="别人的厅")
    for pc in (here, there):
        http.sync_once(pc.replica)
    machine = served.district.machine
    data = forge(here, machine, [], holdings={OTHER: [(bytes.fromhex(there.device), 0, bytes(8))], "district": []})
    answer = bundle.open_bundle(here.workspace.machine, _post(served.server, data)[1])
    assert {span.scope for span in answer.header.runs} | answer.header.holdings.keys() <= {STREET, log.ALL}


def _post(server: str, data: bytes) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(server + "/exchange", data, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_the_server_refuses_in_one_plain_line_and_changes_nothing(served: World) -> None:
    pc = served.carded("a")
    pc.put(name="大厅")
    http.sync_once(pc.replica)
    pc.put(name="二楼")
    change, previous = next_change(pc, lamport=5_000_000)
    before = everything(served.district.replica())
    for data in (b"", b"hello", forge(pc, served.district.machine, [[change]], previous=previous)):
        status, body = _post(served.server, data)
        assert status == 422
        assert "导入" in body.decode() or "同步文件" in body.decode()
    assert everything(served.district.replica()) == before


def test_a_pc_without_the_districts_card_is_told_so(served: World) -> None:
    pc = served.pc("a")
    with pytest.raises(Refusal, match="入网卡"):
        http.sync_once(pc.replica)


def test_a_second_pc_with_one_card_is_refused_by_the_server(served: World) -> None:
    card = served.folder / "one.card"
    served.district.card(STREET, served.server, card)
    first, second = served.pc("a", card=card), served.pc("b", card=card)
    assert http.sync_once(first.replica).complete
    with pytest.raises(BundleRefused, match="已经被另一台电脑使用"):
        http.sync_once(second.replica)


def test_no_server_is_a_plain_fault(tmp_path) -> None:
    world = World(tmp_path, server=f"http://127.0.0.1:{free_port()}")
    pc = world.carded("a")
    with pytest.raises(EnvironmentFault, match="连不上"):
        http.sync_once(pc.replica)
    world.close()


@contextmanager
def pretender(answer: bytes, stall: bool = False) -> Iterator[str]:
    """Something that listens and is no district server."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def listen() -> None:
        while not stopped.is_set():
            try:
                connection, _peer = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(answer)
                if stall:
                    stopped.wait(20)

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stopped.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n<html>login</h", "不是枢纽服务器的"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://login/\r\nContent-Length: 0\r\n\r\n", "不是枢纽服务器的"),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "502"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nSHUNIU1\n", "中断"),
        (b"", "中断"),
    ],
)
def test_what_is_no_district_server_is_a_plain_fault(tmp_path, answer: bytes, words: str) -> None:
    with pretender(answer) as server:
        world = World(tmp_path, server=server)
        pc = world.carded("a")
        with pytest.raises(EnvironmentFault, match=words):
            http.sync_once(pc.replica)
        world.close()


def test_a_server_that_falls_silent_is_given_up(tmp_path) -> None:
    with pretender(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nSHUNIU1\n", stall=True) as server:
        world = World(tmp_path, server=server)
        pc = world.carded("a")
        with pytest.raises(EnvironmentFault, match="中断"):
            http.sync_once(pc.replica, network=Network(stall=0.3))
        world.close()


def test_after_a_cut_the_next_bundle_is_halved_and_all_arrives(served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pc = served.carded("a")
    many(pc, 600)
    post, sizes = http._post, []

    def cutting(pool, server, data, limit):
        opened = bundle.changes_of(bundle.open_bundle(served.district.machine, data))
        sizes.append(sum(map(len, opened)))
        if sizes[-1] > 100:
            raise http.Cut
        return post(pool, server, data, limit)

    monkeypatch.setattr(http, "_post", cutting)
    monkeypatch.setattr(http, "FAST", 3600.0)
    assert http.sync_once(pc.replica).complete
    assert sizes[:8] == [0, 601, 0, 250, 0, 125, 0, 62], "after each cut it asks what has arrived"
    assert contents(served.district.replica(), STREET) == contents(pc.replica, STREET)


@pytest.mark.parametrize(("fast", "largest"), [(3600.0, 2000), (0.0, 500)])
def test_on_a_fast_line_bundles_grow_both_ways(
    served: World, monkeypatch: pytest.MonkeyPatch, fast: float, largest: int
) -> None:
    monkeypatch.setattr(http, "FAST", fast)
    desk, other = served.carded("a"), served.carded("b")
    many(desk, 5000)
    post, sizes = http._post, []

    def counting(pool, server, data, limit):
        answer = post(pool, server, data, limit)
        sizes.append(sum(bundle.open_bundle(served.district.machine, data).header.counts.values()))
        return answer

    monkeypatch.setattr(http, "_post", counting)
    assert http.sync_once(desk.replica).complete
    assert max(sizes) == largest
    assert http.sync_once(other.replica).complete
    assert http.sync_once(desk.replica).complete
    assert contents(other.replica, STREET) == contents(desk.replica, STREET)


def test_an_answer_that_was_lost_does_no_harm(served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pc = served.carded("a")
    many(pc, 300)
    post, lost = http._post, []

    def losing(pool, server, data, limit):
        answer = post(pool, server, data, limit)
        if len(lost) < 3:
            lost.append(answer)
            raise http.Cut
        return answer

    http.sync_once(pc.replica)
    pc.put(name="又一间")
    monkeypatch.setattr(http, "_post", losing)
    assert http.sync_once(pc.replica).complete
    assert contents(served.district.replica(), STREET) == contents(pc.replica, STREET)


def test_a_forged_second_bundle_behind_a_gap_does_not_open_another_center(served: World) -> None:
    """The first bundle is honest and leaves a gap; the second claims to come from a PC of the other center."""
    from dataclasses import replace

    here, there = served.carded("a"), served.carded("b", OTHER)
    there.put(name="别人的厅")
    for pc in (here, there):
        http.sync_once(pc.replica)
    for name in ("一", "二"):
        here.put(name=name)
    change, previous = next_change(here)
    machine = served.district.machine
    pretending = replace(here.workspace.machine, scope=OTHER, certificate=b"", card=None)
    data = forge(here, machine, [[change]], previous=previous) + forge(here, machine, [], machine=pretending)
    assert _post(served.server, data)[0] == 422
