"""The calendar of days: shipped plans, records over them, files, and what is missing (rules.md 4, domain.md B13)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from lending import at, make, office_in, verdict

from app.errors import Refusal
from app.models.calendar import Days
from app.models.registry import KINDS
from app.services import reading, workdays, writing
from app.services.plans import import_plan, read_plan
from app.services.today import today

PLAN_2027 = "date,kind,name\n2027-01-01,holiday,元旦\n2027-01-03,workday,元旦\n2027-10-01,holiday,国庆节\n"


@pytest.fixture
def office(tmp_path: Path):
    with office_in(tmp_path) as office:
        yield office


@pytest.fixture
def plan(tmp_path: Path):
    def write(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "plan.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def kind(office, day: str) -> tuple[str, str]:
    found = workdays.of_office(office)
    return found.kind(date.fromisoformat(day)), found.name(date.fromisoformat(day))


def load(office, path: Path):
    with office.unit() as unit:
        done = import_plan(unit, read_plan(path))
        return [(one.date, one.did) for one in done], list(unit.notices)


def test_rule_04_a_recorded_day_stands_over_the_shipped_plan(office):
    assert kind(office, "2026-11-25") == ("workday", "")
    make(office, "calendar_day", date="2026-11-25", sort="holiday", name="建街日")
    make(office, "calendar_day", date="2026-10-10", sort="holiday", name="国庆节")
    make(office, "calendar_day", date="2026-11-28", sort="workday", name="建街日")
    assert kind(office, "2026-11-25") == ("holiday", "建街日")
    assert kind(office, "2026-10-10") == ("holiday", "国庆节")
    assert kind(office, "2026-11-28") == ("make_up_workday", "建街日")
    assert kind(office, "2026-10-01") == ("holiday", "国庆节"), "the shipped rest of the year holds"


def test_rule_04_a_recorded_day_off_closes_the_rooms(office):
    room = make(office, "venue", name="活动室", opens="8:00-20:00")
    assert verdict(office, room, "09:00", "10:00").state == "free"
    made = make(office, "calendar_day", date="2026-11-24", sort="holiday", name="建街日")
    assert verdict(office, room, "09:00", "10:00").by == "11月24日 周二 建街日 放假，不开放"
    writing.set_deleted(office, "calendar_day", [made], True)
    assert verdict(office, room, "09:00", "10:00").state == "free"


def test_the_id_of_a_day_follows_from_its_date_so_that_two_pcs_make_the_same(office, tmp_path):
    made = make(office, "calendar_day", date="2027-01-01", sort="holiday", name="元旦")
    assert made == workdays.day_id("2027-01-01")
    with office_in(tmp_path / "other") as other:
        assert make(other, "calendar_day", date="2027-01-01", sort="workday", name="上班") == made


def test_a_day_is_recorded_once_and_its_date_stays(office):
    made = make(office, "calendar_day", date="2027-01-01", sort="holiday", name="元旦")
    with pytest.raises(Refusal, match="已有这一条：元旦") as refusal:
        make(office, "calendar_day", date="2027-01-01", sort="workday", name="上班")
    assert [fault.field for fault in refusal.value.faults] == ["date"]
    with pytest.raises(Refusal, match="日期不能改"):
        writing.save(office, "calendar_day", {"date": "2027-01-02"}, made)
    writing.save(office, "calendar_day", {"name": "新年"}, made)
    writing.set_deleted(office, "calendar_day", [made], True)
    with pytest.raises(Refusal, match="请先从回收站取回"):
        make(office, "calendar_day", date="2027-01-01", sort="workday", name="上班")


def test_two_lines_for_one_day_in_one_unit_are_refused(office):
    with office.unit() as unit:
        day = {"date": "2027-01-01", "sort": "holiday"}
        writing.put(unit, KINDS["calendar_day"], {**day, "name": "元旦"})
        with pytest.raises(Refusal, match="已有这一条：元旦"):
            writing.put(unit, KINDS["calendar_day"], {**day, "name": "新年"})


def test_a_years_plan_is_imported_and_an_import_again_changes_only_what_differs(office, plan):
    done, notices = load(office, plan(PLAN_2027))
    assert [did for _day, did in done] == ["new", "new", "new"]
    assert notices == []
    assert kind(office, "2027-01-03") == ("make_up_workday", "元旦")
    writing.set_deleted(office, "calendar_day", [workdays.day_id("2027-01-03")], True)
    done, _notices = load(office, plan(PLAN_2027.replace("holiday,国庆节", "holiday,国庆")))
    assert done == [("2027-01-01", "unchanged"), ("2027-01-03", "restored"), ("2027-10-01", "changed")]
    assert len(reading.ids(office, "calendar_day")) == 3


def test_a_plan_that_is_not_whole_and_days_that_are_not_in_it_are_told(office, plan):
    load(office, plan(PLAN_2027))
    _done, notices = load(office, plan("date,kind,name\n2027-01-01,holiday,元旦\n"))
    assert notices == [
        "2027 年的安排不全，缺 2027-10-01。",
        "这些天早先登记过，文件里没有，不要的请删除：2027-01-03、2027-10-01",
    ]
    assert len(reading.ids(office, "calendar_day")) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_plan_is_read_as_chinese_programs_save_it(plan, encoding):
    assert read_plan(plan(PLAN_2027, encoding))[0] == {"date": "2027-01-01", "kind": "holiday", "name": "元旦"}


def test_a_plan_may_have_its_columns_in_another_order_and_labels_for_codes(plan):
    (row,) = read_plan(plan("name,date,kind\n元旦,2027-01-01,放假\n\n"))
    assert row == {"date": "2027-01-01", "kind": "holiday", "name": "元旦"}


@pytest.mark.parametrize(
    ("text", "field", "said"),
    [
        ("", "file", "第一行应是"),
        ("date;kind;name\n", "file", "第一行应是"),
        ("date,kind,name\n", "file", "没有一天"),
        ("date,kind,name\n2027-02-30,holiday,春节\n", "date", "第2行：没有这一天"),
        ("date,kind,name\n2027-02-03,free,春节\n", "kind", "第2行：没有这个选项"),
        ("date,kind,name\n2027-02-03,holiday,\n", "name", "第2行：必须填写"),
        ("date,kind,name\n2027-02-03,holiday\n", "name", "第2行：必须填写"),
        ("date,kind,name\n2027-02-03,holiday,春节\n2027-02-03,workday,春节\n", "date", "第3行与第2行是同一天"),
        ('date,kind,name\n"2027-02-03,holiday,春节\n', "file", "不是 CSV"),
        ("date,kind,name\n" + "2027-02-03,holiday,春节\n" * 1001, "file", "超过 1000 行"),
    ],
)
def test_a_file_that_is_no_plan_is_refused_by_its_line(office, plan, text, field, said):
    with pytest.raises(Refusal, match=said) as refusal:
        load(office, plan(text))
    assert refusal.value.faults[0].field == field
    assert refusal.value.faults[0].mend


def test_next_years_plan_is_missed_from_november_until_it_is_whole(office, plan):
    assert today(office).plan_missing == 2027
    assert workdays.next_year_missing(at(office, "2026-10-31T23:59")) is None
    assert workdays.next_year_missing(at(office, "2026-11-01T00:00")) == 2027
    assert workdays.next_year_missing(at(office, "2025-12-01T00:00")) is None, "2026 is shipped"
    make(office, "calendar_day", date="2027-01-01", sort="holiday", name="元旦")
    assert workdays.next_year_missing(office) == 2027, "a part of a plan is none"
    load(office, plan(PLAN_2027))
    assert workdays.next_year_missing(office) is None


def test_a_merged_date_that_is_none_is_passed_over(office):
    made = make(office, "calendar_day", date="2027-01-01", sort="holiday", name="元旦")
    with office.unit() as unit:  # as a merge does: past the rules
        unit.load("calendar_day", made).date = "元月一日"
    assert workdays.of_office(office) == Days()


def test_the_command_line_imports_a_plan(center, plan):
    answer = center("calendar", "import", plan(PLAN_2027))
    assert (answer.code, [line["did"] for line in answer.lines]) == (0, ["new"] * 3)
    assert len(center("get", "calendar_day").lines) == 3
    assert center("calendar", "import", plan("date\n")).code == 1
    assert "读不了" in center("calendar", "import", "no/such/file.csv").err


def test_the_command_line_answers_the_next_free_times(center):
    hall = center("put", "venue", stdin=[{"name": "大厅", "capacity": 80, "opens": "9:00-12:00"}]).line
    room = center("put", "venue", stdin=[{"name": "小间", "capacity": 8, "opens": "9:00-12:00"}]).line["id"]
    book = {"venue": hall["id"], "start": "2030-03-05T09:00", "end": "2030-03-05T10:30"}
    assert center("put", "booking", stdin=[book]).code == 0
    for wanted in (hall["id"], hall["number"], "大厅"):
        found = center("free", "--venue", wanted, "--minutes", 60, "--from", "2030-03-05", "--count", 2).lines
        assert [(one["venue"], one["start"], one["end"]) for one in found] == [
            (hall["id"], "2030-03-05T10:30", "2030-03-05T11:30"),
            (hall["id"], "2030-03-06T09:00", "2030-03-06T10:00"),
        ]
    found = center("free", "--minutes", 60, "--from", "2030-03-05T09:30", "--count", 3).lines
    assert [(one["name"], one["start"][11:]) for one in found] == [
        ("小间", "09:30"),
        ("小间", "10:30"),
        ("大厅", "10:30"),
    ]
    found = center("free", "--minutes", 60, "--from", "2030-03-05T09:30", "--capacity", 50, "--count", 1).lines
    assert [one["venue"] for one in found] == [hall["id"]]
    assert room not in json.dumps(found)


def test_the_command_line_says_why_there_is_no_free_time(center):
    center("put", "venue", stdin=[{"name": "大厅", "opens": "9:00-12:00"}])
    center("put", "venue", "--each", stdin=[{"name": "活动室"}, {"name": "活动室"}, {"name": "旧", "status": "paused"}])
    for arguments, said in (
        (("--venue", "大厅", "--minutes", 181), "一年内没有这么长的空档"),
        (("--venue", "没有", "--minutes", 60), "没有这个场地：没有"),
        (("--venue", "活动室", "--minutes", 60), "有 2 个场地叫“活动室”"),
        (("--venue", "旧", "--minutes", 60), "现在不开放预约"),
        (("--venue", "大厅", "--minutes", 60, "--capacity", 9), "没有写容纳人数"),
        (("--venue", "大厅", "--minutes", 60, "--from", "明天"), "不是日期和时间"),
    ):
        answer = center("free", *arguments)
        assert answer.code == 1
        assert said in answer.err
    assert center("free", "--venue", "大厅", "--minutes", 0).code == 2


def test_the_district_publishes_a_years_plan(shuniu, plan):
    assert shuniu("district", "init", "--district", "310110", "--name", "杨浦区社团局", pc="district").code == 0
    for did in ("published", "unchanged"):
        answer = shuniu("district", "calendar", plan(PLAN_2027), pc="district")
        assert answer.code == 0, answer.err
        assert [(one["scope"], one["did"]) for one in answer.lines] == [("all", did)] * 3
