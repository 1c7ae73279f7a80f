"""The sheet of paper: letterhead, foot, two slips on one sheet with a cut line, pages counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from io import BytesIO
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.slips import fonts
from app.slips.base import SlipContext, require_text
from app.slips.check import with_check
from app.slips.grid import Closing, Measure, Piece, Row, paginate
from app.slips.lines import clean, wrap
from app.slips.pen import Pen
from app.text import _


class Paper(Enum):
    """Width, height and side margin of one page in millimetres, and how many lie on a sheet."""

    A4 = (210, 297, 17, 11, 1)
    A4_LANDSCAPE = (297, 210, 12, 7, 1)
    A5 = (210, 148, 11, 6.5, 1)
    A5_TWO_UP = (210, 148.5, 11, 6.5, 2)

    def __init__(self, width: float, height: float, side: float, edge: float, up: int) -> None:
        self.page_width, self.page_height = width * mm, height * mm
        self.side, self.edge = side * mm, edge * mm
        self.up = up


@dataclass(frozen=True)
class Form:
    """A filled-in form, ready to be set on paper."""

    title: str
    number: str
    paper: Paper
    rows: tuple[Row, ...]
    heading: tuple[Row, ...] = ()
    """Rows repeated on every page."""
    closing: Closing | None = None
    per_page: int = 0
    back: tuple[Row, ...] = ()
    """What stands on the back of the sheet, a page of its own."""
    captions: tuple[str, ...] = ("",)
    """One for each slip on the sheet."""
    sizes: tuple[float, ...] = (9.5, 9, 8.5, 8)
    """Type sizes tried until all stands on one page; else the first is kept and the form runs on."""


TITLE, CENTER, SMALL = 17, 10.5, 8.5
_SIDE = 50 * mm
_FOOT = 5 * mm


class Letterhead:
    """What stands above and below the table on every page of one form."""

    def __init__(self, form: Form, context: SlipContext) -> None:
        self.form, self.context = form, context
        self.width = form.paper.page_width - 2 * form.paper.side
        middle = self.width - 2 * (_SIDE + 2 * mm)
        self.center = wrap(context.center, middle, CENTER)
        self.title = wrap(form.title, middle, TITLE)
        self.number = wrap(_("编号 No. {number}", number=form.number) if form.number else "", _SIDE, SMALL)
        self.foot = wrap(self._printed(), self.width - 30 * mm, 8)
        titles = len(self.center) * CENTER * 1.35 + len(self.title) * TITLE * 1.3
        self.qr = 14 * mm if form.paper.page_height < 200 * mm else 17 * mm
        beside = max(self.qr, len(self.number) * SMALL * 1.35 + 7 * mm) if form.number else 0
        self.height = max(titles, beside) + 1.6 * mm
        self.foot_height = _FOOT + (len(self.foot) - 1) * 8 * 1.3

    def _printed(self) -> str:
        when = f"{self.context.printed_at:%Y-%m-%d %H:%M}"
        return _("打印人：{operator}　打印时间：{when}", operator=self.context.operator, when=when)

    def measure(self, size: float) -> Measure:
        """The room left for the table."""
        paper = self.form.paper
        return Measure(self.width, paper.page_height - 2 * paper.edge - self.height - self.foot_height, size)

    def draw(self, pen: Pen, bottom: float, caption: str, page: int, pages: int) -> float:
        """Draw it on a page whose lower edge is at ``bottom``; returns the upper edge of the table."""
        paper = self.form.paper
        left, right = paper.side, paper.side + self.width
        top = bottom + paper.page_height - paper.edge
        pen.qr(left, top - self.qr, self.qr)
        baseline = top
        for line in self.center:
            pen.centred((left + right) / 2, baseline - CENTER, line, CENTER)
            baseline -= CENTER * 1.35
        for line in self.title:
            pen.centred((left + right) / 2, baseline - TITLE * 1.02, line, TITLE, bold=True)
            baseline -= TITLE * 1.3
        baseline = top - SMALL
        for line in self.number:
            pen.right(right, baseline, line, SMALL)
            baseline -= SMALL * 1.35
        self._marks(pen, right, top - self.height + 3.2 * mm, caption)
        pen.text(left, bottom + paper.edge + self.foot_height - _FOOT + 1.2, self.foot[0], 8)
        for extra, line in enumerate(self.foot[1:], start=1):
            pen.text(left, bottom + paper.edge + self.foot_height - _FOOT + 1.2 - extra * 8 * 1.3, line, 8)
        pen.right(right, bottom + paper.edge + 1.2, _("第{n}页 共{m}页", n=page, m=pages), 8)
        return top - self.height

    def _marks(self, pen: Pen, right: float, baseline: float, caption: str) -> None:
        """Which part of the sheet this is, and that it is a reprint."""
        if caption:
            width = fonts.width(caption, SMALL) + 3 * mm
            pen.box(right - width, baseline - 2.7, width, SMALL + 3.4)
            pen.text(right - width + 1.5 * mm, baseline, caption, SMALL)
            right -= width + 2 * mm
        if self.context.copy > 1:
            pen.right(right, baseline, _("第{n}次打印", n=self.context.copy), SMALL, bold=True)


Painter = Callable[[Pen, float], None]
"""Draws what stands below the letterhead of one page, from the given upper edge down."""


def print_form(form: Form, context: SlipContext) -> bytes:
    """The form as a PDF; the same form, context and moment give the same bytes."""
    rows = (*form.heading, *form.rows, *form.back)
    require_text("".join([form.title, form.number, *(cell.text for row in rows for cell in row.cells)]), context)
    letterhead = Letterhead(form, context)
    measure, pages = _best_fit(form, letterhead)
    back = letterhead.measure(form.sizes[0])
    turned = paginate(form.back, back) if form.back else []
    return print_pages(letterhead, [*table_painters(pages, measure, form), *table_painters(turned, back, form)])


def table_painters(pages: Sequence[Sequence[Piece]], measure: Measure, form: Form) -> list[Painter]:
    """A painter for each page of a table."""
    return [partial(_draw_table, page=page, measure=measure, x=form.paper.side) for page in pages]


def print_pages(letterhead: Letterhead, pages: Sequence[Painter]) -> bytes:
    """Pages under one letterhead as a PDF."""
    form, context = letterhead.form, letterhead.context
    paper = form.paper
    sheet_height = 297 * mm if paper.up == 2 else paper.page_height
    buffer = BytesIO()
    fonts.font(fonts.SANS)
    size: Any = (paper.page_width, sheet_height)
    sans: Any = fonts.SANS  # ReportLab's stub says float
    canvas = Canvas(buffer, pagesize=size, invariant=1, initialFontName=sans)
    canvas.setTitle(clean(f"{form.title} {form.number}").strip())
    canvas.setAuthor(clean(context.center))
    canvas.setSubject(clean(form.title))
    canvas.setCreator("Shuniu")
    pen = Pen(canvas)
    pen.define_qr(with_check(form.number) if form.number else "")
    for number, page in enumerate(pages, start=1):
        for position, caption in enumerate(form.captions[: paper.up]):
            bottom = sheet_height - (position + 1) * paper.page_height
            page(pen, letterhead.draw(pen, bottom, caption, number, len(pages)))
        if paper.up == 2:
            _cut_line(pen, paper)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _best_fit(form: Form, letterhead: Letterhead) -> tuple[Measure, list[list[Piece]]]:
    first: tuple[Measure, list[list[Piece]]] | None = None
    for size in form.sizes:
        measure = letterhead.measure(size)
        pages = paginate(form.rows, measure, form.heading, form.closing, form.per_page)
        if len(pages) == 1:
            return measure, pages
        first = first or (measure, pages)
    assert first is not None
    return first


def _draw_table(pen: Pen, top: float, page: Sequence[Piece], measure: Measure, x: float) -> None:
    for piece in page:
        pen.piece(x, top, piece, measure)
        top -= piece.height


def _cut_line(pen: Pen, paper: Paper) -> None:
    words = _("裁 切 线")
    middle, half = paper.page_width / 2, fonts.width(words, 7) / 2 + 2 * mm
    y = paper.page_height
    pen.line(3 * mm, y, middle - half, y, dash=(4, 3), grey=0.3)
    pen.line(middle + half, y, paper.page_width - 3 * mm, y, dash=(4, 3), grey=0.3)
    pen.centred(middle, y - 2.4, words, 7, grey=0.35)
