"""Certificates: who a device is, and whom to believe (design.md §4, §7). Pure, but for the two files at the end."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

from app.errors import EnvironmentFault, Refusal
from app.sync.change import Change, decode_values, encode_bases, encode_values
from app.sync.log import ALL, CERTIFICATE, Draft
from app.sync.machine import Machine, device_id, write_safely
from app.text import _

_encode = msgspec.msgpack.Encoder().encode


class Authority(msgspec.Struct, frozen=True, array_like=True):
    """Who makes cards: the district (scope ``all``), or the first PC of a center."""

    verify: bytes
    box: bytes
    scope: str
    name: str = ""

    @property
    def device(self) -> str:
        return device_id(self.verify)


class Card(msgspec.Struct, frozen=True, array_like=True):
    """The public part of a card: one device of ``scope`` may be certified by its one-time ``key``."""

    key: bytes
    scope: str
    center: str
    letters: str
    server: str
    authority: Authority
    signature: bytes = b""


class Certificate(msgspec.Struct, frozen=True, array_like=True):
    """The public identity of a device, signed by its issuer."""

    verify: bytes
    box: bytes
    scope: str
    letters: str
    issuer: Literal["self", "card", "district", "previous"]
    card: Card | None = None
    by: bytes = b""
    """The issuer's verify key, for ``district`` and ``previous``."""
    signature: bytes = b""
    before: tuple[bytes, ...] = ()
    """The certificates of the ids that this PC had before, which a database that was put back may lack. Each proves
    itself, so that the signature leaves them out."""

    @property
    def device(self) -> str:
        return device_id(self.verify)

    @property
    def along(self) -> list[Certificate]:
        """The certificates of ``before``; bytes that are none bring nothing."""
        found = []
        for data in self.before:
            with contextlib.suppress(ValueError):
                found.append(decode(data))
        return found

    @property
    def signer(self) -> bytes:
        """The key that must have signed."""
        if self.issuer == "card":
            return self.card.key if self.card else b""
        return self.verify if self.issuer == "self" else self.by

    @property
    def sound(self) -> bool:
        """Whether the signatures on it hold; says nothing of whether the signer is believed."""
        if len(self.verify) != 32 or len(self.box) != 32:
            return False
        if self.card is not None and not card_sound(self.card):
            return False
        return signed_by(self.signer, _certificate_bytes(self), self.signature)


def signed_by(key: bytes, data: bytes, signature: bytes) -> bool:
    """Whether ``signature`` over ``data`` is of ``key``."""
    try:
        VerifyKey(key).verify(data, signature)
    except (CryptoError, ValueError, TypeError):
        return False
    return True


def sign(seed: bytes, data: bytes) -> bytes:
    """An Ed25519 signature by the key of ``seed``."""
    return bytes(SigningKey(seed).sign(data).signature)


def _certificate_bytes(certificate: Certificate) -> bytes:
    bare = msgspec.structs.astuple(msgspec.structs.replace(certificate, signature=b""))
    return b"shuniu certificate 1\n" + _encode(bare[:-1])


def card_bytes(card: Card) -> bytes:
    """What the authority signs of a card."""
    return b"shuniu card 1\n" + _encode(msgspec.structs.replace(card, signature=b""))


def card_sound(card: Card) -> bool:
    """Whether the authority named on the card signed it."""
    return signed_by(card.authority.verify, card_bytes(card), card.signature)


def issue(
    seed: bytes, machine: Machine, issuer: Literal["self", "card", "district", "previous"], *, card: Card | None = None,
    by: bytes = b"", before: Certificate | None = None,
) -> Certificate:  # fmt: skip
    """The certificate of ``machine``, signed by the key of ``seed``; it brings along ``before``, and what that brings."""
    along = (*before.before, encode(_alone(before))) if before else ()
    bare = Certificate(
        machine.verify_key, machine.box_key, machine.scope, machine.letters, issuer, card, by, b"", along
    )
    return msgspec.structs.replace(bare, signature=sign(seed, _certificate_bytes(bare)))


def own(machine: Machine) -> Certificate:
    """The newest certificate of this PC."""
    return decode(machine.certificate) if machine.certificate else issue(machine.sign_seed, machine, "self")


def encode(certificate: Certificate) -> bytes:
    """The bytes of a certificate."""
    return _encode(certificate)


def decode(data: bytes) -> Certificate:
    """The certificate of ``data``; raises ValueError."""
    return msgspec.msgpack.decode(data, type=Certificate)


def draft(certificate: Certificate) -> Draft:
    """The change by which a device introduces itself."""
    values = encode_values({"certificate": encode(certificate)}, salted=False)
    return Draft(CERTIFICATE, certificate.device, encode_bases({"certificate": []}), values)


def of_change(change: Change) -> Certificate | None:
    """The certificate in a change: only a device's own counts."""
    if change.kind != CERTIFICATE or change.values is None:
        return None
    try:
        certificate = decode(decode_values(change.values)["certificate"])
    except (KeyError, TypeError, ValueError):
        return None
    return certificate if certificate.device == change.device else None


def lineage(certificates: Iterable[Certificate]) -> list[Certificate]:
    """``certificates``, and first those that they bring along; each once."""
    held = list(certificates)
    along = [brought for one in held for brought in one.along]
    return list({_alone(one): one for one in (*along, *held)}.values())


def _alone(certificate: Certificate) -> Certificate:
    return msgspec.structs.replace(certificate, before=())


def roots(machine: Machine) -> dict[bytes, str]:
    """The keys this PC believes from the start, each with the scope it may speak for."""
    believed = dict.fromkeys((machine.verify_key, *machine.previous), machine.scope)
    if machine.card:
        authority = card_of(machine.card).authority
        believed[authority.verify] = authority.scope
    return believed


def trust(
    certificates: Iterable[Certificate], roots: Mapping[bytes, str], used: Mapping[bytes, str] | None = None
) -> dict[str, Certificate]:
    """Which devices are believed, by id; a fixpoint, so the order matters only where two devices show one card.

    ``used``: which device used a card, where that is known. A PC that knows no district believes the one whose card
    a trusted device of its center joined by.
    """
    powers, uses = dict(roots), dict(used or {})
    introduced = ALL not in powers.values()
    waiting = [certificate for certificate in lineage(certificates) if certificate.sound]
    trusted: dict[str, Certificate] = {}
    moving = True
    while moving:
        moving = False
        for certificate in list(waiting):
            card = certificate.card if certificate.issuer == "card" else None
            if introduced and card and card.authority.scope == ALL and certificate.device in trusted:
                powers.setdefault(card.authority.verify, ALL)
            if _believed(certificate, powers) and (
                not card or uses.get(card.key, certificate.device) == certificate.device
            ):
                waiting.remove(certificate)
                if certificate.issuer != "self" or certificate.device not in trusted:
                    trusted[certificate.device] = certificate
                powers.setdefault(certificate.verify, certificate.scope)
                if card:
                    uses[card.key] = certificate.device
                moving = True
    return trusted


def _believed(certificate: Certificate, powers: Mapping[bytes, str]) -> bool:
    if certificate.issuer == "card":
        card = certificate.card
        if card is None or card.scope != certificate.scope or certificate.scope == ALL:
            return False
        power = powers.get(card.authority.verify)
        return power is not None and power in (ALL, card.scope)
    power = powers.get(certificate.signer)
    if certificate.issuer == "district":
        return power == ALL
    return power is not None and power == certificate.scope


def path(certificate: Certificate, held: Mapping[str, Certificate]) -> list[Certificate]:
    """The certificates that lead from ``certificate`` towards a root, itself first."""
    found = [certificate]
    while True:
        last = found[-1]
        key = last.card.authority.verify if last.issuer == "card" and last.card else last.signer
        above = held.get(device_id(key)) if key else None
        if above is None or above in found:
            return found
        found.append(above)


def card_of(raw: Mapping[str, Any]) -> Card:
    """The card as a PC keeps it in its configuration; raises ValueError, KeyError or TypeError."""
    authority = raw["authority"]
    return Card(
        bytes.fromhex(raw["key"]), raw["scope"], raw["center"], raw["letters"], raw["server"],
        Authority(bytes.fromhex(authority["verify"]), bytes.fromhex(authority["box"]), authority["scope"],
                  authority["name"]),
        bytes.fromhex(raw["signature"]),
    )  # fmt: skip


def write_certificate(machine: Machine, path: Path) -> None:
    """Write this PC's public certificate, for another PC of the center to export to it by USB."""
    try:
        write_safely(path, b"SHUNIU-CERTIFICATE " + encode(own(machine)).hex().encode() + b"\n", 0o644)
    except OSError as error:
        raise EnvironmentFault(
            _("写不进 {file}：{why}", file=path, why=error.strerror or str(error)), _("请换一个位置。")
        ) from error


def read_certificate(path: Path) -> Certificate:
    """The certificate in a file; raises :class:`Refusal` where it is none."""
    try:
        with path.open("rb") as file:
            match = re.fullmatch(rb"SHUNIU-CERTIFICATE ([0-9a-f]+)\s*", file.read(65536))
        certificate = decode(bytes.fromhex(match[1].decode())) if match else None
    except OSError as error:
        raise EnvironmentFault(
            _("读不出 {file}：{why}", file=path, why=error.strerror or str(error)), _("请检查U盘和文件名。")
        ) from error
    except ValueError:
        certificate = None
    if certificate is None or not certificate.sound:
        raise Refusal.of("certificate", _("这不是一台电脑的证书文件"), _("请在那台电脑上重新导出证书"))
    return certificate
