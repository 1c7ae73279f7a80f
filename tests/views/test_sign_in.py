"""Signing in, and the start up to it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.errors import AlreadyRunning
from app.services import local
from app.services.people import people
from app.services.writing import save
from app.store.alone import only_one
from app.views import input_method
from app.views.context import Context, Goto
from app.views.password_sheet import PasswordSheet
from app.views.preferences import Preferences
from app.views.sign_in import SignIn
from app.views.start import Desktop, run_desktop
from app.workspace import Workspace
from tests.services.test_recovery import printed


@pytest.fixture
def window(context: Context, qtbot: QtBot) -> SignIn:
    made = SignIn(context.workspace, context.tasks, context.theme)
    qtbot.addWidget(made)
    made.show()
    return made


def test_people_in_use_may_sign_in(workspace: Workspace) -> None:
    save(workspace.office, "user", {"name": "李梅", "role": "staff", "post": "前台"})
    save(workspace.office, "user", {"name": "旧人", "role": "staff", "active": False})
    assert sorted((one.name, one.post) for one in people(workspace.office)) == [
        ("李梅", "前台"),
        ("王小明", "系统管理员"),
    ]


def test_without_a_password_one_click_is_enough(window: SignIn, qtbot: QtBot) -> None:
    assert not window.password.isVisible()
    with qtbot.waitSignal(window.signed_in) as told:
        window.enter.click()
    assert told.args == ["王小明"]


def test_a_password_is_asked_for_and_checked(context: Context, qtbot: QtBot) -> None:
    local.set_password(context.office, people(context.office)[0].id, "枢纽123456")
    window = SignIn(context.workspace, context.tasks, context.theme)
    qtbot.addWidget(window)
    window.show()
    names: list[object] = []
    window.signed_in.connect(names.append)
    window.password.setText("123456")
    window.sign_in()
    context.tasks.drain()
    assert names == []
    assert window.fault.text().startswith("密码不对")
    window.password.setText("枢纽123456")
    window.sign_in()
    context.tasks.drain()
    assert names == ["王小明"]


def test_the_last_person_is_offered_first(context: Context, qtbot: QtBot) -> None:
    save(context.office, "user", {"name": "李梅", "role": "staff"})
    window = SignIn(context.workspace, context.tasks, context.theme, "王小明")
    qtbot.addWidget(window)
    assert window.person is not None
    assert window.person.name == "王小明"


def test_where_nobody_is_in_use_the_administrators_are_offered_and_no_stranger(context: Context, qtbot: QtBot) -> None:
    save(context.office, "user", {"name": "李梅", "role": "staff"})
    with context.office.unit() as unit:  # nobody may do that at the desk, but two PCs may, each to the other
        for one in people(context.office):
            unit.load("user", one.id).deleted = True
    window = SignIn(context.workspace, context.tasks, context.theme)
    qtbot.addWidget(window)
    assert [one.name for one in window.people] == ["王小明"]
    with qtbot.waitSignal(window.signed_in) as told:
        window.sign_in()
    assert told.args == ["王小明"]


def test_a_pc_that_has_no_people_yet_asks_for_a_name(
    context: Context, make_workspace: Callable[..., Workspace], qtbot: QtBot
) -> None:
    window = SignIn(make_workspace("joined", founded=False), context.tasks, context.theme)
    qtbot.addWidget(window)
    window.show()
    window.sign_in()
    assert window.fault.text() == "请填写您的姓名。"
    window.typed.setText(" 周 敏 ")
    with qtbot.waitSignal(window.signed_in) as told:
        window.sign_in()
    assert told.args == ["周 敏"]


def test_one_desktop_at_a_time(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(AlreadyRunning), only_one(tmp_path):
        pytest.fail("two desktops")
    with only_one(tmp_path):
        pass


def test_a_second_desktop_says_so_and_ends_with_5(
    app: QApplication, tmp_path: Path, asked, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QApplication, "platformName", lambda *_self: "xcb")  # where somebody sees the dialog
    asked.answer("report", None)
    with only_one(tmp_path / "data"):
        assert run_desktop(tmp_path / "data", tmp_path / "config") == 5
    assert "枢纽已经打开了" in capsys.readouterr().err


def desktop(app: QApplication, workspace: Workspace, tmp_path: Path) -> Desktop:
    return Desktop(app, workspace.data, workspace.machine.folder.parent, Preferences())


def test_one_person_without_password_goes_straight_in(app: QApplication, workspace: Workspace, tmp_path: Path) -> None:
    made = desktop(app, workspace, tmp_path)
    made.start()
    assert type(made.window).__name__ == "Shell"
    made.window.close()
    made.close()
    made.window.deleteLater()


def test_another_person_may_take_over(app: QApplication, workspace: Workspace, tmp_path: Path, qtbot: QtBot) -> None:
    made = desktop(app, workspace, tmp_path)
    made.start()
    made.window.nav.who.emit()
    qtbot.waitUntil(lambda: isinstance(made.window, SignIn))
    made.window.sign_in()
    qtbot.waitUntil(lambda: type(made.window).__name__ == "Shell")
    assert Preferences.load(made.config).user == "王小明"
    assert made.window.context.office.user == people(workspace.office)[0].id, "two may bear one name"
    made.close()
    made.window.deleteLater()


def test_what_cannot_be_read_counts_as_no_preferences(tmp_path: Path) -> None:
    for text in ("", "[]", "{", '{"size": "giant", "language": "fr"}', '{"size": ["large"]}'):
        (tmp_path / "desktop.json").write_text(text)
        assert Preferences.load(tmp_path) == Preferences()
    Preferences("large", "en", "王小明").save(tmp_path)
    assert Preferences.load(tmp_path) == Preferences("large", "en", "王小明")


def test_input_of_chinese_uses_the_portal_only_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Said:
        stdout = "   boolean true\n"

    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=none")
    monkeypatch.delenv("QT_IM_MODULE", raising=False)
    monkeypatch.delenv("IBUS_USE_PORTAL", raising=False)
    monkeypatch.setattr(input_method.sys, "platform", "linux")
    monkeypatch.setattr(input_method.shutil, "which", lambda _name: "dbus-send")
    monkeypatch.setattr(
        input_method.subprocess, "run", lambda *_a, **_k: type("", (), {"stdout": "   boolean false\n"})()
    )
    input_method.prepare_input_method()
    assert "QT_IM_MODULE" not in os.environ
    monkeypatch.setattr(input_method.subprocess, "run", lambda *_a, **_k: Said())
    input_method.prepare_input_method()
    assert (os.environ["QT_IM_MODULE"], os.environ["IBUS_USE_PORTAL"]) == ("ibus", "1")
    del os.environ["QT_IM_MODULE"], os.environ["IBUS_USE_PORTAL"]


@pytest.fixture
def guarded(app: QApplication, workspace: Workspace, tmp_path: Path):
    local.set_password(workspace.office, people(workspace.office)[0].id, "枢纽123456")
    made = desktop(app, workspace, tmp_path)
    made.start()
    made.window.password.setText("枢纽123456")
    made.window.sign_in()
    made.tasks.drain()
    yield made
    made.window.deleteLater()
    made.close()


def test_an_idle_window_asks_for_the_password_and_goes_on_where_it_was(guarded: Desktop) -> None:
    shell = guarded.window
    shell.go(Goto("settings"))
    shell.idle.passed.emit()
    assert isinstance(guarded.window, SignIn)
    assert not shell.isVisible()
    guarded.window.password.setText("wrong")
    guarded.window.sign_in()
    guarded.tasks.drain()
    assert not shell.isVisible()
    guarded.window.password.setText("枢纽123456")
    guarded.window.sign_in()
    guarded.tasks.drain()
    assert guarded.window is shell
    assert shell.isVisible()
    assert type(shell.page).__name__ == "SettingsPage"


def test_without_a_password_nothing_is_locked(app: QApplication, workspace: Workspace, tmp_path: Path) -> None:
    made = desktop(app, workspace, tmp_path)
    made.start()
    shell = made.window
    made.lock()
    assert made.window is shell
    made.close()
    shell.deleteLater()


def test_only_a_while_without_a_touch_is_idle(guarded: Desktop, qtbot: QtBot) -> None:
    idle = guarded.window.idle
    idle._timer.setInterval(300)
    passed: list[bool] = []
    idle.passed.disconnect()
    idle.passed.connect(lambda: passed.append(True))
    idle._timer.start()
    for _key in range(6):
        qtbot.wait(100)
        QTest.keyClick(guarded.window.windowHandle(), Qt.Key.Key_Shift)
    assert passed == []
    qtbot.waitUntil(lambda: bool(passed), timeout=3000)
    idle.set_minutes(0)
    assert not idle._timer.isActive()


def test_a_forgotten_password_is_reset_with_the_sheet(
    guarded: Desktop, workspace: Workspace, tmp_path: Path, asked
) -> None:
    code = printed(workspace.recovery_sheet(), tmp_path)
    guarded.lock()
    window = guarded.window

    def reset(sheet: PasswordSheet) -> bool:
        assert sheet.proof is not None
        sheet.proof.setText(code)
        sheet.new.setText("新密码123")
        sheet.again.setText("新密码")
        sheet.accept()
        assert "不一样" in sheet.fault.text()
        sheet.again.setText("新密码123")
        sheet.accept()
        guarded.tasks.drain()
        return True  # it closes itself, and is gone

    asked.answer("Sheet.run", reset)
    window.forgotten.click()
    window.password.setText("新密码123")
    window.sign_in()
    guarded.tasks.drain()
    assert type(guarded.window).__name__ == "Shell"
