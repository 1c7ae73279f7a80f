"""Held changes: what a PC wrote after its log was closed, until somebody adopts it or sets it aside."""

from __future__ import annotations

from starlette.responses import Response

from app.district.console.visit import Visit
from app.errors import Refusal
from app.models.division import street as known_street
from app.models.division import streets
from app.models.registry import KINDS
from app.services.holding import CLOSED, OFF, REVOKED, of_scope
from app.sync import holding
from app.text import _

SHOWN = 20
"""Changes of one PC that are laid out; the number of all is told."""


def show(visit: Visit) -> Response:
    """Everything that waits, a PC at a time."""
    reasons = {
        REVOKED: _("停用以后写的内容"),
        CLOSED: _("换了新标识以后，旧标识下写的内容"),
        OFF: _("电脑被还原过，这些内容与后来的记录接不上"),
    }
    with visit.district.replica().reading() as connection:
        found = [(street, one) for street in streets(visit.district.code) for one in of_scope(connection, street.code)]
    said = {
        "adopted": _("已采纳，各电脑下次同步时收到。"),
        "aside": _("已搁置，不再列出；原来的内容仍留在日志里。"),
    }.get(visit.request.query_params.get("did", ""), "")
    labels = {name: _(kind.label) for name, kind in KINDS.items()}
    return visit.page("held.html", found=found, reasons=reasons, said=said, labels=labels, shown=SHOWN)


def decide(visit: Visit) -> Response:
    """Adopt what is held of one PC, or set it aside."""
    street = known_street(visit.path("street"))
    if street.district_code != visit.district.code:
        raise Refusal.of("street", _("{street} 不属于本区", street=street.name), _("请从列表进入"))
    replica, device = visit.district.replica(), visit.path("device")
    if visit.text("what") == "adopt":
        holding.adopt(replica, street.code, device, visit.name)
        return visit.go("/held", "adopted")
    if visit.text("what") == "aside":
        holding.set_aside(replica, street.code, device, visit.name)
        return visit.go("/held", "aside")
    raise Refusal.of("what", _("没有选择采纳还是搁置"), _("请从列表进入"))
