"""The legend of the calendar: every colour and shape with its word."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.text import _, listed
from app.views.calendar.ink import Ink
from app.views.calendar.paint import LEFT
from app.views.calendar.words import status
from app.views.theme import Theme

STATES = ("confirmed", "tentative", "offered", "no_show", "closed")
SQUARES = ("hatch", "closure", "hours")


class Legend(QWidget):
    """One line of marks and words."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ink = Ink(theme)
        texts = {
            "tentative": _("待定、已申请"),
            "clash": _("冲突"),
            "hatch": _("布置清场，或整厅、分区已占用"),
            "closure": _("停用"),
            "hours": _("不在开放时间"),
            "now": _("现在"),
        }
        self._entries = tuple({**{code: status(code) for code in STATES}, **texts}.items())
        self.setAccessibleName(_("图例：{words}", words=listed(word for _code, word in self._entries)))
        self.setFixedHeight(theme.px(24))

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        ink, metrics = self._ink, self._ink.measure(self._ink.small)
        return QSize(sum(metrics.horizontalAdvance(word) + ink.px(36) for _code, word in self._entries), ink.px(24))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Marks and words from the left."""
        ink, painter = self._ink, QPainter(self)
        painter.setFont(ink.small)
        metrics, side, x = ink.measure(ink.small), ink.px(12), 0
        words = sum(metrics.horizontalAdvance(word) + side + ink.px(6) for _code, word in self._entries)
        gap = min(ink.px(18), (self.width() - words) // (len(self._entries) - 1))
        for code, word in self._entries:
            box = QRect(x, (self.height() - side) // 2, side, side)
            self._mark(painter, code, box)
            painter.setPen(ink.second)
            width = metrics.horizontalAdvance(word)
            painter.drawText(QRect(x + side + ink.px(6), 0, width + 2, self.height()), LEFT, word)
            x += side + ink.px(6) + width + gap
        painter.end()

    def _mark(self, painter: QPainter, code: str, box: QRect) -> None:
        ink = self._ink
        if code == "now":
            painter.fillRect(QRect(box.x(), box.center().y(), box.width(), 2), ink.red)
        elif code in SQUARES:
            painter.fillRect(box, {"hatch": ink.ground, "closure": ink.closed, "hours": ink.shut}[code])
            if code == "hatch":
                painter.fillRect(box, ink.hatch)
            painter.setPen(ink.grey)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(0, 0, -1, -1))
        else:
            edge, _fill = ink.colours(code)
            painter.drawPixmap(box.topLeft(), ink.mark(ink.shape(code), edge, box.width(), self.devicePixelRatioF()))
