"""The addresses of the console."""

from __future__ import annotations

import anyio
from starlette.applications import Starlette
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from app.district.console import bundles, centers, held, publications, sign_in
from app.district.console.visit import HERE, environment, page

THREADS = 4
"""Pages worked on at once; the exchange has threads of its own."""


def routes() -> list[Route]:
    """Every page of the console."""
    one = "/publications/{kind}/{id}"
    return [
        Route("/style.css", _style),
        Route("/sign-in", page(sign_in.show, anyone=True), methods=["GET"]),
        Route("/sign-in", page(sign_in.sign_in, anyone=True), methods=["POST"]),
        Route("/sign-out", page(sign_in.sign_out), methods=["POST"]),
        Route("/", page(centers.centers), methods=["GET"]),
        Route("/centers/{street}", page(centers.center), methods=["GET"]),
        Route("/centers/{street}/card", page(centers.card), methods=["POST"]),
        Route("/devices/{device}/revoke", page(centers.ask_revoke), methods=["GET"]),
        Route("/devices/{device}/revoke", page(centers.revoke), methods=["POST"]),
        Route("/devices/{device}/bundle", page(centers.bundle), methods=["POST"]),
        Route("/bundles", page(bundles.show), methods=["GET"]),
        Route("/bundles", page(bundles.upload, largest=bundles.LARGEST), methods=["POST"]),
        Route("/held", page(held.show), methods=["GET"]),
        Route("/held/{street}/{device}", page(held.decide), methods=["POST"]),
        Route("/counts", page(centers.counts), methods=["GET"]),
        Route("/publications", page(publications.show), methods=["GET"]),
        Route("/publications/{kind}/new", page(publications.begin), methods=["GET"]),
        Route("/publications/{kind}/new", page(publications.save), methods=["POST"]),
        Route(one, page(publications.edit), methods=["GET"]),
        Route(one, page(publications.save), methods=["POST"]),
        Route(f"{one}/reveal", page(publications.reveal), methods=["POST"]),
        Route(f"{one}/publish", page(publications.publish), methods=["POST"]),
        Route(f"{one}/withdraw", page(publications.withdraw), methods=["POST"]),
        Route(f"{one}/remove", page(publications.remove), methods=["POST"]),
    ]


def furnish(app: Starlette) -> None:
    """What the pages need of the application; called where its event loop runs."""
    app.state.console_limiter = anyio.CapacityLimiter(THREADS)
    app.state.templates = environment()


async def _style(_request: object) -> Response:
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "max-age=3600"}
    return FileResponse(HERE / "style.css", media_type="text/css", headers=headers)
