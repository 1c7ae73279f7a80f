"""A console served in this process, and a browser of few words: cookies, forms with their token, redirects."""

from __future__ import annotations

import contextlib
import html
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import urllib3
import uvicorn

from app.district import staff
from app.district.district import District
from app.district.server import make_application
from tests.district.serving import free_port

NAME, PASSWORD = "周敏", "yangpu-2026"


@contextlib.contextmanager
def console(district: District) -> Iterator[str]:
    """Serve ``district`` on a port of this PC; gives the address. The district is closed at the end."""
    port = free_port()
    started = threading.Event()
    server = uvicorn.Server(
        uvicorn.Config(
            make_application(district), host="127.0.0.1", port=port, log_level="warning", callback_notify=None
        )
    )
    startup = server.startup

    async def told(sockets: object = None) -> None:
        await startup(sockets)  # type: ignore[arg-type]
        started.set()

    server.startup = told  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(30), "the server did not start"
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


@dataclass
class Answer:
    """What a page said."""

    status: int
    text: str
    data: bytes
    headers: urllib3.HTTPHeaderDict
    path: str

    @property
    def words(self) -> str:
        """The page as people read it."""
        plain = re.sub(r"<[^>]+>", " ", self.text)
        return " ".join(html.unescape(plain).split())


@dataclass
class Browser:
    """Keeps the cookie and follows redirects, as a browser does; sends no token unless it is in the form."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    csrf: str = ""
    _pool: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, fields: list[tuple[str, object]] | None = None, *, csrf: str | None = None,
             file: tuple[str, bytes] | None = None, name: str = "bundle") -> Answer:  # fmt: skip
        """Send a form with the token of the last page, or with ``csrf``."""
        token = self.csrf if csrf is None else csrf
        parts: list[tuple[str, object]] = [*([("csrf", token)] if token else []), *(fields or [])]
        if file is not None:
            parts.append((name, (*file, "application/octet-stream")))
            return self._ask("POST", path, fields=parts, encode_multipart=True)
        return self._ask("POST", path, fields=parts, encode_multipart=False)

    def sign_in(self, name: str = NAME, password: str = PASSWORD) -> Answer:
        self.get("/sign-in")
        return self.post("/sign-in", [("name", name), ("password", password)])

    def _ask(self, method: str, path: str, **options: object) -> Answer:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        response = self._pool.request(
            method, self.address + path, headers=headers, redirect=False, retries=False, **options
        )  # type: ignore[arg-type]
        for line in response.headers.getlist("set-cookie"):
            pair, _semicolon, rest = line.partition(";")
            name, _equals, value = pair.partition("=")
            self.cookies[name], self.attributes[name] = value, rest.lower()
        if response.status == 303:
            return self.get(response.headers["location"])
        text = response.data.decode("utf-8", "replace")
        if found := re.search(r'name="csrf" value="([0-9a-f]+)"', text):
            self.csrf = found[1]
        return Answer(response.status, text, response.data, response.headers, path)


def account(district: District, name: str = NAME, password: str = PASSWORD) -> None:
    """An account that may sign in."""
    staff.set_password(district.replica(), name, password)
