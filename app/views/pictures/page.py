"""统计图: how rooms are used, in three pictures, each with what it found as a sentence and a list behind every mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup, QComboBox, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.services import pictures
from app.services.pictures import CODES, HEAT, KINDS, NO_SHOWS, Chart, Mark, RoomUse, Span
from app.services.reading import Query
from app.text import _
from app.views.context import Context
from app.views.page import Page
from app.views.pictures.chart import ChartView
from app.views.pictures.spans import spans


class PicturesPage(Page):
    """One picture at a time; what, when and which room are chosen above it."""

    help_topic = "charts"
    name = "pictures"
    title = "统计图"
    listens_to = frozenset({"booking", "venue"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.code = HEAT
        self._venue: str | None = None
        self._picked = False
        self._wanted: tuple[str, Span, str | None] | None = None
        self.view = ChartView(self.theme, self)
        self.finding, self.note = QLabel(), QLabel()
        self.finding.setFont(self.theme.font(16, semibold=True))
        self.finding.setWordWrap(True)
        self.note.setWordWrap(True)
        self.note.setProperty("look", "second")
        self.print_button = self.button(_("打印"), self.print_chart, icon="printer", keys="Ctrl+P")
        self.set_actions(None, [self.print_button])
        self.body.addLayout(self._filters())
        self.body.addWidget(self._card(), 1)
        self.setFocusProxy(self.view)
        self.view.opened.connect(self._open)

    def _filters(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self.theme.px(8))
        self._group = QButtonGroup(self)
        names = {HEAT: _("场地占用"), KINDS: _("各类申请方用时"), NO_SHOWS: _("爽约率")}
        for number, code in enumerate(CODES):
            one = self.button(names[code], None)
            one.setCheckable(True)
            one.setChecked(code == self.code)
            self._group.addButton(one, number)
            row.addWidget(one)
        self._group.idClicked.connect(self._clicked)
        row.addSpacing(self.theme.px(8))
        self.spans = QComboBox()
        self.spans.setAccessibleName(_("时间"))
        for label, span in spans(date.fromisoformat(self.context.office.today)):
            self.spans.addItem(label, span)
        self.rooms = QComboBox()
        self.rooms.setAccessibleName(_("场地"))
        self.rooms.setMinimumWidth(self.theme.px(200))
        self.spans.activated.connect(self._ask_rooms)
        self.rooms.activated.connect(self._room_picked)
        row.addWidget(self.spans)
        row.addWidget(self.rooms)
        row.addStretch(1)
        return row

    def _card(self) -> QFrame:
        card, px = QFrame(), self.theme.px
        card.setProperty("look", "card")
        box = QVBoxLayout(card)
        box.setContentsMargins(px(16), px(12), px(16), px(12))
        box.setSpacing(px(8))
        box.addWidget(self.finding)
        box.addWidget(self.view, 1)
        box.addWidget(self.note)
        return card

    @property
    def span(self) -> Span:
        """The dates chosen."""
        return self.spans.currentData()

    def arrive(self, arguments: Mapping[str, Any]) -> None:
        """Come to a picture by its ``code``."""
        if arguments.get("code") in CODES:
            self.choose(arguments["code"])

    def refresh(self) -> None:
        """Count again."""
        self._ask_rooms()

    def choose(self, code: str) -> None:
        """Show another picture."""
        self.code = code
        self._group.button(CODES.index(code)).setChecked(True)
        self._ask()

    @Slot(int)
    def _clicked(self, number: int) -> None:
        self.choose(CODES[number])

    @Slot()
    def _ask_rooms(self) -> None:
        self.context.tasks.run(partial(pictures.rooms, self.context.office, self.span), self._rooms, owner=self)

    @Slot(object)
    def _rooms(self, found: Sequence[RoomUse]) -> None:
        """The heat map begins with the room that is used most."""
        if not self._picked or self._venue not in (None, *(room.id for room in found)):
            self._picked, self._venue = False, found[0].id if found else None
        self.rooms.clear()
        self.rooms.addItem(_("所有场地"), None)
        for room in found:
            self.rooms.addItem(room.name, room.id)
        self.rooms.setCurrentIndex(max(self.rooms.findData(self._venue), 0))
        self._ask()

    @Slot(int)
    def _room_picked(self, _index: int) -> None:
        self._venue, self._picked = self.rooms.currentData(), True
        self._ask()

    def _ask(self) -> None:
        venue = self._venue if self.code == HEAT or self._picked else None
        self.rooms.setCurrentIndex(max(self.rooms.findData(venue), 0))
        self._wanted = (self.code, self.span, venue)
        operation = partial(pictures.chart, self.context.office, *self._wanted)
        self.context.tasks.run(operation, partial(self._show, self._wanted), owner=self)

    def _show(self, asked: tuple[str, Span, str | None], chart: Chart) -> None:
        if asked != self._wanted:
            return  # an answer to an older question
        self.view.show_chart(chart)
        self.finding.setText(chart.title)
        self.note.setText(chart.note)
        self.view.setVisible(not chart.empty)
        self.print_button.setEnabled(not chart.empty)
        self.set_summary(_("点一格，或用方向键选中后回车，看里面的预约"))

    @Slot(object)
    def _open(self, mark: Mark) -> None:
        self.context.open_list("booking", Query(among=mark.ids, why=mark.about))

    @Slot()
    def print_chart(self) -> None:
        """The same picture on paper."""
        from app.views.records.slip_preview import PreviewSheet

        chart = self.view.chart
        if chart is not None:
            PreviewSheet(self, self.context, chart.name, partial(pictures.pdf, self.context.office, chart)).run()
