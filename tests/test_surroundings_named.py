"""Broken surroundings by name: each command ends with the exit code of the README and one plain Chinese line, and what
was saved before is there afterwards."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.services import writing
from tests.conftest import Answer
from tests.surroundings import databases, disks, folders, systems
from tests.surroundings.desk import Desk
from tests.surroundings.table import KNOWN, SURROUNDINGS, names
from tests.sync.world import World

ENGLISH = re.compile(r"[A-Z][a-z]+ [a-z]+ |Errno|Error|Traceback|None")
assert all((databases, disks, folders, systems)), "they enter the table"


@pytest.fixture(scope="module")
def kept_center(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A center that has joined its district, with three rooms; copied for each surrounding."""
    world = World(tmp_path_factory.mktemp("center"))
    workspace = world.carded("pc").workspace
    for name in KNOWN:
        writing.save(workspace.office, "venue", {"name": name})
    world.close()
    return world.folder / "pc"


@pytest.fixture
def desk(kept_center: Path, tmp_path: Path, shuniu: Callable[..., Answer]) -> Iterator[Desk]:
    made = Desk(tmp_path / "pc", shuniu)
    shutil.copytree(kept_center, made.folder)
    yield made
    made.close()


@pytest.mark.parametrize("named", SURROUNDINGS)
def test_a_surrounding_ends_in_a_plain_line_and_loses_nothing(
    named: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said, make = SURROUNDINGS[named]
    moving = make(desk, monkeypatch)
    answer = next(moving)
    told = answer.err
    for _rest in moving:
        raise AssertionError("a surrounding yields once")
    assert answer.code == code, told
    assert said in told
    assert told.count("\n") == (1 if code or told else 0), told
    assert not ENGLISH.search(told.replace(str(desk.folder), "")) or "U盘" in said, told
    if named != "disk full during migration":
        assert sorted(names(desk)) == list(KNOWN), answer
    assert desk.call("check").code == 0


OFTEN = {
    "no write permission": "database file that nobody may change",
    "full disk": "disk full during put",
    "damaged database": "a page in the middle of the database overwritten",
    "missing WAL": "write-ahead log missing",
    "clock in 2009": "clock in 2009",
    "no printer": "no printer when something is printed",
    "no fonts on the system": "no fonts on the system, a window",
    "data folder removed while running": "data folder removed while it is open",
    "USB pulled during export": "stick pulled during export of news",
    "two sessions of one user": "two desktops of one person",
}
"""What befalls a desk most often, and its row in the table."""


def test_there_are_enough_of_them() -> None:
    assert len(SURROUNDINGS) >= 50
    assert set(OFTEN.values()) <= SURROUNDINGS.keys()
