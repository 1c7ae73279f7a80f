"""What the counter does with a booking: each one operation, undone whole, refused in a sentence where it cannot be
(domain.md A1.10; rules.md 19, 24, 25)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from app.errors import Refusal
from app.services import counter
from app.services.office import Office
from app.services.reading import get
from app.services.undoing import undo
from app.services.writing import save
from app.workspace import Workspace

DAY = "2026-11-23"
"""Today, by the clock of the tests: Monday, nine o'clock."""


@pytest.fixture
def desk(workspace: Workspace) -> Office:
    return workspace.office.acting("王小明")


@pytest.fixture
def room(desk: Office) -> str:
    return save(desk, "venue", {"name": "活动室"}).id


@pytest.fixture
def book(desk: Office, room: str) -> Callable[..., str]:
    def make(first: str = "10:00", last: str = "12:00", day: str = DAY, **values: Any) -> str:
        slot = {"venue": room, "start": f"{day}T{first}", "end": f"{day}T{last}", "client_name": "乐龄服务社"}
        return save(desk, "booking", slot | values).id

    return make


@pytest.fixture
def shown(desk: Office) -> Callable[..., Any]:
    def values(booking: str, *names: str) -> Any:
        row = get(desk, "booking", booking).values
        return tuple(row[name] for name in names) if len(names) > 1 else row[names[0]]

    return values


def refused(operation: Callable[..., Any], *arguments: Any, **options: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        operation(*arguments, **options)
    return str(refusal.value)


def test_people_come_and_leave_and_what_was_found_is_kept(desk, clock, book, shown):
    one = book()
    clock.move(minutes=50)
    counter.check_in(desk, one)
    assert shown(one, "status", "checked_in_at") == ("checked_in", f"{DAY}T09:50")
    clock.move(hours=2)
    counter.check_out(desk, one, headcount=23, condition="damaged", cleanliness="dirty", damage="一把椅子断了腿")
    assert shown(one, "status", "checked_out_at", "actual_headcount", "condition", "cleanliness", "damage") == (
        "closed", f"{DAY}T11:50", 23, "damaged", "dirty", "一把椅子断了腿",
    )  # fmt: skip


def test_damage_is_described(desk, book, shown):
    one = book()
    counter.check_in(desk, one)
    assert "损坏情况" in refused(counter.check_out, desk, one, condition="damaged")
    assert shown(one, "status") == "checked_in"


def test_each_step_is_one_operation_that_is_undone_whole(desk, clock, book, shown):
    one = book(status="requested", deposit="100")
    names = ("status", "approved_by", "checked_in_at", "deposit_state", "checked_out_at", "deposit_kept")
    steps: list[Callable[[], Any]] = [
        lambda: counter.approve(desk, one, opinion="同意"),
        lambda: counter.take_deposit(desk, one),
        lambda: counter.check_in(desk, one),
        lambda: counter.check_out(desk, one, headcount=3),
        lambda: counter.return_deposit(desk, one, kept="30", reason="弄脏地毯"),
    ]
    before, saved = [], []
    for step in steps:
        before.append(shown(one, *names))
        saved.append(step())
    assert shown(one, "status", "deposit_state", "deposit_kept") == ("closed", "partly_kept", "30")
    for values, one_saved in zip(reversed(before), reversed(saved), strict=True):
        assert one_saved.op is not None
        undo(desk, one_saved.op)
        assert shown(one, *names) == values


@pytest.mark.parametrize(
    ("status", "operation", "said"),
    [
        ("cancelled", "check_in", "预约已取消"), ("rejected", "check_in", "预约未批准"), ("requested", "check_in", "还没有批准"),
        ("checked_in", "check_in", "预约使用中"), ("closed", "check_in", "预约已结束"),
        ("confirmed", "check_out", "还没有办理到场"), ("cancelled", "check_out", "预约已取消"), ("closed", "check_out", "预约已结束"),
        ("confirmed", "approve", "预约已确认"), ("cancelled", "approve", "预约已取消"), ("confirmed", "no_show", "还没有开始"),
        ("requested", "no_show", "预约已申请"), ("checked_in", "no_show", "预约使用中"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_plain_sentence(desk, book, shown, status, operation, said):
    one = book(status=status)
    assert said in refused(getattr(counter, operation), desk, one)
    assert shown(one, "status") == status


def test_nobody_checks_in_on_another_day_or_after_the_end(desk, clock, book, shown):
    tomorrow, today = book(day="2026-11-24"), book()
    assert "还没到使用的日子" in refused(counter.check_in, desk, tomorrow)
    clock.now = datetime(2026, 11, 23, 12, 0)
    assert "使用时间已过" in refused(counter.check_in, desk, today)
    assert "晚于现在" in refused(counter.check_in, desk, today, at=f"{DAY}T12:30")
    counter.check_in(desk, today, at=f"{DAY}T10:05")
    assert shown(today, "status", "checked_in_at") == ("checked_in", f"{DAY}T10:05")


def test_rule_19_cancelling_keeps_the_row_the_reason_the_person_and_the_time(desk, clock, book, shown):
    one, two = book(), book("14:00", "16:00")
    clock.move(minutes=5)
    saved = counter.cancel(desk, [one, two], "天气不好")
    for booking in (one, two):
        assert shown(booking, "status", "cancel_reason", "cancelled_at", "cancelled_by") == (
            "cancelled", "天气不好", f"{DAY}T09:05", "王小明",
        )  # fmt: skip
    undo(desk, saved.op)
    assert shown(one, "status", "cancel_reason", "cancelled_at", "cancelled_by") == ("confirmed", None, None, None)


def test_rule_19_cancelling_wants_a_reason_and_takes_all_or_none(desk, book, shown):
    one, two = book(), book("14:00", "16:00")
    assert "取消要有理由" in refused(counter.cancel, desk, [one], " ")
    counter.check_in(desk, two)
    assert "已经到场" in refused(counter.cancel, desk, [one, two], "天气不好")
    assert shown(one, "status") == "confirmed"
    assert "没有选中" in refused(counter.cancel, desk, [], "天气不好")


def test_rejecting_wants_a_reason_and_says_who_decided(desk, book, shown):
    one = book(status="requested")
    assert "不批准要有理由" in refused(counter.reject, desk, one, "")
    counter.reject(desk, one, "不合用途")
    assert shown(one, "status", "cancel_reason", "approved_by", "approved_on") == (
        "rejected",
        "不合用途",
        "王小明",
        DAY,
    )


def test_a_walk_in_is_checked_in_at_once_and_never_into_a_taken_room(desk, room, book, shown):
    made = counter.walk_in(desk, {"venue": room, "end": f"{DAY}T10:00", "client_name": "书画社"})
    assert shown(made.id, "status", "start", "checked_in_at") == ("checked_in", f"{DAY}T09:00", f"{DAY}T09:00")
    again = {"venue": room, "end": f"{DAY}T09:30", "client_name": "歌队"}
    assert "已被 书画社 预约" in refused(counter.walk_in, desk, again)
    assert "已被 书画社 预约" in refused(counter.walk_in, desk, again, reason="主任同意")


def test_rule_25_a_deposit_is_due_held_and_returned_or_kept_for_a_reason(desk, book, shown):
    one = book(deposit="200")
    assert shown(one, "deposit_state") == "due"
    assert "没有收着的押金" in refused(counter.return_deposit, desk, one)
    counter.take_deposit(desk, one)
    assert "押金已收" in refused(counter.take_deposit, desk, one)
    assert "比押金多" in refused(counter.return_deposit, desk, one, kept="200.01", reason="损坏")
    assert "要有原因" in refused(counter.return_deposit, desk, one, kept="50")
    said = counter.return_deposit(desk, one, kept="50.5", reason="弄脏地毯")
    assert shown(one, "deposit_state", "deposit_kept", "deposit_reason") == ("partly_kept", "50.5", "弄脏地毯")
    assert "应退 149.5 元。" in said.notices


def test_rule_25_a_deposit_that_nobody_named_is_asked_for(desk, book, shown):
    one = book()
    assert "没有写明押金多少" in refused(counter.take_deposit, desk, one)
    counter.take_deposit(desk, one, "80")
    counter.return_deposit(desk, one)
    assert shown(one, "deposit", "deposit_state", "deposit_kept") == ("80", "returned", None)


def test_rule_25_keys_go_out_with_a_booking_and_come_back_once(desk, clock, book):
    one = book(contact_name="张三", contact_phone="13812345678")
    key = counter.hand_key(desk, one, "201 室 1 把").id
    values = get(desk, "key_handover", key).values
    told = ("keys", "person_name", "out_at", "out_by", "due_at", "back_at")
    assert tuple(values[name] for name in told) == (
        "201 室 1 把", "张三", f"{DAY}T09:00", "王小明", f"{DAY}T12:00", None,
    )  # fmt: skip
    clock.move(hours=1)
    saved = counter.key_back(desk, key)
    assert get(desk, "key_handover", key).values["back_at"] == f"{DAY}T10:00"
    assert "已在 11月23日 周一 10:00 归还" in refused(counter.key_back, desk, key)
    undo(desk, saved.op)
    assert get(desk, "key_handover", key).values["back_at"] is None


def test_rule_25_no_keys_for_a_booking_that_is_off(desk, book):
    one = book(status="cancelled")
    assert "预约已取消" in refused(counter.hand_key, desk, one, "201 室 1 把", person_name="张三")


def test_rule_05_approving_one_of_competing_requests_lists_the_others_and_rejects_them_in_one_operation(
    desk, room, book, shown
):
    save(desk, "venue", {"competing": True}, room)
    one, two, three = (book(client_name=who, status="requested") for who in ("甲社", "乙社", "丙社"))
    apart = book("14:00", "15:00", status="requested")
    saved = counter.approve(desk, two)
    assert [shown(each, "status") for each in (one, two, three, apart)] == [
        "rejected", "confirmed", "rejected", "requested",
    ]  # fmt: skip
    assert shown(one, "cancel_reason") == "同一时段已批准给 乙社"
    assert [who for who in ("甲社", "丙社") if any(who in said for said in saved.notices)] == ["甲社", "丙社"]
    undo(desk, saved.op)
    assert [shown(each, "status") for each in (one, two, three)] == ["requested"] * 3


def test_rule_05_what_a_rejected_request_alone_held_is_offered_to_who_waits(desk, room, book):
    save(desk, "venue", {"competing": True}, room)
    book("10:00", "14:00", client_name="甲社", status="requested")
    two = book("10:00", "12:00", client_name="乙社", status="requested")
    slot = {"venue": room, "start": f"{DAY}T12:00", "end": f"{DAY}T14:00"}
    entry = save(desk, "slot_waiting", {**slot, "client_name": "歌队"}).id
    assert get(desk, "slot_waiting", entry).values["status"] == "waiting"
    counter.approve(desk, two)
    assert get(desk, "slot_waiting", entry).values["status"] == "offered"


@pytest.fixture
def released(desk: Office, workspace: Workspace, clock: Any, book: Callable[..., str]) -> str:
    """A booking at ten to which nobody came by a quarter past."""
    save(desk, "center", {"release_minutes": 15}, workspace.center_id)
    one = book()
    clock.move(minutes=75)
    return one


def test_rule_24_who_comes_late_is_let_in_where_the_room_is_still_free(desk, released, shown):
    counter.check_in(desk, released)
    assert shown(released, "status", "checked_in_at") == ("checked_in", f"{DAY}T10:15")


def test_rule_24_who_comes_late_is_refused_where_the_room_went_to_others(desk, room, released, shown):
    counter.walk_in(desk, {"venue": room, "end": f"{DAY}T11:00", "client_name": "书画社"})
    assert "已被 书画社 预约" in refused(counter.check_in, desk, released)
    assert shown(released, "status") == "confirmed"


def test_rule_24_a_no_show_is_not_cancelled_away_and_gets_no_keys(desk, released, shown):
    assert "预约爽约" in refused(counter.cancel, desk, [released], "忘了")
    assert "预约爽约" in refused(counter.hand_key, desk, released, "201 室 1 把", person_name="张三")
    counter.no_show(desk, released)
    assert shown(released, "status") == "no_show"


def test_rule_25_a_key_that_is_out_is_told_to_whoever_hands_it_out_again(desk, book):
    first = counter.hand_key(desk, book(), "201 室 1 把", person_name="张三")
    assert not any("已经借出" in notice for notice in first.notices)
    again = counter.hand_key(desk, book("14:00", "15:00"), "201 室 1 把", person_name="李四")
    assert "同样的钥匙“201 室 1 把”11月23日 周一 9:00已经借出，还没有还，请核对。" in again.notices
    counter.key_back(desk, first.id)
    counter.key_back(desk, again.id)
    third = counter.hand_key(desk, book("16:00", "17:00"), "201 室 1 把", person_name="王五")
    assert not third.notices


def test_rule_25_nothing_is_given_back_that_was_not_taken(desk, book):
    one = book(deposit="200")
    kept = {"deposit_state": "partly_kept", "deposit_kept": "50", "deposit_reason": "桌面划伤"}
    assert "押金还没有收" in refused(save, desk, "booking", kept, one)
    counter.take_deposit(desk, one)
    save(desk, "booking", kept, one)


def test_rule_24_what_is_over_before_its_time_is_told(desk, book):
    later = book("14:00", "15:00")
    saved = save(desk, "booking", {"status": "no_show"}, later)
    assert "预约还没有开始，状态却是“爽约”，请核对。" in saved.notices
    assert not save(desk, "booking", {"status": "no_show"}, book("08:00", "09:00")).notices
