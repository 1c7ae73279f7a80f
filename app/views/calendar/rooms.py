"""Choosing the rooms of the calendar out of hundreds: search, tick, and it is remembered on this PC."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.services.boards import Room
from app.text import _
from app.views.theme import Theme

ID = Qt.ItemDataRole.UserRole
TICKED = Qt.CheckState.Checked


class RoomPicker(QFrame):
    """A popup below its button. One room is picked (or, by the word ``every``, all), or as many as are ticked."""

    searched = Signal(object)
    """The words to look for; the page answers with :meth:`offer`."""
    chosen = Signal(object)
    """A tuple of room ids, or None for the usual ones."""

    def __init__(self, theme: Theme, *, single: bool, ticked: Sequence[str], parent: QWidget, every: str = "") -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("look", "card")
        self._row = QSize(0, theme.px(32))
        self._single, self._ticked, self._every = single, list(ticked), every
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("查找场地：名称或拼音首字母"))
        self.search.setAccessibleName(_("查找场地"))
        self.search.textChanged.connect(self._typed)
        self.search.returnPressed.connect(self._enter)
        self.list = QListWidget()
        self.list.setAccessibleName(_("场地"))
        self.list.setUniformItemSizes(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.itemChanged.connect(self._ticking)
        self.list.itemActivated.connect(self._activated)
        self.list.itemClicked.connect(self._clicked)
        self.said = QLabel()
        self.usual = QPushButton(_("用常用场地"))
        self.usual.setToolTip(_("当天有预约的和用得最多的场地"))
        self.usual.clicked.connect(self._usual)
        self.done = QPushButton(_("显示所选"))
        self.done.clicked.connect(self._done)
        box = QVBoxLayout(self)
        gap = theme.px(8)
        box.setContentsMargins(gap, gap, gap, gap)
        box.setSpacing(gap)
        box.addWidget(self.search)
        box.addWidget(self.list)
        if not single:
            foot = QHBoxLayout()
            foot.addWidget(self.said, 1)
            foot.addWidget(self.usual)
            foot.addWidget(self.done)
            box.addLayout(foot)
        self.resize(theme.px(400), theme.px(440))
        self._count()

    def open_below(self, button: QWidget) -> None:
        """Show under ``button`` with the search focused."""
        self.move(button.mapToGlobal(QPoint(0, button.height())))
        self.show()
        self.search.setFocus()

    def offer(self, rooms: Sequence[Room]) -> None:
        """The rooms found; the ticked ones first while nothing is searched."""
        if not self.search.text().strip():
            rooms = sorted(rooms, key=lambda room: room.id not in self._ticked)
        self.list.blockSignals(True)
        self.list.clear()
        if self._every and not self.search.text().strip():
            item = QListWidgetItem(self._every)
            item.setSizeHint(self._row)
            self.list.addItem(item)
        for room in rooms:
            said = _("{name}  {n}人", name=room.name, n=room.capacity) if room.capacity else room.name
            item = QListWidgetItem(said)
            item.setData(ID, room.id)
            item.setToolTip(room.name)
            item.setSizeHint(self._row)
            if not self._single:
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(TICKED if room.id in self._ticked else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        if self.list.count():
            self.list.setCurrentRow(0)
        self.list.blockSignals(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down goes from the search into the list."""
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.list.setFocus()
        else:
            super().keyPressEvent(event)

    @Slot(str)
    def _typed(self, text: str) -> None:
        self.searched.emit(text)

    @Slot(QListWidgetItem)
    def _ticking(self, item: QListWidgetItem) -> None:
        room, on = item.data(ID), item.checkState() == TICKED
        if on and room not in self._ticked:
            self._ticked.append(room)
        elif not on and room in self._ticked:
            self._ticked.remove(room)
        self._count()

    def _count(self) -> None:
        self.said.setText(_("已选 {n} 个", n=len(self._ticked)))
        self.done.setEnabled(bool(self._ticked))

    @Slot(QListWidgetItem)
    def _activated(self, item: QListWidgetItem) -> None:
        if not self._single:
            item.setCheckState(Qt.CheckState.Unchecked if item.checkState() == TICKED else TICKED)
        else:
            self._clicked(item)

    @Slot(QListWidgetItem)
    def _clicked(self, item: QListWidgetItem) -> None:
        if self._single:
            self._end((item.data(ID),) if item.data(ID) else None)

    @Slot()
    def _enter(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self._activated(item)
            self.search.selectAll()

    @Slot()
    def _usual(self) -> None:
        self._end(None)

    @Slot()
    def _done(self) -> None:
        self._end(tuple(self._ticked))

    def _end(self, rooms: tuple[str, ...] | None) -> None:
        self.chosen.emit(rooms)
        self.close()
