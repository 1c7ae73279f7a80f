"""The set-up wizard: a new center or a card, then the data folder is made behind a progress line."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from app.errors import ShuniuError
from app.text import _
from app.views import dialogs
from app.views.help.asking import answer_f1
from app.views.page import button
from app.views.tasks import Progress, Tasks
from app.views.tasks import Step as Moved
from app.views.theme import Theme
from app.views.wizard_steps import BeginStep, CenterStep, PersonStep, Setup, Step, WorkStep
from app.workspace import Workspace


def set_up(data: Path, config: Path, wanted: Setup, progress: Progress) -> Workspace:
    """Make the data folder as ``wanted``; runs in the background."""
    if wanted.backup is not None:
        progress.report(1, 2, _("正在打开备份…"))
        return Workspace.recover(data, config, wanted.backup, wanted.code)
    if wanted.card is not None:
        progress.report(1, 2, _("正在用入网卡加入…"))
        return Workspace.join(data, config, wanted.card)
    progress.report(1, 3, _("正在建立数据文件夹…"))
    workspace = Workspace.create(data, config, wanted.street, wanted.center, user=wanted.user, password=wanted.password)
    if wanted.sample:
        from app.services.sample import add_sample

        progress.report(2, 3, _("正在放入演示数据…"))
        add_sample(workspace.demo().office)
    progress.report(3, 3, _("正在编排检索…"))
    workspace.index()
    return workspace


class Wizard(QWidget):
    """``finished`` with the open :class:`Workspace` and the name of the person; ``sized`` with a text size."""

    finished = Signal(object, object)
    sized = Signal(object)

    def __init__(self, data: Path, config: Path, tasks: Tasks, theme: Theme) -> None:
        super().__init__()
        self.data, self.config, self.tasks, self.theme = data, config, tasks, theme
        self._working = False
        self.setWindowTitle(_("设置 – 枢纽"))
        self.setWindowIcon(theme.icon("shuniu", size=64))
        self.resize(theme.px(720), theme.px(600))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(*(theme.px(32),) * 4)
        outer.setSpacing(theme.px(16))
        self.begin, self.center, self.person = BeginStep(theme), CenterStep(theme), PersonStep(theme)
        self.work = WorkStep(theme)
        self.stack = QStackedWidget()
        for step in (self.begin, self.center, self.person, self.work):
            self.stack.addWidget(step)
        outer.addWidget(self.stack, 1)
        line = QFrame()
        line.setProperty("look", "line")
        line.setFixedHeight(1)
        outer.addWidget(line)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self.where = QLabel()
        self.where.setProperty("look", "second")
        row.addWidget(self.where, 1)
        self.back_button = button(theme, _("上一步"), self.back)
        self.next_button = button(theme, _("下一步"), self.next, look="primary")
        row.addWidget(self.back_button)
        row.addWidget(self.next_button)
        outer.addLayout(row)
        self.begin.sized.connect(self.sized)
        self.begin.changed.connect(self._show)
        answer_f1(self)
        self._show()

    @property
    def help_topic(self) -> str:
        """The topic of the step shown."""
        return self.step.help_topic

    @property
    def step(self) -> Step:
        """The step shown."""
        return self.stack.currentWidget()  # type: ignore[return-value]

    def answers(self) -> Setup:
        """What has been answered."""
        if self.begin.join.isChecked():
            return Setup(card=self.begin.card)
        if self.begin.recover.isChecked():
            return Setup(backup=self.begin.backup, code=self.begin.code.text())
        return Setup(
            None, self.center.street.currentData(), self.center.center.text().strip(),
            " ".join(self.person.user.text().split()), self.person.password.text(), self.person.sample.isChecked(),
        )  # fmt: skip

    @Slot()
    def next(self) -> None:
        """On to the next step, or to work."""
        if self._working or not self.step.check():
            return
        if self.step is self.person or (self.step is self.begin and not self.begin.new.isChecked()):
            self._work()
        else:
            self.stack.setCurrentIndex(self.stack.currentIndex() + 1)
            self._show()
            focus = {self.center: self.center.district, self.person: self.person.user}.get(self.step)  # type: ignore[call-overload]
            if focus is not None:
                focus.setFocus()

    @Slot()
    def back(self) -> None:
        """To the step before."""
        if not self._working and self.stack.currentIndex():
            self.stack.setCurrentIndex(self.stack.currentIndex() - 1)
            self._show()

    @Slot()
    def _show(self) -> None:
        at, short = self.stack.currentIndex(), not self.begin.new.isChecked()
        self.where.setText("" if self.step is self.work else _("第 {n} 步，共 {m} 步", n=at + 1, m=1 if short else 3))
        self.back_button.setVisible(0 < at < self.stack.count() - 1)
        self.next_button.setVisible(self.step is not self.work)
        last = self.step is self.person or short
        self.next_button.setText(_("开始使用") if last else _("下一步"))
        self.next_button.setAccessibleName(self.next_button.text())

    def _work(self) -> None:
        wanted, progress = self.answers(), Progress(self)
        self._working = True
        self._return_to = self.stack.currentIndex()
        self.stack.setCurrentWidget(self.work)
        self._show()
        progress.moved.connect(self._moved)
        data, config = self.data, self.config
        self.tasks.run(lambda: set_up(data, config, wanted, progress), self._made, self._failed, owner=self)

    @Slot(object)
    def _moved(self, step: Moved) -> None:
        self.work.words.setText(step.text)

    @Slot(object)
    def _made(self, workspace: Workspace) -> None:
        self._working = False
        self.finished.emit(workspace, self.answers().user)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._working = False
        self.stack.setCurrentIndex(self._return_to)
        self._show()
        if isinstance(error, ShuniuError):
            what, mend = dialogs.message(error)
            self.step.fault_label.setText(f"{what}{mend}")
        else:
            dialogs.report(self, error)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.next()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Not while the folder is being made."""
        if self._working:
            event.ignore()
        else:
            super().closeEvent(event)
