"""What of the set-up was put off: said on 今日 until it is done or dismissed, and in the settings."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from PySide6.QtCore import QObject, Slot

from app.services import setup
from app.text import _, listed
from app.views.banners import Banners
from app.views.context import Context

NAME = "setup"


def waiting(context: Context) -> tuple[str, ...]:
    """The steps that wait, as people call them."""
    workspace = context.workspace
    kept = setup.read(workspace.machine.folder.parent, workspace.data)
    return tuple(_(setup.LABELS[step]) for step in kept.waiting) if kept is not None else ()


class SetupHint(QObject):
    """The banner on 今日."""

    def __init__(self, context: Context, banners: Banners) -> None:
        super().__init__(banners)
        self.context, self.banners = context, banners
        workspace = context.workspace
        kept = setup.read(workspace.machine.folder.parent, workspace.data)
        if kept is not None and kept.hint and kept.open is None:
            words = _("首次设置还差：{steps}。", steps=listed(waiting(context)))
            banner = banners.put(NAME, words)
            banner.offer(_("完成设置"), context.set_up_more)
            banner.offer(_("不再提示"), self.dismiss)

    @Slot()
    def dismiss(self) -> None:
        """No longer said here; the settings still offer it."""
        workspace = self.context.workspace
        config = workspace.machine.folder.parent
        kept = setup.read(config, workspace.data)
        with contextlib.suppress(OSError):  # said again at the next start
            if kept is not None:
                setup.keep(config, replace(kept, hint=False))
        self.banners.drop(NAME)
