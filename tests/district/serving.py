"""A real server process over a district, for the tests."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from app.district.district import District

ROOT = Path(__file__).resolve().parents[2]
_CODE = """
import sys
import threading
from pathlib import Path
from app.district.server import serve
serve(Path(sys.argv[1]), Path(sys.argv[2]), "127.0.0.1", int(sys.argv[3]), int(sys.argv[4]))
"""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def serving(district: District, config: Path, port: int, workers: int = 1) -> Iterator[str]:
    """Serve in a process of its own; gives the address."""
    district.engine.dispose()
    command = [sys.executable, "-c", _CODE, str(district.data), str(config), str(port), str(workers)]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        _until_alive(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _until_alive(address: str, process: subprocess.Popen[bytes]) -> None:
    for _attempt in range(400):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address + "/health", timeout=5).read()
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError("the server did not start")


class Answering:
    """The same server in a thread of this process, over a district that may be exchanged; it tells what it was sent."""

    def __init__(self, district: District) -> None:
        import uvicorn

        from app.district.server import make_application

        self.app = make_application(district)
        self.port = free_port()
        config = uvicorn.Config(self.app, "127.0.0.1", self.port, log_level="error", timeout_keep_alive=75)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def use(self, district: District) -> None:
        """Answer for another district from now on."""
        self.app.state.district = district

    def __enter__(self) -> Answering:
        self.thread.start()
        while not self.server.started:
            assert self.thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.should_exit = True
        self.thread.join(20)
