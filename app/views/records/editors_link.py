"""The editor of a link: type-ahead by Chinese, full pinyin or initials, and 新建 at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QToolButton, QWidget

from app.models.fields import Field, Misfit
from app.models.registry import KINDS
from app.services import reading
from app.services.office import Office
from app.services.reading import Hit, Query
from app.text import _
from app.views.context import Context
from app.views.records.editors import Editor, Line

OFFERED = 20
HIT_ROLE = Qt.ItemDataRole.UserRole
NEW_ROLE = Qt.ItemDataRole.UserRole + 1


def suggestions(context: Context, targets: Sequence[str], words: str) -> list[Hit]:
    """Records that fit what was typed; without words the first of each kind in their usual order."""
    office = context.office
    if words.strip():
        context.workspace.index()
        return reading.search(office, words, OFFERED, kinds=targets)
    return [hit for kind in targets for hit in _first(office, kind)]


def _first(office: Office, kind: str) -> list[Hit]:
    found = reading.rows(office, kind, reading.ids(office, kind, Query())[: OFFERED // 2])
    return [Hit(row.kind, row.id, row.title, row.number or "") for row in found]


class LinkEditor(Editor):
    """Holds the id of a record and shows its title. ``new_wanted`` asks for a new record: (kind, typed text)."""

    new_wanted = Signal(object)
    linked = Signal(object)
    """The :class:`Hit` that was picked."""

    def __init__(self, field: Field, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(field, context.theme, parent)
        self.context = context
        self._id: str | None = None
        self._title = ""
        self._run = 0
        self._take_first = False
        self.line = Line(context.theme)
        kinds = "、".join(_(KINDS[target].label) for target in field.targets)
        self.line.setPlaceholderText(_("输入{kinds}的名称或拼音", kinds=kinds))
        self.line.textEdited.connect(self._edited)
        self.line.returnPressed.connect(self._entered)
        self.choices = QStandardItemModel(self)
        self.completer = QCompleter(self.choices, self)
        self.completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.completer.setWidget(self.line)
        self.completer.setMaxVisibleItems(12)
        picked: Any = self.completer.activated  # its stub knows no overloads
        picked[QModelIndex].connect(self._activated)
        self.button = QToolButton()
        self.button.setIcon(context.theme.icon("chevron-down"))
        self.button.setFixedSize(context.theme.px(32), context.theme.px(32))
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setToolTip(_("列出可选的（F2）"))
        self.button.setAccessibleName(_("列出可选的"))
        self.button.clicked.connect(self.pick)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(120)
        self._timer.timeout.connect(self._ask)
        self.row_layout.setSpacing(context.theme.px(4))
        self.add(self.line, 1)
        self.row_layout.addWidget(self.button)

    def value(self) -> Any:
        """The id; a text that was not picked from the list is a :class:`Misfit`."""
        typed = self.line.text().strip()
        if not typed:
            return None
        if self._id is not None and typed == self._title.strip():
            return self._id
        raise Misfit(_("没有选中“{text}”", text=typed), _("请从列表中选择，或选“新建”"))

    def set_value(self, value: Any) -> None:
        """Show a link whose title is given with :meth:`set_link`, or none."""
        self.set_link(value, "" if value is None else self._title if value == self._id else _("（找不到的记录）"))

    def set_link(self, record_id: str | None, title: str) -> None:
        """Show the record ``record_id`` by its title."""
        self._id, self._title = record_id, title
        self.line.setText(title)
        self.line.setCursorPosition(0)

    @Slot(str)
    def _edited(self, _text: str) -> None:
        self._take_first = False
        self._timer.start()
        self.changed.emit()

    @Slot()
    def pick(self) -> None:
        """List what can be picked, whatever is typed."""
        self.line.setFocus()
        self._search("" if self._id else self.line.text())

    @Slot()
    def _ask(self) -> None:
        self._search(self.line.text())

    def _search(self, words: str) -> None:
        self._run += 1
        run, context, targets = self._run, self.context, self.field.targets
        answer = _Found(self, run, words)
        context.tasks.run(lambda: suggestions(context, targets, words), answer.arrived, owner=self)

    def found(self, run: int, words: str, hits: Sequence[Hit]) -> None:
        """Offer ``hits`` and 新建, unless more was typed in the meantime."""
        if run != self._run or not (self.line.hasFocus() or self.completer.popup().isVisible()):
            return
        if self._take_first and hits:
            self._take_first = False
            self._pick(hits[0])
            return
        self.choices.clear()
        several = len(self.field.targets) > 1
        for hit in hits:
            beside = [_(hit.kind.label)] if several else []
            beside += [hit.subtitle] if hit.subtitle and hit.subtitle != hit.title else []
            item = QStandardItem("　".join([hit.title, *beside])[:80])
            item.setData(hit, HIT_ROLE)
            self._append(item)
        for target in self.field.targets:
            item = QStandardItem(_("＋ 新建{kind}…", kind=_(KINDS[target].label)))
            item.setData((target, words.strip()), NEW_ROLE)
            self._append(item)
        self.completer.setCompletionPrefix("")
        self.completer.complete()
        if hits and words.strip():
            self.completer.popup().setCurrentIndex(self.completer.completionModel().index(0, 0))

    def _append(self, item: QStandardItem) -> None:
        item.setSizeHint(QSize(0, self.theme.px(32)))
        self.choices.appendRow(item)

    @Slot(QModelIndex)
    def _activated(self, index: QModelIndex) -> None:
        self._timer.stop()
        self._run += 1
        hit, new = index.data(HIT_ROLE), index.data(NEW_ROLE)
        if hit is not None:
            self._pick(hit)
        elif new is not None:
            self.line.setText(self._title if self._id else "")
            self.new_wanted.emit(new)

    def _pick(self, hit: Hit) -> None:
        """Take a record, and go on to the next field."""
        self.set_link(hit.id, hit.title)
        self.changed.emit()
        self.linked.emit(hit)
        self.left.emit()

    @Slot()
    def _entered(self) -> None:
        """Enter in the line goes on; in the list it picks (the list handles it). Pressed before the list has come, it
        takes the first that fits."""
        if self.completer.popup().isVisible():
            return
        self._timer.stop()
        typed = self.line.text().strip()
        if typed and not (self._id is not None and typed == self._title.strip()):
            self._take_first = True
            self._search(typed)
        else:
            self.left.emit()


class _Found:
    """Carries an answer back with the number of its question."""

    def __init__(self, editor: LinkEditor, run: int, words: str) -> None:
        self.editor, self.run, self.words = editor, run, words

    def arrived(self, hits: Sequence[Hit]) -> None:
        self.editor.found(self.run, self.words, hits)
