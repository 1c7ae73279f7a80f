"""A change: one edit of one record by one device, its bytes and its place in the hash chain (design.md §4)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

Stamp = tuple[int, str]
"""(lamport, device): names one write; compared in this order."""

GENESIS = bytes(32)
MAX_BYTES = 64 * 1024
"""One change is at most this long, header and values together."""
MAX_TEXT = 200
"""No name in a change (actor, kind, record id) is longer, nor holds a NUL: databases refuse that."""

_encode = msgspec.msgpack.Encoder(order="deterministic").encode
_bases = msgspec.msgpack.Decoder(dict[str, list[tuple[int, str]]])
_any = msgspec.msgpack.Decoder()
_TEXT = frozenset({str})


class Change(NamedTuple):
    """The change as it travels and as it is stored; ``bases`` and ``values`` are the very bytes that were hashed."""

    scope: str
    device: str
    seq: int
    lamport: int
    op: int
    at: int
    actor: str
    kind: str
    record_id: str
    schema: int
    bases: bytes
    values: bytes | None
    values_hash: bytes

    @property
    def stamp(self) -> Stamp:
        return self.lamport, self.device


def digest(data: bytes) -> bytes:
    """BLAKE2b of 32 bytes."""
    return blake2b(data, digest_size=32).digest()


def chain(previous: bytes, change: Change) -> bytes:
    """The log's hash after ``change``: BLAKE2b(previous hash, header, values_hash)."""
    return digest(previous + _encode(change[:11]) + change.values_hash)


def encode_values(values: Mapping[str, Any], *, salted: bool) -> bytes:
    """The bytes of ``values``; ``salted`` where a personal or sensitive field is among them.

    The salt keeps an erased value from being guessed from its hash.
    """
    return _encode([os.urandom(8), values] if salted else values)


def decode_values(data: bytes) -> dict[str, Any]:
    """The values written, without their salt; bytes that say nothing of the kind write nothing."""
    try:
        values = _any.decode(data)
    except msgspec.DecodeError:
        return {}
    if isinstance(values, list) and len(values) == 2:
        values = values[1]
    return values if isinstance(values, dict) and set(map(type, values)) <= _TEXT else {}


def encode_bases(bases: Mapping[str, Sequence[Stamp]]) -> bytes:
    """The bytes of ``{field: [stamps]}``."""
    return _encode({field: sorted(stamps) for field, stamps in bases.items()})


def decode_bases(data: bytes) -> dict[str, list[Stamp]]:
    """``{field: [stamps]}``; bytes that say nothing of the kind name nothing."""
    try:
        return _bases.decode(data)
    except msgspec.DecodeError:
        return {}


def stamp_text(stamp: Stamp) -> str:
    """A stamp as people and the command line write it: ``12@9f86d081884c7d65``."""
    return f"{stamp[0]}@{stamp[1]}"


def parse_stamp(text: str) -> Stamp:
    """The stamp of ``12@9f86d081884c7d65``; raises ValueError."""
    lamport, _at, device = text.partition("@")
    if not device or not lamport.isascii() or not lamport.isdigit() or len(lamport) > 18:
        raise ValueError(text)
    return int(lamport), device
