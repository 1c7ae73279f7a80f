"""Printing: the offset of each printer moves the paper by so many millimetres, and the settings keep it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo
from PySide6.QtWidgets import QWidget

from app.services import printers, sheets
from app.services.printers import Offset
from app.services.sheets import Sheet
from app.services.writing import save
from app.slips.base import SlipContext
from app.slips.test_page import test_page as page_for_test
from app.views import dialogs, printer_card
from app.views.context import Context
from app.views.records.pdf_pages import pictures
from app.views.records.printing import printer_for, send
from app.views.records.sheet_choice import print_sheet
from app.views.records.slip_preview import DaySheet, PreviewSheet
from app.views.settings_page import SettingsPage

CHOOSE = dialogs.choose_printer
MM = 72 / 25.4
SCALE = 4


def paper() -> bytes:
    return page_for_test("针式", (0, 0), SlipContext("中心", "王", datetime(2026, 11, 23)))


def sent(tmp_path: Path, offset: Offset) -> QImage:
    """The test page as it leaves a printer."""
    printer = printer_for(QSizeF(595.28, 841.89))
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "out.pdf"))
    printer.setResolution(300)
    send(printer, pictures(paper(), 300 / 72), offset)
    (page,) = pictures((tmp_path / "out.pdf").read_bytes(), SCALE)
    return page.image


def frame(image: QImage) -> tuple[float, float]:
    """How far the frame of the test page is from the left and from the upper edge, in millimetres."""

    def first(dark: Callable[[int], bool], reach: int) -> float:
        return next(n for n in range(reach) if dark(n)) / SCALE / MM

    down, across = round(81.3 * MM * SCALE), round(55.5 * MM * SCALE)
    left = first(lambda x: image.pixelColor(x, down).value() < 160, image.width())
    top = first(lambda y: image.pixelColor(across, y).value() < 160, image.height())
    return left, top


@pytest.mark.parametrize(("x", "y"), [(0, 0), (3, 0), (0, -4), (-5.5, 6)])
def test_an_offset_moves_the_print_by_its_millimetres(app: Any, tmp_path: Path, x: float, y: float) -> None:
    left, top = frame(sent(tmp_path, Offset(x, y)))
    assert left == pytest.approx(10 + x, abs=0.3)
    assert top == pytest.approx(10 + y, abs=0.3)


def test_the_preview_prints_with_the_offset_of_the_printer_that_was_chosen(
    context: Context, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printers.set_offset(context.office, "针式", Offset(4, 2))
    monkeypatch.setattr(QPrinter, "printerName", lambda _printer: "针式")

    def choose(_parent: Any, printer: QPrinter) -> bool:
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "out.pdf"))
        printer.setResolution(300)
        return True

    monkeypatch.setattr(dialogs, "choose_printer", choose)
    sheet = PreviewSheet(None, context, "打印测试页", paper)
    qtbot.waitUntil(lambda: sheet.yes.isEnabled())
    with qtbot.waitSignal(sheet.printed):
        sheet.accept()
    (page,) = pictures((tmp_path / "out.pdf").read_bytes(), SCALE)
    left, top = frame(page.image)
    assert left == pytest.approx(14, abs=0.3)
    assert top == pytest.approx(12, abs=0.3)


def test_without_any_printer_it_is_said_and_the_pdf_is_at_hand(
    context: Context, qtbot: Any, asked: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogs, "choose_printer", CHOOSE)
    monkeypatch.setattr(QPrinterInfo, "availablePrinterNames", list)
    sheet = Sheet("door", "2026-11-24")
    preview = DaySheet(None, context, sheet)
    preview.show()
    qtbot.waitUntil(lambda: preview.yes.isEnabled())
    preview.yes.click()
    assert "没有装打印机" in preview.fault.text()
    assert "另存为 PDF" in preview.fault.text()
    assert preview.fault.isVisible()
    assert preview.yes.isEnabled(), "it can be tried again when there is one"
    assert preview.saver.isEnabled()
    assert preview.focusWidget() is preview.saver
    assert sheets.print_count(context.office, sheet) == 0
    asked.answer("choose_save_file", tmp_path / "door.pdf")
    preview.saver.click()
    assert (tmp_path / "door.pdf").read_bytes() == preview.pdf
    qtbot.waitUntil(lambda: sheets.print_count(context.office, sheet) == 1)


def test_a_printer_that_is_gone_by_the_time_it_is_sent_is_said(
    context: Context, qtbot: Any, asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = PreviewSheet(None, context, "打印测试页", paper)
    qtbot.addWidget(preview)
    qtbot.waitUntil(lambda: preview.yes.isEnabled())
    asked.answer("choose_printer", True)
    monkeypatch.setattr("app.views.records.printing.QPainter.begin", lambda *_printer: False)
    preview.accept()
    qtbot.waitUntil(lambda: "打印机没有接受" in preview.fault.text())
    assert preview.yes.isEnabled()


def test_a_sheet_that_was_printed_is_a_reprint_the_next_time(
    context: Context, qtbot: Any, asked: Any, tmp_path: Path
) -> None:
    sheet = Sheet("door", "2026-11-24")
    preview = DaySheet(None, context, sheet)
    qtbot.waitUntil(lambda: preview.yes.isEnabled())
    asked.answer("choose_save_file", tmp_path / "door.pdf")
    preview._save()
    qtbot.waitUntil(lambda: sheets.print_count(context.office, sheet) == 1)


def test_the_settings_keep_the_offset_of_each_printer(
    context: Context, qtbot: Any, asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printer_card, "installed", lambda: ["一楼激光", "针式"])
    printers.set_offset(context.office, "针式", Offset(1, -2))
    page = SettingsPage(context)
    qtbot.addWidget(page)
    card = page.printer
    with qtbot.waitSignal(card.read):
        card.choice.setCurrentText("针式")
    assert (card.right.value(), card.down.value()) == (1, -2)
    card.right.setValue(2.5)
    qtbot.waitUntil(lambda: printers.offset_of(context.office, "针式") == Offset(2.5, -2))
    qtbot.waitUntil(lambda: card.note.text() != "")
    with qtbot.waitSignal(card.read):
        card.choice.setCurrentText("一楼激光")
    assert (card.right.value(), card.down.value(), card.note.text()) == (0, 0, "")
    card.right.setValue(99)
    assert card.right.value() == printers.MOST
    opened: list[PreviewSheet] = []
    asked.answer("Sheet.run", opened.append)
    card.print_test_page()
    assert opened[0].printer_name == "一楼激光"
    qtbot.waitUntil(lambda: opened[0].yes.isEnabled())


def test_a_pc_without_a_printer_says_so_and_still_shows_the_test_page(
    context: Context, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printer_card, "installed", list)
    page = SettingsPage(context)
    qtbot.addWidget(page)
    assert not page.printer.choice.isEnabled()
    assert "没有装打印机" in page.printer.choice.currentText()
    assert not page.printer.right.isEnabled()


@pytest.mark.parametrize(
    ("chosen", "name", "rooms"),
    [
        ("week_of_room", "week", 1),
        ("door", "door", 0),
        ("week", "week", 0),
        ("cleaning", "cleaning", 0),
        ("calls", "calls", 0),
    ],
)
def test_each_sheet_is_chosen_by_its_name(
    context: Context, qtbot: Any, asked: Any, chosen: str, name: str, rooms: int
) -> None:
    room = save(context.office, "venue", {"name": "音乐室"}).id
    opened: list[DaySheet] = []
    asked.answer("choose_one", chosen)
    asked.answer("Sheet.run", opened.append)
    parent = QWidget()
    qtbot.addWidget(parent)
    print_sheet(parent, context, "2026-11-24", room, "音乐室")
    (preview,) = opened
    qtbot.waitUntil(lambda: preview.yes.isEnabled())
    wanted = Sheet(name, "2026-11-24", (room,) if rooms else ())
    assert preview.file_name.startswith(wanted.title)
    assert ("音乐室" in preview.file_name) == bool(rooms)
    preview.count()
    assert sheets.print_count(context.office, wanted) == 1


def test_the_sheet_of_a_room_is_offered_only_where_one_is_shown(context: Context, qtbot: Any, asked: Any) -> None:
    offered: list[str] = []
    asked.answer("choose_one", lambda _parent, _title, _text, choices: offered.extend(code for code, _label in choices))
    parent = QWidget()
    qtbot.addWidget(parent)
    print_sheet(parent, context, "2026-11-24")
    assert offered == ["door", "week", "cleaning", "calls"]
