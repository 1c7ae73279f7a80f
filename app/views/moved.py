"""The start of a PC whose data was taken to a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.services import local
from app.services.moving import MOVED
from app.services.office import Office
from app.text import _
from app.views import dialogs

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def moved_on(office: Office, window: QWidget | None) -> bool:
    """Whether this PC is to be left alone, since its work goes on at another; who wants it after all is not asked again."""
    made = local.read(office, MOVED)
    if made is None:
        return False
    text = _(
        "这台电脑的数据 {when} 已经放进U盘，准备搬到新电脑。\n\n新电脑已经在用的，请在新电脑上办理，不要在这台上再写；"
        "还没有搬成的，可以照旧用这台。", when=str(made).replace("T", " "),
    )  # fmt: skip
    if not dialogs.confirm(window, _("这台电脑还用吗"), text, _("仍用这台电脑"), _("退出"), careful=True):
        return True
    local.write(office, MOVED, None)
    return False
