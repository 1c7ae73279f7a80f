"""Choosing the rooms of the calendar: those of the day, the one of the week, all or one for the month."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.services import calendar
from app.views.calendar.rooms import RoomPicker
from app.views.context import Context


class Chooser(QObject):
    """Opens the picker below its button and answers its searches."""

    many = Signal()
    """Other rooms are remembered for the day."""
    one = Signal(object)
    """The id of the room chosen, None for all of them."""

    def __init__(self, context: Context, button: QWidget, page: QWidget) -> None:
        super().__init__(page)
        self.context, self.button, self.page = context, button, page
        self.picker: RoomPicker | None = None
        self._single = False

    def open(self, ticked: Sequence[str], *, single: bool, every: str = "") -> None:
        """Show the picker; ``every`` is the word for all rooms, where that can be chosen."""
        self._single = single
        self.picker = RoomPicker(self.context.theme, single=single, ticked=ticked, every=every, parent=self.page)
        self.picker.searched.connect(self._search)
        self.picker.chosen.connect(self._chosen)
        self.picker.open_below(self.button)
        self._search("")

    @Slot(object)
    def _search(self, text: str) -> None:
        if self.picker is not None:
            operation = partial(calendar.rooms, self.context.office, text)
            self.context.tasks.run(operation, self.picker.offer, owner=self.picker)

    @Slot(object)
    def _chosen(self, chosen: tuple[str, ...] | None) -> None:
        self.picker = None
        if self._single:
            self.one.emit(chosen[0] if chosen else None)
        else:
            operation = partial(calendar.remember, self.context.office, chosen)
            self.context.tasks.run(operation, self._remembered, owner=self)

    @Slot(object)
    def _remembered(self, _nothing: object) -> None:
        self.many.emit()
