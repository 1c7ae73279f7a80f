"""A timetable on paper: rooms or days across, hours down, a block for each booking (domain.md C1b).

What does not fit its block, set as small as can be read on a door, is numbered there and written in full below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from reportlab.lib.units import mm

from app.slips.base import SlipContext, require_printable
from app.slips.grid import LEADING, Cell, Measure, Piece, Row, lay, paginate
from app.slips.lines import wrap
from app.slips.page import Form, Letterhead, Painter, Paper, print_pages, table_painters
from app.slips.pen import LABEL_GREY, Pen
from app.text import _

SIZES = (8.5, 7.8, 7.1, 6.5)
"""Type sizes of a block, tried until its text fits."""
NOTE_SIZE = 8
_AXIS = 13 * mm
_PAD = 1 * mm
_TIGHT = 0.4 * mm
_MOST_NOTES = 0.4
"""Share of a page that the texts below the grid may take."""
_USUAL = (8, 18)
_MARK = 4.2
"""Width of …（10） against the type size."""
_CLOSED = 0.94
_HOUR, _HALF = 0.55, 0.82


@dataclass(frozen=True)
class Block:
    """A booking in one column; minutes from midnight. ``lines``: time, activity, client, contact; blank ones left out.
    ``pending``: not yet confirmed, drawn with a dashed border."""

    column: int
    start: int
    end: int
    lines: tuple[str, ...]
    pending: bool = False


@dataclass(frozen=True)
class Closed:
    """Time of a column in which nobody can use the room, and why."""

    column: int
    start: int
    end: int
    reason: str


@dataclass(frozen=True)
class Timetable:
    """What stands on the paper. ``columns``: their headings; ``most``: how many of them one page takes."""

    title: str
    note: str
    columns: tuple[str, ...]
    blocks: tuple[Block, ...]
    closed: tuple[Closed, ...] = ()
    remarks: tuple[str, ...] = ()
    """Lines under the grid of the last page."""
    paper: Paper = Paper.A4
    most: int = 5


def timetable_slip(table: Timetable, context: SlipContext) -> bytes:
    """The timetable as a PDF; more columns than fit go on further pages, evenly.

    Refuses, naming the characters, where something cannot be printed.
    """
    texts = [*table.columns, *(line for block in table.blocks for line in block.lines), *table.remarks]
    words = {"title": _("标题"), "note": _("说明"), "texts": _("内容")}
    require_printable({"title": table.title, "note": table.note, "texts": texts}, words, context)
    form = Form(table.title, "", table.paper, ())
    letterhead = Letterhead(form, context)
    measure = letterhead.measure(NOTE_SIZE)
    hours = _hours(table)
    pages: list[Painter] = []
    shares = _shares(len(table.columns), table.most)
    for number, columns in enumerate(shares, start=1):
        remarks = table.remarks if number == len(shares) else ()
        pages += _page(_Part(_part(table, columns), hours, measure), form, remarks)
    return print_pages(letterhead, pages)


def _shares(columns: int, most: int) -> list[range]:
    """The columns of each page, as even as can be; one page where there are none."""
    pages = max(-(-columns // most), 1)
    edges = [columns * page // pages for page in range(pages + 1)]
    return [range(low, high) for low, high in pairwise(edges)]


def _hours(table: Timetable) -> tuple[int, int]:
    """The first and last full hour, the same on every page."""
    low = min([block.start // 60 for block in table.blocks], default=_USUAL[0])
    high = max([-(-block.end // 60) for block in table.blocks], default=_USUAL[1])
    return min(low, _USUAL[0]), max(high, _USUAL[1])


def _part(table: Timetable, columns: range) -> Timetable:
    blocks = tuple(replace(b, column=b.column - columns.start) for b in table.blocks if b.column in columns)
    closed = tuple(replace(c, column=c.column - columns.start) for c in table.closed if c.column in columns)
    return replace(table, columns=tuple(table.columns[n] for n in columns), blocks=blocks, closed=closed)


@dataclass(frozen=True)
class _Part:
    """The columns of one page and the room for them."""

    table: Timetable
    hours: tuple[int, int]
    measure: Measure

    @property
    def column_width(self) -> float:
        return (self.measure.width - _AXIS) / max(len(self.table.columns), 1)

    def heading(self) -> Row:
        cells = [Cell(text, self.column_width, "label", tight=True) for text in self.table.columns]
        return Row((Cell(_("时间"), _AXIS, "label"), *cells), height=9 * mm)


@dataclass(frozen=True)
class _Set:
    """A block's text as it is set: its lines, the size, and whether something had to be left out."""

    lines: tuple[str, ...]
    size: float
    apart: bool = False
    """Whether time, activity and client have lines of their own."""
    cut: bool = False


@dataclass(frozen=True)
class _Placed:
    """A block, the share of its column it takes, its text; ``number``: where that is cut, of the note below."""

    block: Block
    left: float
    right: float
    said: _Set
    number: int


def _page(part: _Part, form: Form, remarks: Sequence[str]) -> list[Painter]:
    """One page of columns, and what stands below it; on a page of its own where that is too much."""
    above = [lay(Row((Cell(part.table.note),), framed=False), part.measure), lay(part.heading(), part.measure)]
    room = part.measure.height - sum(piece.height for piece in above)
    height, below = room, 0.0
    while True:
        placed = _placed(part, height)
        notes = [*_notes(placed), *_remarks(remarks)]
        below = sum(lay(row, part.measure).height for row in notes)
        if height + below <= room or below > room * _MOST_NOTES:
            break
        height = room - below  # a lower grid may cut more of its texts: until it stays as it is
    apart = height + below > room
    if apart:
        height, placed = room, _placed(part, room)
        notes = [*_notes(placed), *_remarks(remarks)]
    draw = partial(_draw, part=part, above=above, height=height, placed=placed, x=form.paper.side)
    under = table_painters(paginate(notes, part.measure), part.measure, form) if notes else []
    if apart or not under:
        return [draw, *under]
    return [partial(_both, first=draw, second=under[0], down=part.measure.height - below)]


def _placed(part: _Part, height: float) -> list[_Placed]:
    """Where the blocks stand in a grid of ``height``, and their text; those whose text is cut are numbered."""
    found, number = [], 0
    for block, left, right in _lanes(part.table.blocks):
        said = _set(block, part, height, right - left)
        number += said.cut
        found.append(_Placed(block, left, right, said, number if said.cut else 0))
    return found


def _both(pen: Pen, top: float, first: Painter, second: Painter, down: float) -> None:
    first(pen, top)
    second(pen, top - down)


def _notes(placed: Iterable[_Placed]) -> Iterator[Row]:
    for one in placed:
        if one.number:
            yield _line(f"（{one.number}）{'　'.join(filter(None, one.block.lines))}")


def _remarks(remarks: Iterable[str]) -> Iterator[Row]:
    for remark in remarks:
        yield _line(remark)


def _line(text: str) -> Row:
    return Row((Cell(text, 1, "text"),), height=4 * mm, framed=False)


def _lanes(blocks: Sequence[Block]) -> Iterator[tuple[Block, float, float]]:
    """Each block with the share of its column it takes; those that overlap stand side by side."""
    for column in sorted({block.column for block in blocks}):
        group: list[tuple[Block, int]] = []
        ends: list[int] = []
        for block in sorted((b for b in blocks if b.column == column), key=lambda b: (b.start, b.end, b.lines)):
            if ends and block.start >= max(ends):
                yield from _settled(group, len(ends))
                group, ends = [], []
            lane = next((n for n, end in enumerate(ends) if end <= block.start), len(ends))
            ends[lane : lane + 1] = [block.end]
            group.append((block, lane))
        yield from _settled(group, len(ends))


def _settled(group: Iterable[tuple[Block, int]], lanes: int) -> Iterator[tuple[Block, float, float]]:
    for block, lane in group:
        yield block, lane / lanes, (lane + 1) / lanes


def _set(block: Block, part: _Part, height: float, share: float) -> _Set:
    """The text of a block in the largest size that fits: a line each, else run together, else cut."""
    low, high = part.hours
    room = height * (block.end - block.start) / ((high - low) * 60) - 2 * _TIGHT
    width = part.column_width * share - 2 * _PAD
    lines = [line for line in block.lines if line]
    for text, apart in (("\n".join(lines), True), ("　".join(lines), False)):
        for size in SIZES:
            wrapped = wrap(text, width, size)
            if len(wrapped) * size * LEADING <= room + 0.01:
                return _Set(wrapped, size, apart)
    size = SIZES[-1]
    fitting = max(int(room / (size * LEADING)), 1)
    wrapped = wrap("　".join(lines), width - size * _MARK, size)
    return _Set(wrapped[:fitting], size, cut=True)


def _draw(
    pen: Pen, top: float, part: _Part, above: Sequence[Piece], height: float, placed: Sequence[_Placed], x: float
) -> None:
    for piece in above:
        pen.piece(x, top, piece, part.measure)
        top -= piece.height
    grid = _Grid(pen, part, x, top, height)
    grid.ground()
    for one in placed:
        grid.block(one)


class _Grid:
    """Draws one grid."""

    def __init__(self, pen: Pen, part: _Part, x: float, top: float, height: float) -> None:
        self.pen, self.part, self.x, self.top, self.height = pen, part, x, top, height
        self.left = x + _AXIS
        self.width = part.column_width

    def y(self, minute: int) -> float:
        low, high = self.part.hours
        return self.top - self.height * (min(max(minute, low * 60), high * 60) - low * 60) / ((high - low) * 60)

    def ground(self) -> None:
        """Hours, half hours, the time nobody can have, the borders of the columns."""
        low, high = self.part.hours
        canvas, right = self.pen.canvas, self.x + self.part.measure.width
        canvas.setFillGray(LABEL_GREY)
        canvas.rect(self.x, self.top - self.height, _AXIS, self.height, stroke=0, fill=1)
        for closed in self.part.table.closed:
            self._closed(closed)
        for hour in range(low, high):
            y = self.y(hour * 60)
            if hour > low:
                self.pen.line(self.x, y, right, y, grey=_HOUR)
            half = self.y(hour * 60 + 30)
            self.pen.line(self.left, half, right, half, dash=(1, 2), grey=_HALF)
            self.pen.centred(self.x + _AXIS / 2, y - 8.5, f"{hour:02d}:00", 8)
        for n in range(len(self.part.table.columns)):
            self.pen.box(self.left + n * self.width, self.top - self.height, self.width, self.height)
        self.pen.box(self.x, self.top - self.height, self.part.measure.width, self.height)
        for closed in self.part.table.closed:
            self._reason(closed)

    def _closed(self, closed: Closed) -> None:
        upper, lower = self.y(closed.start), self.y(closed.end)
        self.pen.canvas.setFillGray(_CLOSED)
        self.pen.canvas.rect(self.left + closed.column * self.width, lower, self.width, upper - lower, stroke=0, fill=1)

    def _reason(self, closed: Closed) -> None:
        upper, lower = self.y(closed.start), self.y(closed.end)
        size = SIZES[-1]
        for number, line in enumerate(wrap(closed.reason, self.width - 2 * _PAD, size), start=1):
            if number * size * LEADING > upper - lower:
                break
            baseline = upper - _TIGHT - number * size * LEADING + size * 0.3
            self.pen.text(self.left + closed.column * self.width + _PAD, baseline, line, size, grey=0.3)

    def block(self, placed: _Placed) -> None:
        """A booking: white over the lines, a border (dashed where it is not confirmed), its text."""
        block, said = placed.block, placed.said
        upper, lower = self.y(block.start), self.y(block.end)
        x, width = self.left + (block.column + placed.left) * self.width, (placed.right - placed.left) * self.width
        canvas = self.pen.canvas
        canvas.setFillGray(1)
        canvas.rect(x, lower, width, upper - lower, stroke=0, fill=1)
        canvas.setStrokeGray(0)
        canvas.setLineWidth(1.1)
        canvas.setDash([3, 2] if block.pending else [])
        canvas.rect(x + 0.5, lower + 0.5, width - 1, upper - lower - 1, stroke=1, fill=0)
        canvas.setDash([])
        slack = upper - lower - 2 * _TIGHT - len(said.lines) * said.size * LEADING
        first = upper - _TIGHT - min(max(slack, 0) / 2, 1.2 * mm)
        for n, line in enumerate(said.lines, start=1):
            last = said.cut and n == len(said.lines)
            shown = f"{line}…（{placed.number}）" if last else line
            baseline = first - n * said.size * LEADING + said.size * 0.3
            self.pen.text(x + _PAD, baseline, shown, said.size, bold=n == 1 and said.apart)
