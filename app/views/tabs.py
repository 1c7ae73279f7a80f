"""The tabs of an entry of the navigation that holds several places: the one shown is marked, the others a click away."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.views.context import Context, Goto
from app.views.page import button
from app.views.places import Place, entry_of, name_of


class Tabs(QWidget):
    """The tabs beside the place called ``key``; hidden where it stands alone. Ctrl+PgUp and Ctrl+PgDn go round."""

    def __init__(self, context: Context, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.key = context, key
        entry = entry_of(key)
        self.places: tuple[Place, ...] = entry.tabs if entry is not None else ()
        self.buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(context.theme.px(4))
        for place in self.places:
            one = button(context.theme, name_of(place), self._clicked, look="tab")
            one.setCheckable(True)
            one.setChecked(place.key == key)
            one.setProperty("key", place.key)
            self.buttons[place.key] = one
            row.addWidget(one)
        row.addStretch(1)
        if self.places:
            QShortcut(QKeySequence("Ctrl+PgDown"), self, self._later)
            QShortcut(QKeySequence("Ctrl+PgUp"), self, self._earlier)
        if not self.places:
            self.hide()

    @Slot()
    def _clicked(self) -> None:
        self._go(str(self.sender().property("key")))

    @Slot()
    def _later(self) -> None:
        self._step(1)

    @Slot()
    def _earlier(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        keys = [place.key for place in self.places]
        self._go(keys[(keys.index(self.key) + by) % len(keys)])

    def _go(self, key: str) -> None:
        self.buttons[self.key].setChecked(True)
        for name, one in self.buttons.items():
            one.setChecked(name == self.key)
        if key != self.key:
            place = next(place for place in self.places if place.key == key)
            self.context.navigate.emit(Goto(place.page, place.arguments))
