"""What the sheets of a list hold: choosing columns, editing several records, typing a span of days."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.errors import Fault
from app.models.fields import Field, Misfit, fault_of
from app.models.record import Kind
from app.text import _
from app.views.context import Context
from app.views.records.columns import Columns, default_columns, offered
from app.views.records.form import RecordForm, editor_for
from app.views.records.periods import Period
from app.views.theme import SECOND

NAME_ROLE = Qt.ItemDataRole.UserRole


class ColumnChooser(QWidget):
    """Tick the columns and drag them into order."""

    def __init__(self, context: Context, kind: Kind, columns: Columns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind, self.columns, self._row = kind, columns, context.theme.px(32)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(context.theme.px(8))
        words = QLabel(_("勾选要显示的列，拖动调整先后。"))
        words.setStyleSheet(f"color: {SECOND};")
        layout.addWidget(words)
        self.list = QListWidget()
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setMinimumSize(context.theme.px(320), context.theme.px(400))
        self.list.setStyleSheet(f"QListWidget {{ padding: {context.theme.px(4)}px; }}")
        self.list.setAccessibleName(_("列"))
        layout.addWidget(self.list, 1)
        reset = QPushButton(_("恢复默认"))
        reset.setFlat(True)
        reset.clicked.connect(self._reset)
        layout.addWidget(reset, 0, Qt.AlignmentFlag.AlignLeft)
        self._fill(columns.names)

    def _fill(self, names: tuple[str, ...]) -> None:
        self.list.clear()
        rest = [field.name for field in offered(self.kind) if field.name not in names]
        for name in (*names, *rest):
            item = QListWidgetItem(_(self.kind.fields[name].label))
            item.setData(NAME_ROLE, name)
            item.setSizeHint(QSize(0, self._row))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if name in names else Qt.CheckState.Unchecked)
            self.list.addItem(item)

    @Slot()
    def _reset(self) -> None:
        self._fill(default_columns(self.kind).names)
        self.columns = default_columns(self.kind)

    def chosen(self) -> Columns:
        """The ticked columns in their order; the default ones where nothing is ticked."""
        items = [self.list.item(at) for at in range(self.list.count())]
        names = tuple(item.data(NAME_ROLE) for item in items if item.checkState() == Qt.CheckState.Checked)
        return Columns(names or default_columns(self.kind).names, self.columns.widths)


class EditSeveral(QWidget):
    """One field and the value that all selected records get."""

    def __init__(self, context: Context, kind: Kind, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.kind = context, kind
        theme = context.theme
        self.layout_column = QVBoxLayout(self)
        self.layout_column.setContentsMargins(0, 0, 0, 0)
        self.layout_column.setSpacing(theme.px(8))
        words = QLabel(_("选中的 {n} 条{kind}都改成同一个值；可以整批撤销。", n=count, kind=_(kind.label)))
        words.setStyleSheet(f"color: {SECOND};")
        self.layout_column.addWidget(words)
        row = QHBoxLayout()
        label = QLabel(_("要改的项目"))
        self.fields = QComboBox()
        self.fields.setFixedHeight(theme.px(32))
        self.fields.setAccessibleName(label.text())
        for field in self._offered():
            self.fields.addItem(_(field.label), field.name)
        label.setBuddy(self.fields)
        row.addWidget(label)
        row.addWidget(self.fields, 1)
        self.layout_column.addLayout(row)
        self.form: RecordForm | None = None
        self.fields.currentIndexChanged.connect(self._changed)
        self._changed(0)

    def _offered(self) -> list[Field]:
        """The status first; names and other texts that are one's own come last."""
        fields = [field for field in self.kind.typed if field.name != self.kind.title[0]]
        return sorted(fields, key=lambda field: (field.type != "choice", field.type in ("text", "note")))

    @Slot(int)
    def _changed(self, _index: int) -> None:
        if self.form is not None:
            self.layout_column.removeWidget(self.form)
            self.form.deleteLater()
        self.form = RecordForm(self.context, self.kind, (self.fields.currentData(),))
        self.form.start_new({}, {})
        self.layout_column.addWidget(self.form)

    def choose(self, name: str) -> None:
        """Pick the field."""
        self.fields.setCurrentIndex(self.fields.findData(name))

    def read(self) -> tuple[dict[str, Any], list[Fault]]:
        """{field: value}, and what could not be understood."""
        name = self.fields.currentData()
        assert self.form is not None
        try:
            return {name: self.form.boxes[name].editor.value()}, []
        except Misfit as misfit:
            return {}, [fault_of(self.kind.fields[name], misfit)]


class SpanChooser(QWidget):
    """Two dates, either may be left open."""

    def __init__(self, context: Context, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(context.theme.px(8))
        plain = Field(field.label, "date", name=field.name)
        self.low, self.high = editor_for(plain, context), editor_for(plain, context)
        for editor, label in ((self.low, _("从")), (self.high, _("到"))):
            layout.addWidget(QLabel(label))
            layout.addWidget(editor, 1)

    def period(self) -> Period:
        """What was typed; raises :class:`Misfit`."""
        low, high = (date.fromisoformat(text) if text else None for text in (self.low.value(), self.high.value()))
        said = _("{low} 至 {high}", low=low or "…", high=high or "…")
        return Period(said, low, high)
