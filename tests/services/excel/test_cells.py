"""What a cell means: dates, numbers and choices as people write them; what Excel may have damaged is refused."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.models.fields import Misfit
from app.models.registry import KINDS
from app.services.excel import planning
from app.services.excel.cells import understood, words
from app.services.excel.sheets import address
from tests.services.excel.by_hand import packed, parts, sheet_xml

BOOKING, ORGANIZATION, VENUE = KINDS["booking"].fields, KINDS["organization"].fields, KINDS["venue"].fields
START, FOUNDED, CAPACITY, AREA = BOOKING["start"], ORGANIZATION["founded_on"], VENUE["capacity"], VENUE["area"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24", "2026/11/24", "2026.11.24", "2026年11月24日", "2026年11月24", "20261124", "2026-11-24 00:00:00",
        "２０２６年１１月２４日", "2026 年 11 月 24 日", " 2026-11-24　", "2026年11月24日（周二）", "2026-11-24 星期二",
        date(2026, 11, 24), datetime(2026, 11, 24), 20261124.0,
    ],
)  # fmt: skip
def test_a_day_is_understood_in_the_usual_forms(text: Any) -> None:
    assert understood(FOUNDED, text) == "2026-11-24"


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("11月24日", "不是完整的日期"), ("2026年11月", "不是完整的日期"), ("26-11-24", "不是完整的日期"),
        ("2026-02-30", "没有"), ("2026-13-01", "没有"), ("202611240", "不是完整的日期"), ("今天", "不是完整的日期"),
        (46350.0, "不是日期"), (datetime(2026, 11, 24, 9), "钟点"), ("2026-11-24 09:00", "看不懂"), (time(9), "没有日期"),
        (timedelta(hours=30), "没有日期"), (True, "不是日期"), (date(1900, 1, 5), "1900"), ("1024-01-01", "没有这一天"),
    ],
)  # fmt: skip
def test_what_is_no_whole_day_is_refused(cell: Any, words: str) -> None:
    with pytest.raises(Misfit) as misfit:
        understood(FOUNDED, cell)
    assert words in misfit.value.error
    assert misfit.value.mend


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-11-24 09:00", "2026-11-24T09:00"), ("2026-11-24T09:00:00", "2026-11-24T09:00"),
        ("2026年11月24日 9:05", "2026-11-24T09:05"), ("2026/11/24 上午9:00", "2026-11-24T09:00"),
        ("2026/11/24 下午2点半", "2026-11-24T14:30"), ("2026年11月24日下午2点", "2026-11-24T14:00"),
        ("2026-11-24（周二）14：00", "2026-11-24T14:00"), ("2026-11-24 9时30分", "2026-11-24T09:30"),
        ("2026-11-24 中午12:00", "2026-11-24T12:00"), ("2026-11-24 凌晨12:30", "2026-11-24T00:30"),
        ("11/24/2026", None), ("2026-11-24 2:30 PM", "2026-11-24T14:30"), ("2026-11-24 25:00", None),
        ("2026-11-24 9", None), ("2026-11-24", None), ("2026-11-24 09:00:30", None), ("2026-11-24 09:61", None),
        (datetime(2026, 11, 24, 9), "2026-11-24T09:00"), (datetime(2026, 11, 24, 8, 59, 59), "2026-11-24T09:00"),
        (date(2026, 11, 24), "2026-11-24T00:00"), (datetime(2026, 11, 24, 9, 0, 30), None),
        ("2026-11-24 09:00+08:00", None),
    ],
)  # fmt: skip
def test_a_moment_is_understood_or_refused(cell: Any, moment: str | None) -> None:
    if moment is not None:
        assert understood(START, cell) == moment
        return
    with pytest.raises(Misfit):
        understood(START, cell)


def test_rule_02_an_end_of_24_00_is_the_next_midnight() -> None:
    assert understood(START, "2026-12-31 24:00") == "2027-01-01T00:00"


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        (CAPACITY, 80.0, 80), (CAPACITY, "８０", 80), (CAPACITY, "80人", 80), (CAPACITY, "1,200", 1200), (CAPACITY, " 80 ", 80),
        (AREA, 85.5, "85.5"), (AREA, 0.1 + 0.2, "0.3"), (AREA, "85.50㎡", "85.5"), (AREA, "1,234.5", "1234.5"),
        (ORGANIZATION["registered_capital"], "¥30,000元", "30000"), (ORGANIZATION["registered_capital"], 1e9, "1000000000"),
    ],
)  # fmt: skip
def test_numbers_are_understood_with_units_and_full_width_digits(field: Any, cell: Any, value: Any) -> None:
    assert understood(field, cell) == value


@pytest.mark.parametrize(
    ("field", "cell"),
    [(CAPACITY, 80.5), (CAPACITY, "八十"), (CAPACITY, "80-100"), (CAPACITY, True), (CAPACITY, date(2026, 1, 1)),
     (CAPACITY, "1,2"), (CAPACITY, float("nan")), (CAPACITY, float("inf")), (CAPACITY, 0.0), (AREA, 85.555), (AREA, "abc"),
     (AREA, float("nan"))],
)  # fmt: skip
def test_what_is_no_number_of_the_field_is_refused(field: Any, cell: Any) -> None:
    with pytest.raises(Misfit):
        understood(field, cell)


@pytest.mark.parametrize("cell", ["是", "有", "√", "Y", "true", "1", 1.0, True])
def test_yes_is_said_in_many_ways(cell: Any) -> None:
    assert understood(VENUE["external"], cell) is True


@pytest.mark.parametrize("cell", ["否", "无", "×", "N", "FALSE", 0.0, False])
def test_no_is_said_in_many_ways(cell: Any) -> None:
    assert understood(VENUE["external"], cell) is False


def test_a_doubtful_yes_is_refused() -> None:
    for cell in ("可能", 2.0, "是的吧"):
        with pytest.raises(Misfit):
            understood(VENUE["external"], cell)


def test_a_choice_is_known_by_label_in_either_width_or_by_code() -> None:
    field = KINDS["service_case"].fields["service_type"]
    for said in ("社区服务(4类)", "社区服务（４类）", "community_service", " 社区服务(4类) "):
        assert understood(field, said) == "community_service"
    with pytest.raises(Misfit, match="没有这个选项"):
        understood(field, "社区服务")


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        (ORGANIZATION["uscc"], 5.2310104e17), (ORGANIZATION["uscc"], 123.0), (ORGANIZATION["uscc"], "5.2310104E+17"),
        (ORGANIZATION["old_cert_no"], 1234567890123456.0), (ORGANIZATION["old_cert_no"], "1.23457E+15"),
        (ORGANIZATION["name"], date(2026, 3, 8)), (ORGANIZATION["name"], True),
    ],
)  # fmt: skip
def test_rule_33_what_excel_has_damaged_is_refused(field: Any, cell: Any) -> None:
    with pytest.raises(Misfit) as misfit:
        understood(field, cell)
    assert "文本" in misfit.value.mend


def test_a_short_number_in_a_text_is_its_digits_and_a_time_is_a_time() -> None:
    assert understood(ORGANIZATION["phone"], 13812345678.0) == "13812345678"
    assert understood(ORGANIZATION["committee_code"], 310110013001.0) == "310110013001"
    assert understood(KINDS["quota"].fields["from_time"], time(18, 0)) == "18:00"
    assert understood(VENUE["remark"], 3.5) == "3.5"


def test_blanks_of_every_kind_are_nothing() -> None:
    for cell in ("", " ", "　", "\t\n", "\xa0"):
        assert understood(VENUE["remark"], cell) is None


def test_addresses_count_as_spreadsheets_do() -> None:
    assert [address(0, at) for at in (0, 25, 26, 701, 702)] == ["A1", "Z1", "AA1", "ZZ1", "AAA1"]
    assert words(datetime(2026, 11, 24, 9)) == "2026-11-24 09:00"


@pytest.mark.parametrize("since", [1900, 1904])
def test_dates_of_both_calendars_are_the_same_day(tmp_path: Path, since: int) -> None:
    serial = (date(2026, 11, 24) - (date(1904, 1, 1) if since == 1904 else date(1899, 12, 30))).days
    rows = [
        ["名称", "成立登记日期"],
        ["甲", f'<c s="1"><v>{serial}</v></c>'],
        ["乙", f'<c s="2"><v>{serial}.375</v></c>'],
    ]
    before = '<workbookPr date1904="1"/>' if since == 1904 else "<workbookPr/>"
    path = tmp_path / "dates.xlsx"
    path.write_bytes(packed(parts({"社会组织": sheet_xml(rows)}, before=before)))
    sheet = planning.read("organization", path)
    assert understood(FOUNDED, sheet.rows[1][1]) == "2026-11-24"
    assert understood(START, sheet.rows[2][1]) == "2026-11-24T09:00"
