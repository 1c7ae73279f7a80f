"""Somebody stands at the counter and wants a room now."""

from __future__ import annotations

from typing import Any

from app.services.office import Office


def walk_in(office: Office, venue: str | None = None) -> dict[str, Any]:
    """What the form of a booking that begins now begins with; saved, it is in use. ``venue``: where it is known."""
    values = {"start": office.now, "status": "checked_in", "checked_in_at": office.now}
    return values | ({"venue": venue} if venue else {})
