"""Which record a row means, and which records its cells link to (rules.md 33)."""

from __future__ import annotations

import pytest

from app.errors import Refusal
from app.services import writing
from app.services.excel import committing
from app.services.reading import get
from tests.services.excel.desk import OTHER_USCC, USCC, Desk, said, states

# -- finding ---------------------------------------------------------------------------------------------------


def test_rule_33_duplicates_inside_the_file_are_errors(desk: Desk) -> None:
    plan = desk.plan("organization", ["名称", "统一社会信用代码"], ["甲中心", USCC], ["乙中心", USCC], ["丙中心", ""],
                     ["丙中心", ""], ["丁中心", OTHER_USCC])  # fmt: skip
    assert said(plan) == [
        ("2", "与第 3 行重复（统一社会信用代码）"), ("3", "与第 2 行重复（统一社会信用代码）"),
        ("4", "与第 5 行重复（名称）"), ("5", "与第 4 行重复（名称）"),
    ]  # fmt: skip
    assert states(plan)[-1] == "new"


def test_two_organizations_of_one_name_are_told_apart_by_their_codes(desk: Desk) -> None:
    plan = desk.plan("organization", ["名称", "统一社会信用代码"], ["甲中心", USCC], ["甲中心", OTHER_USCC])
    assert states(plan) == ["new", "new"]


def test_two_rows_of_one_record_are_errors_however_they_find_it(desk: Desk) -> None:
    room = desk.save("venue", name="一楼大厅")
    number = get(desk.office, "venue", room).number
    plan = desk.plan("venue", ["编号", "名称", "容纳人数"], [number, "一楼大厅", 80], ["", "一楼大厅", 90])
    assert states(plan) == ["error", "error"]


def test_a_record_is_found_by_number_by_code_and_by_name(desk: Desk) -> None:
    one = desk.save("organization", name="甲中心", uscc=USCC)
    two = desk.save("organization", name="乙中心")
    number = get(desk.office, "organization", one).number
    plan = desk.plan("organization", ["编号", "统一社会信用代码", "名称", "电话"],
                     ["", USCC.lower(), "甲服务中心", "65980000"], ["", OTHER_USCC, "乙中心", "65980001"])  # fmt: skip
    assert [(row.state, row.id) for row in plan.rows] == [("change", one), ("change", two)]
    assert [row.found_by for row in plan.rows] == ["统一社会信用代码", "名称"]
    assert [(c.label, c.before, c.after) for c in plan.rows[0].changes] == [
        ("名称", "甲中心", "甲服务中心"), ("电话", "", "65980000")
    ]  # fmt: skip
    by_number = desk.plan("organization", ["编号", "名称"], [number, "甲（新名）"])
    assert (by_number.rows[0].id, by_number.rows[0].found_by) == (one, "number")


def test_a_name_with_another_code_is_another_organization(desk: Desk) -> None:
    desk.save("organization", name="甲中心", uscc=USCC)
    assert states(desk.plan("organization", ["名称", "统一社会信用代码"], ["甲中心", OTHER_USCC])) == ["new"]


def test_a_name_that_several_have_asks_for_the_number(desk: Desk) -> None:
    for phone in ("13812345678", "13912345678"):
        desk.save("team", name="合唱队", leader_name="张三" if phone[2] == "8" else "李四")
    plan = desk.plan("team", ["群团名称", "参加人数"], ["合唱队", 20])
    assert said(plan) == [("A2", "群团名称：有 2 条记录的群团名称与这一行相同")]
    assert "TD-310110013-2026-A0001" in plan.rows[0].faults[0].mend
    assert desk.plan("team", ["群团名称", "负责人姓名", "参加人数"], ["合唱队", "李四", 20]).rows[0].state == "change"


def test_a_number_that_is_not_there_is_an_error(desk: Desk) -> None:
    plan = desk.plan("venue", ["编号", "名称"], ["CD-310110013-2026-A0099", "大厅"])
    assert said(plan) == [("A2", "编号：没有这条记录：CD-310110013-2026-A0099")]


def test_a_record_in_the_bin_is_not_revived_by_an_import(desk: Desk) -> None:
    room = desk.save("venue", name="一楼大厅")
    number = get(desk.office, "venue", room).number
    writing.set_deleted(desk.office, "venue", [room], True)
    assert said(desk.plan("venue", ["编号", "名称"], [number, "大厅"])) == [("A2", "编号：这条记录在回收站里")]
    assert states(desk.plan("venue", ["名称"], ["一楼大厅"])) == ["new"]


def test_a_merged_record_is_found_as_whom_it_was_merged_into(desk: Desk) -> None:
    from app.services.merging import merge

    stays, goes = desk.save("venue", name="大厅"), desk.save("venue", name="一楼大厅")
    merge(desk.office, "venue", goes, stays)
    plan = desk.plan("booking", ["场地", "开始", "结束"], ["大厅", "2026-12-01 9:00", "2026-12-01 10:00"])
    assert plan.rows[0].values["venue"] == stays
    number = get(desk.office, "venue", goes).number
    assert "已并入" in said(desk.plan("venue", ["编号", "容纳人数"], [number, 9]))[0][1]


def test_a_cancelled_booking_is_not_the_one_that_takes_its_place(desk: Desk) -> None:
    room = desk.save("venue", name="一楼大厅")
    old = desk.save("booking", venue=room, start="2026-12-01T09:00", end="2026-12-01T11:00")
    row = ["一楼大厅", "2026-12-01 09:00", "2026-12-01 11:00", "读书会"]
    assert desk.plan("booking", ["场地", "开始", "结束", "活动名称"], row).rows[0].id == old
    writing.save(desk.office, "booking", {"status": "cancelled", "cancel_reason": "改期"}, old)
    assert states(desk.plan("booking", ["场地", "开始", "结束", "活动名称"], row)) == ["new"]


def test_a_day_of_the_calendar_has_the_id_that_every_pc_gives_it(desk: Desk) -> None:
    from app.services.workdays import day_id

    rows = ["节日", "日期", "类别"], ["元旦", "2027年1月1日", "放假"], ["元旦", "2027-01-02", "放假"]
    plan = desk.plan("calendar_day", *rows)
    assert [row.id for row in plan.rows] == [day_id("2027-01-01"), day_id("2027-01-02")]
    committing.commit(desk.office, plan)
    assert {row.id for row in desk.all("calendar_day")} == {row.id for row in plan.rows}
    assert states(desk.plan("calendar_day", *rows)) == ["same", "same"]
    writing.set_deleted(desk.office, "calendar_day", [day_id("2027-01-01")], True)
    assert "B2" in [cell for cell, _error in said(desk.plan("calendar_day", *rows))]


# -- links -----------------------------------------------------------------------------------------------------


def test_links_are_found_by_name_by_number_and_by_both(desk: Desk) -> None:
    one, two = desk.save("venue", name="教室", capacity=1), desk.save("venue", name="教室", capacity=2)
    numbers = [str(get(desk.office, "venue", room).number) for room in (one, two)]
    hall = desk.save("venue", name="大厅")
    head = ["场地", "开始", "结束"]
    plan = desk.plan("booking", head, ["大厅", "2026-12-01 9:00", "2026-12-01 10:00"],
                     [numbers[0], "2026-12-01 9:00", "2026-12-01 10:00"],
                     [f"教室（{numbers[1]}）", "2026-12-01 9:00", "2026-12-01 10:00"])  # fmt: skip
    assert [row.values["venue"] for row in plan.rows] == [hall, one, two]
    vague = desk.plan("booking", head, ["教室", "2026-12-01 9:00", "2026-12-01 10:00"])
    assert said(vague) == [("A2", "场地：有 2 个场地叫“教室”")]
    assert all(number in vague.rows[0].faults[0].mend for number in numbers)
    missing = desk.plan("booking", head, ["三楼", "2026-12-01 9:00", "2026-12-01 10:00"])
    assert said(missing) == [("A2", "场地：没有叫“三楼”的场地")]


def test_a_row_may_link_to_another_row_wherever_it_stands(desk: Desk) -> None:
    done = desk.commit("venue", ["名称", "所属场地"], ["东区", "大厅"], ["大厅", ""], ["东区一角", "东区"])
    rows = {row.values["name"]: row for row in desk.all("venue")}
    assert done.created == 3
    assert rows["东区"].values["parent"] == rows["大厅"].id
    assert rows["东区一角"].values["parent"] == rows["东区"].id
    assert states(desk.plan("venue", ["名称", "所属场地"], ["东区", "大厅"], ["大厅", ""])) == ["same", "same"]


def test_rows_that_link_in_a_circle_are_refused_and_not_looped_over(desk: Desk) -> None:
    plan = desk.plan("venue", ["名称", "所属场地"], ["甲", "乙"], ["乙", "甲"], ["丙", "丙"])
    assert plan.errors >= 2
    with pytest.raises(Refusal):
        committing.commit(desk.office, plan)


def test_what_links_to_a_row_at_fault_is_told_which(desk: Desk) -> None:
    plan = desk.plan("venue", ["名称", "所属场地", "容纳人数"], ["东区", "大厅", 20], ["大厅", "", "很多"])
    assert said(plan) == [("2", "它所指的第 3 行有误"), ("C3", "容纳人数：应为整数")]
