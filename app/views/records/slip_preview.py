"""Preview of a PDF before it is printed: the very bytes that go to the printer, rendered for the screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.errors import EnvironmentFault, Refusal
from app.services import sheets, slips
from app.services.printers import Offset, offset_of
from app.text import _, reason
from app.views import dialogs
from app.views.context import Context
from app.views.dialogs import Sheet
from app.views.page import button
from app.views.preferences import Preferences
from app.views.records.pdf_pages import POINTS, PagePicture, pictures
from app.views.records.printing import apply_paper, dots_per_point, printer_for, send
from app.views.tasks import OTHER
from app.views.theme import LINE

SCREEN_DPI = 96
ZOOMS = (50, 75, 100, 125, 150, 200)
SHOWN = 40
"""Pages shown; all are printed."""
MAKE = Callable[[], bytes]


def filled(sheet: Sheet) -> None:
    """Let the body of a large sheet take all the room."""
    outer = sheet.layout()
    if isinstance(outer, QVBoxLayout):
        outer.setStretchFactor(sheet.body, 1000)


class PreviewSheet(Sheet):
    """Pages, zoom, 打印 and 另存为 PDF. ``printed`` when it went to paper or file."""

    help_topic = "printing"

    printed = Signal()

    def __init__(
        self, parent: QWidget | None, context: Context, title: str, make: MAKE, *, name: str = "", printer: str = ""
    ) -> None:
        super().__init__(parent, title, _("打印"), _("关闭"))
        self.context, self.make, self.file_name, self.printer_name = context, make, name or title, printer
        self.pdf = b""
        self.pages: list[PagePicture] = []
        self.zoom = 100
        self._first = True
        self._to_print: QPrinter | None = None
        self._bar()
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setAccessibleName(_("预览"))
        self.body.addWidget(self.scroller, 1)
        filled(self)
        self.fault = self.add_text("", "fault")
        self.fault.hide()
        self.yes.setEnabled(False)
        self.saver = button(context.theme, _("另存为 PDF"), self._save, icon="download")
        self.saver.setEnabled(False)
        self.buttons.insertWidget(1, self.saver)
        room = QGuiApplication.primaryScreen().availableSize()
        width, height = context.theme.px(920), room.height() * 88 // 100
        self.resize(QSize(min(width, room.width() * 92 // 100), height))
        self.make_pdf()

    def _bar(self) -> None:
        theme = self.context.theme
        bar = QHBoxLayout()
        bar.setSpacing(theme.px(8))
        self.words = QLabel(_("正在准备…"))
        self.words.setProperty("look", "second")
        bar.addWidget(self.words, 1)
        self.options = QHBoxLayout()
        bar.addLayout(self.options)
        smaller, larger = button(theme, "−", self._smaller), button(theme, "＋", self._larger)
        smaller.setAccessibleName(_("缩小"))
        larger.setAccessibleName(_("放大"))
        self.percent = QLabel(f"{self.zoom}%")
        self.percent.setMinimumWidth(theme.px(48))
        self.percent.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for one in (smaller, self.percent, larger):
            bar.addWidget(one)
        self.body.addLayout(bar)

    # -- making ------------------------------------------------------------------------------------------------

    def make_pdf(self) -> None:
        """Make the PDF (in the database lane, since it reads) and show it."""
        self.context.tasks.run(self.make, self._made, self._failed, owner=self)

    def _made(self, pdf: bytes) -> None:
        self.pdf = pdf
        self.fault.hide()
        ratio = self.devicePixelRatioF()
        scale = SCREEN_DPI / POINTS * self.zoom / 100 * ratio
        self.context.tasks.run(partial(pictures, pdf, scale, SHOWN), self._show, self._failed, lane=OTHER, owner=self)

    def _show(self, pages: list[PagePicture]) -> None:
        self.pages = pages
        if self._first:
            self._first = False
            room = self.scroller.viewport().width() - self.context.theme.px(40)
            wide = max((page.size.width() for page in pages), default=0) * SCREEN_DPI / POINTS
            fitting = [zoom for zoom in ZOOMS if wide * zoom / 100 <= room] or [ZOOMS[0]]
            if fitting[-1] < self.zoom:
                self._zoom_to(fitting[-1])
                return
        theme = self.context.theme
        body = QWidget()
        column = QVBoxLayout(body)
        column.setSpacing(theme.px(16))
        for page in pages:
            sheet = QLabel()
            picture = QPixmap.fromImage(page.image)
            picture.setDevicePixelRatio(self.devicePixelRatioF())
            sheet.setPixmap(picture)
            sheet.setFixedSize(picture.deviceIndependentSize().toSize() + QSize(2, 2))
            sheet.setStyleSheet(f"border: 1px solid {LINE};")
            column.addWidget(sheet, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.scroller.setWidget(body)
        self.words.setText(_("共 {n} 页", n=len(pages)) if len(pages) < SHOWN else _("前 {n} 页", n=SHOWN))
        self.yes.setEnabled(True)
        self.saver.setEnabled(True)
        self.yes.setFocus()

    def _failed(self, error: Exception) -> None:
        what, mend = dialogs.message(error)
        self.words.setText("")
        self.fault.setText(f"{what}\n{mend}".strip())
        self.fault.show()
        self.yes.setEnabled(False)

    @Slot()
    def _smaller(self) -> None:
        self._zoom_to(max((zoom for zoom in ZOOMS if zoom < self.zoom), default=ZOOMS[0]))

    @Slot()
    def _larger(self) -> None:
        self._zoom_to(min((zoom for zoom in ZOOMS if zoom > self.zoom), default=ZOOMS[-1]))

    def _zoom_to(self, zoom: int) -> None:
        self.zoom = zoom
        self.percent.setText(f"{zoom}%")
        if self.pdf:
            self._made(self.pdf)

    # -- going out ---------------------------------------------------------------------------------------------

    @Slot()
    def accept(self) -> None:
        """Print: the dialog of the system, then the paper set again, then the pages at the printer's resolution, moved
        by what this printer prints off."""
        if not self.pages:
            return
        usual = Preferences.load(self.context.workspace.machine.folder.parent).printer
        printer = printer_for(self.pages[0].size, self.printer_name or usual)
        printer.setDocName(self.file_name)
        try:
            if not self.context.choose_printer(self, printer):
                return
        except EnvironmentFault as error:
            self._not_printed(error)
            return
        apply_paper(printer, self.pages[0].size)
        self._to_print = printer
        self.yes.setEnabled(False)
        self.words.setText(_("正在送往打印机…"))
        job = partial(offset_of, self.context.office, printer.printerName())
        self.context.tasks.run(job, self._draw, self._failed, owner=self)

    def _draw(self, offset: Offset) -> None:
        if self._to_print is not None:
            job = partial(pictures, self.pdf, dots_per_point(self._to_print))
            self.context.tasks.run(job, partial(self._send, offset), self._failed, lane=OTHER, owner=self)

    def _send(self, offset: Offset, pages: list[PagePicture]) -> None:
        printer, self._to_print = self._to_print, None
        if printer is None:
            return
        try:
            send(printer, pages, offset)
        except EnvironmentFault as error:
            self._not_printed(error)
            return
        self.printed.emit()
        super().accept()

    def _not_printed(self, error: EnvironmentFault) -> None:
        """It can be tried again; the way that always works is at hand."""
        self._failed(error)
        self.yes.setEnabled(True)
        self.saver.setFocus()

    @Slot()
    def _save(self) -> None:
        path = dialogs.choose_save_file(self, _("另存为 PDF"), f"{self.file_name}.pdf", "PDF (*.pdf)")
        if path is None:
            return
        try:
            path.write_bytes(self.pdf)
        except OSError as error:
            fault = EnvironmentFault(_("没有存下来：{reason}", reason=reason(error)), _("请换一个位置再存。"))
            self._failed(fault)
            return
        self.printed.emit()
        super().accept()


class CountedSheet(PreviewSheet):
    """Preview of a paper whose prints are counted. ``render`` is told whether 〓 may stand for what no font has; ``count``
    writes down that it went to paper or to a file."""

    def __init__(
        self, parent: QWidget | None, context: Context, title: str, render: Callable[[bool], bytes],
        count: Callable[[], None], *, name: str = "",
    ) -> None:  # fmt: skip
        self.render_slip, self.count = render, count
        self.missing = False
        super().__init__(parent, context, title, self._render, name=name)
        self.allow = QCheckBox(_("缺字印作〓，手写补上"))
        self.allow.hide()
        self.allow.toggled.connect(self._allow)
        self.options.addWidget(self.allow)
        self.printed.connect(self._count)

    def _render(self) -> bytes:
        return self.render_slip(self.missing)

    @Slot(bool)
    def _allow(self, allowed: bool) -> None:
        self.missing = allowed
        self.make_pdf()

    def _failed(self, error: Exception) -> None:
        super()._failed(error)
        if isinstance(error, Refusal):
            self.allow.show()

    @Slot()
    def _count(self) -> None:
        self.context.tasks.run(self.count, self._counted)

    def _counted(self, _nothing: Any) -> None:
        """The audit line is written; the next print is a reprint."""


class SlipSheet(CountedSheet):
    """Preview of a record's slip."""

    def __init__(
        self, parent: QWidget | None, context: Context, kind: str, record_id: str, form: str, title: str
    ) -> None:
        office = context.office

        def render(missing: bool) -> bytes:
            return slips.render(office, kind, record_id, form, allow_missing=missing)

        super().__init__(parent, context, title, render, partial(slips.printed, office, kind, record_id, form))


class DaySheet(CountedSheet):
    """Preview of the sheet of a day or a week."""

    def __init__(self, parent: QWidget | None, context: Context, sheet: sheets.Sheet, name: str = "") -> None:
        office = context.office

        def render(missing: bool) -> bytes:
            return sheets.render(office, sheet, allow_missing=missing)

        super().__init__(parent, context, sheet.title, render, partial(sheets.printed, office, sheet), name=name)
