"""Every kind goes out as a table and comes back: a new kind is tested without editing this."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import text
from app.models.record import Kind
from app.models.registry import KINDS
from app.services import writing
from app.services.excel import exporting, planning
from app.services.excel.keys import KEYS
from tests.factory import make, values_of
from tests.test_every_kind import distinct

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


@pytest.fixture
def table(tmp_path: Path):
    def save(data: bytes) -> Path:
        path = tmp_path / "table.xlsx"
        path.write_bytes(data)
        return path

    return save


@every_kind
@pytest.mark.parametrize(("full", "language"), [(True, "en"), (False, "zh")], ids=["in full, English", "masked"])
def test_an_export_comes_back_as_no_change(kind: Kind, workspace, table, full: bool, language: str) -> None:
    office = workspace.office
    writing.save(office, kind.name, values_of(office, kind))
    make(office, kind.name, **distinct(kind))
    text.use(language)
    made = exporting.export(office, kind.name, full=full)
    plan = planning.plan(office, kind.name, planning.read(kind.name, table(made.data)))
    assert [(row.state, row.faults, row.changes) for row in plan.rows] == [("same", (), ())] * made.rows
    assert plan.unread == ()
    assert made.rows >= 2


@every_kind
def test_every_kind_has_a_natural_key_of_its_own_fields(kind: Kind) -> None:
    assert KEYS[kind.name]
    for key in KEYS[kind.name]:
        assert set(key.fields) <= kind.fields.keys()
        assert key.among is None or key.among[0] in kind.fields
