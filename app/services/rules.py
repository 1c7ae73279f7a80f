"""The rules of the trade by kind; each yields the faults of a record about to be written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from app.errors import Fault
from app.models import formats
from app.models.center import Center
from app.models.organizations import ORG_TYPES, Organization, Team
from app.models.publications import Policy
from app.models.record import Record
from app.models.services import ServiceCase
from app.models.venues import CLIENT_TARGETS
from app.services import (
    booking_rules,
    enrolment,
    equipment,
    fees,
    people,
    policy,
    promotion,
    quota_limits,
    series_keeping,
    workdays,
)
from app.services.lookups import lookups
from app.services.office import Unit
from app.services.times import ends_after_start
from app.text import _

Before = Mapping[str, Any] | None
Check = Callable[[Unit, Any, Before], Iterator[Fault]]


def check(unit: Unit, record: Record, before: Before) -> list[Fault]:
    """Every fault of ``record`` by the rules of its kind; ``before`` are its stored values, None for a new one."""
    return [fault for rule in RULES.get(record.kind.name, ()) for fault in rule(unit, record, before)]


def _organization(unit: Unit, record: Organization, before: Before) -> Iterator[Fault]:
    if record.uscc:
        said = formats.uscc_type(record.uscc)
        if said and record.org_type is None:
            record.org_type = said
        elif said and record.org_type != said:
            label = _(dict(ORG_TYPES)[said])
            yield Fault("org_type", _("类型与信用代码第2位不一致"), _("按信用代码应为“{label}”", label=label))
    if (
        record.founded_on
        and record.founded_on > unit.office.today
        and (before is None or before["founded_on"] != record.founded_on)
    ):
        yield Fault("founded_on", _("成立登记日期晚于今天"), _("请核对日期"))
    for start, end in (("cert_from", "cert_to"), ("term_from", "term_to")):
        first, last = getattr(record, start), getattr(record, end)
        if first and last and last < first:
            yield Fault(end, _("止期早于起期"), _("请核对起止日期"))


def _center(_unit: Unit, record: Center, before: Before) -> Iterator[Fault]:
    """The recovery key is written with a sheet and at no other time: no sheet on paper goes out of force unseen."""
    if before is not None and before["recovery_key"] != record.recovery_key:
        yield Fault("recovery_key", _("恢复公钥不能直接修改"), _("请在“设置”里开具恢复单，由程序填写"))


def _team(_unit: Unit, record: Team, before: Before) -> Iterator[Fault]:
    """Conditions of filing: domain.md A2.4 and B5."""
    members, party = record.member_count, record.party_member_count
    if members is not None and party is not None and party > members:
        yield Fault("party_member_count", _("党员人数超过参加人数"), _("请核对两个人数"))
    became_active = record.status == "active" and (before is None or before["status"] != "active")
    if became_active and (members or 0) < 10 and not record.refusal_reason:
        yield Fault("status", _("成员不足10人，不能直接转为有效"), _("请补足人数，或写明放宽条件的理由"), policy=True)


def _client(unit: Unit, record: Any, before: Before) -> Iterator[Fault]:
    """Fill what follows from a linked client: its kind, and its name as a snapshot."""
    if not record.client:
        return
    kind = unit.linked(("organization", "team"), record.client)
    said = {target: code for code, target in CLIENT_TARGETS.items()}.get(kind or "")
    if said and record.client_kind is None:
        record.client_kind = said
    elif said and record.client_kind != said:
        yield Fault("client_kind", _("申请方类型与所选的记录不一致"), _("请重新选择申请方或类型"))
    if before and before["client"] != record.client and before["client_name"] == record.client_name:
        record.client_name = None  # another client: its name, not the old one's
    if kind and not record.client_name:
        record.client_name = lookups(unit).name_of(record.owner, kind, record.client)


def _case(unit: Unit, record: ServiceCase, before: Before) -> Iterator[Fault]:
    if before is None and not record.started_at:
        record.started_at = unit.office.now
    yield from ends_after_start(record.started_at, record.ended_at, "ended_at", strict=False)
    if record.due_on and record.started_at and record.due_on < record.started_at[:10]:
        yield Fault("due_on", _("办理时限早于接待日期"), _("请核对日期"))


def _policy(_unit: Unit, record: Policy, _before: Before) -> Iterator[Fault]:
    if record.effective_from and record.effective_to and record.effective_to < record.effective_from:
        yield Fault("effective_to", _("止期早于起期"), _("请核对起止日期"))


def _span(_unit: Unit, record: Any, _before: Before) -> Iterator[Fault]:
    yield from ends_after_start(record.start, record.end, "end")


RULES_THAT_LOOK = frozenset(
    {
        "booking",
        "booking_equipment",
        "booking_series",
        "calendar_day",
        "closure",
        "enrolment",
        "slot_waiting",
        "training",
        "user",
    }
)
"""Kinds whose rules look at other records; what the same unit wrote before is flushed first."""


def look_ahead(unit: Unit, kind: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Before many records of a kind are written in ``unit``: read at once what the rules will ask about ``rows``, their
    values in stored form."""
    if kind == "booking":
        lookups(unit).look_ahead(rows)


def sees(unit: Unit, kind: str, values: Mapping[str, Any], before: Before) -> bool:
    """Whether the rules of ``kind`` see what the unit wrote before also where it is not flushed."""
    if kind == "booking":
        return lookups(unit).covers(values, before)
    return kind not in RULES_THAT_LOOK


IDS: Mapping[str, tuple[str, Callable[[str], str]]] = MappingProxyType({"calendar_day": ("date", workdays.day_id)})
"""Kinds whose id follows from a field: two PCs make the same record (design.md §3)."""

RULES: Mapping[str, tuple[Check, ...]] = MappingProxyType(
    {
        "center": (_center,),
        "organization": (_organization,),
        "team": (_team,),
        "venue": (booking_rules.check_venue,),
        "booking": (_client, booking_rules.check, policy.check, fees.check),
        "booking_equipment": (equipment.check,),
        "closure": (booking_rules.check_closure,),
        "calendar_day": (workdays.check,),
        "fee_line": (fees.check_line,),
        "key_handover": (fees.check_keys,),
        "booking_series": (_client, series_keeping.check),
        "service_case": (_client, _case),
        "training": (_span, enrolment.check_training),
        "enrolment": (enrolment.check,),
        "activity": (_span,),
        "policy": (_policy,),
        "user": (people.check,),
        "slot_waiting": (_client, promotion.check),
        "quota": (quota_limits.check,),
        "quota_venue": (quota_limits.check_venue,),
    }
)
