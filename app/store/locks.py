"""One writer at a time per scope: SQLite has that by itself, a shared server needs to be told."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from sqlalchemy import Connection, text


def lock_scopes(connection: Connection, scopes: Iterable[str]) -> None:
    """On a shared server, hold the logs of ``scopes`` until the transaction ends; always in one order."""
    if connection.dialect.name == "postgresql":
        for scope in sorted(set(scopes)):
            number = int.from_bytes(blake2b(scope.encode(), digest_size=8).digest(), "big", signed=True)
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
