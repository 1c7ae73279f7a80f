"""The table of a form: cells, rows, and how they fall onto pages without losing a character."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reportlab.lib.units import mm

from app.slips.lines import wrap
from app.text import _

LEADING = 1.32
"""From line to line, against the type size."""
TIGHT_SCALES = (1, 0.92, 0.84, 0.76, 0.68)
PADDING_X = 1.6 * mm
PADDING_Y = 0.9 * mm
SEAL = 40 * mm
"""Side of the place kept free for a seal."""
SEAL_ROOM = SEAL + 1.6 * mm


@dataclass(frozen=True)
class Cell:
    """One cell. ``role``: label (grey, centred), value (left), center, text (left, from the top)."""

    text: str = ""
    width: float = 1
    role: str = "value"
    signs: tuple[str, ...] = ()
    """Lines at the foot to be completed by hand, such as 签名：."""
    seal: bool = False
    tight: bool = False
    """Set smaller, down to two thirds, where that keeps the row at its own height."""


@dataclass(frozen=True)
class Row:
    """Cells side by side; widths are shares of the table's width."""

    cells: tuple[Cell, ...]
    height: float = 6.6 * mm
    stretch: float = 0
    """Share of the space left on a page that this row takes."""
    framed: bool = True
    scale: float = 1
    """Type size against that of the form."""
    filler: bool = False
    """A blank row to write on, left out where it would begin another page."""


@dataclass(frozen=True)
class Piece:
    """As much of a row as stands on one page."""

    row: Row
    lines: tuple[tuple[str, ...], ...]
    scales: tuple[float, ...]
    """Type size of each cell against that of the form."""
    height: float
    last: bool = True


@dataclass(frozen=True)
class Measure:
    """The room a table has on one page and the type it is set in."""

    width: float
    height: float
    size: float

    def widths(self, row: Row) -> list[float]:
        """The widths of a row's cells in points."""
        total = sum(cell.width for cell in row.cells)
        return [self.width * cell.width / total for cell in row.cells]


Closing = Callable[[Sequence[Row], bool], tuple[Row, ...]]
"""Makes the rows that close a page (a subtotal) from the rows on it and whether it is the last."""


def lay(row: Row, measure: Measure) -> Piece:
    """A whole row with its text broken into lines, as high as it needs."""
    set_cells = [_set(cell, width, row, measure) for cell, width in zip(row.cells, measure.widths(row), strict=True)]
    return _piece(
        row, tuple(lines for lines, _scale in set_cells), tuple(scale for _lines, scale in set_cells), measure
    )


def _set(cell: Cell, width: float, row: Row, measure: Measure) -> tuple[tuple[str, ...], float]:
    """A cell's lines and its type scale."""
    if not cell.text:
        return (), row.scale
    inner = width - 2 * PADDING_X - (SEAL_ROOM if cell.seal else 0)
    for scale in TIGHT_SCALES if cell.tight else ():
        size = measure.size * row.scale * scale
        lines = wrap(cell.text, inner, size)
        if len(lines) * size * LEADING <= row.height - PADDING_Y:
            return lines, row.scale * scale
    scale = row.scale * (TIGHT_SCALES[-1] if cell.tight else 1)
    return wrap(cell.text, inner, measure.size * scale), scale


def _piece(
    row: Row, lines: tuple[tuple[str, ...], ...], scales: tuple[float, ...], measure: Measure, last: bool = True
) -> Piece:
    heights = [row.height if last else 0]
    for cell, part, scale in zip(row.cells, lines, scales, strict=True):
        leading = measure.size * scale * LEADING
        height = len(part) * leading
        if last and cell.signs:
            height += len(cell.signs) * leading * 1.5
        if last and cell.seal:
            height = max(height, SEAL)
        heights.append(height + (PADDING_Y if cell.tight else 2 * PADDING_Y))
    return Piece(row, lines, scales, max(heights), last)


def cut(piece: Piece, room: float, measure: Measure) -> tuple[Piece, Piece] | None:
    """A piece cut in two so that the first part fits ``room``; None where no line would fit."""
    row, longest = piece.row, max(len(part) for part in piece.lines)
    count = min(int((room - 2 * PADDING_Y) / _leading(piece, measure)), longest - 1)
    if count < 1:
        return None
    head = tuple(part[:count] for part in piece.lines)
    tail = tuple(
        _continued(cell, part[count:], width - 2 * PADDING_X, measure.size * scale)
        for cell, part, scale, width in zip(row.cells, piece.lines, piece.scales, measure.widths(row), strict=True)
    )
    return _piece(row, head, piece.scales, measure, last=False), _piece(row, tail, piece.scales, measure)


def _continued(cell: Cell, rest: tuple[str, ...], width: float, size: float) -> tuple[str, ...]:
    """What of a cell stands on the next page; a label that is done is said again."""
    if cell.role != "label" or rest or not cell.text:
        return rest
    return wrap(_("{label}（续）", label=cell.text), width, size)


def _leading(piece: Piece, measure: Measure) -> float:
    return measure.size * max(piece.scales) * LEADING


def paginate(
    rows: Sequence[Row],
    measure: Measure,
    heading: Sequence[Row] = (),
    closing: Closing | None = None,
    per_page: int = 0,
) -> list[list[Piece]]:
    """Rows on pages: the heading repeated on each, then the rows (at most ``per_page``), then the closing rows."""
    head = [lay(row, measure) for row in heading]
    reserved = sum(lay(row, measure).height for row in closing(rows, True)) if closing else 0
    if sum(piece.height for piece in head) > measure.height / 2:
        head, rows = [], [*heading, *rows]  # too much to repeat: it runs on like any other row
    room = measure.height - sum(piece.height for piece in head) - reserved
    bodies = _fill(rows, measure, room, per_page)
    pages = []
    for position, body in enumerate(bodies, start=1):
        foot = closing([piece.row for piece in body if piece.last], position == len(bodies)) if closing else ()
        pages.append([*head, *body, *(lay(row, measure) for row in foot)])
    return [_stretched(pages[0], measure.height)] if len(pages) == 1 else pages


def _fill(rows: Sequence[Row], measure: Measure, room: float, per_page: int) -> list[list[Piece]]:
    pages: list[list[Piece]] = [[]]
    free = room
    for row in rows:
        rest: Piece | None = lay(row, measure)
        if row.filler and pages[-1] and (rest.height > free or 0 < per_page <= len(pages[-1])):
            break
        while rest is not None:
            page = pages[-1]
            full = bool(per_page) and len(page) >= per_page
            if rest.height <= free and not full:
                page.append(rest)
                free -= rest.height
                rest = None
                continue
            parts = None
            if not full and (not page or _worth_cutting(rest, free, room, measure)):
                parts = cut(rest, free, measure)
            if parts is None and not page:
                page.append(rest)  # a single line higher than a whole page: nothing better is left to do
                rest = None
            elif parts is not None:
                page.append(parts[0])
                rest = parts[1]
            if rest is not None:
                pages.append([])
                free = room
    return pages


def _worth_cutting(piece: Piece, free: float, room: float, measure: Measure) -> bool:
    """Long text runs on from where it is; a short row that fits the next page is not torn."""
    leading = _leading(piece, measure)
    long = max(len(part) for part in piece.lines) > 6 or piece.height > room
    return long and free >= 3 * leading + 2 * PADDING_Y


def _stretched(page: list[Piece], height: float) -> list[Piece]:
    """A single page filled to its foot by the rows that may grow."""
    free = height - sum(piece.height for piece in page)
    shares = sum(piece.row.stretch for piece in page)
    if free <= 0 or not shares:
        return page
    return [replace(piece, height=piece.height + free * piece.row.stretch / shares) for piece in page]
