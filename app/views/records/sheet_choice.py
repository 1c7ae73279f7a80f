"""Which sheet of a day or week to print: asked by the calendar, then shown in the preview."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.services.sheets import Sheet
from app.services.times import say_day
from app.text import _
from app.views import dialogs
from app.views.context import Context
from app.views.records.slip_preview import DaySheet


def print_sheet(parent: QWidget, context: Context, on: str, room: str = "", room_name: str = "") -> None:
    """Ask which sheet of the date ``on`` (or its week), and of the room shown where there is one; then preview it."""
    offered = {
        "week_of_room": (_("{room}一周排期", room=room_name), Sheet("week", on, (room,) if room else ())),
        "door": (_("每日场地安排表（贴门上）"), Sheet("door", on)),
        "week": (_("各场地一周排期"), Sheet("week", on)),
        "cleaning": (_("保洁单"), Sheet("cleaning", on)),
        "calls": (_("电话通知单（有完整号码）"), Sheet("calls", on)),
    }
    if not room:
        del offered["week_of_room"]
    choices = [(code, label) for code, (label, _sheet) in offered.items()]
    chosen = dialogs.choose_one(parent, _("打印 {day}", day=say_day(on)), "", choices)
    if chosen is not None:
        sheet = offered[chosen][1]
        name = " ".join(part for part in (sheet.title, room_name if sheet.venues else "", sheet.first) if part)
        DaySheet(parent, context, sheet, name).run()
