"""Changes in columns: what repeats is said once, so that it compresses well and decodes fast (design.md §6).

Changes come run by run; scope, device and seq follow from the runs and do not travel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise, repeat

import msgspec

from app.sync.change import MAX_BYTES, MAX_TEXT, Change, digest

MAX_NUMBER = 2**53
_SALTED = b"\x92\xc4\x08"
"""How salted values begin: an array of two, the first eight bytes long."""


class Unpackable(ValueError):
    """Columns that do not make changes."""


class SignedHead(msgspec.Struct, frozen=True, array_like=True):
    """A place in a log, with the chain hash there, signed by the log's device."""

    seq: int
    hash: bytes
    signature: bytes


class Span(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of one log: its changes ``first`` to ``last``, the chain hash before them and the one at their end,
    signed by its device."""

    scope: str
    device: str
    first: int
    last: int
    before: bytes
    hash: bytes
    signature: bytes
    within: tuple[SignedHead, ...] = ()
    """Signed places on the way: who relays a long stretch over a slow line may cut it there."""

    @property
    def heads(self) -> tuple[SignedHead, ...]:
        """Every signed place, the end the last."""
        return *self.within, SignedHead(self.last, self.hash, self.signature)


class _Columns(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    texts: list[str]
    blobs: list[bytes]
    lamport: list[int]
    back: list[int]
    at: list[int]
    actor: list[int]
    kind: list[int]
    schema: list[int]
    bases: list[int]
    ids: bytes
    names: dict[int, str]
    sizes: list[int]
    salts: bytes
    hashes: bytes
    values: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Columns).decode


def pack(runs: Iterable[Sequence[Change]]) -> bytes:
    """The columns of ``runs``, each the consecutive changes of one log."""
    runs = [run for run in runs if run]
    changes = [change for run in runs for change in run]
    texts: dict[str, int] = {}
    blobs: dict[bytes, int] = {}
    lamport: list[int] = []
    for run in runs:
        lamport.append(run[0].lamport)
        lamport += [b.lamport - a.lamport for a, b in pairwise(run)]
    names, ids = _ids(changes)
    sizes, salts, hashes, values = _values(changes)
    return _encode(
        _Columns(
            lamport=lamport,
            back=[c.seq - c.op for c in changes],
            at=[b - a for a, b in pairwise((0, *(c.at for c in changes)))],
            actor=[texts.setdefault(c.actor, len(texts)) for c in changes],
            kind=[texts.setdefault(c.kind, len(texts)) for c in changes],
            schema=[c.schema for c in changes],
            bases=[blobs.setdefault(c.bases, len(blobs)) for c in changes],
            ids=ids,
            names=names,
            sizes=sizes,
            salts=salts,
            hashes=hashes,
            values=values,
            texts=list(texts),
            blobs=list(blobs),
        )
    )


def _ids(changes: Sequence[Change]) -> tuple[dict[int, str], bytes]:
    """Canonical UUIDs as 16 bytes each; any other id by its place."""
    names: dict[int, str] = {}
    ids = []
    for at, change in enumerate(changes):
        text = change.record_id
        try:
            data = bytes.fromhex(text.replace("-", "")) if len(text) == 36 else b""
        except ValueError:
            data = b""
        if len(data) == 16 and _uuid(data.hex()) == text:
            ids.append(data)
        else:
            names[at] = text
    return names, b"".join(ids)


def _uuid(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _values(changes: Sequence[Change]) -> tuple[list[int], bytes, bytes, bytes]:
    """0 for erased values, whose hash travels; else twice the length, and one more, and one for a salt apart."""
    sizes, salts, hashes, values = [], [], [], []
    for change in changes:
        data = change.values
        if data is None:
            sizes.append(0)
            hashes.append(change.values_hash)
        elif data.startswith(_SALTED) and len(data) > 11:
            sizes.append(2 * (len(data) - 11) + 2)
            salts.append(data[3:11])
            values.append(data[11:])
        else:
            sizes.append(2 * len(data) + 1)
            values.append(data)
    return sizes, b"".join(salts), b"".join(hashes), b"".join(values)


def unpack(data: bytes, spans: Sequence[Span]) -> list[list[Change]]:
    """The changes of each span; raises :class:`Unpackable` where they are not what a log can hold."""
    try:
        columns = _decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Unpackable(str(error)) from error
    count = sum(span.last - span.first + 1 for span in spans)
    lists = (columns.lamport, columns.back, columns.at, columns.actor, columns.kind, columns.schema, columns.bases,
             columns.sizes)  # fmt: skip
    if any(len(values) != count for values in lists):
        raise Unpackable("counts")
    _check_texts(columns)
    values, hashes = _read_values(columns)
    try:
        _check_sizes(columns)
        actors = [columns.texts[i] for i in columns.actor]
        kinds = [columns.texts[i] for i in columns.kind]
        bases = [columns.blobs[i] for i in columns.bases]
    except IndexError as error:
        raise Unpackable("dictionary") from error
    ids = _read_ids(columns, count)
    ats = list(accumulate(columns.at))
    # Short of a limit no column goes negative and none beyond what a database holds.
    if count and (
        min(columns.actor) < 0 or min(columns.kind) < 0 or min(columns.bases) < 0 or min(columns.lamport) < 1
        or min(columns.schema) < 0 or max(columns.schema) > MAX_NUMBER or min(ats) < 0 or max(ats) > MAX_NUMBER
    ):  # fmt: skip
        raise Unpackable("range")
    runs, at = [], 0
    for span in spans:
        to = at + span.last - span.first + 1
        seqs = range(span.first, span.last + 1)
        lamports = list(accumulate(columns.lamport[at:to]))
        ops = [seq - back for seq, back in zip(seqs, columns.back[at:to], strict=True)]
        if lamports[-1] > MAX_NUMBER or min(ops) < 1 or min(columns.back[at:to]) < 0:
            raise Unpackable("range")
        run = list(
            map(
                Change, repeat(span.scope), repeat(span.device), seqs, lamports, ops, ats[at:to], actors[at:to],
                kinds[at:to], ids[at:to], columns.schema[at:to], bases[at:to], values[at:to], hashes[at:to],
            )
        )  # fmt: skip
        runs.append(run)
        at = to
    return runs


def _check_texts(columns: _Columns) -> None:
    for text in (*columns.texts, *columns.names.values()):
        if len(text) > MAX_TEXT or "\0" in text:
            raise Unpackable("text")


def _check_sizes(columns: _Columns) -> None:
    """Each change within its limit; looked at one by one only where the largest parts might exceed it together."""
    blobs = [len(blob) for blob in columns.blobs]
    if max(blobs, default=0) + max(columns.sizes, default=0) // 2 + 512 > MAX_BYTES and any(
        blobs[at] + (size - 1) // 2 + 512 > MAX_BYTES + 11
        for at, size in zip(columns.bases, columns.sizes, strict=True)
    ):
        raise Unpackable("size")


def _read_values(columns: _Columns) -> tuple[list[bytes | None], list[bytes]]:
    values: list[bytes | None] = []
    hashes: list[bytes] = []
    at = salt = erased = 0
    for size in columns.sizes:
        if size > 0:
            length, salted = (size - 1) >> 1, not size & 1
            data = columns.values[at : at + length]
            at += length
            if salted:
                data = _SALTED + columns.salts[salt : salt + 8] + data
                salt += 8
            values.append(data)
            hashes.append(digest(data))
        elif size == 0:
            values.append(None)
            hashes.append(columns.hashes[erased : erased + 32])
            erased += 32
        else:
            raise Unpackable("size")
    if (at, salt, erased) != (len(columns.values), len(columns.salts), len(columns.hashes)):
        raise Unpackable("lengths")
    return values, hashes


def _read_ids(columns: _Columns, count: int) -> list[str]:
    digits = columns.ids.hex()
    plain = [_uuid(digits[at : at + 32]) for at in range(0, len(digits), 32)]
    if len(plain) + len(columns.names) != count or len(columns.ids) % 16:
        raise Unpackable("ids")
    if not columns.names:
        return plain
    rest = iter(plain)
    try:
        return [columns.names[at] if at in columns.names else next(rest) for at in range(count)]
    except StopIteration as error:
        raise Unpackable("ids") from error
