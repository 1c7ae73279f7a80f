"""Lines to type one after another in a step of the set-up: Enter goes on, a new line comes by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.text import _
from app.views.theme import Theme

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True)
class Column:
    """One field of a line: its name, label, share of the width, what an empty one shows, and what there is to choose."""

    name: str
    label: str
    share: int
    example: str = ""
    choices: Sequence[tuple[str, str]] = ()


class Rows(QScrollArea):
    """Lines of fields. ``changed`` as they are typed, ``passed`` when Enter is pressed in an empty last line."""

    changed = Signal()
    passed = Signal()

    def __init__(self, theme: Theme, columns: Sequence[Column], most: int) -> None:
        super().__init__()
        self.theme, self.columns, self.most = theme, columns, most
        self.lines: list[dict[str, QLineEdit | QComboBox]] = []
        self._ids: list[str] = []
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumHeight(theme.px(112))
        inner = QFrame()
        outer = QVBoxLayout(inner)
        outer.setContentsMargins(0, 0, theme.px(8), 0)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(8))
        self._grid.setVerticalSpacing(theme.px(8))
        for at, column in enumerate(columns):
            label = QLabel(column.label)
            label.setProperty("look", "second")
            self._grid.addWidget(label, 0, at)
            self._grid.setColumnStretch(at, column.share)
        outer.addLayout(self._grid)
        outer.addStretch(1)
        self.setWidget(inner)

    def fill(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Show ``rows`` and nothing else, and an empty line below."""
        for line in self.lines:
            for editor in line.values():
                self._grid.removeWidget(editor)
                editor.hide()
                editor.deleteLater()
        self.lines, self._ids = [], []
        for row in rows:
            self._add(row)
        self._room()

    def values(self) -> list[dict[str, str]]:
        """The lines in which anything is typed, or that are saved already; their place is :meth:`line`'s."""
        return [self._values(at) for at in self._used()]

    def focus(self, number: int = 0, name: str = "") -> None:
        """Go to a field of the line ``number`` of :meth:`values`, from 1; 0 for the line to type in next."""
        used = self._used()
        at = used[number - 1] if 0 < number <= len(used) else len(self.lines) - 1
        editor = self.lines[at].get(name, self.lines[at][self.columns[0].name])
        editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.ensureWidgetVisible(editor)

    @property
    def empty(self) -> QWidget:
        """The field to type in next."""
        return self.lines[-1][self.columns[0].name]

    def _used(self) -> list[int]:
        return [at for at in range(len(self.lines)) if self._ids[at] or self._typed(at)]

    def _values(self, at: int) -> dict[str, str]:
        return {"id": self._ids[at], **{name: _text(editor) for name, editor in self.lines[at].items()}}

    def _typed(self, at: int) -> bool:
        return any(isinstance(one, QLineEdit) and one.text().strip() for one in self.lines[at].values())

    def _add(self, row: Mapping[str, str]) -> None:
        line: dict[str, QLineEdit | QComboBox] = {}
        for at, column in enumerate(self.columns):
            editor = self._editor(column, row)
            editor.setAccessibleName(_("第 {n} 行 {label}", n=len(self.lines) + 1, label=column.label))
            editor.installEventFilter(self)
            self._grid.addWidget(editor, len(self.lines) + 1, at)
            editor.show()  # at once: Enter goes on to it
            line[column.name] = editor
        self.lines.append(line)
        self._ids.append(row.get("id", ""))

    def _editor(self, column: Column, row: Mapping[str, str]) -> QLineEdit | QComboBox:
        if column.choices:
            box = QComboBox()
            for code, label in column.choices:
                box.addItem(label, code)
            box.setCurrentIndex(max(0, box.findData(row.get(column.name))))
            box.activated.connect(self._changed)
            return box
        line = QLineEdit(row.get(column.name, ""))
        line.setPlaceholderText(column.example)
        line.setMaxLength(200)
        line.textEdited.connect(self._changed)
        return line

    @Slot()
    def _changed(self) -> None:
        self._room()
        self.changed.emit()

    def _room(self) -> None:
        """There is always an empty line at the end."""
        if (not self.lines or len(self.lines) - 1 in self._used()) and len(self.lines) < self.most:
            self._add({})

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes to the next field, and from an empty last line on to the next step; what is reached is shown."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self.ensureWidgetVisible(watched)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in ENTER:
            at, place = self._place(watched)
            if at == len(self.lines) - 1 and not self._typed(at) and not self._ids[at]:
                self.passed.emit()
            elif place + 1 < len(self.columns):
                list(self.lines[at].values())[place + 1].setFocus(Qt.FocusReason.TabFocusReason)
            elif at + 1 < len(self.lines):
                next(iter(self.lines[at + 1].values())).setFocus(Qt.FocusReason.TabFocusReason)
            else:
                self.passed.emit()
            return True
        return super().eventFilter(watched, event)

    def _place(self, editor: QObject) -> tuple[int, int]:
        for at, line in enumerate(self.lines):
            for place, one in enumerate(line.values()):
                if one is editor:
                    return at, place
        return len(self.lines) - 1, 0


def _text(editor: QLineEdit | QComboBox) -> str:
    return editor.text() if isinstance(editor, QLineEdit) else str(editor.currentData())
