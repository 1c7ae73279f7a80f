"""The old PC makes what a new one needs, and asks at its next start whether it is still in use."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.errors import EnvironmentFault, Refusal
from app.services import local, moving
from app.services.writing import save
from app.views import dialogs
from app.views.backup_card import BackupCard
from app.views.context import Context
from app.views.moved import moved_on
from app.views.settings_page import SettingsPage
from app.workspace import Workspace
from tests.views.settling import settle


def test_what_is_made_is_whole_and_the_old_pc_remembers(workspace: Workspace, tmp_path: Path) -> None:
    workspace.recovery_sheet()
    package = workspace.move(tmp_path)
    assert moving.verify(moving.find(tmp_path)) == package.backup
    assert local.read(workspace.office, moving.MOVED) == workspace.clock().isoformat(timespec="minutes")


def test_without_a_recovery_sheet_nothing_is_made(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="还没有开具恢复单"):
        workspace.move(tmp_path)
    assert not list(tmp_path.glob("枢纽*"))
    assert local.read(workspace.office, moving.MOVED) is None


def test_a_stick_without_room_is_told_and_nothing_half_done_stays(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.recovery_sheet()
    stick = tmp_path / "usb"
    stick.mkdir()
    monkeypatch.setattr(moving, "_SPARE", 1 << 60)  # as if all were taken
    with pytest.raises(EnvironmentFault, match="空间不够"):
        workspace.move(stick)
    assert list(stick.iterdir()) == []
    assert local.read(workspace.office, moving.MOVED) is None


@pytest.fixture
def settings(context: Context, qtbot: QtBot) -> SettingsPage:
    made = SettingsPage(context)
    qtbot.addWidget(made)
    made.show()
    settle(made, qtbot)
    return made


def test_the_row_of_the_settings_makes_it_and_says_what_next(
    settings: SettingsPage, qtbot: QtBot, tmp_path: Path, asked
) -> None:
    settings.context.workspace.recovery_sheet()
    card = settings.backups
    asked.answer("choose_folder", tmp_path)
    asked.answer("inform", None)
    card.move.click()
    assert not card.move.isEnabled(), "not twice at once"
    settle(settings, qtbot)
    package = moving.find(tmp_path)
    assert moving.verify(package) == package.backup
    _name, title, text = asked.shown[-1]
    assert title == "搬家的文件做好了"
    assert package.folder.name in text
    assert "从旧电脑搬来" in text
    assert card.move.isEnabled()
    assert "换电脑" in card.last.text(), "its backup is listed at once"


def test_the_row_says_why_it_cannot_and_can_be_tried_again(
    settings: SettingsPage, qtbot: QtBot, tmp_path: Path, asked
) -> None:
    card = settings.backups
    asked.answer("choose_folder", None, tmp_path)
    card.move.click()
    assert card.move.isEnabled(), "thought better of it"
    asked.answer("report", None)
    card.move.click()
    settle(settings, qtbot)
    assert "还没有开具恢复单" in str(asked.shown[-1][1])
    assert card.move.isEnabled()
    assert list(tmp_path.glob("枢纽*")) == []


def test_only_who_looks_after_the_pcs_may_move(settings: SettingsPage) -> None:
    context = settings.context
    context.take_over("刘芳", save(context.office, "user", {"name": "刘芳", "role": "director"}).id)
    card = BackupCard(context, settings)
    assert not card.move.isEnabled()
    assert card.move.toolTip() == "主任不能入网、恢复备份和连接设置，请由系统管理员办理"
    with pytest.raises(Refusal, match="主任不能入网"):
        context.workspace.move(context.workspace.data)


@pytest.mark.parametrize("stays", [True, False])
def test_the_next_start_of_the_old_pc_asks(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, stays: bool) -> None:
    said: list[str] = []
    monkeypatch.setattr(dialogs, "confirm", lambda _window, _title, text, *_verbs, **_how: said.append(text) or stays)
    assert not moved_on(workspace.office, None)
    assert said == []
    local.write(workspace.office, moving.MOVED, "2026-11-24T09:00")
    assert moved_on(workspace.office, None) is not stays
    assert "2026-11-24 09:00" in said[0]
    assert not stays or not moved_on(workspace.office, None)
    assert len(said) == 1
