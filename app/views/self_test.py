"""The self-test of what was installed: a new database, a slip with rare characters, a USB round trip, a real window."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.services import reading, slips, syncing, writing
from app.text import _
from app.workspace import Workspace

STREET = "310110016"
RARE = "刘𬱖"


def self_test() -> Iterator[str]:
    """Yields a line for each thing that holds; raises where one does not."""
    with tempfile.TemporaryDirectory(prefix="shuniu-self-test-") as folder:
        yield from _in(Path(folder))


def _in(folder: Path) -> Iterator[str]:
    first = Workspace.create(folder / "a/data", folder / "a/config", STREET, _("自检"), user=_("自检"))
    try:
        yield _("新建并升级了数据库")
        office = first.office
        case = {"service_type": "other", "request_text": RARE, "contact_name": RARE}
        record = writing.save(office, "service_case", case).id
        if not slips.render(office, "service_case", record).startswith(b"%PDF"):
            raise AssertionError("the slip is no PDF")
        yield _("打印了含生僻字的单据")
        _by_usb(first, folder, record)
        yield _("用同步文件传给了第二台电脑")
        _window(first, folder / "window.png")
        yield _("打开了窗口")
        if first.check():
            raise AssertionError("the database does not hold together")
        yield _("数据检查通过")
    finally:
        first.close()


def _by_usb(first: Workspace, folder: Path, record: str) -> None:
    syncing.make_card(first, folder / "b.card")
    second = Workspace.join(folder / "b/data", folder / "b/config", folder / "b.card")
    try:
        syncing.write_certificate(second, folder / "b.cert")
        syncing.export(first, folder / "b.shuniu", folder / "b.cert")
        syncing.import_(second, folder / "b.shuniu")
        if reading.get(second.office, "service_case", record).values["contact_name"] != RARE:
            raise AssertionError("the second PC reads something else")
    finally:
        second.close()


def _window(workspace: Workspace, picture: Path) -> None:
    from app.views.stage import Stage

    with Stage(workspace, _("自检")) as stage:
        stage.shell.start()
        stage.settle(300)
        stage.save(picture)
    if picture.stat().st_size < 5000:
        raise AssertionError("the window is empty")
