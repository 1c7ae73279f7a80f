"""That there is sample data, above every page while there is; and one click that takes it away."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.models.registry import KINDS
from app.services import sample
from app.services.rights import DELETE
from app.text import _
from app.views import dialogs
from app.views.banners import Banners
from app.views.context import Context

NAME = "sample"


class SampleBanner(Banners):
    """Hidden where there is none. ``leave`` asks whether what is open may be left."""

    def __init__(self, context: Context, leave: Callable[[], bool], parent: QWidget | None = None) -> None:
        super().__init__(context.theme, parent)
        self.context, self.leave = context, leave
        px = context.theme.px
        self.column.setContentsMargins(px(24), px(12), px(24), 0)
        self.look()

    @Slot()
    def look(self) -> None:
        """Read how much there is."""
        self.context.tasks.run(partial(sample.count, self.context.office), self._counted, owner=self)

    @Slot(object)
    def _counted(self, count: int) -> None:
        self.count = count
        if count:
            text = _("正在使用演示数据（{n} 条，都标着“演示”）：只留在本机，不会上报。", n=count)
            self.remover = self.put(NAME, text).offer(_("清除演示数据"), self.remove)
            self.context.allow(self.remover, DELETE)
        else:
            self.drop(NAME)

    @Slot()
    def remove(self) -> None:
        """Take it away, after a confirm."""
        text = _("{n} 条演示记录全部去掉，不能撤销。您自己登记的记录都留着。", n=self.count)
        if not dialogs.confirm(self, _("清除演示数据"), text, _("清除"), careful=True) or not self.leave():
            return
        self.remover.setEnabled(False)
        self.context.tasks.run(
            partial(sample.remove, self.context.workspace.office), self._removed, self._not_removed, owner=self
        )

    @Slot(object)
    def _removed(self, count: int) -> None:
        self.drop(NAME)
        self.context.open_page("today")
        self.context.wrote(KINDS, _("{n} 条演示记录已经清除。", n=count))

    def _not_removed(self, error: Exception) -> None:
        self.remover.setEnabled(True)
        dialogs.report(self, error)
