"""The desktop keeps backups by itself, and offers the last good one where the database is damaged."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.errors import DatabaseDamaged
from app.services import backups, reading
from app.services.writing import save
from app.views.context import Context
from app.views.keeper import Keeper
from app.views.preferences import Preferences
from app.views.records.slip_preview import PreviewSheet
from app.views.settings_page import SettingsPage
from app.views.shell import Shell
from app.views.start import Desktop
from app.workspace import Workspace


def damage(data: Path) -> None:
    """What a dying disk leaves: zeros where the database was, and no write-ahead log."""
    for leftover in data.glob("shuniu.db-*"):
        leftover.unlink()
    with (data / "shuniu.db").open("r+b") as file:
        file.write(bytes(8192))


def test_the_backup_of_the_day_is_made_once(context: Context) -> None:
    keeper = Keeper(context)
    folder = context.workspace.data / backups.FOLDER
    for _minute in range(30):
        context.watch.minute.emit()
        context.tasks.drain()
    assert [one.why for one in backups.listed(folder)] == ["daily"]
    assert keeper is not None


def test_where_it_cannot_be_made_it_is_said_and_tried_again_the_next_hour(context: Context) -> None:
    folder = context.workspace.data / backups.FOLDER
    folder.write_text("in the way")
    said: list[str] = []
    context.said.connect(lambda one: said.append(one.text))
    Keeper(context)
    for _minute in range(30):
        context.watch.minute.emit()
        context.tasks.drain()
    [line] = said
    assert line.startswith("今天的备份没有做成")
    folder.unlink()
    for _minute in range(60):
        context.watch.minute.emit()
        context.tasks.drain()
    assert len(backups.listed(folder)) == 1


def opened(app: QApplication, workspace: Workspace) -> Desktop:
    return Desktop(app, workspace.data, workspace.machine.folder.parent, Preferences())


def test_a_damaged_database_is_replaced_by_the_newest_backup_that_holds(
    app: QApplication, workspace: Workspace, asked
) -> None:
    record = save(workspace.office, "venue", {"name": "大会议室"}).id
    source = backups.Source(workspace.data, workspace.engine, workspace.machine.db_key, workspace.clock)
    good = backups.make(source, "daily").files[0]
    later = workspace.clock() + timedelta(minutes=5)
    bad = backups.make(backups.Source(source.data, source.engine, source.key, lambda: later), "manual").files[0]
    bad.write_bytes(bad.read_bytes()[:3000])
    workspace.close()
    damage(workspace.data)
    texts: list[str] = []
    for _backup in (bad, good):
        asked.answer("confirm", lambda _parent, _title, text, *_verbs: texts.append(text) or True)
    desktop = opened(app, workspace)
    desktop.start()
    assert isinstance(desktop.window, Shell)
    assert ["手工备份" in text for text in texts] == [True, False], (
        "the newest first; one that does not hold is passed over"
    )
    assert desktop.workspace is not None
    assert reading.get(desktop.workspace.office, "venue", record).values["name"] == "大会议室"
    assert list(workspace.data.glob("before-restore-*.db")), "what was damaged is kept"
    desktop.close()
    desktop.window.deleteLater()


def test_nobody_is_made_to_restore(app: QApplication, workspace: Workspace, asked) -> None:
    workspace.backup("daily")
    workspace.close()
    damage(workspace.data)
    before = (workspace.data / "shuniu.db").read_bytes()
    asked.answer("confirm", False)
    desktop = opened(app, workspace)
    with pytest.raises(DatabaseDamaged):
        desktop.start()
    assert (workspace.data / "shuniu.db").read_bytes() == before
    desktop.close()


def test_a_newer_program_that_cannot_keep_the_old_state_says_so_and_goes_on(
    app: QApplication, workspace: Workspace, asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace.data / backups.FOLDER).write_text("in the way")
    workspace.close()
    monkeypatch.setattr("app.workspace.VERSION", "0.2.0")
    asked.answer("inform", None)
    desktop = opened(app, workspace)
    desktop.start()
    assert "更新前的备份没有做成" in asked.shown[-1][2]
    assert isinstance(desktop.window, Shell)
    desktop.close()
    desktop.window.deleteLater()


@pytest.fixture
def settings(context: Context, qtbot) -> SettingsPage:
    made = SettingsPage(context)
    qtbot.addWidget(made)
    made.resize(1198, 728)
    made.show()
    context.tasks.drain()
    return made


def test_the_settings_tell_the_last_backup_and_make_one_more(settings: SettingsPage, context: Context) -> None:
    card = settings.backups
    assert "还没有备份" in card.last.text()
    card.make.click()
    context.tasks.drain()
    assert card.last.text().startswith("今天")
    assert "手工备份" in card.last.text()


def test_a_second_place_is_chosen_and_let_go(settings: SettingsPage, context: Context, tmp_path: Path, asked) -> None:
    stick = tmp_path / "usb"
    stick.mkdir()
    asked.answer("choose_folder", stick)
    settings.backups.choose.click()
    context.tasks.drain()
    settings.backups.make.click()
    context.tasks.drain()
    assert len(backups.listed(stick)) == 1
    settings.backups.forget.click()
    context.tasks.drain()
    assert backups.second_place(context.office) is None


def test_the_recovery_sheet_goes_to_paper_only(settings: SettingsPage, context: Context, asked) -> None:
    sheets: list[PreviewSheet] = []
    asked.answer("confirm", True)
    asked.answer("Sheet.run", lambda sheet: sheets.append(sheet) or True)
    settings.backups.sheet.click()
    context.tasks.drain()
    [sheet] = sheets
    assert sheet.pdf.startswith(b"%PDF")
    assert not sheet.saver.isVisibleTo(sheet), "no file with the code"
    assert settings.backups.sheet.text() == "换新恢复单"


def test_a_sheet_that_did_not_get_onto_paper_is_shown_again(settings: SettingsPage, context: Context, asked) -> None:
    pages: list[bytes] = []
    asked.answer("confirm", True, True)
    asked.answer(
        "Sheet.run", *(lambda sheet, done=done: (pages.append(sheet.make()), done)[1] for done in (False, True))
    )
    settings.backups.sheet.click()
    context.tasks.drain()
    assert [one[1] for one in asked.shown if one[0] == "confirm"] == ["开具恢复单", "恢复单没有印出来"]
    assert pages[0] == pages[1], "the same code, not a new one"


def test_going_back_to_a_backup_keeps_the_present_state_and_opens_anew(
    app: QApplication, workspace: Workspace, asked
) -> None:
    before = save(workspace.office, "venue", {"name": "以前的"}).id
    file = workspace.backup("manual").files[0]
    after = save(workspace.office, "venue", {"name": "以后的"}).id
    workspace.close()
    desktop = opened(app, workspace)
    desktop.start()
    first = desktop.window
    assert isinstance(first, Shell)
    first.context.restore_wanted.emit(file)
    assert desktop.window is not first
    assert desktop.workspace is not None
    here = reading.ids(desktop.workspace.office, "venue")
    assert before in here
    assert after not in here
    assert "restore" in [one.why for one in backups.listed(workspace.data / backups.FOLDER)]
    desktop.close()
    desktop.window.deleteLater()


def test_diagnostics_are_written_from_the_settings(
    settings: SettingsPage, context: Context, tmp_path: Path, asked
) -> None:
    asked.answer("choose_save_file", tmp_path / "诊断.zip")
    settings._diagnose()
    context.tasks.drain()
    assert zipfile.is_zipfile(tmp_path / "诊断.zip")
