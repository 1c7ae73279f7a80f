"""The rows of an import's preview: what each will do, why not, and the cells of the file with those at fault marked."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from app.services.excel.headings import ID, Column
from app.services.excel.plan import CHANGE, ERROR, NEW, SAME, Plan, PlannedRow
from app.services.excel.preview import cell_words, explanation
from app.text import _
from app.views.records.model import STATUS_ROLE
from app.views.records.table import CellDelegate

FAULT_ROLE = Qt.ItemDataRole.UserRole + 40
MARKS = {NEW: "confirmed", CHANGE: "tentative", SAME: "cancelled", ERROR: "clash"}
"""The mark of each state, by a status that is drawn so."""
FAULT_GROUND = "#FBE9E7"
NUMBER, STATE, WHY = 0, 1, 2
FIRST = 3
"""The columns before those of the file."""
Index = QModelIndex | QPersistentModelIndex


def state_words() -> dict[str, str]:
    """The states in words."""
    return {NEW: _("新增"), CHANGE: _("修改"), SAME: _("不变"), ERROR: _("有误")}


class PlanModel(QAbstractTableModel):
    """The rows of a plan that are in one of the states shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.plan: Plan | None = None
        self.rows: list[PlannedRow] = []
        self.columns: list[Column] = []

    def show(self, plan: Plan | None, state: str = "") -> None:
        """Show the rows of ``plan`` in ``state``, all of them by default."""
        self.beginResetModel()
        self.plan = plan
        self.rows = [] if plan is None else plan.of(state) if state else list(plan.rows)
        self.columns = [] if plan is None else [one for one in plan.headings.known if one.field != ID]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many rows are shown."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """The row's number, its state, why, then the columns of the file that are read."""
        return 0 if parent.isValid() else FIRST + len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Headings as the file has them."""
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        if section < FIRST:
            return (_("行"), _("结果"), _("说明"))[section]
        return self.columns[section - FIRST].heading if section - FIRST < len(self.columns) else ""

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell; what is wrong with it in its tooltip."""
        if self.plan is None or not index.isValid():
            return None
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            if column == NUMBER:
                return str(row.row)
            if column == STATE:
                return state_words()[row.state]
            return explanation(row) if column == WHY else cell_words(self.plan, row, self.columns[column - FIRST])
        if role == STATUS_ROLE and column == STATE:
            return MARKS[row.state]
        if column >= FIRST and role in (FAULT_ROLE, Qt.ItemDataRole.ToolTipRole):
            at = self.columns[column - FIRST]
            faults = [fault for fault in row.faults if fault.cell == at.address(row.row)]
            if role == FAULT_ROLE:
                return bool(faults)
            return "\n".join(" ".join(filter(None, (fault.said, fault.mend))) for fault in faults)
        return None


class PlanDelegate(CellDelegate):
    """As in every list, with a red ground under a cell that is at fault."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        if not index.data(FAULT_ROLE):
            super().paint(painter, option, index)
            return
        plain: Any = QStyleOptionViewItem(option)
        plain.state &= ~QStyle.StateFlag.State_Selected
        painter.fillRect(plain.rect, QColor(FAULT_GROUND))
        super().paint(painter, plain, index)
