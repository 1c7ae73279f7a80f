"""Preferences of this PC that are needed before the database is open: text size, language, who signed in last."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from app.text import LANGUAGES
from app.views.theme import TEXT_SIZES

FILE = "desktop.json"
LOCKS = (5, 10, 30, 0)
"""Minutes to choose from for the lock."""


@dataclass(frozen=True)
class Preferences:
    """Kept in the per-machine configuration; a file that cannot be read counts as none."""

    size: str = "standard"
    language: str = "zh"
    user: str = ""
    lock_minutes: int = 10
    """After so long without a touch the window asks for the password again; 0: never."""
    printer: str = ""
    """The printer that is offered first; empty for the usual one of the system."""

    @classmethod
    def load(cls, config: Path) -> Preferences:
        """What was kept, with the defaults for what is missing or unknown."""
        try:
            kept = json.loads((config / FILE).read_text("utf-8"))
            size, language, user = (str(kept.get(name, "")) for name in ("size", "language", "user"))
        except (OSError, ValueError, AttributeError):
            return cls()
        minutes = kept.get("lock_minutes", cls.lock_minutes)
        return cls(
            size if size in TEXT_SIZES else "standard", language if language in LANGUAGES else "zh", user,
            minutes if minutes in LOCKS else cls.lock_minutes, str(kept.get("printer", "")),
        )  # fmt: skip

    def save(self, config: Path) -> None:
        """Keep it; a folder that cannot be written only means that the next start asks again."""
        with contextlib.suppress(OSError):
            config.mkdir(parents=True, exist_ok=True)
            (config / FILE).write_text(json.dumps(asdict(self), ensure_ascii=False), "utf-8")
