"""A new PC takes over what the old one made for the move, from the first page of the set-up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.services import moving, reading, setup
from app.services.writing import save
from app.views.tasks import Tasks
from app.views.theme import Theme
from app.views.wizard import Wizard
from app.workspace import Workspace
from tests.services.test_recovery import printed


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "usb").mkdir()
    return tmp_path / "usb"


@pytest.fixture
def wizard(app: QApplication, tmp_path: Path, qtbot: QtBot) -> Iterator[Wizard]:
    tasks = Tasks()
    made = Wizard(tmp_path / "new" / "data", tmp_path / "new" / "config", tasks, Theme())
    qtbot.addWidget(made)
    made.show()
    made.begin.ways["move"].setChecked(True)
    opened: list[Workspace] = []
    made.opened.connect(opened.append)
    yield made
    assert tasks.close()
    for workspace in opened:
        workspace.close()


def packed(workspace: Workspace, stick: Path, tmp_path: Path) -> tuple[str, moving.Package]:
    """What the old PC makes, and the code on the sheet."""
    code = printed(workspace.recovery_sheet(), tmp_path)
    file = workspace.backup("move").files[0]
    return code, moving.pack(file, "测试中心", workspace.clock(), stick)


def test_the_new_pc_goes_on_with_everything(
    wizard: Wizard, workspace: Workspace, stick: Path, tmp_path: Path, qtbot: QtBot, asked
) -> None:
    room = save(workspace.office, "venue", {"name": "大会议室"}).id
    code, _package = packed(workspace, stick, tmp_path)
    asked.answer("choose_folder", stick)
    wizard.begin.choose_folder.click()
    assert wizard.begin.folder_name.text() == "测试中心，2026-11-23 09:00 做好"
    wizard.next()
    assert wizard.begin.fault_label.text() == "请填写恢复单上的恢复码。"
    wizard.begin.code.setText(code)
    with qtbot.waitSignal(wizard.finished, timeout=20_000) as told:
        wizard.next()
    opened, who = told.args or []
    assert who == "", "who it is, is asked"
    assert reading.get(opened.office, "venue", room).values["name"] == "大会议室"
    assert opened.machine.device != workspace.machine.device
    assert opened.check() == []
    kept = setup.read(wizard.config, wizard.data)
    assert kept is not None
    assert kept.open == setup.DESK, "people and rooms came along; the printer is this PC's own"


def test_a_wrong_code_and_a_damaged_file_are_told_and_can_be_mended(
    wizard: Wizard, workspace: Workspace, stick: Path, tmp_path: Path, qtbot: QtBot, asked
) -> None:
    code, package = packed(workspace, stick, tmp_path)
    whole = package.backup.read_bytes()
    asked.answer("choose_folder", package.folder)
    wizard.begin.choose_folder.click()

    def told(words: str) -> None:
        wizard.next()
        qtbot.waitUntil(lambda: words in wizard.begin.fault_label.text())
        assert wizard.step is wizard.begin
        assert not Workspace.exists(wizard.data)

    wizard.begin.code.setText(code[:-1] + ("X" if code[-1] != "X" else "Y"))
    told("抄错")
    assert wizard.focusWidget() is wizard.begin.code
    wizard.begin.code.setText(code)
    for damaged in (whole[: len(whole) // 2], whole[:5000] + b"\0" + whole[5001:], b""):
        package.backup.write_bytes(damaged)
        told("搬家的文件已经损坏")
    package.backup.unlink()
    told("搬家的文件已经损坏")
    package.backup.write_bytes(whole)
    with qtbot.waitSignal(wizard.finished, timeout=20_000):
        wizard.next()


def test_a_stick_without_a_package_is_told_at_once(wizard: Wizard, stick: Path, asked) -> None:
    asked.answer("choose_folder", stick)
    wizard.begin.choose_folder.click()
    assert "没有旧电脑上" in wizard.begin.fault_label.text()
    wizard.next()
    assert wizard.begin.fault_label.text() == "请先选择U盘或文件夹。"
