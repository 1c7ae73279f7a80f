"""The printers of this PC in the settings: by how much each prints off, and the test page that shows it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtPrintSupport import QPrinterInfo
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QWidget

from app.services import printers
from app.services.printers import MOST, Offset
from app.text import _
from app.views import dialogs
from app.views.context import Context
from app.views.preferences import Preferences


def installed() -> list[str]:
    """The names of the printers of this PC, the usual one first."""
    usual = QPrinterInfo.defaultPrinterName()
    return sorted(QPrinterInfo.availablePrinterNames(), key=lambda name: (name != usual, name))


class PrinterCard(QWidget):
    """The choice of a printer and its two offsets, each kept as it is changed. The settings lay the parts out."""

    read = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hide()
        self.context = context
        self.choice = QComboBox()
        self.choice.setAccessibleName(_("打印机"))
        names = installed()
        self.choice.addItems(names or [_("这台电脑没有装打印机")])
        usual = Preferences.load(context.workspace.machine.folder.parent).printer
        if usual in names:
            self.choice.setCurrentText(usual)
        self.choice.textActivated.connect(self._chosen)
        self.right, self.down = self._distance(_("向右")), self._distance(_("向下"))
        self.note = QLabel()
        self.note.setProperty("look", "second")
        for one in (self.choice, self.right, self.down):
            one.setEnabled(bool(names))
        self.choice.currentTextChanged.connect(self._load)
        self.name = self.choice.currentText() if names else ""
        if names:
            self._load(self.name)

    def _distance(self, label: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setRange(-MOST, MOST)
        box.setDecimals(1)
        box.setSingleStep(0.5)
        box.setPrefix(_("{label} ", label=label))
        box.setSuffix(_(" 毫米"))
        box.setAccessibleName(label)
        box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)  # the arrow keys step
        box.setKeyboardTracking(False)
        box.valueChanged.connect(self._keep)
        return box

    @Slot(str)
    def _chosen(self, name: str) -> None:
        """What is chosen here is offered first whenever something is printed."""
        self.context.preferred.emit(("printer", name))

    @Slot(str)
    def _load(self, name: str) -> None:
        self.name = name
        job = partial(printers.offset_of, self.context.office, name)
        self.context.tasks.run(job, partial(self._show, name), owner=self)

    def _show(self, name: str, offset: Offset) -> None:
        if name != self.name:
            return
        for box, value in ((self.right, offset.x), (self.down, offset.y)):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
        self.note.setText("")
        self.read.emit()

    @Slot()
    def _keep(self) -> None:
        offset = Offset(self.right.value(), self.down.value())
        job = partial(printers.set_offset, self.context.office, self.name, offset)
        self.context.tasks.run(job, self._kept, self._failed, owner=self)

    def _kept(self, _nothing: None) -> None:
        self.note.setText(_("已记下，打印时按此校正"))

    def _failed(self, error: Exception) -> None:
        self.note.setText(dialogs.in_one_line(error))

    @Slot()
    def print_test_page(self) -> None:
        """The test page in the preview, to the printer chosen here, with its offset as any other paper."""
        from app.views.records.slip_preview import PreviewSheet

        title = _("打印测试页")
        make = partial(printers.test_page, self.context.office, self.name)
        PreviewSheet(self.window(), self.context, title, make, printer=self.name).run()
