"""Slips of records: what stands on the paper, how often it was printed, and the PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.errors import Refusal
from app.models.registry import KINDS, kind_of
from app.models.training import HOLDS_PLACE
from app.services import reading
from app.services.office import Office
from app.services.reading import Query, Row
from app.sync import log
from app.sync.change import decode_values
from app.text import _, listed

PRINT = "print"
"""The audit line of a print."""


def forms_of(kind: str) -> tuple[tuple[str, str], ...]:
    """The forms that print a record of ``kind``: (name, label)."""
    from app.slips.registry import slips_of

    return tuple((slip.name, _(slip.label)) for slip in slips_of(kind))


def slip_record(office: Office, kind: str, record_id: str) -> dict[str, Any]:
    """The record as the slips expect it: choices and links by their words, numbers as text, related rows as lists.

    Booleans stay booleans, moments and dates keep their stored form; an erased value is a blank to be filled by hand.
    """
    row = reading.get(office, kind, record_id)
    record = _plain(row)
    if kind == "booking":
        record["client_code"] = _client_code(office, row)
        record["category"] = record.get("purpose_kind", "")
    elif kind == "training":
        query = Query(where={"training": record_id, "status": sorted(HOLDS_PLACE)}, order="number")
        wanted = reading.ids(office, "enrolment", query)
        record["enrolments"] = [_plain(one) for one in reading.rows(office, "enrolment", wanted)]
    return record


def _plain(row: Row) -> dict[str, Any]:
    record: dict[str, Any] = {"number": row.number or ""}
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


def _client_code(office: Office, row: Row) -> str:
    """The credit code of a client that is an organization, the filing number of a team."""
    client = row.values.get("client")
    if client:
        for kind, name in (("organization", "uscc"), ("team", "filing_no")):
            found = reading.rows(office, kind, [reading.stands_for(office, kind, client)])
            if found:
                return str(found[0].values.get(name) or "")
    return ""


def print_count(office: Office, kind: str, record_id: str, form: str | None = None) -> int:
    """How often the record was printed, counted from the audit lines; ``form`` counts that form alone."""
    if kind not in KINDS:
        return 0
    with office.reading() as session:
        lines = log.of_record(session.connection(), office.scope, log.AUDIT, record_id)
    said = (decode_values(line.values).get("audit", {}) for line in lines if line.values)
    return sum(one.get("what") == PRINT and (form is None or one.get("form") == form) for one in said)


def printed(office: Office, kind: str, record_id: str, form: str) -> None:
    """Note that ``form`` of the record went to paper or to a file."""
    with office.unit() as unit:
        unit.audit(PRINT, kind, record_id, form=form)


def center_name(office: Office) -> str:
    """The name of the center, as it heads every paper."""
    table = KINDS["center"].model.__table__
    with office.reading() as session:
        names = list(session.execute(select(table.c.name, table.c.owner).where(table.c.deleted.is_(False))))
    own = [row.name for row in names if row.owner == office.scope]
    return next(iter([*own, *(row.name for row in names)]), "") or ""


def render(
    office: Office,
    kind: str,
    record_id: str,
    form: str | None = None,
    *,
    reveal: bool = False,
    allow_missing: bool = False,
    copy: int | None = None,
) -> bytes:
    """The slip of a record as a PDF; the first form of its kind unless ``form`` names another.

    ``copy`` is the number of this print, one more than those already made unless given. Raises :class:`Refusal` where
    there is no such form, or where a character cannot be printed and ``allow_missing`` is False.
    """
    from app.slips.registry import render as render_slip

    name = _form_name(kind, form)
    number = print_count(office, kind, record_id, name) + 1 if copy is None else copy
    context = slip_context(office, copy=number, reveal=reveal, allow_missing=allow_missing)
    return render_slip(name, slip_record(office, kind, record_id), context)


def slip_context(office: Office, **options: Any) -> Any:
    """Who prints, where and when."""
    from app.slips.base import SlipContext

    return SlipContext(center_name(office), office.actor, office.clock(), **options)


def _form_name(kind: str, form: str | None) -> str:
    offered: Mapping[str, str] = dict(forms_of(kind_of(kind).name))
    if not offered:
        raise Refusal.of("form", _("{kind}没有可打印的单据", kind=_(kind_of(kind).label)), _("可以打印列表"))
    if form is None:
        return next(iter(offered))
    if form not in offered:
        raise Refusal.of("form", _("没有这种单据“{form}”", form=form), _("可选：{offered}", offered=listed(offered)))
    return form
