"""The undo bar at the foot of the content: says what was just done and offers to take it back."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QGraphicsOpacityEffect, QHBoxLayout, QLabel, QPushButton, QWidget

from app.text import _
from app.views.context import Said
from app.views.theme import PAPER, Theme

FADE_MS = 120
SHOWN_MS = 15_000


class UndoBar(QFrame):
    """Shows a :class:`Said`; ``undo`` with its operation."""

    undo = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("undoBar")
        self._op: int | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), theme.px(4), theme.px(4), theme.px(4))
        row.setSpacing(theme.px(16))
        self.words = QLabel()
        self.words.setWordWrap(True)
        row.addWidget(self.words, 1)
        self.button = QPushButton(_("撤销"))
        self.button.setToolTip(_("撤销 (Ctrl+Z)"))
        self.button.setAccessibleName(_("撤销"))
        self.button.clicked.connect(self._undo)
        row.addWidget(self.button)
        self.close_button = QPushButton()
        self.close_button.setIcon(theme.icon("x", PAPER, 16))
        self.close_button.setAccessibleName(_("收起提示"))
        self.close_button.setToolTip(_("收起提示"))
        self.close_button.setFixedWidth(theme.px(32))
        self.close_button.setStyleSheet("border: none; padding: 0;")
        self.close_button.clicked.connect(self.dismiss)
        row.addWidget(self.close_button)
        self._effect = QGraphicsOpacityEffect(self)
        self._effect.setEnabled(False)
        self.setGraphicsEffect(self._effect)
        self._fade = QPropertyAnimation(self._effect, b"opacity", self)
        self._fade.setDuration(FADE_MS)
        self._fade.setEasingCurve(QEasingCurve.Type.OutQuad)
        self._fade.finished.connect(self._faded)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self.dismiss)
        self.hide()

    def say(self, said: Said) -> None:
        """Show it."""
        self._op = said.op
        self.words.setText(said.text)
        self.setAccessibleName(said.text)
        self.button.setVisible(said.op is not None)
        self._timer.start()
        if not self.isVisible():
            self.show()
            self._run(0.0, 1.0)

    @Slot()
    def dismiss(self) -> None:
        """Put it away."""
        self._timer.stop()
        if self.isVisible():
            self._run(1.0, 0.0)

    def _run(self, start: float, end: float) -> None:
        self._effect.setEnabled(True)
        self._fade.stop()
        self._fade.setStartValue(start)
        self._fade.setEndValue(end)
        self._fade.start()

    @Slot()
    def _faded(self) -> None:
        self._effect.setEnabled(False)
        if self._fade.endValue() == 0.0:
            self.hide()

    @Slot()
    def _undo(self) -> None:
        op = self._op
        self.dismiss()
        if op is not None:
            self.undo.emit(op)
