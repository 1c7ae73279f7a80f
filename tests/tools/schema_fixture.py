"""Keeps a small database of the present schema for ever, so that every later program proves it can open it.

    python -m tests.tools.schema_fixture

Writes ``tests/data/schema_NNNN.db`` and, beside it, ``schema_NNNN.json``: the key and the values it must still have.
Run it once when a migration is released; a file that exists is never replaced (delete it first, before a release).
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from app.models.registry import KINDS
from app.services import erasing, reading, settling, writing
from app.services.office import Office
from app.store.database import HEAD
from app.workspace import Workspace
from tests.factory import values_of

DATA = Path(__file__).resolve().parent.parent / "data"
STREET = "310110013"


def fill(office: Office) -> None:
    """A record of every kind with every field, and one of everything that happens to records."""
    ids = {}
    for kind in KINDS.values():
        ids[kind.name] = writing.save(office, kind.name, values_of(office, kind)).id
    venue = writing.save(office, "venue", {"name": "三楼会议室", "capacity": 20}).id
    writing.save(office, "venue", {"capacity": 24}, venue)
    writing.set_deleted(office, "venue", [venue], True)
    seen = reading.get(office, "organization", ids["organization"]).seen
    for phone in ("021-65980000", "021-65980001"):  # two people who saw the same
        writing.save(office, "organization", {"phone": phone}, ids["organization"], seen=seen)
        writing.save(office, "organization", {"remark": phone}, ids["organization"], seen=seen)
    settling.settle(office, "organization", ids["organization"], "remark", value="已核对")
    erased = writing.save(office, "team", {"name": "编织社", "leader_name": "李四"}).id
    erasing.erase(office, "team", erased)


def facts(workspace: Workspace) -> dict[str, Any]:
    """Every record with the values it has now."""
    office = workspace.office
    found: dict[str, dict[str, Any]] = {}
    for name in KINDS:
        rows = [
            row
            for deleted in (False, True)
            for row in reading.rows(office, name, reading.ids(office, name, reading.Query(deleted=deleted)))
        ]
        found[name] = {row.id: reading.as_json(row, reveal=True) for row in rows}
    return found


def lay_out(stem: Path, folder: Path) -> tuple[Path, Path]:
    """The kept database ``stem`` as a data folder and a configuration under ``folder``."""
    kept = json.loads(stem.with_suffix(".json").read_text("utf-8"))
    data, config = folder / "data", folder / "config"
    machine = config / kept["workspace"]["workspace"]
    data.mkdir(parents=True)
    machine.mkdir(parents=True)
    shutil.copy(stem.with_suffix(".db"), data / "shuniu.db")
    (data / "workspace.json").write_text(json.dumps(kept["workspace"]), "utf-8")
    (machine / "machine.json").write_text(json.dumps(kept["machine"]), "utf-8")
    return data, config


def main() -> int:
    """The tool."""
    stem = DATA / f"schema_{HEAD}"
    if stem.with_suffix(".db").exists():
        print(f"{stem.name}.db exists and is kept", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        name = "殷行街道社会组织服务中心"
        workspace = Workspace.create(
            folder / "data",
            folder / "config",
            STREET,
            name,
            user="王小明",
            clock=lambda: datetime(2026, 11, 23, 9, 0),
        )
        fill(workspace.office)
        workspace.index()
        faults = workspace.check()
        values = facts(workspace)
        with workspace.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        workspace.close()
        if faults:
            print("\n".join(faults), file=sys.stderr)
            return 1
        kept = {
            "workspace": json.loads((folder / "data" / "workspace.json").read_text("utf-8")),
            "machine": json.loads((workspace.machine.folder / "machine.json").read_text("utf-8")),
            "records": values,
        }
        stem.with_suffix(".json").write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
        shutil.copy(folder / "data" / "shuniu.db", stem.with_suffix(".db"))
    print(f"{stem.name}.db: {stem.with_suffix('.db').stat().st_size} bytes, {sum(map(len, values.values()))} records")
    return 0


if __name__ == "__main__":
    sys.exit(main())
