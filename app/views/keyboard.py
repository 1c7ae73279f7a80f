"""The main job at the counter by keys alone: a booking by telephone, from Ctrl+K to the printed slip.

The tour plays it, and a test counts its keys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.views.records.form_page import FormPage
from app.views.records.slip_preview import SlipSheet
from app.views.shell import Shell


@dataclass(frozen=True)
class Call:
    """What somebody says on the telephone, as it is typed: names by their initials, times as people say them."""

    room: str
    day: str
    start: str
    length: str
    people: str
    client: str
    purpose: str


class Hands:
    """Two hands on the keyboard. Every key goes where the cursor is and is counted, one with Ctrl as one; ``until`` lets
    the window work until something holds."""

    def __init__(self, shell: Shell, until: Callable[[Callable[[], bool]], None]) -> None:
        self.shell, self.until, self.count = shell, until, 0

    def _press(self, press: Callable[[QWidget], None]) -> None:
        press(QApplication.activePopupWidget() or QApplication.focusWidget() or self.shell)
        self.count += 1

    def key(self, key: Qt.Key, *, ctrl: bool = False) -> None:
        """One key."""
        held = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
        self._press(lambda where: QTest.keyClick(where, key, held))

    def type(self, text: str) -> None:
        """A word; nobody waits between its letters."""
        for character in text:
            self._press(lambda where, character=character: QTest.keyClicks(where, character))

    def enter(self, text: str) -> None:
        """A word and Enter, and wait until the next field has the cursor."""
        before = QApplication.focusWidget()
        self.type(text)
        self.key(Qt.Key.Key_Return)
        self.until(lambda: QApplication.focusWidget() is not before)


def phone_booking(hands: Hands, call: Call) -> str:
    """Book what was said, and print its slip; returns the id of the booking."""
    shell = hands.shell
    hands.key(Qt.Key.Key_K, ctrl=True)
    hands.type(call.room)
    hands.key(Qt.Key.Key_F5)
    hands.until(lambda: isinstance(shell.page, FormPage) and shell.page.form.boxes["start"].has_focus())
    for said in (call.day, call.start, call.length, call.people, call.client, call.purpose):
        hands.enter(said)
    hands.key(Qt.Key.Key_F6)
    form = shell.page
    assert isinstance(form, FormPage)
    hands.until(lambda: form.record_id is not None and form.ready and _offers_to_print(form))
    hands.key(Qt.Key.Key_P, ctrl=True)
    hands.until(lambda: any(sheet.yes.hasFocus() for sheet in form.findChildren(SlipSheet)))
    hands.key(Qt.Key.Key_Return)
    hands.until(lambda: not any(sheet.isVisible() for sheet in form.findChildren(SlipSheet)))
    assert form.record_id is not None
    return form.record_id


def _offers_to_print(form: FormPage) -> bool:
    return any(one.isVisible() and one.shortcut().toString() == "Ctrl+P" for one in form.findChildren(QPushButton))
