"""Putting a finished file where the person wants it: all of it, or none."""

from __future__ import annotations

from pathlib import Path

from app.errors import EnvironmentFault
from app.sync.machine import write_safely
from app.text import _, reason


def save(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``; raises :class:`EnvironmentFault` where the place does not take it."""
    try:
        write_safely(path, data)
    except OSError as error:
        raise EnvironmentFault(
            _("写不进 {file}：{why}", file=path, why=reason(error)),
            _("请换一个位置；如果它正在 Excel 里打开，请先关闭。"),
        ) from error
