"""The center's own record: its name and its settings."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.center import Center


def center(session: Session, scope: str) -> Any:
    """The row of the center whose scope it is, else the only one there is; None where there is none yet."""
    t = Center.__table__
    rows = list(session.execute(select(t).where(t.c.deleted.is_(False))))
    return next((row for row in rows if row.owner == scope), rows[0] if rows else None)


def center_id(street: str) -> str:
    """The id of a street's center record: the same on every PC (design.md §3)."""
    return str(uuid5(NAMESPACE_URL, f"shuniu:center:{street}"))
