"""Proves the .deb in a Debian root with nothing else in it: installs it with apt, runs its self-test, opens it from the
menu and by double-click with pictures of the screen, upgrades it, removes it (``make prove``).

Needs root, debootstrap and Xvfb, and says so where one is missing. What is downloaded is kept beside the pictures.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from app.services import syncing, writing
from app.workspace import Workspace
from installer import deb
from tests.tools.debian_root import ROOT, SIZE, USER, Root, Screen, Unproved

NAMESPACE = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private", "--")
"""What is mounted and started in the root ends with the process."""
DESKTOP = (
    "icewm", "libglib2.0-bin", "xdg-utils", "shared-mime-info", "desktop-file-utils", "hicolor-icon-theme", "xdotool",
    "fonts-droid-fallback", "locales",
)  # fmt: skip
"""A small desktop, put into the root after the program has shown that it needs none of it."""
FONT = '"sans-serif:size=11"'
QUIET = (
    *(f"{place}FontNameXft={FONT}" for place in ("Title", "ActiveTaskBar", "NormalTaskBar", "Menu")),
    *(f"TaskBarShow{part}=0" for part in ("Clock", "CPUStatus", "NetStatus", "MEMStatus")),
)  # fmt: skip
"""A desktop that shows Chinese, and on which nothing moves."""
ENTRY = f"/usr/share/applications/{deb.APP}.desktop"
TYPE = "application/vnd.shuniu.bundle"
PREVIEW = "导入这个同步包"
FILES = f"/opt/apps/{deb.APP}/files"


def wanting() -> str:
    """What this machine lacks for the proof; empty where nothing."""
    if not sys.platform.startswith("linux") or not shutil.which("apt-get"):
        return "this is no Debian"
    if os.geteuid() != 0:
        return "it must be run as root, to make a root of its own"
    lacking = [name for name in ("debootstrap", "Xvfb", "unshare", "chroot", "tar") if shutil.which(name) is None]
    return f"missing: {', '.join(lacking)} (apt-get install debootstrap xvfb)" if lacking else ""


def prove(root: Root, package: Path, bundle: Path, pictures: Path) -> Iterator[str]:
    """Yields a line for each thing that holds; raises :class:`Unproved` where one does not."""
    root.make()
    before = set(root.run("dpkg-query", "-W", "-f", "${Package}\n").split())
    root.apt("update")
    began = time.monotonic()
    _install(root, package)
    took = time.monotonic() - began
    brought = sorted(set(root.run("dpkg-query", "-W", "-f", "${Package}\n").split()) - before - {deb.APP})
    yield f"installed in {took:.0f} s with what it depends on: {len(brought)} packages, {', '.join(brought)}"
    yield from _alone(root)
    root.apt("install", *DESKTOP)
    root.run("localedef", "-i", "zh_CN", "-f", "UTF-8", "zh_CN.UTF-8")
    screen = Screen(root, pictures)
    yield from _menu(root, screen)
    yield from _double_click(root, screen)
    yield from _removal(root, package, bundle)
    screen.server.terminate()


def _install(root: Root, package: Path) -> None:
    shutil.copy(package, root.folder / "tmp" / package.name)
    root.apt("install", f"/tmp/{package.name}")
    (root.folder / "tmp" / package.name).unlink()


def _alone(root: Root) -> Iterator[str]:
    """With nothing but its dependencies."""
    lost = root.run(
        "sh", "-c", f"find {FILES} -type f -name '*.so*' -exec ldd {{}} + | grep 'not found' || true",
        LD_LIBRARY_PATH=f"{FILES}/_internal",
    )  # fmt: skip
    if lost:
        raise Unproved(f"libraries are missing:\n{lost}")
    yield "no library is missing"
    yield f"self-test: {root.run('shuniu', 'self-test', user=USER)}"
    wrong = root.run("sh", "-c", f"cd / && md5sum --quiet -c /var/lib/dpkg/info/{deb.APP}.md5sums || true")
    wrong += root.run("find", f"/opt/apps/{deb.APP}", "!", "-user", "root", "-o", "!", "-type", "l", "-perm", "/022")
    if wrong:
        raise Unproved(f"not as it was packed, or writable: {wrong[:500]}")
    yield "every file is as packed, root's, and not writable by others"


def _menu(root: Root, screen: Screen) -> Iterator[str]:
    """Opened from the menu: the first run."""
    root.run("desktop-file-validate", ENTRY)
    settings = root.home(".icewm")
    settings.mkdir()
    (settings / "prefoverride").write_text("".join(f"{name}\n" for name in QUIET))
    for language, name in (("C.UTF-8", "Shuniu"), ("zh_CN.UTF-8", "枢纽")):
        menu = root.run("icewm-menu-fdo", user=USER, LANG=language, LC_ALL=language)
        entries = [line for line in menu.splitlines() if f'"{name}"' in line and deb.APP in line]
        if not entries:
            raise Unproved(f"the menu has no {name}: {menu[-500:]}")
    (settings / "menu").write_text(f"{entries[0]}\n")
    root.own(settings)
    root.start("icewm")
    screen.picture("desktop")
    screen.click(24, SIZE[1] - 12)
    yield f"the menu has it in Chinese and in English: {screen.picture('menu')}"
    screen.press("Escape")
    root.start("gio", "launch", ENTRY)
    screen.until("枢纽")
    yield f"first run from the menu: {screen.picture('first-run')}"
    _close(root)


def _running(root: Root) -> list[int]:
    """The processes of the program in the root."""
    program = str(root.folder / FILES.lstrip("/") / "shuniu")
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.readlink(process / "exe") == program:
                found.append(int(process.name))
    return found


def _close(root: Root) -> None:
    for process in _running(root):
        os.kill(process, signal.SIGTERM)
    until = time.monotonic() + 20
    while _running(root):
        if time.monotonic() > until:
            raise Unproved("it does not end")
        time.sleep(0.1)


def _double_click(root: Root, screen: Screen) -> Iterator[str]:
    """A file on a stick, opened by its kind: the program not running, then running."""
    data, config = root.home(".local/share/shuniu"), root.home(".config/shuniu")
    stick = root.folder / "media" / "usb"
    stick.mkdir(parents=True)
    write_news(data, config, stick / "殷行街道 同步.shuniu")
    root.own(root.home(), stick)
    bundle = "/media/usb/殷行街道 同步.shuniu"
    for question, answer in (
        (("gio", "info", "-a", "standard::content-type", bundle), TYPE),
        (("gio", "info", "-a", "standard::icon", bundle), deb.APP),
        (("gio", "mime", TYPE), f"{deb.APP}.desktop"),
    ):
        said = root.run(*question, user=USER)
        if answer not in said:
            raise Unproved(f"{' '.join(question)} says {said}")
    yield f"a .shuniu is a {TYPE}, opened by the program, with its icon"
    root.start("xdg-open", bundle)
    screen.until(PREVIEW)
    yield f"double-click, the program not running: {screen.picture('double-click')}"
    shown = len(screen.windows("枢纽"))
    screen.press("Escape")
    screen.picture("closed")
    if screen.windows(PREVIEW):
        raise Unproved("the preview does not close")
    root.start("gio", "open", bundle)
    screen.until(PREVIEW)
    yield f"double-click, the program running: {screen.picture('double-click-again')}"
    if len(screen.windows("枢纽")) != shown:
        raise Unproved("a second window was opened")
    _close(root)


def write_news(data: Path, config: Path, bundle: Path) -> None:
    """A center in ``data``, and a bundle for it from its second PC."""
    first = Workspace.create(data, config, "310110016", "殷行街道社会组织服务中心", user="王小明")
    with tempfile.TemporaryDirectory() as folder:
        away = Path(folder)
        syncing.make_card(first, away / "card")
        syncing.write_certificate(first, away / "first.cert")
        second = Workspace.join(away / "data", away / "config", away / "card")
        for number, name in enumerate(("乐龄为老服务中心", "阳光社区服务社", "邻里公益发展中心"), 1):
            writing.save(second.office, "organization", {"name": f"上海杨浦区{name}", "phone": f"6548000{number}"})
        syncing.export(second, bundle, away / "first.cert")
        second.close()
    first.close()


def _removal(root: Root, package: Path, bundle: Path) -> Iterator[str]:
    """Upgraded, removed, and put back: the data stays."""
    newer = deb.build(bundle, root.cache, build_number=1, compression="none")
    _install(root, newer)
    newer.unlink()
    version = root.run("dpkg-query", "-W", "-f", "${Version}", deb.APP)
    root.run("shuniu", "check", user=USER)
    yield f"upgraded to {version}; the data is sound"
    kept = _digest(root)
    said = root.apt("remove", deb.APP)
    if f"/home/{USER}/.local/share/shuniu" not in said:
        raise Unproved(f"the removal does not say where the data is: {said}")
    left = root.run(
        "sh", "-c", f"find / -xdev -path /proc -prune -o -name '*{deb.APP}*' -print | grep -v '^/var/'||true"
    )
    if left or (root.folder / "usr/bin/shuniu").is_symlink():
        raise Unproved(f"the removal leaves {left}")
    if deb.APP in root.run("gio", "mime", TYPE, user=USER):
        raise Unproved("a .shuniu would still be opened by what is gone")
    if _digest(root) != kept:
        raise Unproved("the removal touched the data")
    told = [line.strip() for line in said.splitlines() if "shuniu" in line and "/home/" in line]
    yield f"removed; the data is as it was, and where it is was said: {' '.join(told)}"
    _install(root, package)
    root.run("shuniu", "check", user=USER)
    yield "installed again; the data is sound"


def _digest(root: Root) -> str:
    files = [path for path in sorted(root.home().rglob("*")) if path.is_file()]
    return hashlib.sha256(b"".join(str(one).encode() + one.read_bytes() for one in files)).hexdigest()


def main(arguments: list[str]) -> int:
    """The tool."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", type=Path, default=ROOT / "out" / "package", help="where make package has put it")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "prove", help="pictures, and what was downloaded")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    package, out = chosen.package.resolve(), chosen.out.resolve()
    if why := wanting():
        print(f"make prove is skipped: {why}")
        return 0
    packages = sorted(package.glob(f"{deb.APP}_*.deb"), key=lambda path: path.stat().st_mtime)
    if not packages:
        print(f"no .deb in {package}: run make package first", file=sys.stderr)
        return 1
    out.mkdir(parents=True, exist_ok=True)
    if chosen.inside is None:
        with tempfile.TemporaryDirectory(prefix="shuniu-root-") as folder:
            again = [sys.executable, "-m", "tests.tools.minimal_root", "--inside", folder]
            again += ["--package", str(package), "--out", str(out)]
            return subprocess.run([*NAMESPACE, *again], cwd=ROOT, check=False).returncode
    try:
        for line in prove(Root(chosen.inside, out), packages[-1], package / "shuniu", out):
            print(line, flush=True)
    except Unproved as error:
        print(f"not proved: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
