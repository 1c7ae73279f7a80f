"""kill -9 at any moment of a start, a set-up, a migration, a backup, a restore, a recovery or a move: the next start goes on,
``check`` is clean, no acknowledged write is lost, a restore is whole or not at all, no half backup is offered, and what was
cut off can be done again."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.errors import Refusal
from app.services import backups, moving
from app.workspace import Workspace
from tests import sampling
from tests.services.test_recovery import printed
from tests.sync.warm import KILLED, Child, Warm
from tests.tools.schema_fixture import DATA, lay_out

MOMENTS = sampling.size(40, 4)
"""Random moments at which each thing is killed."""
EVENTS = sampling.size(10_000, 2)
"""How many of the events of a run it dies at, of those there are."""
STREET = "310110013"
OLD = sorted(DATA.glob("schema_*.db"))[: sampling.size(100, 1)]
"""Kept databases; all of them migrate undisturbed in ``tests/test_frame.py``."""


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    with Warm(tmp_path_factory.mktemp("warm")) as made:
        yield made


@dataclass
class Pc:
    """One PC, worked on by processes that may be killed."""

    folder: Path
    warm: Warm
    made: int = 0

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def words(self, *arguments: object) -> tuple[object, ...]:
        return ("--data", self.data, "--config", self.folder / "config", *arguments)

    def run(self, *arguments: object, **options: object) -> Child:
        code, child = self.warm.run(*self.words(*arguments), **options)
        assert code == 0, (arguments, child.lines, child.said)
        return child

    def set_up(self) -> None:
        self.run("init", "--street", STREET, "--name", "殷行街道社会组织服务中心", "--user", "王小明")

    def put(self, count: int = 2) -> list[str]:
        """Records whose ids were told: acknowledged."""
        self.made += 1
        rows = [{"name": f"厅{self.made}-{n}"} for n in range(count)]
        return [line["id"] for line in self.run("put", "venue", stdin=rows).lines]

    def venues(self) -> set[str]:
        return {line["id"] for line in self.run("get", "venue").lines}

    def sound(self) -> None:
        self.run("check")

    def die(
        self, words: tuple[object, ...], afterwards: Callable[[Child], None], prepare: Callable[[], None],
        stdin: list[Any] | None = None,
    ) -> None:  # fmt: skip
        """Do ``words`` again and again, killed at random moments and at events; first once undisturbed."""
        dice = sampling.dice(words[4:])
        prepare()
        began = time.monotonic()
        code, child = self.warm.run(*words, stdin=stdin)
        took, events = time.monotonic() - began, child.events
        assert code == 0, (child.lines, child.said)
        afterwards(child)
        moments = tries = died = 0
        while moments < MOMENTS and tries < 4 * MOMENTS:
            prepare()
            child = self.warm.start(*words, stdin=stdin)
            time.sleep(dice.uniform(0, took))
            child.kill()
            tries, moments = tries + 1, moments + (child.wait() == KILLED)
            afterwards(child)
        for at in sampling.sample(range(1, events + 1), EVENTS):
            prepare()
            child = self.warm.start(*words, stdin=stdin, die_at=at)
            died += child.wait() == KILLED
            afterwards(child)
        print(f"{words[4:6]}: killed at {moments} moments and at {died} of {events} events, {took:.2f} s undisturbed")
        assert died or not events


@pytest.fixture
def pc(tmp_path: Path, warm: Warm) -> Pc:
    return Pc(tmp_path, warm)


def test_a_start_loses_nothing(pc: Pc) -> None:
    pc.set_up()
    told: set[str] = set()

    def prepare() -> None:
        told.update(pc.put())

    def afterwards(_child: Child) -> None:
        assert pc.venues() >= told
        pc.sound()

    pc.die(pc.words("get", "venue"), afterwards, prepare)


def test_a_set_up_is_whole_or_not_at_all(pc: Pc) -> None:
    words = pc.words("init", "--street", STREET, "--name", "殷行街道社会组织服务中心", "--user", "王小明")

    def prepare() -> None:
        shutil.rmtree(pc.data, ignore_errors=True)

    def afterwards(child: Child) -> None:
        if child.lines:
            assert Workspace.exists(pc.data), "it was told that it was done"
        if not Workspace.exists(pc.data):
            pc.set_up()
        pc.sound()
        assert [one["name"] for one in pc.run("get", "user", "--reveal").lines] == ["王小明"]

    pc.die(words, afterwards, prepare)


@pytest.mark.parametrize("stem", OLD, ids=lambda path: path.stem)
def test_a_migration_is_whole_or_not_at_all(pc: Pc, stem: Path) -> None:
    kept = json.loads(stem.with_suffix(".json").read_text("utf-8"))["records"]["venue"]

    def prepare() -> None:
        shutil.rmtree(pc.folder, ignore_errors=True)
        pc.folder.mkdir()
        lay_out(stem.with_suffix(""), pc.folder)

    def afterwards(_child: Child) -> None:
        assert pc.venues() | {name for name, one in kept.items() if one.get("deleted")} >= set(kept)
        offered_are_whole(pc)
        pc.sound()

    pc.die(pc.words("get", "venue"), afterwards, prepare)


def offered_are_whole(pc: Pc) -> None:
    """Every backup in the list can be put back."""
    for one in backups.listed(pc.data / backups.FOLDER):
        pc.run("restore", one.path)


def test_a_backup_that_is_offered_is_whole(pc: Pc) -> None:
    pc.set_up()
    told = set(pc.put(40))

    def prepare() -> None:
        shutil.rmtree(pc.data / backups.FOLDER, ignore_errors=True)

    def afterwards(_child: Child) -> None:
        offered_are_whole(pc)
        pc.sound()
        assert pc.venues() == told
        pc.run("backups", "--make")
        left = [path.name for path in (pc.data / backups.FOLDER).iterdir() if path.suffix != backups.SUFFIX]
        assert left == [], "nothing half is left once the next one was made"

    pc.die(pc.words("backups", "--make"), afterwards, prepare)


def test_a_restore_is_whole_or_not_at_all(pc: Pc) -> None:
    pc.set_up()
    file = pc.folder / "kept.backup"
    before: set[str] = set()
    after: set[str] = set()

    def prepare() -> None:
        before.update(pc.venues())
        pc.run("backup", file)
        after.clear()
        after.update(before, pc.put())

    def afterwards(child: Child) -> None:
        now = pc.venues()
        assert now in (before, after)
        if child.lines:
            assert now == before, "it was told that it was done"
        if now == before:
            put_aside = sorted(pc.data.glob("before-restore-*.db"), key=lambda path: path.stat().st_mtime)[-1]
            assert put_aside.stat().st_size > 0, "what was there is kept"
        pc.sound()
        pc.run("restore", file)
        assert pc.venues() == before
        assert not [*pc.data.glob("restor*")]

    pc.die(pc.words("restore", file), afterwards, prepare)


@pytest.mark.parametrize("what", sampling.sample(["backup", "folder", "in place"], 2))
def test_a_recovery_that_is_cut_off_can_be_done_again(pc: Pc, warm: Warm, tmp_path: Path, what: str) -> None:
    pc.folder = tmp_path / "gone"
    pc.set_up()
    told = set(pc.put())
    pc.run("recovery-sheet", tmp_path / "sheet.pdf")
    code = printed((tmp_path / "sheet.pdf").read_bytes(), tmp_path)
    pc.run("backups", "--make")
    fresh = pc if what == "in place" else Pc(tmp_path / "new", warm)
    source = {"folder": pc.data, "in place": pc.data, "backup": next((pc.data / backups.FOLDER).iterdir())}[what]
    words = fresh.words("recover", source)

    def prepare() -> None:
        shutil.rmtree(fresh.folder / "config", ignore_errors=True)
        if what != "in place":
            shutil.rmtree(fresh.data, ignore_errors=True)

    def afterwards(child: Child) -> None:
        opens = warm.run(*fresh.words("check"))[0] == 0
        assert opens or not child.lines, "it was told that it was done"
        if not opens:
            fresh.run("recover", source, stdin=[code])
        assert fresh.venues() == told
        fresh.sound()

    pc.die(words, afterwards, prepare, stdin=[code])


def test_keys_and_a_mark_that_are_being_mended_stay_mendable(pc: Pc) -> None:
    pc.set_up()
    told: set[str] = set()
    [machine] = (pc.folder / "config").glob("*/machine.json")

    def prepare() -> None:
        told.update(pc.put())
        machine.write_bytes(b"")
        machine.with_name("mark.json").write_bytes(b"[]")

    def afterwards(_child: Child) -> None:
        assert pc.venues() == told
        pc.sound()

    pc.die(pc.words("get", "venue"), afterwards, prepare)


def test_a_move_that_is_cut_off_is_told_and_can_be_done_again(pc: Pc, tmp_path: Path) -> None:
    pc.set_up()
    told = set(pc.put())
    pc.run("recovery-sheet", tmp_path / "sheet.pdf")
    stick = tmp_path / "usb"

    def prepare() -> None:
        shutil.rmtree(stick, ignore_errors=True)
        stick.mkdir()

    def afterwards(child: Child) -> None:
        assert pc.venues() == told
        pc.sound()
        made = [*stick.glob(f"*/{moving.MANIFEST}")]
        assert made or not child.lines, "it was told that it was done"
        if made:
            moving.verify(moving.find(stick))
        else:
            with pytest.raises(Refusal, match="没有做完" if [*stick.iterdir()] else "这里没有"):
                moving.find(stick)
        pc.run("move", stick)
        moving.verify(moving.find(stick))
        assert not [one for one in stick.iterdir() if one.suffix == ".part"], "what was cut off is cleared away"

    pc.die(pc.words("move", stick), afterwards, prepare)


def test_there_are_enough_moments() -> None:
    """A start, a set-up, a migration, a backup and a restore, each."""
    assert sampling.size(200, 20) <= 5 * MOMENTS
