"""The history of a record beside its form: who changed what, when, on which PC; and taking an operation back."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QToolButton, QVBoxLayout, QWidget

from app.models.record import Kind
from app.services.privacy import hidden_fields, reveal, shown_to
from app.services.rights import to_write
from app.services.telling import Told, told
from app.services.undoing import Undone, undo
from app.text import _
from app.views import dialogs
from app.views.context import Context
from app.views.records.typed import say_moment
from app.views.theme import LINE, PAPER, SECOND

SHOWN = 60


class HistoryPanel(QFrame):
    """Newest first. ``closed`` when the user puts it away."""

    help_topic = "undo#历史"

    closed = Signal()

    def __init__(self, context: Context, kind: Kind, record_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.kind, self.record_id = context, kind, record_id
        self.masked = True
        theme = context.theme
        self.setObjectName("historyPanel")
        self.setStyleSheet(f"#historyPanel {{ background: {PAPER}; border: 1px solid {LINE}; }}")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.px(16), theme.px(12), theme.px(8), theme.px(12))
        head = QHBoxLayout()
        title = QLabel(_("历史"))
        title.setFont(theme.font(15, True))
        head.addWidget(title)
        head.addStretch(1)
        self.shower = QPushButton(_("显示个人信息"))
        self.shower.setProperty("look", "link")
        hidden = hidden_fields(kind)
        self.shower.setVisible(bool(hidden) and shown_to(context.duty, kind) == hidden)
        self.shower.clicked.connect(self._reveal)
        head.addWidget(self.shower)
        close = QToolButton()
        close.setIcon(theme.icon("x"))
        close.setFixedSize(theme.px(32), theme.px(32))
        close.setAccessibleName(_("关闭历史"))
        close.setToolTip(_("关闭历史"))
        close.clicked.connect(self.closed)
        head.addWidget(close)
        outer.addLayout(head)
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(self.scroller, 1)
        self.entries: list[Told] = []
        self.load()

    def load(self) -> None:
        """Read the history anew."""
        office, kind, record_id, masked = self.context.office, self.kind.name, self.record_id, self.masked
        self.context.tasks.run(
            lambda: told(office, kind, record_id, masked=masked), self.show_entries, self._failed, owner=self
        )

    def show_entries(self, entries: list[Told]) -> None:
        """Lay the entries out."""
        self.entries = entries
        body = QWidget()
        body.setObjectName("historyBody")
        body.setStyleSheet(f"#historyBody {{ background: {PAPER}; }}")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, self.context.theme.px(8), 0)
        layout.setSpacing(self.context.theme.px(12))
        for entry in entries[:SHOWN]:
            layout.addWidget(self._entry(entry))
        if len(entries) > SHOWN:
            layout.addWidget(self._words(_("更早还有 {n} 次", n=len(entries) - SHOWN), SECOND))
        layout.addStretch(1)
        self.scroller.setWidget(body)

    def _entry(self, entry: Told) -> QWidget:
        theme = self.context.theme
        widget = QWidget()
        layout = QVBoxLayout(widget)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(2))
        when = say_moment(
            datetime.fromtimestamp(entry.at).strftime("%Y-%m-%dT%H:%M"), self.context.office.clock().date()
        )
        who = _("{who} · {when} · {pc}", who=entry.actor or _("（未登录）"), when=when,
                pc=entry.pc)  # fmt: skip
        layout.addWidget(self._words(who, SECOND, small=True))
        head = QHBoxLayout()
        title = self._words(entry.title)
        title.setFont(theme.font(14, not entry.audit))
        head.addWidget(title, 1)
        if entry.undoable and self.context.duty.may(to_write(self.kind.name)):
            button = QPushButton(_("撤销"))
            button.setProperty("look", "link")
            button.setToolTip(_("恢复这次操作之前的内容"))
            button.setProperty("op", entry.op)
            button.clicked.connect(self._undo)
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(head)
        for line in entry.lines:
            text = _("{label}：{before} → {after}", label=line.label, before=line.before, after=line.after)
            if not line.before or line.before == _("（空）"):
                text = _("{label}：{after}", label=line.label, after=line.after)
            layout.addWidget(self._words(text))
        rule = QFrame()
        rule.setFixedHeight(1)
        rule.setStyleSheet(f"background: {LINE};")
        layout.addSpacing(theme.px(8))
        layout.addWidget(rule)
        return widget

    def _words(self, text: str, colour: str = "", *, small: bool = False) -> QLabel:
        label = QLabel(text)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        if small:
            label.setFont(self.context.theme.font(12))
        if colour:
            label.setStyleSheet(f"color: {colour};")
        return label

    @Slot()
    def _reveal(self) -> None:
        office, kind, record_id = self.context.office, self.kind.name, self.record_id

        def look() -> list[Told]:
            reveal(office, kind, [record_id])
            return told(office, kind, record_id, masked=False)

        self.masked = False
        self.shower.hide()
        self.context.tasks.run(look, self.show_entries, self._failed, owner=self)

    @Slot()
    def _undo(self) -> None:
        sender = self.sender()
        if isinstance(sender, QPushButton):
            office, op = self.context.office, int(sender.property("op"))
            self.context.tasks.run(partial(undo, office, op), self._undone, self._failed, owner=self)

    def _undone(self, done: Undone) -> None:
        """Say what came back and what others have changed since."""
        self.context.wrote(frozenset({self.kind.name}), restore_note(done), done.op)
        self.load()

    def _failed(self, error: Any) -> None:
        dialogs.report(self, error)


def restore_note(done: Undone) -> str:
    """What an undo did, in words."""
    if not done.left:
        return _("已恢复 {n} 条记录", n=done.restored)
    kept = "、".join(label.rsplit(" ", 1)[-1] for label in done.left[:3])
    if not done.restored:
        return _("没有恢复：之后又改过 {fields}", fields=kept)
    return _("已恢复 {n} 条记录；之后又改过的没有动：{fields}", n=done.restored, fields=kept)
