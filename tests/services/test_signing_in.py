"""Signing in: attempts are limited, who came is written down, a forgotten password is set anew with the recovery sheet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.errors import Refusal
from app.services import local, signing_in
from app.services.people import people
from app.sync import log
from app.sync.change import decode_values
from app.sync.recovery import new_sheet
from app.workspace import Workspace
from tests.services.test_recovery import printed


@pytest.fixture
def person(workspace: Workspace) -> str:
    [only] = people(workspace.office)
    local.set_password(workspace.office, only.id, "枢纽123456")
    return only.id


def audited(workspace: Workspace, user: str) -> list[str]:
    with workspace.office.reading() as session:
        lines = log.of_record(session.connection(), workspace.office.scope, log.AUDIT, user)
    return [decode_values(line.values or b"")["audit"]["what"] for line in lines]


def test_who_comes_and_who_fails_too_often_is_written_down(workspace: Workspace, person: str) -> None:
    signing_in.sign_in(workspace.office, person, "枢纽123456")
    for _attempt in range(signing_in.ALLOWED):
        with pytest.raises(Refusal):
            signing_in.sign_in(workspace.office, person, "123456")
    assert audited(workspace, person) == ["sign_in", "sign_in_failed"]
    assert "123456" not in str(audited(workspace, person))


def test_after_five_wrong_passwords_one_waits_longer_each_time(workspace: Workspace, person: str) -> None:
    office, now = workspace.office, workspace.clock()
    waits = []
    for _attempt in range(signing_in.ALLOWED + 8):
        at = replace(office, clock=lambda now=now: now)
        with pytest.raises(Refusal) as refused:
            signing_in.sign_in(at, person, "wrong")
        said = refused.value.faults[0].error
        if "分钟后再试" in said:
            with pytest.raises(Refusal, match="分钟后再试"):
                signing_in.sign_in(at, person, "枢纽123456")
            minutes = int("".join(filter(str.isdigit, said)))
            waits.append(minutes)
            now += timedelta(minutes=minutes)
    assert waits == [2, 3, 5, 9, 17, 31, 31, 31, 31], "a minute is added so that nobody comes too early"
    signing_in.sign_in(replace(office, clock=lambda: now), person, "枢纽123456")
    with pytest.raises(Refusal, match="请再输一次"):
        signing_in.sign_in(replace(office, clock=lambda: now), person, "wrong")


def test_a_clock_that_is_set_back_locks_nobody_out(workspace: Workspace, person: str) -> None:
    for _attempt in range(signing_in.ALLOWED):
        with pytest.raises(Refusal):
            signing_in.sign_in(workspace.office, person, "wrong")
    earlier = replace(workspace.office, clock=lambda: workspace.clock() - timedelta(days=4000))
    signing_in.sign_in(earlier, person, "枢纽123456")


def test_a_forgotten_password_is_set_anew_with_the_sheet_in_force(
    workspace: Workspace, person: str, tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match="还没有开具恢复单"):
        signing_in.reset_password(workspace.office, person, new_sheet().code, "新密码123")
    old, code = (printed(workspace.recovery_sheet(), tmp_path) for _sheet in range(2))
    for wrong in (old, new_sheet().code):
        with pytest.raises(Refusal, match="不是现在有效的恢复单"):
            signing_in.reset_password(workspace.office, person, wrong, "新密码123")
    for _attempt in range(signing_in.ALLOWED):
        with pytest.raises(Refusal):
            signing_in.sign_in(workspace.office, person, "wrong")
    signing_in.reset_password(workspace.office, person, code, "新密码123")
    signing_in.sign_in(workspace.office, person, "新密码123")
    assert audited(workspace, person)[-2:] == ["password_reset", "sign_in"]
