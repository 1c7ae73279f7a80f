"""The form of a record: the fields of its declaration in paper order, labels above, faults below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from app.errors import Fault
from app.models.fields import Field, Misfit, fault_of
from app.models.record import Kind
from app.services.reading import Hit, Row
from app.text import _
from app.views.context import Context
from app.views.records.editors import BooleanEditor, ChoiceEditor, Editor, NoteEditor, NumberEditor, TextEditor
from app.views.records.editors_link import LinkEditor
from app.views.records.editors_recall import RecallEditor
from app.views.records.editors_time import DateEditor, MomentEditor
from app.views.records.field_box import FieldBox
from app.views.records.form_section import Section, open_where_filled


def editor_for(field: Field, context: Context, kind: str = "") -> Editor:
    """The editor that fits a declaration; what was written before is recalled for records of ``kind``."""
    theme = context.theme
    if field.type == "link":
        return LinkEditor(field, context)
    if field.type in ("date", "datetime"):
        today = context.office.clock().date()
        return DateEditor(field, theme, today) if field.type == "date" else MomentEditor(field, theme, today)
    if field.recalled:
        return RecallEditor(field, context, kind)
    makers = {"note": NoteEditor, "choice": ChoiceEditor, "boolean": BooleanEditor, "integer": NumberEditor,
              "decimal": NumberEditor}  # fmt: skip
    return makers.get(field.type, TextEditor)(field, theme)


class RecordForm(QWidget):
    """Fields to fill in. ``changed`` on every edit; ``new_wanted`` and ``reveal`` ask the page for help."""

    changed = Signal()
    new_wanted = Signal(object)
    """(the name of the link field, kind, typed text)"""
    reveal = Signal()
    finished = Signal()
    """Enter in the last field."""

    def __init__(
        self, context: Context, kind: Kind, names: Sequence[str] = (), parent: QWidget | None = None, *,
        optional: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """All fields, or those of ``names``; ``optional`` ones may be left blank here."""
        super().__init__(parent)
        self.context, self.kind = context, kind
        wanted = set(names)
        self.fields = tuple(
            replace(f, required=False) if f.name in optional else f
            for f in kind.typed
            if not wanted or f.name in wanted
        )
        self.boxes: dict[str, FieldBox] = {}
        self.loaded: dict[str, Any] = {}
        self.sections: list[Section] = []
        self._pieces: list[tuple[QWidget, bool]] = []
        self._across = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(context.theme.px(24))
        self._grid.setVerticalSpacing(context.theme.px(12))
        for position, field in enumerate(self.fields):
            if field.section and (position or len(self.fields) > 1):
                self._begin_section(field, folds=field.folded and not wanted, first=not position)
            box = self._box(field)
            if self.sections:
                self.sections[-1].boxes.append(box)
            self._pieces.append((box, box.editor.wide))
        self.arrange(2)

    def arrange(self, across: int) -> None:
        """Lay the fields out in one or two columns, in the order of the paper."""
        if across == self._across:
            return
        self._across = across
        while self._grid.count():
            self._grid.takeAt(0)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1 if across == 2 else 0)
        row = column = 0
        for widget, wide in self._pieces:
            if wide or across == 1:
                row, column = row + (column > 0), 0
                self._grid.addWidget(widget, row, 0, 1, across)
                row += 1
            else:
                self._grid.addWidget(widget, row, column, Qt.AlignmentFlag.AlignTop)
                row, column = (row + 1, 0) if column else (row, 1)

    def _box(self, field: Field) -> FieldBox:
        editor = editor_for(field, self.context, self.kind.name)
        box = FieldBox(field, editor, self.context.theme, self)
        box.revealable = self.context.duty.shows(self.kind, field)
        editor.changed.connect(self._edited)
        editor.left.connect(self._next)
        box.reveal.connect(self.reveal)
        if isinstance(editor, LinkEditor):
            editor.new_wanted.connect(self._create)
            editor.linked.connect(self._linked)
        elif isinstance(editor, RecallEditor):
            editor.client = self._client
        self.boxes[field.name] = box
        start = self.boxes.get("start")
        if field.name == "end" and isinstance(editor, MomentEditor) and start is not None:
            assert isinstance(start.editor, MomentEditor)
            editor.follow(start.editor)
        return box

    def _client(self) -> str | None:
        """For whom the record is, as far as it is said."""
        box = self.boxes.get("client")
        try:
            return box.editor.value() if box is not None else None
        except Misfit:
            return None

    def _begin_section(self, field: Field, *, folds: bool, first: bool) -> None:
        section = Section(field.section, self.context.theme, folds=folds, first=first)
        self.sections.append(section)
        self._pieces.append((section, True))

    def _open(self, name: str) -> bool:
        """Whether a field is on the page: not in a section that is folded away."""
        box = self.boxes[name]
        return all(section.open for section in self.sections if box in section.boxes)

    # -- values ------------------------------------------------------------------------------------------------

    def start_new(self, values: Mapping[str, Any], titles: Mapping[str, str]) -> None:
        """An empty form with the declared defaults and ``values``; ``titles`` name the links among them."""
        self.loaded = {}
        for field in self.fields:
            self._set(field, values.get(field.name, field.default), titles.get(field.name, ""))
        for section in self.sections:
            section.show_fields(not section.folds)
        self.clear_faults()

    def load(self, row: Row, *, masked: bool, only: Iterable[str] | None = None) -> None:
        """Show a record; ``masked`` hides personal values until they are revealed. ``only`` leaves the rest alone."""
        names = set(self.boxes) if only is None else set(only)
        for field in self.fields:
            if field.name not in names:
                continue
            value = row.values.get(field.name)
            self.loaded[field.name] = value
            self._set(field, value, row.links.get(field.name, "") or row.display(field.name))
            hidden = masked and value not in (None, "") and row.hides(field.name)
            self.boxes[field.name].set_masked(row.display(field.name, masked=True) if hidden else None)
        if only is None:
            open_where_filled(self.sections)

    def _set(self, field: Field, value: Any, title: str) -> None:
        editor = self.boxes[field.name].editor
        if isinstance(editor, LinkEditor):
            editor.set_link(value or None, title if value else "")
        else:
            editor.set_value(value)

    def put(self, values: Mapping[str, Any], titles: Mapping[str, str]) -> None:
        """Show ``values`` as if the user had typed them (a draft brought back)."""
        for field in self.fields:
            if field.name in values:
                self.boxes[field.name].set_masked(None)
                self._set(field, values[field.name], titles.get(field.name, ""))
                if values[field.name] not in (None, field.default):
                    self._unfold(field.name)

    def _unfold(self, name: str) -> None:
        for section in self.sections:
            if self.boxes[name] in section.boxes and not section.open:
                section.show_fields(True)

    def read(self) -> tuple[dict[str, Any], list[Fault]]:
        """The values that differ from what was loaded, and what could not be understood."""
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for field in self.fields:
            box = self.boxes[field.name]
            if box.masked:
                continue
            try:
                value = box.editor.value()
            except Misfit as misfit:
                faults.append(fault_of(field, misfit))
                continue
            if value != self.loaded.get(field.name):
                values[field.name] = value
        return values, faults

    def missing(self) -> list[Fault]:
        """Required fields in which nothing stands."""
        faults = []
        for field in self.fields:
            box = self.boxes[field.name]
            if field.required and not box.masked and _empty(box.editor):
                mend = _("请填写“{label}”", label=_(field.label))
                faults.append(fault_of(field, Misfit(_("必须填写"), mend)))
        return faults

    def titles(self) -> dict[str, str]:
        """What stands in the link fields."""
        return {name: box.editor.line.text() for name, box in self.boxes.items() if isinstance(box.editor, LinkEditor)}

    @property
    def dirty(self) -> bool:
        """Whether anything differs from what was loaded."""
        values, faults = self.read()
        return bool(values or faults)

    # -- faults ------------------------------------------------------------------------------------------------

    def clear_faults(self) -> None:
        """Take away what was said under the fields."""
        for box in self.boxes.values():
            box.set_fault("")

    def show_faults(self, faults: Sequence[Fault]) -> list[Fault]:
        """Say each fault under its field and focus the first; returns those that belong to no field here."""
        self.clear_faults()
        rest: list[Fault] = []
        said: dict[str, list[str]] = {}
        for fault in faults:
            name = fault.field if fault.field in self.boxes else next(iter(self._members(fault.field)), "")
            if not name:
                rest.append(fault)
                continue
            error = fault.error.removeprefix(f"{_(self.kind.fields[name].label)}：")
            plain = fault.mend == _("请填写“{label}”", label=_(self.kind.fields[name].label))  # says nothing more
            text = _("{error}。{mend}", error=error, mend=fault.mend) if fault.mend and not plain else error
            said.setdefault(name, []).append(text)
        for name, texts in said.items():
            self.boxes[name].set_fault("\n".join(texts))
            self._unfold(name)
        first = next((field.name for field in self.fields if field.name in said), None)
        if first is not None:
            self.boxes[first].focus_editor()
        return rest

    def _members(self, group: str) -> list[str]:
        return [name for name in self.kind.groups.get(group, ()) if name in self.boxes]

    # -- moving ------------------------------------------------------------------------------------------------

    def focus_first(self) -> None:
        """Put the cursor into the first empty field, the first one where none is."""
        empty = (n for n, box in self.boxes.items() if not box.masked and self._open(n) and _empty(box.editor))
        name = next(empty, next(iter(self.boxes), ""))
        if name:
            QTimer.singleShot(0, self.boxes[name].focus_editor)

    def focus_top(self) -> None:
        """Put the cursor into the first field."""
        if self.fields:
            QTimer.singleShot(0, self.boxes[self.fields[0].name].focus_editor)

    @Slot()
    def pick(self) -> None:
        """F2: pick in the field that has the cursor."""
        for box in self.boxes.values():
            if box.has_focus():
                box.pick()

    @Slot()
    def _next(self) -> None:
        names = [name for name, box in self.boxes.items() if not box.masked and self._open(name)]
        current = next((name for name in names if self.boxes[name].has_focus()), None)
        at = names.index(current) + 1 if current in names else 0
        if at < len(names):
            self.boxes[names[at]].focus_editor()
        else:
            self.finished.emit()

    @Slot()
    def _edited(self) -> None:
        sender = self.sender()
        if isinstance(sender, Editor):
            self.boxes[sender.field.name].set_fault("")
        self.changed.emit()

    @Slot(object)
    def _create(self, wanted: Any) -> None:
        sender = self.sender()
        if isinstance(sender, LinkEditor):
            self.new_wanted.emit((sender.field.name, wanted[0], wanted[1]))

    @Slot(object)
    def _linked(self, hit: Hit) -> None:
        """A picked client also writes its name beside it, while that is empty."""
        sender = self.sender()
        if isinstance(sender, LinkEditor):
            beside = self.boxes.get(f"{sender.field.name}_name")
            if beside is not None and not beside.masked and _empty(beside.editor):
                beside.editor.set_value(hit.title)

    def set_link(self, name: str, record_id: str, title: str) -> None:
        """Point a link field to a record that was just made."""
        editor = self.boxes[name].editor
        if isinstance(editor, LinkEditor):
            editor.set_link(record_id, title)
            self.boxes[name].set_fault("")
            editor.setFocus()
            self.changed.emit()


def _empty(editor: Editor) -> bool:
    try:
        return editor.value() is None
    except Misfit:
        return False
