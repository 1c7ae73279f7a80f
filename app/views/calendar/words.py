"""What the calendar says: times, lengths, and the words for a booking, a free gap and the cell under the cursor."""

from __future__ import annotations

from datetime import date, timedelta

from app.models.bookings import BOOKING_STATUS
from app.services.boards import OFFERED, PENDING, Block, Board
from app.services.months import Month, MonthDay
from app.services.times import say_day, say_span
from app.text import _
from app.views.calendar.layout import Plan


def clock(minute: int) -> str:
    """``9:00``; the end of the day is ``24:00``."""
    return f"{minute // 60}:{minute % 60:02d}"


def span(top: int, bottom: int) -> str:
    """``9:00-11:00``."""
    return f"{clock(top)}-{clock(bottom)}"


def length(minutes: int) -> str:
    """``2小时``, ``1小时30分``, ``45分钟``."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("{n}分钟", n=rest)
    return _("{h}小时{m}分", h=hours, m=rest) if rest else _("{h}小时", h=hours)


def status(code: str) -> str:
    """The word for a booking's status; an unknown one raw. A no-show has left its room (rules.md 24)."""
    if code == "no_show":
        return _("爽约，已释放")
    if code == OFFERED:
        return _("为候补保留")
    return _(dict(BOOKING_STATUS).get(code, code))


def name(block: Block) -> str:
    """What people call a booking."""
    return block.purpose or block.client or _("未写活动名称")


def about(block: Block, room: str = "") -> str:
    """Everything about a booking that may be shown, one line each."""
    lines = [name(block)]
    if block.client and block.purpose:
        lines.append(block.client)
    lines.append(" ".join(part for part in (say_span(block.start, block.end), room) if part))
    said = [status(block.status)]
    if block.headcount:
        said.append(_("{n}人", n=block.headcount))
    if block.before or block.after:
        said.append(_("布置{b}分钟，清场{a}分钟", b=block.before, a=block.after))
    lines.append("，".join(said))
    if block.contact:
        lines.append(_("联系人 {contact}", contact=block.contact))
    if block.clash:
        lines.append(block.clash)
    if block.yields:
        lines.append(_("已让位于另一场预约"))
    return "\n".join(lines)


def cell(plan: Plan, column: int, top: int, bottom: int) -> str:
    """The cell under the cursor in one sentence, also for a screen reader."""
    where = plan.columns[column]
    head = f"{where.room.name}，{say_day(where.date)} {span(top, bottom)}"
    piece = plan.piece_at(column, top)
    if piece is not None:
        said = about(piece.block).replace("\n", "，")
        return f"{head}，{said}"
    stripe = plan.stripe_at(column, top)
    if stripe is not None:
        return f"{head}，{stripe.reason}"
    gap = plan.gap(column, top)
    if gap is None:
        return _("{head}，布置或清场时间", head=head)
    return _("{head}，空闲，可用 {span} 共{length}", head=head, span=span(*gap), length=length(gap[1] - gap[0]))


def summary(board: Board, today: str) -> str:
    """The line under the title: what matters now."""
    if board.days > 1:
        day = _("本周") if board.dates[0] <= today <= board.dates[-1] else _("这一周")
    else:
        day = _("今天") if board.first == today else _("这天")
    fits = [] if board.fitting is None else [_("符合要求的场地 {n} 个", n=board.fitting)]
    if not board.total:
        return "，".join([_("{day}还没有预约", day=day), *fits])
    said = [_("{day} {n} 场预约", day=day, n=board.total)]
    if board.pending:
        said.append(_("{n} 场待确认", n=board.pending))
    if board.clashes:
        said.append(_("{n} 场时间冲突", n=board.clashes))
    if board.elsewhere:
        said.append(_("{n} 场在没有显示的场地", n=board.elsewhere))
    return "，".join([*said, *fits])


def day_title(on: str, holiday: str, today: str) -> str:
    """``11月24日 周二 国庆节``, with the year where it is another one."""
    said = say_day(on)
    if on[:4] != today[:4]:
        said = _("{year}年{day}", year=on[:4], day=said)
    return f"{said} {holiday}".strip()


def week_title(monday: str, room: str) -> str:
    """The seven days of a room."""
    last = (date.fromisoformat(monday) + timedelta(days=6)).isoformat()
    return _("{first} 至 {last}  {room}", first=say_day(monday), last=say_day(last), room=room).strip()


def month_title(month: str, room: str) -> str:
    """``2026年11月  所有场地``."""
    said = _("{year}年{month}月", year=month[:4], month=int(month[5:]))
    return f"{said}  {room or _('所有场地')}"


def moved(block: Block, start: str, end: str, room: str) -> str:
    """What was done, for the undo bar."""
    return _("已把“{name}”改到 {span} {room}", name=name(block), span=say_span(start, end), room=room)


def pending(block: Block) -> bool:
    """Whether somebody still has to decide on it."""
    return block.status in PENDING


def month_day(day: MonthDay, between: str = "，") -> str:
    """A day of the month: its holiday, why it is closed, its bookings."""
    said = [" ".join(part for part in (say_day(day.date), day.holiday) if part)]
    said += [day.closed] if day.closed else []
    said += day.notes
    if day.count:
        count = _("{n} 场预约", n=day.count)
        said.append(_("{count}，{m} 场待确认", count=count, m=day.pending) if day.pending else count)
    else:
        said.append(_("没有预约"))
    for entry in day.firsts:
        parts = (entry.start, entry.name or _("未写活动名称"), entry.room, status(entry.status))
        said.append(" ".join(part for part in parts if part))
    if day.count > len(day.firsts):
        said.append(_("另 {n} 场", n=day.count - len(day.firsts)))
    return between.join(said)


def month_summary(month: Month, today: str) -> str:
    """The line under the title of a month."""
    when = _("本月") if today[:7] == month.month else _("这个月")
    if not month.total:
        return _("{day}还没有预约", day=when)
    said = _("{day} {n} 场预约", day=when, n=month.total)
    return _("{said}，{n} 场待确认", said=said, n=month.pending) if month.pending else said
