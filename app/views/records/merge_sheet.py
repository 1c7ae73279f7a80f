"""Merging two records: side by side, which one stays, and which value it keeps where they differ (rules.md 34)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QLabel,
    QRadioButton,
    QScrollArea,
    QWidget,
)

from app.errors import Refusal
from app.models.record import Kind
from app.models.registry import KINDS
from app.services.merging import Differing, Pair, merge, pair
from app.services.privacy import hidden_fields, shown_to
from app.services.writing import Saved
from app.text import _, listed
from app.views import dialogs
from app.views.context import Context
from app.views.dialogs import Sheet
from app.views.page import button
from app.views.theme import LINE, PAPER, SECOND

LONGEST = 24
"""Characters of a value in a row of choices; the rest is in its tooltip."""


class PairTable(QFrame):
    """The two records in two columns; a choice in every row where they differ. ``chosen`` when the survivor changes."""

    chosen = Signal()

    def __init__(self, context: Context, what: Pair, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self.what = context.theme, what
        px = self.theme.px
        self.setObjectName("pair")
        self.setStyleSheet(f"#pair {{ background: {PAPER}; border: 1px solid {LINE}; }}")
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(px(16), px(12), px(16), px(12))
        self.grid.setHorizontalSpacing(px(16))
        self.grid.setVerticalSpacing(px(4))
        self.grid.setColumnStretch(1, 1)
        self.grid.setColumnStretch(2, 1)
        self.stays = QButtonGroup(self)
        self.values: dict[str, QButtonGroup] = {}
        self._heads()
        if what.differing:
            self._heading(_("不同的内容：选留下哪一个"))
        for differing in what.differing:
            self._differing(differing)
        if what.same:
            self._heading(_("相同的内容"))
        for label, text in what.same:
            self._same(label, text)
        self.stays.idToggled.connect(self._stays)
        self.stays.button(0).setChecked(True)

    @property
    def survivor(self) -> int:
        """0 or 1."""
        return self.stays.checkedId()

    @property
    def take(self) -> list[str]:
        """The fields whose value comes from the one that does not stay."""
        return [name for name, group in self.values.items() if group.checkedId() != self.survivor]

    def keep(self, at: int) -> None:
        """Let the record ``at`` stay."""
        self.stays.button(at).setChecked(True)

    def choose(self, name: str, at: int) -> None:
        """Keep the value of the record ``at`` in a field where they differ."""
        self.values[name].button(at).setChecked(True)

    def _heads(self) -> None:
        row = self.grid.rowCount()
        for at, record in enumerate(self.what.rows):
            one = QRadioButton(_("留下这一条"))
            one.setFont(self.theme.font(14, semibold=True))
            one.setMinimumHeight(self.theme.px(32))
            one.setAccessibleName(_("留下第{n}条：{title}", n=at + 1, title=record.title))
            self.stays.addButton(one, at)
            self.grid.addWidget(one, row, at + 1)
            hanging = self.what.hanging[at]
            words = [_("{n} 条{kind}", n=n, kind=label) for label, n in hanging]
            said = [record.title, record.number or "", listed(words) or _("没有别的记录指向它")]
            label = QLabel("\n".join(filter(None, said)))
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setStyleSheet(f"color: {SECOND};")
            label.setContentsMargins(self.theme.px(24), 0, 0, self.theme.px(4))
            self.grid.addWidget(label, row + 1, at + 1, Qt.AlignmentFlag.AlignTop)

    def _heading(self, text: str) -> None:
        row = self.grid.rowCount()
        line = QFrame()
        line.setProperty("look", "line")
        line.setFixedHeight(1)
        self.grid.addWidget(line, row, 0, 1, 3)
        label = QLabel(text)
        label.setFont(self.theme.font(13, semibold=True))
        label.setMinimumHeight(self.theme.px(28))
        self.grid.addWidget(label, row + 1, 0, 1, 3)

    def _differing(self, differing: Differing) -> None:
        row = self.grid.rowCount()
        name = QLabel(differing.label)
        name.setWordWrap(True)
        name.setMinimumWidth(self.theme.px(120))
        name.setMinimumHeight(self.theme.px(32))
        self.grid.addWidget(name, row, 0)
        group = QButtonGroup(self)
        for at, text in enumerate(differing.texts):
            said = "，".join(text.split("\n"))
            one = QRadioButton(said if len(said) <= LONGEST else said[: LONGEST - 1] + "…")
            one.setToolTip(text)
            one.setAccessibleName(_("{label}：{value}", label=differing.label, value=text))
            one.setMinimumHeight(self.theme.px(32))
            group.addButton(one, at)
            self.grid.addWidget(one, row, at + 1)
        self.values[differing.name] = group

    def _same(self, label: str, text: str) -> None:
        row = self.grid.rowCount()
        for column, words in enumerate((label, text)):
            said = QLabel("，".join(words.split("\n")))
            said.setTextFormat(Qt.TextFormat.PlainText)
            said.setWordWrap(True)
            said.setStyleSheet(f"color: {SECOND};")
            said.setContentsMargins(self.theme.px(24 if column else 0), 0, 0, 0)
            self.grid.addWidget(said, row, column, 1, 1 if not column else 2)

    @Slot(int, bool)
    def _stays(self, at: int, checked: bool) -> None:
        """The values of the one that stays, but where it has none."""
        if checked:
            for name, group in self.values.items():
                group.button(1 - at if name in self.what.lacking[at] else at).setChecked(True)
            self.chosen.emit()


class MergeSheet(Sheet):
    """Two records of one kind, to be merged into one; the undo bar takes it back."""

    help_topic = "lists#合并重复的记录"

    def __init__(self, parent: QWidget, context: Context, kind: Kind, one: str, other: str) -> None:
        super().__init__(parent, _("合并两条{kind}", kind=_(kind.label)), _("合并"))
        self.context, self.kind, self.ids = context, kind, (one, other)
        self.table: PairTable | None = None
        self.words = self.add_text(
            _("留下的一条用选中的内容；另一条不再列出，指向它的内容都算到留下的一条上。合并可以撤销。"), "second"
        )
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setMinimumSize(context.theme.px(760), context.theme.px(400))
        self.body.addWidget(self.scroller, 1)
        self.fault = self.add_text("", "fault")
        self.fault.hide()
        self.revealer = button(context.theme, _("显示个人信息"), self._reveal, icon="eye")
        self.revealer.setToolTip(_("会记入查看记录"))
        self.revealer.hide()
        self.buttons.insertWidget(0, self.revealer)
        self.yes.setEnabled(False)
        self.resize(self.sizeHint().expandedTo(self.scroller.minimumSize() + QSize(64, 200)))
        self._load(masked=True)

    def _load(self, *, masked: bool) -> None:
        job = partial(pair, self.context.office, self.kind.name, *self.ids, masked=masked)
        self.context.tasks.run(job, self.show_pair, self._failed, owner=self)

    def show_pair(self, what: Pair) -> None:
        """Lay the two out; what was chosen already stays chosen."""
        before = self.table
        self.table = PairTable(self.context, what)
        if before is not None:
            self.table.keep(before.survivor)
            for name, group in before.values.items():
                if name in self.table.values:
                    self.table.choose(name, group.checkedId())
        self.scroller.setWidget(self.table)
        duty, hidden = self.context.duty, hidden_fields(self.kind)
        self.revealer.setVisible(what.hidden and shown_to(duty, self.kind) == hidden)
        self.yes.setEnabled(True)

    @Slot()
    def _reveal(self) -> None:
        self._load(masked=False)

    @Slot()
    def accept(self) -> None:
        """Merge in the background; close when it is done."""
        if self.table is None:
            return
        rows, at = self.table.what.rows, self.table.survivor
        loser, survivor = rows[1 - at], rows[at]
        seen = {row.id: row.seen for row in rows}
        job = partial(
            merge, self.context.office, self.kind.name, loser.id, survivor.id, take=self.table.take, seen=seen
        )
        self.yes.setEnabled(False)
        self.context.tasks.run(job, self._merged, self._failed, owner=self)

    def _merged(self, saved: Saved) -> None:
        words = _("已合并成一条{kind}", kind=_(self.kind.label))
        self.context.wrote(KINDS, "".join([words, *(f"。{note}" for note in saved.notices[:1])]), saved.op)
        super().accept()

    def _failed(self, error: Any) -> None:
        self.yes.setEnabled(self.table is not None)
        if not isinstance(error, Refusal):
            dialogs.report(self, error)
            return
        self.fault.setText("\n".join(_sentences(error)))
        self.fault.show()


def _sentences(refusal: Refusal) -> Sequence[str]:
    return [f"{fault.error}。{fault.mend}" for fault in refusal.faults]
