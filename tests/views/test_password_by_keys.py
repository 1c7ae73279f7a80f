"""A forgotten password and a new recovery sheet, by the keys alone, in the real windows and dialogs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.services import local
from app.services.people import people
from app.views import dialogs
from app.views.context import Goto
from app.views.password_sheet import PasswordSheet
from app.views.preferences import Preferences
from app.views.records.slip_preview import PreviewSheet
from app.views.shell import Shell
from app.views.sign_in import SignIn
from app.views.start import Desktop
from app.workspace import Workspace
from tests.services.test_recovery import printed
from tests.views.settling import settle

CONFIRM = dialogs.confirm
OLD, NEW, NEWEST = "shuniu-1", "shuniu-2", "shuniu-3"


class Keys:
    """Two hands; what a dialog that comes up is answered with is laid out before."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.ahead: list[Callable[[Any], None]] = []

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.here, key)

    @property
    def here(self) -> QWidget:
        found = QApplication.focusWidget()
        assert found is not None, "the cursor is nowhere"
        return found

    def enter(self, *words: str) -> None:
        """Each word where the cursor is, and Enter."""
        for word in words:
            QTest.keyClicks(self.here, word)
            self.press(Qt.Key.Key_Return)

    def tab_to(self, wanted: QWidget) -> None:
        for _step in range(60):
            if self.here is wanted:
                return
            self.press(Qt.Key.Key_Tab)
        pytest.fail("Tab does not come to it")

    def stand(self, window: QWidget) -> None:
        """The window is up, and has the keys."""
        window.activateWindow()
        self.qtbot.waitUntil(lambda: window.isActiveWindow() and QApplication.focusWidget() is not None)

    def answer(self, sheet: dialogs.Sheet) -> bool:
        results: list[int] = []
        sheet.finished.connect(results.append)
        sheet.open()
        self.stand(sheet)
        self.ahead.pop(0)(sheet)
        self.qtbot.waitUntil(lambda: bool(results))
        return bool(results[0])


@pytest.fixture
def keys(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, asked: Any) -> Iterator[Keys]:
    made = Keys(qtbot)
    monkeypatch.setattr(dialogs, "confirm", CONFIRM)
    monkeypatch.setattr(dialogs.Sheet, "run", lambda sheet: made.answer(sheet))
    yield made
    assert made.ahead == [], "a dialog did not come"


@pytest.fixture
def desktop(app: QApplication, workspace: Workspace) -> Iterator[Desktop]:
    local.set_password(workspace.office, people(workspace.office)[0].id, OLD)
    made = Desktop(app, workspace.data, workspace.machine.folder.parent, Preferences())
    made.start()
    yield made
    window = made.window
    made.close()
    window.deleteLater()


def reset(desktop: Desktop, keys: Keys, code: str, password: str, fault: str = "") -> None:
    """From the sign-in through 忘记密码; where ``fault`` is said, think better of it."""
    window = desktop.window
    assert isinstance(window, SignIn)

    def fill(sheet: PasswordSheet) -> None:
        keys.enter(code, password, password)
        desktop.tasks.drain()
        if fault:
            assert fault in sheet.fault.text()
            keys.press(Qt.Key.Key_Escape)

    keys.ahead.append(fill)
    keys.stand(window)
    keys.tab_to(window.forgotten)
    keys.press(Qt.Key.Key_Return)


def sign_in(desktop: Desktop, keys: Keys, password: str) -> None:
    keys.stand(desktop.window)
    keys.tab_to(desktop.window.password)
    keys.enter(password)
    desktop.tasks.drain()


def test_a_forgotten_password_is_reset_and_the_sheet_renewed_without_the_mouse(
    desktop: Desktop, workspace: Workspace, keys: Keys, qtbot: QtBot, asked: Any, tmp_path: Path
) -> None:
    code = printed(workspace.recovery_sheet(), tmp_path)
    for _wrong in range(5):
        sign_in(desktop, keys, "forgotten")
    assert "请 1 分钟后再试" in desktop.window.fault.text()
    reset(desktop, keys, code.lower(), NEW)
    assert "密码已经重设" in desktop.window.fault.text()
    sign_in(desktop, keys, NEW)  # the wait is over, too
    shell = desktop.window
    assert isinstance(shell, Shell)

    shell.go(Goto("settings", {"data": True}))
    settle(shell, qtbot)
    keys.stand(shell)
    card = shell.page.backups  # type: ignore[union-attr]
    assert card.sheet.text() == "换新恢复单"
    pages: list[bytes] = []

    def agree(sheet: dialogs.Sheet) -> None:
        assert keys.here is sheet.no, "a mere Enter renews nothing"
        keys.tab_to(sheet.yes)
        keys.press(Qt.Key.Key_Return)

    def print_it(sheet: PreviewSheet) -> None:
        qtbot.waitUntil(lambda: QApplication.focusWidget() is sheet.yes)
        pages.append(sheet.pdf)
        keys.press(Qt.Key.Key_Return)

    def into_file(_parent: QWidget, printer: QPrinter) -> bool:
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "paper.pdf"))
        return True

    keys.ahead += [agree, print_it]
    asked.answer("choose_printer", into_file)
    keys.tab_to(card.sheet)
    keys.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not keys.ahead)
    settle(shell, qtbot)
    assert (tmp_path / "paper.pdf").read_bytes().startswith(b"%PDF")
    [page] = pages

    desktop.lock()
    reset(desktop, keys, code, NEWEST, fault="这不是现在有效的恢复单")
    reset(desktop, keys, printed(page, tmp_path), NEWEST)
    sign_in(desktop, keys, NEWEST)
    assert desktop.window is shell, "on where it was"


def test_the_new_password_of_the_settings_is_set_without_the_mouse(desktop: Desktop, keys: Keys, qtbot: QtBot) -> None:
    sign_in(desktop, keys, OLD)
    shell = desktop.window
    shell.go(Goto("settings"))
    settle(shell, qtbot)
    keys.stand(shell)

    def fill(sheet: PasswordSheet) -> None:
        assert all(not one.isDefault() or one is sheet.yes for one in sheet.findChildren(QPushButton))
        keys.enter(OLD, NEW, "other")
        assert "不一样" in sheet.fault.text()
        keys.enter(NEW)  # over what is selected
        desktop.tasks.drain()

    keys.ahead.append(fill)
    keys.tab_to(shell.page.change)
    keys.press(Qt.Key.Key_Space)
    assert local.password_fits(shell.context.office, people(shell.context.office)[0].id, NEW)
