"""One field of a form: its label above, its editor, its help, and what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from app.models.fields import Field, Misfit
from app.text import _
from app.views.records.editors import Editor
from app.views.theme import RED, SECOND, Theme


class FieldBox(QWidget):
    """Shows the editor, or the masked value with a button that asks to ``reveal`` it."""

    reveal = Signal()

    def __init__(self, field: Field, editor: Editor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field, self.editor, self.theme = field, editor, theme
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(4))
        label = QLabel(_("{label}（必填）", label=_(field.label)) if field.required else _(field.label))
        label.setStyleSheet(f"color: {SECOND};")
        label.setBuddy(editor)
        layout.addWidget(label)
        layout.addWidget(editor)
        self._masked: QWidget | None = None
        self._masked_line: QLineEdit | None = None
        self._eye = QToolButton(self)
        self._eye.hide()
        self.revealable = True
        """Whether the person at the desk may have a masked value shown."""
        if field.help:
            layout.addWidget(self._words(_(field.help), SECOND))
        self._fault = self._words("", RED)
        self._fault.setObjectName("fault")
        self._fault.hide()
        layout.addWidget(self._fault)

    def _words(self, text: str, colour: str) -> QLabel:
        label = QLabel(text)
        label.setWordWrap(True)
        label.setFont(self.theme.font(12))
        label.setStyleSheet(f"color: {colour};")
        label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        return label

    @property
    def masked(self) -> bool:
        """Whether the value is hidden."""
        return self._masked is not None and not self._masked.isHidden()

    def set_masked(self, text: str | None) -> None:
        """Show ``text`` (the masked value) in place of the editor, or the editor again."""
        if text is not None and self._masked is None:
            self._masked = self._mask()
            layout = self.layout()
            assert isinstance(layout, QVBoxLayout)
            layout.insertWidget(2, self._masked)
        if self._masked is not None and self._masked_line is not None:
            self._masked_line.setText(text or "")
            self._masked.setVisible(text is not None)
            self._eye.setVisible(self.revealable)
        self.editor.setVisible(text is None)

    def _mask(self) -> QWidget:
        widget = QWidget()
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self.theme.px(4))
        line = QLineEdit()
        line.setReadOnly(True)
        line.setFixedHeight(self.theme.px(32))
        line.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        line.setStyleSheet(f"color: {SECOND};")
        line.setAccessibleName(_("{label}（已隐藏）", label=_(self.field.label)))
        button = self._eye
        button.setIcon(self.theme.icon("eye"))
        button.setFixedSize(self.theme.px(32), self.theme.px(32))
        button.setToolTip(_("显示个人信息（会记入查看记录）"))
        button.setAccessibleName(_("显示{label}", label=_(self.field.label)))
        button.clicked.connect(self._ask)
        row.addWidget(line, 1)
        row.addWidget(button)
        self._masked_line = line
        return widget

    @Slot()
    def _ask(self) -> None:
        self.reveal.emit()

    def fault(self) -> str:
        """What is said under the field."""
        return self._fault.text() if not self._fault.isHidden() else ""

    def set_fault(self, text: str) -> None:
        """Say what is wrong, or nothing."""
        self._fault.setText(text)
        self._fault.setVisible(bool(text))
        self.setProperty("fault", bool(text))

    def says_something(self) -> bool:
        """Whether anything stands in it but what every record begins with."""
        try:
            value = self.editor.value()
        except Misfit:
            return True
        return value not in (None, False, 0, "0", self.field.default)

    def focus_editor(self) -> None:
        """Put the cursor into the field and bring it into view."""
        target = self._masked_line if self.masked else self.editor.entrance()
        if target is not None:
            target.setFocus(Qt.FocusReason.TabFocusReason)

    def has_focus(self) -> bool:
        """Whether the cursor is in the field."""
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def pick(self) -> None:
        """F2."""
        if self.masked:
            if self.revealable:
                self.reveal.emit()
        else:
            self.editor.pick()
