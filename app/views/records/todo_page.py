"""待处理: conflicts and findings, computed in the background, each with what can be done about it."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QRect, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.models.registry import KINDS, kind_of
from app.services import numbers
from app.services.reading import Query
from app.services.todo import SERIOUS, SHOWN, Group, Named, Todo, give_way, groups, keep_one, take_back
from app.services.writing import Saved
from app.text import _
from app.views import dialogs
from app.views.context import Context
from app.views.page import Page, button
from app.views.records.conflict import ConflictSheet
from app.views.records.merge_sheet import MergeSheet
from app.views.theme import AMBER, HALF, RED, TRIANGLE, Theme, paint_mark


class MarkLabel(QWidget):
    """The mark before a finding."""

    def __init__(self, theme: Theme, *, serious: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shape, self.colour = (TRIANGLE, RED) if serious else (HALF, AMBER)
        self.setFixedSize(theme.px(14), theme.px(14))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        paint_mark(painter, QRect(0, 0, self.width(), self.height()), self.shape, self.colour)
        painter.end()


class TodoRow(QWidget):
    """One finding and its buttons."""

    def __init__(self, context: Context, todo: Todo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.todo = context, todo
        theme = context.theme
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.px(6), 0, theme.px(6))
        row.setSpacing(theme.px(8))
        row.addWidget(MarkLabel(theme, serious=todo.finding.code in SERIOUS))
        words = QLabel(todo.finding.text)
        words.setWordWrap(True)
        words.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(words, 1)
        self.buttons: list[QPushButton] = []
        self._offer(row)

    def _offer(self, row: QHBoxLayout) -> None:
        code, records = self.todo.finding.code, self.todo.records
        several = len(records) > 1
        if code == "held":
            self._add(row, _("查看"), self._show_held, records[0])
            return
        for at, named in enumerate(records[:3]):
            self._add(row, _("打开第{n}条", n=at + 1) if several else _("打开"), self._open, named)
        if code == "clash" and len(records) == 2:
            for at, named in enumerate(records):
                self._add(row, _("让第{n}条让位", n=at + 1), self._give_way, named)
        elif code == "yields":
            for at, named in enumerate(records[:3]):
                self._add(row, _("第{n}条不让了", n=at + 1) if several else _("不让了"), self._take_back, named)
        elif code == "duplicate" and several:
            self._add(row, _("合并…"), self._merge, records[0])
        elif code == "number" and several:
            for at, named in enumerate(records[:2]):
                self._add(row, _("第{n}条换新编号", n=at + 1), self._renumber, named)
            self._add(row, _("合并…"), self._merge, records[0])
        elif code == "merged":
            for at, named in enumerate(records[:3]):
                self._add(row, _("留第{n}条", n=at + 1), self._keep, named)
        elif code == "oversubscribed" and records:
            self._add(row, _("看报名"), self._enrolments, records[0])
        elif code == "conflict" and records:
            self._add(row, _("处理冲突"), self._settle, records[0])

    def _add(self, row: QHBoxLayout, text: str, slot: Any, named: Named) -> None:
        made = button(self.context.theme, text, slot)
        made.setToolTip(named.title)
        made.setProperty("record", named.id)
        row.addWidget(made, 0, Qt.AlignmentFlag.AlignTop)
        self.buttons.append(made)

    def _asked(self) -> str:
        return str(self.sender().property("record"))

    @Slot()
    def _open(self) -> None:
        self.context.open_record(self.todo.finding.kind, self._asked())

    @Slot()
    def _show_held(self) -> None:
        self.context.open_page("held")

    @Slot()
    def _enrolments(self) -> None:
        self.context.open_list("enrolment", Query(where={"training": self._asked()}))

    @Slot()
    def _settle(self) -> None:
        ConflictSheet(self, self.context, kind_of(self.todo.finding.kind), self._asked()).open()

    @Slot()
    def _give_way(self) -> None:
        loser = self._asked()
        winner = next(named.id for named in self.todo.records if named.id != loser)
        self.context.tasks.run(partial(give_way, self.context.office, loser, winner), self._gave_way, owner=self)

    @Slot()
    def _take_back(self) -> None:
        job = partial(take_back, self.context.office, self._asked())
        self.context.tasks.run(job, self._took_back, owner=self)

    def _took_back(self, saved: Saved) -> None:
        self.context.wrote(frozenset({"booking"}), _("已收回让位"), saved.op)

    @Slot()
    def _merge(self) -> None:
        one, other = self.todo.records[:2]
        MergeSheet(self, self.context, kind_of(self.todo.finding.kind), one.id, other.id).open()

    @Slot()
    def _renumber(self) -> None:
        job = partial(numbers.renew, self.context.office, self.todo.finding.kind, self._asked())
        text = _("旧编号仍可在历史里看到。印有旧编号的单子要收回重印。这一步不能撤销。")
        if dialogs.confirm(self, _("换一个新编号？"), text, _("换新编号"), _("再看看")):
            self.context.tasks.run(job, self._renumbered, owner=self)

    def _renumbered(self, saved: Saved) -> None:
        self.context.wrote(frozenset({self.todo.finding.kind}), _("新编号是 {number}", number=saved.number))

    @Slot()
    def _keep(self) -> None:
        job = partial(keep_one, self.context.office, self.todo.finding.kind, self._asked())
        self.context.tasks.run(job, self._kept, owner=self)

    def _kept(self, saved: Saved) -> None:
        self.context.wrote(KINDS, _("已按选中的一条合并"), saved.op)

    def _gave_way(self, saved: Saved) -> None:
        self.context.wrote(frozenset({"booking"}), _("已让位，场地留给另一个预约"), saved.op)


class TodoPage(Page):
    """Groups of things to do, most serious first."""

    help_topic = "todo"
    name = "todo"
    listens_to = frozenset(KINDS)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.set_title(_("待处理"))
        self.set_summary(_("正在查找…"))
        self.shown = SHOWN
        self.rows: list[TodoRow] = []
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self.scroller, 1)

    def refresh(self) -> None:
        """Compute the findings in the background."""
        self.context.tasks.run(partial(groups, self.context.office, self.shown), self.show_groups, owner=self)

    def show_groups(self, found: list[Group]) -> None:
        """Lay them out."""
        place = self.scroller.verticalScrollBar().value()
        self.rows = []
        total = sum(group.count for group in found)
        serious = sum(group.count for group in found if group.code in SERIOUS)
        if not found:
            self.set_summary(_("没有要处理的事"))
            self.scroller.setWidget(
                self.empty_state(_("没有要处理的事。撞期、重复和两台电脑改得不一样的地方会列在这里。"))
            )
            return
        first = _("，其中 {n} 件要先处理", n=serious) if serious else ""
        self.set_summary(_("共 {n} 件事{first}", n=total, first=first))
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, self.theme.px(8), 0)
        column.setSpacing(self.theme.px(16))
        for group in found:
            column.addWidget(self._card(group))
        column.addStretch(1)
        self.scroller.setWidget(body)
        self.scroller.verticalScrollBar().setValue(place)

    def _card(self, group: Group) -> QWidget:
        px = self.theme.px
        card = QFrame()
        card.setProperty("look", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(px(16), px(12), px(16), px(8))
        column.setSpacing(0)
        title = QLabel(_("{label}（{n}）", label=group.label, n=group.count))
        title.setFont(self.theme.font(15, True))
        column.addWidget(title)
        column.addSpacing(px(4))
        for todo in group.todos:
            line = QFrame()
            line.setProperty("look", "line")
            line.setFixedHeight(1)
            column.addWidget(line)
            row = TodoRow(self.context, todo)
            self.rows.append(row)
            column.addWidget(row)
        rest = group.count - len(group.todos)
        if rest > 0:
            more = self.button(_("再显示一些（还有 {n} 件）", n=rest), self._more, look="link")
            column.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    @Slot()
    def _more(self) -> None:
        self.shown += 100
        self.refresh()
