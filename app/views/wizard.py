"""The set-up in four steps (center, people, rooms, printer and backup). Each is saved when it is left; closed or cut off,
it goes on at the next open one."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.errors import Refusal, ShuniuError
from app.services import local, sample, setup
from app.text import _
from app.views import dialogs
from app.views.help.asking import HelpKey
from app.views.page import button
from app.views.preferences import Preferences
from app.views.tasks import Progress, Tasks
from app.views.tasks import Step as Moved
from app.views.theme import Theme
from app.views.wizard_making import nothing, set_up
from app.views.wizard_people import KEEP_MS, PeopleStep, RoomsStep, RowsStep
from app.views.wizard_steps import ENTER, BeginStep, CenterStep, Step, Wanted, WorkStep
from app.views.wizard_strip import Strip, line
from app.workspace import Workspace

if TYPE_CHECKING:
    from app.views.context import Context

log = logging.getLogger(__name__)

LARGEST = (1280, 704)  # fits a screen of 1366x768 with its task bar


class Wizard(QWidget):
    """``opened`` with the open :class:`Workspace` as soon as there is one, ``finished`` with it and the name of the person
    (empty: who it is must be asked), ``sized`` with a text size.

    With a ``workspace`` it goes on, for ``actor``, at the first step that waits.
    """

    opened = Signal(object)
    finished = Signal(object, object)
    sized = Signal(object)

    def __init__(
        self, data: Path, config: Path, tasks: Tasks, theme: Theme, workspace: Workspace | None = None, actor: str = ""
    ) -> None:
        super().__init__()
        self.data, self.config, self.tasks, self.theme = data, config, tasks, theme
        self.workspace, self.actor = workspace, actor
        self.context: Context | None = None
        self.setup = setup.read(config, data) or setup.begin(data)
        self.again = workspace is not None and self.setup.open is None
        """Reached from the settings: whoever closes it returns there."""
        self._working = False
        self._kept = QTimer(self)
        self._kept.setSingleShot(True)
        self._kept.setInterval(KEEP_MS)
        self._kept.timeout.connect(self._keep_first)
        self.setWindowTitle(_("设置 – 枢纽"))
        self.setWindowIcon(theme.icon("shuniu", size=64))
        self.resize(min(theme.px(780), LARGEST[0]), min(theme.px(600), LARGEST[1]))
        self._lay_out()
        self.begin.sized.connect(self.sized)
        self.begin.ways[self.setup.typed.get("way", "new")].setChecked(True)
        self.center.fill(self.setup.typed)
        for step in (self.begin, self.center):
            step.changed.connect(self._typing)
        for step in (self.people, self.rooms):
            rows = step.others if isinstance(step, PeopleStep) else step.rooms
            rows.passed.connect(self.next)
            step.kept.connect(self._keep_rows)
        if workspace is None:
            self._go(self.begin)
        else:
            if self.setup.states[setup.CENTER] == setup.OPEN:
                self._begun()
            self._open(workspace, actor)

    def _lay_out(self) -> None:
        theme = self.theme
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.px(32), theme.px(12), theme.px(32), theme.px(12))
        outer.setSpacing(theme.px(8))
        self.strip = Strip(theme)
        outer.addLayout(self.strip)
        outer.addWidget(line())
        self.begin, self.center = BeginStep(theme), CenterStep(theme)
        self.people, self.rooms = PeopleStep(theme), RoomsStep(theme)
        self.desk: Step = Step(theme, "", "")
        self.work = WorkStep(theme)
        self.stack = QStackedWidget()
        for step in (self.begin, self.center, self.people, self.rooms, self.desk, self.work):
            self.stack.addWidget(step)
        outer.addWidget(self.stack, 1)
        outer.addWidget(line())
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self.where = QLabel()
        self.where.setProperty("look", "second")
        row.addWidget(self.where, 1)
        self.later_button = button(theme, _("以后再做"), self.later, look="link")
        self.back_button = button(theme, _("上一步"), self.back, keys="Alt+Left")
        self.next_button = button(theme, _("下一步"), self.next, look="primary")
        for one in (self.later_button, self.back_button, self.next_button):
            row.addWidget(one)
        outer.addLayout(row)
        HelpKey(self)

    @property
    def help_topic(self) -> str:
        """The topic of the step shown."""
        return self.step.help_topic

    @property
    def step(self) -> Step:
        """The step shown."""
        return self.stack.currentWidget()  # type: ignore[return-value]

    @property
    def place(self) -> str:
        """Which of the four steps that is."""
        named = {self.people: setup.PEOPLE, self.rooms: setup.ROOMS, self.desk: setup.DESK}
        return named.get(self.step, setup.CENTER)  # type: ignore[call-overload]

    def _go(self, step: Step) -> None:
        self.stack.setCurrentWidget(step)
        self._show()
        if step is not self.work:
            step.arrive()

    def _show(self) -> None:
        here, step = self.place, self.step
        self.strip.show_states(here, self.setup)
        working = step is self.work
        number = setup.STEPS.index(here) + 1
        self.where.setText("" if working else _("第 {n} 步，共 {m} 步", n=number, m=len(setup.STEPS)))
        self.later_button.setVisible(not working and here != setup.CENTER)
        self.back_button.setVisible(step in (self.center, self.rooms, self.desk))
        self.next_button.setVisible(not working)
        self._enable(True)
        last = step is self.desk
        self.next_button.setText((_("完成") if self.again else _("开始使用")) if last else _("下一步"))
        self.next_button.setAccessibleName(self.next_button.text())

    def _enable(self, on: bool) -> None:
        for one in (self.later_button, self.back_button, self.next_button):
            one.setEnabled(on)

    # -- keeping what is typed -----------------------------------------------------------------------------------

    def _keep(self) -> bool:
        """Keep how far it is; says on the page where that is not possible."""
        try:
            setup.keep(self.config, self.setup)
        except OSError as error:
            log.warning("The set-up could not be kept", exc_info=error)
            words = _("不能写入本机配置文件夹 {folder}。", folder=self.config)
            self.step.fault_label.setText(words + _("请检查文件夹权限和磁盘空间。"))
            return False
        return True

    @Slot()
    def _typing(self) -> None:
        if self.workspace is None and not self._working:
            self._kept.start()

    @Slot()
    def _keep_first(self) -> None:
        self._kept.stop()
        if self.workspace is None:
            self.setup = replace(self.setup, typed={"way": self.begin.way, **self.center.typed()})
            self._keep()

    @Slot(object, object)
    def _keep_rows(self, name: str, rows: Any) -> None:
        if self.workspace is not None:
            self.tasks.run(partial(setup.keep_typed, self.workspace.office, name, rows), nothing, owner=self)

    # -- going on ------------------------------------------------------------------------------------------------

    @Slot()
    def next(self) -> None:
        """Save the step and go on."""
        if self._working or not self.step.check():
            return
        if self.step is self.begin and self.begin.way == "new":
            self._go(self.center)
        elif self.step in (self.begin, self.center):
            self._make()
        elif isinstance(self.step, RowsStep):
            self._save(self.step)
        else:
            self._mark(setup.DONE)

    @Slot()
    def later(self) -> None:
        """Put the step off; what is typed is kept."""
        if not self._working and self.place != setup.CENTER:
            if isinstance(self.step, RowsStep):
                self.step.keep()
            done = self.setup.states[self.place] == setup.DONE
            self._mark(setup.DONE if done else setup.LATER)

    @Slot()
    def back(self) -> None:
        """To the step before."""
        before: dict[Step, Step] = {self.center: self.begin, self.rooms: self.people, self.desk: self.rooms}
        if not self._working and self.step in before:
            if isinstance(self.step, RowsStep):
                self.step.keep()
            self._go(before[self.step])

    def _mark(self, state: str) -> None:
        """This step is done or put off: on to the next one, or to work."""
        self.setup = self.setup.having(**{self.place: state})
        if not self._keep():
            return
        after: dict[Step, Step] = {self.people: self.rooms, self.rooms: self.desk}
        if self.step in after:
            self._go(after[self.step])
        else:
            self.finish()

    def finish(self) -> None:
        """To work."""
        assert self.workspace is not None
        self.finished.emit(self.workspace, self.actor)

    # -- the first step ------------------------------------------------------------------------------------------

    def answers(self) -> Wanted:
        """How the first step was answered."""
        if self.begin.way == "new":
            typed = self.center.typed()
            return Wanted(typed["street"], typed["center"])
        if self.begin.way == "join":
            return Wanted(card=self.begin.card)
        if self.begin.way == "move":
            return Wanted(package=self.begin.package, code=self.begin.code.text())
        return Wanted(backup=self.begin.backup, code=self.begin.code.text())

    def _make(self) -> None:
        self._keep_first()
        wanted, progress = self.answers(), Progress(self)
        self._working, self._return_to = True, self.step
        self._go(self.work)
        progress.moved.connect(self._moved)
        data, config = self.data, self.config
        self.tasks.run(lambda: set_up(data, config, wanted, progress), self._made, self._not_made, owner=self)

    @Slot(object)
    def _moved(self, step: Moved) -> None:
        self.work.words.setText(step.text)

    @Slot(object)
    def _made(self, workspace: Workspace) -> None:
        self._working = False
        founded = self.begin.way == "new"
        self._begun()
        self._keep()
        self.opened.emit(workspace)
        if founded:
            self._open(workspace, _("管理员"))
        else:
            self.workspace = workspace
            self.finish()

    def _begun(self) -> None:
        """There is a center; one that was joined or moved brings its people and rooms along."""
        founded = self.setup.typed.get("way", "new") == "new"
        others = {} if founded else {setup.PEOPLE: setup.DONE, setup.ROOMS: setup.DONE}
        self.setup = replace(self.setup, typed={}).having(**{setup.CENTER: setup.DONE}, **others)

    @Slot(object)
    def _not_made(self, error: Exception) -> None:
        self._working = False
        self._go(self._return_to)
        self._fault(error)

    def _fault(self, error: Exception) -> None:
        if isinstance(error, ShuniuError):
            self.step.refuse(dialogs.in_one_line(error))
        else:
            dialogs.report(self, error)

    # -- the other steps -----------------------------------------------------------------------------------------

    def _open(self, workspace: Workspace, actor: str) -> None:
        """Read what the later steps show."""
        from app.views.context import Context

        self.workspace, self.actor, self._working = workspace, actor, True
        self.context = Context(workspace, self.tasks, self.theme, actor, self)
        self.context.preferred.connect(self._preferred)
        self._go(self.work)

        def read() -> tuple[Any, ...]:
            office = workspace.office
            rows = setup.people_rows(office)
            guarded = bool(rows) and local.has_password(office, rows[0]["id"])
            return rows, guarded, setup.room_rows(office), bool(sample.count(office))

        self.tasks.run(read, self._read, self._unread, owner=self)

    @Slot(object)
    def _read(self, found: tuple[Any, ...]) -> None:
        from app.views.wizard_desk import DeskStep

        assert self.context is not None
        rows, guarded, rooms, sampled = found
        self._working = False
        self.people.fill(rows, guarded)
        self.rooms.fill(rooms, sampled)
        before, self.desk = self.desk, DeskStep(self.context)
        self.stack.insertWidget(self.stack.indexOf(before), self.desk)
        self.stack.removeWidget(before)
        before.deleteLater()
        steps = {setup.PEOPLE: self.people, setup.ROOMS: self.rooms, setup.DESK: self.desk}
        waiting = [name for name in self.setup.waiting if name in steps]
        self._go(steps[self.setup.open or next(iter(waiting), setup.PEOPLE)])

    def _unread(self, error: Exception) -> None:
        self._working = False
        self._fault(error)

    def _save(self, step: RowsStep) -> None:
        assert self.workspace is not None
        assert self.context is not None
        step.saving()
        self._working = True
        self._enable(False)
        if isinstance(step, PeopleStep):
            job = step.job(self.context.office, self.actor)
        else:
            job = self.rooms.job(self.context.office, partial(sample.add_sample, self.workspace.demo().office))
        self.tasks.run(job, partial(self._saved, step), partial(self._not_saved, step), owner=self)

    def _saved(self, step: RowsStep, result: tuple[Any, ...]) -> None:
        assert self.workspace is not None
        assert self.context is not None
        self._working = False
        if step is self.people:
            rows, guarded, self.actor = result
            self.people.fill(rows, guarded)
            self.context.take_over(self.actor)
        else:
            self.rooms.fill(*result)
        self.tasks.run(self.workspace.index, nothing, owner=self)
        self._mark(setup.DONE)

    def _not_saved(self, step: RowsStep, error: Exception) -> None:
        self._working = False
        self._enable(True)
        if isinstance(error, Refusal):
            step.refused(error)
        else:
            self._fault(error)

    @Slot(object)
    def _preferred(self, choice: tuple[str, Any]) -> None:
        name, value = choice
        replace(Preferences.load(self.config), **{name: value}).save(self.config)

    # -- keys and the window -------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses a button, goes to the next field, and from the last one on to the next step."""
        if event.key() not in ENTER:
            super().keyPressEvent(event)
            return
        here = self.focusWidget()
        if isinstance(here, QPushButton) and here is not self.next_button:
            here.click()
        elif (after := self.step.after(here)) is not None:
            after.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.next()

    def closeEvent(self, event: QCloseEvent) -> None:
        """What is typed is kept; not while something is being made."""
        if self._working:
            event.ignore()
            return
        if isinstance(self.step, RowsStep):
            self.step.keep()
        elif self.workspace is None and self._kept.isActive():
            self._keep_first()
        if self.again:
            event.ignore()
            self.finish()
        else:
            super().closeEvent(event)
