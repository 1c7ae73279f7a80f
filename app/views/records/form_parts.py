"""Parts of a form page: the banner above the fields, and the related records below them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.services.reading import Query, Row
from app.services.related import Related
from app.text import _
from app.views.context import Context
from app.views.page import button
from app.views.records.columns import cell, status_field
from app.views.theme import AMBER, PAPER, RED, Theme

LONGEST = 18
"""Characters of a related record's title that are shown."""


class Banner(QFrame):
    """One thing to know about the record, with what can be done about it."""

    def __init__(self, theme: Theme, text: str, *, serious: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        edge = RED if serious else AMBER
        self.setObjectName("banner")
        self.setStyleSheet(
            f"#banner {{ background: {PAPER}; border: 1px solid {edge}; border-left: {theme.px(4)}px solid {edge}; }}"
        )
        self.row_layout = QHBoxLayout(self)
        self.row_layout.setContentsMargins(theme.px(12), theme.px(6), theme.px(8), theme.px(6))
        self.words = QLabel(text)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.row_layout.addWidget(self.words, 1)

    def offer(self, text: str, slot: Callable[..., Any]) -> QPushButton:
        """A button in the banner."""
        made = button(self.theme, text, slot)
        self.row_layout.addWidget(made)
        return made


class Banners(QWidget):
    """The banners of a page, by name; hidden while there is none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.shown: dict[str, QWidget] = {}
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.px(8))
        self.hide()

    def put(self, name: str, text: str, *, serious: bool = False) -> Banner:
        """Show a banner in place of an older one of the same name."""
        banner = Banner(self.theme, text, serious=serious)
        self.place(name, banner)
        return banner

    def place(self, name: str, widget: QWidget) -> None:
        """Show ``widget`` among the banners, in place of an older one of the same name."""
        self.drop(name)
        self.shown[name] = widget
        self.column.addWidget(widget)
        self.show()

    def drop(self, name: str) -> None:
        """Take a banner away."""
        banner = self.shown.pop(name, None)
        if banner is not None:
            self.column.removeWidget(banner)
            banner.hide()
            banner.deleteLater()
        self.setVisible(bool(self.shown))


class RelatedList(QWidget):
    """The records of one relation: how many, the first of them, and a button for one more."""

    add = Signal(object)

    def __init__(self, context: Context, what: Related, record_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.what, self.record_id = context, what, record_id
        theme = context.theme
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, theme.px(8), 0, 0)
        outer.setSpacing(theme.px(4))
        head = QHBoxLayout()
        kind = what.relation.kind
        title = QLabel(_("{kind}（{n}）", kind=_(kind.label), n=what.count))
        title.setFont(theme.font(15, True))
        head.addWidget(title)
        head.addStretch(1)
        if what.count > len(what.rows):
            head.addWidget(button(theme, _("看全部 {n} 条", n=what.count), self._all, look="link"))
        verb = _("报名") if kind.name in ("enrolment", "participant") else _("新建{kind}", kind=_(kind.label))
        self.adder = button(theme, verb, self._add, icon="plus")
        head.addWidget(self.adder)
        outer.addLayout(head)
        rule = QFrame()
        rule.setProperty("look", "line")
        outer.addWidget(rule)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(16))
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        for at, row in enumerate(what.rows):
            self._row(grid, at, row)
        outer.addLayout(grid)

    def _row(self, grid: QGridLayout, at: int, row: Row) -> None:
        theme, today = self.context.theme, self.context.office.clock().date()
        title = row.title
        opener = button(theme, title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…", self._open, look="link")
        opener.setToolTip(title)
        opener.setProperty("record", row.id)
        opener.setStyleSheet("text-align: left;")
        grid.addWidget(opener, at, 0, Qt.AlignmentFlag.AlignLeft)
        for column, text in enumerate(self._beside(row, today), start=1):
            label = QLabel(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")
            label.setProperty("look", "second")
            grid.addWidget(label, at, column)

    def _beside(self, row: Row, today: Any) -> list[str]:
        """Its time or unit, and its status."""
        told = next((n for n in ("start", "started_at", "unit", "phone") if row.values.get(n)), "")
        status = status_field(row.kind)
        return [cell(row, name, today, masked=True) if name else "" for name in (told, status)]

    @Slot()
    def _open(self) -> None:
        self.context.open_record(self.what.relation.kind.name, str(self.sender().property("record")))

    @Slot()
    def _all(self) -> None:
        where = {self.what.relation.field.name: self.record_id}
        self.context.open_list(self.what.relation.kind.name, Query(where=where))

    @Slot()
    def _add(self) -> None:
        self.context.new_record(self.what.relation.kind.name, {self.what.relation.field.name: self.record_id})
