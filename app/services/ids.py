"""Ids of new records (design.md §3)."""

from __future__ import annotations

import os
import time
from uuid import UUID


def new_id() -> str:
    """A UUIDv7: 48 bits of milliseconds, then random."""
    value = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | (7 << 76)
    return str(UUID(int=value & ~(0x3 << 62) | (0x2 << 62)))
