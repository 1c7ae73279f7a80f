"""Where a database may lie: on a disk of this PC, never on a network share, where SQLite's locks and its shared memory
do not hold."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from app.errors import EnvironmentFault
from app.text import _

NETWORK = frozenset(
    [
        "9p",
        "acfs",
        "afs",
        "afp",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "fuse.davfs",
        "fuse.gvfsd-fuse",
        "fuse.rclone",
        "fuse.sshfs",
        "fuse.s3fs",
        "gfs2",
        "glusterfs",
        "fuse.glusterfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "smb3",
        "smbfs",
        "vboxsf",
        "prl_fs",
    ]
)
"""Kinds of file system that lie on another machine."""
MOUNTS = Path("/proc/self/mounts")
_REMOTE = 4
"""DRIVE_REMOTE of Windows."""


def refuse_share(folder: Path) -> None:
    """Raise :class:`EnvironmentFault` where ``folder``, or the nearest that is there above it, lies on a network share."""
    kind = share_of(folder)
    if kind:
        raise EnvironmentFault(
            _("数据文件夹在网络共享上（{kind}）：{folder}。共享上的数据库会损坏。", kind=kind, folder=folder),
            _("请改放到本机硬盘；要几台电脑共用，请用入网卡让它们同步。"),
        )


def share_of(folder: Path) -> str:
    """The kind of network share that ``folder`` lies on; empty where it lies on this machine."""
    if sys.platform == "win32":
        return _windows(folder)
    return _mounted(folder, _mounts())


def _mounts() -> list[tuple[str, str]]:
    """(mount point, kind) of every mounted file system; none where the system does not say."""
    found = []
    with contextlib.suppress(OSError):
        for line in MOUNTS.read_text("utf-8", "surrogateescape").splitlines():
            _device, point, kind, *_rest = line.split(" ")
            found.append((point.encode().decode("unicode_escape").encode("latin-1").decode("utf-8", "replace"), kind))
    return found


def _mounted(folder: Path, mounts: list[tuple[str, str]]) -> str:
    at = folder.resolve()
    best = ("", "")
    for point, kind in mounts:
        if at.is_relative_to(point) and len(point) >= len(best[0]):
            best = (point, kind)
    return best[1] if best[1] in NETWORK else ""


def _windows(folder: Path) -> str:
    at = folder.absolute()
    if at.drive.startswith("\\\\"):
        return "SMB"
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009  # only there on Windows
    return "SMB" if kernel.GetDriveTypeW(f"{at.drive}\\") == _REMOTE else ""
