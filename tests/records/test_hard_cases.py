"""Hard cases of writing, undoing, settling and erasing, each once a defect."""

from __future__ import annotations

import pytest

from app.errors import Refusal
from app.services import erasing, reading, settling, undoing, writing
from app.services.findings import findings


def venue(office, **values) -> str:
    return writing.save(office, "venue", {"name": "一楼大厅", **values}).id


def of(office, record: str, kind: str = "venue"):
    return reading.get(office, kind, record)


def test_a_record_in_the_bin_is_not_edited(workspace) -> None:
    office = workspace.office
    room = venue(office)
    writing.set_deleted(office, "venue", [room], True)
    with pytest.raises(Refusal):
        writing.save(office, "venue", {"capacity": 5}, room)
    assert workspace.check() == []


def test_a_stale_form_writes_only_what_was_touched(workspace) -> None:
    office = workspace.office
    room = venue(office, capacity=10)
    old = of(office, room)
    writing.save(office, "venue", {"name": "二楼"}, room)
    writing.save(
        office, "venue", {**{n: old.values[n] for n in ("name", "status")}, "capacity": 20}, room, seen=old.seen
    )
    now = of(office, room)
    assert (now.values["name"], now.values["capacity"], now.conflicts) == ("二楼", 20, 0)


def test_fields_that_belong_together_are_never_mixed(workspace) -> None:
    office = workspace.office
    rooms = [venue(office), venue(office, capacity=9)]
    slot = {"venue": rooms[0], "start": "2026-11-24T09:00", "end": "2026-11-24T11:00"}
    booking = writing.save(office, "booking", slot).id
    seen = of(office, booking, "booking").seen
    writing.save(
        office, "booking", {"venue": rooms[1], "start": "2026-11-24T14:00", "end": "2026-11-24T16:00"}, booking
    )
    writing.save(office, "booking", {"end": "2026-11-24T17:00"}, booking, seen=seen)
    (conflict,) = settling.conflicts(office)
    spans = {(v.value["venue"], v.value["start"][11:], v.value["end"][11:]) for v in conflict.versions}
    assert spans == {(rooms[0], "09:00", "17:00"), (rooms[1], "14:00", "16:00")}


def test_a_stamp_that_never_wrote_the_field_is_refused(workspace) -> None:
    office = workspace.office
    room = venue(office)
    stamp = of(office, room).seen["name"]
    with pytest.raises(Refusal):
        writing.save(office, "venue", {"capacity": 3}, room, seen={"capacity": stamp})


def test_a_mask_handed_back_is_no_change(workspace) -> None:
    office = workspace.office
    team = writing.save(office, "team", {"name": "合唱队", "leader_name": "张三丰", "leader_phone": "13812345678"}).id
    writing.save(office, "team", {"leader_name": "张*", "leader_phone": "138****5678", "star": 3}, team)
    values = of(office, team, "team").values
    assert (values["leader_name"], values["leader_phone"], values["star"]) == ("张三丰", "13812345678", 3)


def test_nothing_in_a_field_with_a_default_is_the_default(workspace) -> None:
    office = workspace.office
    slot = {"venue": venue(office), "start": "2026-11-24T09:00", "end": "2026-11-24T11:00"}
    booking = writing.save(office, "booking", slot).id
    writing.save(office, "booking", {"status": None}, booking)
    assert of(office, booking, "booking").values["status"] == "confirmed"


def test_undo_goes_back_step_by_step_and_forward_again(workspace) -> None:
    office = workspace.office
    room = venue(office)
    for capacity in (1, 2, 3):
        writing.save(office, "venue", {"capacity": capacity}, room)
    steps = []
    for _step in range(3):
        undone = undoing.undo(office)
        steps.append(of(office, room).values["capacity"])
    assert steps == [2, 1, None]
    assert undoing.undo(office, undone.op).restored == 1
    assert of(office, room).values["capacity"] == 1
    undoing.undo(office)
    undoing.undo(office)
    assert of(office, room).deleted
    assert of(office, room).values["name"] == "一楼大厅"
    assert workspace.check() == []


def test_undoing_a_creation_that_others_built_on_is_left(workspace) -> None:
    office = workspace.office
    made = writing.save(office, "venue", {"name": "一楼大厅"})
    writing.save(office.acting("别人"), "venue", {"contact_phone": "13812345678"}, made.id)
    undone = undoing.undo(office, made.op)
    assert (undone.restored, len(undone.left)) == (0, 1)
    assert of(office, made.id).values["name"] == "一楼大厅"


def test_undo_of_a_delete_of_an_undelete_and_of_what_moved_people_up(workspace) -> None:
    office = workspace.office
    room = venue(office)
    writing.set_deleted(office, "venue", [room], True)
    writing.set_deleted(office, "venue", [room], False)
    undoing.undo(office)
    assert of(office, room).deleted
    undoing.undo(office)
    assert not of(office, room).deleted
    training = writing.save(
        office, "training",
        {"title": "财务", "training_kind": "law", "start": "2026-12-01T09:00", "end": "2026-12-01T11:00", "capacity": 1},
    ).id  # fmt: skip
    people = [writing.save(office, "enrolment", {"name": n, "training": training}).id for n in ("甲", "乙")]
    gone = writing.set_deleted(office, "enrolment", [people[0]], True)
    assert of(office, people[1], "enrolment").values["status"] == "enrolled"
    undoing.undo(office, gone.op)
    assert [of(office, p, "enrolment").values["status"] for p in people] == ["enrolled", "waiting"]
    assert [f for f in findings(office) if f.code == "oversubscribed"] == []
    with pytest.raises(Refusal):
        writing.save(office, "enrolment", {"status": "enrolled"}, people[1])


def test_undo_touches_sample_data_when_that_was_changed_last(workspace, clock) -> None:
    office, demo = workspace.office, workspace.demo().office
    room = venue(office, capacity=7)
    clock.move(seconds=5)
    sample = venue(demo, capacity=3)
    clock.move(seconds=5)
    edit = writing.save(office, "venue", {"capacity": 4}, sample)
    undoing.undo(office, edit.op)
    assert of(office, room).values["capacity"] == 7
    assert of(office, sample).values["capacity"] == 3
    with pytest.raises(Refusal):
        writing.save(office, "venue", {"name": "三楼", "parent": sample})


def test_an_erasure_is_not_undone_and_does_not_stand_in_the_way(workspace) -> None:
    office = workspace.office
    room = venue(office, contact_phone="13812345678", capacity=30)
    other = venue(office, capacity=5)
    writing.save(office, "venue", {"capacity": 6}, other)
    writing.set_deleted(office, "venue", [room], True)
    erasing.erase(office, "venue", room)
    row = of(office, room)
    assert row.deleted
    assert (row.values["name"], row.values["capacity"], row.values["contact_phone"]) == ("一楼大厅", 30, None)
    undoing.undo(office)
    assert of(office, room).values["name"] == "一楼大厅"
    assert of(office, room).values["contact_phone"] is None
    assert workspace.check() == []
    assert "13812345678" not in str(reading.search(office, "13812345678"))


def test_both_versions_of_a_conflict_outlive_an_erasure(workspace) -> None:
    office = workspace.office
    team = writing.save(office, "team", {"name": "合唱队", "leader_phone": "13812345678"}).id
    seen = of(office, team, "team").seen
    for star, phone in ((1, "13800000001"), (2, "13800000002")):
        writing.save(office, "team", {"star": star, "leader_phone": phone}, team, seen=seen)
    erasing.erase(office, "team", team)
    (conflict,) = [c for c in settling.conflicts(office) if c.field == "star"]
    assert {v.value for v in conflict.versions} == {1, 2}
    assert workspace.check() == []


def test_a_settled_value_obeys_the_rules_and_one_member_of_a_group_is_enough(workspace) -> None:
    office = workspace.office
    room = venue(office)
    slot = {"venue": room, "start": "2026-11-24T09:00", "end": "2026-11-24T11:00"}
    booking = writing.save(office, "booking", slot).id
    writing.save(office, "booking", {**slot, "start": "2026-11-24T15:00", "end": "2026-11-24T16:00"})
    seen = of(office, booking, "booking").seen
    for end in ("12:00", "13:00"):
        writing.save(office, "booking", {"end": f"2026-11-24T{end}"}, booking, seen=seen)
    for bad in ("2026-11-24T08:00", "2026-11-24T15:30"):
        with pytest.raises(Refusal):
            settling.settle(office, "booking", booking, "end", value=bad)
    settling.settle(office, "booking", booking, "end", value="2026-11-24T14:00")
    values = of(office, booking, "booking").values
    assert (values["start"], values["end"], values["venue"]) == ("2026-11-24T09:00", "2026-11-24T14:00", room)
    assert settling.conflicts(office) == []
    assert workspace.check() == []


def test_undoing_a_settling_is_left_and_says_so(workspace) -> None:
    office = workspace.office
    room = venue(office)
    seen = of(office, room).seen
    for name in ("甲", "乙"):
        writing.save(office, "venue", {"name": name}, room, seen=seen)
    settling.settle(office, "venue", room, "name", value="丙")
    undone = undoing.undo(office)
    assert (undone.restored, len(undone.left)) == (0, 1)


def test_invisible_characters_are_refused_in_every_line_of_text(workspace) -> None:
    office = workspace.office
    for bad in ("甲\u202e乙", "甲\u200b乙", "甲\u2066乙"):
        with pytest.raises(Refusal):
            venue(office, address=bad)


def test_names_of_people_are_masked_in_lists_of_work(workspace) -> None:
    office = workspace.office
    training = writing.save(
        office,
        "training",
        {"title": "法", "training_kind": "law", "start": "2026-12-01T09:00", "end": "2026-12-01T11:00"},
    ).id
    person = writing.save(office, "enrolment", {"name": "欧阳中明", "training": training}).id
    seen = of(office, person, "enrolment").seen
    for duty in ("甲", "乙"):
        writing.save(office, "enrolment", {"duty": duty}, person, seen=seen)
    said = [c.title for c in settling.conflicts(office)] + [f.text for f in findings(office)]
    assert said
    assert not [words for words in said if "中明" in words]
