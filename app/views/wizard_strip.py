"""The four steps of the set-up in a line: where one is, what is done, what is to come."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from app.services import setup
from app.text import _
from app.views.theme import ACCENT, SECOND, TEXT, Theme


class Strip(QHBoxLayout):
    """A word for each step."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.setSpacing(theme.px(24))
        self.marks = {name: QLabel() for name in setup.STEPS}
        for label in self.marks.values():
            self.addWidget(label)
        self.addStretch(1)

    def show_states(self, here: str, states: setup.Setup) -> None:
        """Show that ``here`` is where one is."""
        for at, (name, label) in enumerate(self.marks.items(), start=1):
            done = states.states[name] == setup.DONE
            label.setText(f"{'✓' if done and name != here else at} {_(setup.LABELS[name])}")
            label.setStyleSheet(f"color: {ACCENT if name == here else TEXT if done else SECOND};")
            label.setFont(self.theme.font(14, semibold=name == here))


def line() -> QFrame:
    """A line across."""
    made = QFrame()
    made.setProperty("look", "line")
    made.setFixedHeight(1)
    return made
