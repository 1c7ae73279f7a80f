"""A number on paper that two records bear is told to everybody, and a person gives one of them a new one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import Refusal
from app.services import numbers
from app.services.findings import Finding, findings
from app.services.merging import merge
from app.services.undoing import undo
from app.services.writing import save, set_deleted
from tests.sync.world import STREET, Pc, World, contents


@pytest.fixture
def twice(tmp_path: Path) -> Iterator[tuple[World, Pc, str, str]]:
    """A PC whose whole disk went back, mark and all, gave one number to two rooms; it has met the district since."""
    world = World(tmp_path)
    pc = world.carded("a")
    disk = pc.copy("whole disk")
    one = pc.put(name="一号厅")
    world.up(pc)
    pc.lay_back(disk)
    two = pc.put(name="二号厅")
    for _round in range(2):
        world.up(pc)
        world.down(pc)
    yield world, pc, one, two
    world.close()


def found(pc: Pc) -> list[Finding]:
    return [one for one in findings(pc.workspace.office) if one.code == "number"]


def test_two_records_under_one_number_are_told_by_name(twice: tuple[World, Pc, str, str]) -> None:
    _world, pc, one, two = twice
    number = pc.get(one).number
    assert pc.get(two).number == number
    (finding,) = found(pc)
    assert (finding.kind, set(finding.ids), finding.field) == ("venue", {one, two}, "number")
    assert all(word in finding.text for word in (number, "一号厅", "二号厅"))


def test_one_of_them_gets_a_new_number_that_goes_to_the_district_too(twice: tuple[World, Pc, str, str]) -> None:
    world, pc, one, two = twice
    number = pc.get(one).number
    saved = numbers.renew(pc.workspace.office, "venue", two)
    assert (pc.get(one).number, pc.get(two).number) == (number, saved.number)
    assert saved.number is not None
    assert saved.number > number
    assert found(pc) == []
    with pytest.raises(Refusal, match="没有别的记录用这个编号"):
        numbers.renew(pc.workspace.office, "venue", one)
    world.up(pc)
    assert contents(world.district.replica(), STREET)["venue"] == contents(pc.replica, STREET)["venue"]
    undo(pc.workspace.office, saved.op)
    assert pc.get(two).number == saved.number, "a number is never taken back"


def test_what_is_merged_or_in_the_bin_bears_no_number(twice: tuple[World, Pc, str, str]) -> None:
    _world, pc, one, two = twice
    saved = merge(pc.workspace.office, "venue", two, one)
    assert found(pc) == []
    undo(pc.workspace.office, saved.op)
    assert len(found(pc)) == 1
    set_deleted(pc.workspace.office, "venue", [two], True)
    assert found(pc) == []


def test_residents_are_named_masked(tmp_path: Path) -> None:
    world = World(tmp_path)
    office = world.pc("a").workspace.office
    training = save(office, "training", {"title": "急救", "capacity": 9, "start": "2026-11-24T09:00",
                                        "end": "2026-11-24T11:00"})  # fmt: skip
    ids = [save(office, "enrolment", {"training": training.id, "name": name}).id for name in ("张桂芳", "李建国")]
    with office.unit() as unit:
        one, two = (unit.load("enrolment", each) for each in ids)
        two.number = one.number
    (finding,) = [one for one in findings(office) if one.code == "number"]
    assert "桂芳" not in finding.text
    assert "建国" not in finding.text
    world.close()
