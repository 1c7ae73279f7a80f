"""Drawing on a ReportLab canvas: text with font fallback, lines, QR squares. All black and grey."""

from __future__ import annotations

from typing import Any

import segno
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.slips import fonts
from app.slips.grid import LEADING, PADDING_X, PADDING_Y, SEAL, SEAL_ROOM, Cell, Measure, Piece
from app.text import _

THIN = 0.5
LABEL_GREY = 0.89
"""About 11 % black, which a laser printer still screens evenly."""
FAINT = 0.72
_FILL_AND_STROKE = 2
_QR_MAX = 200


class Pen:
    """Draws on one canvas; coordinates are points from the lower left."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self._modules = 0

    def text(self, x: float, y: float, text: str, size: float, bold: bool = False, grey: float = 0) -> None:
        """One line of text from ``x`` with its baseline at ``y``."""
        line: Any = self.canvas.beginText(x, y)
        line.setFillGray(grey)
        if bold:
            self.canvas.setLineWidth(size * 0.035)
            self.canvas.setStrokeGray(grey)
            line.setTextRenderMode(_FILL_AND_STROKE)
        for name, part in fonts.runs(text):
            line.setFont(name, size)
            line.textOut(part)
        if bold:
            line.setTextRenderMode(0)
        self.canvas.drawText(line)

    def centred(self, x: float, y: float, text: str, size: float, bold: bool = False, grey: float = 0) -> None:
        """One line of text with its middle at ``x``."""
        self.text(x - fonts.width(text, size) / 2, y, text, size, bold, grey)

    def right(self, x: float, y: float, text: str, size: float, bold: bool = False) -> None:
        """One line of text that ends at ``x``."""
        self.text(x - fonts.width(text, size), y, text, size, bold)

    def box(self, x: float, y: float, width: float, height: float) -> None:
        """A rectangle with a thin black border."""
        self.canvas.setLineWidth(THIN)
        self.canvas.setStrokeGray(0)
        self.canvas.rect(x, y, width, height, stroke=1, fill=0)

    def line(self, x1: float, y1: float, x2: float, y2: float, dash: tuple[float, ...] = (), grey: float = 0) -> None:
        """A thin line, dashed where ``dash`` says so."""
        self.canvas.setLineWidth(THIN)
        self.canvas.setStrokeGray(grey)
        self.canvas.setDash(list(dash))
        self.canvas.line(x1, y1, x2, y2)
        self.canvas.setDash([])

    def define_qr(self, content: str) -> None:
        """Make the QR of ``content`` once for all pages: squares, not a picture, so that any printer draws it sharp."""
        if not content or len(content) > _QR_MAX:
            return
        rows = segno.make(content, error="m", micro=False).matrix
        self._modules = len(rows)
        self.canvas.beginForm("qr", 0, 0, self._modules, self._modules)
        squares = self.canvas.beginPath()
        for down, row in enumerate(rows, start=1):
            start = None
            for across, dark in enumerate([*row, 0]):
                if dark and start is None:
                    start = across
                elif not dark and start is not None:
                    squares.rect(start, self._modules - down, across - start, 1)
                    start = None
        self.canvas.setFillGray(0)
        self.canvas.drawPath(squares, stroke=0, fill=1)
        self.canvas.endForm()

    def qr(self, x: float, y: float, side: float) -> None:
        """Draw the QR made before, if there is one, with its lower left corner at ``x``, ``y``."""
        if self._modules:
            self.canvas.saveState()
            self.canvas.translate(x, y)
            self.canvas.scale(side / self._modules, side / self._modules)
            self.canvas.doForm("qr")
            self.canvas.restoreState()

    def piece(self, x: float, top: float, piece: Piece, measure: Measure) -> None:
        """One row of the table with its upper left corner at ``x``, ``top``."""
        widths = measure.widths(piece.row)
        if piece.row.framed:
            self._frames(x, top - piece.height, piece, widths)
        for cell, lines, scale, width in zip(piece.row.cells, piece.lines, piece.scales, widths, strict=True):
            if lines or cell.signs or cell.seal:
                self._cell(x, top, width, cell, lines, piece, measure.size * scale)
            x += width

    def _frames(self, x: float, bottom: float, piece: Piece, widths: list[float]) -> None:
        """The grey of the labels and the borders of all cells of a row."""
        borders = self.canvas.beginPath()
        for cell, width in zip(piece.row.cells, widths, strict=True):
            if cell.role == "label":
                self.canvas.setFillGray(LABEL_GREY)
                self.canvas.rect(x, bottom, width, piece.height, stroke=0, fill=1)
            borders.rect(x, bottom, width, piece.height)
            x += width
        self.canvas.setLineWidth(THIN)
        self.canvas.setStrokeGray(0)
        self.canvas.drawPath(borders, stroke=1, fill=0)

    def _cell(
        self, x: float, top: float, width: float, cell: Cell, lines: tuple[str, ...], piece: Piece, size: float
    ) -> None:
        leading = size * LEADING
        slack = piece.height - 2 * PADDING_Y - len(lines) * leading
        upper = top - PADDING_Y
        if cell.role != "text" and not cell.signs:
            upper -= max(slack, 0) / 2
        for number, line in enumerate(lines, start=1):
            baseline = upper - number * leading + size * 0.28
            if cell.role in ("label", "center"):
                self.centred(x + width / 2, baseline, line, size)
            else:
                self.text(x + PADDING_X, baseline, line, size)
        if piece.last:
            bottom = top - piece.height
            if cell.seal:
                self._seal(x + width - SEAL_ROOM, bottom, piece.height)
            self._signs(x, bottom, width - (SEAL_ROOM if cell.seal else 0), cell, size, leading)

    def _seal(self, x: float, bottom: float, height: float) -> None:
        """The place for a seal, marked so faintly that the seal over it stays readable."""
        middle = bottom + min(height, SEAL + 2 * PADDING_Y) / 2
        self.canvas.setLineWidth(THIN)
        self.canvas.setStrokeGray(FAINT)
        self.canvas.setDash([2, 3])
        self.canvas.circle(x + SEAL / 2, middle, SEAL / 2 - 0.4 * mm, stroke=1, fill=0)
        self.canvas.setDash([])
        self.centred(x + SEAL / 2, middle - 3, _("（盖章）"), 8.5, grey=0.45)

    def _signs(self, x: float, bottom: float, width: float, cell: Cell, size: float, leading: float) -> None:
        """Lines at the foot of a cell; after a colon a rule to write on."""
        for number, sign in enumerate(reversed(cell.signs)):
            baseline = bottom + PADDING_Y + number * leading * 1.5 + size * 0.45
            self.text(x + PADDING_X, baseline, sign, size)
            start = x + PADDING_X + fonts.width(sign, size)
            end = min(start + 42 * mm, x + width - PADDING_X)
            if sign.endswith("：") and end - start > 8 * mm:
                self.line(start, baseline - 1.6, end, baseline - 1.6, grey=0.3)
