"""Bundles by hand: a center's file is uploaded here and imported as a stick would be."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from starlette.responses import Response

from app.district.console.visit import Visit
from app.errors import BundleRefused, EnvironmentFault, Refusal
from app.models.division import street as known_street
from app.models.registry import KINDS
from app.sync import usb
from app.text import _

LARGEST = usb.MAX_FILE + 64 * 1024
"""Bytes of an upload: the largest file, and the form around it."""


def show(visit: Visit) -> Response:
    """Where a bundle is uploaded."""
    return visit.page("bundles.html", result=None, error=None)


def upload(visit: Visit) -> Response:
    """Import the file: whole, or not at all; either is told on the page."""
    file = visit.file("bundle")
    if file is None:
        error = Refusal.of("bundle", _("没有选择文件"), _("请选择中心导出的 .shuniu 文件"))
        return visit.page("bundles.html", 422, result=None, error=error)
    with tempfile.TemporaryDirectory(dir=visit.district.data) as folder:
        path = Path(folder) / "upload.shuniu"
        with path.open("wb") as kept:
            shutil.copyfileobj(file.file, kept)
        try:
            received = usb.import_file(visit.district.replica(), path)
        except (BundleRefused, EnvironmentFault) as error:
            return visit.page("bundles.html", 422, result=None, error=error)
    sender = received.sender
    result = {
        "center": known_street(sender.scope).name, "letters": sender.letters, "street": sender.scope,
        "applied": received.applied, "skipped": received.skipped,
        "kinds": [(_(KINDS[kind].label), n) for kind, n in received.kinds.items() if kind in KINDS],
        "missing": [usb.describe(one) for one in received.missing],
    }  # fmt: skip
    return visit.page("bundles.html", result=result, error=None)
