"""Diagnostics for whoever helps from afar: versions, counts, the shape of errors; no secrets and no personal data."""

from __future__ import annotations

import json
import platform
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.errors import EnvironmentFault
from app.models.registry import KINDS, SCHEMA, VERSION
from app.services.logs import FILES
from app.services.office import Office
from app.store.database import HEAD, revision, told_apart
from app.store.tables import log_head, stray_change
from app.sync.machine import write_safely
from app.text import _, reason

PACKAGES = (
    "PySide6-Essentials",
    "SQLAlchemy",
    "alembic",
    "sqlcipher3",
    "msgspec",
    "PyNaCl",
    "zstandard",
    "reportlab",
    "pypdfium2",
)
MOST = 2_000_000
"""Bytes of each log that are looked at, from its end."""
_LINE = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ [A-Z]+ [\w.]+)")
_FRAME = re.compile(r'^\s*File "(?:.*[\\/])?([\w.-]+)", line (\d+)(?:,)? in ([\w<>.]+)')
_RAISED = re.compile(r"^([A-Za-z_][\w.]*(?:Error|Exception|Fault|Refusal|Refused|Warning|Interrupt|Exit|Iteration))\b")
_CRASH = re.compile(r"^(Fatal Python error: [A-Za-z ]+|(?:Current thread|Thread) 0x[0-9a-f]+)")


def bundle(office: Office, facts: Mapping[str, Any], logs: Path) -> bytes:
    """A zip of what helps to find a fault; ``facts`` are added as they are, ``logs`` is the folder of the log files."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        said = {"program": _program(), "database": _database(office), **facts}
        archive.writestr("facts.json", json.dumps(said, ensure_ascii=False, indent=1, default=str))
        for name in FILES:
            if (logs / name).is_file():
                archive.writestr(name, "\n".join(shape(_tail(logs / name))) + "\n")
    return out.getvalue()


def write(office: Office, facts: Mapping[str, Any], logs: Path, path: Path) -> int:
    """Write the zip of :func:`bundle` to ``path``; returns its bytes. Raises :class:`EnvironmentFault`."""
    data = bundle(office, facts, logs)
    try:
        write_safely(path, data, 0o644)
    except OSError as error:
        raise EnvironmentFault(_("写不进 {file}：{why}", file=path, why=reason(error)), _("请换一个位置。")) from error
    return len(data)


def shape(text: str) -> Iterator[str]:
    """The shape of a log: when, how grave, which module, where in the program, and the sort of each error; never what was
    said, which may name a person."""
    for line in text.splitlines():
        if found := _LINE.match(line):
            yield found[1]
        elif found := _FRAME.match(line):
            yield f"  {found[1]}:{found[2]} {found[3]}"
        elif found := _RAISED.match(line) or _CRASH.match(line):
            yield f"  {found[1]}"


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - MOST))
        return file.read().decode("utf-8", "replace")


def _program() -> dict[str, Any]:
    return {
        "version": VERSION, "schema": SCHEMA, "head": HEAD, "python": platform.python_version(),
        "system": platform.platform(), "machine": platform.machine(), "frozen": bool(getattr(sys, "frozen", False)),
        "packages": {name: _version(name) for name in PACKAGES},
    }  # fmt: skip


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _database(office: Office) -> dict[str, Any]:
    with office.reading() as session:
        counts = {
            name: session.scalar(select(func.count()).select_from(kind.model.__table__)) for name, kind in KINDS.items()
        }
        heads = {
            f"{row.scope}/{row.device}": row.seq
            for row in session.execute(select(log_head.c.scope, log_head.c.device, log_head.c.seq))
        }
        strays = session.scalar(select(func.count()).select_from(stray_change))
    with told_apart(), office.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        size = connection.exec_driver_sql("PRAGMA page_size").scalar()
    return {
        "revision": revision(office.engine), "scope": office.scope, "device": office.device, "letters": office.letters,
        "records": counts, "logs": heads, "strays": strays, "bytes": (pages or 0) * (size or 0),
    }  # fmt: skip
