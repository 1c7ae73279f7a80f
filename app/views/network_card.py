"""How this PC reaches the district: proxy and certificate, kept on this PC, and a button that tries them (look.md)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.errors import ShuniuError
from app.services import networking
from app.services.rights import MACHINE
from app.text import _, reason
from app.views import dialogs
from app.views.context import Context, Said
from app.views.page import button
from app.views.theme import ACCENT, RED

if TYPE_CHECKING:
    from app.sync.network import Settings

ADDRESS = "address"
MOST = 1024 * 1024
"""Bytes of a certificate file that are read."""


class NetworkCard(QFrame):
    """The settings as they are kept, to be changed, tried and kept."""

    help_topic = "sync#网络设置"

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.theme = context, context.theme
        px = self.theme.px
        self.setProperty("look", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(16), px(24), px(16))
        column.setSpacing(px(12))
        heading = QLabel(_("网络"))
        heading.setFont(self.theme.font(15, semibold=True))
        column.addWidget(heading)
        self.proxy = QComboBox()
        for code, label in (("system", _("按系统的设置")), ("none", _("不用代理")), (ADDRESS, _("填写地址"))):
            self.proxy.addItem(label, code)
        self.proxy.setAccessibleName(_("代理服务器"))
        self.proxy.activated.connect(self._chosen)
        self.address, self.user, self.password = QLineEdit(), QLineEdit(), QLineEdit()
        self.address.setPlaceholderText("http://proxy.example:3128")
        self.user.setPlaceholderText(_("用户名（没有就不填）"))
        self.password.setPlaceholderText(_("密码"))
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        for line, name in ((self.address, _("代理地址")), (self.user, _("代理用户名")), (self.password, _("代理密码"))):
            line.setAccessibleName(name)
        self.address.setMinimumWidth(px(260))
        column.addLayout(self._row(_("代理服务器"), self.proxy, self.address))
        self.login = QWidget()
        login = self._row(_("代理登录"), self.user, self.password)
        login.setContentsMargins(0, 0, 0, 0)
        self.login.setLayout(login)
        column.addWidget(self.login)
        self.authority = QLabel()
        self.authority.setWordWrap(True)
        self.authority.setContentsMargins(px(128), 0, 0, 0)
        self.picker = button(self.theme, _("选择证书文件…"), self._pick, icon="file-text")
        self.dropper = button(self.theme, _("去掉"), self._drop)
        column.addLayout(self._row(_("区里的证书"), self.picker, self.dropper))
        column.addWidget(self.authority)
        self.result = QLabel()
        self.result.setWordWrap(True)
        self.result.setTextFormat(Qt.TextFormat.PlainText)
        self.result.setContentsMargins(px(128), 0, 0, 0)
        self.result.hide()
        column.addWidget(self.result)
        self.keeper = button(self.theme, _("保存"), self._keep, icon="save")
        self.tryer = button(self.theme, _("试一试"), self._try, icon="network")
        column.addLayout(self._row("", self.keeper, self.tryer))
        context.allow(self.keeper, MACHINE)
        self.kept = self._read()
        self._show(self.kept)

    def _row(self, label: str, *widgets: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self.theme.px(8))
        name = QLabel(label)
        name.setProperty("look", "second")
        name.setFixedWidth(self.theme.px(120))
        row.addWidget(name)
        for widget in widgets:
            row.addWidget(widget)
        row.addStretch(1)
        return row

    def _read(self) -> Settings:
        """What is kept; what cannot be read is told, and set anew."""
        from app.sync.network import Settings

        try:
            return networking.settings(self.context.workspace.machine)
        except ShuniuError as error:
            self._say(error)
            return Settings()

    def _show(self, settings: Settings) -> None:
        named = settings.proxy in ("system", "none")
        self.proxy.setCurrentIndex(self.proxy.findData(settings.proxy if named else ADDRESS))
        self.address.setText("" if named else settings.proxy)
        self.user.setText(settings.user)
        self.password.setText(settings.password)
        self._trusts(settings)
        self._chosen()

    def _trusts(self, settings: Settings) -> None:
        self.ca = settings.ca
        none = _("信任系统认可的证书。区里用自己的证书时，请选择区里给的证书文件。")
        self.authority.setText(_("另外信任：{name}", name=settings.authority) if settings.ca else none)
        self.authority.setProperty("look", "second")
        self.dropper.setVisible(bool(settings.ca))

    @Slot()
    def _chosen(self) -> None:
        typed = self.proxy.currentData() == ADDRESS
        self.address.setVisible(typed)
        self.login.setVisible(typed)

    def typed(self) -> Settings:
        """What the fields say; raises :class:`~app.errors.Refusal`."""
        asked = self.proxy.currentData()
        to = replace(self.kept, ca=self.ca)
        return to.through(self.address.text() if asked == ADDRESS else asked, self.user.text(), self.password.text())

    @Slot()
    def _pick(self) -> None:
        path = dialogs.choose_open_file(self, _("选择证书文件"), _("证书 (*.pem *.crt *.cer);;所有文件 (*)"))
        if path is None:
            return
        try:
            with path.open("rb") as file:
                self._trusts(self.kept.trusting(file.read(MOST)))
            self.result.hide()
        except ShuniuError as error:
            self._say(error)
        except OSError as error:
            self._say_words(_("读不出这个文件：{why}", why=reason(error)), RED)

    @Slot()
    def _drop(self) -> None:
        self._trusts(self.kept.trusting(b""))

    @Slot()
    def _keep(self) -> None:
        try:
            settings = self.typed()
            networking.change(self.context.workspace.machine, settings)
        except ShuniuError as error:
            self._say(error)
            return
        self.kept = settings
        self._show(settings)
        self.result.hide()
        self.context.said.emit(Said(_("网络设置已保存，只在这台电脑上有效。")))

    @Slot()
    def _try(self) -> None:
        try:
            settings = self.typed()
        except ShuniuError as error:
            self._say(error)
            return
        self.tryer.setEnabled(False)
        self._say_words(_("正在连接区里…"), "")
        from app.views.tasks import OTHER

        job = partial(networking.try_out, self.context.workspace.machine, settings)
        self.context.tasks.run(job, self._worked, self._failed, lane=OTHER, owner=self)

    def _worked(self, sentence: str) -> None:
        self.tryer.setEnabled(True)
        self._say_words(sentence, ACCENT)

    def _failed(self, error: Exception) -> None:
        self.tryer.setEnabled(True)
        self._say(error)

    def _say(self, error: Exception) -> None:
        self._say_words("\n".join(filter(None, dialogs.message(error))), RED)

    def _say_words(self, text: str, colour: str) -> None:
        self.result.setText(text)
        self.result.setStyleSheet(f"color: {colour};" if colour else "")
        self.result.show()
