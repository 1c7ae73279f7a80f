"""Diagnostics for whoever helps, written from the window."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.services import diagnostics
from app.text import _
from app.views import dialogs
from app.views.context import Said

if TYPE_CHECKING:
    from app.views.context import Context


def export_diagnostics(context: Context, parent: QWidget) -> None:
    """Ask where to, and write them in the background."""
    name = _("枢纽诊断") + f"-{context.office.clock():%Y%m%d-%H%M}.zip"
    path = dialogs.choose_save_file(parent, _("导出诊断"), name, "ZIP (*.zip)")
    if path is None:
        return
    workspace = context.workspace

    def write() -> None:
        facts = {"check": len(workspace.check())}
        diagnostics.write(workspace.office, facts, workspace.machine.folder.parent, path)

    def written(_nothing: None) -> None:
        context.said.emit(Said(_("诊断已经导出。")))

    context.tasks.run(write, written, partial(dialogs.report, parent), owner=parent)


def offer_after_crash(context: Context, parent: QWidget) -> None:
    """The last run ended unexpectedly: say that nothing that was saved is lost, and offer the diagnostics."""
    text = _(
        "已经保存的内容都在。没有保存完的表单，打开时会问您要不要接着填。\n可以把诊断导出来交给维护人员，里面没有个人信息和密钥。"
    )
    if dialogs.confirm(parent, _("枢纽上次意外关闭了"), text, _("导出诊断"), _("不用了")):
        export_diagnostics(context, parent)
