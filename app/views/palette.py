"""Ctrl+K: finds any record by Chinese, full pinyin or initials, and starts any work; keyboard first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.models.registry import KINDS
from app.services import reading
from app.services.rights import AUDIT, PERSON, Duty, to_write
from app.text import _
from app.views.context import Context, Goto, new_record
from app.views.places import EVERYWHERE, PARTS, name_of
from app.views.theme import GREY, PAPER, SECOND, TEXT, TINT, Theme

TYPING_MS = 120
MOST = 24
ROW = 40
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Choice:
    """One line: what it is called, beside it in grey, its type at the right, and where it leads."""

    title: str
    subtitle: str
    type: str
    icon: str
    goto: Goto


def actions(duty: Duty) -> list[Choice]:
    """What this person can begin, and every page."""
    offered = [
        Choice(_("新建{kind}", kind=_(kind.label)), "", _("动作"), "plus", new_record(name))
        for name, kind in KINDS.items()
        if not kind.internal and name not in PARTS and duty.may(to_write(name))
    ]
    if duty.may(to_write("closure")):
        offered.append(Choice(_("停用场地，通知并取消预约"), "", _("动作"), "lock", Goto("closing", {})))
    if duty.may(to_write("booking_series")):
        offered.append(Choice(_("续办去年的系列预约"), "", _("动作"), "refresh-cw", Goto("renew", {})))
    if duty.may(AUDIT):
        offered.append(Choice(_("操作记录"), _("谁查看、打印、导出了什么"), _("页面"), "eye", Goto("audit")))
    if duty.may(PERSON):
        said = _("查找、交付或删除关于一个人的全部内容")
        offered.append(Choice(_("一个人的信息"), said, _("页面"), "user", Goto("person")))
    offered += [
        Choice(name_of(place), "", _("页面"), place.icon, Goto(place.page, dict(place.arguments)))
        for place in EVERYWHERE
    ]
    return offered


BOOKED: Final = {"venue": "venue", "organization": "client", "team": "client"}
"""Of a room, or of somebody who comes to the counter, F5 begins a booking: in which field it stands."""


def begun(goto: Goto) -> Goto:
    """What F5 begins on a line: a booking of the room or for the client, a new record on the place of a kind."""
    kind, record_id = str(goto.arguments.get("kind", "")), goto.arguments.get("record_id")
    if record_id and kind in BOOKED:
        return Goto("form", {"kind": "booking", "values": {BOOKED[kind]: record_id}})
    if goto.page == "list":
        return Goto("form", {"kind": kind, "values": {}})
    return goto


def look_up(context: Context, words: str) -> list[Choice]:
    """Actions that fit, then records; runs in the background."""
    fitting = [choice for choice in actions(context.duty) if _fits(words, choice.title)]
    if not words.strip():
        return fitting[:MOST]
    context.workspace.index()
    hits = reading.search(context.office, words, MOST)
    found = [
        Choice(hit.title, _subtitle(hit), _(hit.kind.label), hit.kind.icon,
               Goto("form", {"kind": hit.kind.name, "record_id": hit.id}))
        for hit in hits
    ]  # fmt: skip
    return [*fitting[:6], *found]


def _subtitle(hit: reading.Hit) -> str:
    return hit.subtitle if hit.subtitle != hit.title else ""


def _fits(words: str, title: str) -> bool:
    plain = words.strip().lower()
    if not plain or plain in title.lower():
        return True
    if not plain.isascii():
        return all(word in title for word in plain.split())
    from app.store.pinyin import matches

    return matches(plain, title)


class _Line(QStyledItemDelegate):
    """Paints a choice: icon, title, subtitle in grey, type at the right."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """One height for all."""
        return QSize(0, self.theme.px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one line."""
        view = cast(Any, option)
        choice: Choice = index.data(Qt.ItemDataRole.UserRole)
        px, rect = self.theme.px, QRect(view.rect)
        painter.save()
        if view.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(TINT))
        inner = rect.adjusted(px(16), 0, -px(16), 0)
        side = px(18)
        self.theme.icon(choice.icon, SECOND).paint(
            painter, QRect(inner.left(), inner.center().y() - side // 2, side, side)
        )
        inner.setLeft(inner.left() + side + px(12))
        painter.setFont(self.theme.font(12))
        painter.setPen(QColor(SECOND))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignRight, choice.type)
        inner.setRight(inner.right() - painter.fontMetrics().horizontalAdvance(choice.type) - px(16))
        painter.setFont(self.theme.font())
        painter.setPen(QColor(TEXT))
        metrics = painter.fontMetrics()
        title = metrics.elidedText(choice.title, Qt.TextElideMode.ElideMiddle, inner.width())
        painter.drawText(inner, middle, title)
        inner.setLeft(inner.left() + metrics.horizontalAdvance(title) + px(12))
        if choice.subtitle and inner.width() > px(40):
            painter.setFont(self.theme.font(12))
            painter.setPen(QColor(SECOND))
            shown = painter.fontMetrics().elidedText(choice.subtitle, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner, middle, shown)
        painter.restore()


class Palette(QFrame):
    """Lies over the window; ``go`` is called with the choice's :class:`Goto`."""

    help_topic = "search"

    def __init__(self, context: Context, go: Callable[[Goto], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.context, self._go, self._run, self._over = context, go, 0, parent
        self._asking = False
        """Whether words were typed that the list does not answer yet."""
        self._pressed: bool | None = None
        """Enter (False) or F5 (True) pressed meanwhile."""
        theme = context.theme
        self.setObjectName("palette")
        self.setAccessibleName(_("查找"))
        self.setStyleSheet(
            f"#palette {{ background: {PAPER}; border: 1px solid {GREY}; border-radius: {theme.px(6)}px; }}"
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(1, theme.px(8), 1, theme.px(8))
        column.setSpacing(theme.px(8))
        self.line = QLineEdit()
        self.line.setPlaceholderText(_("名称、姓名、电话、编号，或拼音首字母，例如 lljy"))
        self.line.setAccessibleName(_("查找"))
        self.line.setFrame(False)
        self.line.setStyleSheet("border: none;")
        self.line.setFont(theme.font(16))
        self.line.setFixedHeight(theme.px(36))
        self.line.addAction(theme.icon("search", SECOND), QLineEdit.ActionPosition.LeadingPosition)
        self.line.installEventFilter(self)
        column.addWidget(self.line)
        self.list = QListWidget()
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setStyleSheet("border: none;")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(_Line(theme, self.list))
        self.list.setAccessibleName(_("找到的内容"))
        self.list.itemClicked.connect(self._take)
        column.addWidget(self.list, 1)
        self.note = QLabel(_("↑↓ 选择，回车打开，F5 为它新建预约，Esc 收起"))
        self.note.setProperty("look", "second")
        self.note.setFont(theme.font(12))
        self.note.setContentsMargins(theme.px(16), 0, theme.px(16), 0)
        column.addWidget(self.note)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self._ask)
        self.line.textChanged.connect(self._typed)
        self.hide()

    def open(self) -> None:
        """Come up, empty, with what can be begun."""
        px, around = self.context.theme.px, self._over
        width = min(px(640), around.width() - px(48))
        self.setGeometry((around.width() - width) // 2, px(56), width, min(px(480), around.height() - px(96)))
        self.line.clear()
        self.show()
        self.raise_()
        self.line.setFocus()
        self._ask()

    def dismiss(self) -> None:
        """Go away."""
        self._run += 1
        self._typing.stop()
        self._asking, self._pressed = False, None
        self.hide()

    @Slot(str)
    def _typed(self, _text: str) -> None:
        if self.isVisible():
            self._run += 1  # what is under way answers older words
            self._asking, self._pressed = True, None
            self._typing.start()

    @Slot()
    def _ask(self) -> None:
        self._run += 1
        words = self.line.text()
        self.context.tasks.run(
            lambda: look_up(self.context, words), partial(self.answered, self._run, words), owner=self
        )

    def answered(self, run: int, words: str, found: list[Choice]) -> None:
        """Show what was found, unless something else has been typed since."""
        if run != self._run:
            return
        self._asking = False
        self.list.clear()
        for choice in found:
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.UserRole, choice)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{choice.type} {choice.title} {choice.subtitle}")
            item.setToolTip(choice.title)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.note.setText(
            _("↑↓ 选择，回车打开，F5 为它新建预约，Esc 收起")
            if found
            else _("没有找到“{words}”。换个说法，或用拼音首字母试试。", words=words)
        )
        pressed, self._pressed = self._pressed, None
        if pressed is not None:
            self._wanted(begin=pressed)

    def _wanted(self, *, begin: bool) -> None:
        """Take the current line, or once they are there the first of what answers the words just typed."""
        if self._asking:
            self._pressed = begin
        elif self.list.currentItem() is not None:
            choice: Choice = self.list.currentItem().data(Qt.ItemDataRole.UserRole)
            self.dismiss()
            self._go(begun(choice.goto) if begin else choice.goto)

    @Slot(QListWidgetItem)
    def _take(self, item: QListWidgetItem) -> None:
        choice: Choice = item.data(Qt.ItemDataRole.UserRole)
        self.dismiss()
        self._go(choice.goto)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up, down, enter and escape belong to the list while the line has the focus."""
        if watched is self.line and event.type() == QEvent.Type.KeyPress:
            return self._key(cast(QKeyEvent, event).key())
        if watched is self.line and event.type() == QEvent.Type.FocusOut and self.isVisible():
            QTimer.singleShot(0, self, self._focus_left)
        return super().eventFilter(watched, event)

    @Slot()
    def _focus_left(self) -> None:
        if self.isVisible() and self.window().isActiveWindow() and not self.line.hasFocus():
            self.dismiss()

    def _key(self, key: int) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        if key in steps and self.list.count():
            row = self.list.currentRow() + steps[Qt.Key(key)]
            self.list.setCurrentRow(max(0, min(row, self.list.count() - 1)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._wanted(begin=False)
        elif key == Qt.Key.Key_F5:
            self._wanted(begin=True)
        elif key == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            return False
        return True
