"""回收站: deleted records of every kind, who deleted them and when; they can all come back."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QWidget

from app.errors import Refusal
from app.models.registry import KINDS
from app.services.binned import Binned, binned, restore
from app.services.rights import to_delete
from app.services.writing import Saved
from app.text import _
from app.views import dialogs
from app.views.context import Context
from app.views.page import Page
from app.views.records.plain_table import KEY, PlainTable
from app.views.records.typed import say_moment


class BinPage(Page):
    """Newest first."""

    help_topic = "undo#回收站"
    name = "bin"
    listens_to = frozenset(KINDS)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        px = self.theme.px
        self.set_title(_("回收站"))
        self.found: list[Binned] = []
        bar = QHBoxLayout()
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("搜索回收站"))
        self.search.setAccessibleName(_("搜索回收站"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(px(264))
        self.search.addAction(self.theme.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        bar.addWidget(self.search)
        bar.addStretch(1)
        self.body.addLayout(bar)
        self.setFocusProxy(self.search)
        columns = ((_("名称"), 0), (_("种类"), 144), (_("谁删的"), 240), (_("什么时候"), 200))
        self.table = PlainTable(self.theme, _("回收站"), columns)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty_state(_("回收站是空的。删掉的记录会放在这里，随时可以恢复。")))
        self.body.addWidget(self.stack, 1)
        self.restorer = self.button(_("恢复选中的"), self._restore, icon="undo-2")
        self.restorer.setEnabled(False)
        self.set_actions(self.restorer)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(150)
        self._timer.timeout.connect(self._fill)
        self.search.textChanged.connect(self._typed)
        self.table.itemSelectionChanged.connect(self._selected)
        self.table.cellDoubleClicked.connect(self._open)

    def refresh(self) -> None:
        """Read the bin."""
        self.context.tasks.run(partial(binned, self.context.office), self.show_found, owner=self)

    def show_found(self, found: list[Binned]) -> None:
        """Show what lies in the bin."""
        self.found = found
        self.set_summary(_("{n} 条记录，都可以恢复", n=len(found)) if found else _("没有删掉的记录"))
        self._fill()

    @Slot(str)
    def _typed(self, _text: str) -> None:
        self._timer.start()

    @Slot()
    def _fill(self) -> None:
        words = self.search.text().lower().split()
        shown = [one for one in self.found if all(word in one.haystack for word in words)]
        today = self.context.office.clock().date()
        rows = []
        for one in shown:
            when = datetime.fromtimestamp(one.at).strftime("%Y-%m-%dT%H:%M") if one.at else ""
            who = _("{who} · {pc}", who=one.actor or _("（未登录）"), pc=one.pc) if one.at else ""
            words = (one.title, _(one.kind.label), who, say_moment(when, today) if when else "")
            rows.append(((one.kind.name, one.id), words))
        self.table.fill(rows)
        self.stack.setCurrentIndex(0 if self.found else 1)
        self._selected()

    @property
    def selected(self) -> list[tuple[str, str]]:
        """(kind, id) of the selected rows."""
        return [tuple(key) for key in self.table.selected_keys() if isinstance(key, (tuple, list))]

    @Slot()
    def _selected(self) -> None:
        count = len(self.selected)
        rights = dict.fromkeys(right for kind, _id in self.selected for right in to_delete(kind))
        if self.context.allow(self.restorer, *rights, usable=bool(count)):
            self.restorer.setToolTip("")
        self.restorer.setText(_("恢复选中的 {n} 条", n=count) if count > 1 else _("恢复选中的"))

    @Slot(int, int)
    def _open(self, row: int, _column: int) -> None:
        item = self.table.item(row, 0)
        if item is not None:
            self.context.open_record(*item.data(KEY))

    @Slot()
    def _restore(self) -> None:
        chosen = self.selected
        if chosen:
            job = partial(restore, self.context.office, chosen)
            self.context.tasks.run(job, partial(self._restored, chosen), self._failed, owner=self)

    def _restored(self, chosen: list[tuple[str, str]], saved: Saved) -> None:
        kinds = frozenset(kind for kind, _id in chosen)
        self.context.wrote(kinds, _("已恢复 {n} 条记录", n=len(chosen)), saved.op)

    def _failed(self, error: Any) -> None:
        if isinstance(error, Refusal):
            dialogs.inform(self, _("没有恢复"), "\n".join(f"{f.error}。{f.mend}" for f in error.faults))
        else:
            dialogs.report(self, error)
