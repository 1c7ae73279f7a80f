"""Closing a day: the closure, everyone to call, and cancelling on demand (rules.md 4; domain.md C1, B12)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from app.errors import Refusal
from app.services import closing_days, slot_waiting
from app.services.closing_days import Span, affected, close_day
from app.services.findings import findings
from app.services.office import Office
from app.services.reading import get, ids
from app.services.slip_records import affected as affected_by
from app.services.slip_records import people_to_call
from app.services.undoing import undo
from app.services.writing import save
from app.workspace import Workspace

DAY = "2026-12-01"
ALL_DAY = (f"{DAY}T00:00", "2026-12-02T00:00")


@pytest.fixture
def desk(workspace: Workspace) -> Office:
    return workspace.office.acting("王小明")


@pytest.fixture
def halls(desk: Office) -> dict[str, str]:
    whole = save(desk, "venue", {"name": "多功能厅"}).id
    return {
        "whole": whole,
        "east": save(desk, "venue", {"name": "东厅", "parent": whole}).id,
        "west": save(desk, "venue", {"name": "西厅", "parent": whole}).id,
        "school": save(desk, "venue", {"name": "学校礼堂", "external": True}).id,
    }


@pytest.fixture
def book(desk: Office, halls: dict[str, str]) -> Callable[..., str]:
    def make(hall: str, first: str, last: str, day: str = DAY, **values: Any) -> str:
        who = {"client_name": "书画社", "contact_name": "张三", "contact_phone": "13812345678"}
        slot = {"venue": halls[hall], "start": f"{day}T{first}", "end": f"{day}T{last}"}
        return save(desk, "booking", {**slot, **who, **values}).id

    return make


def of(desk: Office, span: Span | str) -> list[str]:
    with desk.reading() as session:
        return [row.id for row in affected(session, desk.now, span)]


def test_rule_04_a_closed_center_reaches_every_room_but_external_ones(desk, halls, book):
    whole, school = book("whole", "09:00", "10:00"), book("school", "09:00", "10:00")
    east, west = book("east", "10:00", "11:00"), book("west", "10:00", "11:00")
    book("east", "10:00", "11:00", day="2026-12-02")
    assert of(desk, Span(*ALL_DAY)) == [whole, east, west]
    assert of(desk, Span(*ALL_DAY, halls["east"])) == [whole, east]
    assert of(desk, Span(*ALL_DAY, halls["whole"])) == [whole, east, west]
    assert of(desk, Span(*ALL_DAY, halls["school"])) == [school]


def test_rule_01_what_only_touches_the_closed_time_is_not_affected(desk, halls, book):
    book("east", "08:00", "09:00")
    book("east", "11:00", "12:00")
    inside = book("east", "10:59", "11:00")
    assert of(desk, Span(f"{DAY}T09:00", f"{DAY}T11:00")) == [inside]


def test_rule_04_a_room_with_an_exceptional_opening_of_its_own_is_not_affected(desk, halls, book):
    book("east", "09:00", "10:00")
    half = book("east", "11:30", "12:30")
    west = book("west", "09:00", "10:00")
    opening = {"reason": "义诊", "sort": "open", "venue": halls["east"], "start": f"{DAY}T08:00", "end": f"{DAY}T12:00"}
    save(desk, "closure", opening)
    assert of(desk, Span(*ALL_DAY)) == [west, half]


@pytest.mark.parametrize("status", ["cancelled", "rejected", "no_show", "closed", "expired"])
def test_nobody_is_called_about_what_is_off_or_over(desk, halls, book, status):
    book("east", "09:00", "10:00", status=status)
    assert of(desk, Span(*ALL_DAY)) == []


def test_closing_a_day_is_one_operation_and_the_bookings_stay_until_told_otherwise(desk, halls, book):
    east, west = book("east", "09:00", "10:00"), book("west", "09:00", "10:00")
    saved, rows = close_day(desk, *ALL_DAY, None, "停电检修")
    assert [row.id for row in rows] == [east, west] == of(desk, saved.id)
    assert get(desk, "booking", east).values["status"] == "confirmed"
    assert {finding.code for finding in findings(desk)} == {"closed"}
    undo(desk, saved.op)
    assert ids(desk, "closure") == []
    assert findings(desk) == []


def test_closing_a_day_cancels_on_demand_all_or_nothing(desk, halls, book):
    east, west = book("east", "09:00", "10:00"), book("west", "09:00", "10:00", status="checked_in")
    saved, rows = close_day(desk, *ALL_DAY, halls["whole"], "停电检修", cancel=True)
    values = get(desk, "booking", east).values
    assert (values["status"], values["cancel_reason"], values["cancelled_by"]) == ("cancelled", "停电检修", "王小明")
    assert get(desk, "booking", west).values["status"] == "checked_in"
    assert [(row.id, row.status) for row in rows] == [(east, "cancelled"), (west, "checked_in")]
    undo(desk, saved.op)
    assert get(desk, "booking", east).values["status"] == "confirmed"
    assert ids(desk, "closure") == []


def test_rule_27_what_a_closed_day_frees_is_offered_to_nobody(desk, halls, book):
    book("east", "09:00", "10:00")
    slot = {"venue": halls["east"], "start": f"{DAY}T09:00", "end": f"{DAY}T10:00"}
    entry = save(desk, "slot_waiting", {**slot, "client_name": "歌队"}).id
    close_day(desk, *ALL_DAY, None, "停电检修", cancel=True)
    assert get(desk, "slot_waiting", entry).values["status"] == "waiting"
    assert slot_waiting.due(desk) == ()


def test_rule_28_who_has_a_room_held_is_called_too_until_the_deadline(desk, halls, book, clock):
    taken = book("east", "10:00", "11:00")
    slot = {"venue": halls["east"], "start": f"{DAY}T09:00", "end": f"{DAY}T10:00", "client_name": "歌队"}
    held = save(desk, "slot_waiting", {**slot, "status": "offered", "offer_until": "2026-11-25T12:00"}).id
    save(desk, "slot_waiting", {**slot, "client_name": "舞队"})
    assert of(desk, Span(*ALL_DAY)) == [held, taken]
    saved, rows = close_day(desk, *ALL_DAY, None, "停电检修", cancel=True)
    assert [(row.kind, row.status) for row in rows] == [("slot_waiting", "offered"), ("booking", "cancelled")]
    assert affected_by(desk, saved.id) == {"booking": [taken], "slot_waiting": [held]}
    told = [(one["client_name"], one["purpose"]) for one in people_to_call(desk, affected_by(desk, saved.id))]
    assert told == [("歌队", "（候补）"), ("书画社", "")]
    clock.now = datetime(2026, 11, 25, 12, 0)
    assert of(desk, Span(*ALL_DAY)) == []


def test_numbers_to_call_are_masked_on_the_screen(desk, halls, book):
    book("east", "09:00", "10:00", client_kind="resident", client_name="李小四")
    with desk.reading() as session:
        (row,) = affected(session, desk.now, Span(*ALL_DAY))
    assert (row.client, row.contact_name, row.contact_phone) == ("李*", "张*", "138****5678")


def test_a_closure_that_is_not_there_and_a_span_the_wrong_way_round_are_refused(desk, halls):
    with pytest.raises(Refusal, match="没有这条停用"):
        of(desk, "x")
    with pytest.raises(Refusal, match="结束不晚于开始"):
        close_day(desk, ALL_DAY[1], ALL_DAY[0], None, "停电检修")
    with pytest.raises(Refusal, match="原因"):
        close_day(desk, *ALL_DAY, None, " ")
    assert closing_days.TO_CALL
