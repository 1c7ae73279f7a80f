"""The first step of the set-up: how to begin, and which center this is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (  # fmt: skip
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.errors import ShuniuError
from app.models import division
from app.services import moving
from app.text import _
from app.views import dialogs
from app.views.page import button
from app.views.theme import TEXT_SIZES, Theme

SIZES = {"standard": "标准", "large": "大", "huge": "特大"}


def size_name(size: str) -> str:
    """How people call a text size."""
    return _(SIZES[size])


ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True)
class Wanted:
    """What the first step was answered with: a new center, or one of the other ways to begin."""

    street: str = ""
    center: str = ""
    card: Path | None = None
    """Join by this card."""
    backup: Path | None = None
    """Open what another PC has left, with the ``code`` of the recovery sheet; or ``package``, made there for the move."""
    package: moving.Package | None = None
    code: str = ""


class Step(QWidget):
    """One step: a heading, a sentence, and fields with labels above and faults below."""

    help_topic = "start"
    changed = Signal()

    def __init__(self, theme: Theme, title: str, text: str) -> None:
        super().__init__()
        self.theme = theme
        self.fields: list[QWidget] = []
        """In the order in which Enter goes through them."""
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.px(8))
        heading = QLabel(title)
        heading.setFont(theme.font(20, semibold=True))
        self.column.addWidget(heading)
        self.say(text)
        self.column.addSpacing(theme.px(8))
        self.fault_label = QLabel()
        self.fault_label.setProperty("look", "fault")
        self.fault_label.setWordWrap(True)
        self.changed.connect(self.fault_label.clear)

    def say(self, text: str) -> QLabel:
        """A sentence in grey."""
        label = QLabel(text)
        label.setProperty("look", "second")
        label.setWordWrap(True)
        self.column.addWidget(label)
        return label

    def field(self, label: str, editor: QWidget) -> None:
        """A field under its label."""
        self.column.addWidget(self.labelled(label, editor))
        self.column.addSpacing(self.theme.px(4))

    def labelled(self, label: str, editor: QWidget) -> QWidget:
        """A field under its label, as one part; Enter goes through the fields in the order of these calls."""
        editor.setAccessibleName(label)
        self.fields.append(editor)
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(4))
        column.addWidget(QLabel(label))
        column.addWidget(editor)
        return part

    def close_column(self, *, stretch: bool = True) -> None:
        """The fault, and air below."""
        self.column.addWidget(self.fault_label)
        if stretch:
            self.column.addStretch(1)

    def after(self, here: QWidget | None) -> QWidget | None:
        """The field to go to from ``here``; None where that was the last."""
        if here not in self.fields:
            return None
        ahead = self.fields[self.fields.index(here) + 1 :]
        return next((one for one in ahead if one.isVisible() and one.isEnabled()), None)

    def arrive(self) -> None:
        """The person came here: the first field is typed in."""
        first = next((one for one in self.fields if one.isEnabled()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def fault(self) -> str:
        """What keeps the person from going on, or an empty text."""
        return ""

    def to_mend(self) -> QWidget | None:
        """Where that is mended."""
        return None

    def check(self) -> bool:
        """Whether one may go on; says what is missing, and goes there."""
        said = self.fault()
        self.refuse(said)
        return not said

    def refuse(self, said: str) -> None:
        """Say what is wrong, where something is, and go to where it is mended."""
        self.fault_label.setText(said)
        if said and (field := self.to_mend()) is not None:
            field.setFocus(Qt.FocusReason.OtherFocusReason)


WAYS = ("new", "join", "move", "recover")
WITH_CODE = ("move", "recover")


class BeginStep(Step):
    """How to begin, and the text size. ``sized`` with the size."""

    sized = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, _("欢迎使用枢纽"), _("几步就能开始。所有数据都存在这台电脑上，没有网络也能用。"))
        self.card: Path | None = None
        self.backup: Path | None = None
        self.package: moving.Package | None = None
        self.new = QRadioButton(_("设置本中心的第一台电脑"))
        self.join = QRadioButton(_("用入网卡加入（区里或本中心第一台电脑发的卡）"))
        self.move_in = QRadioButton(_("从旧电脑搬来（旧电脑做好的U盘或文件夹）"))
        self.recover = QRadioButton(_("用恢复单恢复备份（电脑坏了、重装了）"))
        self.choose, self.card_name = self._chooser(_("选择入网卡文件…"), self._choose, "file-text")
        self.choose_folder, self.folder_name = self._chooser(_("选择U盘或文件夹…"), self._choose_folder, "usb")
        self.choose_backup, self.backup_name = self._chooser(_("选择备份文件…"), self._choose_backup, "history")
        self.code = QLineEdit()
        self.code.setPlaceholderText(_("恢复单上的恢复码，9 组字母和数字"))
        self.code.setAccessibleName(_("恢复码"))
        self.ways: dict[str, QRadioButton] = dict(
            zip(WAYS, (self.new, self.join, self.move_in, self.recover), strict=True)
        )
        self._parts: dict[str, tuple[QWidget, ...]] = {
            "join": (self.choose, self.card_name),
            "move": (self.choose_folder, self.folder_name),
            "recover": (self.choose_backup, self.backup_name),
        }
        self._code_rows: dict[str, QLayout] = {}
        column = QVBoxLayout()
        column.setSpacing(theme.px(4))
        for way, one in self.ways.items():
            one.setMinimumHeight(theme.target)
            column.addWidget(one)
            if way in self._parts:
                column.addLayout(self._inset(*self._parts[way]))
            if way in WITH_CODE:
                self._code_rows[way] = self._inset()
                column.addLayout(self._code_rows[way])
        self.column.addLayout(column)
        self.fields = [self.code]
        self.column.addWidget(self.fault_label)
        self._sizes()
        self.column.addStretch(1)
        self.new.setChecked(True)
        for one in self.ways.values():
            one.toggled.connect(self._toggled)
        self._toggled()

    def _chooser(self, text: str, slot: Callable[[], None], icon: str) -> tuple[QPushButton, QLabel]:
        name = QLabel()
        name.setProperty("look", "second")
        return button(self.theme, text, slot, icon=icon), name

    def _inset(self, *parts: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(self.theme.px(24), 0, 0, 0)
        for part in parts:
            row.addWidget(part, int(isinstance(part, QLabel)))
        return row

    def _sizes(self) -> None:
        theme = self.theme
        self.column.addSpacing(theme.px(8))
        sizes = QHBoxLayout()
        sizes.setSpacing(theme.px(8))
        sizes.addWidget(QLabel(_("文字大小")))
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

    @property
    def way(self) -> str:
        """Which of :data:`WAYS` is chosen."""
        return next(way for way, one in self.ways.items() if one.isChecked())

    def arrive(self) -> None:
        """The way that is chosen can be changed with the arrows."""
        self.ways[self.way].setFocus(Qt.FocusReason.OtherFocusReason)

    def after(self, here: QWidget | None) -> QWidget | None:
        """From what is chosen to the code, where it is needed and missing."""
        needed = self.code.isVisible() and not self.code.text().strip() and here is not self.code
        return self.code if needed and self._chosen else None

    @Slot()
    def _toggled(self) -> None:
        for way, parts in self._parts.items():
            for one in parts:
                one.setVisible(way == self.way)
        if self.way in WITH_CODE:
            self._code_rows[self.way].addWidget(self.code)
        self.code.setVisible(self.way in WITH_CODE)
        self.fault_label.clear()
        self.changed.emit()

    @property
    def _chosen(self) -> bool:
        """Whether there is something to open with the code."""
        return (self.package if self.way == "move" else self.backup) is not None

    def _found(self, name: str, label: QLabel) -> None:
        label.setText(name)
        self.fault_label.clear()
        self.code.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _choose_backup(self) -> None:
        path = dialogs.choose_open_file(self, _("选择备份文件"), _("备份 (*.shuniu-backup);;所有文件 (*)"))
        if path is not None:
            self.backup = path
            self._found(path.name, self.backup_name)

    @Slot()
    def _choose_folder(self) -> None:
        folder = dialogs.choose_folder(self, _("选择旧电脑上做好的U盘或文件夹"))
        if folder is None:
            return
        try:
            package = moving.find(folder)
        except ShuniuError as error:
            self.package = None
            self.folder_name.clear()
            self.fault_label.setText(dialogs.in_one_line(error))
            return
        self.package = package
        when = f"{package.made:%Y-%m-%d %H:%M}"
        self._found(_("{center}，{when} 做好", center=package.center, when=when), self.folder_name)

    @Slot()
    def _choose(self) -> None:
        path = dialogs.choose_open_file(self, _("选择入网卡"), _("入网卡 (*.shuniu-card);;所有文件 (*)"))
        if path is not None:
            self.card = path
            self.card_name.setText(path.name)
            self.fault_label.clear()

    @Slot(object)
    def _sized(self, one: QWidget) -> None:
        self.sized.emit(str(one.property("text_size")))

    def fault(self) -> str:
        """A card is needed to join, a backup and a code to recover."""
        if self.way == "join":
            return _("请先选择入网卡文件。") if self.card is None else ""
        if self.way in WITH_CODE:
            if not self._chosen:
                return _("请先选择U盘或文件夹。") if self.way == "move" else _("请先选择备份文件。")
            return "" if self.code.text().strip() else _("请填写恢复单上的恢复码。")
        return ""

    def to_mend(self) -> QWidget | None:
        """What is to be chosen, then the code."""
        return self.code if self.way in WITH_CODE and self._chosen else self._parts[self.way][0]


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
        self.center.textChanged.connect(self.changed)
        self.close_column()
        self._district_chosen()

    def fill(self, typed: Mapping[str, str]) -> None:
        """Show what was answered before."""
        for box, name in ((self.district, "district"), (self.street, "street")):
            box.setCurrentIndex(max(0, box.findData(typed.get(name, ""))))
        if typed.get("center"):
            self.center.setText(typed["center"])

    def typed(self) -> dict[str, str]:
        """What is answered so far."""
        return {
            "district": self.district.currentData() or "", "street": self.street.currentData() or "",
            "center": self.center.text().strip(),
        }  # fmt: skip

    def to_mend(self) -> QWidget | None:
        """The first that is missing."""
        return next((box for box in (self.district, self.street) if not box.currentData()), self.center)

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
        self.changed.emit()

    def fault(self) -> str:
        """Every field is needed."""
        if not self.street.currentData():
            return _("请选择区和街镇。")
        return "" if self.center.text().strip() else _("请填写中心名称。")


class WorkStep(Step):
    """What happens while the center is set up."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, _("正在准备"), _("正在建立加密的数据文件夹，请稍候。"))
        self.words = QLabel()
        self.words.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(self.words)
        self.close_column()
