"""Stored values as the paper writes them."""

from __future__ import annotations

import pytest

from app.slips.values import boxes, day, masked, moment, occupied, shown, span, with_unit, yes_no


def test_a_span_within_a_day_names_the_day_once() -> None:
    assert span("2026-11-24T09:00", "2026-11-24T11:00") == "2026年11月24日 周二 09:00-11:00"


def test_a_span_to_midnight_ends_at_24_of_its_own_day() -> None:
    assert span("2026-11-24T19:00", "2026-11-25T00:00") == "2026年11月24日 周二 19:00-24:00"


def test_a_span_over_days_names_both() -> None:
    expected = "2026年11月24日 周二 09:00 至 2026年11月25日 周三 16:00"
    assert span("2026-11-24T09:00", "2026-11-25T16:00") == expected


def test_half_a_span_or_nonsense_stays_readable() -> None:
    assert span("2026-11-24T09:00", "") == "2026年11月24日 周二 09:00"
    assert span("", "") == ""
    assert span("下周", "再定") == "下周 - 再定"
    assert moment("待定") == "待定"
    assert day("2026-12-01") == "2026年12月1日 周二"
    assert day("长期") == "长期"


def test_setting_up_and_clearing_widen_the_time_the_room_is_taken() -> None:
    taken = occupied("2026-11-24T09:00", "2026-11-24T11:00", "15", "30")
    assert taken == "布置15分钟，清场30分钟，占用08:45-11:30"
    assert occupied("2026-11-24T09:00", "2026-11-24T11:00", "0", "") == ""
    assert occupied("", "", "15", "") == "布置15分钟"


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("13812345678", "138****5678"),
        ("138 1234 5678", "*** **** 5678"),
        ("021-65551234", "***-****1234"),
        ("1234", "****"),
        ("", ""),
        ("13812345678/13987654321", "138****5678/139****4321"),
    ],
)
def test_phones_hide_their_middle(phone: str, expected: str) -> None:
    assert masked(phone) == expected


def test_booleans_tick_one_box_and_nothing_stored_ticks_none() -> None:
    assert yes_no(True) == "■是　□否"
    assert yes_no(False) == "□是　■否"
    assert yes_no(None) == "□是　□否"
    assert yes_no("") == "□是　□否"
    assert yes_no("是") == "■是　□否"
    assert boxes(("甲", "乙"), "丙") == "□甲　□乙"


def test_values_are_shown_as_text_and_the_first_that_is_there_counts() -> None:
    record = {"a": None, "b": " ", "c": 0, "d": True}
    assert shown(record, "a", "b", "c") == "0"
    assert shown(record, "d") == "是"
    assert shown(record, "a", "z") == ""


def test_units_follow_numbers_only() -> None:
    assert with_unit("60", "人") == "60人"
    assert with_unit("6.5", "学时") == "6.5学时"
    assert with_unit("约60人", "人") == "约60人"
    assert with_unit("", "人").endswith("人")
