"""A Debian system in a folder, with a screen of its own: what the proof of the .deb is made in."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
USER = "desk"
SIZE = (1366, 768)
GRAB = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication(sys.argv)
app.primaryScreen().grabWindow(0).save(sys.argv[1])
"""


class Unproved(AssertionError):
    """Something did not hold; says what."""


class Root:
    """A Debian system in a folder."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder, self.cache = folder, cache
        self.display = ""

    def make(self) -> None:
        """Lay it out: from the kept archive, or by debootstrap from the mirror of this machine."""
        archive = self.cache / "minbase.tar"
        if not archive.exists():
            target = ["--format", "$(REPO_URI) $(RELEASE)", "Origin: Debian", "Created-By: Packages", "Component: main"]
            mirror, suite = _run("apt-get", "indextargets", *target).splitlines()[0].split()
            _run("debootstrap", "--variant=minbase", suite, str(self.folder), mirror)
            (self.folder / "etc/apt/apt.conf.d/90quiet").write_text('APT::Install-Recommends "false";\n')
            _run("tar", "-C", str(self.folder), "-cf", f"{archive}.part", ".")
            os.replace(f"{archive}.part", archive)
        else:
            _run("tar", "-C", str(self.folder), "-xf", str(archive))
        self.folder.chmod(0o755)  # a temporary folder lets nobody else in
        _run("mount", "--rbind", "/dev", str(self.folder / "dev"))
        for kept, place in (("packages", "var/cache/apt/archives"), ("lists", "var/lib/apt/lists")):
            (self.cache / kept).mkdir(exist_ok=True)
            _run("mount", "--bind", str(self.cache / kept), str(self.folder / place))
        _run("mount", "-t", "proc", "proc", str(self.folder / "proc"))
        shutil.copy("/etc/resolv.conf", self.folder / "etc/resolv.conf")
        _run("useradd", "--root", str(self.folder), "--create-home", "--shell", "/bin/bash", USER)

    def command(self, *words: str, user: str = "", **environment: str) -> tuple[list[str], dict[str, str]]:
        """How to run something in it, as root or as ``user``, with the environment of a fresh sign-in."""
        names = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        names |= {"HOME": f"/home/{user}" if user else "/root", "USER": user or "root"}
        if user:
            names |= {"LANG": "zh_CN.UTF-8"} if (self.folder / "usr/lib/locale/locale-archive").exists() else {}
            screen = {"DISPLAY": self.display, "XDG_CURRENT_DESKTOP": "GNOME"}  # xdg-open then asks gio
            names |= screen if self.display else {"QT_QPA_PLATFORM": "offscreen"}
        who = [f"--userspec={user}:{user}"] if user else []
        return ["chroot", *who, str(self.folder), *words], names | environment

    def run(self, *words: str, user: str = "", **environment: str) -> str:
        """What a command in it prints; raises :class:`Unproved` where it fails."""
        command, names = self.command(*words, user=user, **environment)
        return _run(*command, environment=names)

    def start(self, *words: str) -> None:
        """Start a program of the user, or something that starts one, and do not wait; what it says is kept."""
        command, names = self.command(*words, user=USER)
        with (self.cache / "programs.log").open("ab") as log:
            subprocess.Popen(command, env=names, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def apt(self, *words: str) -> str:
        """apt-get in it."""
        return self.run("apt-get", "-y", "-qq", "-o", "Dpkg::Use-Pty=0", *words)

    def home(self, *parts: str) -> Path:
        """A place in the user's home."""
        return self.folder.joinpath("home", USER, *parts)

    def own(self, *places: Path) -> None:
        """What was laid there is the user's."""
        for place in places:
            self.run("chown", "-R", f"{USER}:{USER}", f"/{place.relative_to(self.folder)}")


def _run(*command: str, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
    )
    if done.returncode:
        raise Unproved(f"{' '.join(command[:6])}: {done.returncode}: {(done.stderr or done.stdout).strip()[-1500:]}")
    return done.stdout.strip()


class Screen:
    """A screen of 1366 x 768 for the programs in the root, and pictures of it."""

    def __init__(self, root: Root, pictures: Path) -> None:
        self.root, self.pictures = root, pictures
        reader, writer = os.pipe()
        size = f"{SIZE[0]}x{SIZE[1]}x24"
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", size, "-nolisten", "tcp", "-ac"],
            pass_fds=[writer], stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(writer)
        with os.fdopen(reader) as said:
            number = said.readline().strip()
        if not number:
            raise Unproved("no screen could be made")
        root.display = f":{number}"
        sockets = root.folder / "tmp" / ".X11-unix"
        sockets.mkdir(exist_ok=True)
        _run("mount", "--bind", "/tmp/.X11-unix", str(sockets))

    def windows(self, name: str) -> list[str]:
        """The visible windows whose title has ``name``."""
        command, names = self.root.command("xdotool", "search", "--onlyvisible", "--name", name, user=USER)
        return subprocess.run(command, env=names, capture_output=True, text=True, check=False).stdout.split()

    def until(self, name: str) -> None:
        """Wait for a window; raises :class:`Unproved` where none comes in a minute."""
        until = time.monotonic() + 60
        while not self.windows(name):
            if time.monotonic() > until:
                self.picture("no-window")
                raise Unproved(f"no window {name}; see the picture and {self.root.cache / 'programs.log'}")
            time.sleep(0.2)

    def press(self, *keys: str) -> None:
        """Type."""
        self.root.run("xdotool", "key", *keys, user=USER)

    def click(self, x: int, y: int) -> None:
        """Press the left button of the mouse there."""
        self.root.run("xdotool", "mousemove", str(x), str(y), "click", "1", user=USER)

    def picture(self, name: str) -> Path:
        """The screen as it is, once it rests: two pictures a second apart are equal."""
        path = self.pictures / f"{name}.png"
        before = b""
        for _second in range(20):
            time.sleep(1)
            subprocess.run(
                [sys.executable, "-c", GRAB, str(path)], check=True, cwd=ROOT,
                env={**os.environ, "DISPLAY": self.root.display, "QT_QPA_PLATFORM": "xcb"},
            )  # fmt: skip
            now = hashlib.sha256(path.read_bytes()).digest()
            if now == before:
                break
            before = now
        return path
