"""A data folder that cannot be opened: the newest backup that holds together is offered, or the recovery sheet asked for."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.errors import DatabaseDamaged, KeysLost, ShuniuError
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


def opened_anew(error: KeysLost, data: Path, config: Path, parent: QWidget | None) -> Workspace:
    """Offer the ways that bring back the keys of the folder: the code of the recovery sheet, or a card of the district;
    raises ``error`` where neither opens this folder, or nobody has it."""
    from app.workspace import Workspace

    sheet, card = Workspace.opens_by(data)
    labels = {"sheet": _("用恢复单打开…") if sheet else "", "card": _("用入网卡打开…") if card else ""}
    ways = [(code, label) for code, label in labels.items() if label]
    text = _(
        "{error}\n\n数据还在。打开以后，这台电脑按新电脑对待：用恢复单打开的，要联网同步时请区里再发一张入网卡；"
        "没有恢复单的，请把数据文件夹里的 key.sealed 交给区里，换一张能打开它的入网卡。损坏的配置文件会留着，不会删除。",
        error=error.message,
    )  # fmt: skip
    while ways and (way := dialogs.choose_one(parent, _("打不开数据"), text, ways)) is not None:
        try:
            if way == "sheet":
                code = dialogs.ask_text(parent, _("用恢复单打开"), _("恢复单上的恢复码"), yes=_("打开"))
                if code:
                    return Workspace.recover(data, config, data, code)
            else:
                file = dialogs.choose_open_file(parent, _("选择入网卡"), _("所有文件 (*)"))
                if file is not None:
                    return Workspace.join(data, config, file)
        except ShuniuError as refused:
            dialogs.report(parent, refused)
    raise error
