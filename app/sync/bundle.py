"""The bundle: signed by its sender, sealed to its recipient, the same bytes on every carrier (design.md §6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import msgspec
import zstandard
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from app.errors import BundleRefused
from app.sync import certificate as certificates
from app.sync.certificate import Certificate
from app.sync.change import Change
from app.sync.machine import Machine
from app.sync.packing import Span, Unpackable, pack, unpack
from app.text import _

MAGIC = b"SHUNIU1\n"
SUITE = 1
"""Ed25519, X25519 sealed box, BLAKE2b, zstd."""
CLEAR = len(MAGIC) + 1 + 8 + 8
MAX_SEALED = 64 * 1024 * 1024
MAX_RAW = 256 * 1024 * 1024
MAX_CHANGES = 1_000_000
MAX_CERTIFICATES = 64
LEVEL = 5
_SEAL = 48
_SIGNATURE = 64

Log = tuple[str, str]
"""(scope, device)."""
Place = tuple[int, bytes]
"""A seq and the first 8 bytes of the chain hash there."""
Holdings = Mapping[Log, Place]
"""Per log: the last place held."""
Travelling = dict[str, list[tuple[bytes, int, bytes]]]
"""Per scope: (device, seq, hash), the last place of a log before its rungs; the device's id in 8 bytes."""
Rungs = Mapping[Log, Sequence[Place]]
"""Per log on which two sides disagree: earlier places, going back ever faster, by which the common past is found."""


class Header(msgspec.Struct, array_like=True, frozen=True):
    """What a bundle says of itself; the first certificate is the sender's, the others lead to whom we know."""

    certificates: list[Certificate]
    counter: int
    heard: int
    """The highest counter that the sender has seen on a bundle of the recipient, 0 for none."""
    holdings: Travelling
    runs: list[Span]
    schema: int
    counts: dict[str, int]
    packed: int
    raw: int
    made_at: int

    @property
    def sender(self) -> Certificate:
        return self.certificates[0]

    def held(self) -> dict[Log, Place]:
        """The holdings of the sender, by log."""
        return heads_in(self.holdings)

    def rungs(self) -> dict[Log, list[Place]]:
        """The earlier places, of logs on which the sender found us to disagree."""
        return rungs_in(self.holdings)


@dataclass(frozen=True)
class Opened:
    """A bundle that is whole, ours to read and signed by whom it names. Whether to believe them is asked next, and
    only then are its changes read."""

    header: Header
    packed: bytes
    size: int

    @property
    def sender(self) -> Certificate:
        return self.header.sender


_header = msgspec.msgpack.Decoder(Header).decode
_encode = msgspec.msgpack.Encoder().encode


def by_scope(holdings: Holdings, rungs: Rungs) -> Travelling:
    """Holdings as they travel: the last place of each log, then its rungs."""
    found: Travelling = {}
    for (scope, device), place in sorted(holdings.items()):
        for seq, head in (place, *rungs.get((scope, device), ())):
            found.setdefault(scope, []).append((bytes.fromhex(device), seq, head[:8]))
    return found


def heads_in(holdings: Travelling) -> dict[Log, Place]:
    """The last place of each log."""
    found: dict[Log, Place] = {}
    for scope, logs in holdings.items():
        for device, seq, head in logs:
            found.setdefault((scope, device.hex()), (seq, head))
    return found


def rungs_in(holdings: Travelling) -> dict[Log, list[Place]]:
    """The places of each log after its last one, where there are any."""
    found: dict[Log, list[Place]] = {}
    for scope, logs in holdings.items():
        for device, seq, head in logs:
            found.setdefault((scope, device.hex()), []).append((seq, head))
    return {key: places[1:] for key, places in found.items() if len(places) > 1}


def key_id(box: bytes) -> bytes:
    """The id of a sealing key, in clear on every bundle."""
    return blake2b(box, digest_size=8).digest()


def seal(
    machine: Machine, recipient: bytes, introduced: Sequence[Certificate], counter: int, heard: int, holdings: Travelling,
    spans: Sequence[Span], runs: Sequence[Sequence[Change]], schema: int, made_at: int,
) -> bytes:  # fmt: skip
    """The bytes of a bundle to the sealing key ``recipient``."""
    raw = pack(runs)
    packed = zstandard.ZstdCompressor(level=LEVEL).compress(raw)
    counts = Counter(change.kind for run in runs for change in run)
    header = _encode(
        Header(list(introduced), counter, heard, holdings, list(spans), schema, dict(counts), len(packed), len(raw),
               made_at)
    )  # fmt: skip
    body = len(header).to_bytes(4, "big") + header + packed
    clear = _clear(recipient, _SEAL + len(body) + _SIGNATURE)
    signature = machine.sign(_signed(clear, recipient, body))
    return clear + SealedBox(PublicKey(recipient)).encrypt(body + signature)


def _clear(recipient: bytes, length: int) -> bytes:
    return MAGIC + bytes([SUITE]) + key_id(recipient) + length.to_bytes(8, "big")


def _signed(clear: bytes, recipient: bytes, body: bytes) -> bytes:
    return b"shuniu bundle 1\n" + clear + recipient + blake2b(body).digest()


def damaged() -> BundleRefused:
    """The one line for every kind of damage."""
    return BundleRefused(_("同步文件不完整或已损坏，没有导入任何内容。"), _("请重新拷贝，或请对方重新导出。"))


def frames(data: bytes) -> Iterator[bytes]:
    """The bundles that stand one after another in ``data``; raises :class:`BundleRefused` at the first fault."""
    if not data.startswith(MAGIC):
        if data.startswith(b"SHUNIU"):
            raise _newer()
        raise BundleRefused(_("这不是枢纽的同步文件。"), _("请选择扩展名为 .shuniu 的文件，或请对方重新导出。"))
    at = 0
    while at < len(data):
        clear = data[at : at + CLEAR]
        if len(clear) < CLEAR or not clear.startswith(MAGIC):
            raise damaged()
        if clear[len(MAGIC)] != SUITE:
            raise _newer()
        length = int.from_bytes(clear[-8:], "big")
        if length > MAX_SEALED or at + CLEAR + length > len(data):
            raise damaged()
        yield data[at : at + CLEAR + length]
        at += CLEAR + length


def _newer() -> BundleRefused:
    return BundleRefused(_("同步文件的版本本机不认识，没有导入任何内容。"), _("请先升级本机的枢纽程序，或重新拷贝。"))


def open_bundle(machine: Machine, data: bytes) -> Opened:
    """Unseal and check one bundle; raises :class:`BundleRefused`."""
    clear, sealed = data[:CLEAR], data[CLEAR:]
    if clear != _clear(machine.box_key, len(sealed)):
        if clear[len(MAGIC) + 1 : -8] != key_id(machine.box_key):
            raise BundleRefused(_("这个同步文件不是给本机的，没有导入任何内容。"), _("请在发出方为本机重新导出。"))
        raise damaged()
    try:
        plain = SealedBox(PrivateKey(machine.box_seed)).decrypt(sealed)
    except (CryptoError, ValueError, TypeError):
        raise damaged() from None
    body, signature = plain[:-_SIGNATURE], plain[-_SIGNATURE:]
    cut = 4 + int.from_bytes(body[:4], "big")
    try:
        header = _header(body[4:cut])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise damaged() from None
    if not 1 <= len(header.certificates) <= MAX_CERTIFICATES or not certificates.signed_by(
        header.sender.verify, _signed(clear, machine.box_key, body), signature
    ):
        raise BundleRefused(_("同步文件的签名不符，没有导入任何内容。"), _("请重新拷贝，或请对方重新导出。"))
    return Opened(header, body[cut:], len(data))


def changes_of(opened: Opened) -> list[list[Change]]:
    """Decompress within what is declared and allowed, and read the columns; one list for each run."""
    header, packed, spans = opened.header, opened.packed, opened.header.runs
    lying = len(packed) != header.packed or not 0 <= header.raw <= MAX_RAW
    lying = lying or len({(span.scope, span.device) for span in spans}) != len(spans)
    count = 0
    for span in spans:
        lying = lying or not 1 <= span.first <= span.last < 2**53 or len(span.hash) != 32 or len(span.before) != 32
        count += span.last - span.first + 1
    lying = (
        lying
        or count * 8 > header.raw
        or count > MAX_CHANGES
        or not 0 <= header.counter < 2**53
        or not 0 <= header.heard < 2**53
        or not 0 <= header.made_at < 2**53
        or not 0 <= header.schema < 2**31
        or not all(0 <= seq < 2**53 for logs in header.holdings.values() for _by, seq, _head in logs)
    )
    try:
        if lying or zstandard.frame_content_size(packed) != header.raw:
            raise _lies()
        raw = zstandard.ZstdDecompressor().decompress(packed, max_output_size=header.raw, allow_extra_data=False)
        runs = unpack(raw, spans)
    except (zstandard.ZstdError, Unpackable, MemoryError):
        raise _lies() from None
    if Counter(change.kind for run in runs for change in run) != header.counts:
        raise _lies()
    return runs


def _lies() -> BundleRefused:
    return BundleRefused(_("同步文件的内容与它的说明不符，没有导入任何内容。"), _("请对方升级枢纽程序后重新导出。"))
