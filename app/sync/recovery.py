"""The recovery sheet (design.md §3): a key on paper that opens the database of a PC that is gone.

The center has one pair of keys. The public one is a field of its record, so that every PC seals its database key to it
and keeps the sealed slot in the data folder and in each backup; the private one exists only on paper.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import msgspec
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from app.errors import Refusal
from app.sync.key_slot import Slot
from app.sync.machine import Machine, write_safely
from app.text import _

NAME = "key.recovery"
_MAGIC = b"SHUNIU-RECOVERY 1\n"
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V", "-": "", " ": ""})
_CHECK_BITS = 14
_COUNT = (256 + _CHECK_BITS) // 5
GROUP = 6


class Sheet(NamedTuple):
    """What a recovery sheet says: the code for the paper, and the public key (hex) for the center's record."""

    code: str
    public: str


def new_sheet() -> Sheet:
    """A new pair of keys; ``code`` is to be printed and kept nowhere else."""
    seed = os.urandom(32)
    return Sheet(_code(seed), bytes(PrivateKey(seed).public_key).hex())


def _code(seed: bytes) -> str:
    number = int.from_bytes(seed, "big") << _CHECK_BITS | _check(seed)
    letters = "".join(_LETTERS[number >> 5 * at & 31] for at in reversed(range(_COUNT)))
    return "-".join(letters[at : at + GROUP] for at in range(0, _COUNT, GROUP))


def _check(seed: bytes) -> int:
    return int.from_bytes(blake2b(seed, digest_size=2).digest(), "big") >> 16 - _CHECK_BITS


def seed_of(code: str) -> bytes:
    """The private key of a typed code: small letters, blanks, and O for 0 or I for 1 are forgiven.

    Raises :class:`Refusal` where the code was mistyped.
    """
    letters = code.strip().upper().translate(_READ_AS)
    if len(letters) != _COUNT or any(one not in _LETTERS for one in letters):
        raise Refusal.of(
            "code", _("恢复码应为 {n} 个字母和数字，现在是 {m} 个", n=_COUNT, m=len(letters)), _("请对照恢复单逐组核对")
        )
    number = 0
    for one in letters:
        number = number << 5 | _LETTERS.index(one)
    seed = (number >> _CHECK_BITS).to_bytes(32, "big")
    if number & (1 << _CHECK_BITS) - 1 != _check(seed):
        raise Refusal.of("code", _("恢复码有一处抄错了"), _("请对照恢复单逐组核对"))
    return seed


def letters() -> str:
    """Letters for the numbers of a PC that was recovered: no card gave them, so they are drawn where cards come last."""
    drawn = os.urandom(2)
    return "R" + "".join(chr(ord("A") + one % 26) for one in drawn)


def keep(data: Path, machine: Machine, public: str | None) -> bool:
    """Seal this PC's database key to the center's recovery key ``public``; whether the slot had to be written."""
    if not public:
        return False
    key = bytes.fromhex(public)
    path = data / NAME
    if path.is_file() and path.read_bytes().startswith(_MAGIC + key):
        return False
    slot = msgspec.msgpack.encode(Slot(machine.scope, machine.folder.name, machine.db_key))
    write_safely(path, _MAGIC + key + SealedBox(PublicKey(key)).encrypt(slot))
    return True


def unseal(code: str, sealed: bytes) -> Slot:
    """The database key in a slot, opened by the code of the sheet it was sealed to.

    Raises :class:`Refusal` where the code is of another sheet, or the slot is damaged.
    """
    key = PrivateKey(seed_of(code))
    try:
        if not sealed.startswith(_MAGIC):
            raise ValueError
        body = sealed.removeprefix(_MAGIC)
        if body[:32] != bytes(key.public_key):
            raise Refusal.of(
                "code", _("这份备份要用另一张恢复单打开"), _("恢复单换过新的，旧备份用旧恢复单；请核对恢复单上的日期")
            )
        return msgspec.msgpack.decode(SealedBox(key).decrypt(body[32:]), type=Slot)
    except (CryptoError, ValueError, TypeError, msgspec.ValidationError):
        raise Refusal.of("file", _("备份里的密钥已损坏"), _("请换一份备份")) from None
