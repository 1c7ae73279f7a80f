"""Quotas (rules.md 21, 22): how much a client may book in a period, counted as the rule says."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.errors import Refusal
from app.services.office import Office
from app.services.quota_limits import period, weekdays
from app.services.quotas import Ledger
from app.services.writing import save, set_deleted
from app.workspace import Workspace

MONDAY = "2026-11-30"
"""A week after the clock of the tests."""


@dataclass(frozen=True)
class Wish:
    venue: str
    start: str
    end: str
    client_kind: str | None = None
    client: str | None = None
    client_name: str | None = "乐龄服务社"
    id: str = ""
    status: str = "confirmed"


@pytest.fixture
def desk(workspace: Workspace) -> Office:
    return workspace.office.acting("王小明")


@pytest.fixture
def room(desk: Office) -> str:
    return save(desk, "venue", {"name": "活动室", "overnight": True}).id


@pytest.fixture
def quota(desk: Office) -> Callable[..., str]:
    def make(limit: float, measure: str = "count", period: str = "week", *venues: str, **values: Any) -> str:
        full = {"name": "额度", "limit": str(limit), "measure": measure, "period": period, **values}
        made = save(desk, "quota", full).id
        for venue in venues:
            save(desk, "quota_venue", {"quota": made, "venue": venue})
        return made

    return make


def at(day: int, first: float, last: float) -> tuple[str, str]:
    """From ``first`` to ``last`` o'clock, so many days after the Monday."""
    midnight = datetime.fromisoformat(MONDAY) + timedelta(days=day)
    return tuple((midnight + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M") for hour in (first, last))  # type: ignore


@pytest.fixture
def book(desk: Office, room: str) -> Callable[..., str]:
    """Put a booking in past the quotas, as a merge would bring it."""

    def make(start: str, end: str, venue: str = room, **values: Any) -> str:
        who = {"client_name": "乐龄服务社"} if "client" not in values else {}
        slot = {"venue": venue, "start": start, "end": end}
        return save(desk, "booking", {**slot, **who, **values}, reason="测试").id

    return make


@pytest.fixture
def over(desk: Office, room: str) -> Callable[..., str | None]:
    def ask(start: str, end: str, venue: str = room, **values: Any) -> str | None:
        with desk.reading() as session:
            return Ledger(session, desk.now).over(Wish(venue, start, end, **values))

    return ask


def test_rule_21_a_count_of_exactly_the_limit_is_allowed_and_one_more_is_named(quota, book, over):
    quota(2, name="每周两次")
    assert over(*at(0, 9, 10)) is None
    book(*at(0, 9, 10))
    assert over(*at(1, 9, 10)) is None
    book(*at(1, 9, 10))
    said = over(*at(6, 9, 10))
    assert said == "超出额度“每周两次”：11月30日 周一起的一周最多 2 次，已有 2 次，加上这次共 3 次"
    assert over(*at(7, 9, 10)) is None


def test_rule_21_hours_are_added_to_the_minute(quota, book, over):
    quota(3, "hours", "day")
    for first in (8, 9, 10):
        book(*at(0, first, first + 1 / 3))
    assert over(*at(0, 12, 14)) is None
    said = over(*at(0, 12, 14 + 1 / 60))
    assert said is not None
    assert "最多 3 小时，已有 1 小时，加上这次共 3.02 小时" in said


def test_rule_21_all_contacts_of_an_organization_are_one_client_also_of_one_merged_into_it(desk, quota, book, over):
    from app.services.merging import merge

    one = save(desk, "organization", {"name": "乐龄服务社"}).id
    two = save(desk, "organization", {"name": "乐龄服务中心"}).id
    quota(2)
    book(*at(0, 9, 10), client=one, contact_name="张三")
    book(*at(1, 9, 10), client=two, contact_name="李四")
    assert over(*at(2, 9, 10), client=one) is None
    merge(desk, "organization", two, one)
    assert over(*at(2, 9, 10), client=one) is not None
    assert over(*at(2, 9, 10), client=two) is not None


def test_rule_21_who_is_not_linked_counts_by_name_and_nobody_is_nobody(quota, book, over):
    quota(1)
    book(*at(0, 9, 10))
    assert over(*at(1, 9, 10)) is not None
    assert over(*at(1, 9, 10), client_name="书画社") is None
    assert over(*at(1, 9, 10), client_name=None) is None


def test_rule_21_hours_across_a_boundary_are_split(quota, book, over):
    quota(2, "hours", "week")
    book(*at(6, 23, 25.5))
    assert over(*at(6, 8, 9)) is None  # 1 of 2 hours lie on Sunday
    assert over(*at(6, 8, 9.5)) is not None
    assert over(*at(7, 8, 8.5)) is None  # 1.5 on Monday
    assert over(*at(7, 8, 9)) is not None


def test_rule_21_a_count_counts_in_each_period_it_touches(quota, book, over):
    quota(1, "count", "day")
    book(*at(0, 23, 25))
    assert over(*at(0, 9, 10)) is not None
    assert over(*at(1, 9, 10)) is not None
    assert over(*at(2, 9, 10)) is None


def test_rule_21_an_end_at_midnight_does_not_touch_the_next_day(quota, book, over):
    quota(1, "count", "day")
    book(*at(0, 22, 24))
    assert over(*at(1, 9, 10)) is None


def test_rule_21_several_rooms_at_once_count_once_each(desk, quota, book, over):
    other = save(desk, "venue", {"name": "书画室"}).id
    quota(2)
    book(*at(0, 9, 10))
    book(*at(0, 9, 10), other)
    assert over(*at(3, 9, 10)) is not None


def test_rule_21_only_the_named_venues_and_their_parts_count(desk, quota, book, over):
    hall = save(desk, "venue", {"name": "多功能厅"}).id
    east = save(desk, "venue", {"name": "东厅", "parent": hall}).id
    corner = save(desk, "venue", {"name": "东厅一角", "parent": east}).id
    quota(1, "count", "week", east)
    book(*at(0, 9, 10))
    book(*at(1, 9, 10), hall)
    assert over(*at(2, 9, 10), corner) is None
    book(*at(2, 9, 10), corner)
    assert over(*at(3, 9, 10), east) is not None
    assert over(*at(3, 9, 10), hall) is None


def test_rule_21_only_the_band_counts_and_hours_are_cut_at_its_edges(quota, book, over):
    quota(2, "hours", "week", weekdays="周一至周五", from_time="18:00", to_time="21:00")
    book(*at(0, 16, 19.5))
    assert over(*at(1, 9, 17)) is None
    assert over(*at(5, 18, 21)) is None
    assert over(*at(1, 20.5, 23)) is None
    assert over(*at(1, 20, 21)) is not None


@pytest.mark.parametrize(
    ("name", "first", "after"),
    [("day", "2026-12-31", "2027-01-01"), ("week", "2026-12-28", "2027-01-04"),
     ("month", "2026-12-01", "2027-01-01"), ("year", "2026-01-01", "2027-01-01")],
)  # fmt: skip
def test_rule_21_periods_begin_on_the_first_and_on_monday(name, first, after):
    day = datetime(2026, 12, 31).date()
    assert tuple(map(str, period(name, day))) == (first, after)


def test_rule_21_the_strictest_of_several_quotas_wins(quota, book, over):
    quota(5, "count", "week", name="五次")
    quota(2, "hours", "week", name="两小时")
    quota(1, "count", "day", name="一天一次", active=False)
    book(*at(0, 9, 10))
    assert over(*at(0, 14, 15)) is None
    assert "两小时" in (over(*at(1, 9, 10.5)) or "")


def test_rule_21_a_quota_for_one_client_or_one_sort_leaves_the_others_alone(desk, quota, over):
    org, team = save(desk, "organization", {"name": "甲社"}).id, save(desk, "team", {"name": "歌队"}).id
    quota(0, client_kind="team", name="团队")
    quota(0, client=org, name="甲社")
    assert "团队" in (over(*at(0, 9, 10), client=team) or "")
    assert "甲社" in (over(*at(0, 9, 10), client=org) or "")
    other = save(desk, "organization", {"name": "乙社"}).id
    assert over(*at(0, 9, 10), client=other) is None


def test_rule_21_cancelled_in_time_does_not_count_late_cancellation_and_no_show_do(desk, room, quota, book, over):
    save(desk, "venue", {"cancel_hours": 24}, room)
    quota(1)
    gone = book(*at(1, 9, 10))
    for when, counts in (("2026-11-30T09:00", False), ("2026-11-30T09:01", True)):
        values = {"status": "cancelled", "cancelled_at": when, "cancel_reason": "临时有事"}
        save(desk, "booking", values, gone)
        assert bool(over(*at(3, 9, 10))) == counts, when
    save(desk, "closure", {"reason": "检修", "start": at(1, 0, 24)[0], "end": at(1, 0, 24)[1]})
    assert over(*at(3, 9, 10)) is None, "the center closed; the client is not to blame"
    save(desk, "booking", {"status": "no_show"}, gone)
    assert over(*at(3, 9, 10)) is not None
    save(desk, "booking", {"status": "rejected", "cancel_reason": "不合用途"}, gone)
    assert over(*at(3, 9, 10)) is None


def test_rule_21_what_was_asked_for_and_never_granted_counts_until_its_time_is_over(desk, clock, quota, book, over):
    quota(1)
    book(*at(0, 9, 10), status="requested")
    assert over(*at(3, 9, 10)) is not None
    clock.move(days=7, hours=2)
    assert over(*at(3, 9, 10)) is None


def test_rule_21_deleted_and_yielding_bookings_do_not_count(desk, quota, book, over):
    quota(1)
    one = book(*at(0, 9, 10))
    set_deleted(desk, "booking", [one], True)
    assert over(*at(3, 9, 10)) is None
    set_deleted(desk, "booking", [one], False)
    winner = book(*at(1, 9, 10), client_name="书画社")
    save(desk, "booking", {"yields_to": winner}, one)
    assert over(*at(3, 9, 10)) is None


def test_rule_21_the_wishes_of_a_series_stand_beside_each_other(desk, room, quota, book):
    quota(3)
    book(*at(0, 9, 10))
    with desk.reading() as session:
        ledger = Ledger(session, desk.now)
        said = []
        for day in range(1, 10):
            wish = Wish(room, *at(day, 9, 10))
            said.append(ledger.over(wish) is None)
            if said[-1]:
                ledger.take(wish)
    assert said == [True, True, False, False, False, False, True, True, True]


def test_rule_22_the_old_version_of_a_booking_is_left_out(quota, book, over, desk, room):
    quota(1)
    own = book(*at(0, 9, 10))
    assert over(*at(2, 9, 10)) is not None
    assert over(*at(2, 9, 10), id=own) is None
    with desk.reading() as session:
        assert Ledger(session, desk.now, {own}).over(Wish(room, *at(2, 9, 10))) is None


def test_weekdays_are_read_as_people_write_them_and_kept_in_one_form(desk, quota):
    assert weekdays("周六、周日") == weekdays("六天") == weekdays("6 7") == {5, 6}
    assert weekdays("周五至周一") == {4, 5, 6, 0}
    assert weekdays("") == set(range(7))
    made = quota(1, weekdays="周一到周五", from_time="8:00", to_time="24：00")
    from app.services.reading import get

    values = get(desk, "quota", made).values
    assert (values["weekdays"], values["from_time"], values["to_time"]) == ("一二三四五", "08:00", "24:00")


@pytest.mark.parametrize(
    ("values", "field"),
    [({"weekdays": "工作日"}, "weekdays"), ({"from_time": "晚上"}, "from_time"), ({"to_time": "24:01"}, "to_time"),
     ({"from_time": "21:00", "to_time": "18:00"}, "to_time"), ({"from_time": "9:75"}, "from_time")],
)  # fmt: skip
def test_a_band_that_cannot_be_read_is_refused(quota, values, field):
    with pytest.raises(Refusal) as refusal:
        quota(1, **values)
    assert [fault.field for fault in refusal.value.faults] == [field]


def test_a_venue_is_named_once_per_quota(desk, room, quota):
    made = quota(1, "count", "week", room)
    with pytest.raises(Refusal, match="已经包括"):
        save(desk, "quota_venue", {"quota": made, "venue": room})


@pytest.mark.parametrize("seed", range(3))
def test_rule_21_random_bookings_agree_with_a_count_minute_by_minute(desk, room, quota, book, seed):
    """The oracle walks every minute of every booking."""
    dice = random.Random(seed)
    quotas = [
        (dice.choice(("count", "hours")), dice.choice(("day", "week", "month", "year")), dice.randint(1, 8),
         dice.choice((("", "", ""), ("一三五", "", ""), ("", "08:00", "18:00"), ("六日", "9:00", "24:00"))))
        for _n in range(4)
    ]  # fmt: skip
    for n, (measure, span, limit, (days, low, high)) in enumerate(quotas):
        quota(limit, measure, span, name=f"{n}", weekdays=days, from_time=low, to_time=high)
    rooms = [room, *(save(desk, "venue", {"name": f"室{n}", "overnight": True}).id for n in range(30))]
    held: list[Wish] = []
    answers = {True: 0, False: 0}
    for n in range(30):
        start, end = at(dice.randrange(0, 45), dice.randrange(0, 48) / 2, 0)[0], ""
        length = dice.choice((30, 60, 90, 600, 2000))
        end = (datetime.fromisoformat(start) + timedelta(minutes=length)).strftime("%Y-%m-%dT%H:%M")
        wish = Wish(rooms[n], start, end)
        expected = all(_fits(one, [*held, wish]) for one in quotas)
        with desk.reading() as session:
            assert (Ledger(session, desk.now).over(wish) is None) == expected, (seed, n, wish, quotas)
        answers[expected] += 1
        if expected or dice.random() < 0.1:
            held.append(replace(wish, id=book(start, end, rooms[n])))
    assert answers[True] > 1
    assert answers[False] > 1


def _fits(one: tuple[str, str, int, tuple[str, str, str]], bookings: list[Wish]) -> bool:
    measure, span, limit, (days, low, high) = one
    minutes: dict[tuple[Any, ...], int] = defaultdict(int)
    counts: dict[tuple[Any, ...], set[int]] = defaultdict(set)
    for n, wish in enumerate(bookings):
        now, end = datetime.fromisoformat(wish.start), datetime.fromisoformat(wish.end)
        while now < end:
            clock = f"{now:%H:%M}"
            if (not days or "一二三四五六日"[now.weekday()] in days) and (low or "00:00").zfill(5) <= clock < (
                high or "24:00"
            ):
                key = {
                    "day": (now.year, now.month, now.day), "week": tuple(now.isocalendar()[:2]),
                    "month": (now.year, now.month), "year": (now.year,),
                }[span]  # fmt: skip
                minutes[key] += 1
                counts[key].add(n)
            now += timedelta(minutes=1)
    last = len(bookings) - 1  # only the periods of the wish itself are asked
    touched = [key for key, those in counts.items() if last in those]
    if measure == "count":
        return all(len(counts[key]) <= limit for key in touched)
    return all(minutes[key] <= limit * 60 for key in touched)
