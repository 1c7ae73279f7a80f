"""The test page of a printer: a frame 10 mm from each edge, rulers and cross marks, to see by how much it prints off."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.slips import fonts
from app.slips.base import SlipContext
from app.slips.lines import clean, wrap
from app.slips.page import Paper
from app.slips.pen import Pen
from app.text import _

EDGE = 10
"""Millimetres from each edge of the paper to the frame."""
_BAR = 100
_CROSS = 4 * mm


def test_page(printer: str, offset: tuple[float, float], context: SlipContext) -> bytes:
    """The page as a PDF; ``offset`` in millimetres is what the printer is set to now, and is only told here."""
    paper = Paper.A4
    buffer = BytesIO()
    fonts.font(fonts.SANS)
    size, sans = (paper.page_width, paper.page_height), fonts.SANS
    name: Any = sans  # ReportLab's stub says float
    canvas = Canvas(buffer, pagesize=size, invariant=1, initialFontName=name)
    canvas.setTitle(clean(_("打印测试页")))
    pen = Pen(canvas)
    _frame(pen, *size)
    _rulers(pen, *size)
    _words(pen, *size, _lines(printer, offset, context))
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _frame(pen: Pen, width: float, height: float) -> None:
    """The frame, and a cross at its corners and at the middle of its sides."""
    edge = EDGE * mm
    pen.box(edge, edge, width - 2 * edge, height - 2 * edge)
    for x in (edge, width / 2, width - edge):
        for y in (edge, height / 2, height - edge):
            if (x, y) != (width / 2, height / 2):
                pen.line(x - _CROSS, y, x + _CROSS, y)
                pen.line(x, y - _CROSS, x, y + _CROSS)


def _rulers(pen: Pen, width: float, height: float) -> None:
    """Millimetres along the upper and the left side of the frame, counted from the edge of the paper."""
    edge = EDGE * mm
    for at in range(EDGE, round(width / mm) - EDGE + 1):
        pen.line(at * mm, height - edge, at * mm, height - edge - _tick(at))
        if at % 10 == 0:
            pen.centred(at * mm, height - edge - _tick(at) - 7, str(at), 6)
    for at in range(EDGE, round(height / mm) - EDGE + 1):
        pen.line(edge, height - at * mm, edge + _tick(at), height - at * mm)
        if at % 10 == 0 and at > EDGE:
            pen.text(edge + _tick(at) + 1, height - at * mm - 2, str(at), 6)


def _tick(at: int) -> float:
    return (5 if at % 10 == 0 else 3.5 if at % 5 == 0 else 2) * mm


def _lines(printer: str, offset: tuple[float, float], context: SlipContext) -> tuple[str, ...]:
    x, y = offset
    return (
        _("打印机：{name}", name=printer or _("（未选择）")),
        _("现在的校正：向右 {x} 毫米，向下 {y} 毫米", x=f"{x:+g}", y=f"{y:+g}"),
        _("1. 用尺量纸的左边到左框线的距离，应为10毫米；“向右”加上 10 减去量得的数。"),
        _("2. 量纸的上边到上框线的距离，应为10毫米；“向下”加上 10 减去量得的数。"),
        _("3. 下面的横线应长100毫米；不是的，请在打印对话框里把缩放设为100%，不要选“适合页面”。"),
        _("4. 四边的框线都应印出；缺了的一边，说明打印机印不到那里，请不要把校正设得太大。"),
        _(
            "打印人：{operator}　打印时间：{when}",
            operator=context.operator,
            when=f"{context.printed_at:%Y-%m-%d %H:%M}",
        ),
    )


def _words(pen: Pen, width: float, height: float, lines: tuple[str, ...]) -> None:
    """The title, what to do, and a bar of 100 mm."""
    y = height - 60 * mm
    pen.centred(width / 2, y, _("打印测试页"), 20, bold=True)
    y -= 14 * mm
    for text in lines:
        for line in wrap(text, width - 70 * mm, 11):
            pen.text(35 * mm, y, line, 11)
            y -= 6.5 * mm
        y -= 2 * mm
    start, end = (width - _BAR * mm) / 2, (width + _BAR * mm) / 2
    y -= 10 * mm
    pen.line(start, y, end, y)
    for at in (start, end):
        pen.line(at, y - 3 * mm, at, y + 3 * mm)
    pen.centred(width / 2, y + 2 * mm, _("100 毫米"), 9)
