"""The registry: every kind of record the program keeps, in the order of the navigation."""

from __future__ import annotations

from types import MappingProxyType

from app.errors import Refusal
from app.models.activities import Activity, Participant
from app.models.bookings import Booking, BookingEquipment, BookingSeries, FeeLine, KeyHandover, SlotWaiting
from app.models.center import Center, User
from app.models.organizations import Organization, Team
from app.models.publications import Notice, Policy
from app.models.record import Kind, Record
from app.models.services import ServiceCase
from app.models.training import Enrolment, Training
from app.models.venues import CalendarDay, Closure, Equipment, Quota, QuotaVenue, Venue
from app.text import _, listed

SCHEMA = 3
"""Version of the declarations; written into every change. Raise it with every migration."""
VERSION = "0.1.0"
"""Version of the program, as in ``pyproject.toml``."""

RECORDS: tuple[type[Record], ...] = (
    Booking,
    BookingSeries,
    SlotWaiting,
    KeyHandover,
    BookingEquipment,
    FeeLine,
    Venue,
    Equipment,
    Closure,
    Quota,
    QuotaVenue,
    CalendarDay,
    ServiceCase,
    Organization,
    Team,
    Training,
    Enrolment,
    Activity,
    Participant,
    Notice,
    Policy,
    User,
    Center,
)
KINDS = MappingProxyType({record.kind.name: record.kind for record in RECORDS})

PUBLISHED = frozenset({"notice", "policy", "organization", "calendar_day"})
"""Kinds that the district publishes: to everyone, or to chosen centers."""


def kind_of(name: str) -> Kind:
    """The kind called ``name``; raises :class:`Refusal` for an unknown one."""
    if name not in KINDS:
        raise Refusal.of("kind", _("没有“{name}”这种记录", name=name), _("可选：{offered}", offered=listed(KINDS)))
    return KINDS[name]
