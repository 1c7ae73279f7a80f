"""Pages of the centers: all of them, one of them, a card for a PC, revoking a PC, and the counts."""

from __future__ import annotations

import tempfile
from pathlib import Path

from starlette.responses import Response

from app.district import overview
from app.district.console.visit import Visit
from app.district.overview import CenterView, Device
from app.errors import Refusal
from app.models.division import street as known_street
from app.sync import closing
from app.text import _

SHOWN = ("booking", "service_case", "organization", "team", "training", "activity")
"""Kinds whose counts stand on the overview; the others are on the page of counts."""


def _all(visit: Visit, only: str | None = None) -> list[CenterView]:
    with visit.district.replica().reading() as connection:
        return overview.centers(connection, visit.district.code, only)


def centers(visit: Visit) -> Response:
    """Every center that joined, the one that was silent longest first, and the streets that have not."""
    found = _all(visit)
    joined = sorted((one for one in found if one.joined), key=_urgency)
    kinds = [kind for kind in overview.COUNTED if kind.name in SHOWN]
    return visit.page("centers.html", joined=joined, others=[one for one in found if not one.joined], kinds=kinds)


def _urgency(center: CenterView) -> tuple[int, str]:
    silent = center.silent
    return (silent.heard_at or 0) if silent is not None else 1 << 62, center.street.code


def _center(visit: Visit) -> CenterView:
    street = known_street(visit.path("street"))
    found = _all(visit, street.code)
    if not found:
        raise Refusal.of("street", _("{street} 不属于本区", street=street.name), _("请从中心列表进入"))
    return found[0]


def center(visit: Visit) -> Response:
    """One center: its PCs, its cards."""
    did = visit.request.query_params.get("did", "")
    return visit.page("center.html", center=_center(visit), server=_address(visit), revoked=did == "revoked")


def _address(visit: Visit) -> str:
    """The address at which this page was reached: mostly the one at which the PCs reach the server."""
    return str(visit.request.base_url).rstrip("/")


def card(visit: Visit) -> Response:
    """Make a card, one that opens a data folder where its key file came along; the answer is its file."""
    street = _center(visit).street
    with tempfile.TemporaryDirectory(dir=visit.district.data) as folder:
        path, unlock = Path(folder) / "card", None
        if (key := visit.file("key")) is not None:
            unlock = Path(folder) / "key.sealed"
            unlock.write_bytes(key.file.read())
        letters = visit.district.card(street.code, visit.text("server"), path, unlock=unlock)
        data = path.read_bytes()
    return visit.download(data, _("入网卡-{street}-{letters}.card", street=street.name, letters=letters))


def _device(visit: Visit) -> tuple[CenterView, Device]:
    for one in _all(visit):
        for device in one.devices:
            if device.id == visit.path("device"):
                return one, device
    raise Refusal.of("device", _("没有电脑 {device} 的消息", device=visit.path("device")), _("请从中心的页面进入"))


def ask_revoke(visit: Visit) -> Response:
    """Ask before a PC is revoked."""
    found, device = _device(visit)
    return visit.page("revoke.html", center=found, device=device)


def revoke(visit: Visit) -> Response:
    """Revoke a PC."""
    found, device = _device(visit)
    closing.revoke(visit.district.replica(), device.id)
    return visit.go(f"/centers/{found.street.code}", "revoked")


def bundle(visit: Visit) -> Response:
    """What a PC has not got yet, as a file for a stick."""
    found, device = _device(visit)
    with tempfile.TemporaryDirectory(dir=visit.district.data) as folder:
        path = Path(folder) / "news.shuniu"
        visit.district.export(path, device.id)
        data = path.read_bytes()
    name = _("给{center}电脑{letters}.shuniu", center=found.street.name, letters=device.letters)
    return visit.download(data, name)


def counts(visit: Visit) -> Response:
    """Records of every kind per center, with their sums."""
    found = [one for one in _all(visit) if one.joined]
    sums = {kind.name: sum(one.counts.get(kind.name, 0) for one in found) for kind in overview.COUNTED}
    return visit.page("counts.html", centers=found, kinds=overview.COUNTED, sums=sums)
