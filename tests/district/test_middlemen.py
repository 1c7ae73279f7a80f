"""What stands between a PC and its district: proxies that chunk, close, answer for themselves; a server that is busy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.errors import BundleRefused, EnvironmentFault
from app.sync import http
from app.sync.answer import LIMIT, answer, wanted
from app.sync.exchange import LARGEST
from app.sync.http import Network
from tests.sync.news import bookings
from tests.sync.world import Pc, World, contents


@dataclass
class Middleman:
    """Answers for the district in its own way: ``ways`` are used one after another, the last one again and again."""

    world: World
    ways: list[str] = field(default_factory=lambda: ["plain"])
    seen: list[str] = field(default_factory=list)
    connections: set[int] = field(default_factory=set)

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        data = request.rfile.read(int(request.headers["Content-Length"]))
        way = self.ways.pop(0) if len(self.ways) > 1 else self.ways[0]
        self.seen.append(way)
        self.connections.add(request.client_address[1])
        if way == "busy":
            self.send(request, 503, b'{"error": "busy", "mend": "later"}')
        elif way == "down":
            self.send(request, 503, b"<html>503 Service Unavailable</html>")
        elif way == "portal":
            self.send(request, 200, b"<html><body>Please log in</body></html>")
        elif way == "moved":
            request.send_response(307)
            request.send_header("Location", "http://127.0.0.1:9/exchange")
            request.send_header("Content-Length", "0")
            request.end_headers()
        elif way == "refusing":
            self.send(request, 422, '{"error": "不收。", "mend": "请稍后再试。"}'.encode())
        elif way == "strange refusal":
            self.send(request, 422, b"<html>422</html>")
        else:
            self.genuine(request, way, data)

    def genuine(self, request: BaseHTTPRequestHandler, way: str, data: bytes) -> None:
        body = answer(self.world.district.replica(), data, wanted(request.headers[LIMIT]))
        if way == "chunked":
            request.send_response(200)
            request.send_header("Transfer-Encoding", "chunked")
            request.end_headers()
            for at in range(0, len(body), 700):
                part = body[at : at + 700]
                request.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            request.wfile.write(b"0\r\n\r\n")
        elif way == "chunked and cut":
            request.send_response(200)
            request.send_header("Transfer-Encoding", "chunked")
            request.end_headers()
            request.wfile.write(b"%x\r\n%s\r\n" % (len(body), body))
            request.close_connection = True
        else:
            self.send(request, 200, body)
            request.close_connection = way == "closing"  # without having said so

    @staticmethod
    def send(request: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


@contextmanager
def between(middleman: Middleman) -> Iterator[str]:
    """Serve as ``middleman`` does."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def do_POST(self) -> None:
            middleman.serve(self)

        def log_message(self, format: str, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.fixture
def middleman(tmp_path: Path) -> Iterator[Middleman]:
    world = World(tmp_path)
    made = Middleman(world)
    with between(made) as address:
        world.server = address
        yield made
    world.close()


@pytest.fixture
def pc(middleman: Middleman) -> Pc:
    """A PC with more news than one bundle carries."""
    pc = middleman.world.carded("a")
    bookings(pc.replica, 0, 1100)
    return pc


def arrived(middleman: Middleman, pc: Pc) -> bool:
    return contents(pc.replica) == contents(middleman.world.district.replica())


def test_answers_in_chunks_are_answers(middleman: Middleman, pc: Pc) -> None:
    middleman.ways = ["chunked"]
    assert http.sync_once(pc.replica).complete
    assert arrived(middleman, pc)


def test_an_answer_whose_chunks_break_off_is_a_cut_and_goes_on(middleman: Middleman, pc: Pc) -> None:
    middleman.ways = ["plain", "chunked and cut", "plain"]
    assert http.sync_once(pc.replica, network=Network(stall=10)).complete
    assert arrived(middleman, pc)


def test_a_connection_that_is_closed_between_rounds_is_no_error(middleman: Middleman, pc: Pc) -> None:
    middleman.ways = ["closing"]
    assert http.sync_once(pc.replica).complete
    assert arrived(middleman, pc)
    assert len(middleman.connections) >= 3


def test_a_connection_is_kept_where_it_may_be(middleman: Middleman, pc: Pc) -> None:
    assert http.sync_once(pc.replica).complete
    assert len(middleman.connections) == 1


@pytest.mark.parametrize(
    ("way", "words"), [("busy", "busy"), ("down", "503"), ("portal", "先登录"), ("moved", "不是枢纽服务器的"),
                       ("strange refusal", "不是枢纽服务器的")],
)  # fmt: skip
def test_who_answers_for_the_district_is_told_in_one_line_and_later_all_is_well(
    middleman: Middleman, pc: Pc, way: str, words: str
) -> None:
    middleman.ways = [way]
    with pytest.raises(EnvironmentFault, match=words) as first:
        http.sync_once(pc.replica)
    assert "\n" not in str(first.value)
    assert middleman.seen == [way], "one question, no hammering"
    middleman.ways = ["plain", "plain", way]
    with pytest.raises(EnvironmentFault, match=words):
        http.sync_once(pc.replica)
    middleman.ways = ["plain"]
    assert http.sync_once(pc.replica).complete
    assert arrived(middleman, pc)


def test_what_was_applied_before_a_refusal_stays(middleman: Middleman, pc: Pc) -> None:
    middleman.ways = ["plain", "plain", "refusing"]
    with pytest.raises(BundleRefused, match="不收"):
        http.sync_once(pc.replica)
    middleman.ways = ["plain"]
    result = http.sync_once(pc.replica)
    assert result.complete
    assert 0 < result.sent < 1100
    assert arrived(middleman, pc)


@pytest.mark.parametrize(
    ("asked", "changes"),
    [
        (None, 500),
        ("", 500),
        ("7", 7),
        ("0", 1),
        ("-5", 500),
        ("500000000", 500),
        ("99999", LARGEST.changes),
        ("٣", 500),
        ("x", 500),
    ],
)
def test_how_much_an_answer_carries_is_asked_for_within_bounds(asked: str | None, changes: int) -> None:
    limit = wanted(asked)
    assert limit.changes == changes
    assert 0 < limit.size <= LARGEST.size
