"""The desktop keeps backups by itself, and offers the last good one where the database is damaged."""

from __future__ import annotations

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
