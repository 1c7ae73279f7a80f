"""Valid values for any kind, made from its declaration, so that a new kind is tested without editing tests."""

from __future__ import annotations

from typing import Any

from app.models.fields import Field
from app.models.record import Kind
from app.models.registry import KINDS
from app.services import writing
from app.services.office import Office

TEXTS = {
    "person_name": "阿依古丽·麦麦提",
    "organization_name": "乐龄<b>&社区服务中心",
    "phone": "13812345678",
    "uscc": "52310104MJ49963266",
    "postcode": "200438",
    "email": "desk@example.org",
    "resident_id": "310101194109170998",
}
SPECIAL = {
    ("center", "street"): "310110013",
    ("organization", "org_type"): "service_org",
    ("organization", "founded_on"): "2015-03-01",
    ("team", "party_member_count"): 3,
    ("team", "member_count"): 15,
    ("booking", "client_kind"): "registered_org",
    ("booking", "yields_to"): None,
    ("service_case", "client_kind"): "registered_org",
    ("booking", "all_day"): None,
    ("booking", "series"): None,
    ("booking", "deposit_kept"): None,
    ("booking_series", "rule"): "FREQ=WEEKLY;COUNT=3",
    ("booking_series", "start"): "2036-12-01T09:00",
    ("booking_series", "end"): "2036-12-01T11:00",
    ("booking_series", "client_kind"): "registered_org",
    ("booking_series", "follows"): None,
    ("slot_waiting", "client_kind"): "registered_org",
    ("slot_waiting", "status"): "left",
    ("slot_waiting", "booking"): None,
    ("quota", "client_kind"): "registered_org",
    ("quota", "weekdays"): "一二三",
    ("quota", "from_time"): "08:00",
    ("quota", "to_time"): "18:00",
    ("venue", "parent"): None,
    ("venue", "status"): "open",
}


def value_of(kind: Kind, field: Field) -> Any:
    """A valid value of a field that is not a link."""
    if (kind.name, field.name) in SPECIAL:
        return SPECIAL[kind.name, field.name]
    if kind.name == "venue" and field.name.startswith("opens"):
        return "7:00-22:00"
    if field.type in ("text", "note"):
        return TEXTS.get(field.format, f"{field.label}𬱟<b>&")[: field.max_length]
    if field.type == "integer":
        return int(max(field.minimum or 0, min(field.maximum or 12, 12)))
    if field.type == "decimal":
        return "85.5"
    if field.type == "date":
        return "2027-02-28" if field.name.endswith(("to", "_on")) else "2026-02-28"
    if field.type == "datetime":
        return "2026-12-01T11:00" if field.name.startswith("end") else "2026-12-01T09:00"
    if field.type == "boolean":
        return True
    return field.choices[0][0]


def values_of(office: Office, kind: Kind, *, links: bool = True) -> dict[str, Any]:
    """A value for every field people fill in; linked records are made on the way."""
    values = {}
    for field in kind.typed:
        if field.type != "link":
            values[field.name] = value_of(kind, field)
        elif (kind.name, field.name) not in SPECIAL and (links or field.required):
            values[field.name] = make(office, field.targets[0])
    return values


def make(office: Office, kind: str, **changes: Any) -> str:
    """A saved record of ``kind`` with its required fields; returns its id."""
    declared = KINDS[kind]
    values = {f.name: value_of(declared, f) for f in declared.typed if f.required and f.type != "link"}
    values |= {f.name: make(office, f.targets[0]) for f in declared.typed if f.required and f.type == "link"}
    return writing.save(office, kind, values | changes).id
