"""A bad line on loopback: a TCP proxy that cuts after a byte or after a time, that is slow, that is far away."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

CHUNK = 4096


@dataclass
class Line:
    """How bad the line is, and what passed. Settings may be changed while it serves."""

    target: int
    """The port of the server."""
    cut_after: int | None = None
    """Cut once, when so many bytes have passed in both directions together."""
    cut_every: float | None = None
    """Seconds after which whatever is connected is cut, again and again."""
    budget: int | None = None
    """Bytes after which whatever is connected is cut, again and again."""
    rate: float | None = None
    """Bytes a second, each way."""
    latency: float = 0.0
    """Seconds each way."""
    passed: int = 0
    cuts: int = 0
    connections: int = 0
    port: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def line(target: int, **bad: float | int | None) -> Iterator[Line]:
    """Serve a bad line to ``target``."""
    made = Line(target, **bad)  # type: ignore[arg-type]
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    made.port = listener.getsockname()[1]
    thread = threading.Thread(target=_serve, args=(made, listener), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.closing.set()
        thread.join(10)
        listener.close()


def _serve(line: Line, listener: socket.socket) -> None:
    """One connection after another: the exchange opens one at a time."""
    while not line.closing.is_set():
        try:
            client, _peer = listener.accept()
        except TimeoutError:
            continue
        line.connections += 1
        with client, contextlib.suppress(OSError):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with socket.create_connection(("127.0.0.1", line.target), 10) as server:
                server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _relay(line, client, server)


@dataclass
class _Way:
    """One direction: what has been read waits until it has come all the way."""

    source: socket.socket
    sink: socket.socket
    waiting: deque[tuple[float, bytes]] = field(default_factory=deque)
    free_at: float = 0.0
    """When the line has sent what it was given before."""
    ended: bool = False

    def take(self, line: Line, now: float) -> None:
        data = self.source.recv(CHUNK)
        if not data:
            self.ended = True
            return
        self.free_at = max(self.free_at, now) + (len(data) / line.rate if line.rate else 0.0)
        self.waiting.append((self.free_at + line.latency, data))

    def give(self, line: Line, now: float) -> bool:
        """Pass on what has arrived; False where the line is cut here."""
        while self.waiting and self.waiting[0][0] <= now:
            _due, data = self.waiting.popleft()
            left = len(data) if line.cut_after is None else line.cut_after - line.passed
            self.sink.sendall(data[: max(left, 0)])
            line.passed += min(max(left, 0), len(data))
            if left < len(data):
                return False
        return True

    def full(self, now: float) -> bool:
        """A line holds no more than is under way."""
        return self.free_at > now + 0.05


def _relay(line: Line, client: socket.socket, server: socket.socket) -> None:
    """Both ways until one side ends or the line is cut."""
    ways = [_Way(client, server), _Way(server, client)]
    began, before = time.monotonic(), line.passed
    while not line.closing.is_set():
        now = time.monotonic()
        worn_out = line.budget is not None and line.passed - before >= line.budget
        if worn_out or (line.cut_every is not None and now - began >= line.cut_every):
            line.cuts += 1
            return
        if not all(way.give(line, now) for way in ways):
            line.cuts, line.cut_after = line.cuts + 1, None
            return
        if any(way.ended and not way.waiting for way in ways):
            return
        open_ways = {way.source: way for way in ways if not way.ended and not way.full(now)}
        nap = _nap(ways, now)
        if open_ways:
            for source in select.select(list(open_ways), [], [], nap)[0]:
                open_ways[source].take(line, time.monotonic())
        else:
            time.sleep(nap)


def _nap(ways: list[_Way], now: float) -> float:
    """How long nothing needs to be done unless something comes."""
    due = [way.waiting[0][0] for way in ways if way.waiting]
    due += [now + 0.01 for way in ways if way.full(now)]
    return min(max(min(due, default=now + 0.1) - now, 0.0), 0.1)
