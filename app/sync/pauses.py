"""When to try the exchange again (design.md §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.errors import EnvironmentFault

if TYPE_CHECKING:
    from app.sync.http import SyncResult

PAUSES: Final = (600, 60, 600, 1200, 2400, 4800, 7200)
"""Seconds to the next exchange, by the number of failures in a row: ten minutes; a first failure is often a hiccup; then
backing off to two hours."""
AT_ONCE: Final = 2
"""Seconds to the next exchange after one that was cut off while it moved."""


class Interrupted(EnvironmentFault):
    """The exchange broke off after something had moved, told in ``result``: worth another try at once."""

    def __init__(self, message: str, mend: str, result: SyncResult) -> None:
        super().__init__(message, mend)
        self.result = result


def pause(failures: int, error: Exception | None = None) -> int:
    """Seconds to wait after ``failures`` in a row that moved nothing, the last of them ``error``."""
    return AT_ONCE if isinstance(error, Interrupted) else PAUSES[min(failures, len(PAUSES) - 1)]
