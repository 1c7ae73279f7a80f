"""What the exchange costs: by file from PC to PC, and over loopback with a district server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.sync import card, certificate
from app.sync import usb as usb_files
from app.workspace import Workspace
from tests.tools.bench.kit import STREET, Line, center, fill, floor_10000, said, seconds


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
