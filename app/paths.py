"""Where things lie: shipped resources, the data folder, and the per-machine configuration."""

from __future__ import annotations

import sys
from pathlib import Path


def resource(*parts: str) -> Path:
    """A path under ``resources/``, in the source tree or inside the PyInstaller bundle."""
    root = Path(getattr(sys, "_MEIPASS", Path(__file__).resolve().parent.parent))
    return root.joinpath("resources", *parts)


def default_data() -> Path:
    """The data folder of the current user on this platform."""
    import platformdirs

    return Path(platformdirs.user_data_dir("shuniu", appauthor=False))


def default_config() -> Path:
    """The per-machine configuration folder of the current user on this platform."""
    import platformdirs

    return Path(platformdirs.user_config_dir("shuniu", appauthor=False))
