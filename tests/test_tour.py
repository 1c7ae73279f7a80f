"""The tour is the end-to-end test: real windows, real slips, a real district process, two PCs."""

from __future__ import annotations

import os
import subprocess
import sys


def test_the_tour_runs_to_its_end_and_leaves_pictures_and_slips(tmp_path) -> None:
    surroundings = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    ended = subprocess.run(
        [sys.executable, "-m", "app", "tour", "--out", str(tmp_path / "out")],
        capture_output=True, check=False, timeout=170, env=surroundings,
    )  # fmt: skip
    words = ended.stdout.decode()
    assert ended.returncode == 0, words + ended.stderr.decode()
    assert "299" in words
    assert "拒绝" in words
    assert "候补" in words
    assert "一致" in words
    assert "从 Ctrl+K 到打印共按键 31 次" in words
    assert (tmp_path / "out/tour.txt").read_text(encoding="utf-8").count("按键 31 次") == 1
    pictures = sorted((tmp_path / "out").glob("*.png"))
    assert len(pictures) >= 13
    assert all(picture.stat().st_size > 10_000 for picture in pictures)
    slips = sorted((tmp_path / "out").glob("slip-*.pdf"))
    assert [slip.read_bytes()[:5] for slip in slips] == [b"%PDF-"] * 4


def test_a_tour_leaves_other_data_alone(shuniu, tmp_path) -> None:
    keepsake = tmp_path / "out" / "pc1" / "data" / "x"
    keepsake.parent.mkdir(parents=True)
    keepsake.write_text("mine")
    answer = shuniu("tour", "--out", tmp_path / "out")
    assert answer.code == 1
    assert keepsake.read_text() == "mine"
