"""Slips of records: what stands on the paper, how often it was printed, and the PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.errors import Refusal
from app.models.registry import kind_of
from app.services import slip_records
from app.services.center import center
from app.services.office import Office
from app.services.rights import PRINT as PRINTING
from app.sync import log
from app.sync.change import decode_values
from app.text import _, listed

PRINT = "print"
"""The audit line of a print."""
CALLS = "calls"
"""The form that lists people to call, their telephone numbers in full."""


def forms_of(kind: str) -> tuple[tuple[str, str], ...]:
    """The forms that print a record of ``kind``: (name, label)."""
    from app.slips.registry import slips_of

    return tuple((slip.name, _(slip.label)) for slip in slips_of(kind))


def prints(office: Office, record_id: str) -> list[Mapping[str, Any]]:
    """What the audit lines say of each print of a record."""
    with office.reading() as session:
        scopes = dict.fromkeys((office.scope, log.DEMO))
        lines = [one for s in scopes for one in log.of_record(session.connection(), s, log.AUDIT, record_id)]
    said = (decode_values(line.values).get("audit", {}) for line in lines if line.values)
    return [one for one in said if one.get("what") == PRINT]


def print_count(office: Office, record_id: str, form: str | None = None) -> int:
    """How often the record was printed, counted from the audit lines; ``form`` counts that form alone."""
    return sum(form is None or one.get("form") == form for one in prints(office, record_id))


def printed(office: Office, kind: str, record_id: str, form: str) -> None:
    """Note that ``form`` of the record went to paper or to a file; a list of people to call at each booking and offer, too."""
    called = slip_records.affected(office, record_id) if (kind, form) == ("closure", CALLS) else {}
    with office.unit() as unit:
        unit.audit(PRINT, kind, record_id, form=form)
        for one, ids in called.items():
            unit.audit_each(PRINT, one, {each: {"form": form} for each in ids})


def printed_list(office: Office, kind: str, rows: int, title: str = "") -> None:
    """Note that a list of ``rows`` records, masked as it is, went to paper or to a file; ``title`` where it is not of one
    kind."""
    named = {"title": title} if title else {}
    with office.unit() as unit:
        unit.audit(PRINT, kind, "", form="list", rows=rows, **named)


def center_of(office: Office) -> tuple[str, str]:
    """Id and name of the center's record; blank where there is none yet."""
    with office.reading() as session:
        found = center(session, office.scope)
    return (found.id, found.name or "") if found is not None else ("", "")


def center_name(office: Office) -> str:
    """The name of the center, as it heads every paper."""
    return center_of(office)[1]


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
    there is no such form, where a character cannot be printed and ``allow_missing`` is False, and for somebody who may not
    print.
    """
    from app.slips.registry import render as render_slip

    office.duty.need(PRINTING)
    name = _form_name(kind, form)
    number = print_count(office, record_id, name) + 1 if copy is None else copy
    context = slip_context(office, copy=number, reveal=reveal, allow_missing=allow_missing)
    return render_slip(name, slip_records.slip_record(office, kind, record_id), context)


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
