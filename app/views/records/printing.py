"""Sending a PDF to a printer: the paper size is set again after the dialog, since drivers reset it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from app.errors import EnvironmentFault
from app.services.printers import Offset
from app.text import _
from app.views.records.pdf_pages import POINTS, PagePicture

MAX_DPI = 600
MILLIMETRES = 25.4
"""Millimetres an inch."""


def printer_for(size: QSizeF, name: str = "") -> QPrinter:
    """A printer, the usual one unless one is named that is there, set to paper of ``size`` in points, without margins."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    if name and not QPrinterInfo.printerInfo(name).isNull():
        printer.setPrinterName(name)
    apply_paper(printer, size)
    return printer


def apply_paper(printer: QPrinter, size: QSizeF) -> None:
    """Set paper and orientation; the slip has its own margins."""
    across = size.width() > size.height()
    upright = QSizeF(min(size.width(), size.height()), max(size.width(), size.height()))
    match = QPageSize.SizeMatchPolicy.FuzzyMatch
    paper = QPageSize(upright, QPageSize.Unit.Point, "", match)
    turn = QPageLayout.Orientation.Landscape if across else QPageLayout.Orientation.Portrait
    printer.setPageLayout(QPageLayout(paper, turn, QMarginsF(0, 0, 0, 0)))
    printer.setFullPage(True)


def dots_per_point(printer: QPrinter) -> float:
    """At which scale to render for ``printer``."""
    return min(printer.resolution(), MAX_DPI) / POINTS


def painter_on(printer: QPrinter) -> QPainter:
    """A painter that draws on ``printer``; raises :class:`EnvironmentFault` where it is not taken."""
    painter = QPainter()
    if not painter.begin(printer):
        raise EnvironmentFault(_("打印机没有接受。"), _("请检查打印机是否打开、有纸，再打印一次；也可以先另存为 PDF。"))
    return painter


def send(printer: QPrinter, pages: Sequence[PagePicture], offset: Offset) -> None:
    """Draw the pages, each over its whole sheet at its own size, moved by the ``offset`` of the printer. Raises
    :class:`EnvironmentFault` where it is not taken."""
    painter = painter_on(printer)
    try:
        dots = printer.resolution() / MILLIMETRES
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for number, page in enumerate(pages):
            if number:
                apply_paper(printer, page.size)
                printer.newPage()
            sheet = printer.pageLayout().fullRectPixels(printer.resolution())
            scale = printer.resolution() / POINTS
            left, top = (sheet.x() + offset.x * dots, sheet.y() + offset.y * dots)
            target = QRectF(left, top, page.size.width() * scale, page.size.height() * scale)
            painter.drawImage(target, page.image)
    finally:
        painter.end()
