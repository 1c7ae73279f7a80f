"""Columns give back the very changes that were packed."""

from __future__ import annotations

import contextlib
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sync.change import Change, digest
from app.sync.packing import Span, Unpackable, pack, unpack

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
IDS = st.one_of(st.uuids().map(str), st.uuids().map(lambda u: str(u).upper()), TEXT, st.just("-" * 36))
VALUES = st.one_of(st.none(), st.binary(max_size=60), st.binary(max_size=40).map(lambda b: b"\x92\xc4\x08" + b))


@st.composite
def runs(draw: st.DrawFn) -> list[list[Change]]:
    found = []
    for number in range(draw(st.integers(0, 3))):
        first, lamport, run = draw(st.integers(1, 10**6)), draw(st.integers(1, 10**12)), []
        for seq in range(first, first + draw(st.integers(1, 8))):
            values = draw(VALUES)
            run.append(
                Change(
                    "310110013", f"{number:016x}", seq, lamport, draw(st.integers(1, seq)),
                    draw(st.integers(0, 2**40)), draw(TEXT), draw(TEXT), draw(IDS), draw(st.integers(0, 99)),
                    draw(st.binary(max_size=30)), values, digest(values if values is not None else b"gone"),
                )
            )  # fmt: skip
            lamport += draw(st.integers(1, 1000))
        found.append(run)
    return found


def spans(packed: list[list[Change]]) -> list[Span]:
    return [Span(r[0].scope, r[0].device, r[0].seq, r[-1].seq, b"", b"", b"") for r in packed]


@settings(suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(runs())
def test_what_was_packed_comes_back(changes: list[list[Change]]) -> None:
    assert unpack(pack(changes), spans(changes)) == changes


@settings(suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(runs(), st.data())
def test_damaged_columns_never_crash(changes: list[list[Change]], data: st.DataObject) -> None:
    raw = bytearray(pack(changes))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(Unpackable):
        unpack(bytes(raw), spans(changes))


def test_too_few_and_too_many_changes_are_told() -> None:
    value = b"\x80"
    one = Change("s", "d", 1, 1, 1, 1, "", "k", str(uuid.uuid4()), 1, b"\x80", value, digest(value))
    for last in (2, 10**9):
        with pytest.raises(Unpackable):
            unpack(pack([[one]]), [Span("s", "d", 1, last, b"", b"", b"")])
    with pytest.raises(Unpackable):
        unpack(pack([[one]]), [])


def test_each_change_has_its_own_limit() -> None:
    def change(seq: int, bases: int, values: int) -> Change:
        data = bytes(values)
        return Change("s", "d", seq, seq, seq, 1, "", "k", "id", 1, bytes(bases), data, digest(data))

    large = [change(1, 40_000, 100), change(2, 100, 60_000)]
    assert unpack(pack([large]), spans([large])) == [large]
    for bases, values in ((40_000, 40_000), (1, 66_000), (66_000, 1)):
        run = [change(1, bases, values)]
        with pytest.raises(Unpackable):
            unpack(pack([run]), spans([run]))


def test_a_name_that_others_would_refuse_is_refused_when_written(world) -> None:
    from app.errors import Refusal

    office = world.pc("a").workspace.office
    for actor in ("张" * 300, "a\0b"):
        with pytest.raises(Refusal), office.acting(actor).unit() as unit:
            unit.audit("print", "venue", "x")
