"""The steps of the set-up: how to begin, which center, who works here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (  # fmt: skip
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.models import division
from app.services.local import MIN_PASSWORD
from app.text import _
from app.views import dialogs
from app.views.page import button
from app.views.theme import TEXT_SIZES, Theme

SIZES = {"standard": "标准", "large": "大", "huge": "特大"}


def size_name(size: str) -> str:
    """How people call a text size."""
    return _(SIZES[size])


@dataclass(frozen=True)
class Setup:
    """What was answered. ``card``: join by this card instead."""

    card: Path | None = None
    street: str = ""
    center: str = ""
    user: str = ""
    password: str = ""
    sample: bool = False
    backup: Path | None = None
    """Open what another PC has left, with the ``code`` of the recovery sheet."""
    code: str = ""


class Step(QWidget):
    """One step: a heading, a sentence, and fields with labels above and faults below."""

    help_topic = "start"
    changed = Signal()

    def __init__(self, theme: Theme, title: str, text: str) -> None:
        super().__init__()
        self.theme = theme
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.px(8))
        heading = QLabel(title)
        heading.setFont(theme.font(20, semibold=True))
        self.column.addWidget(heading)
        self.say(text)
        self.column.addSpacing(theme.px(16))
        self.fault_label = QLabel()
        self.fault_label.setProperty("look", "fault")
        self.fault_label.setWordWrap(True)

    def say(self, text: str) -> QLabel:
        """A sentence in grey."""
        label = QLabel(text)
        label.setProperty("look", "second")
        label.setWordWrap(True)
        self.column.addWidget(label)
        return label

    def field(self, label: str, editor: QWidget) -> None:
        """A field under its label."""
        editor.setAccessibleName(label)
        self.column.addWidget(QLabel(label))
        self.column.addWidget(editor)
        self.column.addSpacing(self.theme.px(8))

    def close_column(self) -> None:
        """The fault, and air below."""
        self.column.addWidget(self.fault_label)
        self.column.addStretch(1)

    def fault(self) -> str:
        """What keeps the person from going on, or an empty text."""
        return ""

    def check(self) -> bool:
        """Whether one may go on; says what is missing."""
        self.fault_label.setText(self.fault())
        return not self.fault_label.text()


class BeginStep(Step):
    """New center or card, and the text size. ``sized`` with the size."""

    sized = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, _("欢迎使用枢纽"), _("几步就能开始。所有数据都存在这台电脑上，没有网络也能用。"))
        self.card: Path | None = None
        self.new = QRadioButton(_("设置本中心的第一台电脑"))
        self.join = QRadioButton(_("用入网卡加入（区里或本中心第一台电脑发的卡）"))
        self.recover = QRadioButton(_("用恢复单恢复备份（电脑坏了、重装了、换了新电脑）"))
        self.new.setChecked(True)
        for one in (self.new, self.join, self.recover):
            one.setMinimumHeight(theme.target)
            self.column.addWidget(one)
            one.toggled.connect(self._toggled)
        row = QHBoxLayout()
        row.setContentsMargins(theme.px(24), 0, 0, 0)
        self.choose = button(theme, _("选择入网卡文件…"), self._choose, icon="file-text")
        self.card_name = QLabel()
        self.card_name.setProperty("look", "second")
        row.addWidget(self.choose)
        row.addWidget(self.card_name, 1)
        self.column.insertLayout(self.column.indexOf(self.recover), row)
        self._recovering()
        self.column.addSpacing(theme.px(24))
        self.column.addWidget(QLabel(_("文字大小")))
        sizes = QHBoxLayout()
        sizes.setSpacing(theme.px(8))
        self.sizes = QButtonGroup(self)
        for size in TEXT_SIZES:
            one = button(theme, size_name(size))
            one.setCheckable(True)
            one.setChecked(size == theme.size)
            one.setProperty("text_size", size)
            self.sizes.addButton(one)
            sizes.addWidget(one)
        sizes.addStretch(1)
        self.column.addLayout(sizes)
        self.sizes.buttonClicked.connect(self._sized)
        self.close_column()
        self._toggled()

    def _recovering(self) -> None:
        theme = self.theme
        self.backup: Path | None = None
        self.choose_backup = button(theme, _("选择备份文件…"), self._choose_backup, icon="history")
        self.backup_name = QLabel()
        self.backup_name.setProperty("look", "second")
        self.code = QLineEdit()
        self.code.setPlaceholderText(_("恢复单上的恢复码，9 组字母和数字"))
        self.code.setAccessibleName(_("恢复码"))
        rows = QVBoxLayout()
        rows.setContentsMargins(theme.px(24), 0, 0, 0)
        row = QHBoxLayout()
        row.addWidget(self.choose_backup)
        row.addWidget(self.backup_name, 1)
        rows.addLayout(row)
        rows.addWidget(self.code)
        self.column.addLayout(rows)

    @Slot()
    def _toggled(self) -> None:
        self.choose.setEnabled(self.join.isChecked())
        for one in (self.choose_backup, self.code):
            one.setEnabled(self.recover.isChecked())
        self.changed.emit()

    @Slot()
    def _choose_backup(self) -> None:
        path = dialogs.choose_open_file(self, _("选择备份文件"), _("备份 (*.shuniu-backup);;所有文件 (*)"))
        if path is not None:
            self.backup = path
            self.backup_name.setText(path.name)
            self.check()

    @Slot()
    def _choose(self) -> None:
        path = dialogs.choose_open_file(self, _("选择入网卡"), _("入网卡 (*.shuniu-card);;所有文件 (*)"))
        if path is not None:
            self.card = path
            self.card_name.setText(path.name)
            self.check()

    @Slot(object)
    def _sized(self, one: QWidget) -> None:
        self.sized.emit(str(one.property("text_size")))

    def fault(self) -> str:
        """A card is needed to join, a backup and a code to recover."""
        if self.recover.isChecked():
            if self.backup is None:
                return _("请先选择备份文件。")
            return "" if self.code.text().strip() else _("请填写恢复单上的恢复码。")
        return _("请先选择入网卡文件。") if self.join.isChecked() and self.card is None else ""


class CenterStep(Step):
    """District, street, and the center's name, filled in from the street until it is typed over."""

    help_topic = "start#填写中心"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, _("这是哪个中心"), _("街镇代码会印在编号里，以后不能更改，请选准。"))
        self.district, self.street = QComboBox(), QComboBox()
        self.district.addItem(_("请选择"), "")
        for one in division.districts():
            self.district.addItem(one.name, one.code)
        self.center = QLineEdit()
        self.center.setMaxLength(60)
        self.field(_("区（必填）"), self.district)
        self.field(_("街道、镇、乡（必填）"), self.street)
        self.field(_("中心名称（必填）"), self.center)
        self._offered = ""
        self.district.currentIndexChanged.connect(self._district_chosen)
        self.street.currentIndexChanged.connect(self._street_chosen)
        self.close_column()
        self._district_chosen()

    @Slot()
    def _district_chosen(self) -> None:
        code = self.district.currentData()
        with QSignalBlocker(self.street):
            self.street.clear()
            self.street.addItem(_("请选择") if code else _("请先选区"), "")
            for one in division.streets(code) if code else ():
                self.street.addItem(one.name, one.code)
        self.street.setEnabled(bool(code))
        self._street_chosen()

    @Slot()
    def _street_chosen(self) -> None:
        code = self.street.currentData()
        offered = f"{self.street.currentText()}社会组织服务中心" if code else ""
        if self.center.text() in ("", self._offered):
            self.center.setText(offered)
        self._offered = offered

    def fault(self) -> str:
        """Every field is needed."""
        if not self.street.currentData():
            return _("请选择区和街镇。")
        return "" if self.center.text().strip() else _("请填写中心名称。")


class PersonStep(Step):
    """The first person, a password if wanted, and the sample data."""

    help_topic = "start#填写第一位使用人员"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, _("谁在用这台电脑"), _("第一位使用人员是系统管理员，之后可以在“设置”里添加同事。"))
        self.user, self.password, self.again = QLineEdit(), QLineEdit(), QLineEdit()
        self.user.setMaxLength(60)
        for line in (self.password, self.again):
            line.setEchoMode(QLineEdit.EchoMode.Password)
        self.field(_("姓名（必填）"), self.user)
        self.field(_("密码（可以留空；至少 {n} 个字符）", n=MIN_PASSWORD), self.password)
        self.field(_("再输一次密码"), self.again)
        line = QFrame()
        line.setProperty("look", "line")
        line.setFixedHeight(1)
        self.column.addWidget(line)
        self.sample = QCheckBox(_("放入演示数据，先试用一下"))
        self.sample.setMinimumHeight(theme.target)
        self.column.addWidget(self.sample)
        self.say(_("演示数据都标着“演示”，只留在本机，不会上报。"))
        self.close_column()

    def fault(self) -> str:
        """A name, and two passwords that agree."""
        password = self.password.text()
        if not self.user.text().strip():
            return _("请填写姓名。")
        if password and len(password) < MIN_PASSWORD:
            return _("密码太短，请至少用 {n} 个字符。", n=MIN_PASSWORD)
        return "" if password == self.again.text() else _("两次输入的密码不一样。")


class WorkStep(Step):
    """What happens while the center is set up."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, _("正在准备"), _("正在建立加密的数据文件夹，请稍候。"))
        self.words = QLabel()
        self.words.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(self.words)
        self.close_column()
