"""A picture of numbers on paper: rows and columns of marks in greys, each with its number, below the sentence that says
what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from reportlab.lib.units import mm

from app.slips import fonts
from app.slips.base import SlipContext, require_printable
from app.slips.lines import wrap
from app.slips.page import Form, Letterhead, Paper, print_pages
from app.slips.pen import Pen
from app.text import _

GREYS = (1.0, 0.93, 0.84, 0.72, 0.58, 0.25)
"""Of the tones, from paper to nearly black; on the last one figures are white."""
BAR = 0.72
SENTENCE, SIZE, NOTE = 12.5, 8, 8.5
LEADING = 1.35
_LABEL, _HEAD, _HIGHEST, _LOWEST = 26 * mm, 6 * mm, 15 * mm, 6 * mm
_LINE = 0.86


@dataclass(frozen=True)
class Mark:
    """One cell: its number, its tone 0..5 or its height 0..1 (neither for a total), and a second line."""

    text: str
    tone: int | None = None
    height: float | None = None
    more: str = ""


@dataclass(frozen=True)
class Picture:
    """What stands on the paper; None where a cell is empty."""

    title: str
    sentence: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Mark | None, ...]], ...]


def picture_slip(picture: Picture, context: SlipContext) -> bytes:
    """The picture as a PDF, one page of A4 on its side.

    Refuses, naming the characters, where something cannot be printed.
    """
    words = {"sentence": _("结论"), "note": _("说明"), "texts": _("内容")}
    texts = [*picture.columns, *(label for label, _marks in picture.rows)]
    said = {"sentence": picture.sentence, "note": picture.note, "texts": texts}
    require_printable(said, words, context)
    form = Form(picture.title, "", Paper.A4_LANDSCAPE, ())
    letterhead = Letterhead(form, context)
    return print_pages(letterhead, [partial(_draw, picture=picture, letterhead=letterhead)])


def _draw(pen: Pen, top: float, picture: Picture, letterhead: Letterhead) -> None:
    left, width = letterhead.form.paper.side, letterhead.width
    bottom = top - letterhead.measure(SIZE).height
    top -= 2 * mm
    for line in wrap(picture.sentence, width, SENTENCE):
        top -= SENTENCE * LEADING
        pen.text(left, top + SENTENCE * 0.3, line, SENTENCE, bold=True)
    notes = wrap(picture.note, width, NOTE)
    bottom += len(notes) * NOTE * LEADING + 3 * mm
    top -= _HEAD + 2 * mm
    cell = (width - _LABEL) / len(picture.columns)
    for n, label in enumerate(picture.columns):
        pen.centred(left + _LABEL + cell * (n + 0.5), top + 2 * mm, label, SIZE)
    height = max(min((top - bottom) / max(len(picture.rows), 1), _HIGHEST), _LOWEST)
    for label, marks in picture.rows:
        _row(pen, (left, top - height, width, height), label, marks)
        top -= height
    for n, line in enumerate(notes, start=1):
        pen.text(left, top - 2 * mm - n * NOTE * LEADING, line, NOTE)


def _row(pen: Pen, box: tuple[float, float, float, float], label: str, marks: Sequence[Mark | None]) -> None:
    left, bottom, width, height = box
    lines = wrap(label, _LABEL - 2 * mm, SIZE + 0.5)[:2]
    for n, line in enumerate(lines):
        middle = bottom + height / 2 + (len(lines) / 2 - n - 1) * (SIZE + 0.5) * 1.2
        pen.text(left, middle + 1.6, line, SIZE + 0.5)
    cell = (width - _LABEL) / len(marks)
    for n, mark in enumerate(marks):
        if mark is not None:
            _mark(pen, (left + _LABEL + cell * n, bottom, cell, height), mark)
    pen.line(left, bottom, left + width, bottom, grey=_LINE)


def _mark(pen: Pen, box: tuple[float, float, float, float], mark: Mark) -> None:
    x, y, width, height = box
    total = mark.tone is None and mark.height is None
    middle = y + height / 2 - SIZE * 0.36
    if mark.tone is not None:
        _fill(pen, x + 0.5, y + 0.5, width - 1, height - 1, GREYS[mark.tone])
    elif mark.height is not None:
        room = height - SIZE * LEADING
        _fill(pen, x + 1 * mm, y, width - 2 * mm, max(room * mark.height, 0.8), BAR)
        middle = y + room * mark.height + SIZE * 0.32
    grey = 1.0 if mark.tone == len(GREYS) - 1 else 0.0
    size = SIZE if fonts.width(mark.text, SIZE) <= width - 2 else SIZE * 0.8
    if mark.more and height >= 2 * SIZE * 1.2:
        pen.centred(x + width / 2, middle + SIZE * 0.6, mark.text, size, bold=total or (mark.tone or 0) >= 3, grey=grey)
        pen.centred(x + width / 2, middle - SIZE * 0.6, mark.more, SIZE - 1, grey=grey)
    else:
        pen.centred(x + width / 2, middle, mark.text, size, bold=total, grey=grey)


def _fill(pen: Pen, x: float, y: float, width: float, height: float, grey: float) -> None:
    pen.canvas.setFillGray(grey)
    pen.canvas.rect(x, y, width, height, stroke=0, fill=1)
