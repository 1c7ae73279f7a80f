"""Fixtures of the tests of tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.services.excel.desk import Desk


@pytest.fixture
def desk(workspace: Any, tmp_path: Path) -> Desk:
    return Desk(workspace, tmp_path)
