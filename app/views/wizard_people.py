"""The second and third step of the set-up: who works here, and which rooms are lent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QWidget

from app.errors import Refusal
from app.models.center import ROLES
from app.services import local, setup
from app.services.local import MIN_PASSWORD
from app.services.office import Office
from app.services.rights import USERS
from app.text import _
from app.views.theme import Theme
from app.views.wizard_rows import Column, Rows
from app.views.wizard_steps import Step

KEEP_MS = 400
"""After the last key, what is typed is kept."""
ADMINISTRATOR = "administrator"


class RowsStep(Step):
    """A step with lines. ``kept`` with its name and them, while they are typed."""

    name = ""
    kept = Signal(object, object)

    def __init__(self, theme: Theme, title: str, text: str) -> None:
        super().__init__(theme, title, text)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_MS)
        self._timer.timeout.connect(self.keep)
        self.filled = False

    def typed(self) -> list[dict[str, str]]:
        """The lines as they stand."""
        raise NotImplementedError

    @Slot()
    def soon(self) -> None:
        """Something was typed."""
        self.fault_label.clear()
        self._timer.start()

    @Slot()
    def keep(self) -> None:
        """Keep what is typed."""
        self._timer.stop()
        if self.filled:
            self.kept.emit(self.name, self.typed())

    def saving(self) -> None:
        """What is typed is about to be saved: nothing is kept besides."""
        self._timer.stop()

    def refused(self, error: Refusal) -> None:
        """Show the faults, and go to the first line that has one."""
        self.fault_label.setText("\n".join("".join((fault.error, "。", fault.mend)) for fault in error.faults[:3]))
        self.column.activate()  # the lines are shorter by what is said
        number, _colon, name = error.faults[0].field.partition(":")
        if number.isdigit():
            self.go_to(int(number), name)

    def go_to(self, number: int, name: str) -> None:
        """Put the cursor into the field ``name`` of the line ``number``, from 1."""
        raise NotImplementedError


class PeopleStep(RowsStep):
    """The administrator with a password, and colleagues with their roles."""

    name = setup.PEOPLE
    help_topic = "start#填写使用人员"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, _("谁在这里工作"), _("第一位是系统管理员。同事也可以以后在“设置 – 使用人员”里添加。"))
        self.user, self.password, self.again = QLineEdit(), QLineEdit(), QLineEdit()
        self.user.setMaxLength(60)
        for line in (self.password, self.again):
            line.setEchoMode(QLineEdit.EchoMode.Password)
        row = QHBoxLayout()
        row.setSpacing(theme.px(16))
        for label, line in (
            (_("管理员姓名（必填）"), self.user),
            (_("密码（至少 {n} 个字符）", n=MIN_PASSWORD), self.password),
            (_("再输一次密码"), self.again),
        ):
            row.addWidget(self.labelled(label, line), 1)
        self.column.addLayout(row)
        self.note = self.say(_("密码可以留空。设了密码，每次打开都要输入，离开一会儿会自动锁定。"))
        self.column.addSpacing(theme.px(8))
        self.column.addWidget(QLabel(_("同事（可以不填）")))
        roles = [(code, _(label)) for code, label in ROLES]
        columns = (Column("name", _("姓名"), 3), Column("role", _("角色"), 2, choices=[*roles[1:], roles[0]]))
        self.others = Rows(theme, columns, setup.MOST_ROWS)
        self.column.addWidget(self.others, 1)
        self.fields.append(self.others)
        self.close_column(stretch=False)
        self._id = ""
        self.user.textEdited.connect(self.soon)
        for line in (self.password, self.again):
            line.textEdited.connect(self.fault_label.clear)
        self.others.changed.connect(self.soon)

    def fill(self, rows: Sequence[Mapping[str, str]], guarded: bool) -> None:
        """Show who is known; ``guarded``: the administrator has a password already."""
        first, others = (rows[0], rows[1:]) if rows else ({}, [])
        self._id = first.get("id", "")
        name = first.get("name", "")
        self.user.setText("" if name == _("管理员") else name)
        for line in (self.password, self.again):
            line.clear()
        if guarded:
            self.note.setText(_("管理员的密码已经设好，留空为不改。"))
        self.others.fill(others)
        self.filled = True

    def typed(self) -> list[dict[str, str]]:
        """The administrator first, then the colleagues."""
        first = {"id": self._id, "name": self.user.text(), "role": ADMINISTRATOR}
        return [first, *self.others.values()]

    def after(self, here: QWidget | None) -> QWidget | None:
        """From the last password to the colleagues' first empty line."""
        ahead = super().after(here)
        return self.others.empty if ahead is self.others else ahead

    def go_to(self, number: int, name: str) -> None:
        """The administrator is the first line."""
        self.user.setFocus() if number == 1 else self.others.focus(number - 1, name)

    def fault(self) -> str:
        """A name, and two passwords that agree."""
        password = self.password.text()
        if not self.user.text().strip():
            return _("请填写管理员姓名。")
        if password and len(password) < MIN_PASSWORD:
            return _("密码太短，请至少用 {n} 个字符。", n=MIN_PASSWORD)
        return "" if password == self.again.text() else _("两次输入的密码不一样。")

    def to_mend(self) -> QWidget | None:
        """The name, or the password that is too short, or its repetition."""
        if not self.user.text().strip():
            return self.user
        return self.password if 0 < len(self.password.text()) < MIN_PASSWORD else self.again

    def job(self, office: Office, actor: str) -> Callable[[], tuple[Any, ...]]:
        """What saves the step, in the background; its result is for :meth:`fill`, and who ``actor`` is now: the
        administrator may have got a name."""
        rows, password = self.typed(), self.password.text()

        def save() -> tuple[Any, ...]:
            office.duty.need(USERS)
            name = " ".join(rows[0]["name"].split())
            now = name if actor in ("", setup.name_of(office, rows[0]["id"])) else actor
            first = setup.save_people(office.acting(now), rows)[0]
            if password:
                local.set_password(office, first, password)
            return setup.people_rows(office), local.has_password(office, first), now

        return save


class RoomsStep(RowsStep):
    """The own rooms; or the sample data, to try the program first."""

    name = setup.ROOMS
    help_topic = "start#填写场地"

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            theme,
            _("有哪些场地"),
            _("写上本中心出借的房间，一行一间；面积、设备、收费等可以以后再补，也可以从Excel导入。"),
        )
        columns = (
            Column("name", _("名称"), 4, _("例如 二楼会议室")),
            Column("capacity", _("容纳人数"), 2, _("例如 30")),
            Column("opens", _("每日开放时间"), 3, _("例如 8:30-21:00")),
        )
        self.rooms = Rows(theme, columns, setup.MOST_ROWS)
        self.column.addWidget(self.rooms, 1)
        self.sample = QCheckBox(_("放入演示数据，先试用一下（只留在本机，不会上报，可以一次清除）"))
        self.sample.setMinimumHeight(theme.target)
        self.column.addWidget(self.sample)
        self.close_column(stretch=False)
        self.rooms.changed.connect(self.soon)

    def fill(self, rows: Sequence[Mapping[str, str]], sampled: bool) -> None:
        """Show the rooms that are known; ``sampled``: there is sample data already."""
        self.rooms.fill(rows)
        self.sample.setVisible(not sampled)
        self.filled = True

    def typed(self) -> list[dict[str, str]]:
        """The rooms."""
        return self.rooms.values()

    def arrive(self) -> None:
        """The next empty line."""
        self.rooms.focus()

    def go_to(self, number: int, name: str) -> None:
        """The line of a room."""
        self.rooms.focus(number, name)

    def job(self, office: Office, sample: Callable[[], Any]) -> Callable[[], tuple[Any, ...]]:
        """What saves the step, in the background, with what :meth:`fill` takes; ``sample`` puts the sample data in."""
        rows, wanted = self.typed(), self.sample.isVisible() and self.sample.isChecked()
        sampled = wanted or not self.sample.isVisible()

        def save() -> tuple[Any, ...]:
            setup.save_rooms(office, rows)
            if wanted:
                sample()
            return setup.room_rows(office), sampled

        return save
