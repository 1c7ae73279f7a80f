"""The table model of a list: it holds ids only and fetches rows in pages as they are painted (design.md §10)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal, Slot

from app.models.record import Kind
from app.services import reading
from app.services.office import Office
from app.services.reading import Query, Row
from app.views.context import Context
from app.views.records import columns as cols
from app.views.records.columns import Columns

PAGE = 100
FIRST = 2 * PAGE
"""Ids read before anything is shown; the rest of a long list follows."""
KEPT_PAGES = 24
ROW_ROLE = Qt.ItemDataRole.UserRole
"""The :class:`Row`, or None while it is on its way."""
VALUE_ROLE = Qt.ItemDataRole.UserRole + 1
"""The stored value."""
STATUS_ROLE = Qt.ItemDataRole.UserRole + 2
"""The code of a status, for its mark."""
WAITING = "…"

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Listing:
    """What a query found: ids in order, the rows of the first page, and whether those are all the ids."""

    ids: tuple[str, ...]
    first: tuple[Row, ...]
    whole: bool = True


def listing(office: Office, kind: str, query: Query, limit: int | None = None) -> Listing:
    """Read a list in the background; with ``limit`` what is seen at first, the rest follows."""
    found = tuple(reading.ids(office, kind, query, limit))
    return Listing(found, tuple(reading.rows(office, kind, found[:PAGE])), limit is None or len(found) < limit)


class RecordsModel(QAbstractTableModel):
    """Records of one kind. ``loaded`` says that a query has been answered (the :class:`Listing`)."""

    loaded = Signal(object)
    failed = Signal(object)

    def __init__(self, context: Context, kind: Kind, columns: Columns, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.context, self.kind, self.columns = context, kind, columns
        self.ids: tuple[str, ...] = ()
        self.query = Query()
        self.today = context.office.clock().date()
        self.revealed: dict[str, Row] = {}
        self._status = cols.status_field(kind)
        self._pages: OrderedDict[int, dict[str, Row]] = OrderedDict()
        self._wanted: set[int] = set()
        self._asked: set[int] = set()
        self._run = 0
        self.loading = False
        """The rest of a long list is on its way."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._fetch)

    def show(self, query: Query) -> None:
        """Ask for the records of ``query``; the model changes when the answer comes."""
        again = query == self.query and len(self.ids) > FIRST
        self.query, self._run, self.loading = query, self._run + 1, False
        self.today = self.context.office.clock().date()
        self._list(None if again else FIRST)

    def _list(self, limit: int | None) -> None:
        job = partial(listing, self.context.office, self.kind.name, self.query, limit)
        answer = _Answer(self, self._run)
        self.context.tasks.run(job, answer.listed, answer.refused, owner=self)

    def take(self, found: Listing) -> None:
        """Show ``found``. Where the ids are the same, only the cells are told to change."""
        if not self.loading:
            self._pages.clear()
            self._wanted.clear()
            self._asked.clear()
        if self.revealed:
            here = set(found.ids)
            self.revealed = {record_id: row for record_id, row in self.revealed.items() if record_id in here}
        if found.ids == self.ids:
            self._keep(0, found.first)
            if self.ids:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self.ids) - 1, self.columnCount() - 1))
        elif self.ids and found.ids[: len(self.ids)] == self.ids:
            self.beginInsertRows(QModelIndex(), len(self.ids), len(found.ids) - 1)
            self.ids = found.ids
            self._keep(0, found.first)
            self.endInsertRows()
        else:
            self.beginResetModel()
            self.ids = found.ids
            self._keep(0, found.first)
            self.endResetModel()
        self.loading = not found.whole
        self.loaded.emit(found)
        if not found.whole:
            self._list(None)

    def set_columns(self, columns: Columns) -> None:
        """Show other columns."""
        self.beginResetModel()
        self.columns = columns
        self.endResetModel()

    def reveal(self, rows: Sequence[Row]) -> None:
        """Show the personal values of ``rows`` in full (the audit line has been written)."""
        places = {record_id: at for at, record_id in enumerate(self.ids)}
        for row in rows:
            self.revealed[row.id] = row
            if row.id in places:
                at = places[row.id]
                self.dataChanged.emit(self.index(at, 0), self.index(at, self.columnCount() - 1))

    def row(self, at: int) -> Row | None:
        """The row at a place, None while it has not been fetched."""
        if not 0 <= at < len(self.ids):
            return None
        record_id = self.ids[at]
        if record_id in self.revealed:
            return self.revealed[record_id]
        page = at // PAGE
        if page in self._pages:
            self._pages.move_to_end(page)
            return self._pages[page].get(record_id)
        self._ask(page)
        return None

    # -- what Qt asks ------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many records."""
        return 0 if parent.isValid() else len(self.ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many columns."""
        return 0 if parent.isValid() else len(self.columns.names)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The label over a column."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns.names):
            return None
        field = self.kind.fields[self.columns.names[section]]
        if role == Qt.ItemDataRole.DisplayRole:
            return cols.heading([field.name], self.kind)[0]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(field.name)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell."""
        if not index.isValid():
            return None
        name = self.columns.names[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(name)
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, ROW_ROLE, VALUE_ROLE, STATUS_ROLE):
            return None
        row = self.row(index.row())
        if role == ROW_ROLE:
            return row
        if row is None:
            return WAITING if role == Qt.ItemDataRole.DisplayRole and index.column() == 0 else None
        code, words = cols.standing(row) if index.column() == 0 else ("", "")
        if role == Qt.ItemDataRole.ToolTipRole:
            return words or None
        if role == STATUS_ROLE:
            return row.values.get(name) if name == self._status else code or None
        if role == VALUE_ROLE:
            return row.number if name == "number" else row.values.get(name)
        masked = row.id not in self.revealed
        return cols.cell(row, name, self.today, masked=masked, first=index.column() == 0)

    def _alignment(self, name: str) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if cols.right_aligned(self.kind.fields[name]) else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    # -- fetching ----------------------------------------------------------------------------------------------

    def _ask(self, page: int) -> None:
        if page not in self._asked:
            self._wanted.add(page)
            if not self._timer.isActive():
                self._timer.start(0)

    @Slot()
    def _fetch(self) -> None:
        wanted = sorted(self._wanted)[-8:]  # whoever scrolls far only needs the last pages painted
        self._wanted.clear()
        self._asked.update(wanted)
        office, kind = self.context.office, self.kind.name
        batches = {page: self.ids[page * PAGE : (page + 1) * PAGE] for page in wanted}
        answer = _Answer(self, self._run)
        self.context.tasks.run(
            lambda: {page: reading.rows(office, kind, ids) for page, ids in batches.items()},
            answer.fetched, answer.refused, owner=self,
        )  # fmt: skip

    def _keep(self, page: int, rows: Sequence[Row]) -> None:
        self._pages[page] = {row.id: row for row in rows}
        self._asked.discard(page)
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)

    def arrived(self, run: int, pages: dict[int, list[Row]]) -> None:
        """Rows have been fetched; those of an older query are dropped."""
        if run != self._run:
            return
        for page, rows in pages.items():
            self._keep(page, rows)
            last = min((page + 1) * PAGE, len(self.ids)) - 1
            self.dataChanged.emit(self.index(page * PAGE, 0), self.index(last, self.columnCount() - 1))

    def answered(self, run: int, found: Listing) -> None:
        """A query has been answered; an older one is dropped."""
        if run == self._run:
            self.take(found)

    def refused(self, run: int, error: BaseException) -> None:
        """A query failed."""
        if run == self._run:
            self.failed.emit(error)


class _Answer:
    """Carries an answer back with the number of its question."""

    def __init__(self, model: RecordsModel, run: int) -> None:
        self.model, self.run = model, run

    def listed(self, found: Listing) -> None:
        self.model.answered(self.run, found)

    def fetched(self, pages: dict[int, list[Row]]) -> None:
        self.model.arrived(self.run, pages)

    def refused(self, error: BaseException) -> None:
        self.model.refused(self.run, error)
