"""The waiting list for a slot (rules.md 26-30, 35): whatever frees the room, one service offers it to who is next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from app.errors import Refusal
from app.services import counter, slot_waiting
from app.services.findings import findings
from app.services.office import Office
from app.services.reading import get, ids
from app.services.states import shown_waiting
from app.services.undoing import undo
from app.services.writing import save, set_deleted
from app.workspace import Workspace

DAY = "2026-12-01"
"""A Tuesday, a week after the clock of the tests (Monday 2026-11-23, nine o'clock)."""


@pytest.fixture
def desk(workspace: Workspace) -> Office:
    return workspace.office.acting("王小明")


@pytest.fixture
def room(desk: Office) -> str:
    return save(desk, "venue", {"name": "活动室"}).id


def slot(venue: str, first: str, last: str, day: str = DAY) -> dict[str, Any]:
    return {"venue": venue, "start": f"{day}T{first}", "end": f"{day}T{last}"}


@pytest.fixture
def book(desk: Office, room: str) -> Callable[..., str]:
    def make(first: str = "09:00", last: str = "11:00", venue: str = room, day: str = DAY, **values: Any) -> str:
        return save(desk, "booking", {**slot(venue, first, last, day), "client_name": "书画社", **values}).id

    return make


@pytest.fixture
def wait(desk: Office, room: str) -> Callable[..., str]:
    def make(
        who: str, first: str = "09:00", last: str = "11:00", venue: str = room, day: str = DAY, **values: Any
    ) -> str:
        return save(desk, "slot_waiting", {**slot(venue, first, last, day), "client_name": who, **values}).id

    return make


@pytest.fixture
def status(desk: Office) -> Callable[..., str]:
    """As people are shown it."""

    def of(entry: str) -> str:
        values = get(desk, "slot_waiting", entry).values
        return shown_waiting(values["status"], values["offer_until"], values["start"], desk.now)

    return of


def refused(operation: Callable[..., Any], *arguments: Any, **options: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        operation(*arguments, **options)
    return str(refusal.value)


def test_rule_26_priority_comes_first_then_the_time_of_joining(desk, clock, book, wait, status):
    held = book()
    late = wait("晚到", joined_at="2026-11-23T08:00")
    early = wait("早到", joined_at="2026-11-22T08:00")
    first = wait("优先", priority=5, joined_at="2026-11-23T08:30")
    counter.cancel(desk, [held], "有事")
    assert [status(one) for one in (first, early, late)] == ["offered", "waiting", "waiting"]
    slot_waiting.leave(desk, first)
    assert [status(one) for one in (first, early, late)] == ["left", "offered", "waiting"]


@pytest.mark.parametrize(
    "free",
    [
        lambda desk, held: counter.cancel(desk, [held], "有事"),
        lambda desk, held: save(desk, "booking", {"status": "rejected", "cancel_reason": "不合用途"}, held),
        lambda desk, held: save(desk, "booking", {"status": "no_show"}, held),
        lambda desk, held: set_deleted(desk, "booking", [held], True),
        lambda desk, held: save(desk, "booking", slot_of(desk, held, "2026-12-02"), held),
        lambda desk, held: save(desk, "booking", {"start": f"{DAY}T11:00", "end": f"{DAY}T12:00"}, held),
        lambda desk, held: save(desk, "booking", {"venue": save(desk, "venue", {"name": "教室"}).id}, held),
    ],
    ids=["cancelled", "rejected", "no-show", "deleted", "another day", "later", "another room"],
)
def test_rule_27_whatever_frees_the_room_promotes_in_the_same_operation(desk, book, wait, status, free):
    held = book()
    one = wait("歌队")
    assert status(one) == "waiting"
    saved = free(desk, held)
    assert status(one) == "offered"
    assert saved.notices[-1] == "12月1日 周二 9:00-11:00 空出，请通知候补的 歌队 在 11月24日 周二 9:00 前确认。"
    undo(desk, saved.op)
    assert status(one) == "waiting"


def slot_of(desk: Office, booking: str, day: str) -> dict[str, Any]:
    return slot(get(desk, "booking", booking).values["venue"], "09:00", "11:00", day)


def test_rule_27_a_closure_that_ends_and_an_exceptional_opening_promote(desk, room, wait, status):
    closure = save(desk, "closure", {"reason": "检修", "start": f"{DAY}T00:00", "end": "2026-12-02T00:00"}).id
    one = wait("歌队")
    assert status(one) == "waiting"
    set_deleted(desk, "closure", [closure], True)
    assert status(one) == "offered"
    two = wait("书画社", day="2026-12-05")
    slot_waiting.leave(desk, two)
    save(desk, "venue", {"opens": "8:00-17:00", "opens_sat": "休息"}, room)
    two = wait("书画社", day="2026-12-05")
    assert status(two) == "waiting"
    opening = {"reason": "义诊", "sort": "open", "start": "2026-12-05T08:00", "end": "2026-12-05T12:00", "venue": room}
    save(desk, "closure", opening)
    assert status(two) == "offered"


def test_rule_27_more_capacity_and_longer_hours_promote(desk, room, wait, status):
    save(desk, "venue", {"capacity": 20, "opens": "12:00-18:00"}, room)
    large = wait("大队", "13:00", "15:00", headcount=30)
    early = wait("晨练", "09:00", "10:00")
    assert [status(large), status(early)] == ["waiting", "waiting"]
    save(desk, "venue", {"capacity": 30}, room)
    assert [status(large), status(early)] == ["offered", "waiting"]
    save(desk, "venue", {"opens": "8:00-18:00"}, room)
    assert status(early) == "offered"


def test_rule_27_an_offer_that_expires_moves_on_when_a_program_runs(desk, clock, book, wait, status):
    held, one, two = book(), wait("甲"), wait("乙")
    counter.cancel(desk, [held], "有事")
    assert slot_waiting.due(desk) == ()
    clock.move(hours=24)
    assert [status(one), status(two)] == ["expired", "waiting"]
    (said,) = slot_waiting.due(desk)
    assert "候补的 乙" in said
    assert [status(one), status(two)] == ["expired", "offered"]
    assert slot_waiting.due(desk) == ()


def test_rule_35_a_no_show_that_time_has_made_is_caught_up_with(desk, clock, workspace, book, wait, status):
    save(desk, "center", {"release_minutes": 15}, workspace.center_id)
    book("09:00", "17:00", day="2026-11-23")
    one = wait("歌队", "13:00", "15:00", day="2026-11-23")
    clock.move(minutes=14)
    assert slot_waiting.due(desk) == ()
    clock.move(minutes=1)
    assert slot_waiting.due(desk)
    assert status(one) == "offered"
    assert get(desk, "slot_waiting", one).values["offer_until"] == "2026-11-23T13:00"


def test_rule_28_an_offer_holds_the_room_until_its_deadline_and_never_beyond_the_start(
    desk, clock, workspace, room, book, wait, status
):
    save(desk, "center", {"offer_hours": 400}, workspace.center_id)
    held, one = book(), wait("歌队")
    counter.cancel(desk, [held], "有事")
    assert get(desk, "slot_waiting", one).values["offer_until"] == f"{DAY}T09:00"
    assert "候补保留：歌队" in refused(book, "10:00", "12:00")
    clock.now = datetime(2026, 12, 1, 9, 0)
    assert status(one) == "expired"
    book("10:00", "12:00")


def test_rule_28_never_more_offers_than_free_places_also_in_a_hall_and_its_parts(desk, wait, book, status):
    hall = save(desk, "venue", {"name": "多功能厅", "waiting_order": "fits"}).id
    east, west = (
        save(desk, "venue", {"name": name, "parent": hall, "waiting_order": "fits"}).id for name in ("东厅", "西厅")
    )
    held = book(venue=hall)
    entries = [wait("甲", venue=east), wait("乙", venue=hall), wait("丙", venue=west), wait("丁", venue=east)]
    counter.cancel(desk, [held], "有事")
    assert [status(one) for one in entries] == ["offered", "waiting", "offered", "waiting"]
    assert findings(desk) == []


def test_rule_28_nothing_is_offered_while_another_booking_of_the_same_operation_takes_it(
    desk, room, book, wait, status
):
    held, one = book(), wait("歌队")
    with desk.unit() as unit:
        from app.models.registry import KINDS
        from app.services.writing import put

        put(unit, KINDS["booking"], {"status": "cancelled", "cancel_reason": "换人"}, held)
        put(unit, KINDS["booking"], {**slot(room, "09:00", "10:00"), "client_name": "读书会"})
    assert status(one) == "waiting"


@pytest.mark.parametrize(("order", "second"), [("strict", "waiting"), ("fits", "offered")])
def test_rule_29_strict_order_lets_nobody_pass_and_first_that_fits_does(desk, room, book, wait, status, order, second):
    save(desk, "venue", {"waiting_order": order}, room)
    held = book()
    book("11:00", "12:00")
    long = wait("长", "09:00", "12:00")
    short = wait("短", "09:00", "10:00")
    apart = wait("别的时间", "14:00", "15:00")
    counter.cancel(desk, [held], "有事")
    assert [status(long), status(short), status(apart)] == ["waiting", second, "offered"]


def test_rule_29_a_group_too_large_holds_its_place_only_in_strict_order(desk, room, book, wait, status):
    save(desk, "venue", {"capacity": 20}, room)
    held, large, small = book(), wait("大队", headcount=30), wait("小队", headcount=5)
    counter.cancel(desk, [held], "有事")
    assert [status(large), status(small)] == ["waiting", "waiting"]
    save(desk, "venue", {"waiting_order": "fits"}, room)
    assert [status(large), status(small)] == ["waiting", "offered"]


def test_rule_30_who_has_the_room_already_is_taken_off_and_the_next_is_offered(desk, book, wait, status):
    held = book("09:00", "10:00")
    one, two = wait("甲社", "09:00", "11:00"), wait("乙社", "09:00", "10:00")
    own = book("10:00", "11:00", client_name="甲社")
    saved = counter.cancel(desk, [held], "有事")
    assert [status(one), status(two)] == ["left", "offered"]
    assert "甲社 已经约到这个时段，不再候补。" in saved.notices
    assert get(desk, "booking", own).values["status"] == "confirmed"


def test_rule_30_who_accepts_and_then_cancels_leaves_the_list(desk, book, wait, status):
    held, one, two = book(), wait("甲"), wait("乙")
    counter.cancel(desk, [held], "有事")
    made = slot_waiting.accept(desk, one)
    booking = get(desk, "booking", made.id).values
    assert (booking["status"], booking["client_name"], booking["start"]) == ("confirmed", "甲", f"{DAY}T09:00")
    assert get(desk, "slot_waiting", one).values["booking"] == made.id
    counter.cancel(desk, [made.id], "又不来了")
    assert [status(one), status(two)] == ["accepted", "offered"]


def test_rule_30_nothing_is_offered_after_the_start(desk, clock, book, wait, status):
    held, one = book(), wait("甲")
    clock.now = datetime(2026, 12, 1, 9, 0)
    counter.cancel(desk, [held], "有事")
    assert slot_waiting.due(desk) == ()
    assert status(one) == "expired"


def test_accepting_is_one_operation_that_is_undone_whole_and_can_be_done_again(desk, book, wait, status):
    held, one = book(), wait("甲")
    counter.cancel(desk, [held], "有事")
    made = slot_waiting.accept(desk, one)
    undo(desk, made.op)
    assert status(one) == "offered"
    assert ids(desk, "booking") == [held]
    again = slot_waiting.accept(desk, one)
    assert again.id != made.id
    assert get(desk, "booking", again.id).values["status"] == "confirmed"


def test_what_cannot_be_accepted_or_left_is_refused_in_a_sentence(desk, clock, book, wait):
    held, one = book(), wait("甲")
    assert "还没有轮到" in refused(slot_waiting.accept, desk, one)
    counter.cancel(desk, [held], "有事")
    clock.move(hours=24)
    assert "保留的时间已过" in refused(slot_waiting.accept, desk, one)
    clock.move(minutes=-1)
    slot_waiting.accept(desk, one)
    assert "已经接受过了" in refused(slot_waiting.accept, desk, one)
    assert "已经接受过了" in refused(slot_waiting.leave, desk, one)


def test_notice_is_measured_from_when_they_joined(desk, clock, room, book, wait, status):
    save(desk, "venue", {"notice_days": 3}, room)
    held, one = book(), wait("甲")
    clock.now = datetime(2026, 11, 30, 9, 0)
    assert "须至少提前 3 天" in refused(wait, "乙")
    counter.cancel(desk, [held], "有事")
    slot_waiting.accept(desk, one)


def test_a_client_who_is_suspended_or_over_quota_is_passed_over(desk, workspace, clock, book, wait, status):
    save(desk, "center", {"strike_limit": 1}, workspace.center_id)
    save(desk, "quota", {"name": "一天一次", "limit": "1", "period": "day"})
    book("09:00", "10:00", day="2026-11-20", client_name="爽约社", status="no_show")
    held = book()
    book("14:00", "15:00", client_name="满额社")
    entries = [wait("爽约社"), wait("满额社"), wait("丙")]
    counter.cancel(desk, [held], "有事")
    assert [status(one) for one in entries] == ["waiting", "waiting", "offered"]


def test_joining_twice_and_joining_what_has_begun_are_refused(desk, book, wait):
    book()
    wait("甲")
    assert "已经在候补这个时段" in refused(wait, "甲")
    assert "已经开始了" in refused(wait, "乙", "08:00", "10:00", day="2026-11-23")


def test_a_free_slot_is_offered_to_who_joins_for_it(wait, status):
    assert status(wait("甲")) == "offered"


def test_nothing_taken_is_held_by_hand(desk, book, wait):
    book()
    one = wait("甲")
    assert "这个时段不空：书画社" in refused(save, desk, "slot_waiting", {"status": "offered"}, one)


def test_undoing_a_leave_is_refused_where_the_room_is_held_for_the_next(desk, book, wait, status):
    held, one, two = book(), wait("甲"), wait("乙")
    counter.cancel(desk, [held], "有事")
    left = slot_waiting.leave(desk, one)
    assert status(two) == "offered"
    slot_waiting.accept(desk, two)
    assert "不空" in refused(undo, desk, left.op)
    assert status(one) == "left"


def test_two_offers_at_once_from_two_pcs_are_both_kept_and_found(desk, room, wait, status):
    one = wait("甲")
    two = wait("乙", "10:00", "12:00")
    assert [status(one), status(two)] == ["offered", "waiting"]
    with desk.unit() as unit:  # as a merge does: past the rules
        record = unit.load("slot_waiting", two)
        record.status, record.offer_until = "offered", "2026-11-24T09:00"
    (finding,) = findings(desk)
    assert (finding.code, finding.ids) == ("offer", tuple(sorted((one, two))))
    assert finding.text == "活动室 12月1日 周二 9:00-11:00 为候补的 甲 保留着，同时有 候补保留：乙"
    slot_waiting.leave(desk, two)
    assert findings(desk) == []


def test_an_offer_for_a_room_that_another_pc_gave_away_is_found(desk, wait, book):
    one = wait("甲")
    other = book("14:00", "15:00")
    with desk.unit() as unit:
        record = unit.load("booking", other)
        record.start, record.end = f"{DAY}T10:00", f"{DAY}T12:00"
    assert [(f.code, f.ids) for f in findings(desk)] == [("offer", (one,))]


def test_rule_06_an_offer_keeps_the_buffers_of_its_room(desk, room, wait, book):
    save(desk, "venue", {"before": 10, "after": 30}, room)
    wait("甲")
    assert "须留 30 分钟" in refused(book, "11:20", "12:00", before=0, after=0)
    assert "须留 10 分钟" in refused(book, "08:00", "08:55", before=0, after=0)
    book("11:30", "12:00", before=0, after=0)
