"""Clocks, displays, fonts and languages."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from app.errors import EnvironmentFault
from app.services import reading, writing
from app.store.alone import only_one
from app.workspace import Workspace
from tests.conftest import Answer
from tests.surroundings.desk import Desk
from tests.surroundings.table import KNOWN, surrounding


@surrounding("clock in 2009", 1, "时钟")
def clock_2009(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    yield at_time(desk, datetime(2009, 1, 1, 8, 0))


@surrounding("clock in 2099, and back", 1, "时钟")
def clock_2099(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    workspace = Workspace.open(desk.data, desk.config, clock=lambda: datetime(2099, 1, 1, 8, 0))
    made = writing.save(workspace.office, "venue", {"name": "未来的"}).id
    writing.set_deleted(workspace.office, "venue", [made], True)
    workspace.close()
    yield at_time(desk, datetime.now())


def at_time(desk: Desk, now: datetime) -> Answer:
    from app.errors import Refusal

    workspace = Workspace.open(desk.data, desk.config, clock=lambda: now)
    try:
        with pytest.raises(Refusal) as told:
            writing.save(workspace.office, "venue", {"name": "不应当有的"})
        assert reading.count(workspace.office, "venue") == len(KNOWN)
        return Answer(told.value.exit_code, "", f"{told.value}\n")
    finally:
        workspace.close()


@surrounding("no home, no language, no place for temporary files, an odd time zone", 0, "")
def bare_environment(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    answer = desk.process(
        "get", "venue", HOME=None, LANG=None, LC_ALL="POSIX", PYTHONUTF8=None, PYTHONIOENCODING=None,
        TMPDIR="/nowhere", TZ="Mars/Olympus", XDG_DATA_HOME=None, XDG_CONFIG_HOME=None,
    )  # fmt: skip
    assert [json.loads(line)["name"] for line in answer.out.splitlines()] == list(KNOWN)
    yield answer


@surrounding("a plain refusal where no language is set", 1, "没有")
def refusal_in_posix(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    yield desk.process("get", "venue", "nothing", LANG=None, LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")


@surrounding("no display", 1, "显示器")
def no_display(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    yield desk.process(DISPLAY=None, WAYLAND_DISPLAY=None, QT_QPA_PLATFORM=None)


@surrounding("a display that does not answer", 1, "显示器")
def dead_display(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    yield desk.process(DISPLAY=":987", WAYLAND_DISPLAY=None, QT_QPA_PLATFORM=None)


@surrounding("system libraries of the display missing", 1, "系统库")
def no_libraries(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    (broken := desk.folder / "lib").mkdir()
    for name in ("libEGL.so.1", "libGL.so.1", "libGLX.so.0", "libOpenGL.so.0"):
        (broken / name).write_bytes(b"")
    yield desk.process(QT_QPA_PLATFORM="offscreen", LD_LIBRARY_PATH=str(broken))


@surrounding("no fonts on the system", 0, "")
def no_fonts(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    (desk.folder / "fonts.conf").write_text("<fontconfig><cachedir>/nowhere</cachedir></fontconfig>")
    out = desk.folder / "week.pdf"
    yield desk.process("sheet", "week", "--out", out, FONTCONFIG_FILE=str(desk.folder / "fonts.conf"))
    assert out.read_bytes().startswith(b"%PDF")


@surrounding("no fonts on the system, a window", 0, "")
def no_fonts_window(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    (desk.folder / "fonts.conf").write_text("<fontconfig><cachedir>/nowhere</cachedir></fontconfig>")
    yield desk.window(FONTCONFIG_FILE=str(desk.folder / "fonts.conf"))


@surrounding("no printer when something is printed", 1, "另存为 PDF")
def no_printer(_desk: Desk, patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    from PySide6.QtPrintSupport import QPrinter, QPrinterInfo
    from PySide6.QtWidgets import QApplication

    from app.views.dialogs import choose_printer

    _app = QApplication.instance() or QApplication([])
    patch.setattr(QPrinterInfo, "availablePrinterNames", list)
    with pytest.raises(EnvironmentFault) as told:
        choose_printer(None, QPrinter())
    yield Answer(told.value.exit_code, "", f"{told.value}\n")


@surrounding("the program that is asked about the input method dies", 0, "")
def child_killed(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    """The one process that the desktop starts."""
    (programs := desk.folder / "bin").mkdir()
    asked = programs / "dbus-send"
    asked.write_text('#!/bin/sh\necho asked >> "$0.log"\nkill -9 $$\n')
    asked.chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    yield desk.window(PATH=path, DBUS_SESSION_BUS_ADDRESS="unix:path=/nowhere", QT_IM_MODULE=None)
    assert (programs / "dbus-send.log").exists()


@surrounding("lock file of a dead process on another PC", 0, "")
def stale_lock(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    (desk.data / "desktop.lock").write_text("4242\nshuniu\nOLD-PC\n0\n0\n")
    with only_one(desk.data):
        yield desk.call("get", "venue")


@surrounding("two desktops of one person", 5, "已经打开")
def two_desktops(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    with only_one(desk.data):
        yield desk.process(QT_QPA_PLATFORM="offscreen")


@surrounding("standard output goes to a full disk", 1, "磁盘已满")
def output_full(desk: Desk, _patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    import subprocess

    words = [sys.executable, "-m", "app", "--data", str(desk.data), "--config", str(desk.config), "get", "venue"]
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, timeout=120, check=False)
    yield Answer(ended.returncode, "", ended.stderr.decode())


@surrounding("a bug", 1, "程序在这一步出了差错")
def a_bug(desk: Desk, patch: pytest.MonkeyPatch) -> Iterator[Answer]:
    def broken(*_arguments: object) -> object:
        raise ValueError("王小明 13812345678")

    patch.setattr("app.services.reading.ids", broken)
    yield desk.call("get", "venue")
    patch.undo()
    assert "ValueError" in (desk.config / "shuniu.log").read_text("utf-8")
    assert "13812345678" not in (desk.config / "shuniu.log").read_text("utf-8")
