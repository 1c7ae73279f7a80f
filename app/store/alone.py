"""One desktop at a time on a data folder."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from app.errors import AlreadyRunning, EnvironmentFault
from app.text import _

LOCK = "desktop.lock"


@contextlib.contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the data folder for one desktop. The system holds the lock and lets go of it with the process, however that
    ends: the file alone, also one that was copied from another PC, means nothing.

    Raises :class:`AlreadyRunning`, or :class:`EnvironmentFault` where the folder cannot be used.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        file = (data / LOCK).open("ab")
    except OSError as error:
        raise EnvironmentFault(
            _("不能使用数据文件夹：{folder}", folder=data), _("请检查磁盘和权限，或另选文件夹。")
        ) from error
    with file:
        if not _taken(file.fileno()):
            raise AlreadyRunning(_("枢纽已经打开了。"), _("请在任务栏里找到它的窗口。"))
        yield


def _taken(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
