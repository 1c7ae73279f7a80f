"""What is written down of people: who signed in, looked, printed, exported, overrode, erased; and who may read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.errors import Refusal
from app.services import slips
from app.services.auditing import SORTS, audit
from app.services.erasing import erase
from app.services.excel import exporting
from app.services.office import Office
from app.services.people import people
from app.services.privacy import reveal
from app.services.signing_in import sign_in
from app.services.writing import save
from app.workspace import Workspace
from tests.conftest import Clock

PHONE = "13812345678"


@pytest.fixture
def desk(workspace: Workspace) -> Office:
    [founder] = people(workspace.office)
    return workspace.office.acting(founder.name, founder.id)


def test_every_act_is_told_with_who_when_what_and_how_many(desk: Office, clock: Clock) -> None:
    sign_in(desk, desk.user, "")
    clock.move(minutes=1)
    made = [save(desk, "team", {"name": name, "leader_phone": PHONE}).id for name in ("合唱队", "太极队")]
    reveal(desk, "team", made)
    clock.move(minutes=1)
    reveal(desk, "team", made[:1])
    clock.move(minutes=1)
    exporting.export(desk, "team", full=False)
    clock.move(minutes=1)
    slips.printed_list(desk, "team", 2)
    clock.move(minutes=1)
    save(desk, "team", {"member_count": 3, "status": "active"}, made[0], reason="刚成立")
    clock.move(minutes=1)
    erase(desk, "team", made[1])
    told = [(line.what, line.subject, line.count, line.detail) for line in audit(desk)]
    assert told == [
        ("erase", "群众活动团队“太极队”", 1, ""),
        ("override", "群众活动团队“合唱队”", 1, "理由：刚成立"),
        ("print", "群众活动团队 2 条", 2, "列表"),
        ("export", "群众活动团队 2 条", 2, "Excel"),
        ("reveal", "群众活动团队“合唱队”", 1, "负责人联系电话"),
        ("reveal", "群众活动团队 2 条", 2, "负责人联系电话"),
        ("sign_in", "使用人员“王小明”", 1, ""),
    ]
    assert {line.actor for line in audit(desk)} == {"王小明"}
    assert audit(desk)[0].pc == "本机"
    assert PHONE not in str(audit(desk))
    whole = [line.at for line in audit(desk)]
    assert whole == sorted(whole, reverse=True)


def test_it_is_narrowed_by_act_person_and_time(desk: Office, clock: Clock) -> None:
    start = int(clock().timestamp())
    sign_in(desk, desk.user, "")
    clock.move(hours=1)
    exporting.export(desk, "team")
    exporting.export(desk.acting("李红"), "venue")
    assert [line.what for line in audit(desk, acts=SORTS["sign"][1])] == ["sign_in"]
    assert [line.kind for line in audit(desk, who="李")] == ["venue"]
    assert [line.what for line in audit(desk, last=start + 60)] == ["sign_in"]
    assert [line.kind for line in audit(desk, first=start + 60, limit=1)] == ["venue"]


def test_only_the_director_and_the_administrator_read_it(desk: Office) -> None:
    for role, allowed in (("director", True), ("staff", False), ("front_desk", False), ("viewer", False)):
        person = save(desk, "user", {"name": role + "甲", "role": role}).id
        other = desk.acting(role + "甲", person)
        if allowed:
            assert audit(other) == []
        else:
            with pytest.raises(Refusal, match="不能查看操作记录"):
                audit(other)


def test_the_command_tells_the_same(shuniu: Any, workspace: Workspace, desk: Office, tmp_path: Path) -> None:
    made = save(desk, "team", {"name": "合唱队", "leader_phone": PHONE}).id
    shuniu("--as", "王小明", "get", "team", made, "--reveal", pc="pc")
    told = shuniu("audit", "--what", "reveal", "--who", "王", pc="pc")
    assert told.code == 0, told.err
    assert {name: told.line[name] for name in ("actor", "kind", "id", "title", "count")} == {
        "actor": "王小明", "kind": "team", "id": made, "title": "合唱队", "count": 1,
    }  # fmt: skip
    assert shuniu("audit", "--what", "nothing", pc="pc").code == 1
    assert shuniu("audit", "--to", "2020-01-01", pc="pc").out == ""
