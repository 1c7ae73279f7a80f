"""Series: made whole or with skips, edited in three scopes, cancelled, booked again (rules.md 10-19)."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import Refusal
from app.services import series
from app.services.reading import ids
from app.services.series_plan import Asked, child_id
from app.services.undoing import undo
from app.services.writing import save, set_deleted
from tests.conftest import Clock
from tests.services.series_desk import MONDAYS, book, dates_of, held, weekly


@pytest.fixture
def office(workspace: Any) -> Any:
    return workspace.office.acting("王小明")


@pytest.fixture
def room(office: Any) -> str:
    return save(office, "venue", {"name": "一楼大厅"}).id


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


def test_rule_21_the_dates_of_a_series_count_together_against_a_quota(office, room):
    save(office, "quota", {"name": "每月两次", "measure": "count", "limit": "2", "period": "month"})
    found = series.preview(office, weekly(room, rule="FREQ=WEEKLY;COUNT=6"))
    assert [row.state for row in found] == ["free", "free", "quota", "quota", "free", "free"]
    assert "每月两次" in found[2].by
    made = series.make(office, weekly(room, rule="FREQ=WEEKLY;COUNT=6", on_taken="skip"))
    assert dates_of(made.done["made"]) == [*MONDAYS[:2], "2027-01-04", "2027-01-11"]
    assert [(line["date"], line["state"]) for line in made.done["skipped"]] == [
        (MONDAYS[2], "quota"),
        (MONDAYS[3], "quota"),
    ]


def test_rule_23_a_reason_overrides_policy_and_never_who_holds_the_room(office, room):
    save(office, "quota", {"name": "每月两次", "measure": "count", "limit": "2", "period": "month"})
    with pytest.raises(Refusal, match="每月两次"):
        series.make(office, weekly(room))
    made = series.make(office, weekly(room), reason="主任批准")
    assert dates_of(made.done["made"]) == MONDAYS
    with pytest.raises(Refusal, match="4 个日期不能约"):
        series.make(office, weekly(room, client_name="舞蹈队"), reason="主任批准")


def test_rule_04_the_hours_of_the_room_close_dates(office, room):
    save(office, "venue", {"opens": "8:30-17:00", "opens_mon": "休息"}, room)
    found = series.preview(office, weekly(room, rule="FREQ=WEEKLY;BYDAY=MO,TU;COUNT=4"))
    assert [row.state for row in found] == ["closed", "free", "closed", "free"]
    late = weekly(room, rule="FREQ=WEEKLY;BYDAY=TU;COUNT=2", start="2026-12-08T16:00", end="2026-12-08T18:00")
    assert [row.state for row in series.preview(office, late)] == ["closed", "closed"]
    assert len(series.make(office, late, reason="主任批准").done["made"]) == 2


def test_rule_20_notice_is_told_date_by_date_and_a_reason_sets_it_aside(office, room):
    save(office, "venue", {"notice_days": 20}, room)
    found = series.preview(office, weekly(room))
    assert [row.state for row in found] == ["invalid", "free", "free", "free"]
    assert "须至少提前 20 天预约" in found[0].by
    made = series.make(office, weekly(room, on_taken="skip"))
    assert dates_of(made.done["made"]) == MONDAYS[1:]
    assert (
        len(
            series.make(
                office, weekly(save(office, "venue", {"name": "甲", "notice_days": 20}).id), reason="急用"
            ).done["made"]
        )
        == 4
    )


def test_rule_24_a_client_who_is_suspended_gets_no_date(office, room):
    (center,) = ids(office, "center")
    save(office, "center", {"strike_limit": 1}, center)
    book(office, room, "2026-11-20", client_name="乐龄合唱队", status="no_show")
    found = series.preview(office, weekly(room, client_kind=None))
    assert {row.state for row in found} == {"invalid"}
    assert "已暂停预约" in found[0].by
