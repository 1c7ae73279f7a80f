"""The self-test of what was installed: a new database, a slip with rare characters, a USB round trip, a real window."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.services import reading, slips, syncing, writing
from app.text import _
from app.workspace import Workspace

STREET = "310110016"
RARE = "刘𬱖䶮㛃"
ANSWER = "解𣲘"


def self_test() -> Iterator[str]:
    """Yields a line for each thing that holds; raises where one does not."""
    with tempfile.TemporaryDirectory(prefix="shuniu-self-test-") as folder:
        yield from _in(Path(folder))


def _in(folder: Path) -> Iterator[str]:
    first = Workspace.create(folder / "a/data", folder / "a/config", STREET, _("自检"), user=_("自检"))
    try:
        yield _("新建并升级了数据库")
        case = {"service_type": "other", "request_text": RARE, "contact_name": RARE}
        record = writing.save(first.office, "service_case", case).id
        _by_usb(first, folder, record)
        yield _("用同步文件传给了第二台电脑，又传了回来")
        _window(first, folder, record)
        yield _("打开了窗口，打印了含生僻字的单据")
        if first.check():
            raise AssertionError("the database does not hold together")
        yield _("数据检查通过")
    finally:
        first.close()


def _by_usb(first: Workspace, folder: Path, record: str) -> None:
    """To a second PC of the center, which answers."""
    syncing.make_card(first, folder / "b.card")
    second = Workspace.join(folder / "b/data", folder / "b/config", folder / "b.card")
    try:
        for workspace, name in ((first, "a"), (second, "b")):
            syncing.write_certificate(workspace, folder / f"{name}.cert")
        syncing.export(first, folder / "there.shuniu", folder / "b.cert")
        syncing.import_(second, folder / "there.shuniu")
        _holds(second, record, "contact_name", RARE)
        writing.save(second.office, "service_case", {"response_text": ANSWER}, record)
        syncing.export(second, folder / "back.shuniu", folder / "a.cert")
    finally:
        second.close()
    syncing.import_(first, folder / "back.shuniu")
    _holds(first, record, "response_text", ANSWER)


def _holds(workspace: Workspace, record: str, field: str, value: str) -> None:
    if reading.get(workspace.office, "service_case", record).values[field] != value:
        raise AssertionError(f"the other PC reads something else in {field}")


def _window(workspace: Workspace, folder: Path, record: str) -> None:
    from app.views.stage import Stage

    with Stage(workspace, _("自检")) as stage:
        stage.shell.start()
        stage.settle(300)
        stage.save(folder / "window.png")
        if (folder / "window.png").stat().st_size < 5000:
            raise AssertionError("the window is empty")
        _slip(slips.render(workspace.office, "service_case", record, reveal=True), folder / "paper.pdf")


def _slip(pdf: bytes, paper: Path) -> None:
    """The words of the slip, and the way to the printer."""
    import pypdfium2
    from PySide6.QtPrintSupport import QPrinter

    from app.services.printers import Offset
    from app.views.records.pdf_pages import pictures
    from app.views.records.printing import dots_per_point, printer_for, send

    with pypdfium2.PdfDocument(pdf) as document:
        words = document[0].get_textpage().get_text_range()
    if RARE not in words or ANSWER not in words:
        raise AssertionError("the slip lacks rare characters")
    printer = printer_for(pictures(pdf, 0.1, 1)[0].size)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(paper))
    send(printer, pictures(pdf, dots_per_point(printer)), Offset())
    if paper.stat().st_size < 5000:
        raise AssertionError("nothing was printed")
