"""What stands between an office and its district: a TLS front with certificates of an own authority, and a proxy."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

TLS = Path(__file__).resolve().parents[1] / "data" / "tls"
AUTHORITY = TLS / "ca.pem"


@contextlib.contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve each connection to a port of this PC in a thread of its own; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    connection, _address = listener.accept()
                except OSError:
                    return
                threading.Thread(target=_served, args=(serve, connection), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _served(serve: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with contextlib.suppress(OSError), connection:
        serve(connection)


def pipe(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until either side ends."""

    def carry(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    back = threading.Thread(target=carry, args=(other, one), daemon=True)
    back.start()
    carry(one, other)
    back.join()


@contextlib.contextmanager
def tls_front(port: int, certificate: str) -> Iterator[int]:
    """A TLS server with ``certificate`` (a file of tests/data/tls) before the plain server on ``port``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / certificate)

    def serve(connection: socket.socket) -> None:
        secure = context.wrap_socket(connection, server_side=True)
        with secure, socket.create_connection(("127.0.0.1", port)) as plain:
            _whole_requests(secure, plain)

    with listening(serve) as front:
        yield front


def _whole_requests(secure: ssl.SSLSocket, plain: socket.socket) -> None:
    """One side speaks at a time, as HTTP does: a TLS socket must not be read and written by two threads at once."""
    plain.settimeout(10)
    while request := _message(secure):
        plain.sendall(request)
        secure.sendall(_message(plain))


def _message(source: socket.socket) -> bytes:
    """A whole HTTP message with a Content-Length, or nothing at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = source.recv(65536)
        if not part:
            return b""
        data += part
    head = data.split(b"\r\n\r\n", 1)[0]
    length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), 0)  # fmt: skip
    while len(data) < len(head) + 4 + length:
        data += source.recv(65536)
    return data


class Proxy:
    """An HTTP proxy that brings everything to ``port``, whatever name was asked for; with ``login`` it asks for it."""

    def __init__(self, port: int, login: str = "", *, refuses: bool = False) -> None:
        self.port, self.login, self.refuses = port, login, refuses
        self.asked: list[str] = []
        """The first line of every request that was let through."""

    def serve(self, connection: socket.socket) -> None:
        """One connection: a tunnel, or request after request."""
        while request := _message(connection):
            first, *lines = request.split(b"\r\n\r\n")[0].decode().split("\r\n")
            wanted = "Basic " + base64.b64encode(self.login.encode()).decode()
            if self.login and f"proxy-authorization: {wanted}".lower() not in [line.lower() for line in lines]:
                connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
            if self.refuses:
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                return
            self.asked.append(first)
            with socket.create_connection(("127.0.0.1", self.port)) as server:
                if first.startswith("CONNECT "):
                    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    pipe(connection, server)
                    return
                server.sendall(request.replace(first.encode(), _origin(first).encode(), 1))
                connection.sendall(_message(server))


def _origin(first: str) -> str:
    """``POST http://host/path HTTP/1.1`` as the server itself is asked."""
    method, target, version = first.split(" ")
    return f"{method} /{target.split('/', 3)[3]} {version}"


@contextlib.contextmanager
def proxying(port: int, login: str = "", *, refuses: bool = False) -> Iterator[tuple[Proxy, str]]:
    """A proxy on this PC, and its address."""
    proxy = Proxy(port, login, refuses=refuses)
    with listening(proxy.serve) as at:
        yield proxy, f"http://127.0.0.1:{at}"
