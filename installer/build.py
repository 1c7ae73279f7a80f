"""Builds what staff install: the bundle, and on Linux the .deb made of it.

    python installer/build.py [--out DIR] [--bundle-only]

The bundle is proved by its own ``self-test`` before a package is made of it. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from installer import deb, licences  # noqa: E402


def bundle(out: Path) -> Path:
    """Build the folder of the program under ``out``; returns it. Raises CalledProcessError where PyInstaller fails."""
    work = out / "work"
    command = [
        sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "ERROR",
        "--distpath", str(out), "--workpath", str(work), str(ROOT / "installer" / "shuniu.spec"),
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "PYTHONHASHSEED": "1"})
    shutil.rmtree(work)
    folder = out / "shuniu"
    _strip(folder)
    licences.write(folder / "licences", folder)
    return folder


def _strip(folder: Path) -> None:
    """Take the debugging symbols out of Python and the extension modules that were built with them."""
    if sys.platform.startswith("linux") and (tool := shutil.which("strip")):
        modules = [*folder.rglob("*.cpython-*.so"), *folder.rglob("libpython*.so*")]
        subprocess.run([tool, "--strip-unneeded", *(one for one in modules if not one.is_symlink())], check=True)


def program(folder: Path) -> Path:
    """The executable in a bundle."""
    return folder / ("shuniu.exe" if sys.platform == "win32" else "shuniu")


def proved(folder: Path) -> None:
    """Run the bundle's own self-test; raises CalledProcessError where something does not hold."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    subprocess.run([str(program(folder)), "self-test"], check=True, env=environment, cwd=folder)


def size(folder: Path) -> int:
    """Bytes of all files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


PACKAGES = {"linux": deb.build}
"""What is made of the bundle, by platform."""


def main(arguments: list[str]) -> int:
    """The tool."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "package")
    parser.add_argument("--bundle-only", action="store_true", help="no package of it")
    chosen = parser.parse_args(arguments)
    out = chosen.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    folder = bundle(out)
    print(f"{folder}: {size(folder) / 1e6:.0f} MB", flush=True)
    proved(folder)
    make = PACKAGES.get(sys.platform)
    if make and not chosen.bundle_only:
        package = make(folder, out)
        print(f"{package}: {package.stat().st_size / 1e6:.0f} MB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
