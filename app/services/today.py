"""What today asks of the center: its bookings, trainings and activities, certificates that run out, cases overdue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from app.models.services import OPEN_CASES
from app.services import reading
from app.services.boards import PENDING
from app.services.day_blocks import Block, Item, day, day_items, joined, of_day, read
from app.services.office import Office
from app.services.reading import Query
from app.services.rights import PRINT
from app.services.times import say_day
from app.services.today_counter import counter_blocks
from app.services.workdays import next_year_missing
from app.text import _

REMIND_DAYS: Final = (30, 90, 180)
"""Before a certificate runs out the center reminds three times."""
FIRST: Final = 20
"""How many of what is due are read for the screen; a print has them all."""
IN_FORCE: Final = ("normal", "changing")


@dataclass(frozen=True)
class Today:
    """The day in words and in blocks."""

    date: str
    summary: str
    blocks: tuple[Block, ...]
    plan_missing: int | None = None
    """Next year, where from November on its days off and adjusted workdays are not known yet."""

    def block(self, code: str) -> Block:
        """The block called ``code``."""
        return next(block for block in self.blocks if block.code == code)


def today(office: Office) -> Today:
    """Everything of today but the findings, which take longer and are asked for apart."""
    on = office.today
    blocks = (*counter_blocks(office, on), _trainings(office, on), _activities(office, on),
              _certificates(office, on), _cases(office, on))  # fmt: skip
    bookings, offers, keys, deposits, trainings, activities, certificates, cases = (block.count for block in blocks)
    pending = sum(item.status in PENDING for item in blocks[0].items)
    late = sum(item.status == "overdue" and item.step == "check_in" for item in blocks[0].items)
    parts = [_("今天 {n} 场预约", n=bookings) if bookings else _("今天没有预约")]
    if pending:
        parts.append(_("{n} 场待确认", n=pending))
    if late:
        parts.append(_("{n} 场迟到", n=late))
    if offers:
        parts.append(_("{n} 家候补待联系", n=offers))
    if keys:
        parts.append(_("{n} 处钥匙未还", n=keys))
    if deposits:
        parts.append(_("{n} 笔押金待退", n=deposits))
    if trainings:
        parts.append(_("{n} 场培训", n=trainings))
    if activities:
        parts.append(_("{n} 项活动", n=activities))
    if cases:
        parts.append(_("{n} 件服务逾期", n=cases))
    if certificates:
        parts.append(_("{n} 张证书半年内到期", n=certificates))
    return Today(on, _("，").join(parts), blocks, next_year_missing(office))


def print_block(office: Office, block: Block) -> bytes:
    """A block as a PDF list, whole. Raises :class:`Refusal` for somebody who may not print."""
    office.duty.need(PRINT)
    from app.services.slips import slip_context
    from app.slips.table import Column, table_slip

    columns = (Column(_("时间"), 24), Column(_("事项"), 48), Column(_("对象"), 48), Column(_("状态"), 18))
    if len(block.items) < block.count:
        block = {"certificates": _certificates, "cases": _cases}[block.code](office, office.today, block.count)
    rows = [(item.when, item.title, item.detail, item.word) for item in block.items]
    return table_slip(block.title, columns, rows, slip_context(office), note=_("{day}，{summary}", day=say_day(office.today), summary=block.summary))  # fmt: skip


def _trainings(office: Office, on: str) -> Block:
    query = Query(between=of_day(on), order="start")
    rows = [row for row in read(office, "training", query) if row.values.get("status") != "cancelled"]
    items = day_items(
        rows,
        on,
        "title",
        lambda row: joined(row.values.get("place") or row.display("venue"), row.values.get("teacher")),
    )
    return Block(
        "trainings",
        "training",
        _("今天的培训"),
        _("{n} 场", n=len(items)),
        items,
        query,
        _("今天没有培训。"),
        len(items),
    )


def _activities(office: Office, on: str) -> Block:
    query = Query(between=of_day(on), order="start")
    rows = [row for row in read(office, "activity", query) if row.values.get("status") != "cancelled"]
    items = day_items(
        rows, on, "title", lambda row: joined(row.values.get("place") or row.display("venue"), row.values.get("host"))
    )
    return Block("activities", "activity", _("今天的活动"), _("{n} 项", n=len(items)), items, query, _("今天没有社区活动。"), len(items))  # fmt: skip


def _certificates(office: Office, on: str, most: int = FIRST) -> Block:
    """Registered and in force, and out of date within half a year or already."""
    last = (date.fromisoformat(on) + timedelta(days=REMIND_DAYS[-1])).isoformat()
    query = Query(where={"reg_status": IN_FORCE}, between={"cert_to": (None, last)}, order="cert_to")
    ids = reading.ids(office, "organization", query)
    items: list[Item] = []
    for row in reading.rows(office, "organization", ids[:most]):
        ends = str(row.values["cert_to"])
        left = (date.fromisoformat(ends) - date.fromisoformat(on)).days
        word = _("已过期 {n} 天", n=-left) if left < 0 else _("今天到期") if not left else _("还有 {n} 天", n=left)
        status = "overdue" if left < 0 else "suspended" if left <= REMIND_DAYS[0] else ""
        items.append(Item("organization", row.id, day(ends, on), row.title, row.display("org_type"), status, word))
    empty = _("半年内没有到期的登记证书。")
    return Block(
        "certificates", "organization", _("证书到期"), _bands(office, on, query), tuple(items), query, empty, len(ids)
    )


def _bands(office: Office, on: str, query: Query) -> str:
    """How many have run out, and how many do so within each span of the reminders."""

    def count(low: int | None, high: int) -> int:
        days = tuple(
            None if n is None else (date.fromisoformat(on) + timedelta(days=n)).isoformat() for n in (low, high)
        )
        return reading.count(office, "organization", replace(query, between={"cert_to": days}))

    past, said, low = count(None, -1), [], 0
    if past:
        said.append(_("已过期 {n}", n=past))
    for days in REMIND_DAYS:
        if n := count(low, days):
            said.append(_("{days} 天内 {n}", days=days, n=n))
        low = days + 1
    return joined(*said)


def _cases(office: Office, on: str, most: int = FIRST) -> Block:
    yesterday = (date.fromisoformat(on) - timedelta(days=1)).isoformat()
    query = Query(where={"status": sorted(OPEN_CASES)}, between={"due_on": (None, yesterday)}, order="due_on")
    ids = reading.ids(office, "service_case", query)
    items = []
    for row in reading.rows(office, "service_case", ids[:most]):
        due = str(row.values["due_on"])
        late = (date.fromisoformat(on) - date.fromisoformat(due)).days
        asked = " ".join(str(row.values.get("request_text") or "").split())
        who = joined(row.display("client_name", masked=True), row.display("status"))
        items.append(Item("service_case", row.id, day(due, on), asked, who, "overdue", _("逾期 {n} 天", n=late)))
    empty = _("没有逾期的服务。")
    return Block(
        "cases", "service_case", _("逾期的服务"), _("{n} 件", n=len(ids)), tuple(items), query, empty, len(ids)
    )
