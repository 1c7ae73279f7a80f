"""The PCs of one center in a simulation, the district where there is one, and what befalls their disks."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Table, select

from app.district.district import District
from app.services import syncing
from app.services.office import Office
from app.store import backup
from app.store.tables import change, stray_change
from app.sync.receive import Received
from app.sync.replica import Replica
from app.workspace import Workspace
from tests.conftest import STREET
from tests.sync.oracle import Oracle
from tests.sync.skew import MISSING_FIELD, MISSING_KIND, older_program
from tests.sync.stage import Clock

NOW = datetime(2026, 11, 23, 9, 0)
CLOCKS = (
    *(NOW,) * 6, NOW + timedelta(minutes=20), NOW - timedelta(hours=9), datetime(2056, 1, 1), datetime(2000, 1, 1),
    datetime(1980, 1, 4), datetime(1970, 1, 1), datetime(2099, 12, 31, 23, 59),
)  # fmt: skip
Held = dict[tuple[str, int, bytes], str]
"""The author of each change on a disk, by (device, seq, chain hash)."""


@dataclass
class Copy:
    """An earlier state of a disk. ``config``: the keys and the mark were copied with it."""

    folder: Path
    config: bool


@dataclass(eq=False)
class Pc:
    """A PC: its folders, its clock, its program and who sits at it."""

    name: str
    folder: Path
    clock: Clock
    workspace: Workspace
    older: bool
    at_desk: str = ""
    desk: int = 0
    """Raised whenever the program starts anew: its forms are closed then."""
    copies: list[Copy] = field(default_factory=list)
    healed: bool = False
    """Whether it met another past of its own. What it then writes again may have been overwritten elsewhere."""

    @property
    def office(self) -> Office:
        """The office of who sits there; asked about the clock, they say it is right."""
        return replace(self.workspace.office, actor=self.at_desk, accept_clock=True)

    @property
    def replica(self) -> Replica:
        return self.workspace.replica()

    @property
    def device(self) -> str:
        return self.workspace.machine.device

    @property
    def kinds(self) -> list[str]:
        """The kinds of record that people work with here."""
        return ["team"] if self.older else ["team", "team", "team", MISSING_KIND]

    def knows(self, kind: str, name: str) -> bool:
        """Whether the program here knows a field."""
        return not self.older or (kind, name) != MISSING_FIELD

    @contextmanager
    def program(self) -> Iterator[None]:
        """The program that runs here."""
        if not self.older:
            yield
            return
        with older_program():
            yield

    def heard(self, received: Received) -> None:
        """Where a fork was healed, the PC writes on under a new id, and its forms are read anew."""
        if received.renewed is not None:
            self.workspace = self.workspace.with_machine(received.renewed)
            self.healed = True
            self.desk += 1

    def reopen(self) -> None:
        """Start the program."""
        with self.program():
            self.workspace = Workspace.open(self.folder / "data", self.folder / "config", clock=self.clock)
        self.desk += 1

    def held(self) -> Held:
        """Every change on this disk."""
        return held_by(self.replica)


def held_by(replica: Replica, table: Table = change) -> Held:
    """Every change that a replica holds, or with ``stray_change`` keeps off its log."""
    c = table.c
    with replica.reading() as connection:
        found = connection.execute(select(c.device, c.seq, c.hash, c.actor))
        return {(row.device, row.seq, row.hash): row.actor for row in found}


class Fleet:
    """2 to ``most_pcs`` PCs of one center; the others join the first by its cards, or all by the district's."""

    def __init__(
        self, chance: random.Random, folder: Path, oracle: Oracle, tell: Callable[[str], None], most_pcs: int
    ) -> None:
        self.random, self.folder, self.oracle, self.tell = chance, folder, oracle, tell
        self.pcs: list[Pc] = []
        self.district: District | None = None
        if chance.random() < 0.4:
            self.district = District.create(
                folder / "district", folder / "district-config", "310110", "杨浦区", clock=lambda: 1_800_000_000
            )
        skewed = chance.random() < 0.3
        for number in range(min(2 + int(chance.expovariate(0.7)), most_pcs)):
            self.pcs.append(self._pc(number, older=skewed and chance.random() < 0.5))

    @property
    def replicas(self) -> list[Replica]:
        """All that hold the logs of the center: its PCs, and the district where there is one."""
        return [*(pc.replica for pc in self.pcs), *([self.district.replica()] if self.district else [])]

    @property
    def disasters(self) -> tuple[Callable[[Pc], None], ...]:
        """What befalls a disk, and what goes before it."""
        return (self._copy, self._copy_whole, self._put_back, self._back_up_and_restore, self._set_clock, self.upgrade)

    def _pc(self, number: int, *, older: bool) -> Pc:
        folder, clock = self.folder / f"pc{number}", Clock(self.random.choice(CLOCKS))
        data, config = folder / "data", folder / "config"
        pc = Pc(f"pc{number}", folder, clock, None, older)  # type: ignore[arg-type]
        with pc.program():
            card = folder.with_suffix(".card")
            if self.district is not None:
                self.district.card(STREET, "http://127.0.0.1:1", card)
                pc.workspace = Workspace.join(data, config, card, clock=clock)
            elif number == 0:
                pc.workspace = Workspace.create(data, config, STREET, "测试中心", user="王小明", clock=clock)
            else:
                syncing.make_card(self.pcs[0].workspace, card)
                pc.workspace = Workspace.join(data, config, card, clock=clock)
        self.tell(f"{pc.name} is {pc.device}, clock {clock.now:%Y-%m-%d}{', older program' if older else ''}")
        return pc

    def _set_clock(self, pc: Pc) -> None:
        pc.clock.now = self.random.choice(CLOCKS)
        self.tell(f"the clock of {pc.name} says {pc.clock.now:%Y-%m-%d}")

    def _copy(self, pc: Pc) -> None:
        """Somebody copies the data folder."""
        self._take(pc, config=False)

    def _copy_whole(self, pc: Pc) -> None:
        """The recovery of the system keeps a state of the whole disk."""
        self._take(pc, config=True)

    def _take(self, pc: Pc, *, config: bool) -> None:
        target = pc.folder / f"copy{len(pc.copies)}"
        pc.workspace.close()  # nothing is left beside the database file
        for name in ("data", "config") if config else ("data",):
            shutil.copytree(pc.folder / name, target / name)
        pc.copies.append(Copy(target, config))
        self.tell(f"{pc.name} is copied{' with its keys' if config else ''}: copy {len(pc.copies) - 1}")

    def _put_back(self, pc: Pc) -> None:
        """A copy takes the place of what is there."""
        if not pc.copies:
            return
        number = self.random.randrange(len(pc.copies))
        copy = pc.copies[number]
        with self._disk_goes_back(pc):
            for name in ("data", "config") if copy.config else ("data",):
                shutil.rmtree(pc.folder / name)
                shutil.copytree(copy.folder / name, pc.folder / name)
        self.tell(f"copy {number} of {pc.name} is put back; it is {pc.device} now")

    def _back_up_and_restore(self, pc: Pc) -> None:
        """A backup by the program, put back at some later time."""
        kept = pc.folder / "kept.backup"
        if not kept.exists():
            backup.backup(pc.workspace.engine, pc.workspace.machine.db_key, pc.folder / "data", kept)
            self.tell(f"{pc.name} makes a backup")
            return
        with self._disk_goes_back(pc):
            Workspace.restore(pc.folder / "data", pc.folder / "config", kept, clock=pc.clock)
        kept.unlink()
        self.tell(f"{pc.name} restores its backup; it is {pc.device} now")

    @contextmanager
    def _disk_goes_back(self, pc: Pc) -> Iterator[None]:
        """What was only on this disk may be gone with it."""
        before, strays = pc.held(), held_by(pc.replica, stray_change)
        pc.workspace.close()
        yield
        pc.reopen()
        gone = before.keys() - pc.held().keys()
        if not gone and not strays:
            return
        for replica in self.replicas:
            if replica.machine.device != pc.device:
                gone -= held_by(replica).keys()
        lost = {before[key] for key in gone}
        # What somebody had overwritten was not written again when it was taken off its log, and may be nowhere else.
        lost |= set(strays.values()) - {
            author for replica in self.replicas for table in (change, stray_change)
            for author in held_by(replica, table).values()
        }  # fmt: skip
        self.oracle.lost |= lost
        self.tell(f"{pc.name} goes back; gone with the disk: {sorted(lost)}")

    def upgrade(self, pc: Pc) -> None:
        """The newer program is installed; it folds in what the older one only kept."""
        if pc.older:
            pc.workspace.close()
            pc.older = False
            pc.reopen()
            self.tell(f"{pc.name} is upgraded")

    def close(self) -> None:
        """Release every database."""
        for pc in self.pcs:
            pc.workspace.close()
        if self.district is not None:
            self.district.close()
