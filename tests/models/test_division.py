"""Codes of Shanghai and the statutory calendar: rules.md 4, domain.md section 0 and B13."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import FrozenInstanceError
from datetime import date, datetime, timedelta

import pytest

from app.errors import Refusal
from app.models import division
from app.models.calendar import Days
from app.paths import resource

SHIPPED = Days()
YEAR_2026 = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]


def test_shanghai_has_16_districts_215_street_level_governments_and_19_special_areas():
    assert len(division.districts()) == 16
    assert len(division.streets()) == 234
    assert sum(not street.special for street in division.streets()) == 215
    assert sum(len(division.committees(street.code)) for street in division.streets()) == 6509


def test_codes_are_unique_and_nested():
    streets = division.streets()
    assert len({street.code for street in streets}) == 234
    committees = [committee for street in streets for committee in division.committees(street.code)]
    assert len({committee.code for committee in committees}) == 6509
    for street in streets:
        assert len(street.code) == 9
        assert street.code.startswith(street.district_code)
        assert division.district(street.district_code).name == street.district_name
    for committee in committees:
        assert len(committee.code) == 12
        assert committee.code.startswith(committee.street_code)


def test_the_streets_of_a_district_are_those_with_its_code():
    yangpu = division.streets("310110")
    assert [street.name for street in yangpu][:2] == ["定海路街道", "平凉路街道"]
    assert {street.district_name for street in yangpu} == {"杨浦区"}
    assert sum(len(division.streets(district.code)) for district in division.districts()) == 234


def test_a_street_is_found_by_its_code():
    found = division.street("310110019")
    assert (found.name, found.kind, found.district_code) == ("五角场街道", "街道", "310110")
    assert division.street("310114501").special


def test_a_committee_is_found_by_its_code():
    first = division.committees("310110019")[0]
    assert division.committee(first.code) == first
    assert first.street_code == "310110019"


@pytest.mark.parametrize("code", ["", "310110", "310110999", "３１０１１０００１", "310110019001"])
def test_an_unknown_street_is_refused_with_the_field_and_the_mend(code):
    for look in (division.street, division.committees):
        with pytest.raises(Refusal) as caught:
            look(code)
        assert caught.value.faults[0].field == "street"
        assert caught.value.mend


def test_an_unknown_district_or_committee_is_refused():
    with pytest.raises(Refusal, match="没有这个区：999999"):
        division.streets("999999")
    with pytest.raises(Refusal, match="没有这个居委会或村委会"):
        division.committee("310110019999")


def test_rows_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        division.street("310110019").name = "别处"  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("day", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"])
def test_an_adjusted_workday_falls_on_a_weekend_and_is_worked(day):
    moment = date.fromisoformat(day)
    assert moment.isoweekday() > 5
    assert SHIPPED.kind(moment) == "make_up_workday"
    assert SHIPPED.is_workday(moment)


def test_2026_has_33_days_off_and_six_adjusted_workdays():
    kinds = Counter(map(SHIPPED.kind, YEAR_2026))
    assert kinds["holiday"] == 33
    assert kinds["make_up_workday"] == 6
    assert sum(map(SHIPPED.is_workday, YEAR_2026)) == 248


def test_a_statutory_day_off_is_a_holiday_on_a_weekday_and_on_a_weekend():
    assert SHIPPED.kind(date(2026, 10, 1)) == "holiday"
    assert SHIPPED.kind(date(2026, 10, 3)) == "holiday"
    assert SHIPPED.name(date(2026, 2, 17)) == "春节"
    assert SHIPPED.name(date(2026, 2, 28)) == "春节"


def test_other_days_are_workdays_and_weekends():
    assert SHIPPED.kind(date(2026, 11, 24)) == "workday"
    assert SHIPPED.kind(date(2026, 11, 28)) == "weekend"
    assert SHIPPED.name(date(2026, 11, 24)) == ""


def test_a_moment_counts_as_its_day():
    assert SHIPPED.kind(datetime(2026, 10, 1, 9, 0)) == "holiday"


def test_rule_04_a_year_without_a_plan_has_statutory_weekends_only():
    assert SHIPPED.is_published(2026)
    assert not SHIPPED.is_published(2027)
    assert SHIPPED.kind(date(2027, 10, 1)) == "workday"
    assert SHIPPED.kind(date(2027, 10, 2)) == "weekend"


def test_every_shipped_plan_lists_days_of_its_year_once():
    for path in sorted(resource("codes").glob("workdays_*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        days = [date.fromisoformat(row["date"]) for row in rows]
        assert days == sorted(set(days))
        assert {day.year for day in days} == {int(path.stem[-4:])}
        assert {row["kind"] for row in rows} == {"holiday", "workday"}
        assert all(row["name"] for row in rows)
        assert all(day.isoweekday() > 5 for day, row in zip(days, rows, strict=True) if row["kind"] == "workday")
