"""Series from outside: put booking_series, and the family of commands ``shuniu series``."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.services.series_plan import child_id

MONDAYS = ["2036-12-01", "2036-12-08", "2036-12-15", "2036-12-22"]


@pytest.fixture
def room(center: Any) -> str:
    return center("put", "venue", stdin=[{"name": "一楼大厅"}]).line["id"]


def weekly(room: str, **values: Any) -> dict[str, Any]:
    return {
        "venue": room, "start": "2036-12-01T09:00", "end": "2036-12-01T11:00", "rule": "FREQ=WEEKLY;UNTIL=20361222",
        "client_kind": "team", "client_name": "乐龄合唱队", **values,
    }  # fmt: skip


def book(center: Any, room: str, date: str) -> str:
    line = {"venue": room, "start": f"{date}T10:00", "end": f"{date}T12:00", "client_name": "书画社"}
    return center("put", "booking", stdin=[line]).line["id"]


def test_preview_prints_a_line_for_each_date_and_writes_nothing(center, room):
    book(center, room, MONDAYS[1])
    answer = center("series", "preview", stdin=[weekly(room)])
    assert answer.code == 0, answer.err
    assert [(line["date"], line["state"]) for line in answer.lines] == list(
        zip(MONDAYS, ("free", "taken", "free", "free"), strict=True)
    )
    assert answer.lines[0] == {
        "date": MONDAYS[0], "start": "2036-12-01T09:00", "end": "2036-12-01T11:00", "state": "free", "by": "",
    }  # fmt: skip
    assert "书画社" in answer.lines[1]["by"]
    assert center("get", "booking_series").lines == []
    assert len(center("get", "booking").lines) == 1


def test_put_makes_the_series_and_says_what_it_made(center, room):
    made = center("put", "booking_series", stdin=[weekly(room)])
    assert made.code == 0, made.out
    assert set(made.line) == {"id", "number", "made", "skipped"}
    assert [one["date"] for one in made.line["made"]] == MONDAYS
    assert made.line["skipped"] == []
    for one in made.line["made"]:
        booking = center("get", "booking", one["id"]).line
        assert (booking["number"], booking["original_date"], booking["series"]) == (
            one["number"], one["date"], made.line["id"],
        )  # fmt: skip
        assert one["id"] == child_id(made.line["id"], one["date"])
    assert center("undo").line["restored"] == 5
    assert center("get", "booking").lines == []


def test_put_refuses_the_whole_and_names_the_dates(center, room):
    book(center, room, MONDAYS[1])
    answer = center("put", "booking_series", stdin=[weekly(room, on_taken="refuse")])
    assert answer.code == 1
    assert "2036年12月8日 周一" in answer.line["error"]
    assert answer.line["field"] == "rule"
    assert [(one["date"], one["state"]) for one in answer.line["dates"]] == [(MONDAYS[1], "taken")]
    assert "书画社" in answer.line["more"][0]["error"]
    assert len(center("get", "booking").lines) == 1
    assert center("get", "booking_series").lines == []


def test_put_skips_and_a_skipped_date_is_booked_later_or_elsewhere(center, room):
    taken = [book(center, room, date) for date in MONDAYS[1:3]]
    made = center("put", "booking_series", stdin=[weekly(room, on_taken="skip")]).line
    assert [one["date"] for one in made["made"]] == [MONDAYS[0], MONDAYS[3]]
    assert [(one["date"], one["state"]) for one in made["skipped"]] == [(MONDAYS[1], "taken"), (MONDAYS[2], "taken")]
    skipped = center("series", "skipped", made["id"])
    assert [(one["date"], one["state"]) for one in skipped.lines] == [(MONDAYS[1], "taken"), (MONDAYS[2], "taken")]
    refused = center("series", "book", made["id"], MONDAYS[1])
    assert refused.code == 1
    assert "书画社" in refused.err
    center("put", "booking", stdin=[{"id": taken[0], "status": "cancelled", "cancel_reason": "不来了"}])
    assert [one["date"] for one in center("series", "book", made["id"], MONDAYS[1]).line["made"]] == [MONDAYS[1]]
    other = center("put", "venue", stdin=[{"name": "二楼教室"}]).line["id"]
    assert center("series", "book", made["id"], MONDAYS[2], "--venue", other).code == 0
    assert center("series", "skipped", made["id"]).lines == []


def test_put_takes_dates_that_are_moved_or_not_wanted(center, room):
    book(center, room, MONDAYS[1])
    other = center("put", "venue", stdin=[{"name": "二楼教室"}]).line["id"]
    line = weekly(room, moved={MONDAYS[1]: other}, omit=[MONDAYS[3]])
    assert [one["state"] for one in center("series", "preview", stdin=[line]).lines] == ["free"] * 3
    made = center("put", "booking_series", stdin=[line]).line
    assert [one["date"] for one in made["made"]] == MONDAYS[:3]
    assert [one["date"] for one in made["skipped"]] == MONDAYS[3:]
    assert center("get", "booking", made["made"][1]["id"]).line["venue"] == other


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"omit": "2036-12-01"}, "omit"),
        ({"omit": [1]}, "omit"),
        ({"moved": ["2036-12-01"]}, "moved"),
        ({"moved": {"2036-12-01": 1}}, "moved"),
        ({"omit": ["2036-12-02"]}, "omit"),
        ({"moved": {"2036-12-02": "x"}}, "moved"),
        ({"rule": "FREQ=MINUTELY;COUNT=3"}, "rule"),
        ({"rule": 7}, "rule"),
        ({"start": "2036-12-01T25:00"}, "start"),
        ({"on_taken": "maybe"}, "on_taken"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_read_is_refused_by_field(center, room, values, field):
    put = center("put", "booking_series", stdin=[weekly(room, **values)])
    assert put.code == 1
    assert put.line["field"] == field
    assert put.line["error"]
    preview = center("series", "preview", stdin=[weekly(room, **values)])
    assert (preview.code, preview.out) == (1, "")
    assert preview.err.strip()


@pytest.mark.parametrize("stdin", [b"", b"{}\n{}\n", b"[]", b"nothing"])
def test_preview_takes_one_object(center, stdin):
    answer = center("series", "preview", stdin=stdin)
    assert answer.code == 1
    assert answer.err.count("\n") == 1


def test_edit_and_cancel_in_three_scopes(center, room):
    made = center("put", "booking_series", stdin=[weekly(room)]).line
    this = center("series", "edit", made["id"], "--scope", "this", "--date", MONDAYS[1], stdin=[{"headcount": 9}])
    assert [one["date"] for one in this.line["changed"]] == MONDAYS[1:2], this.err
    time = {"start": f"{MONDAYS[2]}T14:00", "end": f"{MONDAYS[2]}T16:00"}
    later = center("series", "edit", made["id"], "--scope", "later", "--date", MONDAYS[2], stdin=[time]).line
    assert later["id"] == child_id(made["id"], MONDAYS[2])
    assert [one["date"] for one in later["changed"]] == MONDAYS[2:]
    every = center("series", "edit", made["id"], "--scope", "all", stdin=[{"purpose": "排练"}]).line
    assert [one["date"] for one in every["changed"]] == MONDAYS[:1]
    assert [one["date"] for one in every["kept"]] == MONDAYS[1:2]
    gone = center("series", "cancel", later["id"], "--scope", "all", "--reason", "解散").line
    assert [one["date"] for one in gone["cancelled"]] == MONDAYS[2:]
    assert center("get", "booking_series", later["id"]).line["status"] == "cancelled"
    assert center("series", "cancel", made["id"], "--scope", "this", "--date", "2036-12-02", "--reason", "x").code == 1
    assert center("series", "edit", made["id"], "--scope", "none", stdin=[{}]).code == 2


def test_several_series_in_one_call_see_each_other_and_are_all_or_none(center, room):
    lines = [weekly(room), weekly(room, client_name="舞蹈队")]
    answer = center("put", "booking_series", stdin=lines)
    assert answer.code == 1
    assert [one["date"] for one in answer.lines[1]["dates"]] == MONDAYS
    assert center("get", "booking").lines == center("get", "booking_series").lines == []
    each = center("put", "booking_series", "--each", stdin=lines)
    assert ["made" in line for line in each.lines] == [True, False]
    assert len(center("get", "booking").lines) == 4


def test_renewing_last_years_series_in_bulk(center, room):
    made = [
        center(
            "put", "booking_series", stdin=[weekly(room, start=f"2036-12-01T{hour}:00", end=f"2036-12-01T{hour}:50")]
        )
        for hour in ("09", "14")
    ]
    ids = [one.line["id"] for one in made]
    span = ["--ended-from", "2036-01-01", "--ended-until", "2036-12-31"]
    assert [line["id"] for line in center("series", "renewable", *span).lines] == ids
    new = ["--from", "2037-01-01", "--until", "2037-01-20"]
    renewed = center("series", "renew", *span, *new)
    assert renewed.code == 0, renewed.out
    assert [line["follows"] for line in renewed.lines] == ids
    assert [[one["date"] for one in line["made"]] for line in renewed.lines] == [
        ["2037-01-05", "2037-01-12", "2037-01-19"]
    ] * 2
    again = center("series", "renew", ids[0], *new)
    assert again.code == 1
    assert "续办过" in again.line["error"]
    assert center("series", "renew", *new).code == 2
    assert center("series", "renew", ids[0], "--from", "2037-01-01", "--until", "soon").code == 1


def test_errors_are_told_in_english_too(center, room):
    answer = center("--lang", "en", "series", "preview", stdin=[json.dumps(weekly(room, rule="FREQ=DAILY"))])
    assert answer.code == 1
    assert answer.err.isascii()


def test_a_room_may_be_said_by_its_name_or_number(center) -> None:
    made = center("put", "venue", stdin=[{"name": "二楼会议室"}]).line
    for said in ("二楼会议室", made["number"], made["id"]):
        answer = center("series", "preview", stdin=[weekly(said)])
        assert {line["state"] for line in answer.lines} == {"free"}, answer.err
    booking = {"venue": "二楼会议室", "start": "2026-12-30T09:00", "end": "2026-12-30T10:00"}
    made_booking = center("put", "booking", stdin=[booking]).line["id"]
    assert center("get", "booking", made_booking).line["venue"] == made["id"]
    answer = center("put", "booking", stdin=[booking | {"venue": "没有这间"}])
    assert answer.code == 1
    assert "没有叫“没有这间”的场地" in answer.out
