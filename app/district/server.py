"""The district server: the exchange of bundles, whether it lives, and the console (design.md §8). Stateless."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.district.console.routes import furnish, routes
from app.district.district import District
from app.errors import BundleRefused, ShuniuError
from app.sync.answer import LIMIT, MAX_BODY, answer, wanted
from app.sync.bundle import MAGIC
from app.sync.exchange import Limit
from app.sync.replica import Replica
from app.text import _

DATA, CONFIG = "SHUNIU_DISTRICT_DATA", "SHUNIU_DISTRICT_CONFIG"
"""The environment variables by which worker processes find the district's folders."""
THREADS = 8
WAITING = 64
"""Exchanges that may wait for a thread. More would wait past the PCs' stall limit, and be done for nobody."""
_log = logging.getLogger("shuniu.district")


def application() -> Starlette:
    """The application of a worker process; the folder comes by environment."""
    made = make_application(District.open(Path(os.environ[DATA]), Path(os.environ[CONFIG])))
    gc.freeze()  # what is loaded by now stays: collections need not walk through it at every bundle
    return made


def make_application(district: District) -> Starlette:
    """The application over an open district."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.limiter = anyio.CapacityLimiter(THREADS)
        furnish(app)
        yield
        district.close()

    app = Starlette(
        routes=[Route("/exchange", exchange, methods=["POST"]), Route("/health", health), *routes()], lifespan=lifespan
    )
    app.state.district = district
    return app


async def exchange(request: Request) -> Response:
    """Take a bundle, give a bundle."""
    data = await _body(request)
    if data is None:
        return _refused(413, _("同步内容太大。"), _("请改用U盘交换。"))
    state = request.app.state
    if state.limiter.statistics().tasks_waiting >= WAITING:
        return _refused(503, _("区服务器正忙，排队的电脑太多。"), _("不用做什么，过一会儿会自动再试。"))
    try:
        limit = wanted(request.headers.get(LIMIT))
        body = await anyio.to_thread.run_sync(_answer, state.district, data, limit, limiter=state.limiter)
    except BundleRefused as error:
        return _refused(422, error.message, error.mend)
    except ShuniuError as error:
        _log.error("%s", error)
        return _refused(503, error.message, error.mend)
    return Response(body, media_type="application/x-shuniu")


def _answer(district: District, data: bytes, limit: Limit) -> bytes:
    return answer(district.current().replica(), data, limit)


async def _body(request: Request) -> bytes | None:
    """The body, None where it is too large; what is no bundle is not read to its end."""
    data = bytearray()
    try:
        async for part in request.stream():
            data += part
            if len(data) > MAX_BODY:
                return None
            if len(data) >= len(MAGIC) and not data.startswith(MAGIC):
                break
    except ClientDisconnect:
        return b""
    return bytes(data)


def _refused(status: int, error: str, mend: str) -> JSONResponse:
    return JSONResponse({"error": error, "mend": mend}, status)


async def health(request: Request) -> Response:
    """Alive, and the database answers."""
    state = request.app.state
    try:
        await anyio.to_thread.run_sync(_ping, state.district.replica(), limiter=state.limiter)
    except ShuniuError as error:
        return _refused(503, error.message, error.mend)
    return JSONResponse({"ok": True})


def _ping(replica: Replica) -> None:
    with replica.reading() as connection:
        connection.exec_driver_sql("SELECT 1")


def serve(data: Path, config: Path, host: str = "127.0.0.1", port: int = 8760, workers: int = 1) -> None:
    """Serve the district of ``data`` until stopped."""
    import uvicorn

    District.open(data, config).close()  # a wrong folder or a newer database is told before any worker starts
    os.environ[DATA], os.environ[CONFIG] = str(data), str(config)
    uvicorn.run(
        "app.district.server:application", factory=True, host=host, port=port, workers=workers, log_level="warning",
        access_log=False, timeout_keep_alive=75, server_header=False,
    )  # fmt: skip
