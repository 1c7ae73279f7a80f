"""What is typed into an open form survives kill -9: the next start offers it back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.kill.typist import TYPED


def typist(folder: Path, what: str) -> subprocess.Popen[str]:
    words = [
        sys.executable,
        "-m",
        "tests.kill.typist",
        str(folder / "cli" / "data"),
        str(folder / "cli" / "config"),
        what,
    ]
    surroundings = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"}
    return subprocess.Popen(words, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_form_that_was_being_filled_is_offered_back(center, tmp_path: Path) -> None:
    first = typist(tmp_path, "type")
    assert first.stdout is not None
    try:
        assert json.loads(first.stdout.readline()) == "kept"
    finally:
        first.kill()
        first.communicate(timeout=30)
    assert center("check").code == 0
    assert center("get", "venue").out == "", "nothing was saved"
    second = typist(tmp_path, "look")
    out, err = second.communicate(timeout=60)
    assert second.returncode == 0, err
    offered, saved, forgotten = map(json.loads, out.splitlines())
    assert "draft" in offered
    assert saved == [TYPED]
    assert forgotten, "a form that was saved is no draft any more"
    assert center("check").code == 0
