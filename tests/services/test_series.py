"""Series: made whole or with skips, edited in three scopes, cancelled, booked again (rules.md 10-19)."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import Refusal
from app.services import series
from app.services.history import history
from app.services.reading import Query, get, ids, rows
from app.services.series_plan import Asked, child_id
from app.services.undoing import undo
from app.services.writing import save, set_deleted
from tests.conftest import Clock

MONDAYS = ["2026-12-07", "2026-12-14", "2026-12-21", "2026-12-28"]


@pytest.fixture
def office(workspace: Any) -> Any:
    return workspace.office.acting("王小明")


@pytest.fixture
def room(office: Any) -> str:
    return save(office, "venue", {"name": "一楼大厅"}).id


def weekly(room: str, **values: Any) -> dict[str, Any]:
    """Four Mondays in December, 9 to 11."""
    return {
        "venue": room, "start": "2026-12-07T09:00", "end": "2026-12-07T11:00", "rule": "FREQ=WEEKLY;COUNT=4",
        "purpose": "合唱排练", "client_kind": "team", "client_name": "乐龄合唱队", "headcount": 20,
        "contact_name": "王芳", "contact_phone": "13812345678", **values,
    }  # fmt: skip


def book(office: Any, room: str, date: str, start: str = "10:00", end: str = "12:00", **values: Any) -> str:
    values = {"venue": room, "start": f"{date}T{start}", "end": f"{date}T{end}", "client_name": "书画社", **values}
    return save(office, "booking", values).id


def held(office: Any, series_id: str) -> dict[str, Any]:
    """The occurrences of a series by original date."""
    found = rows(office, "booking", ids(office, "booking", Query(where={"series": series_id})))
    return {row.values["original_date"]: row for row in sorted(found, key=lambda row: row.values["original_date"])}


def statuses(office: Any, series_id: str) -> dict[str, str]:
    return {date: row.values["status"] for date, row in held(office, series_id).items()}


def starts(office: Any, series_id: str) -> list[str]:
    return [row.values["start"] for row in held(office, series_id).values() if row.values["status"] == "confirmed"]


def dates_of(lines: list[dict[str, Any]]) -> list[str]:
    return [line["date"] for line in lines]


def test_rule_10_a_series_keeps_its_rule_and_makes_its_occurrences(office, room):
    made = series.make(office, weekly(room))
    assert str(made.number).startswith("XL-")
    assert dates_of(made.done["made"]) == MONDAYS
    assert made.done["skipped"] == []
    bookings = held(office, made.id)
    assert [row.id for row in bookings.values()] == [child_id(made.id, date) for date in MONDAYS]
    assert [row.number for row in bookings.values()] == [line["number"] for line in made.done["made"]]
    first = bookings[MONDAYS[0]].values
    assert (first["purpose"], first["contact_phone"], first["headcount"]) == ("合唱排练", "13812345678", 20)
    assert (first["start"], first["end"], first["status"]) == ("2026-12-07T09:00", "2026-12-07T11:00", "confirmed")


def test_rule_10_saving_a_series_from_its_form_makes_its_occurrences_too(office, room):
    saved = save(office, "booking_series", weekly(room))
    assert list(held(office, saved.id)) == MONDAYS


def test_rule_10_every_rule_runs_on_every_occurrence(office, room):
    save(office, "venue", {"capacity": 10, "before": 15, "after": 20}, room)
    made = series.make(office, weekly(room))
    assert made.notices == ("“一楼大厅”容纳 10 人，预约人数超过了。",), "said once, not four times"
    assert {(row.values["before"], row.values["after"]) for row in held(office, made.id).values()} == {(15, 20)}


def test_rule_09_a_series_is_one_operation_and_undo_takes_all_of_it_back(office, room):
    made = series.make(office, weekly(room))
    undone = undo(office, made.op)
    assert undone.restored == 5
    assert held(office, made.id) == {}
    assert ids(office, "booking_series") == []
    series.make(office, weekly(room))


def test_rule_16_a_series_that_overlaps_itself_is_refused(office, room):
    with pytest.raises(Refusal, match="系列与自己重叠"):
        series.make(office, weekly(room, rule="FREQ=DAILY;COUNT=3", end="2026-12-08T10:00"))
    assert ids(office, "booking_series") == ids(office, "booking") == []


def test_rule_16_buffers_count_when_a_series_overlaps_itself(office, room):
    save(office, "venue", {"after": 60, "overnight": True}, room)
    late = weekly(room, rule="FREQ=DAILY;COUNT=3", start="2026-12-07T09:00", end="2026-12-08T08:30")
    with pytest.raises(Refusal, match="须留 60 分钟"):
        series.make(office, late)
    assert len(series.make(office, {**late, "end": "2026-12-08T08:00"}).done["made"]) == 3


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"rule": "FREQ=WEEKLY;UNTIL=20261201"}, "没有一个日期"),
        ({"rule": "FREQ=DAILY;COUNT=367"}, "超过 366 个"),
        ({"rule": "FREQ=DAILY"}, "没有结束"),
        ({"rule": "FREQ=HOURLY;COUNT=3"}, "FREQ 不能是 HOURLY"),
        ({"rule": "每周一"}, "看不懂"),
        ({"end": "2026-12-07T09:00"}, "结束不晚于开始"),
        ({"status": "cancelled"}, "新系列不能是已取消的"),
        ({"venue": "0198c0de-0000-7000-8000-000000000000"}, "没有这条记录"),
    ],
)
def test_rule_16_a_series_at_fault_is_refused_and_nothing_is_written(office, room, values, why):
    for attempt in (series.preview, series.make):
        with pytest.raises(Refusal, match=why):
            attempt(office, weekly(room, **values))
    assert ids(office, "booking_series") == ids(office, "booking") == []


def test_rule_17_the_preview_says_of_each_date_what_stands_against_it_and_writes_nothing(office, room):
    book(office, room, MONDAYS[1])
    save(office, "closure", {"reason": "检修", "start": f"{MONDAYS[2]}T00:00", "end": f"{MONDAYS[2]}T23:00"})
    found = series.preview(office, weekly(room))
    assert [(row.date, row.state) for row in found] == list(
        zip(MONDAYS, ("free", "taken", "closed", "free"), strict=True)
    )
    assert "书画社" in found[1].by
    assert "检修" in found[2].by
    assert (found[0].start, found[0].end) == ("2026-12-07T09:00", "2026-12-07T11:00")
    assert ids(office, "booking_series") == []


def test_rule_17_all_or_nothing_names_every_date_that_cannot_be_had(office, room):
    for date in MONDAYS[1:3]:
        book(office, room, date)
    with pytest.raises(Refusal) as refusal:
        series.make(office, weekly(room, on_taken="refuse"))
    first, *each = refusal.value.faults
    assert first.error == "2 个日期不能约：2026年12月14日 周一、2026年12月21日 周一"
    assert [fault.error.split("：")[0] for fault in each] == ["2026年12月14日 周一", "2026年12月21日 周一"]
    assert [(line["date"], line["state"]) for line in refusal.value.beside["dates"]] == [
        (MONDAYS[1], "taken"), (MONDAYS[2], "taken"),
    ]  # fmt: skip
    assert ids(office, "booking_series") == []
    assert len(ids(office, "booking")) == 2


def test_rule_17_skipping_makes_the_rest_and_lists_what_was_skipped(office, room):
    book(office, room, MONDAYS[1])
    made = series.make(office, weekly(room, on_taken="skip"))
    assert dates_of(made.done["made"]) == [MONDAYS[0], *MONDAYS[2:]]
    assert [(line["date"], line["state"]) for line in made.done["skipped"]] == [(MONDAYS[1], "taken")]
    assert "书画社" in made.done["skipped"][0]["by"]


def test_rule_16_a_series_of_which_no_date_can_be_had_is_refused_even_when_it_skips(office, room):
    for date in MONDAYS:
        book(office, room, date)
    with pytest.raises(Refusal, match="4 个日期不能约"):
        series.make(office, weekly(room, on_taken="skip"))
    assert ids(office, "booking_series") == []


def test_rule_17_a_date_may_be_moved_to_another_room_and_stays_of_the_series(office, room):
    book(office, room, MONDAYS[1])
    other = save(office, "venue", {"name": "二楼教室"}).id
    asked = Asked(moved={MONDAYS[1]: other})
    assert [row.state for row in series.preview(office, weekly(room), asked)] == ["free"] * 4
    made = series.make(office, weekly(room), asked)
    assert dates_of(made.done["made"]) == MONDAYS
    moved = held(office, made.id)[MONDAYS[1]].values
    assert (moved["venue"], moved["series"], moved["original_date"]) == (other, made.id, MONDAYS[1])
    assert series.skipped(office, made.id) == []


def test_rule_17_dates_that_are_not_wanted_are_listed_as_skipped(office, room):
    made = series.make(office, weekly(room), Asked(omit=frozenset(MONDAYS[:1])))
    assert dates_of(made.done["made"]) == MONDAYS[1:]
    assert dates_of(made.done["skipped"]) == MONDAYS[:1]
    assert [row.date for row in series.skipped(office, made.id)] == MONDAYS[:1]
    with pytest.raises(Refusal, match="不是这个系列的日期"):
        series.make(office, weekly(room), Asked(omit=frozenset({"2026-12-08"})))


def test_rule_17_a_skipped_date_stays_listed_and_can_be_booked_when_it_is_free(office, room):
    other = book(office, room, MONDAYS[1])
    made = series.make(office, weekly(room, on_taken="skip"))
    assert [(row.date, row.state) for row in series.skipped(office, made.id)] == [(MONDAYS[1], "taken")]
    with pytest.raises(Refusal, match="书画社"):
        series.book(office, made.id, MONDAYS[1])
    save(office, "booking", {"status": "cancelled", "cancel_reason": "不来了"}, other)
    assert [(row.date, row.state) for row in series.skipped(office, made.id)] == [(MONDAYS[1], "free")]
    again = series.book(office, made.id, MONDAYS[1])
    assert dates_of(again.done["made"]) == [MONDAYS[1]]
    assert held(office, made.id)[MONDAYS[1]].id == child_id(made.id, MONDAYS[1])
    assert series.skipped(office, made.id) == []
    with pytest.raises(Refusal, match="已经约了"):
        series.book(office, made.id, MONDAYS[1])
    with pytest.raises(Refusal, match="不是这个系列的日期"):
        series.book(office, made.id, "2026-12-08")


def test_rule_17_a_skipped_date_can_be_booked_in_another_room(office, room):
    book(office, room, MONDAYS[1])
    made = series.make(office, weekly(room, on_taken="skip"))
    other = save(office, "venue", {"name": "二楼教室"}).id
    series.book(office, made.id, MONDAYS[1], venue=other)
    assert held(office, made.id)[MONDAYS[1]].values["venue"] == other


def test_a_date_that_is_over_is_invalid_and_one_that_is_going_on_is_not(office, room, clock: Clock):
    clock.now = clock.now.replace(month=12, day=14, hour=10)
    found = series.preview(office, weekly(room))
    assert [(row.state, row.by) for row in found] == [("invalid", "已经过去")] + [("free", "")] * 3
    with pytest.raises(Refusal, match="1 个日期不能约：2026年12月7日 周一"):
        series.make(office, weekly(room))
    made = series.make(office, weekly(room, on_taken="skip"))
    assert dates_of(made.done["made"]) == MONDAYS[1:]
    assert [row.state for row in series.skipped(office, made.id)] == ["invalid"]
    with pytest.raises(Refusal, match="已经过去"):
        series.book(office, made.id, MONDAYS[0])


def test_a_date_whose_booking_lies_in_the_bin_can_be_booked_again(office, room):
    made = series.make(office, weekly(room))
    set_deleted(office, "booking", [child_id(made.id, MONDAYS[0])], True)
    assert [row.date for row in series.skipped(office, made.id)] == MONDAYS[:1]
    series.book(office, made.id, MONDAYS[0])
    assert list(held(office, made.id)) == MONDAYS


# The three scopes of an edit


def test_rule_18_this_date_only(office, room):
    made = series.make(office, weekly(room))
    values = {"start": "2026-12-15T14:00", "end": "2026-12-15T16:00", "purpose": "汇报演出"}
    done = series.edit(office, made.id, "this", MONDAYS[1], values)
    assert dates_of(done.done["changed"]) == [MONDAYS[1]]
    found = held(office, made.id)
    assert found[MONDAYS[1]].values["start"] == "2026-12-15T14:00"
    assert [row.values["purpose"] for row in found.values()] == ["合唱排练", "汇报演出", "合唱排练", "合唱排练"]


def test_rule_18_this_and_later_ones_become_a_series_that_follows(office, room):
    made = series.make(office, weekly(room))
    done = series.edit(
        office, made.id, "later", MONDAYS[2], {"start": f"{MONDAYS[2]}T14:00", "end": f"{MONDAYS[2]}T16:00"}
    )
    assert done.id == child_id(made.id, MONDAYS[2])
    later = get(office, "booking_series", done.id).values
    assert (later["follows"], later["start"], later["rule"]) == (
        made.id, "2026-12-21T14:00", "FREQ=WEEKLY;COUNT=2;BYDAY=MO",
    )  # fmt: skip
    assert get(office, "booking_series", made.id).values["rule"] == "FREQ=WEEKLY;UNTIL=20261220"
    assert starts(office, made.id) == ["2026-12-07T09:00", "2026-12-14T09:00"]
    assert starts(office, done.id) == ["2026-12-21T14:00", "2026-12-28T14:00"]
    assert [row.id for row in held(office, done.id).values()] == [child_id(made.id, date) for date in MONDAYS[2:]]
    assert series.skipped(office, made.id) == series.skipped(office, done.id) == []
    undo(office, done.op)
    assert starts(office, made.id) == [f"{date}T09:00" for date in MONDAYS]
    assert ids(office, "booking_series") == [made.id]


def test_rule_18_later_from_the_first_date_is_all(office, room):
    made = series.make(office, weekly(room))
    done = series.edit(office, made.id, "later", MONDAYS[0], {"purpose": "排练"})
    assert done.id == made.id
    assert {row.values["purpose"] for row in held(office, made.id).values()} == {"排练"}


def test_rule_18_all_of_a_series_that_has_not_begun(office, room):
    made = series.make(office, weekly(room))
    other = save(office, "venue", {"name": "二楼教室"}).id
    values = {"venue": other, "start": "2026-12-07T10:00", "end": "2026-12-07T12:00", "headcount": 30}
    done = series.edit(office, made.id, "all", "", values)
    assert dates_of(done.done["changed"]) == MONDAYS
    assert starts(office, made.id) == [f"{date}T10:00" for date in MONDAYS]
    assert {(row.values["venue"], row.values["headcount"]) for row in held(office, made.id).values()} == {(other, 30)}


def test_rule_18_past_occurrences_never_change(office, room, clock: Clock):
    made = series.make(office, weekly(room))
    clock.now = clock.now.replace(month=12, day=14, hour=10)  # the second is going on
    done = series.edit(office, made.id, "all", "", {"end": "2026-12-07T12:00", "purpose": "加练"})
    assert done.id == child_id(made.id, MONDAYS[2])
    assert [row.values["end"][11:] for row in held(office, made.id).values()] == ["11:00", "11:00"]
    assert [row.values["end"][11:] for row in held(office, done.id).values()] == ["12:00", "12:00"]
    assert {row.values["purpose"] for row in held(office, made.id).values()} == {"合唱排练"}
    for scope in ("this", "later"):
        with pytest.raises(Refusal, match="已经过去"):
            series.edit(office, made.id, scope, MONDAYS[1], {"purpose": "改"})
    with pytest.raises(Refusal, match="都已过去"):
        series.edit(office, made.id, "all", "", {"end": "2026-12-07T13:00"})


def test_rule_18_words_of_all_change_on_what_is_to_come(office, room, clock: Clock):
    made = series.make(office, weekly(room))
    clock.now = clock.now.replace(month=12, day=14, hour=10)
    done = series.edit(office, made.id, "all", "", {"contact_name": "李梅"})
    assert done.id == made.id
    assert [row.values["contact_name"] for row in held(office, made.id).values()] == ["王芳", "王芳", "李梅", "李梅"]


def test_rule_18_dates_changed_one_by_one_survive_unless_overwritten_and_are_listed(office, room):
    made = series.make(office, weekly(room))
    series.edit(office, made.id, "this", MONDAYS[1], {"headcount": 50})
    series.cancel(office, made.id, "this", MONDAYS[2], "停电")
    time = {"start": f"{MONDAYS[0]}T14:00", "end": f"{MONDAYS[0]}T16:00"}
    done = series.edit(office, made.id, "all", "", time)
    assert dates_of(done.done["changed"]) == [MONDAYS[0], MONDAYS[3]]
    assert dates_of(done.done["kept"]) == [MONDAYS[1], MONDAYS[2]]
    assert starts(office, made.id) == ["2026-12-07T14:00", "2026-12-14T09:00", "2026-12-28T14:00"]
    time = {"start": f"{MONDAYS[0]}T15:00", "end": f"{MONDAYS[0]}T17:00"}
    done = series.edit(office, made.id, "all", "", time, overwrite=True)
    assert dates_of(done.done["changed"]) == MONDAYS
    assert starts(office, made.id) == [f"{date}T15:00" for date in MONDAYS]
    assert {row.values["headcount"] for row in held(office, made.id).values()} == {20}
    assert {row.values["cancel_reason"] for row in held(office, made.id).values()} == {None}


def test_rule_18_a_new_rule_cancels_the_dates_that_go_and_makes_those_that_come(office, room):
    made = series.make(office, weekly(room))
    values = {"rule": "FREQ=WEEKLY;BYDAY=TU;COUNT=2", "start": "2026-12-22T09:00", "end": "2026-12-22T11:00"}
    done = series.edit(office, made.id, "later", MONDAYS[2], values)
    assert dates_of(done.done["cancelled"]) == MONDAYS[2:]
    assert dates_of(done.done["made"]) == ["2026-12-22", "2026-12-29"]
    assert starts(office, done.id) == ["2026-12-22T09:00", "2026-12-29T09:00"]
    assert get(office, "booking_series", done.id).values["status"] == "active"
    gone = held(office, done.id)[MONDAYS[2]].values
    assert (gone["status"], gone["cancel_reason"], gone["cancelled_by"]) == ("cancelled", "系列改期", "王小明")
    assert len(history(office, "booking_series", done.id)) == 2, "made by the split, then changed: never cancelled"


def test_rule_18_a_longer_rule_adds_dates_and_a_shorter_one_takes_them(office, room):
    made = series.make(office, weekly(room))
    done = series.edit(office, made.id, "all", "", {"rule": "FREQ=WEEKLY;COUNT=5"})
    assert dates_of(done.done["made"]) == ["2027-01-04"]
    done = series.edit(office, made.id, "all", "", {"rule": "FREQ=WEEKLY;COUNT=3"})
    assert dates_of(done.done["cancelled"]) == ["2026-12-28", "2027-01-04"]
    done = series.edit(office, made.id, "all", "", {"rule": "FREQ=WEEKLY;COUNT=4"})
    assert dates_of(done.done["made"]) == ["2026-12-28"], "what came back is booked again on its own row"
    assert statuses(office, made.id)["2026-12-28"] == "confirmed"


def test_rule_18_an_edit_into_a_taken_time_is_refused_whole_or_leaves_those_dates_alone(office, room):
    made = series.make(office, weekly(room))
    book(office, room, MONDAYS[1], "14:00", "15:00")
    time = {"start": f"{MONDAYS[0]}T14:00", "end": f"{MONDAYS[0]}T16:00"}
    with pytest.raises(Refusal, match="1 个日期不能约：2026年12月14日 周一"):
        series.edit(office, made.id, "all", "", time)
    assert starts(office, made.id) == [f"{date}T09:00" for date in MONDAYS]
    assert get(office, "booking_series", made.id).values["start"] == "2026-12-07T09:00"
    done = series.edit(office, made.id, "all", "", time, on_taken="skip")
    assert [(line["date"], line["state"]) for line in done.done["skipped"]] == [(MONDAYS[1], "taken")]
    assert starts(office, made.id) == [
        "2026-12-07T14:00", "2026-12-14T09:00", "2026-12-21T14:00", "2026-12-28T14:00",
    ]  # fmt: skip


def test_rule_22_a_series_does_not_stand_in_its_own_way_when_all_its_dates_move_along(office, room):
    save(office, "venue", {"overnight": True}, room)
    made = series.make(office, weekly(room, rule="FREQ=DAILY;COUNT=3", end="2026-12-08T08:00"))
    for hours in (("10:00", "09:00"), ("08:00", "07:00")):
        time = {"start": f"2026-12-07T{hours[0]}", "end": f"2026-12-08T{hours[1]}"}
        assert len(series.edit(office, made.id, "all", "", time).done["changed"]) == 3


def test_rule_18_to_other_days_a_series_moves_by_its_rule_only(office, room):
    made = series.make(office, weekly(room))
    with pytest.raises(Refusal, match="要同时给出新的重复规则"):
        series.edit(office, made.id, "all", "", {"start": "2026-12-08T09:00", "end": "2026-12-08T11:00"})
    with pytest.raises(Refusal, match="没有“some”这个范围"):
        series.edit(office, made.id, "some", "", {})
    with pytest.raises(Refusal, match="不是这个系列的日期"):
        series.edit(office, made.id, "later", "2026-12-08", {"purpose": "改"})
    with pytest.raises(Refusal, match="没有字段“colour”"):
        series.edit(office, made.id, "all", "", {"colour": "red"})
    with pytest.raises(Refusal, match="系列的状态不能直接修改"):
        series.edit(office, made.id, "all", "", {"status": "cancelled"})


def test_putting_a_changed_series_lets_its_occurrences_follow(office, room, clock: Clock):
    made = series.make(office, weekly(room))
    save(office, "booking_series", {"purpose": "排练"}, made.id)
    assert {row.values["purpose"] for row in held(office, made.id).values()} == {"排练"}
    clock.now = clock.now.replace(month=12, day=14)
    with pytest.raises(Refusal, match="过去的不能改"):
        save(office, "booking_series", {"rule": "FREQ=WEEKLY;COUNT=6"}, made.id)
    assert get(office, "booking_series", made.id).values["rule"] == "FREQ=WEEKLY;COUNT=4"


# Cancelling


def test_rule_19_cancelling_keeps_the_row_reason_person_and_time(office, room):
    made = series.make(office, weekly(room))
    done = series.cancel(office, made.id, "this", MONDAYS[1], "停电")
    assert dates_of(done.done["cancelled"]) == [MONDAYS[1]]
    gone = held(office, made.id)[MONDAYS[1]].values
    assert [gone[name] for name in ("status", "cancel_reason", "cancelled_by", "cancelled_at")] == [
        "cancelled", "停电", "王小明", "2026-11-23T09:00",
    ]  # fmt: skip
    assert get(office, "booking_series", made.id).values["status"] == "active"
    assert series.skipped(office, made.id) == [], "cancelled is not skipped"
    series.book(office, made.id, MONDAYS[1])
    assert set(statuses(office, made.id).values()) == {"confirmed"}


def test_rule_19_cancelling_the_last_occurrence_cancels_the_series(office, room):
    made = series.make(office, weekly(room))
    for date in MONDAYS:
        assert get(office, "booking_series", made.id).values["status"] == "active"
        values = {"status": "cancelled", "cancel_reason": "解散"}
        save(office, "booking", values, child_id(made.id, date))
    whole = get(office, "booking_series", made.id).values
    assert (whole["status"], whole["cancel_reason"]) == ("cancelled", "解散")
    series.book(office, made.id, MONDAYS[3])
    whole = get(office, "booking_series", made.id).values
    assert (whole["status"], whole["cancel_reason"]) == ("active", None)


def test_rule_19_a_no_show_at_the_end_does_not_cancel_the_series(office, room, clock: Clock):
    made = series.make(office, weekly(room))
    clock.now = clock.now.replace(month=12, day=28, hour=10)
    save(office, "booking", {"status": "no_show"}, child_id(made.id, MONDAYS[3]))
    assert get(office, "booking_series", made.id).values["status"] == "active"


def test_rule_18_cancelling_later_ones_ends_the_series_there(office, room, clock: Clock):
    made = series.make(office, weekly(room))
    clock.now = clock.now.replace(month=12, day=7, hour=12)
    series.edit(office, made.id, "this", MONDAYS[3], {"headcount": 50})
    done = series.cancel(office, made.id, "later", MONDAYS[2], "场地维修")
    assert dates_of(done.done["cancelled"]) == [MONDAYS[2]]
    assert dates_of(done.done["kept"]) == [MONDAYS[3]]
    assert get(office, "booking_series", made.id).values["rule"] == "FREQ=WEEKLY;UNTIL=20261220"
    done = series.cancel(office, made.id, "all", "", "解散", overwrite=True)
    assert dates_of(done.done["cancelled"]) == [MONDAYS[1], MONDAYS[3]]
    assert statuses(office, made.id)[MONDAYS[0]] == "confirmed", "what has been is not cancelled"
    assert get(office, "booking_series", made.id).values["status"] == "cancelled"
    with pytest.raises(Refusal, match="没有可以取消的日期"):
        series.cancel(office, made.id, "all", "", "再取消")
    with pytest.raises(Refusal, match="请写明取消的理由"):
        series.cancel(office, made.id, "all", "", " ")


def test_undoing_a_cancellation_brings_back_dates_and_series(office, room):
    made = series.make(office, weekly(room))
    done = series.cancel(office, made.id, "all", "", "解散")
    assert get(office, "booking_series", made.id).values["status"] == "cancelled"
    undo(office, done.op)
    assert set(statuses(office, made.id).values()) == {"confirmed"}
    assert get(office, "booking_series", made.id).values["status"] == "active"
