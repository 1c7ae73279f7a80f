"""What Debian knows of this machine's libraries: where they lie, and whose they are."""

from __future__ import annotations

import functools
import re
import subprocess
from pathlib import Path

ELF = b"\x7fELF"


def said(*command: str) -> str:
    """What a command prints. Raises CalledProcessError where it fails."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def is_elf(path: Path) -> bool:
    """Whether a file is a program or a library of Linux, and no link to one."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == ELF


@functools.cache
def places() -> dict[str, str]:
    """The 64-bit libraries that the loader finds: path by name."""
    found = re.findall(r"^\s*(\S+) \(.*(?:x86-64|AArch64).*\) => (\S+)$", said("ldconfig", "-p"), re.MULTILINE)
    return dict(reversed(found))


@functools.cache
def owner(library: str) -> str:
    """The Debian package of a library by its name; empty where it is not here, or no package's."""
    if library not in places():
        return ""
    path = Path(places()[library])
    for place in (path, Path("/usr") / str(path).lstrip("/"), path.resolve()):
        known = subprocess.run(["dpkg", "-S", str(place)], capture_output=True, text=True, check=False).stdout
        if known:
            return known.split(":", 1)[0]
    return ""
