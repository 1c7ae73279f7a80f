"""Bookings as a calendar that common programs read (RFC 5545), without personal data.

A booking keeps its UID for ever and raises SEQUENCE with every change, so a program that reads the file again moves what
it has; a cancelled booking is told as cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Refusal
from app.models.bookings import BOOKING_STATUS, Booking
from app.models.fields import Misfit
from app.models.organizations import Organization, Team
from app.models.venues import Venue
from app.services import reading, states
from app.services.excel.lookup import Links
from app.services.office import Office
from app.services.reading import Query
from app.services.rights import EXPORT
from app.services.survivors import Merged
from app.store.bulk import among
from app.store.tables import change
from app.text import _

ZONE: Final = "Asia/Shanghai"
STATUS: Final = MappingProxyType(
    {
        "requested": "TENTATIVE",
        "tentative": "TENTATIVE",
        "confirmed": "CONFIRMED",
        "checked_in": "CONFIRMED",
        "closed": "CONFIRMED",
    }
)
"""Of a booking's states; every other one is CANCELLED."""
_TIMEZONE: Final = (
    "BEGIN:VTIMEZONE", f"TZID:{ZONE}", "BEGIN:STANDARD", "DTSTART:19910915T000000", "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800", "TZNAME:CST", "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip
"""Shanghai has kept no summer time since 15 September 1991."""


@dataclass(frozen=True)
class Calendar:
    """A calendar as bytes, and how many bookings it tells."""

    data: bytes
    rows: int


@dataclass(frozen=True)
class Past:
    """What the log says of a record: how often it was changed, and when first and last (seconds)."""

    writes: int
    first: int
    last: int


def export(
    office: Office, *, venue: str | None = None, client: str | None = None, first: str | None = None,
    last: str | None = None,
) -> Calendar:  # fmt: skip
    """The bookings of a venue with its parts, or of a client (each by id, number or name), that touch the days from
    ``first`` up to ``last``. Audited. Raises :class:`Refusal` where there is no such venue or client."""
    office.duty.need(EXPORT)
    if first and last and last < first:
        raise Refusal.of("to", _("止期早于起期"), _("请核对起止日期"))
    with office.reading() as session:
        merged = Merged(session)
        links = Links(session, office.scope, merged)
        title = [_("场地预约")]
        b: Any = Booking.__table__.c
        conditions = [b.deleted.is_(False), merged.standing(Booking.kind)]
        if venue is not None:
            found = _one(links, "venue", venue)
            conditions.append(b.venue.in_(_with_parts(session, merged, found.id)))
            title.insert(0, found.title)
        if client is not None:
            found = _one(links, "client", client)
            conditions.append(b.client.in_(merged.linked(("organization", "team"), [found.id])))
            title.insert(0, found.title)
        if first:
            conditions.append(b.end > f"{first}T00:00")
        if last:
            conditions.append(b.start <= f"{last}T23:59")
        lines, rows = _lines(office, session, merged, conditions, " ".join(title))
    return _handed_out(office, lines, rows)


def of_list(office: Office, query: Query, title: str) -> Calendar:
    """The bookings that a list shows. Audited."""
    office.duty.need(EXPORT)
    wanted = reading.ids(office, "booking", query)
    with office.reading() as session:
        condition = among(session.connection(), Booking.__table__.c.id, wanted)
        lines, rows = _lines(office, session, Merged(session), [condition], title)
    return _handed_out(office, lines, rows)


def _handed_out(office: Office, lines: Sequence[str], rows: int) -> Calendar:
    with office.unit() as unit:
        unit.audit("export", "booking", "", records="booking", rows=rows, form="ics")
    return Calendar(b"".join(map(folded, lines)), rows)


def _lines(
    office: Office, session: Session, merged: Merged, conditions: Sequence[Any], title: str
) -> tuple[list[str], int]:
    """The content lines of a calendar, and how many bookings it tells."""
    table: Any = Booking.__table__
    query = select(table).where(*conditions).order_by(table.c.start, table.c.id)
    rows = [dict(row._mapping) for row in session.execute(query) if row.start and row.end]
    release = states.release_minutes(session, merged["venue"])
    for row in rows:
        length = release.get(row["venue"] or "")
        row["status"] = states.shown(row["status"], row["start"], row["checked_in_at"], length, office.now)
    rooms = _rooms(session, merged, {row["venue"] for row in rows if row["venue"]})
    clients = _names(session, merged, {row["client"] for row in rows if row["client"]})
    pasts = _pasts(session, [row["id"] for row in rows])
    now = int(office.clock().timestamp())
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Shuniu//Shuniu//ZH", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
             f"X-WR-CALNAME:{escaped(title)}", f"X-WR-TIMEZONE:{ZONE}", *_TIMEZONE]  # fmt: skip
    for row in rows:
        past = pasts.get(row["id"], Past(1, now, now))
        lines += _event(row, rooms.get(row["venue"], ("", "")), clients.get(row["client"] or "", ""), past)
    return [*lines, "END:VCALENDAR"], len(rows)


def _event(row: Mapping[str, Any], room: tuple[str, str], client: str, past: Past) -> list[str]:
    fields = Booking.kind.fields
    who = client or fields["client_name"].mask(row["client_name"], row) or ""
    purpose = row["purpose"] or ""
    state = STATUS.get(row["status"], "CANCELLED")
    said = [
        _("编号：{number}", number=row["number"]) if row["number"] else "",
        _("状态：{status}", status=_(dict(BOOKING_STATUS).get(row["status"], row["status"] or ""))),
        _("申请方：{name}", name=who) if who else "",
        _("人数：{n}", n=row["headcount"]) if row["headcount"] else "",
    ]
    lines = [
        "BEGIN:VEVENT",
        f"UID:{row['id']}@shuniu",
        f"DTSTAMP:{_utc(past.last)}",
        f"CREATED:{_utc(past.first)}",
        f"LAST-MODIFIED:{_utc(past.last)}",
        f"SEQUENCE:{past.writes - 1}",
        f"DTSTART;TZID={ZONE}:{_local(row['start'])}",
        f"DTEND;TZID={ZONE}:{_local(row['end'])}",
        f"SUMMARY:{escaped(' '.join(filter(None, (purpose, who))) or _('场地预约'))}",
        f"STATUS:{state}",
        f"TRANSP:{'TRANSPARENT' if state == 'CANCELLED' else 'OPAQUE'}",
        "CLASS:PUBLIC",
    ]
    if place := "，".join(filter(None, room)):
        lines.append(f"LOCATION:{escaped(place)}")
    lines.append(f"DESCRIPTION:{escaped(chr(10).join(filter(None, said)))}")
    lines.append("END:VEVENT")
    return lines


def escaped(text: str) -> str:
    """A TEXT value (RFC 5545, 3.3.11); control characters but a line break are left out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(char for char in text if char in "\n\t" or (char >= " " and char != "\x7f"))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> bytes:
    """A content line in UTF-8 with CRLF, folded at 75 octets between characters (RFC 5545, 3.1)."""
    out, room = bytearray(), 75
    for char in line:
        data = char.encode()
        if len(data) > room:
            out += b"\r\n "
            room = 74
        out += data
        room -= len(data)
    return bytes(out) + b"\r\n"


def _local(moment: str) -> str:
    return moment.replace("-", "").replace(":", "") + "00"


def _utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")


def _one(links: Links, field: str, text: str) -> Any:
    declared = Booking.kind.fields[field]
    links.learn(declared.targets, [text])
    try:
        return links.resolve(declared, text)
    except Misfit as misfit:
        raise Refusal.of(field, misfit.error, misfit.mend) from None


def _with_parts(session: Session, merged: Merged, venue: str) -> list[str]:
    """A venue, its parts and theirs, and who was merged into one of them."""
    v: Any = Venue.__table__.c
    found, fresh = {venue}, [venue]
    while fresh:
        within = merged.linked(("venue",), fresh)
        below = session.scalars(select(v.id).where(v.parent.in_(within), v.deleted.is_(False)))
        fresh = [one for one in below if one not in found]
        found.update(fresh)
    return merged.linked(("venue",), found)


def _rooms(session: Session, merged: Merged, wanted: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Name and address of each venue, of one that was merged away those of its survivor."""
    stands = {one: merged["venue"].of(one) for one in wanted}
    v: Any = Venue.__table__.c
    query = select(v.id, v.name, v.address).where(among(session.connection(), v.id, set(stands.values())))
    known = {row.id: (row.name or "", row.address or "") for row in session.execute(query)}
    return {one: known[survivor] for one, survivor in stands.items() if survivor in known}


def _names(session: Session, merged: Merged, wanted: Iterable[str]) -> dict[str, str]:
    """Present names of the clients that are linked."""
    ids, found = list(wanted), {}
    for model in (Organization, Team):
        stands = {one: merged[model.kind.name].of(one) for one in ids}
        t: Any = model.__table__.c
        query = select(t.id, t.name).where(among(session.connection(), t.id, set(stands.values())))
        known = {row.id: row.name for row in session.execute(query)}
        found |= {one: known[survivor] for one, survivor in stands.items() if survivor in known}
    return found


def _pasts(session: Session, ids: Sequence[str]) -> dict[str, Past]:
    """Of each booking its writes in the log: the same on every PC that holds them."""
    c: Any = change.c
    query = (
        select(c.record_id, func.count(), func.min(c.at), func.max(c.at))
        .where(c.kind == "booking", among(session.connection(), c.record_id, ids))
        .group_by(c.record_id)
    )
    return {row[0]: Past(row[1], row[2], row[3]) for row in session.execute(query)}
