"""The sheets that are made from a board of the calendar: door, week, cleaning (domain.md C1b)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.models.registry import KINDS
from app.models.venues import Venue
from app.services import booking, calendar, reading
from app.services.boards import PENDING, Block, Board, Room
from app.services.cleaning import Task, tasks
from app.services.office import Office
from app.services.slip_records import equipment_of
from app.services.times import say_day
from app.text import _

if TYPE_CHECKING:
    from app.slips import timetable
    from app.slips.base import SlipContext

DAY = 1440


def door(office: Office, board: Board, title: str, venues: Sequence[str], context: SlipContext) -> bytes:
    """每日场地安排表: rooms across, hours down; contacts masked, since it hangs at the door."""
    from app.slips.timetable import Timetable, timetable_slip

    (on,) = board.dates
    index = {room.id: n for n, room in enumerate(board.rooms)}
    free = "" if venues else _free(office, board)
    remarks = [_("当日无预约：{rooms}", rooms=free)] if free else []
    return timetable_slip(
        Timetable(
            title,
            _("{day}　共 {n} 场", day=_long_day(on), n=board.total - board.elsewhere),
            tuple(_room(room) for room in board.rooms),
            tuple(_block(block, index[block.venue], on) for block in board.blocks),
            tuple(_closed(board, on, index)),
            (*remarks, _unconfirmed()),
        ),
        context,
    )


def week(_office: Office, board: Board, title: str, venues: Sequence[str], context: SlipContext) -> bytes:
    """场地周排期: the days of one room as a timetable, or several rooms by days, A4 landscape."""
    span = _("{first} 至 {last}", first=_long_day(board.dates[0]), last=say_day(board.dates[-1]))
    if len(venues) == 1:
        return _week_of_room(board, title, span, context)
    from app.slips.week import week_slip

    rows = [(_room(room), *(_cell(board, room.id, on) for on in board.dates)) for room in board.rooms]
    note = _("{span}　共 {n} 场", span=span, n=board.total - board.elsewhere)
    return week_slip(title, note, [_weekday(on) for on in board.dates], rows, context)


def cleaning(office: Office, board: Board, title: str, venues: Sequence[str], context: SlipContext) -> bytes:
    """保洁单: by time, what to set up and to clear up, and which room can be cleaned when."""
    from app.slips.table import Column, table_slip

    (on,) = board.dates
    rows = reading.rows(office, "booking", [block.id for block in board.blocks])
    wanted = equipment_of(office, rows)
    dirty = {row.id for row in rows if row.values.get("cleanliness") == "dirty"}
    columns = (
        Column(_("时间"), 22, centred=True), Column(_("场地"), 34), Column(_("事项"), 15, centred=True),
        Column(_("说明"), 70), Column(_("完成"), 11, centred=True), Column(_("签名"), 17),
    )  # fmt: skip
    free = "" if venues else _free(office, board)
    foot = _("当日无预约，全天可保洁：{rooms}", rooms=free) if free else ""
    note = _("{day}　共 {n} 场", day=_long_day(on), n=board.total - board.elsewhere)
    lines = [_task(task, wanted, dirty) for task in tasks(board)]
    return table_slip(title, columns, lines, context, note=note, foot=foot, upright=True, height=7.4)


def _free(office: Office, board: Board) -> str:
    """The center's own open rooms where nothing happens, neither there nor in their hall or parts."""
    t = Venue.__table__.c
    query = select(t.id).where(t.status == "open", t.external.is_not(True), t.owner == office.scope)
    with office.reading() as session:
        parents, own = booking.parents(session), set(session.scalars(query))
    busy = {relative for room in board.rooms for relative in booking.family(parents, room.id)}
    names = [room.name for room in calendar.rooms(office) if room.id in own - busy]
    return _("、").join(names)


def _unconfirmed() -> str:
    return _("虚线框：尚未确认，以中心通知为准。")


def _room(room: Room) -> str:
    return _("{room}（{n}人）", room=room.name, n=room.capacity) if room.capacity else room.name


def _long_day(on: str) -> str:
    return _("{year}年{day}", year=on[:4], day=say_day(on))


def _weekday(on: str) -> str:
    day, weekday = say_day(on).split(" ")
    return f"{weekday}\n{day}"


def _minute(moment: str, on: str) -> int:
    """Minutes from the midnight that begins ``on``, within that day."""
    days = (date.fromisoformat(moment[:10]) - date.fromisoformat(on)).days
    return min(max(days * DAY + int(moment[11:13]) * 60 + int(moment[14:16]), 0), DAY)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _block(block: Block, column: int, on: str) -> timetable.Block:
    """The part of a booking that lies on one date, in words; the contact is masked already."""
    from app.slips import timetable

    start, end = _minute(block.start, on), _minute(block.end, on)
    purpose = block.purpose or _("未写活动名称")
    if block.status in PENDING:
        said = KINDS["booking"].fields["status"].display(block.status)
        purpose = _("{purpose}（{status}）", purpose=purpose, status=said)
    lines = (f"{_clock(start)}-{_clock(end)}", purpose, block.client, block.contact)
    return timetable.Block(column, start, end, lines, block.status in PENDING)


def _closed(board: Board, on: str, index: dict[str, int]) -> list[timetable.Closed]:
    from app.slips.timetable import Closed

    spans = [(shade, _minute(shade.start, on), _minute(shade.end, on)) for shade in board.shades]
    return [Closed(index[shade.venue], low, high, shade.reason) for shade, low, high in spans if low < high]


def _week_of_room(board: Board, title: str, span: str, context: SlipContext) -> bytes:
    from app.slips.page import Paper
    from app.slips.timetable import Timetable, timetable_slip

    (room,) = board.rooms
    blocks = [_block(block, n, on) for n, on in enumerate(board.dates) for block in _lying_on(board, on)]
    closed = [one for n, on in enumerate(board.dates) for one in _closed(board, on, {room.id: n})]
    note = _("{room}　{span}　共 {n} 场", room=_room(room), span=span, n=board.total - board.elsewhere)
    heads = tuple(_weekday(on) for on in board.dates)
    table = Timetable(
        title, note, heads, tuple(blocks), tuple(closed), (_unconfirmed(),), Paper.A4_LANDSCAPE, len(heads)
    )
    return timetable_slip(table, context)


def _lying_on(board: Board, on: str, venue: str = "") -> list[Block]:
    """The bookings of a date, of one room where it is named."""
    blocks = (block for block in board.blocks if venue in ("", block.venue))
    return [block for block in blocks if _minute(block.start, on) < _minute(block.end, on)]


def _cell(board: Board, venue: str, on: str) -> str:
    """A room's bookings of one day, one under the other."""
    lines = []
    for block in _lying_on(board, on, venue):
        time, purpose, client, _contact = _block(block, 0, on).lines
        lines += [time, "　".join(filter(None, (purpose, client)))]
    return "\n".join(lines)


def _task(task: Task, wanted: dict[str, str], dirty: set[str]) -> tuple[str, ...]:
    """One line of the cleaner's sheet."""
    start, end = _clock(task.start), _clock(task.end)
    if task.what == "free" and task.start == 0:
        time = _("{time} 前", time=end)
    elif task.what == "free" and task.end == DAY:
        time = _("{time} 起", time=start)
    else:
        time = f"{start}-{end}"
    words = {"set_up": _("布置"), "clear_up": _("清场"), "free": _("可保洁")}
    return (time, task.room.name, words[task.what], _said(task, wanted, dirty), "□", "")


def _said(task: Task, wanted: dict[str, str], dirty: set[str]) -> str:
    """What the cleaner has to know: until and from when the room is used, for how many, with what."""
    said = []
    if isinstance(task.earlier, Block):
        said.append(_("{time} 结束", time=task.earlier.end[11:16]))
        if task.what == "clear_up":
            said += [*_about(task.earlier), *([_("需保洁")] if task.earlier.id in dirty else [])]
    if isinstance(task.later, Block):
        said.append(_("{time} 开始", time=task.later.start[11:16]))
        if task.what == "set_up":
            equipment = wanted.get(task.later.id)
            said += [*_about(task.later), *([_("设备：{equipment}", equipment=equipment)] if equipment else [])]
    said += [words for words in (task.earlier, task.later) if isinstance(words, str)]
    return _("，").join(said)


def _about(block: Block) -> list[str]:
    name = block.purpose or block.client or _("未写活动名称")
    return [name, *([_("{n}人", n=block.headcount)] if block.headcount else [])]
