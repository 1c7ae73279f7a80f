"""The only place of dialogs, so that a test that meets one unasked can fail."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.errors import EnvironmentFault, Refusal, ShuniuError
from app.text import _
from app.views.help.asking import HelpKey

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

log = logging.getLogger(__name__)

STOPS, COMMAS = ("。", "！", "？", ".", "!", "?"), ("，", ",", "：", ":", "；", ";")
UNIT = 8
"""Half a line at the standard text size; dialogs measure by their own font so that they need no theme."""


class Sheet(QDialog):
    """A modal dialog: a heading, ``body`` to fill, and buttons at the bottom right, the one that does it last.

    ``self.yes`` and ``self.no`` are the buttons. A subclass may override :meth:`accept` to check first.
    """

    def __init__(self, parent: QWidget | None, title: str, yes: str = "", no: str = "") -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setWindowTitle(title)
        scale = self.fontMetrics().height() / 20
        self._gap = round(UNIT * scale)
        self.setMinimumWidth(round(400 * scale))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(*(3 * self._gap,) * 4)
        outer.setSpacing(2 * self._gap)
        heading = QLabel(title)
        heading.setWordWrap(True)
        font = heading.font()
        font.setPixelSize(round(font.pixelSize() * 16 / 14) if font.pixelSize() > 0 else 16)
        font.setWeight(font.Weight.Bold)
        heading.setFont(font)
        outer.addWidget(heading)
        self.body = QVBoxLayout()
        self.body.setSpacing(self._gap)
        outer.addLayout(self.body)
        outer.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(self._gap)
        row.addStretch(1)
        self.no = QPushButton(no or _("取消"))
        self.no.clicked.connect(self.reject)
        self.yes = QPushButton(yes or _("好"))
        self.yes.setProperty("look", "primary")
        self.yes.setDefault(True)
        self.yes.clicked.connect(self.accept)
        row.addWidget(self.no)
        row.addWidget(self.yes)
        self.buttons = row
        outer.addLayout(row)
        HelpKey(self)

    def add_text(self, text: str, look: str = "") -> QLabel:
        """A paragraph in the body."""
        label = QLabel(text)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if look:
            label.setProperty("look", look)
        self.body.addWidget(label)
        return label

    def grow(self) -> None:
        """Make room for words that were not there when it was shown."""
        outer = self.layout()
        assert outer is not None
        outer.activate()
        self.resize(self.width(), max(self.height(), outer.totalHeightForWidth(self.width())))

    def run(self) -> bool:
        """Show it and wait; whether it was accepted."""
        return self.exec() == QDialog.DialogCode.Accepted


class _Line(Sheet):
    """Asks for one line; refuses an empty one where it is needed."""

    def __init__(self, parent: QWidget | None, title: str, text: str, value: str, *, needed: str, yes: str) -> None:
        super().__init__(parent, title, yes)
        if text:
            self.add_text(text)
        self.line = QLineEdit(value)
        self.line.setAccessibleName(text or title)
        self.body.addWidget(self.line)
        self.fault = self.add_text("", "fault")
        self.fault.hide()
        self.needed, self.value = needed, ""
        self.line.setFocus()

    @Slot()
    def accept(self) -> None:
        """Take the line."""
        self.value = self.line.text().strip()
        if self.needed and not self.value:
            self.fault.setText(self.needed)
            self.fault.show()
            self.grow()
            self.line.setFocus()
            return
        super().accept()


def confirm(parent: QWidget | None, title: str, text: str, yes: str, no: str = "", *, careful: bool = False) -> bool:
    """Ask before something that cannot be taken back; ``yes`` and ``no`` are verbs. ``careful``: a mere Enter is a no."""
    sheet = Sheet(parent, title, yes, no)
    sheet.add_text(text)
    if careful:
        sheet.no.setDefault(True)
        sheet.no.setFocus()
    return sheet.run()


def inform(parent: QWidget | None, title: str, text: str, *, bug: bool = False) -> None:
    """Tell something that cannot wait."""
    sheet = Sheet(parent, title, _("知道了"))
    sheet.setProperty("bug", bug)
    sheet.no.hide()
    if text:
        sheet.add_text(text)
    sheet.run()


def message(error: Exception) -> tuple[str, str]:
    """What is wrong, and what to do; a bug is named calmly."""
    if isinstance(error, Refusal):
        return "\n".join(fault.error for fault in error.faults), "\n".join(f.mend for f in error.faults if f.mend)
    if isinstance(error, ShuniuError):
        return error.message, error.mend
    return (
        _("程序在这一步出了差错，没有做完。"),
        _("已保存的内容不受影响，可以继续使用。差错已记入日志；如果再次出现，请在“设置”里导出诊断，交给维护人员。"),
    )


def in_one_line(error: Exception) -> str:
    """The same in one line, as it is said beside a field or on a page."""
    what, mend = message(error)
    if not mend or what.endswith(STOPS) or mend.startswith(COMMAS):
        return what + (" " if mend and what.isascii() and what.endswith(STOPS) else "") + mend
    return _("{what}，{mend}", what=what, mend=mend)


def report(parent: QWidget | None, error: Exception) -> None:
    """Show an error: of the user and the surroundings as they are, anything else as a bug, which is logged, and not
    said on top of another one."""
    what, mend = message(error)
    if isinstance(error, ShuniuError):
        inform(parent, what, mend)
        return
    log.error("A bug", exc_info=error)
    if not any(one.property("bug") and one.isVisible() for one in QApplication.topLevelWidgets()):
        inform(parent, what, mend, bug=True)


def ask_text(parent: QWidget | None, title: str, text: str = "", value: str = "", *, yes: str = "") -> str | None:
    """A line of text, or None where the person thought better of it."""
    sheet = _Line(parent, title, text, value, needed="", yes=yes)
    return sheet.value if sheet.run() else None


def ask_reason(parent: QWidget | None, title: str, text: str, *, yes: str = "") -> str | None:
    """A reason, never empty; None where the person thought better of it."""
    sheet = _Line(parent, title, text, "", needed=_("请写明理由"), yes=yes)
    return sheet.value if sheet.run() else None


def choose_open_file(parent: QWidget | None, title: str, pattern: str = "") -> Path | None:
    """An existing file; ``pattern`` as ``Excel (*.xlsx)``."""
    name, _chosen = QFileDialog.getOpenFileName(parent, title, str(Path.home()), pattern)
    return Path(name) if name else None


def choose_save_file(parent: QWidget | None, title: str, name: str, pattern: str = "") -> Path | None:
    """Where to write a file, first offered as ``name`` (a file name or a whole path)."""
    start = Path(name) if Path(name).is_absolute() else Path.home() / name
    chosen, _pattern = QFileDialog.getSaveFileName(parent, title, str(start), pattern)
    if not chosen:
        return None
    path = Path(chosen)
    return path if path.suffix else path.with_suffix(start.suffix)


def choose_folder(parent: QWidget | None, title: str) -> Path | None:
    """An existing folder."""
    name = QFileDialog.getExistingDirectory(parent, title, str(Path.home()))
    return Path(name) if name else None


def choose_printer(parent: QWidget | None, printer: QPrinter) -> bool:
    """Let the system's dialog set up ``printer``; whether to print. Raises :class:`EnvironmentFault` where this PC has none."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinterInfo

    if not QPrinterInfo.availablePrinterNames():
        raise EnvironmentFault(
            _("这台电脑没有装打印机，没有打印。"),
            _("单据可以先另存为 PDF，到有打印机的电脑上打印；请维护人员装好打印机。"),
        )
    dialog = QPrintDialog(printer, parent)
    return dialog.exec() == QDialog.DialogCode.Accepted


def choose_one(parent: QWidget | None, title: str, text: str, choices: Sequence[tuple[str, str]]) -> str | None:
    """One of a few ways on, each a button: pairs of (code, label). None where the person thought better of it."""
    sheet = _Choice(parent, title, choices)
    if text:
        label = sheet.add_text(text)
        sheet.body.removeWidget(label)
        sheet.body.insertWidget(0, label)
    return sheet.chosen if sheet.run() else None


class _Choice(Sheet):
    """A button for each way on."""

    def __init__(self, parent: QWidget | None, title: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(parent, title)
        self.yes.hide()
        self.chosen: str | None = None
        for code, label in choices:
            button = QPushButton(label)
            button.setProperty("code", code)
            button.clicked.connect(self._choose)
            self.body.addWidget(button)

    @Slot()
    def _choose(self) -> None:
        self.chosen = str(self.sender().property("code"))
        self.accept()
