"""What one PC keeps outside the data folder: keys and the mark (design.md §3, §7).

A copied data folder alone says nothing: the database key lies here. A folder that was copied or rolled back is
noticed, because the mark knows the last change that left this PC.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

from app.errors import EnvironmentFault
from app.text import _

MACHINE, PROPOSED = "machine.json", "machine.next.json"


def write_safely(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write, fsync and rename, so that the file is either the old one or the new one."""
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` durable, where the system knows how."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold ``path`` as a lock between the threads and processes of this PC."""
    with path.open("ab") as file:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def device_id(verify_key: bytes) -> str:
    """The id of a device: 8 bytes of BLAKE2b of its public signing key, as 16 hex digits."""
    return blake2b(verify_key, digest_size=8).hexdigest()


@dataclass(frozen=True)
class Machine:
    """The secrets and the place of this PC in one workspace. Secrets never go into logs or exports."""

    folder: Path
    scope: str
    """The street code of the center, or ``all`` for a district."""
    letters: str
    db_key: bytes = field(repr=False)
    sign_seed: bytes = field(repr=False)
    box_seed: bytes = field(repr=False)
    card: dict[str, Any] | None = field(default=None, repr=False)
    """The public part of the card this PC joined by: whom it belongs to and how to reach it."""
    certificate: bytes = b""
    """The certificate others gave this device (by card, or by its previous key); empty: it certifies itself."""
    previous: tuple[bytes, ...] = ()
    """The public signing keys this PC had before; what they signed it goes on believing."""
    given_up: tuple[bytes, ...] = field(default=(), repr=False)
    """The signing seeds it had before: where a log was forked under an earlier id, only its key can say where it ends."""

    @classmethod
    def create(cls, folder: Path, scope: str, letters: str = "A", db_key: bytes = b"") -> Machine:
        """New keys, written to ``folder`` with mode 0600; ``db_key`` where the database is there already."""
        machine = cls(folder, scope, letters, db_key or os.urandom(32), os.urandom(32), os.urandom(32))
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            machine.save()
        except OSError as error:
            raise EnvironmentFault(
                _("不能写入本机配置文件夹 {folder}。", folder=folder), _("请检查文件夹权限和磁盘空间。")
            ) from error
        return machine

    @classmethod
    def load(cls, folder: Path) -> Machine:
        """Read the configuration; raises :class:`EnvironmentFault` where this PC does not know the workspace."""
        return cls._read(folder, MACHINE)

    @classmethod
    def _read(cls, folder: Path, name: str) -> Machine:
        try:
            raw = json.loads((folder / name).read_text("utf-8"))
            return cls(folder, raw["scope"], raw["letters"], bytes.fromhex(raw["db_key"]),
                       bytes.fromhex(raw["sign"]), bytes.fromhex(raw["box"]), raw.get("card"),
                       bytes.fromhex(raw.get("certificate", "")),
                       tuple(map(bytes.fromhex, raw.get("previous", []))),
                       tuple(map(bytes.fromhex, raw.get("given_up", []))))  # fmt: skip
        except FileNotFoundError:
            raise EnvironmentFault(
                _("这份数据是另一台电脑的，本机没有它的密钥。"), _("请用恢复单恢复，或用入网卡让本机加入。")
            ) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EnvironmentFault(_("本机配置读不出来。"), _("请用恢复单恢复本机配置。")) from error

    @classmethod
    def proposed(cls, folder: Path) -> Machine | None:
        """The configuration that a change of id was about to take up when the program ended, if one was."""
        return cls._read(folder, PROPOSED) if (folder / PROPOSED).is_file() else None

    def propose(self) -> None:
        """Write the configuration beside the present one; the database decides whether it counts."""
        self.save(PROPOSED)

    def take_up(self) -> None:
        """What was proposed is the configuration from now on."""
        os.replace(self.folder / PROPOSED, self.folder / MACHINE)
        sync_folder(self.folder)

    def withdraw(self) -> None:
        """Forget what was proposed."""
        (self.folder / PROPOSED).unlink(missing_ok=True)

    def save(self, name: str = MACHINE) -> None:
        """Write the configuration, fsynced."""
        raw = {
            "scope": self.scope, "letters": self.letters, "db_key": self.db_key.hex(),
            "sign": self.sign_seed.hex(), "box": self.box_seed.hex(), "card": self.card,
            "certificate": self.certificate.hex(), "previous": [key.hex() for key in self.previous],
            "given_up": [seed.hex() for seed in self.given_up],
        }  # fmt: skip
        write_safely(self.folder / name, json.dumps(raw, ensure_ascii=False, indent=1).encode())

    def joined(self, card: dict[str, Any], letters: str) -> Machine:
        """This PC with the card it joined by."""
        return replace(self, card=card, letters=letters)

    def renewed(self) -> Machine:
        """This PC under a new device id: a new signing key; the same letters, and the same sealing key, so that
        files already on their way to this PC can still be opened."""
        previous = (*self.previous, self.verify_key)
        given_up = (*self.given_up, self.sign_seed)
        return replace(self, sign_seed=os.urandom(32), certificate=b"", previous=previous, given_up=given_up)

    def formerly(self, device: str) -> Machine | None:
        """This PC as it signed under ``device``, now or before; None where it never did, or the key is gone."""
        machines = (replace(self, sign_seed=seed) for seed in (self.sign_seed, *self.given_up))
        return next((machine for machine in machines if machine.device == device), None)

    @property
    def verify_key(self) -> bytes:
        """The public signing key, 32 bytes."""
        from nacl.signing import SigningKey

        return bytes(SigningKey(self.sign_seed).verify_key)

    @property
    def box_key(self) -> bytes:
        """The public sealing key, 32 bytes."""
        from nacl.public import PrivateKey

        return bytes(PrivateKey(self.box_seed).public_key)

    @property
    def device(self) -> str:
        """The id under which this PC writes."""
        return device_id(self.verify_key)

    def sign(self, data: bytes) -> bytes:
        """An Ed25519 signature, 64 bytes."""
        from nacl.signing import SigningKey

        return bytes(SigningKey(self.sign_seed).sign(data).signature)


@dataclass
class Mark:
    """The last change that left this PC, the bundle counter and the last numbers issued; never taken back."""

    folder: Path
    left: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Per ``scope/device``: own last seq that left, and the chain hash there (hex)."""
    counter: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    """Per ``letters-year``: the last number issued."""

    @classmethod
    def load(cls, folder: Path) -> Mark:
        """Read the mark; a missing file is a fresh mark."""
        try:
            raw = json.loads((folder / "mark.json").read_text("utf-8"))
            return cls(folder, {s: (q, h) for s, (q, h) in raw["left"].items()}, raw["counter"], raw["numbers"])
        except FileNotFoundError:
            return cls(folder)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EnvironmentFault(_("本机的同步标记读不出来。"), _("请用恢复单恢复本机配置。")) from error

    def save(self) -> None:
        """Write the mark, fsynced; call it before the first byte leaves.

        What another thread or process wrote meanwhile is kept: nothing in the mark ever goes back.
        """
        with locked(self.folder / "mark.lock"):
            held = Mark.load(self.folder)
            self.left = held.left | {k: v for k, v in self.left.items() if v[0] >= held.left.get(k, (0, ""))[0]}
            self.counter = max(self.counter, held.counter)
            self.numbers = held.numbers | {k: max(n, held.numbers.get(k, 0)) for k, n in self.numbers.items()}
            raw = {"left": self.left, "counter": self.counter, "numbers": self.numbers}
            write_safely(self.folder / "mark.json", json.dumps(raw).encode())

    def heard_of(self, counter: int) -> None:
        """Others have seen ``counter`` on a bundle of ours: it never goes below, even when the disk was rolled back."""
        if self.counter < counter:
            self.counter = counter
            self.save()

    def reserve(self, left: dict[str, tuple[int, str]], bundles: int) -> int:
        """Note what is about to leave and take the next ``bundles`` counters; returns the first of them."""
        with locked(self.folder / "bundle.lock"):
            held = Mark.load(self.folder)
            self.left, self.counter, self.numbers = held.left | left, held.counter + bundles, held.numbers
            self.save()
            return held.counter + 1
