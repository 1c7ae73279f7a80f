"""设置: text size, language, people and the center, one's password, where the data lies."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app import text
from app.errors import Refusal
from app.services import local
from app.services.people import Person, people
from app.services.rights import AUDIT, PERSON
from app.text import _
from app.views import dialogs
from app.views.backup_card import BackupCard
from app.views.context import Context, Said
from app.views.diagnosing import export_diagnostics
from app.views.elided import ElidedLabel
from app.views.page import Page
from app.views.password_sheet import PasswordSheet
from app.views.preferences import LOCKS, Preferences
from app.views.printer_card import PrinterCard
from app.views.setup_hint import waiting
from app.views.theme import TEXT_SIZES
from app.views.wizard_steps import size_name

WIDEST = 760


class SettingsPage(Page):
    """A card for each matter."""

    help_topic = "settings"
    name = "settings"
    title = "设置"

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        px = self.theme.px
        self.set_summary(_("文字大小、语言和打印机的校正只对这台电脑有效。"))
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(16))
        self._look()
        self._printers()
        self._people()
        self._data()
        self._column.addStretch(1)
        inner.setMaximumWidth(px(WIDEST))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        self.body.addWidget(scroll, 1)
        self.scroller = scroll

    def arrive(self, arguments: Mapping[str, Any]) -> None:
        """Come to the last card, what is kept of the data (``data`` true)."""
        if arguments.get("data"):
            QTimer.singleShot(0, self, self._show_data)

    @Slot()
    def _show_data(self) -> None:
        bar = self.scroller.verticalScrollBar()
        bar.setValue(bar.maximum())

    def _card(self, title: str) -> QVBoxLayout:
        px = self.theme.px
        card = QFrame()
        card.setProperty("look", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(px(24), px(16), px(24), px(16))
        column.setSpacing(px(12))
        heading = QLabel(title)
        heading.setFont(self.theme.font(15, semibold=True))
        column.addWidget(heading)
        self._column.addWidget(card)
        return column

    def _row(self, label: str, *widgets: QWidget, stretch: bool = False) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self.theme.px(8))
        name = QLabel(label)
        name.setProperty("look", "second")
        name.setFixedWidth(self.theme.px(120))
        row.addWidget(name)
        for widget in widgets:
            row.addWidget(widget, 1 if stretch and widget is widgets[0] else 0)
        if not stretch:
            row.addStretch(1)
        return row

    def _look(self) -> None:
        card = self._card(_("显示"))
        self.sizes = []
        for size in TEXT_SIZES:
            one = self.button(size_name(size), self._sized)
            one.setCheckable(True)
            one.setChecked(size == self.theme.size)
            one.setProperty("text_size", size)
            self.sizes.append(one)
        card.addLayout(self._row(_("文字大小"), *self.sizes))
        self.language = QComboBox()
        self.language.setAccessibleName(_("语言"))
        for code, name in text.LANGUAGES.items():
            self.language.addItem(name, code)
        self.language.setCurrentIndex(list(text.LANGUAGES).index(text.language()))
        self.language.activated.connect(self._language_chosen)
        self.language_note = QLabel()
        self.language_note.setProperty("look", "second")
        card.addLayout(self._row(_("语言"), self.language, self.language_note))

    def _printers(self) -> None:
        card = self._card(_("打印机"))
        self.printer = PrinterCard(self.context, self)
        card.addLayout(self._row(_("打印机"), self.printer.choice, stretch=True))
        card.addLayout(self._row(_("位置校正"), self.printer.right, self.printer.down, self.printer.note))
        test = self.button(_("打印测试页"), self.printer.print_test_page, icon="printer")
        card.addLayout(self._row(_("测试"), test))

    def _people(self) -> None:
        card = self._card(_("中心和人员"))
        center = self.button(_("中心资料"), self._center, icon="building-2")
        users = self.button(_("使用人员"), self._users, icon="users")
        card.addLayout(self._row(_("资料"), center, users))
        looked = self.button(_("操作记录"), self._audit, icon="eye")
        person = self.button(_("一个人的信息…"), self._person, icon="user")
        self.context.allow(looked, AUDIT)
        self.context.allow(person, PERSON)
        card.addLayout(self._row(_("个人信息"), looked, person))
        if steps := waiting(self.context):
            words = QLabel(_("还差：{steps}", steps=text.listed(steps)))
            card.addLayout(self._row(_("首次设置"), words, self.button(_("完成设置"), self.context.set_up_more)))
        self.change = self.button(_("设置我的密码"), self._password, icon="key")
        self.lock = QComboBox()
        self.lock.setAccessibleName(_("离开后锁定"))
        for minutes in LOCKS:
            self.lock.addItem(_("{n} 分钟没有操作", n=minutes) if minutes else _("不锁定"), minutes)
        kept = Preferences.load(self.context.workspace.machine.folder.parent).lock_minutes
        self.lock.setCurrentIndex(LOCKS.index(kept))
        self.lock.activated.connect(self._lock_chosen)
        words = QLabel(_("设置了密码的人员，回来时要再输一次"))
        words.setProperty("look", "second")
        card.addLayout(self._row(_("登录"), self.change))
        card.addLayout(self._row(_("离开后锁定"), self.lock, words))

    def _data(self) -> None:
        card = self._card(_("数据"))
        where = ElidedLabel(str(self.context.workspace.data))
        where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        show = self.button(_("打开文件夹"), self._open_folder, icon="monitor")
        card.addLayout(self._row(_("数据文件夹"), where, show, stretch=True))
        office = self.context.office
        facts = _("本机代号 {letters}，街镇代码 {street}", letters=office.letters, street=self.context.workspace.street)
        card.addLayout(self._row(_("本机"), QLabel(facts)))
        kept = self.backups = BackupCard(self.context, self)
        card.addLayout(self._row(_("备份"), kept.last, kept.make, kept.restore, stretch=True))
        card.addLayout(self._row(_("第二处备份"), kept.second, kept.choose, kept.forget, stretch=True))
        card.addLayout(self._row(_("恢复单"), kept.sheet_words, kept.sheet, stretch=True))
        moves = ElidedLabel(_("把数据搬到新电脑：放进U盘，到新电脑上接着用"))
        card.addLayout(self._row(_("换电脑"), moves, kept.move, stretch=True))
        diagnose = self.button(_("导出诊断"), self._diagnose, icon="download")
        words = ElidedLabel(_("给维护人员看的，不含个人信息和密钥"))
        card.addLayout(self._row(_("诊断"), words, diagnose, stretch=True))

    @Slot()
    def _sized(self) -> None:
        chosen = str(self.sender().property("text_size"))
        for one in self.sizes:
            one.setChecked(one.property("text_size") == self.theme.size)
        self.context.preferred.emit(("size", chosen))

    @Slot(int)
    def _language_chosen(self, _at: int) -> None:
        chosen = self.language.currentData()
        self.context.preferred.emit(("language", chosen))
        self.language_note.setText("" if chosen == text.language() else _("重新打开枢纽后生效"))

    @Slot(int)
    def _lock_chosen(self, _at: int) -> None:
        self.context.preferred.emit(("lock_minutes", self.lock.currentData()))

    @Slot()
    def _center(self) -> None:
        self.context.open_record("center", self.context.workspace.center_id)

    @Slot()
    def _users(self) -> None:
        self.context.open_list("user")

    @Slot()
    def _audit(self) -> None:
        self.context.open_page("audit")

    @Slot()
    def _person(self) -> None:
        self.context.open_page("person")

    @Slot()
    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.context.workspace.data)))

    @Slot()
    def _diagnose(self) -> None:
        export_diagnostics(self.context, self)

    @Slot()
    def _password(self) -> None:
        user, name = self.context.user, self.context.actor
        mine = [one for one in people(self.context.office) if (one.id == user if user else one.name == name)]
        if len(mine) != 1:
            dialogs.inform(
                self, _("暂时不能设置密码"), _("使用人员名单里要正好有一位“{name}”。", name=self.context.actor)
            )
            return
        sheet = PasswordSheet(
            self, self.context.tasks, _("设置我的密码"), _("设置"), partial(_change, self.context, mine[0]),
            topic="people#设置密码", proof=_("现在的密码") if mine[0].guarded else "",
        )  # fmt: skip
        if sheet.run():
            self.context.said.emit(Said(_("密码已经设置，只在这台电脑上有效。")))


def _change(context: Context, person: Person, *typed: str) -> None:
    if person.guarded and not local.password_fits(context.office, person.id, typed[0]):
        raise Refusal.of("old", _("现在的密码不对"), _("，请再输一次"))
    local.set_password(context.office, person.id, typed[-1])
