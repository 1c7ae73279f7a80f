"""What the first step of the set-up does, behind a progress line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.services import moving
from app.text import _
from app.views.tasks import Progress
from app.views.wizard_steps import Wanted
from app.workspace import Workspace


def set_up(data: Path, config: Path, wanted: Wanted, progress: Progress) -> Workspace:
    """Make the data folder as ``wanted``; runs in the background."""
    if wanted.package is not None:
        progress.report(1, 2, _("正在核对旧电脑的数据…"))
        wanted = replace(wanted, backup=moving.verify(wanted.package))
    if wanted.backup is not None:
        progress.report(1, 2, _("正在打开备份…"))
        return Workspace.recover(data, config, wanted.backup, wanted.code)
    if wanted.card is not None:
        progress.report(1, 2, _("正在用入网卡加入…"))
        return Workspace.join(data, config, wanted.card)
    progress.report(1, 2, _("正在建立数据文件夹…"))
    workspace = Workspace.create(data, config, wanted.street, wanted.center)
    progress.report(2, 2, _("正在编排检索…"))
    workspace.index()
    return workspace


def nothing(_result: object) -> None:
    """Nobody waits for it."""
