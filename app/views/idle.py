"""Idle: tells when nobody has touched the window for a while."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

TOUCHED = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.InputMethod,
    }
)


class Idle(QObject):
    """Watches the native window of ``widget``, which sees each key and move once; ``passed`` after ``minutes`` without
    any. A dialog that waits for an answer is not interrupted."""

    passed = Signal()

    def __init__(self, widget: QWidget, minutes: int) -> None:
        super().__init__(widget)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._pass)
        self.set_minutes(minutes)
        handle = widget.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)

    def set_minutes(self, minutes: int) -> None:
        """0: never."""
        self._timer.setInterval(minutes * 60_000)
        if minutes:
            self._timer.start()
        else:
            self._timer.stop()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Start waiting anew."""
        if event.type() in TOUCHED and self._timer.interval():
            self._timer.start()
        return False

    def _pass(self) -> None:
        if QApplication.activeModalWidget() is not None:
            self._timer.start()
        else:
            self.passed.emit()
