"""The desktop over a damaged configuration: it opens with the copy, or offers the recovery sheet and the card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from app.errors import KeysLost, Refusal
from app.services import reading
from app.services.writing import save
from app.views.preferences import Preferences
from app.views.shell import Shell
from app.views.start import Desktop
from app.workspace import Workspace
from tests.services.test_recovery import printed
from tests.sync.world import STREET, World


def started(app: QApplication, workspace: Workspace, *, safe: bool = False) -> Desktop:
    desktop = Desktop(app, workspace.data, workspace.machine.folder.parent, Preferences())
    desktop.mode.safe = safe
    return desktop


def closed(desktop: Desktop) -> None:
    desktop.close()
    if desktop.window is not None:
        desktop.window.deleteLater()


def lose(workspace: Workspace) -> None:
    workspace.close()
    for path in (workspace.machine.folder / "machine.json", workspace.machine.folder / "spare" / "machine.json"):
        path.write_bytes(path.read_bytes()[:50])


def test_with_the_copy_it_opens_and_says_so(app: QApplication, workspace: Workspace, asked: Any) -> None:
    workspace.close()
    (workspace.machine.folder / "machine.json").write_bytes(b"")
    asked.answer("inform", None)
    desktop = started(app, workspace)
    desktop.start()
    assert isinstance(desktop.window, Shell)
    assert "machine.json 损坏了，已经补好" in asked.shown[-1][2]
    closed(desktop)


@pytest.mark.parametrize("safe", [False, True])
def test_the_recovery_sheet_opens_it(
    app: QApplication, workspace: Workspace, asked: Any, tmp_path: Path, safe: bool
) -> None:
    code = printed(workspace.recovery_sheet(), tmp_path)
    room = save(workspace.office, "venue", {"name": "大会议室"}).id
    lose(workspace)
    offered: list[Any] = []
    asked.answer("choose_one", lambda _parent, _title, _text, ways: offered.extend(ways) or "sheet", "sheet", "sheet")
    asked.answer("ask_text", "AAAAAA", None, code)
    asked.answer("report", None)
    desktop = started(app, workspace, safe=safe)
    desktop.start()
    assert [way for way, _label in offered] == ["sheet"]
    assert any(isinstance(words[-1], Refusal) and "54" in str(words[-1]) for words in asked.shown)
    assert isinstance(desktop.window, Shell)
    assert desktop.window.safe == safe
    assert desktop.workspace is not None
    assert reading.get(desktop.workspace.office, "venue", room).values["name"] == "大会议室"
    closed(desktop)


def test_a_card_of_the_district_opens_it(app: QApplication, asked: Any, tmp_path: Path) -> None:
    world = World(tmp_path / "world")
    pc = world.carded("pc")
    room = pc.put(name="大会议室")
    workspace = pc.workspace
    lose(workspace)
    card = tmp_path / "card"
    world.district.card(STREET, world.server, card, unlock=workspace.data / "key.sealed")
    asked.answer("choose_one", "card")
    asked.answer("choose_open_file", card)
    desktop = started(app, workspace)
    desktop.start()
    assert desktop.workspace is not None
    assert reading.get(desktop.workspace.office, "venue", room).values["name"] == "大会议室"
    assert desktop.workspace.check() == []
    closed(desktop)
    world.close()


def test_nobody_is_made_to_and_nothing_is_touched(app: QApplication, workspace: Workspace, asked: Any) -> None:
    workspace.recovery_sheet()
    lose(workspace)
    before = {path: path.read_bytes() for path in workspace.machine.folder.rglob("*") if path.is_file()}
    asked.answer("choose_one", None)
    desktop = started(app, workspace)
    with pytest.raises(KeysLost):
        desktop.start()
    assert {path: path.read_bytes() for path in before} == before
    closed(desktop)


def test_where_nothing_opens_it_that_is_said(app: QApplication, workspace: Workspace) -> None:
    lose(workspace)
    desktop = started(app, workspace)
    with pytest.raises(KeysLost, match="本机配置读不出来"):
        desktop.start()
    closed(desktop)
