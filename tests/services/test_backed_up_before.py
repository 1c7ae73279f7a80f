"""A backup is there before an import and before a newer program touches the data; it costs nothing twice."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from app import workspace as opening
from app.models.registry import VERSION
from app.services import backups, reading
from app.services.writing import save
from app.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent.parent
TABLE = "名称,容纳人数\n一楼大厅,80\n二楼教室,30\n"


def made(data: Path) -> list[str]:
    return [one.why for one in backups.listed(data / backups.FOLDER)]


def table(tmp_path: Path, words: str = TABLE) -> Path:
    path = tmp_path / "场地.csv"
    path.write_text(words, "utf-8-sig")
    return path


def test_an_import_is_kept_from_and_not_twice_for_one_state(center, tmp_path: Path) -> None:
    data = tmp_path / "cli" / "data"
    assert center("import", "venue", table(tmp_path)).code == 0
    assert made(data) == [], "a preview changes nothing"
    assert center("import", "venue", table(tmp_path), "--commit").code == 0
    assert made(data) == ["import"]
    assert center("import", "venue", table(tmp_path), "--commit").code == 0
    assert made(data) == ["import"], "nothing is new in the table"
    assert center("backups", "--make").code == 0
    assert made(data) == ["manual", "import"]
    assert center("import", "venue", table(tmp_path, "名称\n三楼\n"), "--commit").code == 0
    assert made(data) == ["manual", "import"], "nothing was written since the last one"


def test_what_was_kept_is_the_state_before(center, tmp_path: Path) -> None:
    assert center("import", "venue", table(tmp_path), "--commit").code == 0
    [file] = backups.listed(tmp_path / "cli" / "data" / backups.FOLDER)
    assert center("restore", file.path).code == 0
    assert center("get", "venue").lines == []


def test_where_it_fails_nothing_is_imported_unasked(center, tmp_path: Path) -> None:
    (tmp_path / "cli" / "data" / backups.FOLDER).write_text("in the way")
    answer = center("import", "venue", table(tmp_path), "--commit")
    assert answer.code == 1
    assert "没有导入" in answer.err
    assert "--without-backup" in answer.err
    assert center("get", "venue").lines == []
    assert center("import", "venue", table(tmp_path), "--commit", "--without-backup").code == 0
    assert len(center("get", "venue").lines) == 2


def test_one_that_is_gone_or_cut_does_not_count(workspace: Workspace) -> None:
    first = workspace.backup_before("import")
    assert first is not None
    assert workspace.backup_before("import") is None
    first.files[0].write_bytes(b"cut")
    assert workspace.backup_before("import") is not None
    for one in backups.listed(workspace.data / backups.FOLDER):
        one.path.unlink()
    assert workspace.backup_before("import") is not None
    save(workspace.office, "venue", {"name": "一楼大厅"})
    assert workspace.backup_before("import") is not None


def test_a_newer_program_keeps_what_the_older_one_left(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    config, later = workspace.machine.folder.parent, workspace.clock() + timedelta(minutes=1)
    room = save(workspace.office, "venue", {"name": "一楼大厅"}).id
    workspace.close()

    def start() -> Workspace:
        opened = Workspace.open(workspace.data, config, clock=lambda: later)
        opened.close()
        return opened

    start()
    assert made(workspace.data) == [], "the same program"
    monkeypatch.setattr(opening, "VERSION", "0.10.0")
    start()
    assert made(workspace.data) == ["update"]
    start()
    assert made(workspace.data) == ["update"], "once"
    monkeypatch.setattr(opening, "VERSION", "0.9.9")
    assert start().notices == ()
    assert made(workspace.data) == ["update"], "an older one changes nothing"
    [file] = backups.listed(workspace.data / backups.FOLDER)
    Workspace.restore(workspace.data, config, file.path, clock=lambda: later)
    again = Workspace.open(workspace.data, config, clock=lambda: later)
    assert reading.get(again.office, "venue", room).values["name"] == "一楼大厅"
    again.close()


def test_where_that_fails_it_is_said_and_tried_again(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    config = workspace.machine.folder.parent
    folder = workspace.data / backups.FOLDER
    folder.write_text("in the way")
    workspace.close()
    monkeypatch.setattr(opening, "VERSION", "0.2.0")
    for _start in range(2):
        opened = Workspace.open(workspace.data, config, clock=workspace.clock)
        [said] = opened.notices
        assert said.startswith("程序已更新，更新前的备份没有做成")
        opened.close()
    folder.unlink()
    opened = Workspace.open(workspace.data, config, clock=workspace.clock)
    assert opened.notices == ()
    assert made(workspace.data) == ["update"]
    opened.close()


def test_two_at_a_time_do_not_take_each_others_files(workspace: Workspace) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(workspace.backup, why) for why in ("daily", "import", "manual", "move")]:
            assert done.result().files[0].is_file()
    assert sorted(made(workspace.data)) == ["daily", "import", "manual", "move"]


def test_the_version_is_that_of_the_project() -> None:
    said = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert said == VERSION
    assert backups.newer("0.10.0", "0.9.1")
    assert not backups.newer(VERSION, VERSION)
