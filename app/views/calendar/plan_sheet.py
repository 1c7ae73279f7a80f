"""The day's plan for the door, and the week of a room, as a list on paper (domain.md C1b)."""

from __future__ import annotations

from app.services import calendar
from app.services.calendar import PENDING, Block, Board
from app.services.office import Office
from app.services.slips import slip_context
from app.services.times import say_day
from app.slips.table import Column, table_slip
from app.text import _
from app.views.calendar import words
from app.views.calendar.layout import minute_of


def day_pdf(office: Office, on: str) -> bytes:
    """每日场地安排表: every room that is booked that day; contacts masked."""
    board = calendar.whole_day(office, on)
    order = {room.id: n for n, room in enumerate(board.rooms)}
    names = {room.id: room.name for room in board.rooms}
    blocks = sorted(board.blocks, key=lambda block: (order[block.venue], block.start))
    rows = [(names[block.venue], _hours(block, on), *_who(block)) for block in blocks]
    return table_slip(
        _("每日场地安排表"), [Column(_("场地"), 26), *_columns()], rows, slip_context(office), note=say_day(on)
    )


def week_pdf(office: Office, venue: str, monday: str) -> bytes:
    """场地周安排表: one room, day by day."""
    board = calendar.week(office, venue, monday)
    rows = [(say_day(block.start), _hours(block, block.start[:10]), *_who(block)) for block in _holding(board)]
    note = _(
        "{room}，{first} 至 {last}", room=board.rooms[0].name if board.rooms else "", first=say_day(board.dates[0]),
        last=say_day(board.dates[-1]),
    )  # fmt: skip
    columns = [Column(_("日期"), 20), *_columns()]
    return table_slip(_("场地周安排表"), columns, rows, slip_context(office), note=note)


def _columns() -> tuple[Column, ...]:
    return (
        Column(_("时间"), 17, centred=True), Column(_("活动"), 26), Column(_("申请单位/团队"), 30), Column(_("联系人"), 24)
    )  # fmt: skip


def _holding(board: Board) -> list[Block]:
    return [block for block in board.blocks if block.holds]


def _hours(block: Block, on: str) -> str:
    """The part of the day it takes; from or until midnight where it goes on."""
    return words.span(max(minute_of(block.start, on), 0), min(minute_of(block.end, on), 1440))


def _who(block: Block) -> tuple[str, str, str]:
    purpose = block.purpose or _("未写活动名称")
    if block.status in PENDING:
        purpose = _("{purpose}（{status}）", purpose=purpose, status=words.status(block.status))
    return purpose, block.client, block.contact
