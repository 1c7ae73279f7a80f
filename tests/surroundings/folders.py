"""Folders and files that are damaged, missing, moved, or oddly named."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.errors import EnvironmentFault
from app.services import writing
from app.sync.machine import Machine
from app.workspace import Workspace
from tests.conftest import STREET, Answer
from tests.surroundings.desk import Desk
from tests.surroundings.table import put_back, surrounding


@surrounding("data folder is a file", 1, "数据")
def folder_is_file(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    (desk.folder / "file").write_text("x")
    yield desk.run("--data", desk.folder / "file", "--config", desk.config, "get", "venue", folders=False)


@surrounding("set-up in a folder that is a file", 1, "数据文件夹")
def set_up_in_file(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    (desk.folder / "file").write_text("x")
    words = ("init", "--street", STREET, "--name", "新中心")
    yield desk.run("--data", desk.folder / "file", "--config", desk.config, *words, folders=False)
    assert (desk.folder / "file").read_text() == "x"


def while_open(desk: Desk, break_it: Callable[[], object]) -> Answer:
    """What writing says where something happens to the folder while it is open."""
    workspace = Workspace.open(desk.data, desk.config)
    try:
        break_it()
        with pytest.raises(EnvironmentFault) as told:
            writing.save(workspace.office, "venue", {"name": "不应当有的"})
        return Answer(told.value.exit_code, "", f"{told.value}\n")
    finally:
        workspace.close()


@surrounding("data folder removed while it is open", 1, "不在原处")
def folder_removed(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    shutil.copytree(desk.data, desk.folder / "kept")
    yield while_open(desk, lambda: shutil.rmtree(desk.data))
    shutil.rmtree(desk.data, ignore_errors=True)
    shutil.copytree(desk.folder / "kept", desk.data)


@surrounding("database replaced while it is open", 1, "不在原处")
def database_replaced(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    shutil.copy(desk.database, desk.folder / "kept.db")
    yield while_open(desk, lambda: os.replace(desk.folder / "kept.db", desk.database))


@surrounding("path with Chinese, blanks and signs", 0, "")
def odd_path(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    moved = desk.folder.with_name("枢纽 数据 #1 100%?&'x")
    desk.folder.rename(moved)
    desk.folder = moved
    assert desk.call("backup", moved / "备 份#%.zip").code == 0
    yield desk.call("restore", moved / "备 份#%.zip")


@surrounding("path that is very long", 0, "")
def long_path(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    moved = desk.folder.parent.joinpath(*["很长的文件夹名" * 5] * 3)  # SQLite opens no path of more than 512 bytes
    moved.parent.mkdir(parents=True)
    desk.folder.rename(moved)
    desk.folder = moved
    yield desk.call("check")


@surrounding("path that is too long", 1, "")
def too_long_path(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    words = ("init", "--street", STREET, "--name", "新中心")
    yield desk.run("--data", desk.folder / ("长" * 300), "--config", desk.config, *words, folders=False)


@surrounding("backup folder is a file", 1, "备份文件夹")
def backups_is_file(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    (desk.data / "backups").write_text("x")
    yield desk.call("backups", "--make")


@surrounding("facts of the folder damaged", 3, "备份")
def facts_damaged(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    assert desk.call("backup", desk.folder / "备份").code == 0
    (desk.data / "workspace.json").write_text('{"street": ')
    yield desk.call("get", "venue")
    assert desk.call("restore", desk.folder / "备份").code == 0


@surrounding("facts of the folder are something else", 3, "备份")
def facts_odd(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    with put_back(desk.data / "workspace.json"):
        (desk.data / "workspace.json").write_text("[1, 2]")
        yield desk.call("get", "venue")


@surrounding("configuration missing", 1, "恢复单")
def config_missing(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    desk.config.rename(desk.folder / "kept")
    yield desk.call("get", "venue")
    shutil.rmtree(desk.config, ignore_errors=True)
    (desk.folder / "kept").rename(desk.config)


@surrounding("keys damaged", 0, "machine.json 损坏了，已经补好")
def keys_damaged(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    assert desk.call("check").code == 0
    desk.machine.write_text(desk.machine.read_text()[:100])
    yield desk.call("get", "venue")
    assert len(desk.machine.with_name("machine.json.damaged").read_text()) == 100


@surrounding("keys damaged, and no copy of them", 1, "恢复单")
def keys_lost(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    shutil.rmtree(desk.machine.with_name("spare"), ignore_errors=True)
    with put_back(desk.machine):
        desk.machine.write_text(desk.machine.read_text()[:100])
        yield desk.call("get", "venue")


@surrounding("keys of another PC", 3, "密钥")
def keys_of_another(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    with put_back(desk.machine):
        Machine.create(desk.machine.parent, STREET)
        yield desk.call("get", "venue")


@surrounding("mark damaged", 0, "mark.json 损坏了，已经补好")
def mark_damaged(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    desk.machine.with_name("mark.json").write_text("[]")
    yield desk.call("get", "venue")
    assert desk.machine.with_name("mark.json.damaged").read_text() == "[]"


@surrounding("preferences damaged", 0, "")
def preferences_damaged(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    from app.views.preferences import Preferences

    (desk.config / "desktop.json").write_text('{"size": 7, "language": ["')
    assert Preferences.load(desk.config) == Preferences()
    yield desk.call("get", "venue")


@surrounding("table vanished before import", 1, "没有这个文件")
def table_vanished(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    yield desk.call("import", "venue", desk.folder / "场地.xlsx", "--commit")


@surrounding("table cut off", 1, "")
def table_cut(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    table = desk.folder / "场地.xlsx"
    assert desk.call("export", "venue", table).code == 0
    os.truncate(table, table.stat().st_size // 2)
    yield desk.call("import", "venue", table, "--commit")


@surrounding("table that another program holds", 1, "正被另一个程序使用")
def table_held(desk: Desk, patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    """What Windows says of a file that is open in Excel; no other system locks files so."""
    table = desk.folder / "场地.xlsx"
    assert desk.call("export", "venue", table).code == 0
    held = PermissionError(13, "sharing violation")
    held.winerror = 32  # type: ignore[attr-defined]

    def read_bytes(_path: Path) -> bytes:
        raise held

    patch.setattr(Path, "read_bytes", read_bytes)
    yield desk.call("import", "venue", table, "--commit")
    patch.undo()


@surrounding("news vanished before import", 6, "没有这个文件")
def news_vanished(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    file = desk.folder / "news.shuniu"
    assert desk.call("bundle", "export", file).code == 0
    file.unlink()
    yield desk.call("bundle", "import", file)


@surrounding("news cut off", 6, "")
def news_cut(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    file = desk.folder / "news.shuniu"
    assert desk.call("bundle", "export", file).code == 0
    os.truncate(file, file.stat().st_size - 7)
    yield desk.call("bundle", "import", file)


@surrounding("export into a folder that is not there", 1, "没有这个文件")
def folder_missing(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    yield desk.call("export", "venue", desk.folder / "没有" / "场地.xlsx")


@surrounding("a font of the program missing", 1, "")
def font_missing(desk: Desk, patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    yield from resource_missing(desk, patch, "fonts", "sheet", "week", "--out", desk.folder / "week.pdf")


@surrounding("a table of the program missing", 1, "")
def codes_missing(desk: Desk, patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    words = ("init", "--street", "310110015", "--name", "新中心")
    yield from resource_missing(desk, patch, "codes", "--data", desk.folder / "new", *words)


def resource_missing(desk: Desk, patch: pytest.MonkeyPatch, folder: str, *words: object) -> Iterator[Answer]:
    code = (
        "import sys; from pathlib import Path; from app import paths; real = paths.resource\n"
        f"paths.resource = lambda *p: Path('/nowhere', *p) if p[:1] == ('{folder}',) else real(*p)\n"
        "from app.commands.main import run; run(sys.argv[1:])"
    )
    del patch
    import subprocess

    arguments = [sys.executable, "-c", code, "--data", desk.data, "--config", desk.config, *words]
    ended = subprocess.run(list(map(str, arguments)), capture_output=True, timeout=120, check=False)
    yield Answer(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
