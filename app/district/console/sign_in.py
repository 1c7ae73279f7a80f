"""Signing in and out of the console."""

from __future__ import annotations

import secrets

from starlette.responses import Response

from app.district import staff
from app.district.console.visit import Visit
from app.errors import Refusal
from app.text import _


def show(visit: Visit) -> Response:
    """The page on which district staff sign in."""
    return visit.go("/") if visit.name else _page(visit)


def sign_in(visit: Visit) -> Response:
    """Open a session under a new token: what the browser held before is worth nothing afterwards."""
    client = visit.request.client
    try:
        token = staff.sign_in(
            visit.district.replica(), visit.text("name"), str(visit.form.get("password") or ""),
            client.host if client else "",
        )  # fmt: skip
    except Refusal as error:
        return _page(visit, error)
    visit.token = token
    return visit.go("/")


def sign_out(visit: Visit) -> Response:
    """End the session."""
    staff.sign_out(visit.district.replica(), visit.token)
    visit.token = secrets.token_urlsafe(32)
    return visit.go("/sign-in", "out")


def _page(visit: Visit, error: Refusal | None = None) -> Response:
    said = {
        "out": _("已退出。"),
        "expired": _("请登录。长时间没有操作时会自动退出。"),
    }.get(visit.request.query_params.get("did", ""), "")
    empty = not staff.anyone(visit.district.replica())
    status = 200 if error is None else 422
    return visit.page("sign_in.html", status, error=error, said=said, empty=empty, typed=visit.text("name"))
