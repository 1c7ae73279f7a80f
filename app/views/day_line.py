"""One line of a block: time, mark, what, beside it in grey who or where, its status in words at the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app.services.day_blocks import Item
from app.views.theme import ACCENT, GROUND, LINE, RED, SECOND, TEXT, Theme, paint_mark, status_mark

ROW = 36


def widths(theme: Theme, items: Sequence[Item]) -> tuple[int, int]:
    """How wide the times and the words of ``items`` are, so that they stand in columns."""
    metrics = QFontMetrics(theme.font(13))
    when = max((metrics.horizontalAdvance(item.when) for item in items), default=0)
    word = max((metrics.horizontalAdvance(item.word) for item in items), default=0)
    return when + theme.px(16) if when else 0, word


class DayLine(QAbstractButton):
    """Clicked, or Enter and Space, opens what it stands for."""

    def __init__(self, theme: Theme, item: Item, when: int = 0, word: int = 0) -> None:
        super().__init__()
        self.theme, self.item, self.when_width, self.word_width = theme, item, when, word
        self.setFixedHeight(theme.px(ROW))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(" ".join(part for part in (item.when, item.title, item.detail, item.word) if part))
        self.setToolTip(f"{item.title}\n{item.detail}".strip())
        self._over = False

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(self.theme.px(240), self.theme.px(ROW))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Tint under the mouse."""
        self._over = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """No longer."""
        self._over = False
        self.update()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter as well as Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it; the grey part gives way first, then the title is shortened in the middle."""
        px, item = self.theme.px, self.item
        painter = QPainter(self)
        whole = self.rect()
        if self._over or self.isDown():
            painter.fillRect(whole, QColor(GROUND))
        painter.setPen(QPen(QColor(LINE), 1))
        painter.drawLine(px(16), 0, whole.right() - px(16), 0)
        if self.hasFocus():
            painter.setPen(QPen(QColor(ACCENT), 1))
            painter.drawRect(whole.adjusted(px(4), 1, -px(4), -2))
        inner = whole.adjusted(px(16), 0, -px(16), 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        if item.when:
            painter.setFont(self.theme.font(13))
            painter.setPen(QColor(SECOND))
            painter.drawText(inner, middle, item.when)
            inner.setLeft(inner.left() + self.when_width)
        if item.status and not item.word:
            self._mark(painter, inner)
            inner.setLeft(inner.left() + px(20))
        if item.word:
            painter.setFont(self.theme.font(13))
            ink = RED if item.status == "overdue" else TEXT
            painter.setPen(QColor(ink))
            column = QRect(inner.right() - self.word_width, inner.top(), self.word_width + 1, inner.height())
            painter.drawText(column, middle, item.word)
            if item.status:
                self._mark(painter, column.translated(-px(20), 0))
            inner.setRight(column.left() - px(32))
        self._words(painter, inner)

    def _mark(self, painter: QPainter, rect: QRect) -> None:
        px = self.theme.px
        side = px(12)
        mark = status_mark(self.item.status)
        paint_mark(
            painter, QRect(rect.left(), rect.center().y() - side // 2 + px(1), side, side), mark.shape, mark.colour
        )

    def _words(self, painter: QPainter, inner: QRect) -> None:
        px, item, middle = self.theme.px, self.item, Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self.theme.font())
        painter.setPen(QColor(TEXT))
        metrics = painter.fontMetrics()
        title = metrics.elidedText(item.title, Qt.TextElideMode.ElideMiddle, inner.width())
        painter.drawText(inner, middle, title)
        inner.setLeft(inner.left() + metrics.horizontalAdvance(title) + px(12))
        if item.detail and inner.width() > px(48):
            painter.setFont(self.theme.font(13))
            painter.setPen(QColor(SECOND))
            shown = painter.fontMetrics().elidedText(item.detail, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner, middle, shown)
