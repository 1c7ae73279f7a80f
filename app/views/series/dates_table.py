"""The dates of a series in a table: day, time, how it stands as a mark and a word, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from app.models.bookings import BOOKING_STATUS
from app.services.series_plan import STATES
from app.services.times import say_day, say_time
from app.text import _
from app.views.records.model import STATUS_ROLE
from app.views.records.table import ROW, CellDelegate
from app.views.theme import Theme

MARKS = {"free": "confirmed", "taken": "clash", "closed": "closed", "quota": "tentative", "invalid": "", "omitted": ""}
"""By which status the state of a date is drawn."""
WORDS = {**STATES, "omitted": "不约"}
HEADS = ("日期", "时间", "状态", "说明")
WIDTHS = (176, 112, 112)


@dataclass(frozen=True)
class Line:
    """A row of the table: ``state`` of a date without a booking, or else ``status`` of its booking."""

    date: str
    start: str
    end: str
    why: str
    state: str = ""
    status: str = ""

    @property
    def word(self) -> str:
        """How it stands, in a word."""
        return _(dict(BOOKING_STATUS).get(self.status, "")) if self.status else _(WORDS[self.state])

    @property
    def mark(self) -> str:
        """The status by which it is drawn."""
        return self.status or MARKS[self.state]


class DatesTable(QTableWidget):
    """``acted`` with a row on Enter, Space or a double-click."""

    acted = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(0, len(HEADS), parent)
        self.lines: list[Line] = []
        self.setItemDelegate(CellDelegate(theme, self))
        self.setHorizontalHeaderLabels([_(head) for head in HEADS])
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(ROW))
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(_("系列的日期"))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for at, width in enumerate(WIDTHS):
            header.resizeSection(at, theme.px(width))
        header.setSectionResizeMode(len(HEADS) - 1, QHeaderView.ResizeMode.Stretch)
        self.cellDoubleClicked.connect(self._clicked)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Lay them out; the chosen rows stay chosen."""
        chosen = {self.lines[at].date for at in self.chosen if at < len(self.lines)}
        self.lines = list(lines)
        self.setRowCount(len(lines))
        year = lines[0].date[:4] if lines else ""
        for at, line in enumerate(lines):
            day = say_day(line.start)
            if line.date[:4] != year:
                day = _("{year}年{day}", year=line.date[:4], day=day)
            finish = "24:00" if line.end[11:16] == "00:00" else say_time(line.end)
            for column, text in enumerate((day, f"{say_time(line.start)}-{finish}", line.word, line.why)):
                item = QTableWidgetItem(text)
                if column == 2:
                    item.setData(STATUS_ROLE, line.mark or "off")
                self.setItem(at, column, item)
        self.clearSelection()
        mode = self.selectionMode()
        self.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        for at, line in enumerate(lines):
            if line.date in chosen:
                self.selectRow(at)
        self.setSelectionMode(mode)

    @property
    def chosen(self) -> list[int]:
        """The chosen rows."""
        return sorted({index.row() for index in self.selectionModel().selectedRows()})

    @Slot(int, int)
    def _clicked(self, row: int, _column: int) -> None:
        self.acted.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space act on the row."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentRow() >= 0:
            self.acted.emit(self.currentRow())
        else:
            super().keyPressEvent(event)
