"""The rules of booking, by their numbers in rules.md, and a minute-by-minute oracle over a tree of halls."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.errors import Refusal
from app.services import calendar, reading, writing
from app.services.findings import findings
from app.services.office import Office
from app.services.times import say_span
from app.store.database import migrate, sqlite_engine
from app.sync.machine import Machine, Mark

STREET = "310110013"
DAY = "2026-11-24"
BLOCKING = ("requested", "tentative", "confirmed", "checked_in", "closed")
RELEASED = ("no_show", "cancelled", "rejected", "expired")


@pytest.fixture
def office(tmp_path: Path):
    machine = Machine.create(tmp_path / "machine", STREET)
    engine = sqlite_engine(tmp_path / "shuniu.db", machine.db_key)
    migrate(engine)
    clock = lambda: datetime(2026, 11, 20, 9, 0)  # noqa: E731
    yield Office(engine, "d" * 16, STREET, "A", clock, lambda: Mark.load(machine.folder), "王芳")
    engine.dispose()


@pytest.fixture
def hall(office: Office) -> Callable[..., str]:
    def make(name: str, **values: Any) -> str:
        return writing.save(office, "venue", {"name": name, **values}).id

    return make


@pytest.fixture
def book(office: Office) -> Callable[..., str]:
    def make(venue: str, start: str, end: str, **values: Any) -> str:
        full = [moment if "T" in moment else f"{DAY}T{moment}" for moment in (start, end)]
        values = {"venue": venue, "start": full[0], "end": full[1], "client_name": "乐龄服务社", **values}
        return writing.save(office, "booking", values).id

    return make


def refused(make: Callable[..., str], *args: Any, **values: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        make(*args, **values)
    return str(refusal.value)


def test_rule_01_a_booking_may_begin_at_the_minute_the_last_one_ends(hall, book):
    room = hall("二楼会议室")
    book(room, "09:00", "11:00")
    book(room, "11:00", "12:00")
    book(room, "08:00", "09:00")


@pytest.mark.parametrize(
    ("start", "end"),
    [("10:59", "12:00"), ("08:00", "09:01"), ("09:30", "10:00"), ("08:00", "12:00"), ("09:00", "11:00")],
)
def test_rule_01_a_shared_minute_is_refused_in_plain_words(hall, book, start, end):
    room = hall("一楼大厅")
    book(room, "09:00", "11:00")
    assert "一楼大厅 11月24日 周二 9:00-11:00 已被 乐龄服务社 预约" in refused(book, room, start, end)


@pytest.mark.parametrize(("start", "end"), [("09:00", "09:00"), ("10:00", "09:00")])
def test_rule_01_an_end_not_after_the_start_is_refused(hall, book, start, end):
    assert "结束不晚于开始" in refused(book, hall("活动室"), start, end)


def test_rule_02_an_end_at_midnight_belongs_to_the_day_it_starts_on(office, hall, book):
    room = hall("活动室")
    book(room, "22:00", "2026-11-25T00:00")
    book(room, "2026-11-25T00:00", "2026-11-25T01:00")
    assert say_span(f"{DAY}T22:00", "2026-11-25T00:00") == "11月24日 周二 22:00-24:00"
    assert len(calendar.day(office, DAY, [room]).blocks) == 1
    assert [block.start for block in calendar.day(office, "2026-11-25", [room]).blocks] == ["2026-11-25T00:00"]


@pytest.mark.parametrize("status", BLOCKING)
def test_rule_05_a_booking_that_is_on_holds_its_room(hall, book, status):
    room = hall("活动室")
    book(room, "09:00", "11:00", status=status)
    refused(book, room, "10:00", "12:00")


@pytest.mark.parametrize("status", RELEASED)
def test_rule_05_a_booking_that_is_off_frees_its_room(hall, book, status):
    room = hall("活动室")
    book(room, "09:00", "11:00", status=status)
    book(room, "10:00", "12:00")


@pytest.mark.parametrize("status", RELEASED)
def test_rule_05_a_booking_that_is_off_may_be_written_over_a_taken_room(hall, book, status):
    room = hall("活动室")
    book(room, "09:00", "11:00")
    book(room, "10:00", "12:00", status=status)


def test_rule_05_taking_back_a_cancelled_booking_is_refused_when_the_room_went_to_others(office, hall, book):
    room = hall("活动室")
    gone = book(room, "09:00", "11:00", status="cancelled")
    book(room, "10:00", "12:00")
    with pytest.raises(Refusal):
        writing.save(office, "booking", {"status": "confirmed"}, gone)


def test_rule_06_the_gap_is_the_larger_of_both_buffers_and_no_more(hall, book):
    room = hall("展厅")
    book(room, "09:00", "11:00", before=0, after=30)
    assert "之间须留 30 分钟" in refused(book, room, "11:29", "12:00", before=15, after=0)
    book(room, "11:30", "12:00", before=30, after=0)


def test_rule_06_the_second_booking_may_ask_for_the_larger_gap(hall, book):
    room = hall("展厅")
    book(room, "09:00", "11:00", before=0, after=15)
    refused(book, room, "11:30", "12:00", before=45, after=0)
    book(room, "11:45", "12:00", before=45, after=0)


def test_rule_06_a_booking_before_another_respects_that_ones_set_up(hall, book):
    room = hall("展厅")
    book(room, "14:00", "15:00", before=60, after=0)
    refused(book, room, "12:00", "13:01", before=0, after=0)
    book(room, "12:00", "13:00", before=0, after=0)


def test_rule_06_buffers_are_taken_from_the_room_and_stay_when_the_room_changes(office, hall, book):
    room = hall("展厅", before=15, after=20)
    first = book(room, "09:00", "10:00")
    writing.save(office, "venue", {"before": 0, "after": 0}, room)
    row = reading.get(office, "booking", first)
    assert (row.values["before"], row.values["after"]) == (15, 20)
    refused(book, room, "10:10", "11:00")
    book(room, "10:20", "11:00")


@pytest.fixture
def tree(hall):
    whole = hall("多功能厅", overnight=True)
    east, west = (hall(name, parent=whole, overnight=True) for name in ("东厅", "西厅"))
    return {
        "whole": whole,
        "east": east,
        "west": west,
        "corner": hall("东厅一角", parent=east, overnight=True),
        "other": hall("书画室", overnight=True),
    }


def test_rule_07_a_whole_hall_blocks_its_parts_and_their_parts(tree, book):
    book(tree["whole"], "09:00", "11:00")
    for part in ("whole", "east", "west", "corner"):
        assert "多功能厅" in refused(book, tree[part], "10:00", "10:30")
    book(tree["other"], "10:00", "10:30")


def test_rule_07_a_part_blocks_what_it_is_part_of_and_never_its_sibling(tree, book):
    book(tree["corner"], "09:00", "11:00")
    for hall_ in ("whole", "east", "corner"):
        refused(book, tree[hall_], "10:00", "10:30")
    book(tree["west"], "10:00", "10:30")


def test_rule_07_the_board_says_why_a_part_cannot_be_used(office, tree, book):
    book(tree["whole"], "09:00", "11:00", before=15, after=0)
    board = calendar.day(office, DAY, [tree["east"], tree["other"]])
    (shade,) = board.shades
    assert (shade.venue, shade.start[11:], shade.end[11:]) == (tree["east"], "08:45", "11:00")
    assert shade.reason == "所属的 多功能厅 已被 乐龄服务社 预约 9:00-11:00"
    assert board.elsewhere == 1


def test_rule_09_of_two_at_the_same_moment_one_is_kept(office, hall):
    room = hall("活动室")
    values = {"venue": room, "start": f"{DAY}T09:00", "end": f"{DAY}T10:00"}

    def save(_n: int) -> bool:
        try:
            writing.save(office, "booking", values)
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(save, range(8))) == 1


def test_rule_09_two_that_overlap_after_a_merge_are_both_kept_and_shown(office, hall, book):
    room = hall("活动室")
    one = book(room, "09:00", "11:00")
    two = book(room, "10:00", "12:00", status="cancelled", client_name="书画社")
    with office.unit() as unit:  # as a merge does: past the rules
        unit.load("booking", two).status = "confirmed"
    assert [f.ids for f in findings(office) if f.code == "clash"] == [tuple(sorted((one, two)))]
    board = calendar.day(office, DAY, [room])
    assert board.clashes == 2
    assert [block.clash for block in board.blocks] == [
        "与 书画社 11月24日 周二 10:00-12:00 冲突",
        "与 乐龄服务社 11月24日 周二 9:00-11:00 冲突",
    ]
    writing.save(office, "booking", {"yields_to": one}, two)
    assert calendar.day(office, DAY, [room]).clashes == 0


def test_rule_22_a_booking_does_not_stand_in_its_own_way(office, hall, book):
    room = hall("活动室", before=30, after=30)
    own = book(room, "09:00", "11:00")
    writing.save(office, "booking", {"start": f"{DAY}T10:00", "end": f"{DAY}T12:00"}, own)
    writing.save(office, "booking", {"end": f"{DAY}T13:00"}, own)


def test_a_refusal_offers_another_room_and_the_next_free_time_within_opening_hours(hall, book):
    room = hall("一楼大厅", capacity=50, after=15, opens="8:30-21:00")
    hall("二楼教室", capacity=60)
    book(room, "09:00", "11:00")
    assert "可选：二楼教室 同时段，本场地 11:15 起。" in refused(book, room, "10:00", "12:00")
    book(room, "14:00", "20:30")
    assert "本场地" not in refused(book, room, "15:00", "17:00")


def test_a_booking_is_not_moved_into_a_retired_room(office, hall, book):
    old = hall("旧仓库", status="retired")
    own = book(hall("活动室"), "09:00", "10:00")
    with pytest.raises(Refusal, match="已停用"):
        writing.save(office, "booking", {"venue": old}, own)


# The oracle: minutes in sets, rooms as sets of the smallest parts.

PARTS = {"whole": {1, 2, 3}, "east": {1, 2}, "west": {3}, "corner": {1}, "other": {9}}


@dataclass(frozen=True)
class Held:
    room: str
    start: int
    end: int
    before: int
    after: int
    status: str

    def minutes(self) -> set[int]:
        return set(range(self.start, self.end))

    def lead(self) -> set[int]:
        return set(range(self.start - self.before, self.start))

    def tail(self) -> set[int]:
        return set(range(self.end, self.end + self.after))

    def collides(self, other: Held) -> bool:
        if self.status not in BLOCKING or other.status not in BLOCKING or not PARTS[self.room] & PARTS[other.room]:
            return False
        mine, theirs = self.minutes(), other.minutes()
        return bool(mine & theirs or mine & (other.lead() | other.tail()) or theirs & (self.lead() | self.tail()))


def moment(minute: int) -> str:
    return (datetime.fromisoformat(f"{DAY}T00:00") + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M")


def anything(rng: random.Random) -> Held:
    start = rng.randrange(6 * 60, 40 * 60, rng.choice((1, 15, 30)))
    length = rng.choice((1, 15, 30, 45, 60, 90, 240))
    buffers = (0, 0, 5, 15, 30, 120)
    status = rng.choice((*BLOCKING, "confirmed", "confirmed", *RELEASED))
    return Held(rng.choice(list(PARTS)), start, start + length, rng.choice(buffers), rng.choice(buffers), status)


@pytest.mark.parametrize("seed", range(4))
def test_random_bookings_agree_with_a_minute_by_minute_grid(office, tree, seed):
    rng = random.Random(seed)
    held: dict[str, Held] = {}
    answers = {True: 0, False: 0}
    for _step in range(150):
        own = rng.choice(list(held)) if held and rng.random() < 0.35 else None
        new = anything(rng)
        values = {
            "venue": tree[new.room], "start": moment(new.start), "end": moment(new.end), "before": new.before,
            "after": new.after, "status": new.status, "cancel_reason": "天气",
        }  # fmt: skip
        free = not any(new.collides(other) for key, other in held.items() if key != own)
        try:
            held[writing.save(office, "booking", values, own).id] = new
            allowed = True
        except Refusal:
            allowed = False
        assert allowed == free, (seed, own, new)
        answers[free] += 1
    assert min(answers.values()) > 20
    assert not [f for f in findings(office) if f.code == "clash"]
    assert calendar.day(office, DAY, list(tree.values())).clashes == 0
