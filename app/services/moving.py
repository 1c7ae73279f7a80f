"""Moving to a new PC: a folder with a checked backup and what to do, made on the old PC and opened on the new one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """What an old PC made for the move: the backup, of which center, and when (as people say it)."""

    backup: Path
    center: str
    made: str


def find(folder: Path) -> Package:
    raise NotImplementedError
