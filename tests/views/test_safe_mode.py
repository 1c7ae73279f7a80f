"""Safe mode: nothing works by itself, nothing that was chosen is used, and the data can be looked after."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import text as sql

from app.services import backups
from app.services.writing import save
from app.views import safe_mode
from app.views.keeper import Keeper
from app.views.preferences import FILE, Preferences
from app.views.safe_mode import FAILED, STARTS, Mode, SafeBanner
from app.views.settings_page import SettingsPage
from app.views.shell import Shell
from app.views.start import Desktop
from app.views.theme import Theme
from app.workspace import Workspace
from tests.views.settling import settle


@pytest.fixture
def desktop(app: QApplication, workspace: Workspace, theme: Theme) -> Iterator[Desktop]:
    made = Desktop(app, workspace.data, workspace.machine.folder.parent, Preferences())
    made.mode.safe = True
    made.begin()
    made.start()
    yield made
    made.close()
    if made.window is not None:
        made.window.deleteLater()
    theme.apply(app)


def shell_of(desktop: Desktop) -> Shell:
    assert isinstance(desktop.window, Shell)
    return desktop.window


def banner(shell: Shell) -> SafeBanner:
    found = shell.findChild(SafeBanner)
    assert found is not None
    return found


def press(where: SafeBanner, words: str) -> None:
    next(one for one in where.findChildren(QPushButton) if one.text() == words).click()


def works_by_itself(shell: Shell) -> dict[str, bool]:
    context = shell.context
    return {
        "keeper": bool(context.findChildren(Keeper)),
        "sync": context.syncer._timer.isActive(),
        "watch": context.watch._clock.isActive(),
    }


def test_nothing_works_by_itself_and_the_banner_says_so(desktop: Desktop, qtbot: QtBot) -> None:
    shell = shell_of(desktop)
    settle(shell, qtbot)
    assert not any(works_by_itself(shell).values())
    words = banner(shell).words.text()
    for off in ("安全模式", "不自动同步", "不自动备份", "显示设置"):
        assert off in words
    assert isinstance(shell.page, SettingsPage)
    assert banner(shell).isVisible()


def test_a_backup_a_check_and_diagnostics_are_made(desktop: Desktop, qtbot: QtBot, tmp_path: Path, asked) -> None:
    shell = shell_of(desktop)
    settle(shell, qtbot)
    asked.answer("inform", None)
    press(banner(shell), "检查数据")
    settle(shell, qtbot)
    assert asked.shown[-1][1] == "数据检查通过"
    press(banner(shell), "备份、恢复和诊断")
    settle(shell, qtbot)
    page = shell.page
    assert isinstance(page, SettingsPage)
    assert not page.backups.make.visibleRegion().isEmpty()
    page.backups.make.click()
    settle(shell, qtbot)
    assert [one.why for one in backups.listed(desktop.data / backups.FOLDER)] == ["manual"]
    asked.answer("choose_save_file", tmp_path / "诊断.zip")
    next(one for one in page.findChildren(QPushButton) if one.text() == "导出诊断").click()
    settle(shell, qtbot)
    assert (tmp_path / "诊断.zip").stat().st_size > 500


def test_a_fault_in_the_data_is_told(desktop: Desktop, qtbot: QtBot, asked) -> None:
    shell = shell_of(desktop)
    save(shell.context.office, "venue", {"name": "大会议室"})
    with shell.context.workspace.engine.execution_options(write=True).begin() as connection:
        connection.execute(sql("UPDATE venue SET name = '别的'"))
    asked.answer("inform", None)
    press(banner(shell), "检查数据")
    settle(shell, qtbot)
    _name, title, words = asked.shown[-1]
    assert title == "检查出 1 处问题"
    assert "与日志不一致" in words


def test_going_back_to_a_backup_stays_in_safe_mode(desktop: Desktop, workspace: Workspace, qtbot: QtBot) -> None:
    workspace.close()
    shell = shell_of(desktop)
    assert desktop.workspace is not None
    file = desktop.workspace.backup("manual").files[0]
    shell.context.restore_wanted.emit(file)
    again = shell_of(desktop)
    assert again is not shell
    assert again.safe
    assert not any(works_by_itself(again).values())
    settle(again, qtbot)


def test_nothing_that_was_chosen_is_used_or_written(
    app: QApplication, workspace: Workspace, theme: Theme, qtbot: QtBot
) -> None:
    config = workspace.machine.folder.parent
    kept = Preferences("huge", "zh", "不在这里", 30)
    kept.save(config)
    desktop = Desktop(app, workspace.data, config, kept)
    desktop.mode.safe = True
    desktop.begin()
    desktop.start()
    shell = shell_of(desktop)
    assert (shell.context.theme.size, shell.preferences.lock_minutes) == ("standard", 10)
    shell.set_text_size("large")
    settle(shell, qtbot)
    assert shell.context.theme.size == "large", "in this window it can be chosen"
    assert banner(shell).isVisible()
    assert Preferences.load(config) == kept
    press(banner(shell), "正常重新启动")
    qtbot.waitUntil(lambda: desktop.window is not shell)
    usual = shell_of(desktop)
    assert (usual.safe, usual.context.theme.size) == (False, "huge")
    assert usual.findChild(SafeBanner) is None
    assert all(works_by_itself(usual).values())
    settle(usual, qtbot)
    desktop.close()
    usual.deleteLater()
    theme.apply(app)


@pytest.mark.parametrize("broken", [b"", b"{", b"\xff\xfe\x00", b"[1]", b'{"size": {}, "lock_minutes": []}', b"null"])
def test_it_opens_where_the_preferences_cannot_be_read(app: QApplication, broken: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(broken)
    mode = Mode(tmp_path, True, app)
    mode.begin()
    assert mode.preferences() == Preferences()
    mode.leave()
    assert mode.preferences() == Preferences()
    assert (tmp_path / FILE).read_bytes() == broken, "it is not written over"


def starts(config: Path, mode: Mode) -> tuple[bool, str]:
    mode.begin()
    return mode.safe, (config / STARTS).read_text()


def test_after_two_starts_that_came_to_nothing_it_is_offered(app: QApplication, tmp_path: Path, asked) -> None:
    for number in range(FAILED):
        assert starts(tmp_path, Mode(tmp_path, False, app)) == (False, str(number + 1))
    asked.answer("confirm", False, True)
    declined, accepted = Mode(tmp_path, False, app), Mode(tmp_path, False, app)
    assert starts(tmp_path, declined)[0] is False
    assert starts(tmp_path, accepted)[0] is True
    accepted.stands()
    assert not (tmp_path / STARTS).exists()
    assert starts(tmp_path, Mode(tmp_path, False, app)) == (False, "1")


def test_a_start_that_never_counted_clears_nothing(app: QApplication, tmp_path: Path) -> None:
    """A second start beside the open window ends at once: what the first has counted stays."""
    starts(tmp_path, Mode(tmp_path, False, app))
    Mode(tmp_path, False, app).stands()
    assert (tmp_path / STARTS).read_text() == "1"


@pytest.mark.parametrize("noise", ["", "x", "-5", "9" * 5000, "１"])
def test_a_count_that_cannot_be_read_is_none(app: QApplication, tmp_path: Path, noise: str) -> None:
    (tmp_path / STARTS).write_text(noise, "utf-8")
    assert starts(tmp_path, Mode(tmp_path, False, app)) == (False, "1")


def test_where_nothing_can_be_written_it_opens_as_usual(app: QApplication, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("in the way")
    mode = Mode(tmp_path / "config", False, app)
    mode.begin()
    mode.stands()
    assert not mode.safe


def test_shift_is_felt(app: QApplication, qtbot: QtBot) -> None:
    window = QPushButton()
    qtbot.addWidget(window)
    window.show()
    assert not safe_mode.shift_held()
    QTest.keyPress(window.windowHandle(), Qt.Key.Key_Shift, Qt.KeyboardModifier.ShiftModifier)
    assert safe_mode.shift_held()
    QTest.keyRelease(window.windowHandle(), Qt.Key.Key_Shift, Qt.KeyboardModifier.NoModifier)
    assert not safe_mode.shift_held()


# -- whole processes -----------------------------------------------------------------------------------------------


def run(workspace: Workspace, *arguments: str) -> tuple[int, dict[str, Any]]:
    folders = (str(workspace.data), str(workspace.machine.folder.parent))
    ended = subprocess.run(
        [sys.executable, "-m", "tests.views.safe_start", *folders, *arguments],
        capture_output=True, text=True, check=False, timeout=120, cwd=Path(__file__).parent.parent.parent,
    )  # fmt: skip
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.returncode, json.loads(ended.stdout) if ended.stdout else {}


def test_two_crashes_at_the_start_lead_to_safe_mode_and_a_good_end_away_from_it(workspace: Workspace) -> None:
    workspace.close()
    (workspace.machine.folder.parent / FILE).write_bytes(b"\x00\x01 broken")
    assert [run(workspace, "die")[0] for _crash in range(2)] == [9, 9]
    code, seen = run(workspace, "report")
    assert code == 0
    assert "枢纽接连没有顺利打开" in seen["asked"]
    assert (seen["safe"], seen["keeper"], seen["sync"], seen["watch"]) == (True, False, False, False)
    assert seen["page"] == "SettingsPage"
    code, seen = run(workspace, "report")
    assert (code, seen["safe"], seen["banner"], seen["keeper"]) == (0, False, [], True)
    code, seen = run(workspace, "report", "--safe-mode")
    assert (code, seen["safe"], seen["gl"], seen["size"]) == (0, True, "none", "standard")
