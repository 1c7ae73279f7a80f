"""Exports: codes stay text, dates are dates, personal values are masked, and every export is on the audit list."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from app import text
from app.models.registry import KINDS
from app.services import writing
from app.services.excel import exporting, planning
from app.services.excel.sheets import read
from app.services.reading import Query
from app.sync.change import decode_values
from app.sync.log import AUDIT, of_kind

USCC = "52310104MJ49963266"


@pytest.fixture
def opened(tmp_path: Path) -> Any:
    """An export as a sheet with its headings: (rows by heading, the parts as text)."""

    def open_(data: bytes, sheet: str = "") -> tuple[list[dict[str, Any]], dict[str, str]]:
        path = tmp_path / "out.xlsx"
        path.write_bytes(data)
        rows = read(path, wanted=sheet).rows
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
        return [dict(zip(map(str, rows[0]), row, strict=False)) for row in rows[1:]], parts

    return open_


def audits(office: Any, what: str) -> list[dict[str, Any]]:
    with office.reading() as session:
        lines = of_kind(session.connection(), AUDIT)
    said = [decode_values(line.values or b"")["audit"] for line in lines]
    return [one for one in said if one["what"] == what]


def test_values_stand_in_cells_of_their_own_sort(workspace: Any, opened: Any) -> None:
    office = workspace.office
    values = {"name": "甲中心", "uscc": USCC, "phone": "65980000", "founded_on": "2015-03-01", "employees": 12,
              "registered_capital": "30000.5", "is_charity": True, "reg_status": "normal"}  # fmt: skip
    writing.save(office, "organization", values)
    (row,), _parts = opened(exporting.export(office, "organization").data, "社会组织")
    assert row["编号"] == "ZZ-310110013-2026-A0001"
    assert (row["统一社会信用代码"], row["电话"]) == (USCC, "65980000")
    assert row["成立登记日期"] == date(2015, 3, 1)
    assert (row["从业人员数"], row["开办资金"], row["慈善组织"], row["登记状态"]) == (12.0, 30000.5, "是", "正常")


def test_a_moment_is_a_real_one_and_a_link_is_a_name(workspace: Any, opened: Any) -> None:
    office = workspace.office
    room = writing.save(office, "venue", {"name": "一楼大厅"}).id
    writing.save(office, "booking", {"venue": room, "start": "2026-12-01T09:00", "end": "2026-12-02T00:00"})
    (row,), _parts = opened(exporting.export(office, "booking").data, "场地预约")
    assert (row["场地"], row["开始"]) == ("一楼大厅", datetime(2026, 12, 1, 9))
    assert row["结束"] == date(2026, 12, 2)  # midnight: calamine tells a moment without hours as a day


def test_a_day_before_spreadsheets_can_count_is_text(workspace: Any, opened: Any, tmp_path: Path) -> None:
    office = workspace.office
    for day in ("1899-12-31", "1900-01-15", "1900-03-01"):
        writing.save(office, "organization", {"name": f"始于{day}", "founded_on": day})
    made = exporting.export(office, "organization", Query(order="founded_on"))
    rows, _parts = opened(made.data, "社会组织")
    assert [row["成立登记日期"] for row in rows] == ["1899-12-31", "1900-01-15", date(1900, 3, 1)]
    plan = planning.plan(office, "organization", planning.read("organization", tmp_path / "out.xlsx"))
    assert [row.state for row in plan.rows] == ["same"] * 3


@pytest.mark.parametrize(
    "words", ["=1+1", '=HYPERLINK("http://x")', "+86", "-1", "@SUM(A1)", "\t=1", "https://example.org", "{=1}"]
)
def test_text_is_never_a_formula_nor_a_link(workspace: Any, opened: Any, words: str) -> None:
    writing.save(workspace.office, "venue", {"name": "大厅", "remark": words})
    (row,), parts = opened(exporting.export(workspace.office, "venue").data, "场地")
    assert row["备注"] == words.strip()
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet


def test_a_whole_table_is_ready_for_work(workspace: Any, opened: Any, tmp_path: Path) -> None:
    writing.save(workspace.office, "venue", {"name": "大厅"})
    data = exporting.export(workspace.office, "venue").data
    _rows, parts = opened(data, "场地")
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert 'state="frozen"' in sheet
    assert "autoFilter" in sheet
    assert 'hidden="1"' in sheet
    assert "'可选项'!$A$2:$A$4" in sheet.replace("&apos;", "'")
    assert 'name="可选项" sheetId="3" state="hidden"' in parts["xl/workbook.xml"]
    told = "\n".join(str(cell) for row in read(tmp_path / "out.xlsx", wanted="填写说明").rows for cell in row)
    assert all(
        words in told for words in ("可分隔的大厅", "选一个：开放、暂停、停用", "整数（人）", "个人信息，导出时遮住")
    )


def test_personal_values_are_masked_and_the_export_is_audited(workspace: Any, opened: Any) -> None:
    office = workspace.office
    writing.save(office, "team", {"name": "合唱队", "leader_name": "张三丰", "leader_phone": "13812345678",
                                  "leader_party": "member", "leader_birth_year": 1950})  # fmt: skip
    data = exporting.export(office, "team").data
    (row,), _parts = opened(data, "群众活动团队")
    assert (row["负责人姓名"], row["负责人联系电话"], row["负责人政治面貌"]) == ("张*", "138****5678", "****")
    assert row["负责人出生年份"] == "****"
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for name in archive.namelist():
            assert b"13812345678" not in archive.read(name)
            assert "张三丰".encode() not in archive.read(name)
    assert audits(office, "export") == [{"what": "export", "records": "team", "rows": 1, "full": False}]
    assert audits(office, "reveal") == []


def test_in_full_it_writes_a_line_for_each_record_with_personal_values(workspace: Any, opened: Any) -> None:
    office = workspace.office
    for name in ("张三", "李四"):
        writing.save(office, "team", {"name": f"{name}队", "leader_name": name})
    writing.save(office, "team", {"name": "无名队"})
    rows, _parts = opened(exporting.export(office, "team", full=True).data, "群众活动团队")
    assert {row["负责人姓名"] for row in rows} == {"张三", "李四", ""}
    assert len(audits(office, "reveal")) == 2
    assert audits(office, "export")[0]["full"] is True


def test_a_resident_who_books_is_masked_and_an_organization_is_not(workspace: Any, opened: Any) -> None:
    office = workspace.office
    room = writing.save(office, "venue", {"name": "大厅"}).id
    for hour, sort, name in ((9, "resident", "王小二"), (10, "enterprise", "某某公司")):
        times = {"start": f"2026-12-01T{hour:02d}:00", "end": f"2026-12-01T{hour:02d}:30"}
        writing.save(office, "booking", {"venue": room, "client_kind": sort, "client_name": name} | times)
    rows, _parts = opened(exporting.export(office, "booking").data, "场地预约")
    assert {row["申请单位/团队"] for row in rows} == {"王*", "某某公司"}


def test_what_a_list_is_narrowed_to_is_what_goes_out(workspace: Any, opened: Any) -> None:
    for name, status in (("甲", "open"), ("乙", "retired"), ("丙", "open")):
        writing.save(workspace.office, "venue", {"name": name, "status": status})
    query = Query(where={"status": "open"}, order="name", descending=True)
    rows, _parts = opened(exporting.export(workspace.office, "venue", query).data, "场地")
    assert [row["名称"] for row in rows] == ["甲", "丙"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_template_has_the_headings_without_rows(kind: str, language: str, opened: Any, tmp_path: Path) -> None:
    text.use(language)
    data = exporting.template(kind)
    _rows, parts = opened(data)
    rows = planning.read(kind, tmp_path / "out.xlsx").rows
    assert rows == (tuple(text._(field.label) for field in KINDS[kind].typed),)
    assert all(len(name) <= 31 for name in parts)


def test_rare_characters_and_long_notes_survive(workspace: Any, opened: Any) -> None:
    values = {"name": "龘𬱟䶮厅", "remark": "一\n二\n" + "长" * 3900}
    writing.save(workspace.office, "venue", values)
    (row,), _parts = opened(exporting.export(workspace.office, "venue").data, "场地")
    assert (row["名称"], row["备注"]) == (values["name"], values["remark"])
