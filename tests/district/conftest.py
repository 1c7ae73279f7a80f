"""A world whose district is served by a real process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.district.serving import free_port, serving
from tests.sync.world import World


@pytest.fixture
def served(tmp_path: Path) -> Iterator[World]:
    port = free_port()
    world = World(tmp_path, server=f"http://127.0.0.1:{port}")
    with serving(world.district, tmp_path / "district-config", port):
        yield world
    world.close()
