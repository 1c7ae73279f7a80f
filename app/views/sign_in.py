"""Signing in: who is at the desk, with a password where this PC asks for one."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.services import signing_in
from app.services.people import Person, people
from app.services.slips import center_name
from app.text import _
from app.views import dialogs
from app.views.help.asking import HelpKey
from app.views.page import button
from app.views.password_sheet import PasswordSheet
from app.views.tasks import Tasks
from app.views.theme import Theme
from app.workspace import Workspace

WIDTH = 360
TALLEST = 704  # fits a screen of 1366x768 with its task bar


class SignIn(QWidget):
    """A window with one card. ``signed_in`` with the person's name. ``locked``: it stands before a window left alone."""

    help_topic = "people#登录"

    signed_in = Signal(object)

    def __init__(
        self, workspace: Workspace, tasks: Tasks, theme: Theme, last: str = "", *, locked: bool = False
    ) -> None:
        super().__init__()
        self.workspace, self.tasks, self.theme = workspace, tasks, theme
        self.people: list[Person] = people(workspace.office)
        self.setWindowTitle(_("登录 – 枢纽"))
        self.setWindowIcon(theme.icon("shuniu", size=64))
        self.resize(theme.px(560), min(theme.px(520), TALLEST))
        outer = QVBoxLayout(self)
        card = QFrame()
        card.setProperty("look", "card")
        card.setFixedWidth(theme.px(WIDTH))
        outer.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(card)
        column.setContentsMargins(*(theme.px(32),) * 4)
        column.setSpacing(theme.px(8))
        name = QLabel(_("枢纽"))
        name.setFont(theme.font(24, semibold=True))
        center = QLabel(center_name(workspace.office))
        center.setProperty("look", "second")
        center.setWordWrap(True)
        column.addWidget(name)
        column.addWidget(center)
        if locked:
            note = QLabel(_("有一会儿没有操作，已经锁定。登录后接着做，没填完的都在。"))
            note.setWordWrap(True)
            column.addSpacing(theme.px(8))
            column.addWidget(note)
        column.addSpacing(theme.px(16))
        self.who = QComboBox()
        self.typed = QLineEdit(last)
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self._password_label = QLabel(_("密码"))
        self.fault = QLabel()
        self.fault.setProperty("look", "fault")
        self.fault.setWordWrap(True)
        self._fill(column, last)
        self.enter = button(theme, _("登录"), self.sign_in, look="primary")
        self.enter.setDefault(True)
        column.addWidget(self.fault)
        column.addSpacing(theme.px(8))
        column.addWidget(self.enter)
        self.forgotten = button(theme, _("忘记密码"), self._forgotten, look="link")
        column.addWidget(self.forgotten, 0, Qt.AlignmentFlag.AlignHCenter)
        self.who.currentIndexChanged.connect(self._person_chosen)
        self.password.returnPressed.connect(self.sign_in)
        self.typed.returnPressed.connect(self.sign_in)
        self._person_chosen()
        HelpKey(self)

    def _fill(self, column: QVBoxLayout, last: str) -> None:
        label = QLabel(_("您是"))
        self.who.setAccessibleName(_("您是"))
        self.typed.setAccessibleName(_("您的姓名"))
        self.password.setAccessibleName(_("密码"))
        for person in self.people:
            self.who.addItem(_("{name}（{post}）", name=person.name, post=person.post))
        names = [person.name for person in self.people]
        if last in names:
            self.who.setCurrentIndex(names.index(last))
        column.addWidget(label)
        column.addWidget(self.who)
        column.addWidget(self.typed)
        self.who.setVisible(bool(self.people))
        self.typed.setVisible(not self.people)
        if not self.people:
            label.setText(_("您的姓名（本机还没有收到使用人员名单）"))
            label.setWordWrap(True)
        column.addSpacing(self.theme.px(8))
        column.addWidget(self._password_label)
        column.addWidget(self.password)

    @property
    def person(self) -> Person | None:
        """The person chosen."""
        at = self.who.currentIndex()
        return self.people[at] if 0 <= at < len(self.people) else None

    @Slot()
    def _person_chosen(self) -> None:
        guarded = self.person is not None and self.person.guarded
        for part in (self._password_label, self.password, self.forgotten):
            part.setVisible(guarded)
        self.password.clear()
        self.fault.clear()
        (self.password if guarded else self.who if self.people else self.typed).setFocus()

    @Slot()
    def sign_in(self) -> None:
        """Go in, or say what is wrong."""
        person = self.person
        if person is None:
            name = " ".join(self.typed.text().split())
            if name:
                self.signed_in.emit(name)
            else:
                self.fault.setText(_("请填写您的姓名。"))
        else:
            office, password = self.workspace.office, self.password.text()
            self.enter.setEnabled(False)
            job = partial(signing_in.sign_in, office.acting(person.name), person.id, password)
            self.tasks.run(job, self._let_in, self._refused, owner=self)

    @Slot(object)
    def _let_in(self, _nothing: None) -> None:
        self.enter.setEnabled(True)
        if self.person is not None:
            self.signed_in.emit(self.person.name)

    def _refused(self, error: Exception) -> None:
        self.enter.setEnabled(True)
        self.fault.setText(dialogs.in_one_line(error))
        self.password.selectAll()
        self.password.setFocus()

    @Slot()
    def _forgotten(self) -> None:
        if self.person is None:
            return
        name, user_id = self.person.name, self.person.id
        sheet = PasswordSheet(
            self, self.tasks, _("用恢复单重设密码"), _("重设"),
            partial(signing_in.reset_password, self.workspace.office.acting(name), user_id),
            topic="people#忘记密码", proof=_("恢复码"), seen=True,
            text=_("请取出锁着的恢复单，输入上面的恢复码，再给 {name} 设一个新密码。", name=name),
        )  # fmt: skip
        if sheet.run():
            self._person_chosen()
            self.fault.setText(_("密码已经重设，请用新密码登录。"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes in from anywhere, but from the button beside it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            (self.forgotten if self.forgotten.hasFocus() else self.enter).click()
        else:
            super().keyPressEvent(event)
