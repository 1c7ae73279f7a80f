"""Editors of single values: they show a stored value and give back what was typed, in stored form.

An editor never writes while keys are pressed (Chinese input methods); it is read when the form asks.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QWidget,
)

from app.models.fields import Field
from app.text import _
from app.views.records.typed import plain_number
from app.views.theme import SECOND, Theme

FEW_CHOICES = 8
"""Up to so many choices are offered without a search."""


class Editor(QWidget):
    """Base: ``changed`` when the user changed something, ``left`` when Enter asks for the next field."""

    changed = Signal()
    left = Signal()
    wide = False
    """Whether the editor takes the whole width of the form."""

    def __init__(self, field: Field, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field, self.theme = field, theme
        self.row_layout = QHBoxLayout(self)
        self.row_layout.setContentsMargins(0, 0, 0, 0)
        self.row_layout.setSpacing(theme.px(8))

    def value(self) -> Any:
        """What was typed, in stored form; raises :class:`Misfit` where it cannot be understood."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a stored value."""
        raise NotImplementedError

    def pick(self) -> None:
        """F2: offer what can be picked."""

    def entrance(self) -> QWidget | None:
        """Where the cursor goes when the field is entered."""
        return self.focusProxy()

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Put a part into the editor; the first becomes the one that is focused."""
        self.row_layout.addWidget(widget, stretch)
        if self.focusProxy() is None:
            self.setFocusProxy(widget)
        widget.setAccessibleName(_(self.field.label))


class Line(QLineEdit):
    """A line with a grey word inside its right end: a unit, a weekday."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setFixedHeight(theme.px(32))
        self._hint = QLabel(self)
        self._hint.setStyleSheet(f"color: {SECOND}; background: transparent; border: none;")
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_hint(self, text: str) -> None:
        """Show ``text`` inside the right end."""
        self._hint.setText(text)
        self._hint.adjustSize()
        self.setTextMargins(0, 0, self._hint.width() + self.theme.px(4) if text else 0, 0)
        self._place()

    def hint(self) -> str:
        """What is shown inside the right end."""
        return self._hint.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the word at the right end."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        left = self.width() - self._hint.width() - self.theme.px(10)
        self._hint.move(left, (self.height() - self._hint.height()) // 2)


class TextEditor(Editor):
    """One line of text."""

    def __init__(self, field: Field, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(field, theme, parent)
        self.line = Line(theme)
        self.line.textEdited.connect(self._edited)
        self.line.returnPressed.connect(self.left)
        self.add(self.line, 1)

    @Slot(str)
    def _edited(self, _text: str) -> None:
        self.changed.emit()

    def value(self) -> Any:
        """The text; nothing typed is None."""
        return self.line.text().strip() or None

    def set_value(self, value: Any) -> None:
        """Show a text from its beginning."""
        self.line.setText("" if value is None else str(value))
        self.line.setCursorPosition(0)


class NumberEditor(TextEditor):
    """A number with its unit inside the field."""

    def __init__(self, field: Field, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(field, theme, parent)
        self.line.set_hint(_(field.unit))
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)

    def value(self) -> Any:
        """The number as text without separators and unit; the declaration checks it."""
        plain = plain_number(self.line.text(), _(self.field.unit))
        if self.field.type == "integer" and plain.lstrip("-").isascii() and plain.lstrip("-").isdigit():
            return int(plain)
        return plain or None


class NoteEditor(Editor):
    """Text of several lines. Tab leaves it, Enter starts a line, Ctrl+Enter goes on."""

    wide = True

    def __init__(self, field: Field, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(field, theme, parent)
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(theme.px(88))
        self.text.textChanged.connect(self._edited)
        self.text.installEventFilter(self)
        self._setting = False
        self.add(self.text, 1)

    @Slot()
    def _edited(self) -> None:
        if not self._setting:
            self.changed.emit()

    def value(self) -> Any:
        """The text; nothing typed is None."""
        text = self.text.toPlainText()
        return text if text.strip() else None

    def set_value(self, value: Any) -> None:
        """Show a text."""
        self._setting = True
        self.text.setPlainText("" if value is None else str(value))
        self._setting = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Enter goes to the next field."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self.left.emit()
            return True
        return super().eventFilter(watched, event)


class Combo(QComboBox):
    """A combo box that the wheel does not change by accident, and that Enter leaves."""

    left = Signal()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the form, not the value."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter on a closed box goes to the next field; no text is committed here."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.isEditable():
            self.left.emit()
            return
        super().keyPressEvent(event)

    def minimumSizeHint(self) -> QSize:
        """Long choices do not widen the form."""
        return QSize(80, super().minimumSizeHint().height())


class ChoiceEditor(Editor):
    """One of the declared choices; many choices are searched by typing. An unknown code is shown raw."""

    def __init__(self, field: Field, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(field, theme, parent)
        self.combo = Combo()
        self.combo.setFixedHeight(theme.px(32))
        self.combo.setMaxVisibleItems(14)
        if not field.required:
            self.combo.addItem("", None)
        for code, label in field.choices:
            self.combo.addItem(_(label), code)
        self.combo.activated.connect(self._activated)
        self.combo.left.connect(self.left)
        if len(field.choices) > FEW_CHOICES:
            self._search()
        self.add(self.combo, 1)
        self.set_value(None)

    def _search(self) -> None:
        self.combo.setEditable(True)
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = QCompleter(self.combo.model(), self.combo)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.combo.setCompleter(completer)
        line = self.combo.lineEdit()
        if line is not None:
            line.textEdited.connect(self._typed)
            line.returnPressed.connect(self.left)

    @Slot(int)
    def _activated(self, _index: int) -> None:
        self.changed.emit()

    @Slot(str)
    def _typed(self, _text: str) -> None:
        self.changed.emit()

    def value(self) -> Any:
        """The code; a text that is no choice is given back for the declaration to refuse."""
        if self.combo.isEditable():
            typed = self.combo.currentText().strip()
            at = self.combo.findText(typed)
            return self.combo.itemData(at) if at >= 0 else typed or None
        return self.combo.currentData()

    def set_value(self, value: Any) -> None:
        """Show a code by its label."""
        at = self.combo.findData(value)
        if at < 0 and value is not None:
            self.combo.addItem(str(value), value)
            at = self.combo.count() - 1
        self.combo.setCurrentIndex(at)
        if at < 0 and self.combo.isEditable():
            self.combo.setEditText("")

    def pick(self) -> None:
        """Open the list."""
        self.combo.showPopup()


class BooleanEditor(Editor):
    """Yes, no, or not said."""

    def __init__(self, field: Field, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(field, theme, parent)
        self.group = QButtonGroup(self)
        self.buttons = {True: QRadioButton(_("是")), False: QRadioButton(_("否")), None: QRadioButton(_("未填"))}
        for number, button in enumerate(self.buttons.values()):
            button.setMinimumHeight(theme.px(32))
            self.group.addButton(button, number)
            self.add(button)
            button.setAccessibleName(f"{_(field.label)} {button.text()}")
            button.installEventFilter(self)
        self.row_layout.addStretch(1)
        self.group.idClicked.connect(self._clicked)
        self.set_value(None)

    @Slot(int)
    def _clicked(self, _number: int) -> None:
        self.changed.emit()

    def value(self) -> Any:
        """True, False or None."""
        return next((value for value, button in self.buttons.items() if button.isChecked()), None)

    def set_value(self, value: Any) -> None:
        """Show a boolean; what is none shows as not said."""
        button = self.buttons[value if isinstance(value, bool) else None]
        button.setChecked(True)
        self.setFocusProxy(button)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes to the next field."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            self.left.emit()
            return True
        return super().eventFilter(watched, event)
