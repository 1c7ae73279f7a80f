"""The last step of the set-up: the printer, the second place of backups, the recovery sheet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.text import _
from app.views.backup_card import BackupCard
from app.views.context import Context
from app.views.page import button
from app.views.printer_card import PrinterCard, installed
from app.views.wizard_steps import Step
from app.views.wizard_strip import line

LABEL = 96


class DeskStep(Step):
    """What the settings offer too; each is done at once."""

    help_topic = "start#打印机和备份"

    def __init__(self, context: Context) -> None:
        theme = context.theme
        super().__init__(
            theme,
            _("打印机和备份"),
            _("程序每天自动备份到本机。再选一个U盘或移动硬盘，并把恢复单印出来锁好，电脑坏了数据还在。"),
        )
        self.context = context
        self.printer = PrinterCard(context, self)
        self.test = button(theme, _("打印测试页"), self.printer.print_test_page, icon="printer")
        self.test.setEnabled(bool(installed()))
        self._row(_("打印机"), self.printer.choice, self.test)
        self.column.addWidget(line())
        self.backups = kept = BackupCard(context, self)
        self._row(_("第二处备份"), kept.second, kept.choose, kept.forget)
        self.column.addWidget(line())
        self._row(_("恢复单"), kept.sheet_words, kept.sheet)
        self.close_column()
        self.fields = [self.printer.choice]

    def _row(self, label: str, first: QWidget, *others: QWidget) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, self.theme.px(8), 0, self.theme.px(8))
        row.setSpacing(self.theme.px(8))
        name = QLabel(label)
        name.setFixedWidth(self.theme.px(LABEL))
        row.addWidget(name)
        row.addWidget(first, 1)
        for one in others:
            row.addWidget(one)
        self.column.addLayout(row)

    def arrive(self) -> None:
        """What is not done yet is offered first."""
        self.backups.look()
        first = self.printer.choice if self.printer.choice.isEnabled() else self.backups.choose
        first.setFocus(Qt.FocusReason.OtherFocusReason)
