"""Tables beside the records: the change log and its heads, cards, and what stays on this PC."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, String, Table, text

from app.models.record import metadata
from app.models.registry import KINDS

ERASURE = "@erasure"
"""The kind of change that takes other changes' values away."""

change = Table(
    "change",
    metadata,
    Column("scope", String, primary_key=True),
    Column("device", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("lamport", BigInteger, nullable=False),
    Column("op", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("record_id", String, nullable=False),
    Column("schema", BigInteger, nullable=False),
    Column("bases", LargeBinary, nullable=False),
    Column("values", LargeBinary, nullable=True),
    Column("values_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("change_record", "kind", "record_id", "scope"),
)
"""The change log. ``hash`` is the chain up to this change; all else is the change as it travels."""

_KEY = frozenset({"scope", "device", "seq", "hash"})

log_head = Table(
    "log_head",
    metadata,
    Column("scope", String, primary_key=True),
    Column("device", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("lamport", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""The last change of each log: what we hold, in one small table."""

signed_head = Table(
    "signed_head",
    metadata,
    Column("scope", String, primary_key=True),
    Column("device", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)
"""Heads signed by their own device; who relays a log cuts it only here."""

log_end = Table(
    "log_end",
    metadata,
    Column("scope", String, primary_key=True),
    Column("device", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("revoked", Boolean, nullable=False),
)
"""Derived from the closings in the log: where a log ends; what its device wrote beyond is held. ``revoked``: the
district closed it, not the device itself."""

stray_change = Table(
    "stray_change",
    metadata,
    Column("scope", String, primary_key=True),
    Column("device", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, primary_key=True),
    *(Column(c.name, c.type, nullable=c.nullable) for c in change.columns if c.name not in _KEY),
    Index("stray_change_record", "kind", "record_id", "scope"),
)
"""Changes off the chain of their log: kept, never folded, held until a person adopts them."""

peer = Table(
    "peer",
    metadata,
    Column("device", String, primary_key=True),
    Column("counter", BigInteger, nullable=False),
    Column("holdings", LargeBinary, nullable=False),
    Column("heard_at", BigInteger, nullable=False),
    Column("schema", BigInteger, nullable=True),
)
"""Last known holdings of each device we exchange with; replaced only by a bundle with a higher counter.
``schema``: of the program that made it."""

card = Table(
    "card",
    metadata,
    Column("key", String, primary_key=True),
    Column("scope", String, nullable=False),
    Column("letters", String, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("device", String, nullable=True),
)
"""One-time cards issued here, by the district or by the center's first PC; ``device`` is who used it."""

local = Table(
    "local",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""Small facts of this PC that never travel: password hashes, list columns, drafts, the schema last folded."""

staff = Table(
    "staff",
    metadata,
    Column("name", String, primary_key=True),
    Column("password", String, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)
"""Who may sign in at the district's console, with an argon2id hash; on a center's PC it stays empty."""

staff_session = Table(
    "staff_session",
    metadata,
    Column("token", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)
"""Open sessions of the console, by the hash of what the browser holds: every worker process sees them."""

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("who", String, primary_key=True),
    Column("times", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)
"""Sign-ins that failed, by name and by address; what limits the attempts."""

search_entry = Table(
    "search_entry",
    metadata,
    Column("kind", String, primary_key=True),
    Column("owner", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("subtitle", String, nullable=False),
    Column("body", String, nullable=False),
    Column("full", String, nullable=False),
    Column("initials", String, nullable=False),
)
"""Derived: what Ctrl+K and the lists' search boxes look through."""

search_position = Table(
    "search_position",
    metadata,
    Column("scope", String, primary_key=True),
    Column("device", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
"""How far the search entries follow each log."""

for _kind in KINDS.values():
    _table = _kind.model.__table__
    Index(f"{_kind.name}_id", _table.c.id)
    Index(f"{_kind.name}_order", _table.c[_kind.order])
    Index(f"{_kind.name}_merged", _table.c.merged_into, sqlite_where=_table.c.merged_into.is_not(None))
    Index(f"{_kind.name}_conflicts", _table.c.conflicts, sqlite_where=_table.c.conflicts > 0)
    for _field in _kind.fields.values():
        if _field.type == "link" and not _field.system:
            _name = f"{_kind.name}_{_field.name}"
            Index(f"{_name}_link" if _name in KINDS else _name, _table.c[_field.name])  # tables and indexes share names

_booking = KINDS["booking"].model.__table__.c
Index("booking_slot", _booking.venue, _booking.start)
Index(
    "booking_until", _booking.venue, _booking.end, _booking.start
)  # what is not over in a room, however long it lasts
Index("booking_client_name", _booking.client_name)
OVER_MIDNIGHT = text('substr("start", 1, 10) <> substr("end", 1, 10)')
"""Of bookings: the few that end on another date. Said in these very words, the index below serves it."""
Index("booking_over_midnight", _booking.start, sqlite_where=OVER_MIDNIGHT)
