"""Editing and cancelling a series in three scopes (rules.md 18, 19, 22)."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import Refusal
from app.services import series
from app.services.history import history
from app.services.reading import get, ids
from app.services.series_plan import child_id
from app.services.undoing import undo
from app.services.writing import save
from tests.conftest import Clock
from tests.services.series_desk import MONDAYS, book, dates_of, held, starts, statuses, weekly


@pytest.fixture
def office(workspace: Any) -> Any:
    return workspace.office.acting("王小明")


@pytest.fixture
def room(office: Any) -> str:
    return save(office, "venue", {"name": "一楼大厅"}).id


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
