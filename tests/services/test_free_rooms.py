"""Rooms by what somebody needs, and the next time one of them is free."""

from __future__ import annotations

from pathlib import Path

import pytest
from lending import DAY, at, book, make, office_in

from app.services import calendar
from app.services.free_rooms import Needs, fitting, next_free


@pytest.fixture
def office(tmp_path: Path):
    with office_in(tmp_path) as office:
        yield at(office, f"{DAY}T08:00")


@pytest.fixture
def rooms(office) -> dict[str, str]:
    return {
        "hall": make(office, "venue", name="大厅", capacity=100, equipment="投影仪、音响", opens="8:30-21:00"),
        "class": make(office, "venue", name="教室", capacity=30, opens="8:30-17:00"),
        "small": make(office, "venue", name="小间", capacity=8),
        "unknown": make(office, "venue", name="院子"),
    }


def fits(office, rooms, needs: Needs) -> dict[str, int]:
    """The rooms that fit, with how many things must be brought to each."""
    with office.reading() as session:
        found = fitting(session, needs)
    return {name: len(found[room]) for name, room in rooms.items() if room in found}


def test_a_room_fits_where_it_is_known_to_be_large_enough(office, rooms):
    assert fits(office, rooms, Needs(30)) == {"hall": 0, "class": 0}
    assert fits(office, rooms, Needs(31)) == {"hall": 0}


def test_a_room_has_what_its_note_names_and_what_is_fixed_in_it(office, rooms):
    make(office, "equipment", name="钢琴", venue=rooms["class"], stock=1)
    assert fits(office, rooms, Needs(equipment="投影仪 音响")) == {"hall": 0}
    assert fits(office, rooms, Needs(equipment="钢琴")) == {"class": 0}
    assert fits(office, rooms, Needs(equipment="蒸笼")) == {}


def test_movable_equipment_can_be_brought_to_any_room(office, rooms):
    make(office, "equipment", name="投影仪", model_name="EB-X51", stock=1)
    assert fits(office, rooms, Needs(equipment="投影仪")) == {"hall": 0, "class": 1, "small": 1, "unknown": 1}
    assert fits(office, rooms, Needs(equipment="eb-x51"))["class"] == 1


def test_broken_equipment_fits_no_room(office, rooms):
    make(office, "equipment", name="钢琴", stock=1, status="repair")
    assert fits(office, rooms, Needs(equipment="钢琴")) == {}


def test_the_next_free_time_is_the_earliest_in_the_smallest_room_that_fits(office, rooms):
    book(office, rooms["class"], "08:30", "10:00")
    free = next_free(office, Needs(20), 90, f"{DAY}T08:00")
    assert free is not None
    assert (free.venue, free.start, free.end) == (rooms["hall"], f"{DAY}T08:30", f"{DAY}T10:00")
    book(office, rooms["hall"], "08:30", "12:00")
    free = next_free(office, Needs(20), 90, f"{DAY}T08:00")
    assert free is not None
    assert (free.venue, free.start) == (rooms["class"], f"{DAY}T10:00")


def test_asked_again_the_next_one_comes_never_the_same(office, rooms):
    found = []
    free = None
    for _time in range(4):
        free = next_free(office, Needs(20), 60, f"{DAY}T08:00" if free is None else free.start, after=free)
        assert free is not None
        found.append((free.venue, free.start[11:]))
    assert found == [
        (rooms["class"], "08:30"), (rooms["hall"], "08:30"), (rooms["class"], "09:30"), (rooms["hall"], "09:30"),
    ]  # fmt: skip


def test_of_one_room_only_its_own_times_are_found(office, rooms):
    free = next_free(office, Needs(), 60, f"{DAY}T16:30", venue=rooms["class"])
    assert free is not None
    assert (free.venue, free.start) == (rooms["class"], "2026-11-25T08:30")


def test_rule_08_equipment_that_must_be_brought_is_waited_for(office, rooms):
    projector = make(office, "equipment", name="投影仪", stock=1)
    booking = book(office, rooms["small"], "08:30", "10:00")
    make(office, "booking_equipment", booking=booking, equipment=projector, quantity=1)
    free = next_free(office, Needs(20, "投影仪"), 60, f"{DAY}T08:30", venue=rooms["class"])
    assert free is not None
    assert free.start == f"{DAY}T10:00"


def test_where_nothing_fits_there_is_no_free_time(office, rooms):
    assert next_free(office, Needs(1000), 60, f"{DAY}T08:00") is None
    assert next_free(office, Needs(100), 14 * 60, f"{DAY}T08:00") is None


def test_the_day_shows_the_rooms_that_fit_and_says_how_many(office, rooms):
    board = calendar.day(office, DAY, needs=Needs(30), also=rooms["small"])
    assert [room.name for room in board.rooms] == ["大厅", "教室", "小间"]
    assert board.fitting == 2
    assert calendar.day(office, DAY).fitting is None
