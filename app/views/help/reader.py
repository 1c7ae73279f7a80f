"""Reader: one help page as it is read, set in the program's own type."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QBrush,
    QColor,
    QImage,
    QKeyEvent,
    QPixmap,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QLabel, QScrollArea, QTextBrowser, QWidget

from app.views.help import pages
from app.views.records.printing import painter_on
from app.views.theme import LINE, Theme

SCREEN_DPI = 96
LINES = 150
"""Height of a line of text, percent."""
_IMAGE = re.compile(r"(!\[[^\]]*\]\(([\w-]+\.png)\))")
PICTURE = "￼"
"""What stands in the text for a picture."""


class Picture(QScrollArea):
    """A picture of the help in its own size; Esc closes it."""

    def __init__(self, name: str, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        label = QLabel()
        label.setPixmap(QPixmap(str(pages.folder() / name)))
        self.setWidget(label)
        self.resize((label.sizeHint() + QSize(4, 4)).boundedTo(parent.screen().availableSize()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)


class Reader(QTextBrowser):
    """Shows Markdown; pictures are scaled down to the width there is, and are links to themselves."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setOpenLinks(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # else pictures and bar chase each other
        self.setStyleSheet("QTextBrowser { border: none; padding: 0; }")
        self.document().setDocumentMargin(theme.px(24))
        self.document().setIndentWidth(theme.px(28))
        self._markdown = ""
        self._width = 0

    def read(self, markdown: str, heading: str = "") -> None:
        """Show ``markdown``, from ``heading`` on where it has one."""
        self._markdown = markdown
        self._width = self._room()
        self.document().clear()
        self.document().setMarkdown(_IMAGE.sub(r"[\1](\2)", markdown))
        self._set_type()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.verticalScrollBar().setValue(0)
        if heading:
            self._go_to(heading)

    def _go_to(self, heading: str) -> None:
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and block.text() == heading:
                top = self.document().documentLayout().blockBoundingRect(block).top()
                self.verticalScrollBar().setValue(round(top) - self.theme.px(8))
                return
            block = block.next()

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """A picture of the help, no wider than the page."""
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, name)  # type: ignore[arg-type]
        image = QImage(str(pages.folder() / QUrl(name).fileName()))
        if image.width() <= self._width:
            return image
        ratio = self.devicePixelRatioF()
        scaled = image.scaledToWidth(
            min(image.width(), round(self._width * ratio)), Qt.TransformationMode.SmoothTransformation
        )
        scaled.setDevicePixelRatio(scaled.width() / self._width)
        return scaled

    def _room(self) -> int:
        return max(self.theme.px(200), self.viewport().width() - 2 * self.theme.px(24))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width: pictures are scaled anew."""
        super().resizeEvent(event)
        if self._markdown and PICTURE in self.toPlainText() and self._room() != self._width:
            at = self.verticalScrollBar().value()
            self.read(self._markdown)
            self.verticalScrollBar().setValue(at)

    def print_on(self, printer: QPrinter) -> None:
        """Print what is shown, on as many pages as it takes. Type is measured in pixels of a screen, so the paper is
        measured in them too. Raises :class:`~app.errors.EnvironmentFault` where the printer does not take it."""
        scale = printer.resolution() / SCREEN_DPI
        room = printer.pageLayout().paintRectPixels(printer.resolution())
        paper = QSizeF(room.width() / scale, room.height() / scale)
        document = self.document().clone(self)
        document.setDocumentMargin(0)
        document.setPageSize(paper)
        painter = painter_on(printer)
        for number in range(document.pageCount()):
            if number:
                printer.newPage()
            painter.save()
            painter.scale(scale, scale)
            painter.translate(0, -number * paper.height())
            part = QRectF(QPointF(0, number * paper.height()), paper)
            painter.setClipRect(part)
            document.drawContents(painter, part)
            painter.restore()
        painter.end()

    # -- type --------------------------------------------------------------------------------------------------

    def _set_type(self) -> None:
        block = self.document().begin()
        while block.isValid():
            self._set_block(block)
            block = block.next()
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                self._set_table(frame)

    def _set_block(self, block: QTextBlock) -> None:
        px, level = self.theme.px, block.blockFormat().headingLevel()
        spacing, cursor = QTextBlockFormat(), QTextCursor(block)
        if level:
            spacing.setTopMargin(0 if level == 1 else px(20))
            spacing.setBottomMargin(px(8))
            self._set_heading(cursor, 20 if level == 1 else 16)
        else:
            spacing.setTopMargin(0)
            spacing.setBottomMargin(px(4) if block.textList() is not None else px(10))
            if PICTURE not in block.text() and cursor.currentTable() is None:
                spacing.setLineHeight(LINES, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        if cursor.currentTable() is not None:
            spacing.setBottomMargin(0)
        cursor.mergeBlockFormat(spacing)

    def _set_heading(self, cursor: QTextCursor, size: int) -> None:
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        look = QTextCharFormat()
        look.setFont(self.theme.font(size, semibold=True))
        cursor.setCharFormat(look)

    def _set_table(self, table: QTextTable) -> None:
        look = table.format()
        look.setCellPadding(self.theme.px(4))
        look.setCellSpacing(0)
        look.setBorder(1)
        look.setBorderCollapse(True)
        look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        look.setBorderBrush(QBrush(QColor(LINE)))
        look.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        table.setFormat(look)
