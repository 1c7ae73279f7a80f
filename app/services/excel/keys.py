"""How a row of a file finds its record where it names no number: the natural key of each kind, in this one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from app.models.bookings import BLOCKING
from app.models.record import Kind


@dataclass(frozen=True)
class Key:
    """Fields that together name one record. The first must be given; one that is no column of the file says nothing.

    ``among``: (field, values): only records, and rows, where the field holds one of them (a cancelled booking is not
    the one that takes its place)."""

    fields: tuple[str, ...]
    among: tuple[str, frozenset[str]] | None = None

    def of(self, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The key of a record's or a row's values, None where it has none."""
        if values.get(self.fields[0]) is None or not self.holds(values):
            return None
        return tuple(values.get(name) for name in self.fields)

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether ``values`` are among those the key is for."""
        return self.among is None or values.get(self.among[0]) in self.among[1]


KEYS: Final[Mapping[str, tuple[Key, ...]]] = MappingProxyType(
    {
        "organization": (Key(("uscc",)), Key(("name",))),
        "team": (Key(("name", "leader_name")),),
        "venue": (Key(("name", "parent")),),
        "equipment": (Key(("name", "model_name", "venue")),),
        "closure": (Key(("start", "venue", "sort")),),
        "calendar_day": (Key(("date",)),),
        "quota": (Key(("name",)),),
        "quota_venue": (Key(("quota", "venue")),),
        "booking": (Key(("venue", "start"), ("status", BLOCKING)),),
        "booking_equipment": (Key(("booking", "equipment")),),
        "booking_series": (Key(("venue", "start", "rule"), ("status", frozenset({"active"}))),),
        "fee_line": (Key(("booking", "at", "amount")),),
        "slot_waiting": (
            Key(("venue", "start", "client_name"), ("status", frozenset({"waiting", "offered"}))),
        ),
        "key_handover": (Key(("venue", "out_at", "keys")),),
        "service_case": (Key(("started_at", "client_name", "request_text")),),
        "training": (Key(("title", "start")),),
        "enrolment": (Key(("training", "name", "phone")),),
        "activity": (Key(("title", "start")),),
        "participant": (Key(("activity", "name", "phone")),),
        "notice": (Key(("title", "issued_on")),),
        "policy": (Key(("doc_no",)), Key(("title",))),
        "user": (Key(("name",)),),
        "center": (Key(("street",)),),
    }
)  # fmt: skip


def keys_of(kind: Kind) -> tuple[Key, ...]:
    """The natural keys of a kind, tried in order."""
    return KEYS.get(kind.name, ())
