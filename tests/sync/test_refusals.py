"""What is not acceptable: nothing of it is applied, no row changes, and one plain line says what to do."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
import zstandard
from nacl.public import PublicKey, SealedBox

from app.errors import BundleRefused
from app.services.syncing import received_facts
from app.sync import bundle, certificate, device, log, usb
from app.sync import card as cards
from app.sync.bundle import CLEAR, Header
from app.sync.change import GENESIS, Change, chain, digest, encode_bases, encode_values
from app.sync.machine import Machine
from app.sync.packing import Span, pack
from tests.sync.world import OTHER, STREET, Pc, World, everything


@pytest.fixture
def pc(world: World) -> Pc:
    pc = world.carded("a")
    pc.put(name="大厅", capacity=80)
    world.up(pc)
    pc.put(name="二楼")
    return pc


@pytest.fixture
def refused(world: World) -> Callable[[bytes], str]:
    """Offers bytes to the district, insists that nothing changes, and returns the one line."""

    def offer(data: bytes) -> str:
        replica = world.district.replica()
        path = world.folder / "offered.shuniu"
        path.write_bytes(data)
        before = everything(replica)
        with pytest.raises(BundleRefused) as caught:
            usb.import_file(replica, path)
        with pytest.raises(BundleRefused):
            usb.show(replica, path)
        assert everything(replica) == before
        assert not replica.inbox.exists() or not list(replica.inbox.iterdir())
        line = str(caught.value)
        assert "\n" not in line
        assert caught.value.mend
        return line

    return offer


def test_a_flipped_bit_anywhere_is_refused(world: World, pc: Pc, refused: Callable[[bytes], str]) -> None:
    data = world.file(pc.replica).read_bytes()
    places = [*range(CLEAR), *random.Random(7).sample(range(CLEAR, len(data)), 40), len(data) - 1]
    for at in places:
        refused(data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :])


def test_a_file_cut_anywhere_is_refused(world: World, pc: Pc, refused: Callable[[bytes], str]) -> None:
    data = world.file(pc.replica).read_bytes()
    for length in [*range(CLEAR + 2), *range(CLEAR + 2, len(data), 37), len(data) - 1]:
        refused(data[:length])


def test_bytes_after_the_end_are_refused(world: World, pc: Pc, refused: Callable[[bytes], str]) -> None:
    data = world.file(pc.replica).read_bytes()
    for extra in (b"\0", b"SHUNIU1\n", bytes(1000), data[:100]):
        refused(data + extra)


def test_a_bad_second_bundle_keeps_the_first_out_too(world: World, pc: Pc, refused: Callable[[bytes], str]) -> None:
    data = world.file(pc.replica).read_bytes()
    refused(data + data[:-1] + bytes([data[-1] ^ 1]))


def test_other_files_are_told_apart_from_damage(refused: Callable[[bytes], str]) -> None:
    assert "不是枢纽的同步文件" in refused(b"PK\x03\x04" + bytes(200))
    assert "升级" in refused(b"SHUNIU2\n" + bytes(200))
    assert "升级" in refused(b"SHUNIU1\n\x02" + bytes(200))


def test_a_bundle_for_somebody_else_is_refused(world: World, pc: Pc, refused: Callable[[bytes], str]) -> None:
    other = world.carded("b")
    assert "不是给本机的" in refused(world.file(pc.replica, other.certificate()).read_bytes())


def test_a_stranger_is_refused(world: World, refused: Callable[[bytes], str]) -> None:
    stranger = world.pc("s")
    path = world.folder / "stranger.shuniu"
    usb.export(stranger.replica, path, certificate.own(world.district.machine))
    assert "入网卡" in refused(path.read_bytes())


def test_one_card_certifies_one_device(world: World, refused: Callable[[bytes], str]) -> None:
    card = world.folder / "one.card"
    world.district.card(STREET, world.server, card)
    first, second = world.pc("a", card=card), world.pc("b", card=card)
    world.up(first)
    assert "已经被另一台电脑使用" in refused(world.file(second.replica).read_bytes())


def forge(
    pc: Pc, recipient: Machine, content: Sequence[Sequence[Change]], *, previous: bytes = GENESIS,
    machine: Machine | None = None, unpacked: bytes | None = None, **lies: Any,
) -> bytes:  # fmt: skip
    """A bundle signed by a PC whose program lies: ``lies`` replace fields of the header."""
    machine = machine or pc.workspace.machine
    spans = []
    for run in content:
        head = previous
        for change in run:
            head = chain(head, change)
        seq, by = run[-1].seq, run[0].device
        signature = machine.sign(device.head_bytes(run[0].scope, by, seq, head))
        spans.append(Span(run[0].scope, by, run[0].seq, seq, previous, head, signature))
    raw = pack(content) if unpacked is None else unpacked
    packed = zstandard.ZstdCompressor().compress(raw)
    counts: dict[str, int] = {}
    for run in content:
        for change in run:
            counts[change.kind] = counts.get(change.kind, 0) + 1
    header = Header([certificate.own(machine)], 9_000, 0, {}, spans, 1, counts, len(packed), len(raw), 1_795_000_000)
    header = msgspec.structs.replace(header, **lies)
    encoded = msgspec.msgpack.encode(header)
    body = len(encoded).to_bytes(4, "big") + encoded + packed
    clear = bundle._clear(recipient.box_key, len(body) + 64 + 48)
    signature = machine.sign(bundle._signed(clear, recipient.box_key, body))
    return clear + SealedBox(PublicKey(recipient.box_key)).encrypt(body + signature)


def next_change(pc: Pc, **differing: Any) -> tuple[Change, bytes]:
    """The change that would follow what the district holds of a PC's log, and the hash before it."""
    with pc.replica.reading() as connection:
        changes = log.of_log(connection, STREET, pc.device)
        previous = log.hash_at(connection, STREET, pc.device, len(changes) - 1)
    assert previous is not None
    return changes[-1]._replace(**differing), previous


def test_a_well_formed_forgery_would_pass(world: World, pc: Pc) -> None:
    """Shows that the refusals below are for their one fault."""
    change, previous = next_change(pc)
    path = world.folder / "forged.shuniu"
    path.write_bytes(forge(pc, world.district.machine, [[change]], previous=previous))
    assert usb.import_file(world.district.replica(), path).applied == 1


def test_a_leap_of_the_counter_is_refused(world: World, pc: Pc, refused: Callable[[bytes], str]) -> None:
    change, previous = next_change(pc, lamport=1_100_000)
    assert "前后不连贯" in refused(forge(pc, world.district.machine, [[change]], previous=previous))
    change, previous = next_change(pc, lamport=2)
    assert "前后不连贯" in refused(forge(pc, world.district.machine, [[change]], previous=previous))


@pytest.mark.parametrize("scope", [OTHER, log.ALL, log.DISTRICT, log.DEMO, "", "x" * 300])
def test_a_center_cannot_write_into_a_scope_not_its_own(
    world: World, pc: Pc, refused: Callable[[bytes], str], scope: str
) -> None:
    own = log.Draft(log.CERTIFICATE, pc.device, encode_bases({}), b"")
    introduced = certificate.draft(certificate.own(pc.workspace.machine))
    values = introduced.values
    change = Change(
        scope, pc.device, 1, 1, 1, 0, "", own.kind, own.record_id, 1, introduced.bases, values, digest(values)
    )
    assert "不属于本中心" in refused(forge(pc, world.district.machine, [[change]]))


def test_a_center_that_calls_itself_another_is_refused(world: World, pc: Pc, refused: Callable[[bytes], str]) -> None:
    from dataclasses import replace

    there = world.carded("b", OTHER)
    world.up(there)
    machine = replace(pc.workspace.machine, scope=OTHER, certificate=b"", card=None)
    genuine = certificate.own(pc.workspace.machine)
    claimed = certificate.own(machine)
    assert "入网卡" in refused(forge(pc, world.district.machine, [], certificates=[claimed, genuine]))


def test_a_fork_is_left_out_and_told(world: World, pc: Pc) -> None:
    with pc.replica.reading() as connection:
        changes = log.of_log(connection, STREET, pc.device)
    values = encode_values({"name": "另一个过去"}, salted=False)
    changes[-2] = changes[-2]._replace(values=values, values_hash=digest(values))
    path = world.folder / "fork.shuniu"
    path.write_bytes(forge(pc, world.district.machine, [changes]))
    before = everything(world.district.replica())
    received = usb.import_file(world.district.replica(), path)
    assert (received.applied, received.forked) == (0, {(STREET, pc.device)})
    after = everything(world.district.replica())
    assert after["peer"] != before["peer"], "the bundle is taken, with what its sender says of itself"
    assert {**after, "peer": []} == {**before, "peer": []}
    assert "不一致" in received_facts(received)["forked"][0]


def test_a_log_must_begin_with_who_writes_it(world: World, refused: Callable[[bytes], str]) -> None:
    pc = world.carded("n")
    change, _previous = next_change(pc)
    change = change._replace(seq=1, op=1, lamport=1, kind="venue")
    assert "前后不连贯" in refused(forge(pc, world.district.machine, [[change]]))


def test_a_header_that_lies_is_refused(world: World, pc: Pc, refused: Callable[[bytes], str]) -> None:
    change, previous = next_change(pc)
    run, to = [[change]], world.district.machine
    span = Span(STREET, pc.device, change.seq, change.seq, previous, chain(previous, change), b"")
    span = msgspec.structs.replace(
        span, signature=pc.workspace.machine.sign(device.head_bytes(STREET, pc.device, change.seq, span.hash))
    )
    lies: list[dict[str, Any]] = [
        {"raw": 5}, {"raw": 2**40}, {"raw": -1}, {"packed": 3}, {"counter": -1}, {"counter": 2**60}, {"made_at": -5},
        {"counts": {}}, {"counts": {"venue": 2}}, {"runs": []}, {"runs": [span, span]},
        {"runs": [msgspec.structs.replace(span, last=span.last + 1)]},
        {"runs": [msgspec.structs.replace(span, last=2**52)]},
        {"runs": [msgspec.structs.replace(span, first=0)]},
        {"runs": [msgspec.structs.replace(span, hash=bytes(32))]},
        {"runs": [msgspec.structs.replace(span, hash=b"")]},
        {"runs": [msgspec.structs.replace(span, signature=bytes(64))]},
        {"runs": [msgspec.structs.replace(span, device=world.district.device)]},
        {"runs": [msgspec.structs.replace(span, device="ffffffffffffffff", first=1, before=GENESIS)]},
        {"certificates": []},
        {"certificates": [certificate.own(world.district.machine)]},
    ]  # fmt: skip
    for lie in lies:
        refused(forge(pc, to, run, previous=previous, **lie))


def test_a_bomb_is_refused_without_unfolding_it(world: World, pc: Pc, refused: Callable[[bytes], str]) -> None:
    import tracemalloc

    change, previous = next_change(pc)
    bomb = bytes(100_000_000)
    data = forge(pc, world.district.machine, [[change]], previous=previous, unpacked=bomb, raw=1000)
    del bomb
    assert len(data) < 100_000
    tracemalloc.start()
    refused(data)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_strangers_bomb_is_not_even_unpacked(
    world: World, refused: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = world.pc("s")
    monkeypatch.setattr("app.sync.checks.changes_of", lambda _opened: pytest.fail("unpacked"))
    refused(forge(stranger, world.district.machine, [], unpacked=bytes(1000)))


@pytest.mark.parametrize(
    "differing",
    [
        {"op": 99}, {"at": 2**60}, {"kind": "a\0b"}, {"record_id": "x" * 5000}, {"actor": "\0"},
        {"values": bytes(70_000), "values_hash": digest(bytes(70_000))},
    ],
)  # fmt: skip
def test_a_change_that_no_log_can_hold_is_refused(
    world: World, pc: Pc, refused: Callable[[bytes], str], differing: dict[str, Any]
) -> None:
    change, previous = next_change(pc, **differing)
    assert "说明不符" in refused(forge(pc, world.district.machine, [[change]], previous=previous))


@pytest.mark.parametrize(
    "values",
    [b"", b"\xc1", b"\x93\x01\x02\x03", msgspec.msgpack.encode({1: 2}), msgspec.msgpack.encode({"name": 2**63}),
     msgspec.msgpack.encode({"name": "a\0b", "capacity": 2**64 - 1, "area": [], "what is this": {"deep": [1]}}),
     msgspec.msgpack.encode({"deleted": "perhaps"})],
)  # fmt: skip
def test_values_that_fit_nothing_stay_in_the_log_and_stop_nobody(world: World, pc: Pc, values: bytes) -> None:
    change, previous = next_change(pc, values=values, values_hash=digest(values), bases=b"\xc1")
    path = world.folder / "odd.shuniu"
    path.write_bytes(forge(pc, world.district.machine, [[change]], previous=previous))
    assert usb.import_file(world.district.replica(), path).applied == 1


def test_cards_that_were_changed_are_refused(world: World) -> None:
    import json

    from app.errors import Refusal

    path = world.folder / "x.card"
    world.district.card(STREET, world.server, path)
    raw = json.loads(path.read_text("utf-8"))
    raw["card"]["scope"] = OTHER
    for text in (
        json.dumps(raw),
        "{}",
        "[]",
        "",
        '{"shuniu": "card", "version": 1}',
        '{"shuniu": "card", "version": 2}',
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(Refusal):
            cards.read(path)


def test_not_even_the_district_may_hand_a_pc_what_is_another_centers(world: World, pc: Pc) -> None:
    machine = world.district.machine
    introduced = certificate.draft(certificate.own(machine))
    change = Change(
        OTHER, machine.device, 1, 1, 1, 0, "", introduced.kind, introduced.record_id, 1, introduced.bases,
        introduced.values, digest(introduced.values),
    )  # fmt: skip
    path = world.folder / "other.shuniu"
    path.write_bytes(forge(pc, pc.workspace.machine, [[change]], machine=machine))
    before = everything(pc.replica)
    with pytest.raises(BundleRefused, match="不属于本中心"):
        usb.import_file(pc.replica, path)
    assert everything(pc.replica) == before


def test_an_erasure_takes_away_values_that_arrive_after_it(world: World, pc: Pc) -> None:
    change, previous = next_change(pc)
    target = change._replace(seq=change.seq + 1, lamport=change.lamport + 1, op=change.seq + 1)
    values = encode_values({"erased": [[pc.device, target.seq]]}, salted=False)
    erasure = change._replace(
        kind=log.ERASURE, values=values, values_hash=digest(values), bases=encode_bases({"erased": []})
    )
    district, path = world.district.replica(), world.folder / "forged.shuniu"
    for one in (erasure, target):
        path.write_bytes(forge(pc, world.district.machine, [[one]], previous=previous))
        assert usb.import_file(district, path).applied == 1
        previous = chain(previous, one)
    with district.reading() as connection:
        assert log.of_log(connection, STREET, pc.device)[-1].values is None
