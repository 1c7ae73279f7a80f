"""When to try the exchange again (design.md §7)."""

from __future__ import annotations

from typing import Final

PAUSES: Final = (600, 1200, 2400, 4800, 7200)
"""Seconds to the next exchange, by the number of failures in a row: ten minutes, backing off to two hours."""


def pause(failures: int) -> int:
    """Seconds to wait after ``failures`` in a row."""
    return PAUSES[min(failures, len(PAUSES) - 1)]
