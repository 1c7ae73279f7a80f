"""A rule said in words, and a rule from the choices of a form."""

from __future__ import annotations

import pytest

from app import text
from app.services.recurrence import dates
from app.services.recurrence_words import Choices, rule_of, say
from tests.services.test_recurrence import FOREVER, RFC_5545

START = "2026-12-29T09:00"
"""A Tuesday, the fifth and last of its month."""


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20261231", "每周一、周五，至2026年12月31日"),
        ("FREQ=WEEKLY;COUNT=4", "每周二，共4次"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;COUNT=4", "每2周的周二、周日，共4次"),
        ("FREQ=DAILY;COUNT=10", "每天，共10次"),
        ("FREQ=DAILY;INTERVAL=3;UNTIL=20270110T120000", "每3天，至2027年1月10日"),
        ("FREQ=DAILY;BYDAY=MO,TU;COUNT=4", "每天（仅周一、周二），共4次"),
        ("FREQ=DAILY;BYMONTH=1,2;COUNT=4", "每天（仅1月、2月），共4次"),
        ("FREQ=MONTHLY;COUNT=3", "每月29日，共3次"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,-1;COUNT=3", "每月1日、最后一天，共3次"),
        ("FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=3", "每月倒数第3天，共3次"),
        ("FREQ=MONTHLY;BYDAY=2WE;COUNT=3", "每月第2个周三，共3次"),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "每月最后一个周五，共3次"),
        ("FREQ=MONTHLY;BYDAY=-2MO;COUNT=3", "每月倒数第2个周一，共3次"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=TU;COUNT=3", "每2个月的每个周二，共3次"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=3", "每月13日中的周五，共3次"),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1;COUNT=3", "每月每个周一、每个周二里的最后一次，共3次"),
        ("FREQ=YEARLY;COUNT=3", "每年12月29日，共3次"),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=3", "每年11月第4个周四，共3次"),
        ("FREQ=YEARLY;BYDAY=20MO;COUNT=3", "每年第20个周一，共3次"),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTHDAY=5;COUNT=3", "每4年的每月5日，共3次"),
        ("FREQ=WEEKLY", "每周二"),
    ],
)
def test_a_rule_is_said_in_official_chinese(rule, words):
    assert say(rule, START) == words


def test_every_example_of_the_standard_can_be_said_in_both_languages():
    for _name, start, rule, _dates in RFC_5545 + FOREVER:
        assert say(rule, start)
    text.use("en")
    assert say("FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20261231", START) == "Every Mon, Fri until 2026-12-31"
    for _name, start, rule, _dates in RFC_5545 + FOREVER:
        assert say(rule, start).isascii(), say(rule, start)


@pytest.mark.parametrize(
    ("choices", "rule"),
    [
        (Choices(count=4), "FREQ=WEEKLY;COUNT=4;BYDAY=TU"),
        (Choices(weekdays=(4, 0), until="2026-12-31"), "FREQ=WEEKLY;UNTIL=20261231;BYDAY=MO,FR"),
        (Choices(interval=2, weekdays=(1, 6), count=4), "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU"),
        (Choices("day", 3, count=4), "FREQ=DAILY;INTERVAL=3;COUNT=4"),
        (Choices("month", count=4), "FREQ=MONTHLY;COUNT=4;BYMONTHDAY=29"),
        (Choices("month", monthly="last_day", count=4), "FREQ=MONTHLY;COUNT=4;BYMONTHDAY=-1"),
        (Choices("month", monthly="nth", count=4), "FREQ=MONTHLY;COUNT=4;BYDAY=5TU"),
        (Choices("month", monthly="last_weekday", count=4), "FREQ=MONTHLY;COUNT=4;BYDAY=-1TU"),
        (Choices("year", count=4), "FREQ=YEARLY;COUNT=4;BYMONTHDAY=29;BYMONTH=12"),
    ],
)
def test_the_choices_of_a_form_make_a_rule_that_begins_with_its_start(choices, rule):
    assert rule_of(choices, START) == rule
    if not choices.weekdays and choices.monthly != "last_day":
        assert dates(rule, START)[0] == "2026-12-29"


def test_rule_14_the_form_lets_choose_between_a_fifth_weekday_and_the_last():
    fifth, last = (rule_of(Choices("month", monthly=how, count=2), START) for how in ("nth", "last_weekday"))
    assert dates(fifth, START) == ["2026-12-29", "2027-03-30"]
    assert dates(last, START) == ["2026-12-29", "2027-01-26"]
