"""Where a file to import is dropped, or chosen by a button; says why one was not accepted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from app.models.record import Kind
from app.text import _
from app.views.page import Page


class DropZone(QFrame):
    """Where a file is dropped, or chosen by a button."""

    dropped = Signal(object)

    def __init__(self, page: Page, kind: Kind, choose: Callable[[], None], blank: Callable[[], None]) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.setAcceptDrops(True)
        px = page.theme.px
        column = QVBoxLayout(self)
        column.setSpacing(px(16))
        column.addStretch(2)
        words = QLabel(_("把填好{kind}的 Excel 或 CSV 文件拖到这里", kind=_(kind.label)))
        words.setFont(page.theme.font(16, semibold=True))
        column.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        self.chooser = page.button(_("选择文件…"), choose, icon="upload", keys="Ctrl+O")
        column.addWidget(self.chooser, 0, Qt.AlignmentFlag.AlignHCenter)
        self.fault = QLabel()
        self.fault.setProperty("look", "fault")
        self.fault.setWordWrap(True)
        self.fault.setTextFormat(Qt.TextFormat.PlainText)
        self.fault.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.fault.hide()
        column.addWidget(self.fault)
        help_ = QLabel(
            _(
                "先预览，再导入：预览不改动任何记录。第一行须是标题，例如 名称、电话；没有合适的表格，可以下载空白模板来填。"
            )
        )
        help_.setProperty("look", "second")
        help_.setWordWrap(True)
        help_.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(help_)
        column.addWidget(page.button(_("下载空白模板"), blank, look="link"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.setFocusProxy(self.chooser)

    def say_fault(self, text: str) -> None:
        """Why the file was not accepted, and what to do."""
        self.fault.setText(text)
        self.fault.setVisible(bool(text))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """One file of this computer is welcome."""
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the file."""
        event.acceptProposedAction()
        self.dropped.emit(Path(event.mimeData().urls()[0].toLocalFile()))
