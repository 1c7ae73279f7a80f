"""The district's slot for a center's database key (design.md §3): sealed to the district, kept in the data folder.

A copied data folder alone says nothing. With this file the district can make a card that opens the folder on another
PC, where the old PC is broken.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from app.errors import EnvironmentFault, Refusal
from app.sync import certificate as certificates
from app.sync.log import ALL
from app.sync.machine import Machine, write_safely
from app.text import _

NAME = "key.sealed"
_MAGIC = b"SHUNIU-KEY 1\n"


class Slot(msgspec.Struct, frozen=True, array_like=True):
    """What is sealed: the key of the database of one workspace of one center."""

    scope: str
    workspace: str
    key: bytes


def keep(data: Path, machine: Machine) -> None:
    """Write the slot into the data folder, once this PC knows its district."""
    if machine.card is None or (data / NAME).is_file():
        return
    authority = certificates.card_of(machine.card).authority
    if authority.scope == ALL:
        slot = msgspec.msgpack.encode(Slot(machine.scope, machine.folder.name, machine.db_key))
        write_safely(data / NAME, _MAGIC + SealedBox(PublicKey(authority.box)).encrypt(slot))


def unseal(district: Machine, path: Path) -> Slot:
    """The slot in a file, opened by the district's key; raises :class:`Refusal` where it is none of ours."""
    try:
        with path.open("rb") as file:
            data = file.read(4096)
    except OSError as error:
        raise EnvironmentFault(
            _("读不出 {file}：{why}", file=path, why=error.strerror or str(error)), _("请检查U盘和文件名。")
        ) from error
    try:
        if not data.startswith(_MAGIC):
            raise ValueError
        plain = SealedBox(PrivateKey(district.box_seed)).decrypt(data.removeprefix(_MAGIC))
        return msgspec.msgpack.decode(plain, type=Slot)
    except (CryptoError, ValueError, TypeError):
        raise Refusal.of(
            "key", _("{file} 不是给本区的密钥文件，或已损坏", file=path.name),
            _("请从中心的数据文件夹里拷贝 {name}", name=NAME),
        ) from None  # fmt: skip
