"""The .deb: the layout of UOS and Kylin (``/opt/apps/<id>``), with links where every other desktop looks."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from installer.system import is_elf, owner, said

ROOT = Path(__file__).resolve().parent.parent
LINUX = ROOT / "installer" / "linux"
APP = "org.shuniu.desk"
MIME_ICON = "application-vnd.shuniu.bundle"
"""The name under which desktops look for the icon of a .shuniu file."""
NEEDED = re.compile(r"^\s*NEEDED\s+(\S+)", re.MULTILINE)
GLIBC = re.compile(r"\bGLIBC_(\d+)\.(\d+)")
SIZES = (32, 48, 64, 128, 256)
PERMISSIONS = (
    "autostart", "notification", "trayicon", "clipboard", "account", "bluetooth", "camera", "audio_record",
    "installed_apps",
)  # fmt: skip
GRANTED = {"clipboard"}
"""What the program asks UOS for: rows of a table are copied and pasted."""
DESCRIPTION = """Desk of a street's social organization service center (枢纽)
 Records, rooms, services, trainings and activities of a center, with slips to print
 and exchange with the district by network or USB stick."""


def build(bundle: Path, out: Path, build_number: int = 0, compression: str = "xz") -> Path:
    """Make the package of ``bundle`` under ``out``; returns its path. The version has the four numbers that UOS asks
    for: the program's three, and ``build_number``. Raises CalledProcessError where dpkg-deb fails."""
    program = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    version = f"{program}.{build_number}"
    architecture = said("dpkg", "--print-architecture")
    tree = out / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    home = tree / "opt" / "apps" / APP
    shutil.copytree(bundle, home / "files", symlinks=True)
    _entries(home / "entries", program)
    info = {
        "appid": APP, "name": "枢纽", "version": version, "arch": [architecture],
        "permissions": {name: name in GRANTED for name in PERMISSIONS}, "support-plugins": [], "plugins": [],
    }  # fmt: skip
    (home / "info").write_text(json.dumps(info, ensure_ascii=False, indent=2) + "\n", "utf-8")
    _links(tree, home)
    _documents(tree)
    control = tree / "DEBIAN"
    control.mkdir()
    files = [path for path in sorted(tree.rglob("*")) if path.is_file() and not path.is_symlink()]
    kilobytes = sum(path.stat().st_size for path in files) // 1024
    (control / "md5sums").write_text("".join(f"{_md5(path)}  {path.relative_to(tree)}\n" for path in files), "utf-8")
    (control / "control").write_text(
        f"Package: {APP}\nVersion: {version}\nArchitecture: {architecture}\nSection: utils\nPriority: optional\n"
        f"Maintainer: Shuniu <desk@shuniu.invalid>\nInstalled-Size: {kilobytes}\n"
        f"Depends: {', '.join(dependencies(bundle))}\nDescription: {DESCRIPTION}\n",
        "utf-8",
    )
    shutil.copy(LINUX / "postrm", control / "postrm")
    _permit(tree, {home / "files" / "shuniu", control / "postrm"})
    package = out / f"{APP}_{version}_{architecture}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", f"-Z{compression}", "--build", str(tree), str(package)],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    shutil.rmtree(tree)
    return package


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def _permit(tree: Path, programs: set[Path]) -> None:
    """Everybody may read all of it and run the programs, whatever the umask of whoever builds."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            os.chmod(path, 0o755 if path.is_dir() or path in programs else 0o644)


def _documents(tree: Path) -> None:
    """Where Debian looks for the licence."""
    folder = tree / "usr" / "share" / "doc" / APP
    folder.mkdir(parents=True)
    (folder / "copyright").write_text(
        f"{(ROOT / 'LICENSE').read_text('utf-8').strip()}\n\n"
        f"The licences of what is shipped with it lie in /opt/apps/{APP}/files/licences.\n",
        "utf-8",
    )


def _entries(folder: Path, version: str) -> None:
    for sort, name in (("applications", f"{APP}.desktop"), ("metainfo", f"{APP}.metainfo.xml")):
        (folder / sort).mkdir(parents=True)
        text = (LINUX / name).read_text("utf-8")
        text = text.replace("@VERSION@", version).replace("@DATE@", datetime.now(UTC).strftime("%Y-%m-%d"))
        (folder / sort / name).write_text(text, "utf-8")
    (folder / "mime" / "packages").mkdir(parents=True)
    shutil.copy(LINUX / f"{APP}.mime.xml", folder / "mime" / "packages" / f"{APP}.xml")
    icon = ROOT / "resources" / "icons" / "shuniu.svg"
    for context, name in (("apps", APP), ("mimetypes", MIME_ICON)):
        scalable = folder / "icons" / "hicolor" / "scalable" / context / f"{name}.svg"
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
    """The Debian packages that bring what the bundle's libraries need and the bundle has not, and the least glibc.
    Raises FileNotFoundError where a library is nobody's."""
    files = [path for path in bundle.rglob("*") if is_elf(path)]
    inside = {path.name for path in files}
    needed, glibc = set(), (2, 0)
    for path in files:
        dumped = said("objdump", "-p", str(path))
        needed |= set(NEEDED.findall(dumped)) - inside
        glibc = max([glibc, *((int(major), int(minor)) for major, minor in GLIBC.findall(dumped))])
    packages = {name: owner(name) for name in needed if not name.startswith("ld-linux")}
    if strangers := sorted(name for name, package in packages.items() if not package):
        raise FileNotFoundError(f"no package here has what the bundle needs: {', '.join(strangers)}")
    return [f"libc6 (>= {glibc[0]}.{glibc[1]})", *sorted(set(packages.values()) - {"libc6"})]
