"""The start of the desktop: surroundings, one instance, then the wizard or the sign-in, then the shell."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLockFile, QObject, Qt, QTimer, QTranslator, Slot
from PySide6.QtWidgets import QApplication, QWidget

from app import text
from app.errors import AlreadyRunning, DatabaseDamaged, EnvironmentFault, ShuniuError
from app.text import _
from app.views import dialogs
from app.views.handover import Handover, hand_over
from app.views.input_method import prepare_input_method
from app.views.preferences import Preferences
from app.views.tasks import Tasks
from app.views.theme import Theme

if TYPE_CHECKING:
    from app.views.shell import Shell
    from app.views.sign_in import SignIn
    from app.workspace import Workspace

LOCK = "desktop.lock"
LOG = "shuniu.log"
CRASHES = "crashes.log"
log = logging.getLogger(__name__)


def run_desktop(
    data: Path, config: Path, *, file: Path | None = None, theme: Theme | None = None,
    ready: Callable[[Shell], None] | None = None,
) -> int:  # fmt: skip
    """Open the desktop on a data folder, and the bundle ``file`` in it; returns the exit code. Where it is open already,
    that window comes to the front and takes the file. ``ready`` is told of the shell, for measuring."""
    gc.disable()  # until the first window stands: what is imported stays anyway, and collecting it costs a tenth
    preferences = Preferences.load(config)
    if theme is not None:
        preferences = replace(preferences, size=theme.size)
    if text.language() == "zh" and "SHUNIU_LANG" not in os.environ:
        text.use(preferences.language)
    write_log(config)
    prepare_input_method()
    app = application(Theme(preferences.size))
    desktop = Desktop(app, data, config, preferences, ready)
    try:
        with locked(data):
            desktop.start(file)
            QTimer.singleShot(0, desktop, desktop.settled)
            code = app.exec()
            desktop.close()
            return code
    except ShuniuError as error:
        if sys.stderr is not None:
            sys.stderr.write(f"{error}\n")
        gc.enable()
        handed = isinstance(error, AlreadyRunning) and hand_over(data, file)
        if not handed and app.platformName() != "offscreen":  # where nobody sees a dialog, nobody closes it
            dialogs.report(None, error)
        desktop.close()
        return error.exit_code


def application(theme: Theme) -> QApplication:
    """The one QApplication, dressed, with Qt's own words in Chinese."""
    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication([sys.argv[0] if sys.argv else "shuniu"])
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
        sys.excepthook = self.caught

    def start(self, bundle: Path | None = None) -> None:
        """The wizard where there is no data yet, else the sign-in; ``bundle`` is shown as soon as somebody is there."""
        from app.workspace import Workspace

        self.bundle = bundle
        Handover(self.data, self).asked.connect(self.asked)
        if Workspace.exists(self.data):
            try:
                self.workspace = Workspace.open(self.data, self.config)
            except DatabaseDamaged as error:
                self.workspace = self._restored(error)
            for notice in self.workspace.notices:
                dialogs.inform(self.window, _("没有备份成"), notice)
            self.sign_in(skip=True)
        else:
            self.wizard()

    def _restored(self, error: DatabaseDamaged) -> Workspace:
        """Offer the newest backup that holds together; raises ``error`` where there is none, or nobody wants it."""
        from app.services import backups
        from app.workspace import Workspace

        for one in backups.listed(self.data / backups.FOLDER):
            when = _("{month}月{day}日 {time}", month=one.made.month, day=one.made.day, time=f"{one.made:%H:%M}")
            text = _(
                "{error}\n\n有一份 {when} 的备份（{why}）。恢复后，那以后的修改只有已经同步出去的还在。"
                "现在的文件会留着，不会删除。", error=error.message, when=when, why=_(backups.WHY.get(one.why, one.why)),
            )  # fmt: skip
            if not dialogs.confirm(self.window, _("数据库打不开"), text, _("恢复这份备份"), _("不恢复")):
                break
            try:
                Workspace.restore(self.data, self.config, one.path)
                return Workspace.open(self.data, self.config)
            except ShuniuError as other:
                log.warning("A backup could not be restored", exc_info=other)
        raise error

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
        self.preferences = replace(Preferences.load(self.config), size=self.theme.size, user=actor)
        self.preferences.save(self.config)
        context = Context(self.workspace, self.tasks, self.theme, actor, user=user)
        window = Shell(context, self.config, self.preferences)
        context.setParent(window)
        window.who.connect(self._other_person)
        context.join_wanted.connect(self._join)
        context.restore_wanted.connect(self._restore)
        context.setup_wanted.connect(self._set_up_more)
        window.start()
        self._show(window)
        window.watch_idle().connect(self.lock)
        if self.ready is not None:
            self.ready(window)
        QTimer.singleShot(0, self, self._show_bundle)

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
        window = SignIn(self.workspace, self.tasks, shell.context.theme, shell.context.actor)
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
        """Let the background end and release the database."""
        self.tasks.close()
        if self.workspace is not None:
            self.workspace.close()
        sys.excepthook = sys.__excepthook__

    def caught(self, kind: type[BaseException], error: BaseException, trace: object) -> None:
        """A bug in a slot: logged and said calmly; the program goes on."""
        if isinstance(error, Exception):
            dialogs.report(self.window, error)
        else:
            sys.__excepthook__(kind, error, error.__traceback__)


@contextlib.contextmanager
def locked(data: Path):
    """One desktop at a time on a data folder; raises :class:`AlreadyRunning`."""
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFault(
            _("不能使用数据文件夹：{folder}", folder=data), _("请检查磁盘和权限，或另选文件夹。")
        ) from error
    lock = QLockFile(str(data / LOCK))
    lock.setStaleLockTime(0)
    if not lock.tryLock(100):
        if lock.error() == QLockFile.LockError.LockFailedError:
            raise AlreadyRunning(_("枢纽已经打开了。"), _("请在任务栏里找到它的窗口。"))
        raise EnvironmentFault(_("不能写入数据文件夹：{folder}", folder=data), _("请检查磁盘空间和权限。"))
    try:
        yield
    finally:
        lock.unlock()


def write_log(config: Path) -> None:
    """A log file first of all: a windowed program has no standard error. Crashes of the interpreter go there too."""
    import faulthandler
    from logging.handlers import RotatingFileHandler

    root = logging.getLogger()
    path = config / LOG
    if any(getattr(one, "baseFilename", "") == str(path.resolve()) for one in root.handlers):
        return
    with contextlib.suppress(OSError):
        config.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=3, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        if not faulthandler.is_enabled():
            faulthandler.enable((config / CRASHES).open("a", encoding="utf-8"))
