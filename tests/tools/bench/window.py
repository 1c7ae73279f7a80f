"""From the start of a process to its usable window, beside a window of Qt with nothing in it."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.tools.bench.kit import ROOT, Line, center, fill, said, settled

WATCH = """
import sys
import time
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

class Watch(QObject):
    painted = False
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and not self.painted and watched.window().width() >= 800:
            self.painted = True
            QTimer.singleShot(0, self.usable)
        return False
    def usable(self):
        self.at = time.time()
        QTimer.singleShot(3000, self.idle)
    def idle(self):
        print(self.at, resident(), flush=True)
        QApplication.exit(0)

def watched_exec(*_application):
    watch = Watch()
    QApplication.instance().installEventFilter(watch)
    return loop()

loop = QApplication.exec
QApplication.exec = staticmethod(watched_exec)
"""

BARE = """
app = QApplication([])
window = QMainWindow()
window.setCentralWidget(QLabel("x"))
window.resize(1366, 768)
window.show()
QApplication.exec()
"""

DESKTOP = """
from pathlib import Path
from app.views.start import run_desktop
run_desktop(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def window(folder: Path, code: str, *arguments: Path) -> tuple[float, int]:
    """From the start of a process to its painted window, and what it holds when idle: median of five, bytes. The start
    before them leaves its bytecode in ``folder``."""
    took, held = [], []
    command = [sys.executable, "-c", WATCH + code, *map(str, arguments)]
    environment = settled(folder)
    for _one in range(6):
        began = time.time()
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
        if done.returncode or not done.stdout.strip():
            raise RuntimeError(done.stderr.strip()[-300:] or "no window was painted")
        at, memory = done.stdout.split()[-2:]
        took.append(float(at) - began)
        held.append(int(memory))
    return statistics.median(took[1:]), int(statistics.median(held[1:]))


def start(folder: Path) -> Iterator[Line]:
    """The desktop over 20,000 records beside a window of Qt with nothing in it."""
    with center(folder) as workspace:
        fill(workspace, 0, 20_000)
        workspace.index()
    bare, bare_memory = window(folder, BARE)
    took, memory = window(folder, DESKTOP, folder / "data", folder / "config")
    yield Line("start to usable window, 20,000 records", said(took), said(bare), f"{took / bare:.1f}", "2.5 x")
    yield Line("idle memory", f"{memory / 1e6:.0f} MB", f"{bare_memory / 1e6:.0f} MB", budget="150 MB")
