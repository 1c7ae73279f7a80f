"""Hostile bundles at every door: the import of a file, the command line, the endpoint. Nothing is accepted, no row
changes, and each refusal is one plain line."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from nacl.public import PublicKey, SealedBox

from app.district.district import District
from app.errors import BundleRefused
from app.services.writing import put
from app.sync import bundle, certificate, closing, log, usb
from app.sync.machine import Machine
from app.sync.packer import last_heard
from tests import sampling
from tests.conftest import Answer
from tests.district.serving import Answering
from tests.sync.test_refusals import forge, next_change
from tests.sync.world import OTHER, STREET, Pc, World, contents, everything


@dataclass
class Doors:
    """The three ways into a district."""

    world: World
    server: Answering
    shuniu: Callable[..., Answer]

    def post(self, data: bytes) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(self.server.address + "/exchange", data, timeout=30) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def refuse(self, data: bytes, *, command: bool = True) -> str:
        """Offer ``data`` everywhere, insist on a refusal that changes nothing, and return the one line."""
        replica = self.world.district.replica()
        before = everything(replica)
        path = self.world.folder / "offered.shuniu"
        path.write_bytes(data)
        with pytest.raises(BundleRefused) as caught:
            usb.import_file(replica, path)
        assert caught.value.mend
        line = str(caught.value)
        assert "\n" not in line
        status, body = self.post(data)
        assert status == 422
        told = json.loads(body)
        assert (told["error"], told["mend"]) == (caught.value.message, caught.value.mend)
        if command:
            folders = ("--data", self.world.district.data, "--config", self.world.folder / "district-config")
            answer = self.shuniu(*folders, "district", "bundle", "import", path, folders=False)
            assert (answer.code, answer.out, answer.err) == (6, "", line + "\n")
        assert everything(replica) == before
        assert not replica.inbox.exists() or not list(replica.inbox.iterdir())
        return line


@pytest.fixture
def doors(world: World, shuniu: Callable[..., Answer]) -> Iterator[Doors]:
    with Answering(world.district) as server:
        yield Doors(world, server, shuniu)


@pytest.fixture
def pc(world: World) -> Pc:
    """A PC of which the district holds a part."""
    pc = world.carded("a")
    pc.put(name="大厅", capacity=80)
    world.up(pc)
    pc.put(name="二楼")
    return pc


def test_a_file_cut_at_any_byte_is_refused(world: World, pc: Pc, doors: Doors) -> None:
    data = world.file(pc.replica).read_bytes()
    for length in sampling.sample(range(len(data)), 30):
        doors.refuse(data[:length], command=length % 50 == 0)


def test_any_byte_flipped_is_refused(world: World, pc: Pc, doors: Doors) -> None:
    data, dice = world.file(pc.replica).read_bytes(), sampling.dice("flip")
    for at in sampling.sample(range(len(data)), 30):
        doors.refuse(data[:at] + bytes([data[at] ^ dice.randint(1, 255)]) + data[at + 1 :], command=at % 50 == 0)


def test_bytes_that_do_not_belong_are_refused(world: World, pc: Pc, doors: Doors) -> None:
    data = world.file(pc.replica).read_bytes()
    other = world.carded("b")
    for more in (b"\0", b"\n", b"SHUNIU1\n", data[:-1], bytes(100_000), world.file(other.replica).read_bytes()):
        doors.refuse(data + more)
        doors.refuse(more[:500] + data)


def test_who_is_not_known_not_meant_or_not_allowed_is_refused(world: World, pc: Pc, doors: Doors) -> None:
    other, stranger = world.carded("b"), world.pc("s")
    district = certificate.own(world.district.machine)
    doors.refuse(world.file(pc.replica, other.certificate()).read_bytes())
    path = world.folder / "s.shuniu"
    usb.export(stranger.replica, path, district)
    assert "入网卡" in doors.refuse(path.read_bytes())
    change, previous = next_change(pc, scope=OTHER)
    doors.refuse(forge(pc, world.district.machine, [[change]], previous=previous))
    impostor = forge(stranger, world.district.machine, [], certificates=[certificate.own(pc.workspace.machine)])
    assert "签名不符" in doors.refuse(impostor)


def test_a_closed_device_brings_nothing_more(world: World, pc: Pc, doors: Doors) -> None:
    closing.revoke(world.district.replica(), pc.device)
    pc.put(name="停用以后")
    doors.refuse(world.file(pc.replica).read_bytes())


def test_leaps_and_bombs_are_refused(world: World, pc: Pc, doors: Doors) -> None:
    machine = world.district.machine
    for lamport in (1_100_000, 2**53, 2):
        change, previous = next_change(pc, lamport=lamport)
        doors.refuse(forge(pc, machine, [[change]], previous=previous))
    change, previous = next_change(pc)
    for declared in (1000, 256 * 1024 * 1024, 2**40):
        bomb = forge(pc, machine, [[change]], previous=previous, unpacked=bytes(300_000_000), raw=declared)
        assert len(bomb) < 200_000
        doors.refuse(bomb)


def test_a_file_that_comes_ten_times_or_late_changes_nothing(world: World, pc: Pc, doors: Doors) -> None:
    district = world.district.replica()
    older = world.file(pc.replica)
    pc.put(name="三楼")
    newer = world.file(pc.replica)
    assert usb.import_file(district, newer).applied > 0
    before, heard = contents(district), last_heard(district, pc.device)
    for path in (older, newer) * 5:
        received = usb.import_file(district, path)
        assert (received.applied, received.missing) == (0, ())
        assert doors.post(path.read_bytes())[0] == 200
    assert contents(district) == before
    assert last_heard(district, pc.device) == heard


ODD: list[Any] = [
    None, True, -1, 0, 1, 2**31, 2**53, 2**63, 2**64 - 1, 1.5, "", "x", "\0", "长" * 400, b"", bytes(31), bytes(64),
    [], [[]], {}, {"a": 1}, [None] * 1000,
]  # fmt: skip
"""What a field is replaced by: every type, every edge."""
FREE = ("holdings", "counter", "heard", "made_at", "schema")
"""Fields of the header by which a sender tells of itself."""


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something can be replaced in decoded MessagePack."""
    yield at
    if isinstance(value, list):
        for index, inner in enumerate(value[:6]):
            yield from places(inner, (*at, index))
    elif isinstance(value, dict):
        for key in list(value)[:3]:
            yield from places(value[key], (*at, key))


def replaced(value: Any, at: tuple[Any, ...], odd: Any) -> Any:
    """``value`` with ``odd`` at one place."""
    if not at:
        return odd
    copy = list(value) if isinstance(value, list) else dict(value)
    copy[at[0]] = replaced(value[at[0]], at[1:], odd)
    return copy


def sealed(machine: Machine, recipient: Machine, header: bytes, packed: bytes, length: int | None = None) -> bytes:
    """A bundle of any content, rightly signed and sealed."""
    body = (len(header) if length is None else length).to_bytes(4, "big") + header + packed
    clear = bundle._clear(recipient.box_key, len(body) + 64 + 48)
    signature = machine.sign(bundle._signed(clear, recipient.box_key, body))
    return clear + SealedBox(PublicKey(recipient.box_key)).encrypt(body + signature)


@dataclass
class Open:
    """A genuine bundle, laid open to be falsified by its own sender."""

    machine: Machine
    recipient: Machine
    header: list[Any]
    packed: bytes
    columns: list[Any]

    @classmethod
    def of(cls, world: World, pc: Pc) -> Open:
        opened = bundle.open_bundle(world.district.machine, world.file(pc.replica).read_bytes())
        header = msgspec.msgpack.decode(msgspec.msgpack.encode(opened.header))
        columns = msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(opened.packed), strict=False)
        return cls(pc.workspace.machine, world.district.machine, header, opened.packed, columns)

    def at(self, name: str) -> int:
        """Where a field of the header stands."""
        return bundle.Header.__struct_fields__.index(name)

    def with_header(self, header: Any) -> bytes:
        """Another header before the same changes."""
        return sealed(self.machine, self.recipient, msgspec.msgpack.encode(header), self.packed)

    def with_columns(self, columns: Any) -> bytes:
        """Other changes, whose sizes the header tells rightly."""
        raw = msgspec.msgpack.encode(columns)
        packed = zstandard.ZstdCompressor().compress(raw)
        header = replaced(self.header, (self.at("packed"),), len(packed))
        header = replaced(header, (self.at("raw"),), len(raw))
        return sealed(self.machine, self.recipient, msgspec.msgpack.encode(header), packed)


def test_the_bundle_that_is_falsified_below_is_genuine(world: World, pc: Pc, doors: Doors) -> None:
    genuine, district = Open.of(world, pc), world.district.replica()
    before = everything(district)
    assert doors.post(genuine.with_header(genuine.header))[0] == 200
    assert everything(district) != before


def test_no_lie_of_the_header_is_accepted(world: World, pc: Pc, doors: Doors) -> None:
    """Every field of the header replaced by everything odd, rightly signed. What a sender says of itself, its counter,
    which of ours it has heard and the time, it may say as it likes within the numbers there are; its holdings concern only
    itself."""
    genuine = Open.of(world, pc)
    district = world.district.replica()
    before = everything(district)
    free = {genuine.at(name) for name in FREE}
    cases = [
        (at, odd) for at in places(genuine.header) for odd in ODD
        if not (at and at[0] in free) and _value(genuine.header, at) != odd
    ]  # fmt: skip
    for at, odd in sampling.sample(cases, 250):
        status, body = doors.post(genuine.with_header(replaced(genuine.header, at, odd)))
        assert status == 422, f"header {at} = {odd!r}: {status} {body[:200]!r}"
        assert json.loads(body)["mend"]
    assert everything(district) == before


def _value(value: Any, at: tuple[Any, ...]) -> Any:
    for step in at:
        value = value[step]
    return value


def test_odd_counters_times_and_holdings_are_refused_or_harmless(world: World, pc: Pc, doors: Doors) -> None:
    genuine = Open.of(world, pc)
    district = world.district.replica()
    for name in FREE:
        for at in places(genuine.header[genuine.at(name)], (genuine.at(name),)):
            for odd in ODD:
                status, body = doors.post(genuine.with_header(replaced(genuine.header, at, odd)))
                assert status in (200, 422), f"{name} {at} = {odd!r}: {status} {body[:200]!r}"
                if isinstance(odd, int) and odd < 0:
                    assert status == 422, f"{name} {at} = {odd!r}"
    pc.put(name="后来的")
    assert doors.post(world.file(pc.replica).read_bytes())[0] == 200
    with pc.replica.reading() as here, district.reading() as there:
        assert log.heads(here)[STREET, pc.device] == log.heads(there)[STREET, pc.device]


def test_no_lie_of_the_columns_is_accepted(world: World, pc: Pc, doors: Doors) -> None:
    genuine = Open.of(world, pc)
    before = everything(world.district.replica())
    cases = [(at, odd) for at in places(genuine.columns) for odd in ODD if _value(genuine.columns, at) != odd]
    for at, odd in sampling.sample(cases, 250):
        status, body = doors.post(genuine.with_columns(replaced(genuine.columns, at, odd)))
        assert status == 422, f"columns {at} = {odd!r}: {status} {body[:200]!r}"
    assert everything(world.district.replica()) == before


def test_what_is_no_header_and_no_compression_is_refused(world: World, pc: Pc, doors: Doors) -> None:
    genuine = Open.of(world, pc)
    header = msgspec.msgpack.encode(genuine.header)
    raw = msgspec.msgpack.encode(genuine.columns)
    packed = genuine.packed
    machine, to = genuine.machine, genuine.recipient
    sizeless = zstandard.ZstdCompressor(write_content_size=False).compress(raw)
    for head, rest in (
        (b"", b""), (b"\xc1", packed), (b"\x91" * 5000, packed), (header[:-3], packed), (header + b"\0", packed),
        (header, b""), (header, packed[:-3]), (header, packed + packed), (header, sizeless), (header, raw),
        (header, bytes(len(packed))),
    ):  # fmt: skip
        doors.refuse(sealed(machine, to, head, rest))
    for length in (0, 1, len(header) - 1, len(header) + 1, 2**32 - 1):
        doors.refuse(sealed(machine, to, header, packed, length))


def test_a_pc_refuses_what_the_district_would_not_have_sent(
    world: World, pc: Pc, tmp_path: Path, shuniu: Callable[..., Answer]
) -> None:
    """The other receiver: files from the district, cut and flipped, by the command line."""
    world.publish()
    path = world.file(world.district.replica(), pc.certificate())
    data, dice = path.read_bytes(), sampling.dice("pc")
    before = everything(pc.replica)
    offered = tmp_path / "offered.shuniu"
    folders = ("--data", pc.folder / "data", "--config", pc.folder / "config")
    for at in sampling.sample(range(len(data)), 10):
        for bad in (data[:at], data[:at] + bytes([data[at] ^ dice.randint(1, 255)]) + data[at + 1 :]):
            offered.write_bytes(bad)
            answer = shuniu(*folders, "bundle", "import", offered, folders=False)
            assert (answer.code, answer.out, answer.err.count("\n")) == (6, "", 1)
    assert everything(pc.replica) == before
    assert shuniu(*folders, "bundle", "import", path, folders=False).line["applied"] == 2


def test_a_lying_district_is_refused_by_the_exchange(world: World, doors: Doors) -> None:
    """What comes back over the network is checked as a file is."""
    from app.sync import http

    world.server = doors.server.address
    pc = world.carded("n")
    hall = pc.put(name="大厅")
    http.sync_once(pc.replica)
    before = everything(pc.replica)
    with pc.workspace.office.unit() as unit:
        from app.models.registry import KINDS

        put(unit, KINDS["venue"], {"capacity": 3}, hall)
    after = everything(pc.replica)
    assert before != after
    doors.server.use(_impostor(world.district))
    with pytest.raises(BundleRefused):
        http.sync_once(pc.replica)
    assert everything(pc.replica) == after


def _impostor(district: District) -> District:
    """The district with another machine, which opens what is sealed to it and signs with a key of its own."""
    fresh = Machine.create(district.machine.folder.parent / "impostor", "all", "")
    impostor = replace(fresh, box_seed=district.machine.box_seed)
    impostor.save()
    return replace(district, machine=impostor)
