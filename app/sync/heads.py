"""The hidden column of a row: the stamps behind what it shows, compactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from app.sync.change import Stamp
from app.sync.merge import State

_encode = msgspec.msgpack.Encoder(order="deterministic").encode
_decode = msgspec.msgpack.Decoder(
    tuple[list[tuple[int, str, str]], list[tuple[str, int, str]], list[str], list[str]]
).decode


class Heads(NamedTuple):
    """``shown`` and ``others`` by log field; ``erased``: fields whose value was erased; ``misfits``: values the
    column cannot hold."""

    shown: Mapping[str, tuple[Stamp, ...]]
    others: Mapping[str, tuple[Stamp, ...]]
    erased: tuple[str, ...] = ()
    misfits: tuple[str, ...] = ()

    @classmethod
    def of(cls, state: State, misfits: Sequence[str] = ()) -> Heads:
        """The heads of a folded record."""
        return cls(
            {name: field.shown for name, field in state.fields.items()},
            {name: tuple(h.stamp for h in field.others) for name, field in state.fields.items() if field.others},
            tuple(sorted(name for name, field in state.fields.items() if field.erased)),
            tuple(sorted(misfits)),
        )

    def encode(self) -> bytes:
        """One canonical spelling, so that equal states are equal bytes."""
        groups: dict[Stamp, list[str]] = {}
        for name in sorted(self.shown):
            for stamp in self.shown[name]:
                groups.setdefault(stamp, []).append(name)
        return _encode(
            (
                [(*stamp, " ".join(names)) for stamp, names in sorted(groups.items())],
                [(name, *stamp) for name, stamps in sorted(self.others.items()) for stamp in stamps],
                self.erased,
                self.misfits,
            )
        )

    @classmethod
    def decode(cls, data: bytes) -> Heads:
        """Read the hidden column."""
        groups, rest, erased, misfits = _decode(data)
        shown: dict[str, tuple[Stamp, ...]] = {}
        others: dict[str, tuple[Stamp, ...]] = {}
        for lamport, device, names in groups:
            for name in names.split(" "):
                shown[name] = (*shown.get(name, ()), (lamport, device))
        for name, lamport, device in rest:
            others[name] = (*others.get(name, ()), (lamport, device))
        return cls(shown, others, tuple(erased), tuple(misfits))


def heads_of_one(stamp: Stamp, names: Iterable[str], misfits: Sequence[str]) -> bytes:
    """The hidden column of a record with one change that writes ``names``: as :meth:`Heads.encode` spells it."""
    return _encode((((*stamp, " ".join(sorted(names))),), (), (), sorted(misfits)))
