"""What people type for dates and times is understood; what is not, is not guessed."""

from datetime import date

import pytest

from app.views.records.typed import moment, parse_date, parse_length, parse_time, plain_number, say_date, say_moment

TODAY = date(2026, 11, 19)  # a Thursday


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1124", "2026-11-24"),
        ("11-24", "2026-11-24"),
        ("11/24", "2026-11-24"),
        ("11.24", "2026-11-24"),
        ("11月24日", "2026-11-24"),
        ("11月24号", "2026-11-24"),
        ("24日", "2026-11-24"),
        ("２０２６．１１．２４", "2026-11-24"),
        ("2026.11.24", "2026-11-24"),
        ("2026-1-4", "2026-01-04"),
        ("2026年11月24日", "2026-11-24"),
        ("20261124", "2026-11-24"),
        ("261124", "2026-11-24"),
        ("今天", "2026-11-19"),
        ("明天", "2026-11-20"),
        ("后天", "2026-11-21"),
        ("大后天", "2026-11-22"),
        ("昨天", "2026-11-18"),
        ("周四", "2026-11-19"),
        ("周二", "2026-11-24"),
        ("下周二", "2026-11-24"),
        ("下星期日", "2026-11-29"),
        ("下下周一", "2026-11-30"),
        ("这周一", "2026-11-16"),
        ("本周日", "2026-11-22"),
        ("+3", "2026-11-22"),
        ("3天后", "2026-11-22"),
        ("2周后", "2026-12-03"),
        ("3个月后", "2027-02-19"),
        ("月底", "2026-11-30"),
        ("105", "2027-01-05"),
        ("0105", "2027-01-05"),
        ("0601", "2026-06-01"),
        ("  ", ""),
    ],
)
def test_a_date_is_understood(typed: str, meant: str):
    assert parse_date(typed, TODAY) == meant


@pytest.mark.parametrize("typed", ["1332", "11-31", "2026-02-29", "哪天", "12345", "0", "32日", "下周八", "0229"])
def test_what_is_no_date_is_not_guessed(typed: str):
    assert parse_date(typed, TODAY) is None


def test_a_leap_day_without_its_year_is_the_coming_one():
    assert parse_date("0229", date(2027, 9, 1)) == "2028-02-29"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("9", "09:00"),
        ("930", "09:30"),
        ("0930", "09:30"),
        ("9:30", "09:30"),
        ("９：３０", "09:30"),
        ("9点", "09:00"),
        ("9点半", "09:30"),
        ("9点一刻", "09:15"),
        ("9点05分", "09:05"),
        ("上午9点", "09:00"),
        ("下午2点", "14:00"),
        ("下午2点半", "14:30"),
        ("下午两点", "14:00"),
        ("晚上七点", "19:00"),
        ("中午12点", "12:00"),
        ("中午1点", "13:00"),
        ("十二点", "12:00"),
        ("二十点", "20:00"),
        ("14:00", "14:00"),
        ("1400", "14:00"),
        ("2", "14:00"),
        ("02", "02:00"),
        ("2:00", "02:00"),
        ("6", "06:00"),
        ("早上5点", "05:00"),
        ("2pm", "14:00"),
        ("24:00", "24:00"),
        ("0", "00:00"),
        ("", ""),
    ],
)
def test_a_time_is_understood(typed: str, meant: str):
    assert parse_time(typed) == meant


@pytest.mark.parametrize("typed", ["25", "9:60", "24:30", "早", "九", "9-10", "99999", "下午"])
def test_what_is_no_time_is_not_guessed(typed: str):
    assert parse_time(typed) is None


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("2h", 120),
        ("1.5h", 90),
        ("1h30", 90),
        ("90", 90),
        ("45分钟", 45),
        ("+45", 45),
        ("2小时", 120),
        ("两小时", 120),
        ("一个半小时", 90),
        ("1个半小时", 90),
        ("半小时", 30),
        ("半个小时", 30),
        ("1小时30分", 90),
        ("", None),
        ("0", None),
        ("24h", None),
        ("9点", None),
        ("两", None),
    ],
)
def test_a_length_is_understood(typed: str, minutes: int | None):
    assert parse_length(typed) == minutes


def test_midnight_at_the_end_of_a_day_belongs_to_the_next_date():
    assert moment("2026-11-30", "24:00") == "2026-12-01T00:00"
    assert moment("2026-11-30", "09:00") == "2026-11-30T09:00"


def test_a_number_is_read_without_its_unit_and_separators():
    assert plain_number("１，２００.5 元", "元") == "1200.5"
    assert plain_number(" 30人", "人") == "30"
    assert plain_number("") == ""


def test_a_date_is_said_with_its_weekday_or_its_year():
    assert say_date("2026-11-24", TODAY) == "11月24日 周二"
    assert say_date("2027-01-04", TODAY) == "2027年1月4日"
    assert say_moment("2026-11-24T09:00", TODAY) == "11月24日 周二 09:00"
    assert say_date("不知道", TODAY) == "不知道"
