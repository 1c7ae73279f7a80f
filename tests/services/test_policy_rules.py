"""Notice, quotas, overrides, suspension, and the money of a booking (rules.md 19-25)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from app.errors import Fault, Refusal
from app.services import counter, fees
from app.services.history import history
from app.services.office import Office
from app.services.reading import get, ids, rows
from app.services.times import shift
from app.services.undoing import undo
from app.services.writing import save, set_deleted
from app.sync import log
from app.sync.change import decode_values
from app.workspace import Workspace

NOW = "2026-11-23T09:00"
DAY = 1440


@pytest.fixture
def desk(workspace: Workspace) -> Office:
    return workspace.office.acting("王小明")


@pytest.fixture
def hall(desk: Office) -> Callable[..., str]:
    names = itertools.count(1)

    def make(**values: Any) -> str:
        return save(desk, "venue", {"name": f"活动室{next(names)}", **values}).id

    return make


@pytest.fixture
def book(desk: Office) -> Callable[..., str]:
    def make(venue: str, start: str, minutes: int = 60, reason: str = "", **values: Any) -> str:
        slot = {"venue": venue, "start": start, "end": shift(start, minutes), "client_name": "乐龄服务社"}
        return save(desk, "booking", slot | values, reason=reason).id

    return make


def faults(make: Callable[..., Any], *arguments: Any, **values: Any) -> tuple[Fault, ...]:
    with pytest.raises(Refusal) as refusal:
        make(*arguments, **values)
    return refusal.value.faults


def overrides(desk: Office) -> list[dict[str, Any]]:
    with desk.reading() as session:
        lines = log.of_kind(session.connection(), log.AUDIT, desk.scope)
    said = [decode_values(line.values or b"").get("audit", {}) for line in lines]
    return [one for one in said if one.get("what") == "override"]


# -- 20 notice ---------------------------------------------------------------------------------------------------


def test_rule_20_a_notice_of_three_days_allows_exactly_three_days_and_not_a_minute_less(hall, book):
    room = hall(notice_days=3)
    (fault,) = faults(book, room, shift(NOW, 3 * DAY - 1))
    assert (fault.field, fault.policy) == ("start", True)
    assert "须至少提前 3 天预约" in fault.error
    assert fault.mend == "现在最早可约 11月26日 周四 9:00 开始"
    book(room, shift(NOW, 3 * DAY))


def test_rule_20_no_more_than_ten_days_ahead_allows_exactly_ten_days(hall, book):
    room = hall(ahead_days=10, overnight=True)
    (fault,) = faults(book, room, shift(NOW, 10 * DAY + 1))
    assert "最多提前 10 天预约" in fault.error
    book(room, shift(NOW, 10 * DAY), 10 * DAY)


def test_rule_20_notice_is_asked_again_when_the_start_moves_and_not_for_other_changes(desk, clock, hall, book):
    one = book(hall(notice_days=2), shift(NOW, 2 * DAY))
    clock.move(hours=30)
    save(desk, "booking", {"purpose": "读书会", "end": shift(NOW, 2 * DAY + 30)}, one)
    (fault,) = faults(save, desk, "booking", {"start": shift(NOW, 2 * DAY - 60), "end": shift(NOW, 2 * DAY)}, one)
    assert fault.policy


def test_rule_20_who_stands_at_the_counter_and_what_is_over_needs_no_notice(desk, hall, book):
    room = hall(notice_days=7)
    counter.walk_in(desk, {"venue": room, "end": shift(NOW, 60)})
    book(room, shift(NOW, -5 * DAY), status="closed")


# -- 21-23 quotas and overrides ----------------------------------------------------------------------------------


def test_rule_21_a_booking_over_quota_is_refused_and_named(desk, hall, book):
    save(desk, "quota", {"name": "每周一次", "limit": "1"})
    room = hall()
    book(room, "2026-12-01T09:00")
    (fault,) = faults(book, room, "2026-12-02T09:00")
    assert fault.policy
    assert fault.error.startswith("超出额度“每周一次”")


def test_rule_21_approving_cancelling_and_leaving_ask_no_quota_again(desk, clock, hall, book):
    one = book(hall(), shift(NOW, 30), status="requested")
    save(desk, "quota", {"name": "不许", "limit": "0"})
    counter.approve(desk, one)
    clock.move(minutes=30)
    counter.check_in(desk, one)
    counter.check_out(desk, one)


def test_rule_22_a_booking_that_is_moved_does_not_count_against_itself(desk, hall, book):
    save(desk, "quota", {"name": "每周一次", "limit": "1"})
    one = book(hall(), "2026-12-01T09:00")
    save(desk, "booking", {"start": "2026-12-02T09:00", "end": "2026-12-02T10:00"}, one)


def test_rule_23_a_policy_is_overridden_with_a_reason_that_goes_on_the_audit_list(desk, hall, book):
    save(desk, "quota", {"name": "不许", "limit": "0"})
    room = hall(notice_days=30)
    assert len(faults(book, room, "2026-12-01T09:00")) == 2
    made = book(room, "2026-12-01T09:00", reason="街道布置的活动")
    (audit,) = overrides(desk)
    assert audit["reason"] == "街道布置的活动"
    assert len(audit["faults"]) == 2
    assert get(desk, "booking", made).values["status"] == "confirmed"


def test_rule_23_a_reason_never_overrides_a_physical_conflict_alone_or_beside_a_policy(desk, hall, book):
    room = hall(notice_days=30)
    book(room, "2026-12-01T09:00", reason="街道布置的活动")
    both = faults(book, room, "2026-12-01T09:30", reason="街道布置的活动")
    assert {fault.policy for fault in both} == {True, False}
    assert len(overrides(desk)) == 1
    assert len(ids(desk, "booking")) == 1


def test_what_comes_back_by_undo_or_from_the_bin_is_not_asked_for_notice_again(desk, hall, book):
    one = book(hall(notice_days=2), "2026-11-24T09:00", reason="街道布置的活动")
    undo(desk, counter.cancel(desk, [one], "误点").op)
    assert get(desk, "booking", one).values["status"] == "confirmed"
    set_deleted(desk, "booking", [one], True)
    set_deleted(desk, "booking", [one], False)
    counter.cancel(desk, [one], "真的取消")
    (fault,) = faults(save, desk, "booking", {"status": "confirmed"}, one)
    assert fault.policy


# -- 24 strikes --------------------------------------------------------------------------------------------------


@pytest.fixture
def strict(desk: Office, workspace: Workspace) -> Callable[..., None]:
    """The center suspends after two no-shows within 30 days."""
    values = {"strike_limit": 2, "strike_days": 30, "release_minutes": 15}
    save(desk, "center", values, workspace.center_id)
    return lambda **more: save(desk, "center", more, workspace.center_id)


def test_rule_24_so_many_no_shows_suspend_and_the_dates_are_named(desk, strict, hall, book):
    room = hall()
    book(room, "2026-11-10T09:00", status="no_show")
    book(room, "2026-12-05T09:00")
    book(room, "2026-11-18T09:00", status="no_show")
    (fault,) = faults(book, room, "2026-12-01T09:00")
    assert fault.policy
    assert fault.error == "30 天内爽约 2 次（2026-11-10、2026-11-18），已暂停预约"
    assert fault.mend == "2026-12-11 起可以再约"
    book(room, "2026-12-01T09:00", client_name="书画社")
    book(room, "2026-12-01T14:00", reason="主任同意")


def test_rule_24_who_did_not_come_by_the_clock_counts_too(desk, strict, clock, hall, book):
    room = hall()
    book(room, "2026-11-20T09:00", status="no_show")
    book(room, NOW)
    clock.move(minutes=14)
    book(room, "2026-12-01T09:00")
    clock.move(minutes=1)
    (fault,) = faults(book, room, "2026-12-02T09:00")
    assert "2026-11-23" in fault.error
    (checked_in,) = [one for one in ids(desk, "booking") if get(desk, "booking", one).values["start"] == NOW]
    counter.check_in(desk, checked_in)
    book(room, "2026-12-02T09:00")


def test_rule_24_strikes_are_counted_per_organization_and_grow_old(desk, strict, clock, hall, book):
    room = hall()
    org = save(desk, "organization", {"name": "甲社"}).id
    book(room, "2026-11-18T09:00", status="no_show", client=org, contact_name="张三")
    book(room, "2026-11-19T09:00", status="no_show", client=org, contact_name="李四")
    assert faults(book, room, "2026-12-30T09:00", client=org)
    book(room, "2026-12-30T09:00", client_name="乙社")
    clock.now = datetime(2026, 12, 18, 9, 0)
    assert faults(book, room, "2026-12-29T09:00", client=org)
    clock.move(minutes=1)
    book(room, "2026-12-29T09:00", client=org)


def test_rule_24_a_suspended_client_may_still_move_what_was_booked_before(desk, strict, hall, book):
    room = hall()
    own = book(room, "2026-12-01T09:00")
    book(room, "2026-11-18T09:00", status="no_show")
    book(room, "2026-11-19T09:00", status="no_show")
    save(desk, "booking", {"start": "2026-12-01T10:00", "end": "2026-12-01T11:00"}, own)
    strict(strike_limit=None)
    book(room, "2026-12-02T09:00")


# -- 25 money ----------------------------------------------------------------------------------------------------


def money(desk: Office, booking: str) -> tuple[Any, ...]:
    values = get(desk, "booking", booking).values
    with desk.reading() as session:
        total = fees.totals(session, [booking]).get(booking)
    return values["price"], values["fee"], None if total is None else str(total)


def lines(desk: Office) -> list[tuple[str, str]]:
    return [(row.values["amount"], row.values["reason"]) for row in rows(desk, "fee_line", ids(desk, "fee_line"))]


def test_rule_25_the_price_is_frozen_when_the_booking_is_made(desk, hall, book):
    room = hall(price="80", price_unit="hour", deposit="200")
    one = book(room, "2026-12-01T09:00", 95)
    assert money(desk, one) == ("80", "126.67", "126.67")
    assert get(desk, "booking", one).values["deposit_state"] == "due"
    save(desk, "venue", {"price": "120", "deposit": "500"}, room)
    save(desk, "booking", {"purpose": "读书会"}, one)
    assert money(desk, one) == ("80", "126.67", "126.67")
    assert get(desk, "booking", one).values["deposit"] == "200"


def test_rule_25_a_later_change_of_times_writes_a_difference_and_the_fee_stays(desk, hall, book):
    one = book(hall(price="80"), "2026-12-01T09:00", 120)
    saved = save(desk, "booking", {"end": "2026-12-01T12:00"}, one)
    assert saved.notices == ("费用变动 +80 元（使用时间改动）。",)
    assert money(desk, one) == ("80", "160", "240")
    save(desk, "booking", {"start": "2026-12-01T10:30"}, one)
    assert money(desk, one) == ("80", "160", "120")
    assert sorted(lines(desk)) == [("-120", "使用时间改动"), ("80", "使用时间改动")]
    undo(desk)
    assert money(desk, one) == ("80", "160", "240")


def test_rule_25_a_later_change_of_the_fee_writes_a_difference_too(desk, hall, book):
    one = book(hall(price="80"), "2026-12-01T09:00", 120)
    save(desk, "booking", {"fee": "100"}, one)
    assert money(desk, one) == ("80", "160", "100")
    assert lines(desk) == [("-60", "收费改为 100 元")]


def test_rule_25_a_price_by_the_use_does_not_depend_on_the_time(desk, hall, book):
    one = book(hall(price="300", price_unit="use"), "2026-12-01T09:00", 120)
    save(desk, "booking", {"end": "2026-12-01T12:00"}, one)
    assert money(desk, one) == ("300", "300", "300")
    assert lines(desk) == []


def test_rule_25_a_fee_somebody_set_is_not_touched_by_a_change_of_times(desk, hall, book):
    one = book(hall(price="80"), "2026-12-01T09:00", 120, fee="0")
    saved = save(desk, "booking", {"end": "2026-12-01T12:00"}, one)
    assert money(desk, one) == ("80", "0", "0")
    assert saved.notices == ("收费是另外定的，没有随时间改动，请核对。",)


def test_rule_25_a_deposit_says_what_it_is(desk, hall, book):
    room = hall()
    assert [f.field for f in faults(book, room, "2026-12-01T09:00", deposit_state="held")] == ["deposit"]
    kept = {"deposit": "100", "deposit_state": "partly_kept"}
    assert [f.field for f in faults(book, room, "2026-12-01T09:00", **kept)] == ["deposit_kept", "deposit_reason"]
    wrong = {"deposit": "100", "deposit_state": "returned", "deposit_kept": "5"}
    assert [f.field for f in faults(book, room, "2026-12-01T09:00", **wrong)] == ["deposit_kept"]


def test_rule_25_a_difference_of_nothing_is_refused(desk, hall, book):
    one = book(hall(), "2026-12-01T09:00")
    assert faults(save, desk, "fee_line", {"booking": one, "amount": "0", "reason": "无", "at": NOW})


def test_rule_19_the_history_of_a_cancelled_booking_stays(desk, hall, book):
    one = book(hall(), "2026-12-01T09:00")
    counter.cancel(desk, [one], "天气不好")
    assert len(history(desk, "booking", one)) == 2
    assert ids(desk, "booking") == [one]


def test_rule_20_cancelling_late_is_said(desk, hall, book):
    room = hall(cancel_hours=24)
    one, two = book(room, "2026-11-24T09:00"), book(room, "2026-11-24T08:00")
    assert counter.cancel(desk, [one], "有事").notices == ()
    assert counter.cancel(desk, [two], "有事").notices == ("已过取消时限（开始前 24 小时），计为逾期取消。",)
