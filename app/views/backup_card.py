"""Backups in the settings: the last one, one more now, the second place, going back to one, the recovery sheet."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from app.services import backups, recovery
from app.services.backups import Backup, Made
from app.services.moving import Package
from app.services.rights import BACKUP, MACHINE
from app.text import _
from app.views import dialogs
from app.views.context import Context, Said
from app.views.elided import ElidedLabel
from app.views.page import button
from app.views.watch import say_when

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


OFFERED = 10
"""The newest backups to choose from; older ones by the command line."""


class BackupCard(QObject):
    """The parts, which the settings lay out; each asks in the background. ``read`` when all is shown."""

    read = Signal()

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self.context, self.page = context, parent
        theme = context.theme
        self.last, self.second = ElidedLabel(""), ElidedLabel("")
        self.make = button(theme, _("现在备份"), self._make, icon="save")
        self.restore = button(theme, _("恢复到以前…"), self._restore, icon="history")
        self.choose = button(theme, _("选择文件夹…"), self._choose, icon="usb")
        self.forget = button(theme, _("不用了"), self._forget)
        self.sheet = button(theme, _("开具恢复单"), self._sheet, icon="printer")
        self.sheet_words = ElidedLabel("")
        self.issued = False
        """Whether there is a recovery sheet."""
        for one in (self.make, self.choose, self.forget, self.sheet):
            context.allow(one, BACKUP)
        self.move = button(theme, _("换电脑…"), self._move, icon="monitor")
        context.allow(self.move, MACHINE)
        self.look()

    @Slot()
    def look(self) -> None:
        """Read how things stand."""
        workspace = self.context.workspace

        def stand() -> tuple[list[Backup], Path | None, bool]:
            office = workspace.office
            known = backups.listed(workspace.data / backups.FOLDER)
            return known, backups.second_place(office), bool(recovery.public_key(office))

        self.context.tasks.run(stand, self._shown, self._failed, owner=self.page)

    @Slot(object)
    def _shown(self, found: tuple[list[Backup], Path | None, bool]) -> None:
        known, second, sheet = found
        now = self.context.office.clock()
        if known:
            when = say_when(int(known[0].made.timestamp()), now)
            self.last.setText(
                _("{when}，{why}；共 {n} 份", when=when, why=_(backups.WHY.get(known[0].why, "")), n=len(known))
            )
        else:
            self.last.setText(_("还没有备份，程序每天会自动备份一次"))
        self.context.allow(self.restore, MACHINE, usable=bool(known))
        self.second.setText(str(second) if second else _("没有选。选U盘或移动硬盘，电脑坏了数据还在"))
        self.forget.setVisible(second is not None)
        self.issued = sheet
        self.sheet.setText(_("换新恢复单") if sheet else _("开具恢复单"))
        self.sheet_words.setText(_("已开具。恢复码只在纸上") if sheet else _("还没有开具：电脑坏了，没有它打不开备份"))
        self.read.emit()

    def _failed(self, error: Exception) -> None:
        dialogs.report(self.page, error)

    @Slot()
    def _make(self) -> None:
        self.make.setEnabled(False)
        self.context.tasks.run(
            partial(self.context.workspace.backup, "manual"), self._made, self._not_made, owner=self.page
        )

    @Slot(object)
    def _made(self, made: Made) -> None:
        self.make.setEnabled(True)
        self.context.said.emit(Said(made.notice or _("已备份，并检查过。")))
        self.look()

    def _not_made(self, error: Exception) -> None:
        self.make.setEnabled(True)
        dialogs.report(self.page, error)

    @Slot()
    def _choose(self) -> None:
        folder = dialogs.choose_folder(self.page, _("第二处备份位置"))
        if folder is not None:
            self._keep(folder)

    @Slot()
    def _forget(self) -> None:
        self._keep(None)

    def _keep(self, folder: Path | None) -> None:
        job = partial(backups.choose_second, self.context.office, folder)
        self.context.tasks.run(job, self._kept, self._failed, owner=self.page)

    @Slot(object)
    def _kept(self, _nothing: Any) -> None:
        self.look()

    @Slot()
    def _restore(self) -> None:
        known = backups.listed(self.context.workspace.data / backups.FOLDER)
        offered = [(one.path.name, self._called(one)) for one in known[:OFFERED]]
        chosen = dialogs.choose_one(self.page, _("恢复到哪一份备份"), "", offered)
        if chosen is None:
            return
        text = _(
            "恢复到 {when}。那以后在本机做的修改，只有已经同步出去的还在。现在的数据会先留一份，不会丢。",
            when=dict(offered)[chosen],
        )
        if dialogs.confirm(self.page, _("恢复备份"), text, _("恢复")):
            self.context.restore_wanted.emit(self.context.workspace.data / backups.FOLDER / chosen)

    @staticmethod
    def _called(one: Backup) -> str:
        why = _(backups.WHY.get(one.why, one.why))
        return _("{date} {time}，{why}", date=f"{one.made:%Y-%m-%d}", time=f"{one.made:%H:%M}", why=why)

    @Slot()
    def _move(self) -> None:
        """What a new PC needs goes into a folder; this one is told at its next start."""
        if (place := dialogs.choose_folder(self.page, _("U盘或移动硬盘上的文件夹"))) is None:
            return
        self.move.setEnabled(False)
        self.context.tasks.run(
            partial(self.context.workspace.move, place), self._moved, self._not_moved, owner=self.page
        )

    @Slot(object)
    def _moved(self, package: Package) -> None:
        self.move.setEnabled(True)
        self.look()
        text = _(
            "已放进 {folder}，并核对过。\n\n请带上它和恢复单，到新电脑上安装枢纽，第一次打开时选“从旧电脑搬来”。"
            "新电脑打开以后，这台电脑请不要再写。", folder=package.folder.name,
        )  # fmt: skip
        dialogs.inform(self.page, _("搬家的文件做好了"), text)

    def _not_moved(self, error: Exception) -> None:
        self.move.setEnabled(True)
        dialogs.report(self.page, error)

    @Slot()
    def _sheet(self) -> None:
        text = (
            _("恢复码只印在纸上，印好后请锁起来。以前的恢复单从此只能打开旧备份。")
            if self.issued
            else _("恢复码只印在纸上，印好后请锁起来。电脑坏了，用它打开备份；忘记密码，用它重设。")
        )
        if dialogs.confirm(self.page, self.sheet.text(), text, _("开具并打印"), careful=self.issued):
            self.context.tasks.run(self.context.workspace.recovery_sheet, self._printed, self._failed, owner=self.page)

    @Slot(object)
    def _printed(self, pdf: bytes) -> None:
        from app.views.records.slip_preview import PreviewSheet

        sheet = PreviewSheet(self.page.window(), self.context, _("数据恢复单"), lambda: pdf)
        sheet.saver.hide()  # on paper and nowhere else
        if not sheet.run():
            text = _("恢复码关掉以后就看不到了。没有印出来、也没有抄下来的，电脑坏了，以后的备份打不开。")
            if dialogs.confirm(self.page, _("恢复单没有印出来"), text, _("回去打印"), _("不用印了")):
                self._printed(pdf)
                return
        self.look()
