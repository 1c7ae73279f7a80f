"""What today asks of the center: its bookings, trainings and activities, certificates that run out, cases overdue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from app.models.services import OPEN_CASES
from app.services import reading
from app.services.calendar import GONE, PENDING
from app.services.office import Office
from app.services.reading import Query, Row
from app.services.times import say_day, say_time
from app.text import _

REMIND_DAYS: Final = (30, 90, 180)
"""Before a certificate runs out the center reminds three times."""
FIRST: Final = 20
"""How many of what is due are read for the screen; a print has them all."""
IN_FORCE: Final = ("normal", "changing")


@dataclass(frozen=True)
class Item:
    """One line of a block: when, what, beside it in grey who or where, and its status by code and word."""

    kind: str
    id: str
    when: str
    title: str
    detail: str = ""
    status: str = ""
    word: str = ""


@dataclass(frozen=True)
class Block:
    """One list of the day; ``query`` opens all of it."""

    code: str
    """bookings, trainings, activities, certificates or cases."""
    kind: str
    title: str
    summary: str
    items: tuple[Item, ...]
    query: Query
    empty: str
    count: int
    """How many there are; of what is due, ``items`` holds the first ones."""


@dataclass(frozen=True)
class Today:
    """The day in words and in blocks."""

    date: str
    summary: str
    blocks: tuple[Block, ...]

    def block(self, code: str) -> Block:
        """The block called ``code``."""
        return next(block for block in self.blocks if block.code == code)


def today(office: Office) -> Today:
    """Everything of today but the findings, which take longer and are asked for apart."""
    on = office.today
    blocks = (_bookings(office, on), _trainings(office, on), _activities(office, on),
              _certificates(office, on), _cases(office, on))  # fmt: skip
    bookings, trainings, activities, certificates, cases = (block.count for block in blocks)
    pending = sum(item.status in PENDING for item in blocks[0].items)
    parts = [_("今天 {n} 场预约", n=bookings) if bookings else _("今天没有预约")]
    if pending:
        parts.append(_("{n} 场待确认", n=pending))
    if trainings:
        parts.append(_("{n} 场培训", n=trainings))
    if activities:
        parts.append(_("{n} 项活动", n=activities))
    if cases:
        parts.append(_("{n} 件服务逾期", n=cases))
    if certificates:
        parts.append(_("{n} 张证书半年内到期", n=certificates))
    return Today(on, _("，").join(parts), blocks)


def print_block(office: Office, block: Block) -> bytes:
    """A block as a PDF list, whole."""
    from app.services.slips import slip_context
    from app.slips.table import Column, table_slip

    columns = (Column(_("时间"), 24), Column(_("事项"), 48), Column(_("对象"), 48), Column(_("状态"), 18))
    if len(block.items) < block.count:
        block = {"certificates": _certificates, "cases": _cases}[block.code](office, office.today, block.count)
    rows = [(item.when, item.title, item.detail, item.word) for item in block.items]
    return table_slip(block.title, columns, rows, slip_context(office), note=_("{day}，{summary}", day=say_day(office.today), summary=block.summary))  # fmt: skip


def _read(office: Office, kind: str, query: Query) -> list[Row]:
    return reading.rows(office, kind, reading.ids(office, kind, query))


def _of_day(on: str) -> dict[str, tuple[str | None, str | None]]:
    """Everything that touches a day: begun before it ends, not over when it begins."""
    return {"start": (None, f"{on}T23:59"), "end": (f"{on}T00:01", None)}


def _day_items(rows: Sequence[Row], on: str, title: str, detail: Callable[[Row], str]) -> tuple[Item, ...]:
    return tuple(
        Item(row.kind.name, row.id, _hours(row, on), str(row.values.get(title) or "") or row.title, detail(row),
             row.values.get("status") or "", row.display("status"))
        for row in rows
    )  # fmt: skip


def _hours(row: Row, on: str) -> str:
    """``9:00-11:00``, a day that is not this one written out."""
    start, end = str(row.values["start"]), str(row.values["end"])
    midnight = (date.fromisoformat(on) + timedelta(days=1)).isoformat() + "T00:00"
    first = say_time(start) if start[:10] == on else "0:00"
    last = "24:00" if end >= midnight else say_time(end)
    return f"{first}-{last}"


def _bookings(office: Office, on: str) -> Block:
    query = Query(between=_of_day(on), order="start")
    rows = [row for row in _read(office, "booking", query) if row.values.get("status") not in GONE]
    items = _day_items(
        rows, on, "purpose", lambda row: _joined(row.display("venue"), row.display("client_name", masked=True))
    )
    pending = sum(item.status in PENDING for item in items)
    summary = _("{n} 场，{m} 场待确认", n=len(items), m=pending) if pending else _("{n} 场", n=len(items))
    return Block("bookings", "booking", _("今天的预约"), summary, items, query, _("今天没有场地预约。"), len(items))


def _trainings(office: Office, on: str) -> Block:
    query = Query(between=_of_day(on), order="start")
    rows = [row for row in _read(office, "training", query) if row.values.get("status") != "cancelled"]
    items = _day_items(
        rows,
        on,
        "title",
        lambda row: _joined(row.values.get("place") or row.display("venue"), row.values.get("teacher")),
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
    query = Query(between=_of_day(on), order="start")
    rows = [row for row in _read(office, "activity", query) if row.values.get("status") != "cancelled"]
    items = _day_items(
        rows, on, "title", lambda row: _joined(row.values.get("place") or row.display("venue"), row.values.get("host"))
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
        items.append(Item("organization", row.id, _day(ends, on), row.title, row.display("org_type"), status, word))
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
    return _joined(*said)


def _cases(office: Office, on: str, most: int = FIRST) -> Block:
    yesterday = (date.fromisoformat(on) - timedelta(days=1)).isoformat()
    query = Query(where={"status": sorted(OPEN_CASES)}, between={"due_on": (None, yesterday)}, order="due_on")
    ids = reading.ids(office, "service_case", query)
    items = []
    for row in reading.rows(office, "service_case", ids[:most]):
        due = str(row.values["due_on"])
        late = (date.fromisoformat(on) - date.fromisoformat(due)).days
        asked = " ".join(str(row.values.get("request_text") or "").split())
        who = _joined(row.display("client_name", masked=True), row.display("status"))
        items.append(Item("service_case", row.id, _day(due, on), asked, who, "overdue", _("逾期 {n} 天", n=late)))
    empty = _("没有逾期的服务。")
    return Block(
        "cases", "service_case", _("逾期的服务"), _("{n} 件", n=len(ids)), tuple(items), query, empty, len(ids)
    )


def _day(stored: str, on: str) -> str:
    """``11月24日``, with its year where that is another one."""
    day = date.fromisoformat(stored)
    if stored[:4] == on[:4]:
        return _("{month}月{day}日", month=day.month, day=day.day)
    return _("{year}年{month}月{day}日", year=day.year, month=day.month, day=day.day)


def _joined(*parts: object) -> str:
    return " · ".join(str(part) for part in parts if part)
