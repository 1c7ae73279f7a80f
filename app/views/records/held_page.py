"""待采纳的修改: what a PC wrote after its log was closed, or off its chain; a person adopts it or not (design.md §7)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.models.registry import KINDS
from app.services import holding
from app.services.devices import devices
from app.services.holding import HeldLog, HeldWrite
from app.services.office import Office
from app.services.rights import SETTLE
from app.text import _
from app.views import dialogs
from app.views.context import Context
from app.views.page import Page, button
from app.views.theme import Theme
from app.views.watch import say_when

SHOWN = 20
"""Changes of one PC that are laid out at first."""
LONGEST = 60
"""Characters of what a change says; the rest is in its tooltip."""


def named(office: Office) -> list[tuple[str, HeldLog]]:
    """What is held, each PC by the name people have for it."""
    known = devices(office)
    return [(known.name(one.device), one) for one in holding.held(office)]


def say_reason(reason: str) -> str:
    """Why the changes of a PC do not count by themselves."""
    return {
        holding.REVOKED: _("区里已停用这台电脑，它之后写的内容还没有生效。"),
        holding.CLOSED: _("这台电脑已换新标识，旧标识下后来写的内容还没有生效。"),
        holding.OFF: _("这些内容与现行的记录接不上（例如电脑做过一键还原），还没有生效。"),
    }.get(reason, reason)


def _on_one_line(text: str) -> str:
    return " ".join(text.split()) or _("（空）")


class HeldCard(QFrame):
    """What is held of one PC, and the two ways on."""

    def __init__(self, context: Context, pc: str, what: HeldLog, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.pc, self.what = context, pc, what
        self.theme: Theme = context.theme
        px = self.theme.px
        self.setProperty("look", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(12), px(16), px(12))
        column.setSpacing(px(4))
        head = QHBoxLayout()
        head.setSpacing(px(8))
        title = QLabel(_("{pc}：{n} 条修改", pc=pc, n=len(what.writes)))
        title.setFont(self.theme.font(15, True))
        head.addWidget(title, 1)
        self.aside = button(self.theme, _("不采纳"), self._set_aside)
        self.adopter = button(self.theme, _("采纳"), self._adopt, icon="check")
        for one in (self.adopter, self.aside):
            context.allow(one, SETTLE)
        head.addWidget(self.aside)
        head.addWidget(self.adopter)
        column.addLayout(head)
        self.words = self._line(column, "\n".join((say_reason(what.reason), self._span())), second=True)
        line = QFrame()
        line.setProperty("look", "line")
        line.setFixedHeight(1)
        column.addSpacing(px(4))
        column.addWidget(line)
        self.lines: list[QLabel] = []
        self._column = column
        self._lay(SHOWN)

    def _lay(self, most: int) -> None:
        for write in self.what.writes[len(self.lines) : most]:
            self.lines.append(self._line(self._column, self._say(write), tip="\n".join(self._values(write))))
        rest = len(self.what.writes) - len(self.lines)
        if rest > 0:
            more = button(self.theme, _("再显示一些（还有 {n} 条）", n=rest), self._more, look="link")
            self._column.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)

    @Slot()
    def _more(self) -> None:
        link = self.sender()
        if isinstance(link, QWidget):
            link.hide()
            link.deleteLater()
        self._lay(len(self.lines) + 100)

    def _line(self, column: QVBoxLayout, text: str, *, second: bool = False, tip: str = "") -> QLabel:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setToolTip(tip)
        if second:
            label.setProperty("look", "second")
        column.addWidget(label)
        return label

    def _span(self) -> str:
        now = self.context.office.clock()
        first, last = say_when(self.what.first_at, now), say_when(self.what.last_at, now)
        return _("写于 {first}", first=first) if first == last else _("写于 {first} 至 {last}", first=first, last=last)

    def _values(self, write: HeldWrite, told: Collection[str] = ()) -> list[str]:
        """What a change says, field by field, but what is ``told`` already; beside it what the record says now."""
        lines = []
        for label in write.fields:
            if label in told:
                continue
            value = _on_one_line(write.values.get(label, ""))
            if label in write.now and (now := _on_one_line(write.now[label])) != value:
                lines.append(_("{label}：{value}（现在：{now}）", label=label, value=value, now=now))
            else:
                lines.append(_("{label}：{value}", label=label, value=value))
        return lines

    def _say(self, write: HeldWrite) -> str:
        kind = _(KINDS[write.kind].label) if write.kind in KINDS else write.kind
        told = {label for label, value in write.values.items() if not write.now and value and value in write.title}
        title = f"“{write.title}”" if write.title else ""
        said = "，".join(self._values(write, told | {_("编号")}))
        return _(
            "{when}　{who}　{kind}{title}　{what}", when=say_when(write.at, self.context.office.clock()),
            who=write.actor or _("（未登录）"), kind=kind, title=title + write.number,
            what=said if len(said) <= LONGEST else said[: LONGEST - 1] + "…",
        )  # fmt: skip

    @Slot()
    def _adopt(self) -> None:
        text = _("采纳以后，这 {n} 条修改由本机重新记入，和平时的修改一样生效、交换给区里和其他电脑。采纳不能撤销；个别不对的，可以之后再改。", n=len(self.what.writes))  # fmt: skip
        if dialogs.confirm(self, _("采纳“{pc}”的修改？", pc=self.pc), text, _("采纳"), _("再看看")):
            self._run(holding.adopt, self._adopted)

    @Slot()
    def _set_aside(self) -> None:
        text = _("不采纳的话，这 {n} 条修改不会生效，也不再列在这里；原文留在修改记录里备查。这一步不能撤销。", n=len(self.what.writes))  # fmt: skip
        if dialogs.confirm(self, _("不采纳“{pc}”的修改？", pc=self.pc), text, _("不采纳"), _("再看看")):
            self._run(holding.set_aside, self._put_aside)

    def _run(self, act: Any, done: Callable[[int], None]) -> None:
        for one in (self.adopter, self.aside):
            one.setEnabled(False)
        job = partial(act, self.context.workspace.replica(), self.context.office, self.what.device)
        self.context.tasks.run(job, done, self._failed, owner=self)

    def _adopted(self, n: int) -> None:
        self.context.wrote(KINDS, _("已采纳 {n} 条修改", n=n))

    def _put_aside(self, n: int) -> None:
        self.context.wrote(KINDS, _("有 {n} 条修改没有采纳", n=n))

    def _failed(self, error: Exception) -> None:
        for one in (self.adopter, self.aside):
            self.context.allow(one, SETTLE)
        dialogs.report(self, error)


class HeldPage(Page):
    """A card for each PC whose changes wait."""

    help_topic = "todo#待采纳的修改"
    name = "held"
    title = "待采纳的修改"
    listens_to = frozenset(KINDS)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.cards: list[HeldCard] = []
        self.set_actions(None, [self.button(_("返回"), context.back, icon="arrow-left")])
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self.scroller, 1)

    def refresh(self) -> None:
        """Ask what is held."""
        self.context.tasks.run(partial(named, self.context.office), self.show_held, owner=self)

    def show_held(self, found: list[tuple[str, HeldLog]]) -> None:
        """Lay the cards out."""
        self.cards = [HeldCard(self.context, pc, what) for pc, what in found]
        self.context.watch.look_at_status()
        if not found:
            self.set_summary(_("没有待采纳的修改"))
            self.scroller.setWidget(self.empty_state(_("没有待采纳的修改。电脑停用或还原以后写的内容会列在这里，由您决定是否采纳。")))  # fmt: skip
            return
        n = sum(len(what.writes) for _pc, what in found)
        self.set_summary(_("{m} 台电脑的 {n} 条修改还没有生效，请决定是否采纳", m=len(found), n=n))
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, self.theme.px(8), 0)
        column.setSpacing(self.theme.px(16))
        for card in self.cards:
            column.addWidget(card)
        column.addStretch(1)
        self.scroller.setWidget(inner)
