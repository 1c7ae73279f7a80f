"""A process with the program imported already, which forks a child for each command: real processes, started fast.

A child can be told to die of SIGKILL at the n-th of its events: before or after each fsync, rename, commit, send and
receive. So the narrow windows are hit on purpose.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
KILLED = -signal.SIGKILL


@dataclass
class Child:
    """One run of the command line."""

    warm: Warm
    pid: int
    folder: Path

    def kill(self) -> None:
        """End it as a power cut does."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """The exit code; ``KILLED`` where it was killed."""
        status = self.warm.ask(wait=self.pid)
        self.warm.alive.discard(self.pid)
        return status

    def arm(self) -> None:
        """From now on count the events of a child that was started with ``armed``."""
        os.kill(self.pid, signal.SIGUSR1)
        while not (self.folder / "armed").exists():
            time.sleep(0.002)

    @property
    def lines(self) -> list[Any]:
        """What it told on standard output, by whole lines."""
        told = (self.folder / "out").read_text("utf-8")
        return [json.loads(line) for line in told.splitlines(keepends=True) if line.endswith("\n")]

    @property
    def said(self) -> str:
        return (self.folder / "err").read_text("utf-8")

    @property
    def events(self) -> int:
        """How many events a run had that came to its end."""
        return int((self.folder / "events").read_text())


class Warm:
    """The parent of the children. A context manager. ``also``: modules imported besides, of which a child may run ``main``."""

    def __init__(self, folder: Path, *also: str) -> None:
        self.folder, self.count = folder, 0
        self.alive: set[int] = set()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.sync.warm", *also],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Warm:
        return self

    def __exit__(self, *_error: object) -> None:
        for pid in self.alive:
            os.kill(pid, signal.SIGKILL)
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)

    def ask(self, **job: Any) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def start(
        self,
        *arguments: object,
        stdin: list[Any] | None = None,
        die_at: int | None = None,
        armed: bool = False,
        entry: str = "",
    ) -> Child:
        """Run the command line with ``arguments``; ``stdin`` as lines, JSON unless they are text. It dies at the event ``die_at``, which is
        counted from its start, or with ``armed`` from when it is told. ``entry``: a module whose ``main`` is run instead."""
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir(parents=True)
        (folder / "out").touch()
        (folder / "err").touch()
        given = (line if isinstance(line, str) else json.dumps(line) for line in stdin or [])
        (folder / "in").write_text("".join(line + "\n" for line in given))
        job = {
            "run": list(map(str, arguments)),
            "folder": str(folder),
            "die_at": die_at,
            "armed": armed,
            "entry": entry,
        }
        pid = self.ask(**job)
        self.alive.add(pid)
        return Child(self, pid, folder)

    def run(self, *arguments: object, **options: Any) -> tuple[int, Child]:
        """Run to its end."""
        child = self.start(*arguments, **options)
        return child.wait(), child


# What follows runs in the warm process.


@dataclass
class Fatal:
    """Counts events and dies at the one it was told."""

    die_at: int | None
    armed: bool = True
    count: int = 0

    def tick(self) -> None:
        self.count += self.armed
        if self.count == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: Any, name: str) -> None:
        real: Callable[..., Any] = getattr(owner, name)

        def watched(*arguments: Any, **options: Any) -> Any:
            self.tick()
            result = real(*arguments, **options)
            self.tick()
            return result

        setattr(owner, name, watched)

    def install(self) -> None:
        import socket

        from sqlalchemy.engine.default import DefaultDialect

        for name in ("fsync", "replace", "unlink"):
            self.around(os, name)
        self.around(DefaultDialect, "do_commit")
        for name in ("send", "sendall", "recv", "recv_into"):
            self.around(socket.socket, name)


def _child(job: dict[str, Any]) -> None:
    folder = Path(job["folder"])
    for descriptor, name, flags in ((0, "in", os.O_RDONLY), (1, "out", os.O_WRONLY | os.O_CREAT),
                                    (2, "err", os.O_WRONLY | os.O_CREAT)):  # fmt: skip
        os.dup2(os.open(folder / name, flags, 0o600), descriptor)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    from app.commands.main import run

    fatal = Fatal(job["die_at"], not job["armed"])
    fatal.install()

    def arm(*_signal: Any) -> None:
        fatal.armed = True
        (folder / "armed").touch()

    signal.signal(signal.SIGUSR1, arm)
    code: Any = 70
    try:
        if job["entry"]:
            sys.exit(importlib.import_module(job["entry"]).main(*job["run"]))
        run(job["run"])
    except SystemExit as end:
        code = end.code
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        (folder / "events").write_text(str(fatal.count))
        os._exit(code if isinstance(code, int) else int(code is not None))


def main() -> None:
    """Serve jobs, one JSON line each, until standard input ends."""
    import app.commands.district
    import app.commands.keeping
    import app.commands.log
    import app.commands.records
    import app.commands.syncing
    import app.district.server
    import app.services.findings
    import app.services.syncing
    import app.sync.http
    import app.workspace  # noqa: F401

    for module in sys.argv[1:]:
        importlib.import_module(module)
    for line in iter(sys.stdin.readline, ""):
        job = json.loads(line)
        if "wait" in job:
            status = os.waitstatus_to_exitcode(os.waitpid(job["wait"], 0)[1])
            print(status, flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            _child(job)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
