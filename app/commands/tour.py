"""The tour command: the main job unattended."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command("tour")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("out"), show_default=True)
def tour_command(out: Path) -> None:
    """Real windows, screenshots, slips, sync both ways; prints what it did."""
    from app.views.tour import run

    step = 0

    def say(line: str) -> None:
        nonlocal step
        step += 1
        sys.stdout.write(f"{step:2d}. {line}\n")
        sys.stdout.flush()

    run(out, say)
