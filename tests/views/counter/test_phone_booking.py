"""A booking by telephone, from Ctrl+K to the printed slip, by keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.paths import resource
from app.services import reading, writing
from app.services.rooms import import_rooms
from app.services.slips import print_count
from app.views import dialogs
from app.views.context import Context, Goto
from app.views.preferences import Preferences
from app.views.records.slip_preview import SlipSheet
from app.views.shell import Shell
from tests.views.settling import settle

CTRL = Qt.KeyboardModifier.ControlModifier
ROOM = "时代花园社区老年活动室"
CLIENT = "殷行晨曦合唱队"


class Hands:
    """Two hands on the keyboard: every key goes where the cursor is, and is counted."""

    def __init__(self, shell: Shell, qtbot: QtBot) -> None:
        self.shell, self.qtbot, self.count = shell, qtbot, 0

    def _where(self) -> QWidget:
        popup = QApplication.activePopupWidget()
        return popup or QApplication.focusWidget() or self.shell

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """One key, and the window at rest again."""
        QTest.keyClick(self._where(), key, modifier)
        self.count += 1
        settle(self.shell, self.qtbot)

    def type(self, text: str) -> None:
        """A word and Enter; nobody waits between them."""
        for character in text:
            QTest.keyClicks(self._where(), character)
            self.count += 1
        self.key(Qt.Key.Key_Return)


@pytest.fixture
def shell(context: Context, qtbot: QtBot, tmp_path: Path) -> Iterator[Shell]:
    office = context.office
    rooms = import_rooms(office, resource("sample", "rooms_yangpu.csv"))
    team = writing.save(office, "team", {"name": CLIENT, "leader_name": "王小芳", "leader_phone": "13800001111"}).id
    earlier = {"venue": rooms[0], "start": "2026-11-17T09:00", "end": "2026-11-17T11:00", "client": team,
               "purpose": "合唱队排练"}  # fmt: skip
    writing.save(office, "booking", earlier)
    context.workspace.index()
    made = Shell(context, tmp_path / "config", Preferences())
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.go(Goto("today"))
    settle(made, qtbot)
    assert QApplication.activeWindow() is made, "another window came up for a moment"
    yield made
    context.tasks.drain()


def newest(context: Context) -> reading.Row:
    """The booking that was made last."""
    found = reading.rows(context.office, "booking", reading.ids(context.office, "booking"))
    return max(found, key=lambda row: row.number or "")


def test_a_phone_booking_from_the_search_to_the_printed_slip_takes_31_keys(
    shell: Shell, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = Hands(shell, qtbot)
    hands.key(Qt.Key.Key_K, CTRL)
    for letter in "sdhy":  # 时代花园
        QTest.keyClicks(hands._where(), letter)
        hands.count += 1
    hands.key(Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: shell.page is not None and shell.page.name == "form")
    settle(shell, qtbot)
    hands.type("1125")
    hands.type("9")
    hands.type("2h")
    hands.type("20")
    hands.type("cxhc")  # 晨曦合唱
    hands.type("hcd")  # 合唱队排练
    hands.key(Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: shell.page.record_id is not None)  # a button's key clicks it a moment later
    settle(shell, qtbot)
    row = newest(shell.context)
    shown = [row.display(name) for name in ("venue", "start", "end", "client", "purpose", "headcount", "client_kind")]
    assert shown == [ROOM, "2026-11-25 09:00", "2026-11-25 11:00", CLIENT, "合唱队排练", "20", "群众活动团队"]

    target = tmp_path / "slip.pdf"

    def to_paper(_parent: QWidget, printer: QPrinter) -> bool:
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(target))
        return True

    monkeypatch.setattr(dialogs, "choose_printer", to_paper)
    hands.key(Qt.Key.Key_P, CTRL)
    qtbot.waitUntil(lambda: any(sheet.yes.hasFocus() for sheet in shell.findChildren(SlipSheet)))
    hands.key(Qt.Key.Key_Return)
    settle(shell, qtbot)
    assert target.read_bytes().startswith(b"%PDF")
    qtbot.waitUntil(lambda: print_count(shell.context.office, row.id) == 1)
    assert hands.count == 31
