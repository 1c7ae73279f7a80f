"""The .deb: the layout of UOS and Kylin (``/opt/apps/<id>``), with links where every other desktop looks."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINUX = ROOT / "installer" / "linux"
APP = "org.shuniu.desk"
NEEDED = re.compile(r"^\s*NEEDED\s+(\S+)", re.MULTILINE)
GLIBC = re.compile(r"\(GLIBC_(\d+)\.(\d+)[.\d]*\)|\bGLIBC_(\d+)\.(\d+)")
SIZES = (32, 48, 64, 128, 256)
DESCRIPTION = """Desk of a street's social organization service center (枢纽)
 Records, rooms, services, trainings and activities of a center, with slips to print
 and exchange with the district by network or USB stick."""


def build(bundle: Path, out: Path) -> Path:
    """Make the package of ``bundle`` under ``out``; returns its path. Raises CalledProcessError where dpkg-deb fails."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    architecture = _said("dpkg", "--print-architecture")
    tree = out / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    home = tree / "opt" / "apps" / APP
    shutil.copytree(bundle, home / "files", symlinks=True)
    _entries(home / "entries", version)
    info = {
        "appid": APP, "name": "枢纽", "version": version, "arch": [architecture],
        "permissions": {"autostart": False, "notification": False, "installed_apps": False},
    }  # fmt: skip
    (home / "info").write_text(json.dumps(info, ensure_ascii=False, indent=2) + "\n", "utf-8")
    _links(tree, home)
    control = tree / "DEBIAN"
    control.mkdir()
    kilobytes = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file() and not path.is_symlink()) // 1024
    depends = ", ".join(dependencies(bundle))
    (control / "control").write_text(
        f"Package: {APP}\nVersion: {version}\nArchitecture: {architecture}\nSection: utils\nPriority: optional\n"
        f"Maintainer: Shuniu <desk@shuniu.invalid>\nInstalled-Size: {kilobytes}\nDepends: {depends}\n"
        f"Description: {DESCRIPTION}\n",
        "utf-8",
    )
    shutil.copy(LINUX / "postrm", control / "postrm")
    (control / "postrm").chmod(0o755)
    package = out / f"{APP}_{version}_{architecture}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(tree), str(package)], check=True)
    shutil.rmtree(tree)
    return package


def _entries(folder: Path, version: str) -> None:
    for sort, name in (("applications", f"{APP}.desktop"), ("metainfo", f"{APP}.metainfo.xml")):
        (folder / sort).mkdir(parents=True)
        text = (LINUX / name).read_text("utf-8")
        text = text.replace("@VERSION@", version).replace("@DATE@", datetime.now(UTC).strftime("%Y-%m-%d"))
        (folder / sort / name).write_text(text, "utf-8")
    (folder / "mime" / "packages").mkdir(parents=True)
    shutil.copy(LINUX / f"{APP}.mime.xml", folder / "mime" / "packages" / f"{APP}.xml")
    icon = ROOT / "resources" / "icons" / "shuniu.svg"
    scalable = folder / "icons" / "hicolor" / "scalable" / "apps" / f"{APP}.svg"
    scalable.parent.mkdir(parents=True)
    shutil.copy(icon, scalable)
    _pixels(icon, folder / "icons" / "hicolor")


def _pixels(icon: Path, folder: Path) -> None:
    """The icon in the sizes that old desktops want."""
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    drawing = QSvgRenderer(str(icon))
    for size in SIZES:
        image = QImage(QSize(size, size), QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        drawing.render(painter)
        painter.end()
        target = folder / f"{size}x{size}" / "apps" / f"{APP}.png"
        target.parent.mkdir(parents=True)
        if not image.save(str(target), "PNG"):
            raise OSError(f"no icon was written to {target}")


def _links(tree: Path, home: Path) -> None:
    """Where desktops other than UOS look: links to the entries, and the command."""
    share = tree / "usr" / "share"
    for entry in sorted((home / "entries").rglob("*")):
        if entry.is_file():
            link = share / entry.relative_to(home / "entries")
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to("/" + str(entry.relative_to(tree)))
    (tree / "usr" / "bin").mkdir(parents=True)
    (tree / "usr" / "bin" / "shuniu").symlink_to(f"/opt/apps/{APP}/files/shuniu")


def dependencies(bundle: Path) -> list[str]:
    """The Debian packages that bring what the bundle's libraries need and the bundle has not, and the least glibc."""
    files = [path for path in bundle.rglob("*") if path.is_file() and path.open("rb").read(4) == b"\x7fELF"]
    inside = {path.name for path in files}
    needed, glibc = set(), (2, 0)
    for path in files:
        said = _said("objdump", "-p", str(path))
        needed |= set(NEEDED.findall(said)) - inside
        found = [(int(a or c), int(b or d)) for a, b, c, d in GLIBC.findall(said)]
        glibc = max([glibc, *found])
    packages = set(_packages(needed))
    packages.discard("libc6")
    return [f"libc6 (>= {glibc[0]}.{glibc[1]})", *sorted(packages)]


def _packages(libraries: Iterable[str]) -> Iterable[str]:
    places = dict(re.findall(r"^\s*(\S+) \(.*x86-64.*\) => (\S+)$|^$", _said("ldconfig", "-p"), re.MULTILINE))
    for library in sorted(libraries):
        if library.startswith("ld-linux"):
            continue
        if library not in places:
            raise FileNotFoundError(f"{library} is needed by the bundle and not on this machine")
        for place in (
            Path(places[library]),
            Path("/usr") / places[library].lstrip("/"),
            Path(places[library]).resolve(),
        ):
            owner = subprocess.run(["dpkg", "-S", str(place)], capture_output=True, text=True, check=False).stdout
            if owner:
                yield owner.split(":", 1)[0]
                break
        else:
            raise FileNotFoundError(f"no package owns {places[library]}")


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
