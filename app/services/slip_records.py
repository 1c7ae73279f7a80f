"""Records as the slips expect them: what stands on the paper, with what belongs to it read along."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import and_, or_, select

from app.models.bookings import BLOCKING, WAITING_SHOWN, Booking, SlotWaiting
from app.models.registry import KINDS
from app.models.training import HOLDS_PLACE
from app.services import closing_days, fees, reading, recurrence_words, series, states
from app.services.center import center
from app.services.office import Office
from app.services.premises import Premises
from app.services.privacy import reveal
from app.services.reading import Query, Row
from app.services.survivors import Merged
from app.services.times import say_span
from app.text import _

Record = dict[str, Any]
WAITS: Final = ("waiting", "offered")
"""States of somebody on a waiting list who still has a place in it."""


def slip_record(office: Office, kind: str, record_id: str) -> Record:
    """The record as the slips expect it: choices and links by their words, numbers as text, related rows as lists.

    Booleans stay booleans, moments and dates keep their stored form; an erased value is a blank to be filled by hand.
    """
    row = reading.get(office, kind, record_id)
    record = plain(row)
    if kind in _MORE:
        _MORE[kind](office, row, record)
    return record


def plain(row: Row) -> Record:
    """The fields of one row as text."""
    record: Record = {"number": row.number or ""}
    for name, field in row.kind.fields.items():
        if field.system:
            continue
        value = row.values.get(name)
        if value is None or name in row.erased or row.kind.log_field(name) in row.erased:
            record[name] = ""
        elif field.type == "boolean":
            record[name] = value
        elif field.type in ("choice", "link"):
            record[name] = row.display(name)
        else:
            record[name] = str(value)
    return record


def _linked(office: Office, kind: str, record_id: str | None) -> Row | None:
    """The record that a link stands for today."""
    found = reading.rows(office, kind, [reading.stands_for(office, kind, record_id)]) if record_id else []
    return found[0] if found else None


def _related(office: Office, kind: str, where: Mapping[str, Any], order: str) -> list[Row]:
    return reading.rows(office, kind, reading.ids(office, kind, Query(where=where, order=order)))


def client_code(office: Office, row: Row) -> str:
    """The credit code of a client that is an organization, the filing number of a team."""
    for kind, name in (("organization", "uscc"), ("team", "filing_no")):
        found = _linked(office, kind, row.values.get("client"))
        if found is not None:
            return str(found.values.get(name) or "")
    return ""


def equipment_of(office: Office, rows: Sequence[Row]) -> dict[str, str]:
    """By booking, the equipment it wants: what was chosen with quantities, then what was written."""
    chosen: dict[str, list[str]] = {}
    lines = _related(office, "booking_equipment", {"booking": [row.id for row in rows]}, "number") if rows else []
    things = {row.id: row for row in reading.rows(office, "equipment", [line.values["equipment"] for line in lines])}
    for line in lines:
        thing = things.get(line.values["equipment"])
        unit = (thing.values.get("unit") if thing else "") or _("件")
        said = _("{name}{n}{unit}", name=line.display("equipment"), n=line.values["quantity"], unit=unit)
        chosen.setdefault(line.values["booking"], []).append(said)
    written = {row.id: row.values.get("equipment") for row in rows}
    return {row.id: _("、").join([*chosen.get(row.id, []), *filter(None, [written[row.id]])]) for row in rows}


def people_to_call(office: Office, called: Mapping[str, Sequence[str]]) -> list[Record]:
    """Whom to call about bookings and held offers (ids by kind), as they come; telephone numbers in full, an audit line
    each says who looked (rules.md 23)."""
    rows = [row for kind, ids in called.items() if ids for row in reveal(office, kind, ids)]
    return [_person(row) for row in sorted(rows, key=lambda row: row.values.get("start") or "")]


def _person(row: Row) -> Record:
    record = plain(row)
    if row.kind.name != Booking.kind.name:
        record["purpose"] = _("{purpose}（候补）", purpose=record["purpose"])
    return record


def affected(office: Office, closure: str) -> dict[str, list[str]]:
    """What to call about because of a closure, ids by kind: the bookings and held offers that it closes, and the bookings
    that were cancelled for its reason. An exceptional opening touches none."""
    with office.reading() as session:
        row = reading.rows_in(session, KINDS["closure"], [closure])[0].values
        if row["sort"] == "open":
            return {}
        b = Booking.__table__.c
        found = closing_days.affected(session, office.now, closure)
        closed = [one.id for one in found if one.kind == Booking.kind.name]
        cancelled = and_(b.deleted.is_(False), b.status == "cancelled", b.cancel_reason == row["reason"])
        query = (
            select(b.id)
            .where(
                or_(b.id.in_(closed), cancelled), b.owner == office.scope, Merged(session).standing(Booking.kind),
                b.start < row["end"], b.end > row["start"], b.venue.in_(Premises(session).reach(row["venue"])),
            )
            .order_by(b.start, b.venue, b.id)
        )  # fmt: skip
        offers = [one.id for one in found if one.kind == SlotWaiting.kind.name]
        return {Booking.kind.name: list(session.scalars(query)), SlotWaiting.kind.name: offers}


# -- kind by kind ------------------------------------------------------------------------------------------------------


def _booking(office: Office, row: Row, record: Record) -> None:
    record["client_code"] = client_code(office, row)
    record["category"] = record.get("purpose_kind", "")
    record["equipment"] = equipment_of(office, [row])[row.id]
    record["approved"] = _approved(row)
    record["fee_lines"] = [plain(line) for line in _related(office, "fee_line", {"booking": row.id}, "at")]
    with office.reading() as session:
        record["fee_total"] = fees.plain(fees.totals(session, [row.id]).get(row.id)) or ""
    record["keys"] = [plain(key) for key in _related(office, "key_handover", {"booking": row.id}, "out_at")]
    _venue_rules(office, row, record)


def _approved(row: Row) -> Any:
    """True, False, or blank where nobody has decided yet."""
    if row.values.get("status") == "rejected":
        return False
    return True if row.values.get("approved_by") or row.values.get("approved_on") else ""


def _venue_rules(office: Office, row: Row, record: Record) -> None:
    """What the notes on the back say of this room, and the status by its time of release (rules.md 24)."""
    venue = _linked(office, "venue", row.values.get("venue"))
    own = venue.values if venue is not None else {}
    with office.reading() as session:
        settings = center(session, row.owner)
        release = states.release_minutes(session).get(venue.id) if venue is not None else None
    said = row.values
    status = states.shown(said["status"], said["start"], said["checked_in_at"], release, office.now)
    record["status"] = row.kind.fields["status"].display(status)
    record["venue_capacity"] = str(own.get("capacity") or "")
    record["access"] = str(own.get("access") or "")
    record["cancel_hours"] = str(own.get("cancel_hours") or "")
    record["release_minutes"] = str(release or "")
    record["strike_limit"] = str(getattr(settings, "strike_limit", None) or "")
    record["strike_days"] = str(getattr(settings, "strike_days", None) or "")
    record["center_phone"] = str(getattr(settings, "phone", None) or "")


def _key(office: Office, row: Row, record: Record) -> None:
    record["keys"] = [dict(record)]
    booking = _linked(office, "booking", row.values.get("booking"))
    if booking is not None:
        about = plain(booking)
        names = ("purpose", "client_name", "start", "end", "deposit", "deposit_state", "deposit_kept", "deposit_reason")
        record |= {name: about[name] for name in names}
        record["booking"] = booking.number or ""
    record["contact_name"], record["contact_phone"] = record["person_name"], record["person_phone"]


def _closure(office: Office, row: Row, record: Record) -> None:
    record["people"] = people_to_call(office, affected(office, row.id))
    when = say_span(row.values["start"], row.values["end"])
    where = record["venue"] or _("整个中心")
    record["note"] = _(
        "{where}　{when}　{sort}：{reason}", where=where, when=when, sort=record["sort"], reason=record["reason"]
    )


def _series(office: Office, row: Row, record: Record) -> None:
    record["client_code"] = client_code(office, row)
    bookings = _related(office, "booking", {"series": row.id}, "start")
    record["dates"] = [{**plain(one), "gone": one.values["status"] not in BLOCKING} for one in bookings]
    record["skipped"] = _skipped(office, row)
    record["rule"] = recurrence_words.say(row.values["rule"] or "", row.values["start"])


def _skipped(office: Office, row: Row) -> list[Record]:
    """The dates of a series without a booking, each with what stands against it now (rules.md 17)."""
    found = series.skipped(office, row.id)
    with office.reading() as session:
        rooms = reading.titles_of(session, KINDS["venue"], [one.venue for one in found])
    return [
        {
            "start": one.start,
            "end": one.end,
            "venue": rooms.get(one.venue, ""),
            "why": one.by or _("现在空着，可以补约"),
        }
        for one in found
    ]


def _waiting(office: Office, row: Row, record: Record) -> None:
    status = _shown(row, office.now)
    record["status"] = _(dict(WAITING_SHOWN).get(status, status))
    venue = _linked(office, "venue", row.values.get("venue"))
    field = KINDS["venue"].fields["waiting_order"]
    order = (venue.values.get("waiting_order") if venue is not None else None) or field.default
    record["strict"], record["waiting_order"] = order == "strict", field.display(order)
    with office.reading() as session:
        record["offer_hours"] = str(getattr(center(session, row.owner), "offer_hours", None) or "")
    record["position"] = _position(office, row)


def _shown(row: Row, now: str) -> str:
    """The status of an entry of the waiting list by what time made of it (rules.md 28, 30)."""
    said = row.values
    return states.shown_waiting(said["status"] or "", said["offer_until"], said["start"], now)


def _position(office: Office, row: Row) -> str:
    """How many wait before it for a time that overlaps, and itself (rules.md 26); blank where it waits no longer."""
    if _shown(row, office.now) not in WAITS:
        return ""
    there = _related(office, "slot_waiting", {"venue": row.values["venue"], "status": WAITS}, "joined_at")
    same = [
        one
        for one in there
        if one.values["start"] < row.values["end"] and row.values["start"] < one.values["end"]
        and _shown(one, office.now) in WAITS
    ]  # fmt: skip
    same.sort(key=lambda one: (-(one.values["priority"] or 0), one.values["joined_at"] or "", one.id))
    return str([one.id for one in same].index(row.id) + 1)


def _training(office: Office, row: Row, record: Record) -> None:
    where = {"training": row.id, "status": sorted(HOLDS_PLACE)}
    record["enrolments"] = [plain(one) for one in _related(office, "enrolment", where, "number")]


_MORE: Final[Mapping[str, Callable[[Office, Row, Record], None]]] = MappingProxyType(
    {
        "booking": _booking,
        "booking_series": _series,
        "closure": _closure,
        "key_handover": _key,
        "slot_waiting": _waiting,
        "training": _training,
    }
)
