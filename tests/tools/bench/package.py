"""What ``make package`` has built, beside the program run from its source: size, start, memory."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.services.sample import add_sample
from installer.build import program, size
from tests.tools.bench.kit import ROOT, Line, center, said, settled

BUNDLE = ROOT / "out" / "package" / "shuniu"
PAINTED = "Flushing top level"
"""What Qt logs when a window has been painted for the first time."""
RUNS = 9
IDLE = 3.0


def opened(folder: Path, command: Sequence[str | Path], idle: float = 0) -> tuple[float, int]:
    """Seconds from the start of a desktop to its painted window, and the bytes it holds ``idle`` seconds later; its
    bytecode lies in ``folder``."""
    environment = {
        **settled(folder),
        "QT_QPA_PLATFORM": "offscreen",
        "QT_LOGGING_RULES": "qt.widgets.painting.debug=false;qt.widgets.painting.info=true",
    }
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            if not any(PAINTED in line for line in process.stderr):
                raise RuntimeError("no window was painted")
            took = time.perf_counter() - began
            threading.Thread(target=process.stderr.read, daemon=True).start()  # it goes on logging
            time.sleep(idle)
            pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
        finally:
            process.terminate()
    return took, pages * os.sysconf("SC_PAGE_SIZE")


def package(folder: Path) -> Iterator[Line]:
    """The bundle over a center with the sample data: the least of several starts, taken in turn; idle memory."""
    if not program(BUNDLE).exists():
        yield Line("installed program: none built (make package)", "-")
        return
    with center(folder) as workspace:
        add_sample(workspace.demo().office)
    where = ["--data", folder / "data", "--config", folder / "config"]
    installed, source = [program(BUNDLE), *where], [sys.executable, "-m", "app", *where]
    for command in (installed, source):
        opened(folder, command)
    pairs = [(opened(folder, installed)[0], opened(folder, source)[0]) for _run in range(RUNS)]
    took, beside = min(one for one, _other in pairs), min(other for _one, other in pairs)
    memory, beside_memory = opened(folder, installed, IDLE)[1], opened(folder, source, IDLE)[1]
    yield Line("installed size", f"{size(BUNDLE) / 1e6:.0f} MB")
    yield Line("installed: start, sample data; by source", said(took), said(beside), f"{took / beside:.2f}", "1.3 x")
    yield Line("installed: idle memory; by source", _mb(memory), _mb(beside_memory), budget="150 MB")


def _mb(count: int) -> str:
    return f"{count / 1e6:.0f} MB"
