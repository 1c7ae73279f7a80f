"""今日: what the day asks of the center, each block printable, each line one click from its record."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from app.errors import Refusal
from app.services.day_blocks import Block, Item
from app.services.rights import to_write
from app.services.slips import printed_list
from app.services.times import say_day
from app.services.today import Today, print_block, today
from app.services.writing import Saved
from app.text import _
from app.views import dialogs
from app.views.banners import Banners
from app.views.context import Context, Said
from app.views.counter.walk_in import walk_in
from app.views.day_line import DayLine, widths
from app.views.elided import ElidedLabel
from app.views.page import Page, button
from app.views.setup_hint import SetupHint
from app.views.theme import Theme
from app.views.watch import say_status

if TYPE_CHECKING:
    from app.services.findings import Finding

MOST = 9
"""Lines of a block; the rest is one click away."""
STEPS: Final = {"check_in": "到场", "check_out": "离场", "key_back": "已还", "accept": "接受"}
WHEN_ANY = frozenset({"offers", "keys", "deposits"})
"""Cards that are only there when something is in them."""
RED_FINDINGS = frozenset({"clash", "closed", "equipment", "oversubscribed"})


class Card(QFrame):
    """A heading with what it counts, lines, and what opens all of it."""

    opened = Signal(object)
    all_wanted = Signal(object)
    print_wanted = Signal(object)
    step_wanted = Signal(object)
    """The :class:`Item` of which the button was pressed."""

    def __init__(self, theme: Theme, code: str, title: str, *, printable: bool = True) -> None:
        super().__init__()
        self.theme, self.code, self.title = theme, code, title
        self.setProperty("look", "card")
        self.setAccessibleName(title)
        px = theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(1, px(8), 1, px(8))
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(px(16), 0, px(8), px(4))
        head.setSpacing(px(8))
        name = QLabel(title)
        name.setFont(theme.font(15, semibold=True))
        head.addWidget(name)
        self.summary = ElidedLabel()
        self.summary.setProperty("look", "second")
        head.addWidget(self.summary, 1)
        self.all_button = button(theme, _("全部"), self._all, look="link")
        self.all_button.setAccessibleName(_("打开全部：{title}", title=title))
        head.addWidget(self.all_button)
        self.print_button = QToolButton()
        self.print_button.setIcon(theme.icon("printer"))
        self.print_button.setIconSize(QSize(px(18), px(18)))
        self.print_button.setFixedSize(px(32), px(32))
        self.print_button.setAccessibleName(_("打印：{title}", title=title))
        self.print_button.setToolTip(_("打印：{title}", title=title))
        self.print_button.clicked.connect(self._print)
        policy = self.print_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.print_button.setSizePolicy(policy)
        head.addWidget(self.print_button)
        column.addLayout(head)
        self.print_button.setVisible(printable)  # once it has a parent: before, it would be a window of its own
        self.lines = QVBoxLayout()
        self.lines.setSpacing(0)
        column.addLayout(self.lines)
        self.items: tuple[Item, ...] = ()

    def show_items(self, items: tuple[Item, ...], summary: str, empty: str, count: int) -> None:
        """Lay the lines out anew."""
        while self.lines.count():
            old = self.lines.takeAt(0).widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self.items = items = tuple(sorted(items, key=lambda item: item.over))
        self.summary.setText(summary if items else "")
        self.print_button.setEnabled(bool(items))
        columns = widths(self.theme, items[:MOST])
        steps = any(item.step for item in items[:MOST])
        for item in items[:MOST]:
            line = DayLine(self.theme, item, *columns)
            line.clicked.connect(self._open)
            self.lines.addWidget(self._beside(line, item) if steps else line)
        if count > MOST or not items:
            note = QLabel(_("还有 {n} 条，点“全部”查看。", n=count - MOST) if items else empty)
            note.setProperty("look", "second")
            note.setWordWrap(True)
            note.setContentsMargins(self.theme.px(16), self.theme.px(4), self.theme.px(16), self.theme.px(4))
            self.lines.addWidget(note)

    def _beside(self, line: DayLine, item: Item) -> QWidget:
        """The line with the button of what is mostly done next; without one its place stays empty."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, self.theme.px(8), 0)
        row.setSpacing(0)
        row.addWidget(line, 1)
        one = QWidget()
        if item.step:
            one = button(self.theme, _(STEPS[item.step]), self._step, look="link")
            one.setProperty("item", item)
            one.setAccessibleName(_("{step}：{title}", step=_(STEPS[item.step]), title=item.title))
            one.setToolTip(one.accessibleName())
        one.setFixedSize(self.theme.px(56), self.theme.px(32))
        row.addWidget(one)
        return holder

    @Slot()
    def _step(self) -> None:
        self.step_wanted.emit(self.sender().property("item"))

    @Slot()
    def _open(self) -> None:
        line = self.sender()
        if isinstance(line, DayLine):
            self.opened.emit(line.item)

    @Slot()
    def _all(self) -> None:
        self.all_wanted.emit(self.code)

    @Slot()
    def _print(self) -> None:
        self.print_wanted.emit(self.code)


class TodayPage(Page):
    """The first page of the morning."""

    help_topic = "today"
    name = "today"
    title = "今日"
    listens_to = frozenset(
        {"booking", "venue", "training", "activity", "organization", "service_case", "slot_waiting", "key_handover",
         "calendar_day", "center"}
    )  # fmt: skip

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.day: Today | None = None
        self.cards: dict[str, Card] = {}
        self._lay_out()
        new = self.button(_("新建预约"), self.new_record, icon="plus")
        new.setToolTip(_("新建预约（F5）"))
        case = self.button(_("登记服务"), self._new_case, icon="clipboard-list")
        board = self.button(_("场地日历"), self._calendar, icon="calendar-days")
        here = self.button(_("现场使用"), self._walk_in, icon="user")
        here.setToolTip(_("人已经在柜台：从现在起的预约，保存即为使用中"))
        self.set_actions(new, [board, case, here])
        for one, kind in ((new, "booking"), (here, "booking"), (case, "service_case")):
            context.allow(one, to_write(kind))
        context.watch.found.connect(self._found)
        context.watch.status_changed.connect(self._stands)
        context.watch.minute.connect(self._minute)
        self._found(context.watch.findings)
        self._stands(context.watch.status)

    def _lay_out(self) -> None:
        px = self.theme.px
        self.banners = Banners(self.theme)
        self.body.addWidget(self.banners)
        SetupHint(self.context, self.banners)
        inner = QWidget()
        columns = QHBoxLayout(inner)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(px(16))
        named = (
            (("bookings", _("今天的预约")), ("cases", _("逾期的服务")), ("findings", _("待处理"))),
            (
                ("offers", _("候补待联系")),
                ("keys", _("钥匙未还")),
                ("deposits", _("押金待退")),
                ("trainings", _("今天的培训")),
                ("activities", _("今天的活动")),
                ("certificates", _("证书到期")),
            ),
        )
        for share, cards in zip((11, 9), named, strict=True):
            column = QVBoxLayout()
            column.setSpacing(px(16))
            for code, title in cards:
                card = Card(self.theme, code, title, printable=code != "findings")
                card.opened.connect(self._open)
                card.all_wanted.connect(self._all)
                card.print_wanted.connect(self._print)
                card.step_wanted.connect(self._take_step)
                self.cards[code] = card
                column.addWidget(card)
                if code in WHEN_ANY:
                    card.hide()
            if share == 9:
                column.addWidget(self._sync_card())
            column.addStretch(1)
            columns.addLayout(column, share)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        self.body.addWidget(scroll, 1)

    def _sync_card(self) -> QFrame:
        card = QFrame()
        card.setProperty("look", "card")
        row = QHBoxLayout(card)
        row.setContentsMargins(self.theme.px(16), self.theme.px(8), self.theme.px(48), self.theme.px(8))
        name = QLabel(_("同步"))
        name.setFont(self.theme.font(15, semibold=True))
        row.addWidget(name)
        self.sync_words = QLabel()
        self.sync_words.setProperty("look", "second")
        self.sync_words.setWordWrap(True)
        row.addWidget(self.sync_words, 1)
        row.addWidget(self.button(_("打开"), self._sync, look="link"))
        return card

    # -- showing -----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask for the day."""
        office = self.context.office
        self.context.tasks.run(lambda: today(office), self.show_day, owner=self)

    def show_day(self, day: Today) -> None:
        """Show what was found."""
        self.day = day
        self.set_summary(_("{day}：{summary}", day=say_day(day.date), summary=day.summary))
        for block in day.blocks:
            self.cards[block.code].show_items(block.items, block.summary, block.empty, block.count)
            if block.code in WHEN_ANY:
                self.cards[block.code].setVisible(bool(block.items))
        if day.plan_missing is None:
            self.banners.drop("plan")
        elif "plan" not in self.banners.shown:
            words = _("{year}年的节假日与调休还没有登记，明年的预约暂时只按周末判断。", year=day.plan_missing)
            self.banners.put("plan", words).offer(_("去登记"), self._plan)

    @Slot()
    def _minute(self) -> None:
        """Who was to come is late now, and after midnight it is another day."""
        self._stands(self.context.watch.status)
        if self.day is not None:
            self.mark_stale()

    @Slot(object)
    def _found(self, found: tuple[Finding, ...] | None) -> None:
        items = tuple(
            Item(one.kind, one.ids[0], "", one.text, status="clash" if one.code in RED_FINDINGS else "tentative")
            for one in (found or ())[:MOST]
        )
        count = len(found or ())
        empty = _("没有要处理的问题。") if found is not None else _("正在检查…")
        self.cards["findings"].show_items(items, _("{n} 件", n=count), empty, count)

    @Slot(object)
    def _stands(self, status: object) -> None:
        known = self.context.watch.status
        self.sync_words.setText(say_status(known, self.context.office.clock()) if known else _("正在查看…"))

    # -- going on ----------------------------------------------------------------------------------------------

    @Slot()
    def new_record(self) -> None:
        """F5: a booking."""
        self.context.new_record("booking", {})

    @Slot()
    def _new_case(self) -> None:
        self.context.new_record("service_case", {})

    @Slot()
    def _calendar(self) -> None:
        self.context.open_page("calendar", day=self.context.office.today)

    @Slot()
    def _walk_in(self) -> None:
        self.context.new_record("booking", walk_in(self.context.office))

    @Slot()
    def _plan(self) -> None:
        self.context.open_list("calendar_day")

    @Slot(object)
    def _take_step(self, item: Item) -> None:
        """Done at once where nothing has to be asked; else in its form."""
        from app.services import counter, slot_waiting

        office = self.context.office
        doing = {
            "check_in": (counter.check_in, _("已办理到场：{title}", title=item.title)),
            "key_back": (counter.key_back, _("钥匙已还：{title}", title=item.title)),
            "accept": (slot_waiting.accept, _("已接受，预约成立：{title}", title=item.title)),
        }  # fmt: skip
        if item.step not in doing:
            self.context.open_record(item.kind, item.id)
            return
        service, words = doing[item.step]
        self.context.tasks.run(partial(service, office, item.id), partial(self._did, words), self._not_done, owner=self)

    def _did(self, words: str, saved: Saved) -> None:
        notes = "".join(saved.notices)
        self.context.wrote(
            frozenset({"booking", "key_handover", "slot_waiting"}), f"{words}。{notes}" if notes else words, saved.op
        )

    def _not_done(self, error: Exception) -> None:
        if isinstance(error, Refusal):
            self.context.said.emit(Said(dialogs.in_one_line(error)))
        else:
            dialogs.report(self, error)

    @Slot()
    def _sync(self) -> None:
        self.context.open_page("sync")

    @Slot(object)
    def _open(self, item: Item) -> None:
        self.context.open_record(item.kind, item.id)

    def _block(self, code: str) -> Block | None:
        return self.day.block(code) if self.day is not None else None

    @Slot(object)
    def _all(self, code: str) -> None:
        block = self._block(code) if code != "findings" else None
        if block is not None:
            self.context.open_list(block.kind, block.query)
        else:
            self.context.open_page("todo")

    @Slot(object)
    def _print(self, code: str) -> None:
        from app.views.records.slip_preview import PreviewSheet

        block = self._block(code)
        if block is not None:
            make = partial(print_block, self.context.office, block)
            sheet = PreviewSheet(self, self.context, block.title, make)
            note = partial(printed_list, self.context.office, "", block.count, block.title)
            sheet.printed.connect(partial(self.context.tasks.run, note, self._noted))
            sheet.run()

    def _noted(self, _nothing: None) -> None:
        """The audit line is written."""
