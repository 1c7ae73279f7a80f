"""What the sync is handed of this PC or district: the database, its keys, and where unfinished bundles wait."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine

from app.store.database import told_apart
from app.sync.machine import Machine


@dataclass(frozen=True)
class Replica:
    """Carries no state of its own; made by the workspace and by the district."""

    engine: Engine
    machine: Machine
    schema: int
    inbox: Path
    """Folder of bundles that wait for others before them."""
    clock: Callable[[], int]
    """Unix seconds."""

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose reads all see one state."""
        with told_apart(), self.engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A durable transaction: all of it, or nothing."""
        with told_apart(), self.engine.execution_options(write=True).begin() as connection:
            yield connection
