"""Importing tables (rules.md 33): one plan for preview and commit, faults by cell, one transaction that can be undone."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from app.errors import Refusal
from app.services import writing
from app.services.excel import committing, exporting, planning
from app.services.excel.failing import errors_file
from app.services.excel.sheets import read
from app.services.reading import get
from app.services.undoing import undo
from app.sync.change import decode_values
from app.sync.log import AUDIT, of_kind
from tests.services.excel.desk import USCC, Desk, said, states

# -- one plan --------------------------------------------------------------------------------------------------


def test_rule_33_the_preview_writes_nothing_and_the_commit_does_what_it_said(desk: Desk) -> None:
    rows = ["名称", "容纳人数"], ["一楼大厅", 80], ["二楼教室", "30人"]
    plan = desk.plan("venue", *rows)
    assert (states(plan), desk.count("venue")) == (["new", "new"], 0)
    assert plan.summary() == "2 行：新增 2，修改 0，不变 0，有误 0"
    done = committing.commit(desk.office, plan)
    assert (done.created, done.changed, done.same) == (2, 0, 0)
    assert {row.id for row in desk.all("venue")} == {row.id for row in plan.rows}
    assert [row.number for row in desk.all("venue")] == ["CD-310110013-2026-A0001", "CD-310110013-2026-A0002"]
    assert dict(done.numbers) == {row.id: row.number for row in desk.all("venue")}
    again = desk.plan("venue", *rows)
    assert states(again) == ["same", "same"]
    assert desk.workspace.check() == []


def test_rule_33_a_plan_cannot_be_changed(desk: Desk) -> None:
    plan = desk.plan("venue", ["名称"], ["一楼大厅"])
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.rows[0].state = "same"  # type: ignore[misc]
    with pytest.raises(TypeError):
        plan.rows[0].values["name"] = "二楼"  # type: ignore[index]


def test_a_preview_uses_up_no_number(desk: Desk) -> None:
    desk.plan("venue", ["名称"], ["一楼大厅"])
    assert get(desk.office, "venue", desk.save("venue", name="乙")).number == "CD-310110013-2026-A0001"


def test_rule_33_with_one_error_nothing_is_written(desk: Desk) -> None:
    plan = desk.plan("venue", ["名称", "容纳人数"], ["一楼大厅", 80], ["二楼教室", "三十"])
    assert said(plan) == [("B3", "容纳人数：应为整数")]
    assert states(plan) == ["new", "error"]
    with pytest.raises(Refusal, match="B3"):
        committing.commit(desk.office, plan)
    assert desk.count("venue") == 0


def test_rule_33_a_batch_is_undone_as_one(desk: Desk) -> None:
    room = desk.save("venue", name="一楼大厅", capacity=60)
    done = desk.commit("venue", ["名称", "容纳人数"], ["一楼大厅", 80], ["二楼教室", 30])
    assert (desk.count("venue"), get(desk.office, "venue", room).values["capacity"]) == (2, 80)
    assert undo(desk.office, done.op).restored == 2
    assert (desk.count("venue"), get(desk.office, "venue", room).values["capacity"]) == (1, 60)


def test_an_import_is_one_operation_with_one_audit_line(desk: Desk) -> None:
    done = desk.commit("venue", ["名称"], ["一楼大厅"], ["二楼教室"])
    with desk.office.reading() as session:
        lines = [change for change in of_kind(session.connection(), AUDIT) if change.op == done.op]
    assert [decode_values(line.values or b"")["audit"] for line in lines] == [
        {"what": "import", "records": "venue", "created": 2, "changed": 0}
    ]


def test_several_faults_of_a_row_are_told_at_once(desk: Desk) -> None:
    plan = desk.plan("venue", ["名称", "面积", "容纳人数", "外部场地"], ["", "x", 0, "也许"])
    assert [cell for cell, _error in said(plan)] == ["B2", "C2", "D2"]


def test_rules_of_the_trade_speak_in_the_preview(desk: Desk) -> None:
    plan = desk.plan("team", ["群团名称", "参加人数", "其中中共党员人数", "备案状态"], ["合唱队", 12, 15, "有效"],
                     ["舞蹈队", 9, 1, "有效"], ["书画社", 20, 3, "有效"])  # fmt: skip
    assert said(plan) == [("C2", "党员人数超过参加人数"), ("D3", "成员不足10人，不能直接转为有效")]
    assert plan.rows[1].faults[0].policy
    assert states(plan) == ["error", "error", "new"]


def test_rule_23_a_policy_is_overridden_with_a_reason(desk: Desk) -> None:
    rows = ["群团名称", "参加人数", "备案状态"], ["舞蹈队", 9, "有效"]
    assert states(desk.plan("team", *rows)) == ["error"]
    desk.commit("team", *rows, reason="街道同意")
    assert desk.count("team") == 1


def test_rule_01_bookings_that_collide_are_found_in_the_preview(desk: Desk) -> None:
    room = desk.save("venue", name="一楼大厅")
    desk.save("booking", venue=room, start="2026-12-01T09:00", end="2026-12-01T11:00", client_name="乐龄服务社")
    plan = desk.plan(
        "booking", ["场地", "开始", "结束", "活动名称"],
        ["一楼大厅", "2026-12-01 10:00", "2026-12-01 12:00", "读书会"],
        ["一楼大厅", "2026-12-02 10:00", "2026-12-02 12:00", "读书会"],
        ["一楼大厅", "2026-12-02 11:00", "2026-12-02 13:00", "合唱"],
    )  # fmt: skip
    assert states(plan) == ["error", "new", "error"]
    assert [cell for cell, _error in said(plan)] == ["A2", "A4"]
    assert "乐龄服务社" in said(plan)[0][1]


# -- headings --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headings",
    [["名称", "容纳人数", "面积"], ["name", "capacity", "area"], ["Name", "Capacity", "Area"], ["名称*", "容纳人数（人）", "面积(㎡)"],
     ["名 称", "容纳人数：", "面积\n（平方米）"], ["Ｎａｍｅ", " CAPACITY ", "area"]],
)  # fmt: skip
def test_headings_are_known_by_label_name_and_english_label(desk: Desk, headings: list[str]) -> None:
    plan = desk.plan("venue", headings, ["大厅", 80, 120])
    assert plan.rows[0].values == {"name": "大厅", "capacity": 80, "area": "120"}
    assert plan.unread == ()


def test_titles_above_and_headings_of_two_merged_rows_are_understood(desk: Desk) -> None:
    merged = '<mergeCells><mergeCell ref="A1:D1"/><mergeCell ref="A2:A3"/><mergeCell ref="B2:D2"/></mergeCells>'
    plan = desk.plan("team", ["群众活动团队一览表", "", "", ""], ["群团名称", "负责人或召集人", "", ""],
                     ["", "姓名", "联系电话", "性别"], ["合唱队", "张三", "13812345678", "男"], after=merged)  # fmt: skip
    assert plan.rows[0].values == {
        "name": "合唱队", "leader_name": "张三", "leader_phone": "13812345678", "leader_sex": "male"
    }  # fmt: skip
    assert plan.rows[0].row == 4


def test_columns_that_are_not_known_are_told_and_not_lost(desk: Desk) -> None:
    plan = desk.plan("venue", ["名称", "楼层", ""], ["大厅", "1F", "又宽又大"])
    assert plan.unread == ("楼层", "C")
    copy = read_back(desk, errors_file(plan))
    assert copy[1][:3] == ("大厅", "1F", "又宽又大")


def test_a_heading_that_comes_twice_is_refused(desk: Desk) -> None:
    with pytest.raises(Refusal, match=r"“名称”出现了两次（A1、C1）"):
        desk.plan("venue", ["名称", "面积", "name"], ["大厅", 1, "厅"])


def test_a_table_of_something_else_is_refused_with_the_headings_that_would_do(desk: Desk) -> None:
    with pytest.raises(Refusal) as caught:
        desk.plan("venue", ["水果", "价钱"], ["苹果", 5])
    assert "找不到标题行" in caught.value.faults[0].error
    assert "名称" in caught.value.faults[0].mend
    with pytest.raises(Refusal, match="没有数据"):
        desk.plan("venue", ["名称", "面积"], ["", ""])


def test_empty_rows_are_passed_over_and_addresses_stay_true(desk: Desk) -> None:
    plan = desk.plan("venue", ["名称", "容纳人数"], ["", ""], ["大厅", 80], [" ", "　"], ["教室", "多"])
    assert [row.row for row in plan.rows] == [3, 5]
    assert said(plan)[0][0] == "B5"


# -- cells that are no plain values ----------------------------------------------------------------------------


def test_rule_33_a_credit_code_that_arrives_as_a_number_is_refused_by_its_cell(desk: Desk) -> None:
    plan = desk.plan("organization", ["名称", "统一社会信用代码"], ["甲", 523101040000000000])
    assert said(plan) == [("B2", "统一社会信用代码：是数字而不是文字，Excel 可能已改掉了后几位")]


def test_a_formula_and_an_error_value_are_refused_by_their_cells(desk: Desk) -> None:
    plan = desk.plan("venue", ["名称", "容纳人数", "备注"], ["大厅", '<c r="B2"><f>40*2</f><v>80</v></c>', ""],
                     ["教室", "", '<c r="C3" t="e"><v>#N/A</v></c>'])  # fmt: skip
    assert said(plan) == [("B2", "容纳人数：是公式，不是值"), ("C3", "备注：是错误值（如 #N/A）")]
    assert "数值" in plan.rows[0].faults[0].mend


def test_a_formula_in_a_column_that_is_not_read_harms_nobody(desk: Desk) -> None:
    assert states(desk.plan("venue", ["名称", "合计"], ["大厅", '<c r="B2"><f>1+1</f><v>2</v></c>'])) == ["new"]


def test_text_that_looks_like_a_formula_or_a_link_stays_text(desk: Desk) -> None:
    for text in ("=1+1", "+86", "-5", "@SUM(A1)", "https://example.org/", "=HYPERLINK(1)"):
        plan = desk.plan("venue", ["名称", "备注"], ["大厅", text])
        assert plan.rows[0].values["remark"] == text


def test_merged_cells_below_the_headings_are_refused_by_their_range(desk: Desk) -> None:
    merged = '<mergeCells><mergeCell ref="B2:B3"/></mergeCells>'
    plan = desk.plan("venue", ["名称", "地址"], ["大厅", "殷行路"], ["教室", ""], ["办公室", "x"], after=merged)
    assert said(plan) == [("2", "合并单元格 B2:B3"), ("3", "合并单元格 B2:B3")]
    assert states(plan) == ["error", "error", "new"]


# -- what an export brings back --------------------------------------------------------------------------------


def test_masked_values_that_come_back_change_nothing_and_new_ones_are_refused(desk: Desk) -> None:
    team = desk.save("team", name="合唱队", leader_name="张三", leader_phone="13812345678", leader_party="member",
                     leader_address="殷行路85弄3号")  # fmt: skip
    head = ["记录标识", "群团名称", "负责人姓名", "负责人联系电话", "负责人政治面貌", "负责人家庭地址", "参加人数"]
    masked = [team, "合唱队", "张*", "138****5678", "****", "殷行路85弄****", 20]
    plan = desk.plan("team", head, masked)
    assert [c.field for c in plan.rows[0].changes] == ["member_count"]
    committing.commit(desk.office, plan)
    assert get(desk.office, "team", team).values["leader_phone"] == "13812345678"
    new = desk.plan("team", head[1:4], ["舞蹈队", "李*", "139****0000"])
    assert said(new) == [("B2", "负责人姓名：是遮住的个人信息"), ("C2", "负责人联系电话：是遮住的个人信息")]
    other = desk.plan("team", head[:4], [team, "合唱队", "李*", "138****5678"])
    assert said(other) == [("C2", "负责人姓名：是遮住的个人信息")]


def test_an_emptied_cell_empties_the_field_only_in_a_row_with_its_id(desk: Desk) -> None:
    room = desk.save("venue", name="大厅", address="殷行路1号", capacity=80)
    assert states(desk.plan("venue", ["名称", "地址"], ["大厅", ""])) == ["same"]
    plan = desk.plan("venue", ["记录标识", "名称", "地址", "容纳人数"], [room, "大厅", "", 80])
    assert [(c.field, c.before, c.after) for c in plan.rows[0].changes] == [("address", "殷行路1号", "")]
    committing.commit(desk.office, plan)
    assert get(desk.office, "venue", room).values["address"] is None
    gone = desk.plan("venue", ["记录标识", "名称"], [room, ""])
    assert gone.rows[0].faults[0].cell == "B2"


def test_a_link_to_a_record_that_is_gone_or_shares_its_name_comes_back_as_it_was(desk: Desk, tmp_path: Path) -> None:
    rooms = [desk.save("venue", name="教室", capacity=n) for n in (1, 2)]
    for room in rooms:
        desk.save("booking", venue=room, start="2026-12-01T09:00", end="2026-12-01T10:00")
    gone = desk.save("venue", name="旧址")
    desk.save("booking", venue=gone, start="2026-12-01T09:00", end="2026-12-01T10:00")
    writing.set_deleted(desk.office, "venue", [gone], True)
    path = tmp_path / "out.xlsx"
    path.write_bytes(exporting.export(desk.office, "booking").data)
    plan = desk.plan_of("booking", path)
    assert (states(plan), said(plan)) == (["same"] * 3, [])


# -- between preview and commit --------------------------------------------------------------------------------


def test_rule_33_a_record_changed_since_the_preview_is_refused(desk: Desk) -> None:
    room = desk.save("venue", name="大厅", capacity=60)
    plan = desk.plan("venue", ["名称", "容纳人数"], ["大厅", 80], ["教室", 30])
    desk.save("venue", room, address="殷行路")
    with pytest.raises(Refusal, match=r"第 2 行：预览之后这条记录又改过"):
        committing.commit(desk.office, plan)
    assert (desk.count("venue"), get(desk.office, "venue", room).values["capacity"]) == (1, 60)


def test_rule_33_a_record_made_since_the_preview_is_not_made_twice(desk: Desk) -> None:
    plan = desk.plan("organization", ["名称", "统一社会信用代码"], ["甲中心", USCC])
    desk.save("organization", name="甲", uscc=USCC)
    with pytest.raises(Refusal, match=r"第 2 行：预览之后已有人登记"):
        committing.commit(desk.office, plan)


def test_a_room_taken_since_the_preview_is_refused_by_its_cell(desk: Desk) -> None:
    room = desk.save("venue", name="大厅")
    plan = desk.plan("booking", ["场地", "开始", "结束"], ["大厅", "2026-12-01 9:00", "2026-12-01 10:00"])
    desk.save("booking", venue=room, start="2026-12-01T08:30", end="2026-12-01T09:30")
    with pytest.raises(Refusal, match="A2 大厅"):
        committing.commit(desk.office, plan)
    assert desk.count("booking") == 1


def test_a_plan_committed_twice_writes_once(desk: Desk) -> None:
    plan = desk.plan("venue", ["名称"], ["大厅"])
    committing.commit(desk.office, plan)
    with pytest.raises(Refusal):
        committing.commit(desk.office, plan)
    assert desk.count("venue") == 1


def test_who_stops_it_stops_it_whole(desk: Desk) -> None:
    class Enough(Exception):
        pass

    def stop(done: int, _total: int) -> None:
        if done:
            raise Enough

    rows = [["名称"], *([f"活动室{n}"] for n in range(planning.STEP + 5))]
    plan = desk.plan("venue", *rows)
    with pytest.raises(Enough):
        committing.commit(desk.office, plan, tell=stop)
    with pytest.raises(Enough):
        planning.plan(desk.office, "venue", plan.sheet, tell=stop)
    assert desk.count("venue") == 0


# -- the list of errors ----------------------------------------------------------------------------------------


def read_back(desk: Desk, data: bytes) -> tuple[tuple[Any, ...], ...]:
    path = desk.folder / "errors.xlsx"
    path.write_bytes(data)
    return read(path).rows


def test_rule_33_the_error_file_keeps_the_original_rows_and_adds_the_reasons(desk: Desk) -> None:
    plan = desk.plan("organization", ["一览表"], ["名称", "统一社会信用代码", "成立登记日期", "自己的备注", "开办资金"],
                     ["甲", "52310104MJ49963260", '<c r="C3" s="1"><v>46350</v></c>', "=注", 3.5],
                     ["乙", 5.2e17, "2026-13-01", "", "x"], ["丙", "", "", "", ""])  # fmt: skip
    rows = read_back(desk, errors_file(plan))
    assert rows[1][-1] == "错误原因"
    assert [row[:-1] for row in rows] == [(*line, *[""] * (5 - len(line))) for line in plan.sheet.rows]
    assert "B3 统一社会信用代码" in rows[2][-1]
    assert all(cell in rows[3][-1] for cell in ("B4", "C4", "E4"))
    assert rows[4][-1] == ""


def test_the_error_file_mended_is_imported(desk: Desk) -> None:
    plan = desk.plan("venue", ["名称", "容纳人数"], ["大厅", 80], ["教室", "三十"])
    rows = [list(row) for row in read_back(desk, errors_file(plan))]
    rows[2][1] = 30
    again = desk.plan("venue", *rows)
    assert (states(again), again.unread) == (["new", "new"], ())
