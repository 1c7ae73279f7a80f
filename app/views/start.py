"""The start of the desktop: surroundings, one instance, then the wizard or the sign-in, then the shell."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QObject, Qt, QTimer, QtMsgType, QTranslator, Slot, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget

from app import text
from app.errors import AlreadyRunning, DatabaseDamaged, EnvironmentFault, KeysLost, ShuniuError
from app.services.logs import crash_left, start_log
from app.store.alone import only_one
from app.text import _
from app.views import dialogs, safe_mode
from app.views.damaged import backup_of, opened_anew
from app.views.diagnosing import offer_after_crash
from app.views.faults import Faults
from app.views.handover import Handover, hand_over
from app.views.input_method import prepare_input_method
from app.views.moved import moved_on
from app.views.preferences import Preferences
from app.views.safe_mode import Mode
from app.views.tasks import Tasks
from app.views.theme import Theme

if TYPE_CHECKING:
    from app.views.shell import Shell
    from app.views.sign_in import SignIn
    from app.workspace import Workspace

log = logging.getLogger(__name__)


def run_desktop(
    data: Path, config: Path, *, file: Path | None = None, theme: Theme | None = None,
    ready: Callable[[Shell], None] | None = None, safe: bool = False,
) -> int:  # fmt: skip
    """Open the desktop on a data folder, and the bundle ``file`` in it; returns the exit code. Where it is open already,
    that window comes to the front and takes the file. ``ready`` is told of the shell, for measuring; ``safe`` asks for safe mode."""
    gc.disable()  # until the first window stands: what is imported stays anyway, and collecting it costs a tenth
    preferences = Preferences() if safe else Preferences.load(config)
    if theme is not None:
        preferences = replace(preferences, size=theme.size)
    preferences.speak()
    start_log(config)
    if safe:
        safe_mode.draw_plainly()
    prepare_input_method()
    app = application(Theme(preferences.size))
    desktop = Desktop(app, data, config, preferences, ready)
    desktop.mode.safe = safe or safe_mode.shift_held()
    try:
        with only_one(data):
            desktop.begin()
            desktop.start(file)
            QTimer.singleShot(0, desktop, desktop.settled)
            code = app.exec()
            desktop.close()
            desktop.mode.stands()
            return code
    except Exception as error:
        known = isinstance(error, ShuniuError)
        if sys.stderr is not None:
            sys.stderr.write(" ".join(str(error).split() if known else dialogs.message(error)) + "\n")
        gc.enable()
        desktop.mode.stands()
        if not known and app.platformName() == "offscreen":
            log.error("The desktop could not be opened", exc_info=error)
        handed = isinstance(error, AlreadyRunning) and hand_over(data, file)
        if not handed and app.platformName() != "offscreen":  # where nobody sees a dialog, nobody closes it
            dialogs.report(None, error)
        desktop.close()
        return error.exit_code if isinstance(error, ShuniuError) else 1


def application(theme: Theme) -> QApplication:
    """The one QApplication, dressed, with Qt's own words in Chinese."""
    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else _first()
    app.setApplicationName("shuniu")
    app.setApplicationDisplayName("")
    app.setDesktopFileName("org.shuniu.desk")
    if text.language() == "zh":
        translator = QTranslator(app)
        if translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            app.installTranslator(translator)
    theme.apply(app)
    app.setWindowIcon(theme.icon("shuniu", size=64))
    return app


def _first() -> QApplication:
    """Made where the system can show windows; elsewhere one plain line and exit code 1, where Qt would abort."""

    def said(kind: QtMsgType, _where: object, words: str) -> None:
        log.warning("Qt: %s", words)
        if kind is QtMsgType.QtFatalMsg:
            told = EnvironmentFault(
                _("打不开窗口：连不上显示器，或缺少显示所需的系统库。"),
                _("请在桌面环境里打开；仍打不开时，请维护人员安装 libxcb-cursor0、libxkbcommon-x11-0、libegl1 等库。"),
            )
            if sys.stderr is not None:
                sys.stderr.write(f"{told}\n")
                sys.stderr.flush()
            os._exit(told.exit_code)

    before = qInstallMessageHandler(said)
    try:
        return QApplication([sys.argv[0] if sys.argv else "shuniu"])
    finally:
        qInstallMessageHandler(before)


class Desktop(QObject):
    """Holds what lives as long as the program: the open workspace and the window shown."""

    def __init__(
        self, app: QApplication, data: Path, config: Path, preferences: Preferences,
        ready: Callable[[Shell], None] | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.app, self.data, self.config, self.preferences, self.ready = app, data, config, preferences, ready
        self.theme = Theme(preferences.size)
        self.tasks = Tasks(self)
        self.workspace: Workspace | None = None
        self.window: QWidget | None = None
        self.bundle: Path | None = None
        self.behind: Shell | None = None
        """The window that was locked."""
        self.crashed = False
        """Whether the last run died, and nobody was told yet."""
        self.mode = Mode(config, False, self)
        self.faults = Faults(self)
        self.faults.install()

    def begin(self) -> None:
        """Count the start; in safe mode the window is dressed in nothing that was chosen."""
        self.mode.begin()
        if self.mode.safe:
            self.preferences, self.theme = self.mode.dressed(self.app)

    @Slot()
    def leave_safe_mode(self) -> None:
        """Begin anew as usual."""
        self.mode.leave()
        self.preferences, self.theme = self.mode.dressed(self.app)
        self.sign_in(skip=True)

    def start(self, bundle: Path | None = None) -> None:
        """The wizard where there is no data yet, else the sign-in; ``bundle`` is shown as soon as somebody is there."""
        from app.workspace import Workspace

        self.bundle, self.crashed = bundle, crash_left(self.config)
        Handover(self.data, self).asked.connect(self.asked)
        if Workspace.exists(self.data):
            try:
                self.workspace = Workspace.open(self.data, self.config)
            except DatabaseDamaged as error:
                self.workspace = backup_of(error, self.data, self.config, self.window)
            except KeysLost as error:
                self.workspace = opened_anew(error, self.data, self.config, self.window)
            for notice in self.workspace.notices:
                dialogs.inform(self.window, _("请留意"), notice)
            if moved_on(self.workspace.office, self.window):
                QTimer.singleShot(0, self.app, self.app.quit)
                return
            self.sign_in(skip=True)
        else:
            self.wizard()

    @Slot(object)
    def asked(self, bundle: Path | None) -> None:
        """A later start of the program: come to the front, and show the bundle it was opened with."""
        if self.window is None:
            return
        self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
        self.window.raise_()
        self.window.activateWindow()
        self.bundle = bundle or self.bundle
        self._show_bundle()

    def _show_bundle(self) -> None:
        from app.views.shell import Shell

        if self.bundle is not None and isinstance(self.window, Shell):
            bundle, self.bundle = self.bundle, None
            self.window.open_bundle(bundle)

    @Slot()
    def settled(self) -> None:
        """The first window stands: garbage is collected from now on, the program itself is left out of it."""
        gc.freeze()
        gc.enable()

    def wizard(self, actor: str = "") -> None:
        """Set up; where there is a workspace already, what of it waits, for ``actor``."""
        from app.views.wizard import Wizard

        window = Wizard(self.data, self.config, self.tasks, self.theme, self.workspace, actor)
        window.opened.connect(self._opened)
        window.finished.connect(self._set_up)
        window.sized.connect(self._sized)
        self._show(window)

    @Slot(object)
    def _sized(self, size: str) -> None:
        self.preferences = replace(self.preferences, size=size)
        self.preferences.save(self.config)
        self.theme = Theme(size)
        self.theme.apply(self.app)
        self.wizard()

    @Slot(object)
    def _opened(self, workspace: Workspace) -> None:
        self.workspace = workspace

    @Slot(object, object)
    def _set_up(self, workspace: Workspace, user: str) -> None:
        self.workspace = workspace
        if user:
            self.enter(user)
        else:
            self.sign_in()

    def enter(self, actor: str, user: str = "") -> None:
        """Where the set-up was left open it goes on, for ``actor``, the user with the id ``user``; else the main window."""
        from app.services import setup

        begun = setup.read(self.config, self.data)
        if begun is not None and begun.open is not None:
            self.wizard(actor)
        else:
            self.shell(actor, user)

    @Slot()
    def _set_up_more(self) -> None:
        """What was put off of the set-up; the main window comes back after it."""
        from app.views.shell import Shell

        if isinstance(self.window, Shell) and self.window.leave():
            self.theme = self.window.context.theme
            self.wizard(self.window.context.actor)

    @Slot()
    def sign_in(self, *, skip: bool = False) -> None:
        """Ask who is at the desk; ``skip`` where there is but one person and no password."""
        from app.services import signing_in
        from app.services.people import people
        from app.views.sign_in import SignIn

        assert self.workspace is not None
        known = people(self.workspace.office) if skip else []
        if len(known) == 1 and not known[0].guarded:
            signing_in.sign_in(self.workspace.office.acting(known[0].name, known[0].id), known[0].id, "")
            self.enter(known[0].name, known[0].id)
            return
        window = SignIn(self.workspace, self.tasks, self.theme, self.preferences.user)
        window.signed_in.connect(partial(self._let_in, window))
        self._show(window)

    def _let_in(self, window: SignIn, actor: str) -> None:
        self.enter(actor, window.person.id if window.person is not None else "")

    def shell(self, actor: str, user: str = "") -> None:
        """The main window, for ``actor``, who is the user with the id ``user``."""
        from app.views.context import Context
        from app.views.shell import Shell

        assert self.workspace is not None
        self.preferences = replace(self.mode.preferences(), size=self.theme.size, user=actor)
        self.mode.keep(self.preferences)
        context = Context(self.workspace, self.tasks, self.theme, actor, user=user)
        window = Shell(context, self.config, self.preferences, safe=self.mode.safe)
        context.setParent(window)
        window.who.connect(self._other_person)
        window.normal.connect(self.leave_safe_mode)
        context.join_wanted.connect(self._join)
        context.restore_wanted.connect(self._restore)
        context.setup_wanted.connect(self._set_up_more)
        window.start()
        self._show(window)
        window.watch_idle().connect(self.lock)
        if self.ready is not None:
            self.ready(window)
        QTimer.singleShot(0, self, self._show_bundle)
        if self.crashed:
            self.crashed = False
            QTimer.singleShot(0, window, partial(offer_after_crash, context, window))

    @Slot()
    def lock(self) -> None:
        """Nobody was there for a while: ask for the password again; what is open stays open behind it."""
        from app.services.people import people
        from app.views.shell import Shell
        from app.views.sign_in import SignIn

        shell = self.window
        if not isinstance(shell, Shell) or self.workspace is None:
            return
        if shell.context.office.duty.gone:  # deactivated meanwhile, perhaps on another PC
            self.sign_in()
            return
        mine = [one for one in people(self.workspace.office) if one.name == shell.context.actor]
        if not any(one.guarded for one in mine):
            return
        window = SignIn(self.workspace, self.tasks, shell.context.theme, shell.context.actor, locked=True)
        window.signed_in.connect(partial(self._back, window))
        shell.hide()
        self.behind, self.window = shell, window
        window.show()

    def _back(self, window: SignIn, actor: str) -> None:
        """Whoever was there goes on where they were; somebody else begins anew (drafts are kept)."""
        shell, self.behind = self.behind, None
        user = window.person.id if window.person is not None else ""
        if shell is not None and (actor, user) == (shell.context.actor, shell.context.user or user):
            self._show(shell)
        else:
            self.shell(actor, user)
            if shell is not None:
                shell.deleteLater()

    @Slot()
    def _other_person(self) -> None:
        from app.views.shell import Shell

        if isinstance(self.window, Shell):
            self.theme = self.window.context.theme
        self.sign_in()

    @Slot(object)
    def _join(self, card: Path) -> None:
        """Accept a card: the workspace is opened anew under what the card says, and the window with it."""
        from app.views.shell import Shell
        from app.workspace import Workspace

        if self.workspace is None or not isinstance(self.window, Shell) or not self.window.leave():
            return
        actor, user = self.window.context.actor, self.window.context.user
        self.theme = self.window.context.theme
        self.tasks.drain(5000)
        self.workspace.close()
        try:
            self.workspace = Workspace.join(self.data, self.config, card)
        except ShuniuError as error:
            dialogs.report(self.window, error)
            self.workspace = Workspace.open(self.data, self.config)
        self.shell(actor, user)

    @Slot(object)
    def _restore(self, backup: Path) -> None:
        """Go back to a backup; the present state is backed up first, and the window opened anew."""
        from app.views.shell import Shell
        from app.workspace import Workspace

        if self.workspace is None or not isinstance(self.window, Shell) or not self.window.leave():
            return
        actor, user = self.window.context.actor, self.window.context.user
        self.theme = self.window.context.theme
        self.tasks.drain(5000)
        try:
            self.workspace.backup("restore")
            self.workspace.close()
            Workspace.restore(self.data, self.config, backup)
        except ShuniuError as error:
            dialogs.report(self.window, error)
        self.workspace = Workspace.open(self.data, self.config)
        self.shell(actor, user)

    def _show(self, window: QWidget) -> None:
        before, self.window = self.window, window
        window.show()
        if before is not None:
            before.hide()
            before.deleteLater()

    def close(self) -> None:
        """Let the background end, release the database, and end the watch over the folder on this very thread."""
        self.tasks.close()
        for watch in self.findChildren(Handover):
            watch.close()
        if self.workspace is not None:
            self.workspace.close()
        self.faults.remove()
