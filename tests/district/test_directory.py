"""The district's directory beside the center's own organizations: linked by credit code, differences, taking over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.district import publishing
from app.errors import Refusal
from app.models.registry import KINDS
from app.services import directory, reading, writing
from app.services.findings import findings
from app.services.undoing import undo
from tests.sync.world import STREET, Pc, World, sound

CODE = "52310104MJ49963266"
ENTRY = {"name": "乐龄社区服务中心", "uscc": CODE, "address": "长白路101号", "legal_rep": "沈国强", "grade": "4A"}
OWN = {"name": "乐龄社区服务中心", "uscc": CODE, "address": "长白路88号", "phone": "021-65432100", "remark": "常来"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def entry(world: World, *to: str, record_id: str | None = None, **values: Any) -> str:
    """Write a directory entry, or change it, and publish it."""
    with world.district.unit("区") as unit:
        record_id = writing.put(unit, KINDS["organization"], values, record_id).id
    publishing.publish(world.district.replica(), "310110", "organization", record_id, to)
    return record_id


def news(world: World, pc: Pc) -> None:
    world.up(pc)
    world.down(pc)


def row(pc: Pc, record_id: str) -> reading.Row:
    return reading.get(pc.workspace.office, "organization", record_id)


@pytest.mark.parametrize("to", [(), (STREET,)], ids=["everyone", "one center"])
def test_the_entry_stands_beside_the_own_record_and_its_differences_are_seen(world: World, to: tuple[str, ...]) -> None:
    pc = world.carded("a")
    own = pc.put("organization", **OWN)
    theirs = entry(world, *to, **ENTRY)
    news(world, pc)
    office = pc.workspace.office
    assert row(pc, own).differs == ("legal_rep", "grade", "address")
    assert set(reading.ids(office, "organization")) == {own, theirs}
    found = directory.entry_of(office, row(pc, own))
    assert found is not None
    told = [(one.field.name, one.ours, one.theirs) for one in found.differences]
    assert told == [("legal_rep", "（没有填）", "沈国强"), ("grade", "（没有填）", "4A"),
                    ("address", "长白路88号", "长白路101号")]  # fmt: skip
    assert [one.id for one in directory.differing(office)] == [own]
    assert [(f.code, f.ids) for f in findings(office)] == [("differs", (own,))], "and it is no duplicate"
    assert row(pc, theirs).differs == ()
    assert directory.entry_of(office, row(pc, theirs)) is None


def test_taking_over_writes_the_own_record_and_can_be_undone(world: World) -> None:
    pc = world.carded("a")
    own = pc.put("organization", **OWN)
    theirs = entry(world, **ENTRY)
    news(world, pc)
    office = pc.workspace.office
    directory.take_over(office, own, ["address"])
    assert row(pc, own).values["address"] == "长白路101号"
    assert row(pc, own).differs == ("legal_rep", "grade")
    saved = directory.take_over(office, own)
    assert row(pc, own).differs == ()
    assert (row(pc, own).values["remark"], row(pc, own).values["phone"]) == ("常来", "021-65432100")
    undo(office, saved.op)
    assert row(pc, own).differs == ("legal_rep", "grade")
    with pytest.raises(Refusal, match="没有与这里不同"):
        directory.take_over(office, own, ["address"])
    with pytest.raises(Refusal, match="区里下发"):
        writing.save(office, "organization", {"address": "别处"}, theirs)
    assert sound(pc.replica)


def test_an_edit_at_the_district_shows_again_and_a_withdrawn_entry_shows_no_more(world: World) -> None:
    pc = world.carded("a")
    own = pc.put("organization", **OWN)
    theirs = entry(world, name=OWN["name"], uscc=CODE, address=OWN["address"])
    news(world, pc)
    assert row(pc, own).differs == ()
    entry(world, record_id=theirs, address="延吉东路10号")
    news(world, pc)
    assert row(pc, own).differs == ("address",)
    publishing.withdraw(world.district.replica(), "organization", theirs)
    news(world, pc)
    assert (row(pc, own).differs, findings(pc.workspace.office)) == ((), [])


def test_what_is_personal_is_compared_and_shown_masked(world: World) -> None:
    pc = world.carded("a")
    own = pc.put("organization", **OWN, contact_phone="13812345678")
    entry(world, name=OWN["name"], uscc=CODE, contact_phone="13900001111")
    news(world, pc)
    found = directory.entry_of(pc.workspace.office, row(pc, own))
    assert found is not None
    assert [(one.ours, one.theirs) for one in found.differences] == [("138****5678", "139****1111")]


def test_an_entry_with_no_own_record_can_become_one(world: World) -> None:
    pc = world.carded("a")
    theirs = entry(world, **ENTRY)
    news(world, pc)
    office = pc.workspace.office
    begun = directory.unclaimed(office, row(pc, theirs))
    assert begun is not None
    own = writing.save(office, "organization", begun).id
    assert (own != theirs, row(pc, own).differs) == (True, ())
    assert directory.unclaimed(office, row(pc, theirs)) is None


def test_the_command_tells_the_differences_and_takes_them_over(shuniu, tmp_path) -> None:
    card, up, down = tmp_path / "c.card", tmp_path / "up.shuniu", tmp_path / "down.shuniu"
    assert shuniu("district", "init", "--district", "310110", "--name", "杨浦区", pc="district").code == 0
    shuniu("district", "card", "--street", STREET, "--server", "http://127.0.0.1:9", "--out", card, pc="district")
    device = shuniu("card", "accept", card, pc="one").line["device"]
    own = shuniu("put", "organization", stdin=[OWN], pc="one").line["id"]
    put = shuniu("district", "put", "organization", stdin=[json.dumps(ENTRY)], pc="district")
    assert (put.code, put.line["number"]) == (0, None)
    published = shuniu("district", "publish", "organization", put.line["id"], pc="district")
    assert (published.code, published.line["scope"], published.line["did"]) == (0, "all", "published")
    shuniu("bundle", "export", up, pc="one")
    shuniu("district", "bundle", "import", up, pc="district")
    shuniu("district", "bundle", "export", down, "--for-device", device, pc="district")
    assert shuniu("bundle", "import", down, pc="one").code == 0
    lines = shuniu("directory", pc="one").lines
    assert [(line["id"], line["field"], line["district"]) for line in lines] == [
        (own, "legal_rep", "沈国强"), (own, "grade", "4A"), (own, "address", "长白路101号")
    ]  # fmt: skip
    assert shuniu("directory", "--take", "grade", pc="one").code == 2
    assert shuniu("directory", own, "--take", "phone", pc="one").code == 1
    assert shuniu("directory", own, "--take", "grade", pc="one").code == 0
    assert shuniu("directory", own, "--take-all", pc="one").code == 0
    assert (shuniu("directory", pc="one").out, shuniu("directory", own, pc="one").out) == ("", "")
    refused = shuniu("put", "organization", stdin=[{"id": put.line["id"], "name": "改"}], pc="one")
    assert "区里下发" in refused.line["error"]
