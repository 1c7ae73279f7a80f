"""The small bar of what somebody needs: people, equipment, length; it narrows the rooms and finds the next free time."""

from __future__ import annotations

import re

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from app.services.free_rooms import Needs
from app.text import _
from app.views.calendar import words
from app.views.page import button
from app.views.records.typed import parse_length
from app.views.theme import Theme

USUAL_MINUTES = 60
FEW_HOURS = 12
_PLAIN = re.compile(r"\d{1,2}([.．]\d)?")


def minutes_of(text: str) -> int | None:
    """As :func:`~app.views.records.typed.parse_length`; a bare number up to twelve is of hours: ``2``, ``1.5``."""
    text = text.strip()
    if _PLAIN.fullmatch(text) and 0 < float(text.replace("．", ".")) <= FEW_HOURS:
        return round(float(text.replace("．", ".")) * 60)
    return parse_length(text)


class NeedsBar(QWidget):
    """Asks; the page answers."""

    narrowed = Signal(object)
    """The :class:`~app.services.free_rooms.Needs` that the rooms shown shall fit."""
    next_wanted = Signal(object)
    """The minutes for which the next free time is wanted."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said = Needs()
        self.people = self._line(_("人数"), "30", theme.px(64))
        self.equipment = self._line(_("设备"), _("如 投影仪"), theme.px(136))
        self.length = self._line(_("时长"), words.length(USUAL_MINUTES), theme.px(112))
        self.find_button = button(theme, _("下一个空闲"), self._find, icon="search", keys="F3")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        for line in (self.people, self.equipment, self.length):
            label = QLabel(line.accessibleName())
            label.setProperty("look", "second")
            label.setBuddy(line)
            row.addWidget(label)
            row.addWidget(line)
        row.addWidget(self.find_button)
        row.addStretch(1)
        self.people.editingFinished.connect(self._narrow)
        self.equipment.editingFinished.connect(self._narrow)
        for line in (self.people, self.equipment, self.length):
            line.returnPressed.connect(self._find)

    def _line(self, name: str, example: str, width: int) -> QLineEdit:
        line = QLineEdit(self)
        line.setAccessibleName(name)
        line.setPlaceholderText(example)
        line.setFixedWidth(width)
        return line

    @property
    def needs(self) -> Needs:
        """What is typed; a number of people that cannot be read is left out."""
        people = re.search(r"\d+", self.people.text())
        capacity = int(people[0]) if people and 0 < int(people[0]) < 10**6 else None
        return Needs(capacity, self.equipment.text().strip())

    @property
    def minutes(self) -> int | None:
        """The length that is typed, the usual one where nothing is; None where it cannot be read."""
        typed = self.length.text().strip()
        return minutes_of(typed) if typed else USUAL_MINUTES

    @Slot()
    def _narrow(self) -> None:
        if self.needs != self._said:
            self._said = self.needs
            self.narrowed.emit(self._said)

    @Slot()
    def _find(self) -> None:
        self._narrow()
        if self.minutes is None:
            self.length.setFocus()
            self.length.selectAll()
            self.length.setToolTip(_("可以输入 2、1.5、90分钟、1小时30分"))
        self.next_wanted.emit(self.minutes)
