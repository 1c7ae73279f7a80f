"""The dates of RRULE texts: RFC 5545's own examples (section 3.8.5.3), rules.md 11-16, and what is refused."""

from __future__ import annotations

import time
from itertools import islice

import pytest

from app.errors import Refusal
from app.services.recurrence import dates, ended, explicit, occurrences, parse, rest

START = "1997-09-02T09:00"
"""DTSTART;TZID=America/New_York:19970902T090000 of most examples, a Tuesday."""


def span(first: str, last: str, step: int = 1) -> list[str]:
    """Every ``step``-th date from ``first`` to ``last``."""
    from datetime import date, timedelta

    at, end, found = date.fromisoformat(first), date.fromisoformat(last), []
    while at <= end:
        found.append(at.isoformat())
        at += timedelta(days=step)
    return found


def days(year: int, **months: str) -> list[str]:
    """``days(1997, sep="2 4", oct="14")`` as dates."""
    names = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    return [f"{year}-{names.index(m) + 1:02d}-{int(d):02d}" for m, listed in months.items() for d in listed.split()]


NY_TO_2000 = span("1998-01-01", "1998-01-31") + span("1999-01-01", "1999-01-31") + span("2000-01-01", "2000-01-31")
WEEKLY_10 = span("1997-09-02", "1997-11-04", 7)
TU_TH = days(1997, sep="2 4 9 11 16 18 23 25 30", oct="2")
MO_WE_FR = days(1997, sep="1 3 5 15 17 19 29", oct="1 3 13 15 17 27 29 31", nov="10 12 14 24 26 28", dec="8 10 12 22")
JUN_JUL = [f"{year}-{month}-10" for year in range(1997, 2002) for month in ("06", "07")]
EVERY_OTHER_YEAR = ["1997-03-10"] + [f"{y}-0{m}-10" for y in (1999, 2001, 2003) for m in (1, 2, 3)]
WEEKDAYS_6 = [
    "1997-09-29", "1997-10-30", "1997-11-27", "1997-12-30", "1998-01-29", "1998-02-26", "1998-03-30",
]  # fmt: skip

RFC_5545 = [
    ("daily for 10 occurrences", START, "FREQ=DAILY;COUNT=10", span("1997-09-02", "1997-09-11")),
    ("daily until December 24, 1997", START, "FREQ=DAILY;UNTIL=19971224T000000Z", span("1997-09-02", "1997-12-23")),
    ("every day in January, for 3 years, by year", "1998-01-01T09:00",
     "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA", NY_TO_2000),
    ("every day in January, for 3 years, by day", "1998-01-01T09:00",
     "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1", NY_TO_2000),
    ("every 10 days, 5 occurrences", START, "FREQ=DAILY;INTERVAL=10;COUNT=5", days(1997, sep="2 12 22", oct="2 12")),
    ("weekly for 10 occurrences", START, "FREQ=WEEKLY;COUNT=10", WEEKLY_10),
    ("weekly until December 24, 1997", START, "FREQ=WEEKLY;UNTIL=19971224T000000Z", span("1997-09-02", "1997-12-23", 7)),
    ("weekly on Tuesday and Thursday for five weeks, until", START,
     "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", TU_TH),
    ("weekly on Tuesday and Thursday for five weeks, count", START,
     "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", TU_TH),
    ("every other week on Monday, Wednesday, and Friday until December 24, 1997", "1997-09-01T09:00",
     "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR", MO_WE_FR),
    ("every other week on Tuesday and Thursday, for 8 occurrences", START,
     "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", days(1997, sep="2 4 16 18 30", oct="2 14 16")),
    ("monthly on the first Friday for 10 occurrences", "1997-09-05T09:00", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
     days(1997, sep="5", oct="3", nov="7", dec="5") + days(1998, jan="2", feb="6", mar="6", apr="3", may="1", jun="5")),
    ("monthly on the first Friday until December 24, 1997", "1997-09-05T09:00",
     "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", days(1997, sep="5", oct="3", nov="7", dec="5")),
    ("every other month on the first and last Sunday of the month for 10 occurrences", "1997-09-07T09:00",
     "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
     days(1997, sep="7 28", nov="2 30") + days(1998, jan="4 25", mar="1 29", may="3 31")),
    ("monthly on the second-to-last Monday of the month for 6 months", "1997-09-22T09:00",
     "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", days(1997, sep="22", oct="20", nov="17", dec="22") + days(1998, jan="19", feb="16")),
    ("monthly on the 2nd and 15th of the month for 10 occurrences", START, "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
     days(1997, sep="2 15", oct="2 15", nov="2 15", dec="2 15") + days(1998, jan="2 15")),
    ("monthly on the first and last day of the month for 10 occurrences", "1997-09-30T09:00",
     "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
     days(1997, sep="30", oct="1 31", nov="1 30", dec="1 31") + days(1998, jan="1 31", feb="1")),
    ("every 18 months on the 10th thru 15th of the month for 10 occurrences", "1997-09-10T09:00",
     "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
     days(1997, sep="10 11 12 13 14 15") + days(1999, mar="10 11 12 13")),
    ("yearly in June and July for 10 occurrences", "1997-06-10T09:00", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7", JUN_JUL),
    ("every other year on January, February, and March for 10 occurrences", "1997-03-10T09:00",
     "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", EVERY_OTHER_YEAR),
    ("the third instance into the month of one of Tuesday, Wednesday, or Thursday, for the next 3 months",
     "1997-09-04T09:00", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", days(1997, sep="4", oct="7", nov="6")),
    ("days of two weeks that begin on Monday", "1997-08-05T09:00",
     "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", days(1997, aug="5 10 19 24")),
    ("days of two weeks that begin on Sunday", "1997-08-05T09:00",
     "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", days(1997, aug="5 17 19 31")),
    ("an invalid date (February 30) is ignored", "2007-01-15T09:00", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
     days(2007, jan="15 30", feb="15", mar="15 30")),
]  # fmt: skip

FOREVER = [
    ("every other day", START, "FREQ=DAILY;INTERVAL=2", span("1997-09-02", "1997-12-05", 2)),
    ("every other week", START, "FREQ=WEEKLY;INTERVAL=2;WKST=SU", span("1997-09-02", "1998-02-17", 14)),
    ("the third-to-the-last day of the month", "1997-09-28T09:00", "FREQ=MONTHLY;BYMONTHDAY=-3",
     days(1997, sep="28", oct="29", nov="28", dec="29") + days(1998, jan="29", feb="26")),
    ("every Tuesday, every other month", START, "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
     days(1997, sep="2 9 16 23 30", nov="4 11 18 25") + days(1998, jan="6 13 20 27", mar="3 10 17 24 31")),
    ("every 20th Monday of the year", "1997-05-19T09:00", "FREQ=YEARLY;BYDAY=20MO", ["1997-05-19", "1998-05-18", "1999-05-17"]),
    ("every Thursday in March", "1997-03-13T09:00", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
     days(1997, mar="13 20 27") + days(1998, mar="5 12 19 26") + days(1999, mar="4 11 18 25")),
    ("every Thursday, but only during June, July, and August", "1997-06-05T09:00", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
     span("1997-06-05", "1997-08-28", 7) + span("1998-06-04", "1998-08-27", 7) + span("1999-06-03", "1999-08-26", 7)),
    ("every Friday the 13th", START, "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
     days(1998, feb="13", mar="13", nov="13") + days(1999, aug="13") + days(2000, oct="13")),
    ("the first Saturday that follows the first Sunday of the month", "1997-09-13T09:00",
     "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
     days(1997, sep="13", oct="11", nov="8", dec="13") + days(1998, jan="10", feb="7", mar="7", apr="11", may="9", jun="13")),
    ("every 4 years, the first Tuesday after a Monday in November", "1996-11-05T09:00",
     "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", ["1996-11-05", "2000-11-07", "2004-11-02"]),
    ("the second-to-last weekday of the month", "1997-09-29T09:00",
     "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", WEEKDAYS_6),
]  # fmt: skip


@pytest.mark.parametrize(("start", "rule", "expected"), [c[1:] for c in RFC_5545], ids=[c[0] for c in RFC_5545])
def test_the_examples_of_rfc_5545_give_its_dates(start, rule, expected):
    assert dates(rule, start) == expected


@pytest.mark.parametrize(("start", "rule", "expected"), [c[1:] for c in FOREVER], ids=[c[0] for c in FOREVER])
def test_the_examples_of_rfc_5545_that_go_on_for_ever_begin_with_its_dates(start, rule, expected):
    assert list(islice(occurrences(parse(rule), start), len(expected))) == expected


def test_rule_11_the_end_date_is_inclusive_and_bounds_the_first_week():
    assert dates("FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20260304", "2026-03-02T09:00") == ["2026-03-02"]
    assert dates("FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20260306", "2026-03-02T21:00") == ["2026-03-02", "2026-03-06"]
    assert dates("FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20260306T200000", "2026-03-02T21:00") == ["2026-03-02"]
    assert dates("FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20260306T210000", "2026-03-02T21:00") == ["2026-03-02", "2026-03-06"]


def test_rule_11_an_end_in_utc_is_read_in_shanghai():
    assert dates("FREQ=DAILY;UNTIL=20260305T010000Z", "2026-03-04T09:00") == ["2026-03-04", "2026-03-05"]
    assert dates("FREQ=DAILY;UNTIL=20260305T005900Z", "2026-03-04T09:00") == ["2026-03-04"]


def test_rule_12_weeks_start_on_monday_unless_the_rule_says_otherwise():
    rule = "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU"
    assert dates(rule, "1997-08-05T09:00") == days(1997, aug="5 10 19 24")


def test_rule_13_the_31st_skips_short_months_and_the_last_day_is_a_choice_of_its_own():
    on_31 = dates("FREQ=MONTHLY;COUNT=4", "2026-01-31T09:00")
    assert on_31 == days(2026, jan="31", mar="31", may="31", jul="31")
    last = dates("FREQ=MONTHLY;COUNT=4;BYMONTHDAY=-1", "2026-01-31T09:00")
    assert last == days(2026, jan="31", feb="28", mar="31", apr="30")


def test_rule_14_a_fifth_weekday_is_skipped_or_the_last_as_the_rule_says():
    fifth = dates("FREQ=MONTHLY;COUNT=3;BYDAY=5FR", "2026-01-30T09:00")
    assert fifth == days(2026, jan="30", may="29", jul="31")
    last = dates("FREQ=MONTHLY;COUNT=3;BYDAY=-1FR", "2026-01-30T09:00")
    assert last == days(2026, jan="30", feb="27", mar="27")


def test_rule_15_29_february_comes_in_leap_years_only():
    assert dates("FREQ=YEARLY;COUNT=3", "2024-02-29T09:00") == ["2024-02-29", "2028-02-29", "2032-02-29"]
    assert list(islice(occurrences(parse("FREQ=YEARLY"), "2096-02-29T09:00"), 2)) == ["2096-02-29", "2104-02-29"]


def why(rule: str, start: str = "2026-11-24T09:00", **options: int) -> str:
    with pytest.raises(Refusal) as refusal:
        dates(rule, start, **options)
    assert [fault.field for fault in refusal.value.faults] == ["rule"]
    return str(refusal.value)


def test_rule_16_at_most_366_dates_or_as_configured():
    assert len(dates("FREQ=DAILY;COUNT=366", "2026-11-24T09:00")) == 366
    assert "超过 366 个" in why("FREQ=DAILY;COUNT=367")
    assert "超过 366 个" in why("FREQ=DAILY;UNTIL=20271125")
    assert len(dates("FREQ=DAILY;UNTIL=20271124", "2026-11-24T09:00")) == 366
    assert "超过 10 个" in why("FREQ=DAILY;COUNT=11", limit=10)
    assert "没有结束" in why("FREQ=DAILY")


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO;COUNT=5",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=3;COUNT=5",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=3;COUNT=2",
        "FREQ=MONTHLY;BYDAY=6MO;COUNT=2",
        "FREQ=DAILY;UNTIL=20261123",
        "FREQ=WEEKLY;BYDAY=WE;UNTIL=20261124",
    ],
)
def test_rule_16_a_rule_without_a_date_is_refused_and_quickly(rule):
    began = time.perf_counter()
    assert "没有一个日期" in why(rule)
    assert time.perf_counter() - began < 1


def test_a_count_that_the_calendar_cannot_fill_is_refused_not_cut_short():
    assert "凑不满 300 次" in why("FREQ=YEARLY;COUNT=300;BYMONTH=2;BYMONTHDAY=29", "2024-02-29T09:00")
    assert "100 年以后" in why("FREQ=YEARLY;INTERVAL=4;UNTIL=30000101")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=HOURLY;COUNT=3", "FREQ 不能是 HOURLY"),
        ("FREQ=SECONDLY;COUNT=3", "FREQ 不能是 SECONDLY"),
        ("FREQ=DAILY;COUNT=3;BYHOUR=9,14", "不能用 BYHOUR"),
        ("FREQ=DAILY;COUNT=3;BYMINUTE=0", "不能用 BYMINUTE"),
        ("FREQ=DAILY;COUNT=3;BYSECOND=0", "不能用 BYSECOND"),
        ("FREQ=YEARLY;COUNT=3;BYWEEKNO=20", "不能用 BYWEEKNO"),
        ("FREQ=YEARLY;COUNT=3;BYYEARDAY=1,100", "不能用 BYYEARDAY"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20261231", "COUNT 和 UNTIL 只能有一个"),
        ("FREQ=DAILY;COUNT=3;COUNT=4", "COUNT 出现了两次"),
        ("FREQ=DAILY;COUNT=3;EVERY=2", "没有“EVERY”这一项"),
        ("COUNT=3", "没有写 FREQ"),
        ("每周一", "看不懂"),
        ("", "看不懂"),
        ("FREQ=DAILY;;COUNT=3", "看不懂"),
        ("FREQ=DAILY;COUNT=", "看不懂"),
        ("FREQ=DAILY;COUNT=0", "COUNT 不能是 0"),
        ("FREQ=DAILY;COUNT=-1", "COUNT 不能是 -1"),
        ("FREQ=DAILY;COUNT=3,4", "COUNT 只能有一个数"),
        ("FREQ=DAILY;COUNT=3;INTERVAL=0", "INTERVAL 不能是 0"),
        ("FREQ=DAILY;COUNT=3;INTERVAL=1000000000000", "INTERVAL 不能是"),
        ("FREQ=DAILY;COUNT=３", "COUNT 不能是 ３"),
        ("FREQ=DAILY;UNTIL=2026-12-31", "UNTIL 不是日期：2026-12-31"),
        ("FREQ=DAILY;UNTIL=20260230", "UNTIL 不是日期"),
        ("FREQ=DAILY;UNTIL=00000101", "UNTIL 不是日期"),
        ("FREQ=DAILY;UNTIL=99991231T235959Z", "UNTIL 不是日期"),
        ("FREQ=WEEKLY;COUNT=3;BYDAY=MONDAY", "BYDAY 不能是 MONDAY"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=0MO", "BYDAY 不能是 0MO"),
        ("FREQ=YEARLY;COUNT=3;BYDAY=54MO", "BYDAY 不能是 54MO"),
        ("FREQ=WEEKLY;COUNT=3;BYDAY=1MO", "只能用于每月或每年"),
        ("FREQ=WEEKLY;COUNT=3;BYMONTHDAY=1", "每周重复不能用 BYMONTHDAY"),
        ("FREQ=MONTHLY;COUNT=3;BYMONTHDAY=32", "BYMONTHDAY 不能是 32"),
        ("FREQ=MONTHLY;COUNT=3;BYMONTHDAY=0", "BYMONTHDAY 不能是 0"),
        ("FREQ=YEARLY;COUNT=3;BYMONTH=13", "BYMONTH 不能是 13"),
        ("FREQ=MONTHLY;COUNT=3;BYSETPOS=1", "BYSETPOS 必须和别的 BY 项一起用"),
        ("FREQ=WEEKLY;COUNT=3;WKST=XX", "WKST 不能是 XX"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_naming_the_part(rule, words):
    assert words in why(rule)


def test_a_rule_may_be_written_in_small_letters_and_with_its_name():
    assert dates("rrule:freq=weekly;count=2;byday=mo, we", "2026-11-23T09:00") == ["2026-11-23", "2026-11-25"]


@pytest.mark.parametrize("rule", [case[2] for case in RFC_5545 + FOREVER])
def test_a_rule_that_was_read_is_written_so_that_it_means_the_same(rule):
    assert parse(parse(rule).text) == parse(rule)


@pytest.mark.parametrize(
    ("start", "rule", "text"),
    [
        ("2026-11-24T09:00", "FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;COUNT=3;BYDAY=TU"),
        ("2026-11-24T09:00", "FREQ=MONTHLY;COUNT=3", "FREQ=MONTHLY;COUNT=3;BYMONTHDAY=24"),
        ("2026-11-24T09:00", "FREQ=YEARLY;COUNT=3", "FREQ=YEARLY;COUNT=3;BYMONTHDAY=24;BYMONTH=11"),
        ("2026-11-24T09:00", "FREQ=YEARLY;COUNT=3;BYMONTH=6", "FREQ=YEARLY;COUNT=3;BYMONTHDAY=24;BYMONTH=6"),
        ("2026-11-24T09:00", "FREQ=MONTHLY;COUNT=3;BYDAY=-1FR", "FREQ=MONTHLY;COUNT=3;BYDAY=-1FR"),
        ("2026-11-24T09:00", "FREQ=DAILY;COUNT=3", "FREQ=DAILY;COUNT=3"),
    ],
)
def test_what_a_rule_takes_from_its_start_can_be_written_out(start, rule, text):
    assert explicit(parse(rule), start).text == text


@pytest.mark.parametrize(("start", "rule", "expected"), [c[1:] for c in RFC_5545], ids=[c[0] for c in RFC_5545])
def test_a_rule_cut_at_any_of_its_dates_gives_the_same_dates_in_two_parts(start, rule, expected):
    read = parse(rule)
    for n, at in enumerate(expected):
        first, second = ended(read, at), rest(read, start, at)
        assert list(occurrences(first, start)) == expected[:n]
        assert list(occurrences(second, f"{at}{start[10:]}")) == expected[n:]
