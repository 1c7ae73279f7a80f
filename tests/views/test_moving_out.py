"""The old PC makes what a new one needs, and asks at its next start whether it is still in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import EnvironmentFault, Refusal
from app.services import local, moving
from app.views import dialogs
from app.views.moved import moved_on
from app.workspace import Workspace


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


@pytest.mark.parametrize("stays", [True, False])
def test_the_next_start_of_the_old_pc_asks(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, stays: bool) -> None:
    said: list[str] = []
    monkeypatch.setattr(dialogs, "confirm", lambda _window, _title, text, *_verbs: said.append(text) or stays)
    assert not moved_on(workspace.office, None)
    assert said == []
    local.write(workspace.office, moving.MOVED, "2026-11-24T09:00")
    assert moved_on(workspace.office, None) is not stays
    assert "2026-11-24 09:00" in said[0]
    assert not stays or not moved_on(workspace.office, None)
    assert len(said) == 1
