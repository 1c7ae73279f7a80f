"""What the district published: whose a record is, told by who wrote it, so that the street only reads it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, and_, or_, select
from sqlalchemy.orm import Session

from app.errors import Refusal
from app.models.organizations import Organization
from app.models.record import Record
from app.models.registry import PUBLISHED
from app.store.tables import change
from app.sync import certificate as certificates
from app.sync import log
from app.sync.heads import Heads
from app.sync.log import ALL
from app.text import _

BATCH = 500
KEPT_HERE = frozenset({"in_center", "remark"})
"""Fields of an organization that are the center's alone; the directory has no say in them."""


def district_devices(connection: Connection) -> frozenset[str]:
    """The devices that write for the district, by the certificates in the logs."""
    found = map(certificates.of_change, log.of_kind(connection, log.CERTIFICATE))
    return frozenset(one.device for one in found if one is not None and one.scope == ALL)


def is_published(owner: str, kind: str, heads: Heads, districts: Collection[str]) -> bool:
    """Whether a record is the district's: published to everyone, or written by it into a center's scope."""
    if owner == ALL:
        return True
    return kind in PUBLISHED and any(device in districts for stamps in heads.shown.values() for _at, device in stamps)


def entries(
    session: Session, scope: str, districts: Collection[str], codes: Collection[str] | None = None
) -> dict[str, Organization]:
    """The district's directory entries by credit code, of ``codes`` or all, as the center of ``scope`` sees them; of
    two the one that was published to this center alone. ``districts`` are the devices that write for the district."""
    if not districts or (codes is not None and not codes):
        return {}
    c = change.c
    sent = select(c.record_id).where(c.scope == scope, c.device.in_(districts), c.kind == Organization.kind.name)
    here = or_(Organization.owner == ALL, and_(Organization.owner == scope, Organization.id.in_(sent)))
    query = select(Organization).where(here, Organization.uscc.is_not(None), Organization.deleted.is_(False))
    if codes is not None:
        query = query.where(Organization.uscc.in_(codes))
    found: dict[str, Organization] = {}
    for entry in session.scalars(query.order_by(Organization.owner.desc(), Organization.id)):
        if is_published(entry.owner, entry.kind.name, Heads.decode(entry.heads), districts):
            found[entry.uscc] = entry
    return found


def differing(session: Session, scope: str) -> Iterator[tuple[Organization, tuple[str, ...]]]:
    """The center's organizations of which the district's directory says something else, and in which fields."""
    districts = district_devices(session.connection())
    directory = entries(session, scope, districts)
    codes = sorted(directory)
    for at in range(0, len(codes), BATCH):
        query = select(Organization).where(
            Organization.owner == scope, Organization.uscc.in_(codes[at : at + BATCH]),
            Organization.deleted.is_(False), Organization.merged_into.is_(None),
        )  # fmt: skip
        for record in session.scalars(query.order_by(Organization.id)):
            fields = differing_fields(record, directory[record.uscc])
            if fields and not is_published(scope, record.kind.name, Heads.decode(record.heads), districts):
                yield record, fields


def differing_fields(ours: Organization, entry: Organization) -> tuple[str, ...]:
    """The fields of which the district's entry says something, and something else."""
    return tuple(
        field.name
        for field in ours.kind.typed
        if field.name not in KEPT_HERE and (said := getattr(entry, field.name)) is not None
        if said != getattr(ours, field.name)
    )


def refuse_published(record: Record, districts: Collection[str]) -> None:
    """Raise :class:`Refusal` where ``record`` is the district's to change, not the center's; ``districts`` are the
    devices that write for the district."""
    if is_published(record.owner, record.kind.name, Heads.decode(record.heads), districts):
        raise Refusal.of("id", _("这是区里下发的记录，街镇不能修改"), _("请在本中心自己的记录上修改"))
