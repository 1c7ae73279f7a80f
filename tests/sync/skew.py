"""An older program, in this process: its registry lacks a field, a choice and a whole kind, and its schema is lower."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType, ModuleType
from typing import Any

import pytest
from sqlalchemy import Connection, FromClause

from app.models.record import Kind
from app.models.registry import KINDS, SCHEMA
from app.store.bulk import insert_many

MISSING_KIND = "venue"
MISSING_FIELD = ("team", "schedule_text")
MISSING_CHOICE = ("team", "category")
"""The last choice of this field."""


def _older_kinds() -> dict[str, Kind]:
    kinds = {name: kind for name, kind in KINDS.items() if name != MISSING_KIND}
    name, field = MISSING_FIELD
    links = {f for f, declared in kinds[name].fields.items() if MISSING_KIND in declared.targets}
    fields = {f: declared for f, declared in kinds[name].fields.items() if f != field and f not in links}
    declared = fields[MISSING_CHOICE[1]]
    fields[MISSING_CHOICE[1]] = replace(declared, choices=declared.choices[:-1])
    return kinds | {name: replace(kinds[name], fields=fields)}


_OLDER = MappingProxyType(_older_kinds())


@contextmanager
def older_program() -> Iterator[None]:
    """Within, every module of the program sees the older registry."""
    model = KINDS["team"].model
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "kind", _OLDER["team"])
        for module in _modules():
            if getattr(module, "KINDS", None) is KINDS:
                patch.setattr(module, "KINDS", _OLDER)
            if hasattr(module, "SCHEMA"):
                patch.setattr(module, "SCHEMA", SCHEMA - 1)
            if getattr(module, "insert_many", None) is insert_many:
                patch.setattr(module, "insert_many", _insert_many)
        yield


def _modules() -> list[ModuleType]:
    names = ("KINDS", "SCHEMA", "insert_many")
    mine = [module for name, module in sys.modules.items() if name.startswith("app.")]
    return [module for module in mine if any(name in vars(module) for name in names)]


def _insert_many(connection: Connection, table: FromClause, rows: Sequence[Mapping[str, Any]]) -> None:
    """The tables here are the newer program's; columns that the older one has not stay empty."""
    empty = dict.fromkeys(table.columns.keys())
    insert_many(connection, table, [empty | row for row in rows])
