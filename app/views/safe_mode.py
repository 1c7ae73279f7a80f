"""Safe mode: the window without anything that works by itself, to look after the data when the desktop will not start.

It is asked for by ``--safe-mode``, by holding Shift at the start, and offered after two starts that came to nothing.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.text import _
from app.views import dialogs
from app.views.banners import Banner
from app.views.context import Context, Goto
from app.views.preferences import Preferences
from app.views.theme import Theme

STARTS = "starts"
"""The file that counts starts which have not come to anything yet."""
FAILED = 2
"""So many in a row, and safe mode is offered."""
STANDS_MS = 10_000
"""A window that has stood for so long has started."""
MOST = 8
"""Faults that are told one by one."""
DRIVERS = {"QT_XCB_GL_INTEGRATION": "none", "QT_QPA_PLATFORMTHEME": "", "QT_STYLE_OVERRIDE": "", "QT_SCALE_FACTOR": ""}
"""What the surroundings shall not say of how windows are drawn."""


def draw_plainly() -> None:
    """No graphics driver, no style and no scale of the desktop's; before the first window."""
    for name, value in DRIVERS.items():
        if value:
            os.environ[name] = value
        else:
            os.environ.pop(name, None)


def shift_held() -> bool:
    """Whether somebody holds Shift, and nothing else, now."""
    return QGuiApplication.queryKeyboardModifiers() == Qt.KeyboardModifier.ShiftModifier


class Mode(QObject):
    """Whether this is safe mode, and whether this start has come to something."""

    def __init__(self, config: Path, safe: bool, parent: QObject) -> None:
        super().__init__(parent)
        self.config, self.safe = config, safe
        self._begun = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(STANDS_MS)
        self._timer.timeout.connect(self.stands)

    def begin(self) -> None:
        """Count this start, when no other desktop is open; after two that came to nothing, ask."""
        failed = self._count()
        if not self.safe and failed >= FAILED:
            words = _(
                "可以用安全模式打开：不自动同步，不自动备份，显示用标准设置。数据不受影响，可以检查、备份、恢复，也可以导出诊断交给维护人员。"
            )
            yes, no = _("用安全模式打开"), _("照常打开")
            self.safe = dialogs.confirm(None, _("枢纽接连没有顺利打开"), words, yes, no)

    def leave(self) -> None:
        """As usual from now on; that it comes to something is to be seen again."""
        self.safe = False
        self._count()

    def _count(self) -> int:
        """How many starts before this one, in a row, came to nothing; 0 where that cannot be written down."""
        path, before = self.config / STARTS, 0
        with contextlib.suppress(OSError, ValueError):
            before = max(0, int(path.read_text("ascii")))
        self._begun = True
        self._timer.start()
        try:
            self.config.mkdir(parents=True, exist_ok=True)
            path.write_text(str(before + 1), "ascii")
        except OSError:
            return 0
        return before

    @Slot()
    def stands(self) -> None:
        """The window stands, or the program ended in an orderly way: the count begins anew."""
        if self._begun:
            with contextlib.suppress(OSError):
                (self.config / STARTS).unlink(missing_ok=True)

    def preferences(self) -> Preferences:
        """Those of this PC; in safe mode none."""
        return Preferences() if self.safe else Preferences.load(self.config)

    def dressed(self, app: QApplication) -> tuple[Preferences, Theme]:
        """Speak and dress as those say."""
        preferences = self.preferences()
        preferences.speak()
        theme = Theme(preferences.size)
        theme.apply(app)
        return preferences, theme

    def keep(self, preferences: Preferences) -> None:
        """Remember them on this PC; in safe mode nothing is."""
        if not self.safe:
            preferences.save(self.config)


class SafeBanner(Banner):
    """Says above every page what is off. ``normal`` when the person wants to open as usual."""

    help_topic = "trouble#安全模式"
    normal = Signal()

    def __init__(self, context: Context) -> None:
        words = _("安全模式：不自动同步，不自动备份，不在后台查找待处理的事，不用这台电脑上记下的显示设置。")
        super().__init__(context.theme, words)
        self.context = context
        self.check_button = self.offer(_("检查数据"), self._check)
        self.offer(_("备份、恢复和诊断"), self._keep)
        self.normal_button = self.offer(_("正常重新启动"), self._open_as_usual)

    @Slot()
    def _open_as_usual(self) -> None:
        self.normal.emit()

    @Slot()
    def _keep(self) -> None:
        self.context.navigate.emit(Goto("settings", {"data": True}))

    @Slot()
    def _check(self) -> None:
        self.check_button.setEnabled(False)
        self.context.tasks.run(self.context.workspace.check, self._checked, self._not_checked, owner=self)

    def _checked(self, faults: list[str]) -> None:
        self.check_button.setEnabled(True)
        if not faults:
            dialogs.inform(self, _("数据检查通过"), _("数据库完好，修改记录没有断开，各表和修改记录一致。"))
            return
        some = "\n".join(faults[:MOST])
        mend = _("请先导出诊断交给维护人员；可以恢复到以前的备份，现在的文件会留着。")
        dialogs.inform(self, _("检查出 {n} 处问题", n=len(faults)), f"{some}\n\n{mend}")

    def _not_checked(self, error: Exception) -> None:
        self.check_button.setEnabled(True)
        dialogs.report(self, error)
