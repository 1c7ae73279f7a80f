"""kill -9 at random moments while the desktop starts, also on a database that has to be migrated: it always starts again,
``check`` is clean, and what was saved is there."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.views.preferences import FILE
from tests import sampling
from tests.kill.test_kill_keeping import OLD, Pc
from tests.sync.warm import KILLED, Warm
from tests.tools.schema_fixture import lay_out

STARTS = sampling.size(40, 3)
"""At so many moments each start is killed."""
WINDOW = "tests.kill.starter"


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    with Warm(tmp_path_factory.mktemp("warm"), "app.views.shell", "app.views.today_page", WINDOW) as made:
        yield made


@pytest.mark.parametrize("old", [False, True], ids=["as it is", "to be migrated"])
def test_a_start_that_is_killed_starts_again(tmp_path: Path, warm: Warm, old: bool) -> None:
    pc, dice = Pc(tmp_path / "pc", warm), sampling.dice(old)
    config = pc.folder / "config"
    told: set[str] = set()
    if not old:
        pc.set_up()

    def prepare() -> None:
        if old:
            shutil.rmtree(pc.folder, ignore_errors=True)
            pc.folder.mkdir()
            stem = dice.choice(OLD).with_suffix("")
            lay_out(stem, pc.folder)
            kept = json.loads(stem.with_suffix(".json").read_text("utf-8"))["records"]["venue"]
            told.clear()
            told.update(name for name, one in kept.items() if not one.get("deleted"))
        else:
            told.update(pc.put())
        (config / "starts").unlink(missing_ok=True)  # safe mode is not to be asked about
        (config / FILE).unlink(missing_ok=True)

    def starts_again() -> None:
        """Not merely opened: the window stands."""
        (config / "starts").unlink(missing_ok=True)
        child = warm.start(pc.data, config, entry=WINDOW)
        assert child.wait() == 0, child.said
        assert "Traceback" not in child.said
        assert [*map(dict.keys, child.lines)] == [{"window"}], "the window stands, and no dialog before it"
        assert pc.venues() >= told
        pc.sound()

    prepare()
    began = time.monotonic()
    starts_again()
    took = time.monotonic() - began
    for _moment in range(STARTS):
        prepare()
        child = warm.start(*pc.words())
        time.sleep(dice.uniform(0, 1.3 * took))
        child.kill()
        assert child.wait() == KILLED, "a desktop stays open"
        starts_again()
    print(f"killed at {STARTS} moments within {took:.2f} s")
