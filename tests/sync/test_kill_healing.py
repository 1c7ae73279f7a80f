"""kill -9 while a PC takes a new id: after a restored backup, and after a disk that was rolled back, mark and all.

At every event on the way: afterwards the folder opens, ``check`` is clean, and the exchange ends with every record.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests import sampling
from tests.sync.test_kill import Office
from tests.sync.warm import KILLED, Warm
from tests.sync.world import sound


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    with Warm(tmp_path_factory.mktemp("warm")) as made:
        yield made


@dataclass
class Rollback:
    """A PC one of whose parts was laid back to where it had been, and that then worked on."""

    office: Office
    parts: tuple[str, ...]
    records: list[str] = field(default_factory=list)

    def happen(self) -> None:
        office, pc = self.office, self.office.folder / "pc"
        office.serve()
        self.records += office.news(2)
        assert self.sync()[0] == 0
        for part in self.parts:
            shutil.copytree(pc / part, office.folder / "earlier" / part)
        self.records += office.news(3)
        assert self.sync()[0] == 0
        office.stop()
        for part in self.parts:
            shutil.rmtree(pc / part)
            shutil.copytree(office.folder / "earlier" / part, pc / part)

    def work_on(self) -> None:
        self.records += self.office.news(2)

    def sync(self) -> tuple[int, str]:
        code, child = self.office.warm.run(*self.office.pc("sync", "--once"))
        return code, child.said

    def keep(self) -> None:
        """Remember how everything lies now, to begin here again and again."""
        for name in ("pc", "district", "district-config"):
            shutil.copytree(self.office.folder / name, self.office.folder / "kept" / name)

    def begin_again(self) -> None:
        for name in ("pc", "district", "district-config"):
            shutil.rmtree(self.office.folder / name)
            shutil.copytree(self.office.folder / "kept" / name, self.office.folder / name)

    def healed(self) -> None:
        """Everything is at both ends, once."""
        for _time in range(3):
            code, said = self.sync()
            if code == 0:
                break
        assert code == 0, said
        code, child = self.office.warm.run(*self.office.pc("check"))
        assert code == 0, child.said
        with self.office.at_desk() as pc, self.office.at_district() as district:
            assert sound(district)
            for record in self.records:
                assert pc.get(record).name
            names = [pc.get(record).name for record in self.records]
            assert len(set(names)) == len(names)
        assert self.office.equal()


def deaths(rollback: Rollback, arguments: tuple[str, ...], step: int) -> None:
    """Die at each event, or each ``step``-th, of a run that finds the rollback out."""
    office, at, killed = rollback.office, 0, 0
    rollback.keep()
    code, child = 0, None
    while True:
        rollback.begin_again()
        office.serve()
        child = office.warm.start(*office.pc(*arguments), stdin=[{"name": "新厅"}], die_at=at or None)
        code = child.wait()
        assert code in (0, 1, KILLED), child.said
        killed += code == KILLED
        rollback.healed()
        office.stop()
        if at and code != KILLED:
            break
        at += step if at else 1 + sampling.dice(arguments).randrange(step)
    print(f"{arguments}: died at {killed} of about {at} events")
    assert killed >= 2


@pytest.fixture
def office(tmp_path: Path, warm: Warm) -> Iterator[Office]:
    made = Office(tmp_path, warm)
    yield made
    if made.server is not None and made.server.pid in warm.alive:
        made.stop()


def test_a_restored_backup_that_is_killed_while_it_is_found_out(office: Office) -> None:
    rollback = Rollback(office, ("data",))
    rollback.happen()
    deaths(rollback, ("put", "venue"), sampling.size(1, 5))


def test_a_disk_that_was_rolled_back_and_is_killed_while_it_heals(office: Office) -> None:
    rollback = Rollback(office, ("data", "config"))
    rollback.happen()
    rollback.work_on()
    deaths(rollback, ("sync", "--once"), sampling.size(1, 15))
