"""On the form of a user: whether the account is in use, deactivating it, and a new password for who forgot it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel

from app.services import signing_in
from app.services.rights import USERS
from app.services.writing import Saved, save
from app.text import _
from app.views.context import Said
from app.views.page import button
from app.views.password_sheet import PasswordSheet
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
        if page.record_id is None:
            return
        title = _("给 {name} 设新密码", name=page.windowTitle())
        job = partial(signing_in.give_password, self.context.office, page.record_id)
        if PasswordSheet(page, self.context.tasks, title, _("设置"), job, topic="people#忘记密码").run():
            self.context.said.emit(Said(_("密码已经设置，只在这台电脑上有效。")))
