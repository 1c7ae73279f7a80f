"""Fixtures shared by all tests: a clock that obeys, real workspaces, and the command line in this process."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app import text
from app.workspace import Workspace

STREET = "310110013"
OTHER_STREET = "310110015"


class Clock:
    """A clock that stands still until told to move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 0)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    text.use("zh")
    yield
    text.use("zh")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_workspace(tmp_path: Path, clock: Clock) -> Iterator[Callable[..., Workspace]]:
    """Makes workspaces, each a PC of its own, and closes them."""
    made: list[Workspace] = []

    def make(name: str = "pc", street: str = STREET, **options: Any) -> Workspace:
        folder = tmp_path / name
        workspace = Workspace.create(
            folder / "data",
            folder / "config",
            street,
            "测试街道社会组织服务中心",
            user="王小明",
            clock=clock,
            **options,
        )
        made.append(workspace)
        return workspace

    yield make
    for workspace in made:
        workspace.close()


@pytest.fixture
def workspace(make_workspace: Callable[..., Workspace]) -> Workspace:
    return make_workspace()


@dataclass
class Answer:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def line(self) -> Any:
        (line,) = self.lines
        return line


@pytest.fixture
def shuniu(tmp_path: Path) -> Callable[..., Answer]:
    """Runs the command line in this process: ``shuniu("get", "venue", stdin=..., pc="pc1")``."""

    def call(*arguments: object, stdin: str | bytes | list[Any] = b"", pc: str = "cli", folders: bool = True) -> Answer:
        from app.commands.main import run

        if isinstance(stdin, list):
            stdin = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in stdin)
        raw = stdin.encode() if isinstance(stdin, str) else stdin
        out, err, before = io.StringIO(), io.StringIO(), sys.stdin
        where = ["--data", str(tmp_path / pc / "data"), "--config", str(tmp_path / pc / "config")] if folders else []
        sys.stdin = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8")
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as end:
                run([*where, *map(str, arguments)])
        finally:
            sys.stdin = before
        code = end.value.code
        return Answer(code if isinstance(code, int) else int(code is not None), out.getvalue(), err.getvalue())

    return call


@pytest.fixture
def center(shuniu: Callable[..., Answer]) -> Callable[..., Answer]:
    """The command line over a center that is already set up."""
    answer = shuniu("init", "--street", STREET, "--name", "殷行街道社会组织服务中心")
    assert answer.code == 0, answer.err
    return shuniu
