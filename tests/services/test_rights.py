"""The table of rights: what each role may do, wherever it is asked for; and that one administrator stays."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.errors import Refusal
from app.models.center import ROLES
from app.models.registry import KINDS
from app.services import ics, reading, recovery, sample, sheets, slips, undoing
from app.services.erasing import erase
from app.services.excel import exporting
from app.services.merging import merge
from app.services.office import Office
from app.services.people import people
from app.services.privacy import reveal
from app.services.rights import COUNTER, EVERYTHING, RIGHTS, TABLE, Duty, to_delete, to_write
from app.services.signing_in import sign_in
from app.services.writing import change_many, save, set_deleted
from app.workspace import Workspace

ALL_ROLES = [code for code, _label in ROLES]
PHONE = "13812345678"


@pytest.fixture
def desks(workspace: Workspace) -> dict[str, Office]:
    """One person of each role at the desk, by role."""
    made = {}
    for code, label in ROLES:
        person = save(workspace.office, "user", {"name": f"{label}甲", "role": code}).id
        made[code] = workspace.office.acting(f"{label}甲", person)
    return made


@pytest.fixture
def venue(workspace: Workspace) -> str:
    return save(workspace.office, "venue", {"name": "一楼大厅", "capacity": 80}).id


def booking(office: Office, venue: str, hour: int, **values: Any) -> str:
    day = "2026-11-24"
    given = {
        "venue": venue, "start": f"{day}T{hour:02d}:00", "end": f"{day}T{hour + 1:02d}:00", "purpose": "例会",
        "client_kind": "resident", "client_name": "周敏", "contact_name": "周敏", "contact_phone": PHONE, **values,
    }  # fmt: skip
    return save(office, "booking", given).id


def refused(right: str) -> Any:
    return pytest.raises(Refusal, match=f"不能{RIGHTS[right]}")


def test_every_kind_has_a_right_that_somebody_holds() -> None:
    for kind in KINDS:
        for right in (to_write(kind), *to_delete(kind)):
            assert right in RIGHTS
            assert right in TABLE["administrator"]
    assert set(TABLE) == set(ALL_ROLES)
    assert set().union(*TABLE.values()) == EVERYTHING


def test_each_role_writes_what_the_table_says(desks: dict[str, Office], workspace: Workspace) -> None:
    values = {"organization": {"name": "乐龄服务社", "org_type": "service_org"}, "venue": {"name": "三楼"},
              "notice": {"title": "通知", "body": "请知悉"}, "user": {"name": "新人", "role": "viewer"}}  # fmt: skip
    for role, office in desks.items():
        for kind, given in values.items():
            offered = {name: value for name, value in given.items() if name in KINDS[kind].fields}
            if to_write(kind) in TABLE[role]:
                made = save(office, kind, offered).id
                with office.unit() as unit:
                    unit.load(kind, made).deleted = True
            else:
                before = reading.ids(office, kind)
                with refused(to_write(kind)) as told:
                    save(office, kind, offered)
                assert told.value.faults[0].mend.startswith("请由")
                assert reading.ids(office, kind) == before


def test_the_front_desk_books_and_deletes_its_own_but_no_organization(desks: dict[str, Office], venue: str) -> None:
    desk = desks["front_desk"]
    made = booking(desk, venue, 9)
    save(desk, "booking", {"purpose": "培训"}, made)
    set_deleted(desk, "booking", [made], True)
    club = save(desk, "organization", {"name": "乐龄服务社"}).id
    with refused("delete"):
        set_deleted(desk, "organization", [club], True)
    with refused("settings"):
        save(desk, "venue", {"capacity": 5}, venue)
    with refused("export"):
        exporting.export(desk, "booking")
    with refused("settle"):
        merge(desk, "organization", club, save(desk, "organization", {"name": "乐龄社"}).id)


def test_a_policy_is_overridden_by_staff_and_not_by_the_front_desk(desks: dict[str, Office]) -> None:
    values = {"name": "太极队", "member_count": 3, "status": "active"}
    with pytest.raises(Refusal) as told:
        save(desks["front_desk"], "team", values, reason="特例")
    assert not any(fault.policy for fault in told.value.faults), "nobody is asked for a reason in vain"
    assert "不能越过规定办理" in str(told.value)
    assert save(desks["staff"], "team", values, reason="特例").id


def test_what_is_personal_is_shown_to_whom_the_table_says(desks: dict[str, Office], venue: str) -> None:
    made = booking(desks["staff"], venue, 9)
    member = save(desks["director"], "user", {"name": "李红", "phone": PHONE}).id
    for role in ("staff", "front_desk", "director", "administrator"):
        assert reveal(desks[role], "booking", [made])[0].values["contact_phone"] == PHONE
    with refused("reveal"):
        reveal(desks["viewer"], "booking", [made])
    with refused("reveal"):
        reveal(desks["front_desk"], "user", [member])


def test_paper_files_and_erasure_need_their_right(desks: dict[str, Office], venue: str, workspace: Workspace) -> None:
    made, viewer, staff = booking(desks["staff"], venue, 9), desks["viewer"], desks["staff"]
    with refused("print"):
        slips.render(viewer, "booking", made)
    with refused("print"):
        sheets.render(viewer, sheets.Sheet("door", "2026-11-24"))
    with refused("export"):
        ics.export(viewer)
    with refused("person"):
        erase(staff, "booking", made)
    with refused("backup"):
        recovery.make_sheet(staff, workspace.center_id)
    with refused("backup"):
        replace(workspace, office=staff).backup("manual")
    assert slips.render(desks["front_desk"], "booking", made)[:4] == b"%PDF"
    assert erase(desks["director"], "booking", made)


def test_the_sample_data_is_taken_away_by_who_may_delete(desks: dict[str, Office], workspace: Workspace) -> None:
    sample.add_sample(workspace.demo().office)
    before = sample.count(workspace.office)
    for role in ("front_desk", "viewer"):
        with refused("delete") as told:
            sample.remove(desks[role])
        assert told.value.faults[0].mend == "请由主任、工作人员、系统管理员办理"
    assert sample.count(workspace.office) == before
    assert sample.remove(desks["director"]) == before


def test_an_undo_needs_the_right_of_what_it_undoes(desks: dict[str, Office], venue: str) -> None:
    op = save(desks["director"], "venue", {"capacity": 90}, venue).op
    with refused("settings"):
        undoing.undo(desks["front_desk"], op)
    assert undoing.undo(desks["director"], op).restored == 1


def test_rights_follow_the_list_of_people_at_once(desks: dict[str, Office], venue: str) -> None:
    staff = desks["staff"]
    booking(staff, venue, 9)
    save(desks["administrator"], "user", {"role": "viewer"}, staff.user)
    with refused("desk"):
        booking(staff, venue, 10)
    save(desks["administrator"], "user", {"active": False, "role": "staff"}, staff.user)
    with pytest.raises(Refusal, match="工作人员甲的账号已停用"):
        booking(staff, venue, 11)


def test_a_name_of_nobody_is_bound_by_nothing_and_one_of_two_by_what_both_may(workspace: Workspace) -> None:
    assert workspace.office.acting("命令行").duty.rights == EVERYTHING
    first = save(workspace.office, "user", {"name": "李红", "role": "staff"}).id
    save(workspace.office, "user", {"name": "李红", "role": "viewer"})
    assert workspace.office.acting("李红").duty.rights == frozenset()
    assert workspace.office.acting("李红", first).duty.rights == TABLE["staff"]


def test_somebody_can_always_manage_the_people(workspace: Workspace) -> None:
    """Two PCs that each demote the other's administrator merge into none."""
    save(workspace.office, "user", {"name": "李红", "role": "staff"})
    with workspace.office.unit() as unit:
        for one in people(workspace.office):
            record: Any = unit.load("user", one.id)
            record.role = "staff"
    assert "users" in workspace.office.acting("李红").duty.rights
    save(workspace.office.acting("李红"), "user", {"role": "administrator"}, people(workspace.office)[0].id)
    assert "users" not in workspace.office.acting("李红").duty.rights or people(workspace.office)[0].name == "李红"


def test_the_last_administrator_stays(workspace: Workspace) -> None:
    [founder] = people(workspace.office)
    boss = workspace.office.acting("主任", save(workspace.office, "user", {"name": "主任", "role": "director"}).id)
    for values in ({"active": False}, {"role": "staff"}):
        with pytest.raises(Refusal, match="最后一位在用的系统管理员"):
            save(boss, "user", values, founder.id)
    with pytest.raises(Refusal, match="最后一位在用的系统管理员"):
        set_deleted(boss, "user", [founder.id], True)
    second = save(boss, "user", {"name": "李红", "role": "administrator"})
    with pytest.raises(Refusal, match="最后一位在用的系统管理员"):  # both at once
        change_many(boss, "user", [founder.id, second.id], {"active": False})
    demoted = save(boss, "user", {"role": "staff"}, founder.id)
    with pytest.raises(Refusal, match="最后一位在用的系统管理员"):
        undoing.undo(boss, second.op)
    assert demoted.op is not None
    assert undoing.undo(boss, demoted.op).restored == 1


def test_nobody_deactivates_the_own_account(workspace: Workspace) -> None:
    [founder] = people(workspace.office)
    save(workspace.office, "user", {"name": "李红", "role": "administrator"})
    mine = workspace.office.acting(founder.name, founder.id)
    with pytest.raises(Refusal, match="自己正在使用的账号"):
        save(mine, "user", {"active": False}, founder.id)
    with pytest.raises(Refusal, match="自己正在使用的账号"):
        set_deleted(mine, "user", [founder.id], True)
    save(workspace.office.acting("李红"), "user", {"active": False}, founder.id)
    with pytest.raises(Refusal, match="账号已停用"):
        sign_in(workspace.office, founder.id, "")
    assert [one.name for one in people(workspace.office)] == ["李红"]
    save(workspace.office.acting("李红"), "user", {"active": True}, founder.id)
    sign_in(workspace.office, founder.id, "")


def test_the_command_line_is_bound_by_the_person_it_names(shuniu: Any, workspace: Workspace, tmp_path: Path) -> None:
    run = partial(shuniu, pc="pc")
    save(workspace.office, "user", {"name": "孙洁", "role": "viewer"})
    save(workspace.office, "organization", {"name": "乐龄服务社", "phone": PHONE})
    told = run("--as", "孙洁", "put", "organization", stdin='{"name": "别的社"}\n')
    assert told.code == 1
    assert "只读人员不能办理窗口业务" in told.lines[0]["error"]
    assert run("--as", "孙洁", "get", "organization", "--reveal").code == 1
    assert run("--as", "孙洁", "export", "organization", str(tmp_path / "a.xlsx")).code == 1
    assert run("--as", "孙洁", "backup", str(tmp_path / "b")).code == 1
    assert run("backup", str(tmp_path / "b")).code == 0
    for words in (("restore", tmp_path / "b"), ("card", "accept", tmp_path / "b"), ("card", "make", "--out", tmp_path / "c"),
                  ("network", "--proxy", "none"), ("recovery-sheet", tmp_path / "r.pdf"), ("audit",)):  # fmt: skip
        refusal = run("--as", "孙洁", *words)
        assert (refusal.code, "只读人员不能" in refusal.err) == (1, True), words
    assert run("--as", "王小明", "get", "organization", "--reveal").lines[0]["phone"] == PHONE
    assert run("put", "organization", stdin='{"name": "别的社"}\n').code == 0


def test_the_reason_names_who_may() -> None:
    duty = Duty("周敏", "front_desk", TABLE["front_desk"])
    assert duty.why("users") == "前台不能管理使用人员，请由主任、系统管理员办理"
    assert duty.why("desk", "print") == ""
    assert set(KINDS) >= COUNTER


def test_the_centers_own_record_cannot_be_deleted(desks: dict[str, Office], workspace: Workspace) -> None:
    with pytest.raises(Refusal, match="本中心自己的资料不能删除"):
        set_deleted(desks["administrator"], "center", [workspace.center_id], True)
    assert reading.ids(workspace.office, "center") == [workspace.center_id]
