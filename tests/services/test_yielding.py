"""A clash is settled by one booking that yields to the other; never are both silently given up (design.md §5)."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import Refusal
from app.services.findings import findings
from app.services.reading import get
from app.services.todo import give_way, take_back
from app.services.undoing import undo
from app.services.writing import save, set_deleted
from app.workspace import Workspace
from tests.sync.world import Pc, World


@pytest.fixture
def desk(workspace: Workspace) -> Any:
    return workspace.office.acting("王小明")


def book(desk: Any, venue: str, first: int, last: int, **values: Any) -> str:
    """A booking on 24 November; where the room is taken it gets in as a merge would bring it."""
    free = save(desk, "venue", {"name": f"别处{first}-{last}"}).id
    span = {"start": f"2026-11-24T{first:02}:00", "end": f"2026-11-24T{last:02}:00"}
    made = save(desk, "booking", {"venue": free, **span, **values}).id
    with desk.unit() as unit:
        unit.load("booking", made).venue = venue
    return made


@pytest.fixture
def clash(desk: Any) -> tuple[str, str]:
    hall = save(desk, "venue", {"name": "大厅"}).id
    return book(desk, hall, 9, 11), book(desk, hall, 10, 12)


def codes(desk: Any) -> list[str]:
    return [finding.code for finding in findings(desk)]


def test_a_settled_clash_disappears_and_comes_back_when_the_yield_is_taken_back(desk: Any, clash: tuple[str, str]):
    assert codes(desk) == ["clash"]
    done = give_way(desk, *clash)
    assert codes(desk) == []
    undo(desk, done.op)
    assert codes(desk) == ["clash"]
    give_way(desk, *clash)
    take_back(desk, clash[0])
    assert codes(desk) == ["clash"]


def test_a_yield_is_not_taken_back_where_a_third_booking_has_the_room_now(desk: Any, clash: tuple[str, str]):
    first, second = clash
    give_way(desk, first, second)
    hall = save(desk, "booking", {}, first)
    assert hall.id == first

    venue = get(desk, "booking", first).values["venue"]
    save(desk, "booking", {"venue": venue, "start": "2026-11-24T09:00", "end": "2026-11-24T10:00", "purpose": "读书会"})
    with pytest.raises(Refusal, match="已被 读书会 预约"):
        take_back(desk, first)
    assert codes(desk) == []


def test_yielding_to_a_booking_that_is_cancelled_or_gone_is_a_finding(desk: Any, clash: tuple[str, str]):
    first, second = clash
    give_way(desk, first, second)
    save(desk, "booking", {"status": "cancelled", "cancel_reason": "天气"}, second)
    (finding,) = findings(desk)
    assert (finding.code, "让位于一个已取消的预约" in finding.text) == ("yields", True)
    take_back(desk, first)
    assert codes(desk) == []
    give_way(desk, first, second)
    set_deleted(desk, "booking", [second], True)
    assert codes(desk) == ["yields"]


def test_yielding_round_in_a_circle_of_three_is_one_finding_that_names_all(desk: Any, clash: tuple[str, str]):

    first, second = clash
    third = book(desk, get(desk, "booking", first).values["venue"], 10, 11)
    for loser, winner in ((first, second), (second, third), (third, first)):
        give_way(desk, loser, winner)
    (finding,) = findings(desk)
    assert (finding.code, finding.ids) == ("yields", tuple(sorted((first, second, third))))
    assert "互相让位" in finding.text


def test_yielding_to_one_that_yielded_to_a_third_elsewhere_in_time_is_a_finding(desk: Any, clash: tuple[str, str]):

    first, second = clash
    third = book(desk, get(desk, "booking", first).values["venue"], 11, 13)
    give_way(desk, first, second)
    give_way(desk, second, third)
    (finding,) = findings(desk)
    assert (finding.code, finding.ids) == ("yields", tuple(sorted((first, second, third))))
    take_back(desk, first)  # 9-11 is free, the third has 11-13
    assert codes(desk) == []


def two(world: World) -> tuple[Pc, Pc, str, str]:
    """Two PCs that booked one room at one time, offline, and have met since."""
    one, other = world.carded("a"), world.carded("b")
    hall = one.put(name="大厅")
    met(world, one, other)
    ids = [
        pc.put("booking", venue=hall, start="2026-11-24T09:00", end="2026-11-24T11:00", client_name=name)
        for pc, name in ((one, "合唱队"), (other, "舞蹈队"))
    ]
    met(world, one, other)
    return one, other, ids[0], ids[1]


def met(world: World, *pcs: Pc) -> None:
    for pc in (*pcs, *pcs):
        world.up(pc)
        world.down(pc)


@pytest.fixture
def world(tmp_path: Any) -> Any:
    made = World(tmp_path)
    yield made
    made.close()


def test_a_clash_settled_on_one_pc_is_settled_on_all(world: World):
    one, other, mine, theirs = two(world)
    assert [codes(pc.workspace.office) for pc in (one, other)] == [["clash"], ["clash"]]
    give_way(one.workspace.office, mine, theirs)
    met(world, one, other)
    assert [codes(pc.workspace.office) for pc in (one, other)] == [[], []]


def test_a_clash_settled_differently_on_two_pcs_is_a_finding_on_both_and_settled_once_for_all(world: World):
    one, other, mine, theirs = two(world)
    give_way(one.workspace.office, mine, theirs)
    give_way(other.workspace.office, theirs, mine)
    met(world, one, other)
    found = [findings(pc.workspace.office) for pc in (one, other)]
    assert found[0] == found[1]
    assert [(finding.code, finding.ids) for finding in found[0]] == [("yields", tuple(sorted((mine, theirs))))]
    take_back(other.workspace.office, mine)
    met(world, one, other)
    assert [codes(pc.workspace.office) for pc in (one, other)] == [[], []]
    assert [pc.get(mine, "booking").yields_to for pc in (one, other)] == [None, None]


def test_two_pcs_merge_two_records_into_each_other_and_show_the_same(world: World):
    from app.services import reading
    from app.services.merging import merge
    from app.services.todo import keep_one

    one, other = world.carded("a"), world.carded("b")
    ids = sorted(one.put("organization", name="乐龄服务社") for _n in range(2))
    met(world, one, other)
    merge(one.workspace.office, "organization", ids[0], ids[1])
    merge(other.workspace.office, "organization", ids[1], ids[0])
    met(world, one, other)
    for pc in (one, other):
        assert reading.ids(pc.workspace.office, "organization") == [ids[0]]
        (finding,) = findings(pc.workspace.office)
        assert (finding.code, finding.ids) == ("merged", tuple(ids))
    keep_one(other.workspace.office, "organization", ids[1])
    met(world, one, other)
    for pc in (one, other):
        assert reading.ids(pc.workspace.office, "organization") == [ids[1]]
        assert findings(pc.workspace.office) == []


def test_two_pcs_merge_one_record_into_different_ones_and_both_are_kept_as_a_conflict(world: World):
    from app.services import reading
    from app.services.merging import merge
    from app.services.settling import conflicts, settle

    one, other = world.carded("a"), world.carded("b")
    loser, first, second = (one.put("organization", name=name) for name in ("乐龄", "乐龄社", "乐龄服务社"))
    met(world, one, other)
    merge(one.workspace.office, "organization", loser, first)
    merge(other.workspace.office, "organization", loser, second)
    met(world, one, other)
    for pc in (one, other):
        (conflict,) = conflicts(pc.workspace.office)
        assert (conflict.id, conflict.field) == (loser, "merged_into")
        assert {version.value for version in conflict.versions} == {first, second}
        assert codes(pc.workspace.office) == ["conflict"]
    taken = next(version.stamp for version in conflict.versions if version.value == first)
    settle(other.workspace.office, "organization", loser, "merged_into", take=taken)
    met(world, one, other)
    for pc in (one, other):
        assert codes(pc.workspace.office) == []
        assert pc.get(loser, "organization").merged_into == first
        assert len(reading.ids(pc.workspace.office, "organization")) == 2
