"""The related records below the fields of a form page."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.services.reading import Query, Row
from app.services.related import Related
from app.text import _
from app.views.context import Context
from app.views.page import button
from app.views.places import PARTS
from app.views.records.columns import cell, status_field
from app.views.records.quick_new import QuickNew

LONGEST = 18
"""Characters of a related record's title that are shown."""


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
        title = self._title(row)
        opener = button(theme, title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…", self._open, look="link")
        opener.setToolTip(title)
        opener.setProperty("record", row.id)
        opener.setStyleSheet("text-align: left;")
        grid.addWidget(opener, at, 0, Qt.AlignmentFlag.AlignLeft)
        for column, text in enumerate(self._beside(row, today), start=1):
            label = QLabel(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")
            label.setProperty("look", "second")
            grid.addWidget(label, at, column)

    def _title(self, row: Row) -> str:
        """What names it; a part that has no name, by what it links to beside the whole."""
        linked = [name for name in self._told if row.kind.fields[name].type == "link" and row.links.get(name)]
        return row.links[linked[0]] if linked else row.title

    @property
    def _told(self) -> list[str]:
        """Of a part that has no place of its own, the fields that its lists show."""
        kind = self.what.relation.kind
        named = {self.what.relation.field.name, "number"}
        return [f.name for f in kind.fields.values() if f.listed and f.name not in named] if kind.name in PARTS else []

    def _beside(self, row: Row, today: Any) -> list[str]:
        """Its time or unit, and its status; of a part without a place of its own all that says something."""
        if self._told:
            title = self._title(row)
            shown = [cell(row, name, today, masked=True) for name in self._told]
            return [text for text in shown if text and text != title]
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
        """A form, or for a part that has no place of its own a small sheet over this one."""
        if self.what.relation.kind.name in PARTS:
            given = {self.what.relation.field.name: self.record_id}
            QuickNew(self, self.context, self.what.relation.kind, given=given).run()
            return
        self.context.new_record(self.what.relation.kind.name, {self.what.relation.field.name: self.record_id})
