"""Sheets of a day or a week: for the door, the desk and the cleaner, and the list of people to call (domain.md C1b)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from app.errors import Refusal
from app.models.registry import KINDS
from app.services import board_sheets, calendar, reading, slips
from app.services.office import Office
from app.services.rights import PRINT
from app.services.slip_records import people_to_call
from app.services.times import say_day
from app.text import _, listed

SHEETS = MappingProxyType(
    {"door": "每日场地安排表", "week": "场地周排期", "cleaning": "保洁单", "calls": "电话通知单"}
)  # fmt: skip
"""The sheets by name, with their labels."""


@dataclass(frozen=True)
class Sheet:
    """Which sheet: its name, the date (any day of the week for ``week``), and the rooms; no rooms mean all that are
    booked. Raises :class:`Refusal` where there is no such sheet or date."""

    name: str
    on: str
    venues: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name not in SHEETS:
            error = _("没有这种表“{form}”", form=self.name)
            raise Refusal.of("name", error, _("可选：{offered}", offered=listed(SHEETS)))
        try:
            KINDS["closure"].fields["start"].check(f"{self.on}T00:00")
        except ValueError:
            raise Refusal.of("on", _("不是日期：{on}", on=self.on), _("请按 2026-11-24 的样子填写")) from None

    @property
    def title(self) -> str:
        """What stands on top of it."""
        return _(SHEETS[self.name])

    @property
    def first(self) -> str:
        """The first date it shows: of a week the Monday (rules.md 12)."""
        day = date.fromisoformat(self.on)
        return (day - timedelta(days=day.weekday())).isoformat() if self.name == "week" else self.on

    @property
    def told(self) -> dict[str, Any]:
        """What its audit line says: a reprint is the same sheet of the same days and rooms."""
        return {"form": self.name, "on": self.first, "venues": sorted(self.venues)}


def render(office: Office, sheet: Sheet, *, copy: int | None = None, allow_missing: bool = False) -> bytes:
    """The sheet as a PDF. Raises :class:`Refusal` where a room is unknown or a character cannot be printed.

    The list of people to call shows telephone numbers in full; making it writes an audit line for each booking.
    """
    office.duty.need(PRINT)
    rooms = [reading.get(office, "venue", venue).title for venue in sheet.venues]
    number = print_count(office, sheet) + 1 if copy is None else copy
    context = slips.slip_context(office, copy=number, allow_missing=allow_missing)
    if sheet.name == slips.CALLS:
        from app.slips.calls import render as calls_slip

        note = _("，").join([say_day(sheet.on), *rooms])
        return calls_slip(
            {"note": note, "people": people_to_call(office, {"booking": _booked(office, sheet)})}, context
        )
    board = calendar.booked(office, sheet.first, 7 if sheet.name == "week" else 1, sheet.venues)
    make = {"door": board_sheets.door, "week": board_sheets.week, "cleaning": board_sheets.cleaning}[sheet.name]
    return make(office, board, sheet.title, sheet.venues, context)


def print_count(office: Office, sheet: Sheet) -> int:
    """How often the sheet was printed, counted from the audit lines of the center."""
    lines = slips.prints(office, slips.center_of(office)[0])
    return sum({name: line.get(name) for name in sheet.told} == sheet.told for line in lines)


def printed(office: Office, sheet: Sheet) -> None:
    """Note that the sheet went to paper or to a file; the people to call at each of their bookings, too."""
    center, _name = slips.center_of(office)
    called = _booked(office, sheet) if sheet.name == slips.CALLS else []
    with office.unit() as unit:
        unit.audit(slips.PRINT, "center", center, **sheet.told)
        unit.audit_each(slips.PRINT, "booking", {one: {"form": sheet.name} for one in called})


def _booked(office: Office, sheet: Sheet) -> list[str]:
    """The bookings of the day, as they come."""
    board = calendar.booked(office, sheet.on, 1, sheet.venues)
    return [block.id for block in sorted(board.blocks, key=lambda block: (block.start, block.venue))]
