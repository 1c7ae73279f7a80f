"""Whatever goes wrong inside the desktop is said calmly once, logged without a word about people, and the program goes
on; where the process dies the stack is left, and the next start offers the diagnostics."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import sampling
from tests.kill.faulty import FAULTS, NAME, PHONE

GOES_ON = sorted(FAULTS.keys() - {"in_c", "nothing"})
CHOSEN = GOES_ON if sampling.SOAK else ["in_the_database", "in_a_thread"]
"""All of them in ``make soak``."""


def run(folder: Path, fault: str) -> subprocess.CompletedProcess[str]:
    words = [
        sys.executable,
        "-m",
        "tests.kill.faulty",
        str(folder / "cli" / "data"),
        str(folder / "cli" / "config"),
        fault,
    ]
    surroundings = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"}
    return subprocess.run(words, env=surroundings, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("fault", CHOSEN)
def test_the_program_goes_on(center, tmp_path: Path, fault: str) -> None:
    ended = run(tmp_path, fault)
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    [words] = [json.loads(line) for line in ended.stdout.splitlines()]
    assert "程序在这一步出了差错" in words[0]
    logged = (tmp_path / "cli" / "config" / "shuniu.log").read_text("utf-8")
    assert logged.count("A bug") == 1, logged
    assert 'File "app/' in logged or "meet" in logged
    assert not [word for word in (NAME, PHONE, PHONE[3:]) if word in logged + ended.stderr], logged
    assert "照样能存" in center("get", "venue").out
    assert center("check").code == 0


def test_a_crash_leaves_its_stack_and_the_next_start_offers_the_diagnostics(center, tmp_path: Path) -> None:
    ended = run(tmp_path, "in_c")
    assert ended.returncode < 0
    stack = (tmp_path / "cli" / "config" / "crashes.log").read_text("utf-8")
    assert "Segmentation fault" in stack
    assert "in in_c" in stack
    assert center("check").code == 0
    next_start = run(tmp_path, "nothing")
    assert next_start.returncode == 0
    [words] = [json.loads(line) for line in next_start.stdout.splitlines()]
    assert "意外关闭" in words[0]
    assert "个人信息" in "".join(words)
    assert run(tmp_path, "nothing").stdout == "", "told once"
