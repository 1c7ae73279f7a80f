"""What the district knows of its centers: their PCs, when they were last heard, cards, and how many records."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, select

from app.models.division import Street, streets
from app.models.registry import KINDS, PUBLISHED
from app.services.publications import district_devices, is_published
from app.store.tables import card as card_table
from app.store.tables import change as change_table
from app.store.tables import log_end, log_head, peer
from app.sync import certificate as certificates
from app.sync import log
from app.sync.certificate import Certificate
from app.sync.heads import Heads
from app.sync.log import ALL, DEMO, DISTRICT
from app.sync.machine import device_id

ACTIVE, CLOSED, REVOKED = "active", "closed", "revoked"
NOT_CENTERS = (ALL, DISTRICT, DEMO)
COUNTED = tuple(kind for kind in KINDS.values() if not kind.internal)
"""Kinds whose records are counted per center."""


@dataclass(frozen=True)
class Device:
    """One PC of a center as the district knows it. Times are unix seconds, None where it never was."""

    id: str
    letters: str
    held: int
    """Changes of it that are held here."""
    heard_at: int | None
    """When it last spoke to the district itself."""
    wrote_at: int | None
    """When the last change of it that is held here was written, by its own clock."""
    state: str
    """``active``, ``closed`` (it goes on under a new id) or ``revoked``."""


@dataclass(frozen=True)
class IssuedCard:
    """A card made for a center; ``device`` is who used it."""

    letters: str
    made_at: int
    device: str | None


@dataclass(frozen=True)
class CenterView:
    """One center with its PCs and cards, and how many records it has of each kind."""

    street: Street
    name: str
    devices: tuple[Device, ...]
    cards: tuple[IssuedCard, ...]
    counts: dict[str, int]

    @property
    def active(self) -> tuple[Device, ...]:
        """The PCs that work."""
        return tuple(device for device in self.devices if device.state == ACTIVE)

    @property
    def heard_at(self) -> int | None:
        """When any of its PCs last spoke."""
        return max((device.heard_at for device in self.devices if device.heard_at), default=None)

    @property
    def silent(self) -> Device | None:
        """The working PC that has been silent longest; what it wrote since is not here yet."""
        return min(self.active, key=lambda device: device.heard_at or 0, default=None)

    @property
    def joined(self) -> bool:
        """Whether anything was ever heard of it."""
        return bool(self.devices)


def centers(connection: Connection, district: str, only: str | None = None) -> list[CenterView]:
    """The centers of a district by street, or the one of the street ``only``, joined or not."""
    known = [street for street in streets(district) if only in (None, street.code)]
    table = KINDS["center"].model.__table__
    named = connection.execute(select(table.c.owner, table.c.name).where(table.c.deleted.is_(False)))
    names = {owner: name for owner, name in named if name}
    devices, cards, counts = _devices(connection, only), _cards(connection, only), _counts(connection, only)
    return [
        CenterView(street, names.get(street.code, street.name), devices.get(street.code, ()),
                   cards.get(street.code, ()), counts.get(street.code, {}))
        for street in known
    ]  # fmt: skip


def _devices(connection: Connection, only: str | None) -> dict[str, tuple[Device, ...]]:
    found: dict[str, dict[str, Certificate]] = {}
    renewed = set()
    for change in log.of_kind(connection, log.CERTIFICATE, only):
        shown = certificates.of_change(change)
        if shown is not None and shown.scope == change.scope and shown.scope not in NOT_CENTERS:
            found.setdefault(change.scope, {})[shown.device] = shown
            if shown.issuer == "previous":
                renewed.add(device_id(shown.by))
    ends = _ends(connection, only)
    logs = _logs(connection, only)
    heard: dict[str, int] = {row.device: row.heard_at for row in connection.execute(select(peer))}
    answer: dict[str, tuple[Device, ...]] = {}
    for scope, shown in found.items():
        made = []
        for device, one in shown.items():
            seq, wrote_at = logs.get((scope, device), (0, None))
            state = ends.get((scope, device), CLOSED if device in renewed else ACTIVE)
            made.append(Device(device, one.letters, seq, heard.get(device), wrote_at, state))
        answer[scope] = tuple(sorted(made, key=lambda one: (len(one.letters), one.letters, one.state != ACTIVE)))
    return answer


def _ends(connection: Connection, only: str | None) -> dict[tuple[str, str], str]:
    """The logs that a closing ended, and whether the district closed them."""
    query = select(log_end.c.scope, log_end.c.device, log_end.c.revoked)
    rows = connection.execute(query if only is None else query.where(log_end.c.scope == only))
    return {(row.scope, row.device): REVOKED if row.revoked else CLOSED for row in rows}


def _logs(connection: Connection, only: str | None) -> dict[tuple[str, str], tuple[int, int]]:
    """By (scope, device): the last seq held and when it was written."""
    h, c = log_head.c, change_table.c
    last = and_(c.scope == h.scope, c.device == h.device, c.seq == h.seq)
    query = select(h.scope, h.device, h.seq, c.at).select_from(log_head.join(change_table, last))
    query = query.where(h.scope.not_in(NOT_CENTERS) if only is None else h.scope == only)
    return {(row.scope, row.device): (row.seq, row.at) for row in connection.execute(query)}


def _cards(connection: Connection, only: str | None) -> dict[str, tuple[IssuedCard, ...]]:
    found: dict[str, tuple[IssuedCard, ...]] = {}
    query = select(card_table).order_by(card_table.c.made_at, card_table.c.letters)
    for row in connection.execute(query if only is None else query.where(card_table.c.scope == only)):
        found[row.scope] = (*found.get(row.scope, ()), IssuedCard(row.letters, row.made_at, row.device))
    return found


def _counts(connection: Connection, only: str | None) -> dict[str, dict[str, int]]:
    """By center and kind, its own records: not in the bin, not merged away, not the district's."""
    ours = district_devices(connection)
    found: dict[str, dict[str, int]] = {}
    for kind in COUNTED:
        table = kind.model.__table__
        here: list[ColumnElement[bool]] = [table.c.deleted.is_(False), table.c.merged_into.is_(None)]
        here.append(table.c.owner.not_in(NOT_CENTERS) if only is None else table.c.owner == only)
        if kind.name in PUBLISHED:
            rows = connection.execute(select(table.c.owner, table.c.heads).where(*here))
            counted = Counter(o for o, heads in rows if not is_published(o, kind.name, Heads.decode(heads), ours))
        else:
            rows = connection.execute(select(table.c.owner, func.count()).where(*here).group_by(table.c.owner))
            counted = Counter({row[0]: row[1] for row in rows})
        for owner, n in counted.items():
            found.setdefault(owner, {})[kind.name] = n
    return found
