"""Broken surroundings on purpose: small disks, read-only disks, and folders of a center to break."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import Answer

ROOT = Path(__file__).resolve().parents[2]
HARMLESS = "This plugin does not support"
"""What the offscreen platform says of itself."""
MAY_MOUNT = sys.platform.startswith("linux") and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("mount")


@dataclass
class Desk:
    """A center of which anything may be broken: ``call`` runs the command line in this process."""

    folder: Path
    run: Callable[..., Answer]
    mounted: list[Path] = field(default_factory=list)
    peopled: bool = False

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def database(self) -> Path:
        return self.data / "shuniu.db"

    @property
    def machine(self) -> Path:
        return next(self.config.glob("*/machine.json"))

    def call(self, *arguments: object, **options: object) -> Answer:
        return self.run("--data", self.data, "--config", self.config, *arguments, folders=False, **options)

    def disk(self, size: str) -> Path:
        """A small disk of its own, mounted. Skips the test where mounting is not permitted."""
        point = self.folder / f"disk{len(self.mounted)}"
        point.mkdir(parents=True)
        told = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(point)], capture_output=True)
        if told.returncode:
            pytest.skip("mounting is not permitted here")
        self.mounted.append(point)
        return point

    def move(self, point: Path) -> None:
        """The center lies on the disk ``point`` from now on."""
        for name in ("data", "config"):
            shutil.copytree(self.folder / name, point / name)
        self.folder = point

    def read_only(self, point: Path) -> None:
        subprocess.run(["mount", "-o", "remount,ro", str(point)], check=True)

    def writable(self, point: Path) -> None:
        subprocess.run(["mount", "-o", "remount,rw", str(point)], check=True)

    def environment(self, **changes: str | None) -> dict[str, str]:
        """This process's, with ``changes``; None takes one away."""
        merged: dict[str, str | None] = {**os.environ, **changes}
        return {name: value for name, value in merged.items() if value is not None}

    def process(self, *arguments: object, **changes: str | None) -> Answer:
        """The command line as a process of its own, in an environment with ``changes``."""
        return self.ended(["-m", "app", "--data", self.data, "--config", self.config, *arguments], **changes)

    def with_user(self) -> None:
        """Somebody who may sign in, without a password."""
        self.peopled = True
        assert self.call("put", "user", stdin=[{"name": "王小明", "role": "administrator"}]).code == 0

    def window(self, **changes: str | None) -> Answer:
        """The desktop as a process of its own, closed as soon as its window stands."""
        if not self.peopled:
            self.with_user()
        words = ["-m", "tests.views.safe_start", self.data, self.config, "report"]
        told = self.ended(words, QT_QPA_PLATFORM="offscreen", **changes)
        assert told.code or told.line["page"], told
        said = [line for line in told.err.splitlines(keepends=True) if HARMLESS not in line]
        return Answer(told.code, told.out, "".join(said))

    def ended(self, words: list[object], **changes: str | None) -> Answer:
        """A process of Python in an environment with ``changes``, at its end."""
        ended = subprocess.run(
            [sys.executable, *map(str, words)], env=self.environment(**changes), capture_output=True, timeout=40,
            check=False, stdin=subprocess.DEVNULL, cwd=ROOT,
        )  # fmt: skip
        return Answer(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    def close(self) -> None:
        for point in reversed(self.mounted):
            subprocess.run(["umount", "-l", str(point)], check=False)


def fill_up(folder: Path, leave: int = 8192) -> Path:
    """Fill the disk of ``folder`` but for ``leave`` bytes; returns what fills it, to be deleted again."""
    ballast = folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb") as file:
        free = os.statvfs(folder)
        file.write(bytes(max(0, free.f_bavail * free.f_frsize - leave)))
    return ballast


@contextlib.contextmanager
def unchangeable(path: Path) -> Iterator[None]:
    """Within, even root cannot change ``path``; skips the test where the file system does not know that."""
    if subprocess.run(["chattr", "+i", str(path)], capture_output=True, check=False).returncode:
        pytest.skip("this file system knows no unchangeable files")
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", str(path)], check=True)
