"""The table of broken surroundings: a surrounding is a function over a :class:`Desk` that breaks something, yields what
the command line said, and mends it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Answer
from tests.surroundings.desk import Desk

Surrounding = Callable[[Desk, pytest.MonkeyPatch], Iterator[Answer]]
KNOWN = ("一楼大厅", "三楼活动室", "二楼会议室")
MANY = [{"name": f"场地{n}", "remark": "长" * 900} for n in range(1500)]
SURROUNDINGS: dict[str, tuple[int, str, Surrounding]] = {}


def surrounding(name: str, code: int, said: str) -> Callable[[Surrounding], Surrounding]:
    """Enter a surrounding: ``code`` and a part of the line that are expected. A code of 0 may say nothing."""

    def enter(make: Surrounding) -> Surrounding:
        assert name not in SURROUNDINGS
        SURROUNDINGS[name] = (code, said, make)
        return make

    return enter


def names(desk: Desk) -> list[str]:
    return [line["name"] for line in desk.call("get", "venue").lines]


def put(desk: Desk, rows: list[Any] | None = None) -> Answer:
    return desk.call("put", "venue", stdin=rows or [{"name": "不应当有的"}])


def without_log(desk: Desk) -> None:
    for extra in desk.data.glob("shuniu.db-*"):
        extra.unlink()


@contextlib.contextmanager
def put_back(path: Path) -> Iterator[None]:
    """The file is mended afterwards."""
    kept = path.read_bytes()
    yield
    path.write_bytes(kept)


def spoil(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)
