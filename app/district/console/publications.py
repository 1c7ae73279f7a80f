"""Pages of what the district publishes: the list, the form made of the declaration, publishing and withdrawing."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from app.district import publishing
from app.district.console.visit import Visit
from app.district.desk import Own, own, owns
from app.errors import Fault, Refusal
from app.models.division import streets
from app.models.fields import Privacy
from app.models.record import Kind
from app.models.registry import KINDS, PUBLISHED
from app.services import writing
from app.sync.change import stamp_text
from app.sync.log import ALL
from app.text import _

OFFERED = tuple(kind for kind in KINDS.values() if kind.name in PUBLISHED and kind.name != "organization")
"""The kinds in the order of the page: what is written most comes first."""
ORDER = (*OFFERED, KINDS["organization"])


def _kind(visit: Visit) -> Kind:
    return publishing.publishable(visit.path("kind"))


def show(visit: Visit) -> Response:
    """The district's own records of every kind, and where they are to be seen."""
    with visit.district.replica().reading() as connection:
        found = [(kind, owns(connection, kind)) for kind in ORDER]
    return visit.page("publications.html", found=found, streets=_streets(visit))


def _streets(visit: Visit) -> dict[str, str]:
    return {street.code: street.name for street in streets(visit.district.code)}


def begin(visit: Visit) -> Response:
    """An empty form."""
    kind = _kind(visit)
    values = {field.name: field.default for field in kind.typed}
    if "level" in kind.fields:
        values["level"] = "district"
    if "issuer" in kind.fields:
        values["issuer"] = visit.district.name
    return _form(visit, kind, values)


def edit(visit: Visit) -> Response:
    """The form of a record, and what can be done with it."""
    kind = _kind(visit)
    found = _own(visit, kind)
    hidden = {f.name: f.mask(found.values[f.name]) for f in kind.typed if f.privacy >= Privacy.PERSONAL}
    masked = any(value is not None for value in hidden.values())
    did = visit.request.query_params.get("did", "")
    return _form(visit, kind, {**found.values, **hidden}, found, did=did, masked=masked)


def reveal(visit: Visit) -> Response:
    """The form with the personal values in full; an audit line says who saw them."""
    kind = _kind(visit)
    found = _own(visit, kind)
    with visit.district.unit(visit.name) as unit:
        unit.audit("reveal", kind.name, found.id)
    return _form(visit, kind, found.values, found)


def _own(visit: Visit, kind: Kind) -> Own:
    with visit.district.replica().reading() as connection:
        found = own(connection, kind, visit.path("id"))
    if found is None:
        raise Refusal.of("id", _("没有这条记录：{id}", id=visit.path("id")), _("请从列表进入"))
    return found


def _form(
    visit: Visit, kind: Kind, values: dict[str, Any], found: Own | None = None, *, did: str = "",
    faults: tuple[Fault, ...] = (), typed: bool = False, masked: bool = False,
) -> Response:  # fmt: skip
    said = {
        "saved": _("已保存。"),
        "published": _("已下发，各中心下次同步时收到。"),
        "withdrawn": _("已撤回，各中心下次同步后不再显示。"),
        "deleted": _("已删除。"),
        "undeleted": _("已恢复。"),
    }.get(did, "")
    seen = visit.text("seen") if typed else _seen(found)
    below: dict[str, list[Fault]] = {}
    for fault in faults:
        below.setdefault(fault.field, []).append(fault)
    return visit.page(
        "publication.html", 422 if faults else 200, kind=kind, values=values, found=found, said=said, seen=seen,
        below=below, streets=_streets(visit), masked=masked,
    )  # fmt: skip


def _seen(found: Own | None) -> str:
    """What stands on the page, handed back when it is saved: what others wrote meanwhile is not written over."""
    seen = {} if found is None else found.seen
    return json.dumps({name: [stamp_text(stamp) for stamp in stamps] for name, stamps in seen.items()})


def save(visit: Visit) -> Response:
    """Save a new record, or the fields that were changed."""
    kind = _kind(visit)
    record_id = visit.request.path_params.get("id")
    values: dict[str, Any] = {}
    for field in kind.typed:
        text = visit.text(field.name).replace("\r\n", "\n")
        values[field.name] = {"yes": True, "no": False}.get(text) if field.type == "boolean" else text or None
    try:
        with visit.district.unit(visit.name) as unit:
            seen = _handed_back(visit) if record_id else None
            record = writing.put(unit, kind, values, record_id, seen=seen)
            record_id = record.id
    except Refusal as error:
        found = _own(visit, kind) if record_id else None
        return _form(visit, kind, values, found, faults=error.faults, typed=True)
    return visit.go(f"/publications/{kind.name}/{record_id}", "saved")


def _handed_back(visit: Visit) -> Any:
    try:
        return writing.parse_seen(json.loads(visit.text("seen") or "{}"))
    except ValueError:
        raise Refusal.of("seen", _("这张表单不完整"), _("请重新打开后再填")) from None


def publish(visit: Visit) -> Response:
    """Publish to everyone, or to the centers that are ticked and no others."""
    kind = _kind(visit)
    to = visit.texts("to")
    if visit.text("whom") == "some" and not to:
        raise Refusal.of("to", _("没有选择中心"), _("请勾选要下发的中心，或选择全区"))
    replica, record_id = visit.district.replica(), visit.path("id")
    publishing.publish(
        replica, visit.district.code, kind.name, record_id, to if visit.text("whom") == "some" else (), visit.name
    )  # fmt: skip
    no_more = [scope for scope in _own(visit, kind).shown_in if to and scope not in (*to, ALL)]
    if visit.text("whom") == "some" and no_more:  # whose tick was taken away
        publishing.withdraw(replica, kind.name, record_id, visit.name, no_more)
    return visit.go(f"/publications/{kind.name}/{visit.path('id')}", "published")


def withdraw(visit: Visit) -> Response:
    """Take the copies back."""
    kind = _kind(visit)
    publishing.withdraw(visit.district.replica(), kind.name, visit.path("id"), visit.name)
    return visit.go(f"/publications/{kind.name}/{visit.path('id')}", "withdrawn")


def remove(visit: Visit) -> Response:
    """Put the original into the bin, or take it out again; what was published is withdrawn first."""
    kind, record_id = _kind(visit), visit.path("id")
    back = visit.text("back") == "yes"
    if not back and _own(visit, kind).shown_in:
        publishing.withdraw(visit.district.replica(), kind.name, record_id, visit.name)
    with visit.district.unit(visit.name) as unit:
        writing.delete_in(unit, kind.name, record_id, not back)
    return visit.go(f"/publications/{kind.name}/{record_id}", "undeleted" if back else "deleted")
