"""What a bundle on a stick would bring: who, when, how many, what kinds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.models.registry import KINDS
from app.text import _, listed
from app.views.dialogs import Sheet
from app.views.watch import say_when

if TYPE_CHECKING:
    from app.sync.usb import Preview


def say_kinds(kinds: Mapping[str, int]) -> str:
    """``场地预约 3 条、场地 1 条``; a kind of a newer program by its name."""
    shown = [
        _("{kind} {n} 条", kind=_(KINDS[name].label) if name in KINDS else name, n=n)
        for name, n in kinds.items()
        if not name.startswith("@")
    ]
    return listed(shown)


class PreviewSheet(Sheet):
    """Shows a :class:`~app.sync.usb.Preview` and asks whether to import it."""

    help_topic = "sync#从U盘导入"

    def __init__(self, parent: QWidget, preview: Preview, now: datetime) -> None:
        super().__init__(parent, _("导入这个同步包？"), _("导入"))
        sender = preview.center or preview.scope
        self.add_text(_("来自：{center}，电脑 {letters}", center=sender, letters=preview.letters))
        self.add_text(_("写于：{when}", when=say_when(preview.made_at, now)))
        kinds = say_kinds(preview.kinds)
        self.add_text(_("内容：{n} 条修改", n=preview.changes) + (_("（{kinds}）", kinds=kinds) if kinds else ""))
        self.add_text(_("导入要么全部成功，要么什么都不改；重复导入不会重复。"), "second")
