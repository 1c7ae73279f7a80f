"""A later start: the open window comes to the front and takes the bundle that was double-clicked."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QFileSystemWatcher, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.errors import BundleRefused
from app.views.handover import FOLDER, Handover, hand_over
from app.views.preferences import Preferences
from app.views.shell import Shell
from app.views.start import Desktop
from app.workspace import Workspace


def later(data: Path, file: Path | None) -> tuple[threading.Thread, list[bool]]:
    """A later start, as its own thread: it waits until it was heard."""
    taken: list[bool] = []
    thread = threading.Thread(target=lambda: taken.append(hand_over(data, file, patience=10)))
    thread.start()
    return thread, taken


@pytest.mark.parametrize("file", [None, Path("/media/usb/区里来的.shuniu")])
def test_what_a_later_start_was_opened_with_is_taken(file: Path | None, tmp_path: Path, qtbot: QtBot) -> None:
    first = Handover(tmp_path)
    with qtbot.waitSignal(first.asked, timeout=10_000) as told:
        thread, taken = later(tmp_path, file)
    thread.join()
    assert told.args == [file]
    assert taken == [True]


def test_where_nobody_listens_it_gives_up_and_leaves_nothing(tmp_path: Path, qtbot: QtBot) -> None:
    assert not hand_over(tmp_path, None, patience=0.1)
    (tmp_path / FOLDER / "old.json").write_text('{"file": "/old"}')
    heard: list[object] = []
    first = Handover(tmp_path)
    first.asked.connect(heard.append)
    qtbot.wait(50)
    assert heard == [], "what was asked of a program that is gone is not done by the next"
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_the_window_comes_back_and_shows_what_the_bundle_brings(
    app: QApplication, workspace: Workspace, tmp_path: Path, qtbot: QtBot, asked
) -> None:
    desktop = Desktop(app, workspace.data, workspace.machine.folder.parent, Preferences())
    desktop.start()
    shell = desktop.window
    assert isinstance(shell, Shell)
    shell.showMinimized()
    broken = tmp_path / "坏的.shuniu"
    broken.write_bytes(b"SHUNIU1\n")
    asked.answer("report", None)
    thread, taken = later(workspace.data, broken)
    qtbot.waitUntil(lambda: bool(asked.shown), timeout=10_000)
    thread.join()
    assert taken == [True]
    assert not shell.windowState() & Qt.WindowState.WindowMinimized
    assert type(shell.page).__name__ == "SyncPage"
    assert any(isinstance(argument, BundleRefused) for argument in asked.shown[-1][1:])
    desktop.close()
    shell.deleteLater()


def test_a_desktop_that_is_closed_watches_nothing(app: QApplication, workspace: Workspace) -> None:
    """What is left of it may be collected in any thread: a watcher would leave its notifier behind, and the loop spins."""
    desktop = Desktop(app, workspace.data, workspace.machine.folder.parent, Preferences())
    desktop.start()
    window = desktop.window
    assert desktop.findChildren(QFileSystemWatcher)
    desktop.close()
    assert not desktop.findChildren(QFileSystemWatcher)
    assert window is not None
    window.deleteLater()
