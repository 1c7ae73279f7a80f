"""Pens, fonts and shortened texts of the calendar, made once per text size so that painting only paints."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap

from app.views import theme as look
from app.views.theme import Theme

KEPT = 4000
"""Shortened texts remembered before they are thrown away together."""
NO_START, NO_END = frozenset("，。、；：？！）》」』】”’…·％"), frozenset("（《「『【“‘")
"""Marks that stand at the start, or at the end, of no line."""


def mixed(colour: QColor, share: float) -> QColor:
    """``colour`` thinned on paper; opaque, so that overlaps stay calm."""
    paper = QColor(look.PAPER)
    parts = [round(a * share + b * (1 - share)) for a, b in zip(colour.getRgb()[:3], paper.getRgb()[:3], strict=True)]  # type: ignore[arg-type]
    return QColor(*parts)


def _whole(text: str, count: int) -> int:
    """Where to break at or before ``count``: a time such as 15:30-17:00 stays in one piece, no line starts with ） or
    ends with （, and what is in brackets stays together where that leaves no more than half of the line empty."""
    at = count
    while at > 1 and _held(text[at - 1], text[at]):
        at -= 1
    if at <= 1:
        return count
    opening = text.rfind("（", 0, at)
    return opening if opening > at // 2 and "）" not in text[opening:at] else at


def _held(before: str, after: str) -> bool:
    """Whether no line ends between two characters."""
    word = before.isascii() and after.isascii() and not before.isspace()
    return word or after in NO_START or before in NO_END


class Ink:
    """What the calendar is drawn with at one text size."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.paper, self.ground = QColor(look.PAPER), QColor(look.GROUND)
        self.text, self.second = QColor(look.TEXT), QColor(look.SECOND)
        self.accent, self.red, self.grey = QColor(look.ACCENT), QColor(look.RED), QColor(look.GREY)
        self.line = QPen(QColor(look.LINE))
        self.faint = QPen(mixed(QColor(look.LINE), 0.5))
        self.now = QPen(self.red, 2)
        self.tint = QColor(look.TINT)
        self.shut, self.closed = mixed(self.grey, 0.13), mixed(self.grey, 0.3)
        self.hatch = QBrush(mixed(self.grey, 0.5), Qt.BrushStyle.BDiagPattern)
        self.plain: QFont = theme.font(13)
        self.bold: QFont = theme.font(13, semibold=True)
        self.small: QFont = theme.font(12)
        self.strong: QFont = theme.font(14, semibold=True)
        for font in (self.bold, self.strong):
            font.setWeight(QFont.Weight.Bold)  # the one shipped weight is emboldened from Bold on
        self._measures = {id(font): QFontMetrics(font) for font in (self.plain, self.bold, self.small, self.strong)}
        self._short: dict[tuple[int, str, int], str] = {}
        self._marks: dict[tuple[str, str, int, float], QPixmap] = {}
        self._status: dict[str, tuple[QColor, QColor]] = {}

    def px(self, n: float) -> int:
        """Pixels that grow with the text."""
        return self.theme.px(n)

    def measure(self, font: QFont) -> QFontMetrics:
        """Metrics of one of the four fonts."""
        return self._measures[id(font)]

    def short(self, font: QFont, text: str, width: int) -> str:
        """``text`` cut to ``width``, remembered."""
        key = (id(font), text, width)
        found = self._short.get(key)
        if found is None:
            if len(self._short) > KEPT:
                self._short.clear()
            found = self._measures[id(font)].elidedText(text, Qt.TextElideMode.ElideRight, width)
            self._short[key] = found
        return found

    def broken(self, font: QFont, text: str, width: int, most: int) -> list[str]:
        """``text`` on at most ``most`` lines, the last one shortened."""
        metrics, lines, rest = self._measures[id(font)], [], text
        while rest and len(lines) < most - 1 and metrics.horizontalAdvance(rest) > width:
            count = 1
            while metrics.horizontalAdvance(rest[: count + 1]) <= width:
                count += 1
            count = _whole(rest, count)
            lines.append(rest[:count].rstrip())
            rest = rest[count:].lstrip()
        return [*lines, self.short(font, rest, width)]

    def mark(self, shape: str, colour: QColor, size: int, ratio: float) -> QPixmap:
        """A status mark, drawn once."""
        key = (shape, colour.name(), size, ratio)
        if key not in self._marks:
            picture = QPixmap(round(size * ratio), round(size * ratio))
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            look.paint_mark(painter, QRect(0, 0, size, size), shape, colour)
            painter.end()
            self._marks[key] = picture
        return self._marks[key]

    def shape(self, status: str) -> str:
        """The shape of a status mark."""
        return look.status_mark(status).shape

    def colours(self, status: str) -> tuple[QColor, QColor]:
        """Edge and fill of a booking by its status."""
        if status not in self._status:
            edge = QColor(look.status_mark(status).colour)
            self._status[status] = (edge, mixed(edge, 0.11))
        return self._status[status]
