"""Cards: how a PC joins with no network. One card certifies one device (design.md §7)."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
from nacl.signing import SigningKey
from sqlalchemy import insert, select

from app.errors import EnvironmentFault, Refusal
from app.store.locks import lock_scopes
from app.store.tables import card as card_table
from app.sync import certificate as certificates
from app.sync import log
from app.sync.certificate import Authority, Card
from app.sync.key_slot import Slot
from app.sync.log import ALL
from app.sync.machine import Machine, write_safely
from app.sync.replica import Replica
from app.text import _


@dataclass(frozen=True)
class JoinCard:
    """A card as it is handed over: its public part, and the secret that is used once."""

    card: Card
    secret: bytes = field(repr=False)
    slot: Slot | None = field(default=None, repr=False)
    """The key of a data folder that shall be opened on another PC."""


def make(replica: Replica, scope: str, center: str, server: str = "", name: str = "", letters: str = "") -> JoinCard:
    """Make a card for one PC of ``scope`` and note it; ``letters`` are the next free ones of the center.

    The district (``name`` is its own) makes cards for any center; a center's first PC for its own center.
    """
    machine = replica.machine
    if machine.scope not in (ALL, scope):
        raise Refusal.of("street", _("本机只能为自己的中心发卡"), _("请填写本中心的街道代码"))
    secret = os.urandom(32)
    key = bytes(SigningKey(secret).verify_key)
    authority = Authority(machine.verify_key, machine.box_key, machine.scope, name)
    with replica.writing() as connection:
        lock_scopes(connection, [scope])
        if not letters:
            letters = next_letters(_letters_taken(connection, scope))
        bare = Card(key, scope, center, letters, server, authority)
        card = msgspec.structs.replace(bare, signature=machine.sign(certificates.card_bytes(bare)))
        connection.execute(
            insert(card_table).values(key=key.hex(), scope=scope, letters=letters, made_at=replica.clock(), device=None)
        )
    return JoinCard(card, secret)


def _letters_taken(connection: Any, scope: str) -> set[str]:
    """Letters of cards made here, and of devices whose certificates are held."""
    made = set(connection.execute(select(card_table.c.letters).where(card_table.c.scope == scope)).scalars())
    held = (certificates.of_change(c) for c in log.of_kind(connection, log.CERTIFICATE, scope))
    return made | {c.letters for c in held if c is not None and c.scope == scope}


def next_letters(taken: set[str]) -> str:
    """The first free of A, B .. Z, AA, AB .."""
    number = 1
    while (letters := _letters(number)) in taken:
        number += 1
    return letters


def _letters(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def public(card: Card) -> dict[str, Any]:
    """The public part as JSON: what a PC keeps in its configuration."""
    authority = card.authority
    return {
        "key": card.key.hex(), "scope": card.scope, "center": card.center, "letters": card.letters,
        "server": card.server, "signature": card.signature.hex(),
        "authority": {"verify": authority.verify.hex(), "box": authority.box.hex(), "scope": authority.scope,
                      "name": authority.name},
    }  # fmt: skip


def write(join: JoinCard, path: Path) -> None:
    """Write the card file; whoever has it may join once, so it is for the owner only."""
    raw = {"shuniu": "card", "version": 1, "card": public(join.card), "secret": join.secret.hex()}
    if join.slot is not None:
        raw["slot"] = msgspec.msgpack.encode(join.slot).hex()
    try:
        write_safely(path, json.dumps(raw, ensure_ascii=False, indent=1).encode())
    except OSError as error:
        raise EnvironmentFault(
            _("写不进 {file}：{why}", file=path, why=error.strerror or str(error)), _("请换一个位置。")
        ) from error


def read(path: Path) -> JoinCard:
    """The card in a file; raises :class:`Refusal` that says what is wrong with it."""
    try:
        with path.open("rb") as file:
            data = file.read(65537)
    except OSError as error:
        raise EnvironmentFault(
            _("读不出 {file}：{why}", file=path, why=error.strerror or str(error)), _("请检查U盘和文件名。")
        ) from error
    try:
        raw = json.loads(data)
        if raw["shuniu"] != "card":
            raise ValueError
        if raw["version"] != 1:
            raise Refusal.of("card", _("入网卡是更新版本的程序制作的"), _("请先升级本机的枢纽程序"))
        slot = msgspec.msgpack.decode(bytes.fromhex(raw["slot"]), type=Slot) if "slot" in raw else None
        join = JoinCard(msgspec.convert(certificates.card_of(raw["card"]), Card), bytes.fromhex(raw["secret"]), slot)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refusal.of("card", _("这不是入网卡文件，或文件不完整"), _("请向发卡方重新要一份")) from None
    if (
        len(join.secret) != 32
        or bytes(SigningKey(join.secret).verify_key) != join.card.key
        or not certificates.card_sound(join.card)
    ):
        raise Refusal.of("card", _("入网卡的内容被改动过或已损坏"), _("请向发卡方重新要一份"))
    return join


def accept(machine: Machine, join: JoinCard) -> Machine:
    """This PC as the card makes it: certified, with the card's letters; not yet saved. The secret is not kept.

    A PC that has a card of the same issuer already takes a new id with it: its old one may have been revoked.
    Raises :class:`Refusal` where the card is not for this PC.
    """
    card = join.card
    if machine.scope != card.scope:
        raise Refusal.of(
            "card", _("这张入网卡是给 {scope} 的，本机属于 {own}", scope=card.scope, own=machine.scope),
            _("请向发卡方要一张本中心的入网卡"),
        )  # fmt: skip
    if card.authority.verify == machine.verify_key:
        raise Refusal.of("card", _("这张入网卡是本机自己发的"), _("请在要加入的另一台电脑上使用它"))
    if machine.card is not None:
        held = certificates.card_of(machine.card)
        if held.key == card.key:
            raise Refusal.of("card", _("本机已经用过这张入网卡"), _("需要时请向发卡方另要一张"))
        if held.authority.verify == card.authority.verify:
            machine = machine.renewed()
    joined = machine.joined(public(card), card.letters)
    issued = certificates.issue(join.secret, joined, "card", card=card)
    return replace(joined, certificate=certificates.encode(issued))
