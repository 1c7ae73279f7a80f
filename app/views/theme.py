"""The look: colours, text sizes, the one palette and the one stylesheet, icons and status marks (look.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from PySide6.QtCore import QByteArray, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QApplication, QStyleFactory

from app.paths import resource

PAPER: Final = "#FFFFFF"
GROUND: Final = "#F5F6F4"
LINE: Final = "#DEE2DD"
TEXT: Final = "#1F2A27"
SECOND: Final = "#5C6965"
ACCENT: Final = "#1B6B5F"
TINT: Final = "#E3F0ED"
AMBER: Final = "#B7791F"
GREY: Final = "#76827D"
PLUM: Final = "#86386B"
RED: Final = "#B3261E"

TEXT_SIZES: Final = {"standard": 14, "large": 17, "huge": 20}
FAMILY: Final = "Noto Sans SC"
_DESIGN = 14

DISC, HALF, RING, CROSS, TRIANGLE = "disc", "half", "ring", "cross", "triangle"


class Mark(NamedTuple):
    """How a status is drawn; its word always stands beside it."""

    shape: str
    colour: str


_MARKS: Final = {
    **dict.fromkeys(
        ("confirmed", "checked_in", "open", "active", "normal", "running", "announced", "enrolled", "attended",
         "usable", "accepted"),
        Mark(DISC, ACCENT),
    ),
    **dict.fromkeys(
        (
            "requested", "tentative", "waiting", "offered", "repair", "planned", "filed", "applied", "committee_passed", "street_passed",
            "registered", "in_progress", "transferred", "changing", "paused", "suspended",
        ),
        Mark(HALF, AMBER),
    ),
    **dict.fromkeys(("closed", "done", "archived"), Mark(DISC, GREY)),
    **dict.fromkeys(("no_show", "absent"), Mark(CROSS, PLUM)),
    "offered": Mark(RING, AMBER),
    "differs": Mark(TRIANGLE, AMBER),
    **dict.fromkeys(("clash", "conflict", "overdue", "revoked", "cert_revoked"), Mark(TRIANGLE, RED)),
}  # fmt: skip


def status_mark(code: str) -> Mark:
    """Shape and colour of a status code; what is over, or unknown, is a grey ring."""
    return _MARKS.get(code, Mark(RING, GREY))


def paint_mark(painter: QPainter, rect: QRect, shape: str, colour: str | QColor) -> None:
    """Draw a status mark into the square ``rect``."""
    ink = QColor(colour)
    side = float(min(rect.width(), rect.height()))
    stroke = max(1.5, side / 7)
    box = QRectF(rect).adjusted(stroke / 2, stroke / 2, -stroke / 2, -stroke / 2)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(ink, stroke, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if shape == DISC:
        painter.setBrush(QBrush(ink))
        painter.drawEllipse(box)
    elif shape == HALF:
        painter.drawEllipse(box)
        painter.setBrush(QBrush(ink))
        painter.drawPie(box, 90 * 16, 180 * 16)
    elif shape == CROSS:
        inner = box.adjusted(side / 10, side / 10, -side / 10, -side / 10)
        painter.drawLine(inner.topLeft(), inner.bottomRight())
        painter.drawLine(inner.topRight(), inner.bottomLeft())
    elif shape == TRIANGLE:
        painter.setBrush(QBrush(ink))
        painter.drawPolygon(QPolygonF([QPointF(box.center().x(), box.top()), box.bottomRight(), box.bottomLeft()]))
    else:
        painter.drawEllipse(box)
    painter.restore()


def icon(name: str, color: str = TEXT, size: int = 18, air: int = 0) -> QIcon:
    """The line icon ``name`` in ``color``, crisp at the screen's pixel ratio; empty where there is none.

    ``size`` is in pixels: :meth:`Theme.icon` scales it with the text. ``air`` pixels stay free at its right, where
    words follow: a styled button leaves too little.
    """
    path = resource("icons", f"{name}.svg")
    if not path.is_file():
        return QIcon()
    return QIcon(_drawn(path.read_text("utf-8").replace("currentColor", color), size, air))


def _drawn(svg: str, size: int, air: int) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer

    app = QApplication.instance()
    ratio = app.devicePixelRatio() if isinstance(app, QApplication) else 1.0
    side = round(size * ratio)
    picture = QPixmap(side + round(air * ratio), side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


@dataclass(frozen=True)
class Theme:
    """One of the three text sizes, and everything measured by it."""

    size: str = "standard"

    @classmethod
    def worn(cls) -> Theme:
        """What the program is dressed in, told by its font: for a window that no page hands its theme."""
        pixels = QApplication.font().pixelSize()
        return cls(next((size for size, height in TEXT_SIZES.items() if height == pixels), "standard"))

    def px(self, n: float) -> int:
        """``n`` design pixels (given for 14 px text) at this text size."""
        return round(n * TEXT_SIZES[self.size] / _DESIGN)

    def font(self, size: float = 14, semibold: bool = False) -> QFont:
        """Our font at ``size`` design pixels."""
        font = QFont(FAMILY)
        font.setPixelSize(self.px(size))
        if semibold:  # one weight is shipped; Qt thickens it from Bold on, and does nothing below
            font.setWeight(QFont.Weight.Bold)
        return font

    def icon(self, name: str, color: str = TEXT, size: int = 18, air: int = 0) -> QIcon:
        """As :func:`icon`, grown with the text."""
        return icon(name, color, self.px(size), self.px(air))

    @property
    def target(self) -> int:
        """The least height in pixels of what is clicked."""
        return 44 if self.size == "huge" else 32

    def palette(self) -> QPalette:
        """The one palette."""
        role = QPalette.ColorRole
        colours = {
            role.Window: GROUND, role.WindowText: TEXT, role.Base: PAPER, role.AlternateBase: GROUND, role.Text: TEXT,
            role.Button: PAPER, role.ButtonText: TEXT, role.BrightText: RED, role.ToolTipBase: TEXT,
            role.ToolTipText: PAPER, role.Highlight: TINT, role.HighlightedText: TEXT, role.Link: ACCENT,
            role.LinkVisited: ACCENT, role.PlaceholderText: GREY, role.Accent: ACCENT, role.Mid: LINE,
            role.Midlight: LINE, role.Light: PAPER, role.Dark: GREY, role.Shadow: GREY,
        }  # fmt: skip
        palette = QPalette()
        for one, colour in colours.items():
            palette.setColor(one, QColor(colour))
        for one in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, one, QColor(GREY))
        return palette

    def stylesheet(self) -> str:
        """The one stylesheet. Buttons carry a ``look``: primary, link or none; labels second, title or fault."""
        from app.views.style import STYLE

        px, arrow = self.px, resource("icons", "chevron-down.svg").as_posix()
        values = {
            "PAPER": PAPER, "GROUND": GROUND, "LINE": LINE, "TEXT": TEXT, "SECOND": SECOND, "ACCENT": ACCENT,
            "TINT": TINT, "GREY": GREY, "RED": RED, "ARROW": arrow,
        }  # fmt: skip
        style = STYLE
        for name, value in values.items():
            style = style.replace(f"@{name}", value)
        for n in sorted({int(word.split("~")[0]) for word in style.split("~")[1:] if word[:1].isdigit()}, reverse=True):
            style = style.replace(f"~{n}~", f"{px(n)}px")
        return style

    def apply(self, app: QApplication) -> None:
        """Dress the whole program. Loads our font once."""
        if app.property("shuniuFont") is None:
            QFontDatabase.addApplicationFont(str(resource("fonts", "NotoSansSC-Regular.ttf")))
            app.setProperty("shuniuFont", True)
            app.setStyle(QStyleFactory.create("Fusion"))
        app.setPalette(self.palette())
        app.setFont(self.font())
        app.setStyleSheet(self.stylesheet())
