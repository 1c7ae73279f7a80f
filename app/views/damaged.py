"""A database that cannot be opened: the newest backup that holds together is offered."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.errors import DatabaseDamaged, ShuniuError
from app.text import _
from app.views import dialogs

if TYPE_CHECKING:
    from app.workspace import Workspace

log = logging.getLogger(__name__)


def backup_of(error: DatabaseDamaged, data: Path, config: Path, parent: QWidget | None) -> Workspace:
    """Offer the newest backup that holds together; raises ``error`` where there is none, or nobody wants it."""
    from app.services import backups
    from app.workspace import Workspace

    for one in backups.listed(data / backups.FOLDER):
        when = _("{month}月{day}日 {time}", month=one.made.month, day=one.made.day, time=f"{one.made:%H:%M}")
        text = _(
            "{error}\n\n有一份 {when} 的备份（{why}）。恢复后，那以后的修改只有已经同步出去的还在。"
            "现在的文件会留着，不会删除。", error=error.message, when=when, why=_(backups.WHY.get(one.why, one.why)),
        )  # fmt: skip
        if not dialogs.confirm(parent, _("数据库打不开"), text, _("恢复这份备份"), _("不恢复")):
            break
        try:
            Workspace.restore(data, config, one.path)
            return Workspace.open(data, config)
        except ShuniuError as other:
            log.warning("A backup could not be restored", exc_info=other)
    raise error
