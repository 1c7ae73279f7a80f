"""A booking by telephone, from Ctrl+K to the printed slip, by keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.paths import resource
from app.services import reading, writing
from app.services.rooms import import_rooms
from app.services.slips import print_count
from app.views import dialogs
from app.views.context import Context, Goto
from app.views.keyboard import Call, Hands, phone_booking
from app.views.preferences import Preferences
from app.views.shell import Shell
from tests.views.settling import settle

ROOM = "时代花园社区老年活动室"
CLIENT = "殷行晨曦合唱队"


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


def test_a_phone_booking_from_the_search_to_the_printed_slip_takes_31_keys(
    shell: Shell, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "slip.pdf"

    def to_paper(_parent: QWidget, printer: QPrinter) -> bool:
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(target))
        return True

    monkeypatch.setattr(dialogs, "choose_printer", to_paper)
    hands = Hands(shell, qtbot.waitUntil)
    booked = phone_booking(hands, Call("sdhy", "1125", "9", "2h", "20", "cxhc", "hcd"))
    settle(shell, qtbot)
    row = reading.get(shell.context.office, "booking", booked)
    shown = [row.display(name) for name in ("venue", "start", "end", "client", "purpose", "headcount", "client_kind")]
    assert shown == [ROOM, "2026-11-25 09:00", "2026-11-25 11:00", CLIENT, "合唱队排练", "20", "群众活动团队"]
    assert target.read_bytes().startswith(b"%PDF")
    qtbot.waitUntil(lambda: print_count(shell.context.office, row.id) == 1)
    assert hands.count == 31


def test_f5_on_the_first_page_is_the_other_way_in(shell: Shell, qtbot: QtBot) -> None:
    hands = Hands(shell, qtbot.waitUntil)
    hands.key(Qt.Key.Key_F5)
    hands.until(lambda: shell.page.name == "form" and shell.page.form.boxes["venue"].has_focus())
    for said in ("sdhy", "+2", "930", "90", "12", "cxhc"):
        hands.enter(said)
    form = shell.page.form
    assert form.boxes["venue"].editor.line.text() == ROOM
    assert (form.boxes["start"].editor.value(), form.boxes["end"].editor.value()) == (
        "2026-11-25T09:30", "2026-11-25T11:00",
    )  # fmt: skip
    assert form.boxes["client"].editor.line.text() == CLIENT
    assert form.boxes["purpose"].has_focus()
