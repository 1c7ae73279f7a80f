"""Whom a device believes: chains of certificates, in any order."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import msgspec
from nacl.signing import SigningKey

from app.sync import certificate as certificates
from app.sync.card import next_letters
from app.sync.certificate import Authority, Card, Certificate, trust
from app.sync.machine import Machine
from tests.sync.world import OTHER, STREET


def machine(number: int, scope: str = STREET) -> Machine:
    seed = bytes([number]) * 32
    return Machine(Path(), scope, "A", seed, seed, seed)


def carded(pc: Machine, by: Machine, secret: int, scope: str | None = None) -> Certificate:
    """``pc`` joined by a card that ``by`` made."""
    key = SigningKey(bytes([secret]) * 32)
    authority = Authority(by.verify_key, by.box_key, by.scope)
    bare = Card(bytes(key.verify_key), scope or pc.scope, "", "B", "", authority)
    card = msgspec.structs.replace(bare, signature=by.sign(certificates.card_bytes(bare)))
    return certificates.issue(bytes([secret]) * 32, pc, "card", card=card)


def renewed(old: Machine, number: int) -> tuple[Machine, Certificate]:
    fresh = replace(old, sign_seed=bytes([number]) * 32)
    return fresh, certificates.issue(old.sign_seed, fresh, "previous", by=old.verify_key)


DISTRICT = machine(1, "all")
ROOT = {DISTRICT.verify_key: "all"}


def test_a_long_chain_is_believed_in_every_order() -> None:
    first, second = machine(2), machine(3)
    again, introduced = renewed(second, 4)
    third = machine(5)
    chain = [carded(first, DISTRICT, 101), carded(second, first, 102), introduced, carded(third, again, 103)]
    for order in itertools.permutations(chain):
        assert set(trust(order, ROOT)) == {first.device, second.device, again.device, third.device}


def test_a_missing_link_breaks_the_chain() -> None:
    first, second = machine(2), machine(3)
    assert not trust([carded(second, first, 102)], ROOT)


def test_a_device_that_certifies_itself_is_believed_by_itself_only() -> None:
    own = certificates.issue(machine(2).sign_seed, machine(2), "self")
    assert not trust([own], ROOT)
    assert trust([own], {machine(2).verify_key: STREET})


def test_a_center_cannot_make_devices_of_another_center_or_of_the_district() -> None:
    first = carded(machine(2), DISTRICT, 101)
    for scope in (OTHER, "all"):
        stranger = machine(3, scope)
        by_previous = certificates.issue(machine(2).sign_seed, stranger, "previous", by=machine(2).verify_key)
        by_district = certificates.issue(machine(2).sign_seed, stranger, "district", by=machine(2).verify_key)
        shown = [first, carded(stranger, machine(2), 102), by_previous, by_district]
        assert set(trust(shown, ROOT)) == {machine(2).device}


def test_a_card_for_one_center_does_not_serve_another() -> None:
    assert not trust([carded(machine(2, OTHER), DISTRICT, 101, scope=STREET)], ROOT)


def test_a_changed_certificate_is_not_believed() -> None:
    genuine = carded(machine(2), DISTRICT, 101)
    for lie in ({"box": bytes(32)}, {"letters": "Z"}, {"verify": machine(9).verify_key}, {"signature": b""}):
        assert not trust([msgspec.structs.replace(genuine, **lie)], ROOT)


def test_one_card_serves_one_device_and_the_first_known_keeps_it() -> None:
    first, second = carded(machine(2), DISTRICT, 101), carded(machine(3), DISTRICT, 101)
    assert set(trust([first, second], ROOT)) == {machine(2).device}
    assert set(trust([second, first], ROOT)) == {machine(3).device}
    assert set(trust([second, first], ROOT, {first.card.key: machine(2).device})) == {machine(2).device}


def test_a_pc_learns_of_the_district_from_a_pc_of_its_center() -> None:
    first, second = machine(2), machine(3)
    roots = {second.verify_key: STREET, first.verify_key: STREET}
    district = certificates.issue(DISTRICT.sign_seed, DISTRICT, "self")
    own = certificates.issue(first.sign_seed, first, "self")
    joined = carded(first, DISTRICT, 101)
    assert DISTRICT.device in trust([district, joined, own], roots)
    stranger = carded(machine(7, OTHER), DISTRICT, 102)
    assert DISTRICT.device not in trust([district, stranger], roots)


def test_letters_grow_past_z() -> None:
    taken: set[str] = set()
    for _number in range(28):
        taken.add(next_letters(taken))
    assert {"A", "Z", "AA", "AB"} <= taken
    assert len(taken) == 28
