"""操作记录: who signed in, looked at personal values, printed, exported; for the director and the administrator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QWidget

from app.models.fields import Field
from app.services.auditing import MOST, SORTS, AuditLine, audit
from app.services.office import Office
from app.text import _
from app.views import dialogs
from app.views.context import Context
from app.views.page import Page
from app.views.records.filters import ChoiceChip, PeriodChip
from app.views.records.periods import Period
from app.views.records.plain_table import PlainTable
from app.views.records.typed import say_moment


@dataclass(frozen=True)
class Narrowed:
    """What the page is narrowed to."""

    who: str = ""
    sorts: tuple[str, ...] = ()
    period: Period | None = field(default=None)

    def read(self, office: Office) -> list[AuditLine]:
        """The lines that fit."""
        low, high = (self.period.low, self.period.high) if self.period else (None, None)
        first = int(datetime.combine(low, time()).timestamp()) if low else 0
        last = int(datetime.combine(high + timedelta(days=1), time()).timestamp()) if high else None
        acts = tuple(act for sort in self.sorts for act in SORTS[sort][1])
        return audit(office, first=first, last=last, acts=acts, who=self.who)


class AuditPage(Page):
    """Newest first; a line opens the record it is about."""

    help_topic = "people#操作记录"
    name = "audit"
    title = "操作记录"

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        px = self.theme.px
        bar = QHBoxLayout()
        bar.setSpacing(px(8))
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("谁：姓名"))
        self.search.setAccessibleName(_("谁：姓名"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedSize(px(264), px(32))
        self.search.addAction(self.theme.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        choices = tuple((code, label) for code, (label, _acts) in SORTS.items())
        self.sorts = ChoiceChip(self.theme, Field(_("操作"), "choice", name="sort", choices=choices))
        self.period = PeriodChip(
            self.theme, Field(_("时间"), "date", name="started_at"), context.office.clock().date(), typed=False
        )
        for one in (self.search, self.sorts, self.period):
            bar.addWidget(one)
        bar.addStretch(1)
        self.body.addLayout(bar)
        self.setFocusProxy(self.search)
        columns = ((_("什么时候"), 156), (_("谁"), 160), (_("做了什么"), 120), (_("哪些"), 0), (_("说明"), 0))
        self.table = PlainTable(self.theme, _("操作记录"), columns)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty_state(_("没有符合条件的记录。")))
        self.body.addWidget(self.stack, 1)
        self.set_actions(None, [self.button(_("返回"), context.back, icon="arrow-left")])
        self.lines: list[AuditLine] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(180)
        self._timer.timeout.connect(self.refresh)
        self.search.textChanged.connect(self._typed)
        self.sorts.changed.connect(self.refresh)
        self.period.changed.connect(self.refresh)
        self.table.cellDoubleClicked.connect(self._open)

    @Slot()
    def refresh(self) -> None:
        """Read the lines that fit."""
        asked = Narrowed(self.search.text().strip(), self.sorts.chosen(), self.period.period)
        self.context.tasks.run(partial(asked.read, self.context.office), self.show_lines, self._failed, owner=self)

    def show_lines(self, lines: Sequence[AuditLine]) -> None:
        """Lay them out."""
        self.lines = list(lines)
        today = self.context.office.clock().date()
        self.table.fill(
            [
                (at, (say_moment(f"{datetime.fromtimestamp(one.at):%Y-%m-%dT%H:%M}", today),
                      _("{who} · {pc}", who=one.actor or _("（未登录）"), pc=one.pc), one.act, one.subject, one.detail))
                for at, one in enumerate(lines)
            ]
        )  # fmt: skip
        self.stack.setCurrentIndex(0 if lines else 1)
        said = _("最近 {n} 次", n=MOST) if len(lines) >= MOST else _("共 {n} 次", n=len(lines))
        self.set_summary(_("{said}：登录、查看个人信息、打印、导出都记在这里，不能修改", said=said))

    @Slot(str)
    def _typed(self, _text: str) -> None:
        self._timer.start()

    @Slot(int, int)
    def _open(self, row: int, _column: int) -> None:
        line = self.lines[row]
        if line.id and line.kind:
            self.context.open_record(line.kind, line.id)

    def _failed(self, error: Any) -> None:
        self.show_lines([])
        self.set_summary(dialogs.in_one_line(error))
