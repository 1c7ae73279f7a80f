"""One visit to a console page: who is signed in, the form that was sent, and the answer with its safe headers.

Every POST carries a token that follows from the cookie: another site can send the cookie, but cannot know the token.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio.to_thread
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.district import staff
from app.district.console.words import say_age, say_when
from app.district.district import District
from app.errors import BundleRefused, Refusal, ShuniuError
from app.text import _

COOKIE = "shuniu"
HERE = Path(__file__).parent
SMALL = 512 * 1024
"""Bytes of an ordinary form at most."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
Endpoint = Callable[[Request], Awaitable[Response]]


def environment() -> Environment:
    """The templates: everything is escaped, and a name that is not there is an error."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.globals |= {"_": _, "say_when": say_when, "say_age": say_age}
    return made


@dataclass
class Visit:
    """What a page is given, and what it answers with."""

    request: Request
    district: District
    templates: Environment
    form: FormData = field(default_factory=FormData)
    token: str = ""
    name: str = ""
    """Who is signed in; empty before."""

    @property
    def now(self) -> int:
        """Unix seconds by the district's clock."""
        return self.district.clock()

    @property
    def csrf(self) -> str:
        """The token that the forms of this visit carry."""
        return blake2b(self.token.encode(), digest_size=16, person=b"shuniu csrf").hexdigest()

    def text(self, name: str) -> str:
        """A field of the form."""
        value = self.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """All values of a field that may come several times."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def file(self, name: str) -> UploadFile | None:
        """An uploaded file."""
        value = self.form.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    def path(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page."""
        text = self.templates.get_template(template).render(
            visit=self, district=self.district, csrf=self.csrf, now=self.now, here=self.request.url.path, **values
        )
        return HTMLResponse(text, status)

    def go(self, path: str, did: str = "") -> Response:
        """On to another page, where ``did`` is said (a key of its sentences)."""
        return RedirectResponse(f"{path}?did={did}" if did else path, 303)

    def download(self, data: bytes, name: str) -> Response:
        """A file to keep."""
        plain = "".join(letter if (letter.isascii() and letter.isalnum()) or letter in ".-" else "_" for letter in name)
        where = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
        return Response(data, media_type="application/octet-stream", headers={"Content-Disposition": where})

    def refused(self, error: ShuniuError, status: int) -> Response:
        """A plain page that says what is wrong and what to do."""
        faults = error.faults if isinstance(error, Refusal) else ()
        lines = [(fault.error, fault.mend) for fault in faults] or [(error.message, error.mend)]
        return self.page("refused.html", status, lines=lines)


def page(work: Callable[[Visit], Response], *, anyone: bool = False, largest: int = SMALL) -> Endpoint:
    """The endpoint that does ``work``, off the event loop, for who is signed in (or for ``anyone``)."""

    async def endpoint(request: Request) -> Response:
        state = request.app.state
        form, status = FormData(), 0
        if request.method == "POST":
            form, status = await _form(request, largest)
        visit = Visit(request, state.district.current(), state.templates, form)
        try:
            return await anyio.to_thread.run_sync(_answer, visit, work, anyone, status, limiter=state.console_limiter)
        finally:
            await form.close()

    return endpoint


async def _form(request: Request, largest: int) -> tuple[FormData, int]:
    """The form that was sent, or the status with which it is refused unread."""
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()) or int(length) > largest:
        return FormData(), 413
    try:
        return await request.form(max_files=1, max_fields=500), 0
    except HTTPException as error:
        return FormData(), error.status_code


def _answer(visit: Visit, work: Callable[[Visit], Response], anyone: bool, status: int) -> Response:
    visit.token = visit.request.cookies.get(COOKIE, "")
    fresh = not visit.token
    if fresh:
        visit.token = secrets.token_urlsafe(32)
    response = _worked(visit, work, anyone, status)
    response.headers.update(HEADERS)
    if fresh or visit.token != visit.request.cookies.get(COOKIE, ""):
        response.set_cookie(
            COOKIE, visit.token, httponly=True, samesite="lax", secure=visit.request.url.scheme == "https"
        )
    return response


def _worked(visit: Visit, work: Callable[[Visit], Response], anyone: bool, status: int) -> Response:
    replica = visit.district.replica()
    try:
        visit.name = staff.who(replica, visit.token) or ""
        if status:
            return visit.refused(ShuniuError(_("送来的内容太大或不完整。"), _("请返回后重试。")), status)
        if visit.request.method == "POST" and not secrets.compare_digest(
            visit.text("csrf").encode(), visit.csrf.encode()
        ):
            return visit.refused(
                ShuniuError(_("这张表单已经失效，没有做任何改动。"), _("请返回上一页，刷新后再提交。")), 403
            )
        if not visit.name and not anyone:
            return visit.go("/sign-in", "expired" if COOKIE in visit.request.cookies else "")
        return work(visit)
    except (Refusal, BundleRefused) as error:
        return visit.refused(error, 422)
    except ShuniuError as error:
        return visit.refused(error, 503)
