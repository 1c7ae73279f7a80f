"""On the form of a user: whether the account is in use, deactivating it, and a new password for who forgot it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from app.services import local, signing_in
from app.services.rights import USERS
from app.services.writing import Saved, save
from app.text import _
from app.views import dialogs
from app.views.context import Context, Said
from app.views.page import button
from app.views.records.extras import Extra
from app.views.records.form_jobs import Loaded

if TYPE_CHECKING:
    from app.views.records.form_page import FormPage


class AccountDesk(Extra):
    """One line of words and two buttons above the form."""

    help_topic = "people#添加同事"

    def __init__(self, page: FormPage) -> None:
        super().__init__(page)
        theme = page.theme
        self.active = True
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        self.words = QLabel()
        self.words.setProperty("look", "second")
        self.toggler = button(theme, "", self._toggle, icon="lock")
        self.password = button(theme, _("设新密码…"), self._password, icon="key")
        row.addWidget(self.words, 1)
        row.addWidget(self.password)
        row.addWidget(self.toggler)

    def about(self, found: Loaded) -> None:
        """Say how the account stands."""
        row = found.row
        if row is None or row.deleted or found.standing.into is not None:
            self.hide()
            return
        self.active = row.values.get("active") is not False
        self.words.setText(
            _("在用：可以登录。") if self.active else _("已停用：不能登录，历史里仍写着姓名，随时可以重新启用。")
        )
        self.toggler.setText(_("停用") if self.active else _("重新启用"))
        for one in (self.toggler, self.password):
            self.context.allow(one, USERS)
        self.password.setVisible(self.active)
        self.show()

    @Slot()
    def _toggle(self) -> None:
        page = self.page
        if page.record_id is not None:
            values = {"active": not self.active}
            job = partial(save, self.context.office, "user", values, page.record_id, seen=page.seen)
            self.context.tasks.run(job, self._toggled, page.saving.refused, owner=self)

    def _toggled(self, saved: Saved) -> None:
        name = self.page.windowTitle()
        words = _("已停用 {name}", name=name) if self.active else _("已重新启用 {name}", name=name)
        self.page.ready = False  # our own writing is no news to this form
        self.context.wrote(frozenset({"user"}), words, saved.op)
        self.page.refresh()

    @Slot()
    def _password(self) -> None:
        page = self.page
        if page.record_id is not None and GiveSheet(page, self.context, page.record_id, page.windowTitle()).run():
            self.context.said.emit(Said(_("密码已经设置，只在这台电脑上有效。")))


class GiveSheet(dialogs.Sheet):
    """A new password for somebody else, twice."""

    help_topic = "people#忘记密码"

    def __init__(self, parent: QWidget, context: Context, user_id: str, name: str) -> None:
        super().__init__(parent, _("给 {name} 设新密码", name=name), _("设置"))
        self.context, self.user_id = context, user_id
        self.new, self.again = QLineEdit(), QLineEdit()
        length = _("新密码（至少 {n} 个字符）", n=local.MIN_PASSWORD)
        for label, line in ((length, self.new), (_("再输一次新密码"), self.again)):
            line.setEchoMode(QLineEdit.EchoMode.Password)
            line.setAccessibleName(label)
            self.add_text(label)
            self.body.addWidget(line)
        self.fault = self.add_text("", "fault")

    @Slot()
    def accept(self) -> None:
        """Keep it in the background, and close when it is done."""
        if self.new.text() != self.again.text():
            self.fault.setText(_("两次输入的新密码不一样。"))
            return
        self.yes.setEnabled(False)
        job = partial(signing_in.give_password, self.context.office, self.user_id, self.new.text())
        self.context.tasks.run(job, self._done, self._refused, owner=self)

    @Slot(object)
    def _done(self, _nothing: None) -> None:
        super().accept()

    def _refused(self, error: Exception) -> None:
        self.yes.setEnabled(True)
        self.fault.setText("".join(dialogs.message(error)))
