"""Duplicates: the loser points to the survivor, links follow, and it can be undone (rules.md 34)."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import Refusal
from app.services import booking, calendar, reading
from app.services.findings import findings
from app.services.merging import merge, pair, standing, unmerge
from app.services.people import people
from app.services.reading import Query
from app.services.related import related
from app.services.survivors import Merged, resolve
from app.services.undoing import undo
from app.services.writing import save, set_deleted
from app.sync import log
from app.workspace import Workspace


@pytest.fixture
def desk(workspace: Workspace) -> Any:
    return workspace.office.acting("王小明")


def organization(desk: Any, name: str, **values: Any) -> str:
    return save(desk, "organization", {"name": name, **values}).id


def room(desk: Any, name: str = "一楼大厅", **values: Any) -> str:
    return save(desk, "venue", {"name": name, **values}).id


def book(desk: Any, venue: str, hour: int = 9, **values: Any) -> str:
    span = {"start": f"2026-11-24T{hour:02}:00", "end": f"2026-11-24T{hour + 2:02}:00"}
    return save(desk, "booking", {"venue": venue, **span, **values}).id


def codes(desk: Any) -> list[str]:
    return [finding.code for finding in findings(desk)]


def test_rule_34_a_merge_writes_only_that_the_loser_points_to_the_survivor(desk: Any, workspace: Workspace):
    one, two = organization(desk, "乐龄服务社"), organization(desk, "乐龄服务社")
    before = reading.get(desk, "organization", two).seen
    merge(desk, "organization", one, two)
    with desk.reading() as session:
        last = log.of_record(session.connection(), desk.scope, "organization", one)[-1]
    assert log.write_of(last).values == {"merged_into": two}
    assert reading.get(desk, "organization", two).seen == before


def test_rule_34_links_follow_to_the_survivor(desk: Any):
    one, two = organization(desk, "乐龄服务社（重复）"), organization(desk, "乐龄服务社")
    hall = room(desk)
    mine, theirs = book(desk, hall, 9, client=one), book(desk, hall, 14, client=two)
    merge(desk, "organization", one, two)
    assert reading.get(desk, "booking", mine).links["client"] == "乐龄服务社"
    assert reading.get(desk, "booking", mine).values["client"] == one
    for asked in (one, two):
        assert sorted(reading.ids(desk, "booking", Query(where={"client": asked}))) == sorted([mine, theirs])
    (bookings,) = [found for found in related(desk, "organization", two) if found.count]
    assert (bookings.relation.kind.name, bookings.count) == ("booking", 2)


def test_the_loser_is_offered_nowhere(desk: Any, workspace: Workspace):
    one, two = organization(desk, "乐龄服务社"), organization(desk, "乐龄服务社")
    workspace.index()
    assert len(reading.search(desk, "乐龄")) == 2
    merge(desk, "organization", one, two)
    workspace.index()
    assert reading.ids(desk, "organization") == [two]
    assert reading.count(desk, "organization") == 1
    assert [hit.id for hit in reading.search(desk, "乐龄")] == [two]
    assert [hit.id for hit in reading.search(desk, "乐龄", kinds=("organization",))] == [two]
    assert standing(desk, "organization", one).into == (two, "乐龄服务社")
    assert standing(desk, "organization", two).merged == ((one, "乐龄服务社"),)


def test_a_person_merged_into_another_signs_in_no_more(desk: Any):
    twice = save(desk, "user", {"name": "李红", "role": "staff"}).id
    once = save(desk, "user", {"name": "李红", "role": "staff"}).id
    merge(desk, "user", twice, once)
    assert [person.id for person in people(desk) if person.name == "李红"] == [once]


def test_the_finding_goes_with_the_merge_and_comes_back_with_its_undo(desk: Any):
    one, two = organization(desk, "乐龄服务社"), organization(desk, "乐龄服务社")
    assert codes(desk) == ["duplicate"]
    done = merge(desk, "organization", one, two)
    assert codes(desk) == []
    undone = undo(desk, done.op)
    assert undone.restored == 1
    assert codes(desk) == ["duplicate"]
    undo(desk, undone.op)  # the undo is undone: merged again
    assert codes(desk) == []
    assert unmerge(desk, "organization", one).id == one
    assert codes(desk) == ["duplicate"]


def test_the_survivor_takes_over_what_was_chosen_as_an_edit_of_the_same_operation(desk: Any):
    one = organization(desk, "乐龄服务社", phone="65431234")
    two = organization(desk, "乐龄服务社", address="殷行路1号")
    row = {one: reading.get(desk, "organization", one).seen, two: reading.get(desk, "organization", two).seen}
    done = merge(desk, "organization", one, two, take=("phone",), seen=row)
    kept = reading.get(desk, "organization", two)
    assert (kept.values["phone"], kept.values["address"]) == ("65431234", "殷行路1号")
    undo(desk, done.op)
    assert reading.get(desk, "organization", two).values["phone"] is None
    assert len(reading.ids(desk, "organization")) == 2


def test_a_value_that_changed_after_it_was_shown_is_not_taken_unseen(desk: Any):
    one, two = organization(desk, "乐龄服务社", phone="65431234"), organization(desk, "乐龄服务社")
    seen = {one: reading.get(desk, "organization", one).seen}
    save(desk, "organization", {"phone": "65439999"}, one)
    with pytest.raises(Refusal, match="刚才在别处改过"):
        merge(desk, "organization", one, two, take=("phone",), seen=seen)
    assert len(reading.ids(desk, "organization")) == 2


@pytest.mark.parametrize("case", ["itself", "kind", "deleted", "away", "twice", "circle", "foreign", "demo", "nobody"])
def test_what_cannot_be_merged_is_refused_with_a_sentence(desk: Any, workspace: Workspace, case: str):
    one, two, three = (organization(desk, f"服务社{n}") for n in "一二三")
    told = {
        "itself": "一条社会组织不能并入它自己", "kind": "这是一条场地，不是社会组织", "deleted": "回收站里的记录不能合并",
        "away": "自己已经并入别的记录", "twice": "“服务社一”已经并入别的记录", "circle": "自己已经并入别的记录",
        "foreign": "区里下发的记录", "demo": "演示数据不能和正式的记录合并", "nobody": "没有这条记录",
    }  # fmt: skip
    loser, survivor = one, two
    if case == "itself":
        survivor = one
    elif case == "kind":
        survivor = room(desk)
    elif case == "deleted":
        set_deleted(desk, "organization", [two], True)
    elif case == "away":
        merge(desk, "organization", two, three)
    elif case == "twice":
        merge(desk, "organization", one, three)
    elif case == "circle":
        merge(desk, "organization", two, one)
    elif case == "foreign":
        survivor = published(workspace, "organization")
    elif case == "demo":
        survivor = save(workspace.demo().office, "organization", {"name": "演示服务社"}).id
    elif case == "nobody":
        survivor = "0192a000-0000-7000-8000-000000000000"
    before = [reading.get(desk, "organization", one_).values["merged_into"] for one_ in (one, two, three)]
    with pytest.raises(Refusal) as refused:
        merge(desk, "organization", loser, survivor)
    (fault,) = refused.value.faults
    assert told[case] in fault.error
    assert fault.mend
    assert [reading.get(desk, "organization", one_).values["merged_into"] for one_ in (one, two, three)] == before


def published(workspace: Workspace, kind: str) -> str:
    """A record of the district's, as an exchange would bring it."""
    from app.models.registry import KINDS
    from app.sync.heads import Heads

    record_id = "0192a000-0000-7000-8000-000000000001"
    table = KINDS[kind].model.__table__
    row = {"owner": "all", "id": record_id, "name": "区级名录", "deleted": False, "heads": Heads({}, {}).encode()}
    with workspace.engine.execution_options(write=True).begin() as connection:
        connection.execute(table.insert().values(conflicts=0, **row))
    return record_id


def test_rule_34_a_merge_is_undone_only_until_either_is_merged_again(desk: Any):
    one, two, three = (organization(desk, f"服务社{n}") for n in "一二三")
    first = merge(desk, "organization", one, two)
    merge(desk, "organization", two, three)
    for take_back in (lambda: unmerge(desk, "organization", one), lambda: undo(desk, first.op)):
        with pytest.raises(Refusal, match="“服务社二”后来又并入了别的记录"):
            take_back()
    assert reading.ids(desk, "organization") == [three]
    assert standing(desk, "organization", one).into == (three, "服务社三")
    unmerge(desk, "organization", two)
    unmerge(desk, "organization", one)
    assert len(reading.ids(desk, "organization")) == 3


def test_what_is_not_merged_cannot_be_taken_apart(desk: Any):
    with pytest.raises(Refusal, match="没有并入别的记录"):
        unmerge(desk, "organization", organization(desk, "服务社"))


def test_a_record_with_an_open_conflict_is_settled_before_it_is_merged(desk: Any):
    one, two = organization(desk, "乐龄服务社"), organization(desk, "乐龄服务社")
    seen = reading.get(desk, "organization", one).seen
    for phone in ("65431234", "65439999"):
        save(desk, "organization", {"phone": phone}, one, seen=seen)
    assert reading.get(desk, "organization", one).conflicts == 1
    for loser, survivor in ((one, two), (two, one)):
        with pytest.raises(Refusal, match="有未处理的冲突"):
            merge(desk, "organization", loser, survivor)


def test_bookings_of_a_merged_room_block_the_room_that_stays(desk: Any):
    old, new = room(desk, "大厅"), room(desk, "一楼大厅")
    book(desk, old, 9, purpose="合唱排练")
    merge(desk, "venue", old, new)
    with pytest.raises(Refusal, match=r"一楼大厅 .*已被 合唱排练 预约"):
        book(desk, new, 10)
    with pytest.raises(Refusal, match="已被 合唱排练 预约"):
        book(desk, old, 10)
    board = calendar.day(desk, "2026-11-24")
    assert [one.id for one in board.rooms] == [new]
    assert [(block.venue, block.purpose) for block in board.blocks] == [(new, "合唱排练")]


def test_rule_07_a_part_of_a_merged_hall_belongs_to_the_hall_that_stays(desk: Any):
    old, new = room(desk, "大厅"), room(desk, "一楼大厅")
    part = room(desk, "大厅东侧", parent=old)
    merge(desk, "venue", old, new)
    book(desk, part, 9, purpose="合唱排练")
    with desk.reading() as session:
        assert booking.parents(session) == {part: new}
    with pytest.raises(Refusal, match="已被 合唱排练 预约"):
        book(desk, new, 10)


def test_two_bookings_of_one_room_clash_also_where_the_room_was_there_twice(desk: Any):
    old, new = room(desk, "大厅"), room(desk, "一楼大厅")
    one, two = book(desk, old, 9), book(desk, new, 10)
    assert codes(desk) == []
    merge(desk, "venue", old, new)
    (clash,) = findings(desk)
    assert (clash.code, clash.ids) == ("clash", tuple(sorted((one, two))))


def test_a_duplicate_booking_that_is_merged_holds_the_room_no_more(desk: Any):
    hall = room(desk)
    one = book(desk, hall, 9, client_name="合唱队", status="tentative")
    two = book(desk, hall, 14, client_name="合唱队")
    merge(desk, "booking", one, two)
    assert [block.id for block in calendar.day(desk, "2026-11-24").blocks] == [two]
    assert book(desk, hall, 9)


def test_merging_an_enrolment_gives_its_place_to_who_waits(desk: Any):
    course = save(desk, "training", {"title": "财务培训", "start": "2026-12-01T09:00", "end": "2026-12-01T11:00",
                                     "capacity": 2}).id  # fmt: skip
    one = save(desk, "enrolment", {"training": course, "name": "张三"}).id
    two = save(desk, "enrolment", {"training": course, "name": "张 三"}).id
    waits = save(desk, "enrolment", {"training": course, "name": "李四"})
    assert reading.get(desk, "enrolment", waits.id).values["status"] == "waiting"
    done = merge(desk, "enrolment", one, two)
    assert reading.get(desk, "enrolment", waits.id).values["status"] == "enrolled"
    assert "李四 由候补转为已报名。" in done.notices


def test_enrolments_in_a_merged_course_count_for_the_course_that_stays(desk: Any):
    span = {"start": "2026-12-01T09:00", "end": "2026-12-01T11:00"}
    old, new = (save(desk, "training", {"title": "财务培训", "capacity": 1, **span}).id for _n in range(2))
    for course, name in ((old, "张三"), (new, "李四")):
        save(desk, "enrolment", {"training": course, "name": name})
    merge(desk, "training", old, new)
    (finding,) = findings(desk)
    assert (finding.code, finding.ids, "已报 2" in finding.text) == ("oversubscribed", (new,), True)


def test_the_two_are_shown_side_by_side_with_what_hangs_on_each(desk: Any):
    one = organization(desk, "乐龄服务社", phone="65431234", contact_phone="13812345678")
    two = organization(desk, "乐龄服务社", contact_phone="13900001111")
    book(desk, room(desk), client=one)
    shown = pair(desk, "organization", one, two)
    assert [(one_.name, one_.texts) for one_ in shown.differing] == [
        ("phone", ("65431234", "（空）")),
        ("contact_phone", ("138****5678", "139****1111")),
    ]
    assert shown.hanging == ((("场地预约", 1),), ())
    assert shown.lacking == (frozenset(), frozenset({"phone"}))


def test_survivors_are_found_at_the_end_of_every_chain_and_in_a_circle_the_smallest_stands():
    chain = resolve({"a": "b", "b": "c"}, {"c"})
    assert chain.by_loser == {"a": "c", "b": "c"}
    assert chain.family(["b"]) == ["a", "b", "c"]
    ring = resolve({"b": "c", "c": "a", "a": "b", "z": "c"}, set())
    assert (ring.by_loser, ring.rings) == ({"b": "a", "c": "a", "z": "a"}, (("a", "b", "c"),))
    assert resolve({"a": "b", "b": "a"}, set(), {"a"}).by_loser == {"a": "b"}  # what lies in the bin does not stand
    lost = resolve({"a": "b", "b": "gone"}, set())
    assert (lost.by_loser, lost.lost) == ({"a": "b"}, ("b",))


def test_merging_into_a_record_that_is_not_there_leaves_the_record_standing_and_is_a_finding(desk: Any):
    one = organization(desk, "服务社")
    with desk.unit() as unit:
        unit.load("organization", one).merged_into = "0192a000-0000-7000-8000-000000000000"
    assert reading.ids(desk, "organization") == [one]
    (finding,) = findings(desk)
    assert (finding.code, finding.field, finding.ids) == ("dangling", "merged_into", (one,))
    unmerge(desk, "organization", one)
    assert findings(desk) == []


def test_two_records_merged_into_each_other_are_one_until_a_person_says_which(desk: Any):
    one, two = sorted((organization(desk, "乐龄服务社"), organization(desk, "乐龄")))
    with desk.unit() as unit:
        unit.load("organization", one).merged_into = two
        unit.load("organization", two).merged_into = one
    assert reading.ids(desk, "organization") == [one]
    (finding,) = findings(desk)
    assert (finding.code, finding.ids) == ("merged", (one, two))
    with desk.reading() as session:
        assert Merged(session)["organization"].of(two) == one
    unmerge(desk, "organization", two)  # the other one stays
    assert reading.ids(desk, "organization") == [two]
    assert findings(desk) == []
