"""The desktop as a process: one at a time on a data folder, and a plain line where there is no display."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

SETTING = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def start(folders, **surroundings: str) -> subprocess.Popen[bytes]:
    environment = {k: v for k, v in os.environ.items() if k not in SETTING} | surroundings
    return subprocess.Popen(
        [sys.executable, "-m", "app", *folders], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_a_second_desktop_on_one_folder_exits_with_5(center, tmp_path) -> None:
    folders = ["--data", str(tmp_path / "cli" / "data"), "--config", str(tmp_path / "cli" / "config")]
    first = start(folders, QT_QPA_PLATFORM="offscreen")
    try:
        for _try in range(200):
            if (tmp_path / "cli" / "data" / "desktop.lock").exists():
                break
            assert first.poll() is None, first.communicate()[1].decode()
            time.sleep(0.05)
        second = start(folders, QT_QPA_PLATFORM="offscreen")
        _out, err = second.communicate(timeout=60)
        assert second.returncode == 5, err.decode()
        assert "枢纽已经打开了" in err.decode()
        assert first.poll() is None
    finally:
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=30)
    assert center("put", "venue", stdin=[{"name": "甲"}]).code == 0
    assert center("check").code == 0


def test_without_a_display_one_plain_line_says_so(center, tmp_path) -> None:
    if not sys.platform.startswith("linux"):
        return
    folders = ["--data", str(tmp_path / "cli" / "data"), "--config", str(tmp_path / "cli" / "config")]
    ended = start(folders)
    _out, err = ended.communicate(timeout=60)
    assert ended.returncode == 1
    assert err.decode().count("\n") == 1
    assert "tour" in err.decode()
