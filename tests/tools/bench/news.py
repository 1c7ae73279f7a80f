"""What the exchange costs: by file from PC to PC, and over loopback with a district server."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.services import syncing
from app.sync import card, certificate
from app.sync import usb as usb_files
from app.workspace import Workspace
from tests.tools.bench.kit import ROOT, STREET, Line, center, fill, floor_10000, median, said, seconds


def usb(folder: Path) -> Iterator[Line]:
    """10,000 new records from one PC of a center to another as a file."""
    with center(folder) as first:
        card.write(card.make(first.replica(), STREET, "殷行街道中心"), folder / "card")
        second = Workspace.join(folder / "data2", folder / "config2", folder / "card")
        file = folder / "first.shuniu"
        to = certificate.own(second.machine)
        usb_files.export(first.replica(), file, to)
        usb_files.import_file(second.replica(), file)
        fill(first, 0, 10_000)
        packed = seconds(lambda: usb_files.export(first.replica(), file, to))
        merged = seconds(lambda: usb_files.import_file(second.replica(), file))
        floor = floor_10000(folder, second)
        second.close()
        yield Line("pack 10,000 new records", said(packed))
        yield Line("their size as a file", f"{file.stat().st_size / 1000:.0f} kB", budget="800 kB")
        yield Line("verify and merge 10,000 new records", said(merged), said(floor), f"{merged / floor:.1f}", "3 x")


def network(folder: Path) -> Iterator[Line]:
    """New records from a PC to a district's server on loopback, every check included."""
    app = [sys.executable, "-m", "app"]
    at = ["--data", str(folder / "district"), "--config", str(folder / "keys")]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    quiet: dict[str, Any] = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*app, *at, "district", "init", "--district", STREET[:6], "--name", "杨浦区"], check=True, **quiet)
    to = ["--street", STREET, "--server", f"http://127.0.0.1:{port}", "--out", str(folder / "card")]
    subprocess.run([*app, *at, "district", "card", *to], check=True, **quiet)
    server = subprocess.Popen([*app, *at, "district", "serve", "--port", port], **quiet)
    try:
        wait_for(int(port))
        with center(folder) as workspace:
            workspace = Workspace.join(folder / "data", folder / "config", folder / "card")
            syncing.sync(workspace)
            yield Line("exchange, nothing to say", said(median(lambda: syncing.sync(workspace))))
            fill(workspace, 0, 10_000)
            first = seconds(lambda: syncing.sync(workspace))
            yield Line("exchange 10,000 new records", said(first), budget="0.40 s")
            fill(workspace, 10_000, 110_000)
            many = seconds(lambda: syncing.sync(workspace))
            yield Line("exchange 100,000 new records", said(many), said(first), f"{many / first:.1f}", "12 x")
            workspace.close()
    finally:
        server.terminate()
        server.wait(30)


def wait_for(port: int) -> None:
    """Until somebody listens."""
    for _one in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("the district's server did not start")
