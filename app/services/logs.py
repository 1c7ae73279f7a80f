"""The log files of this PC: rotating, and without a word about people. What was handed in or stored never gets into them:
of an error its sort and its way through the program, not its message."""

from __future__ import annotations

import contextlib
import copy
import faulthandler
import logging
import re
import shutil
import traceback
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG = "shuniu.log"
OLDER = 3
"""How many full log files are kept besides the one that is written."""
CRASHES = "crashes.log"
"""Where the interpreter leaves the stack when the process dies."""
SEEN = "crashes.log.1"
"""The stack of the last crash that was noticed by a start."""
FILES = (LOG, *(f"{LOG}.{n}" for n in range(1, OLDER + 1)), CRASHES, SEEN)
FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_SQLITE = ("sqlite3", "sqlcipher3")
_OWN = re.compile(r".*[\\/](?=(?:app|tests|site-packages|lib)[\\/])")
_TOLD = re.compile(r"'[^']*'|\"[^\"]*\"|[^\x20-\x7e]+|\d{4,}")


class Discreet(logging.Formatter):
    """Writes what the program itself says, of other libraries only the fixed part, and of errors only their shape."""

    def __init__(self) -> None:
        super().__init__(FORMAT)

    def format(self, record: logging.LogRecord) -> str:
        """One entry; the record is shared with other handlers and left as it is."""
        own = copy.copy(record)
        own.exc_text = own.stack_info = None
        if not own.name.startswith("app."):
            own.msg, own.args = str(own.msg), None
        if own.exc_info and own.exc_info[1] is not None:
            own.msg, own.args = "\n".join([own.getMessage(), *shape_of(own.exc_info[1])]), None
            own.exc_info = None
        return super().format(own)


def shape_of(error: BaseException) -> Iterator[str]:
    """The lines of a traceback without source and without messages, the cause first."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from shape_of(cause)
        yield "which led to"
    yield "Traceback (most recent call last):"
    for frame in traceback.extract_tb(error.__traceback__, limit=-40):
        yield f'  File "{_OWN.sub("", frame.filename)}", line {frame.lineno}, in {frame.name}'
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    yield f"{name}{_why(error)}"


def _why(error: BaseException) -> str:
    """What the system or SQLite says, which names files' errors and columns, with anything quoted taken out."""
    if isinstance(error, OSError):
        return f": errno {error.errno}"
    origin = getattr(error, "orig", None) or error
    if type(origin).__module__.startswith(_SQLITE):
        return f": {_TOLD.sub('…', str(origin))[:200]}"
    return ""


def start_log(folder: Path) -> None:
    """Write the log of the program, and the stack of a crash, into ``folder``; where that cannot be written, do without."""
    logging.raiseExceptions = False  # a full disk must not make a windowed program write to a standard error it lacks
    root = logging.getLogger()
    path = folder / LOG
    if any(getattr(one, "baseFilename", "") == str(path.resolve()) for one in root.handlers):
        return
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=OLDER, encoding="utf-8")
        handler.setFormatter(Discreet())
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        if not faulthandler.is_enabled():
            faulthandler.enable((folder / CRASHES).open("ab"))


def crash_left(folder: Path) -> bool:
    """Whether the last run died and left a stack; it is put aside, so that it is told once."""
    path = folder / CRASHES
    with contextlib.suppress(OSError):
        if path.stat().st_size:
            shutil.copyfile(path, folder / SEEN)
            with path.open("r+b") as file:
                file.truncate()
            return True
    return False
