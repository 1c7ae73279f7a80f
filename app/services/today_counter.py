"""What today asks of the counter: who comes and who is late, offers to tell, keys and deposits that are out (rules.md
24, 25, 28)."""

from __future__ import annotations

from typing import Any

from app.models.bookings import BLOCKING
from app.services import desk
from app.services.boards import GONE, PENDING
from app.services.day_blocks import Block, Item, day, day_items, joined, of_day, read
from app.services.office import Office
from app.services.reading import Query, Row
from app.services.states import release_minutes
from app.services.times import say_span, say_time, shift
from app.text import _

EARLY = 60
"""Minutes before its start from which somebody may be expected to come in."""


def counter_blocks(office: Office, on: str) -> tuple[Block, ...]:
    """The bookings of the day, the offers of the waiting list, keys, deposits."""
    with office.reading() as session:
        minutes = release_minutes(session)
    return _bookings(office, on, minutes), _offers(office, on), _keys(office, on), _deposits(office, on, minutes)


def _bookings(office: Office, on: str, minutes: Any) -> Block:
    query = Query(between=of_day(on), order="start")
    rows = [row for row in read(office, "booking", query) if row.values.get("status") not in GONE]
    plain = day_items(
        rows, on, "purpose", lambda row: joined(row.display("venue"), row.display("client_name", masked=True))
    )
    items = tuple(_now(office.now, row, item, minutes) for row, item in zip(rows, plain, strict=True))
    pending = sum(item.status in PENDING for item in items)
    summary = _("{n} 场，{m} 场待确认", n=len(items), m=pending) if pending else _("{n} 场", n=len(items))
    return Block("bookings", "booking", _("今天的预约"), summary, items, query, _("今天没有场地预约。"), len(items))


def _now(now: str, row: Row, item: Item, minutes: Any) -> Item:
    """A line as it stands now: late, released, over its time; with what is mostly done next."""
    status = desk.state(row.values, minutes.get(row.values.get("venue")), now)
    word = desk.word(row, status, now)
    steps = desk.steps(row.values, status, False, now)
    soon = now >= shift(str(row.values["start"]), -EARLY)
    step = "check_in" if "check_in" in steps and soon else "check_out" if "check_out" in steps else ""
    over = status != "checked_in" and (str(row.values["end"]) <= now or status in ("closed", "no_show"))
    mark = desk.mark(row, status, now)
    return Item(item.kind, item.id, item.when, item.title, item.detail, mark, word, step, over)


def _offers(office: Office, on: str) -> Block:
    """Places held for somebody who has to be told, by when it is given to the next (rules.md 28)."""
    query = Query(where={"status": "offered"}, between={"offer_until": (office.now, None)}, order="offer_until")
    rows = [
        row for row in read(office, "slot_waiting", query)
        if str(row.values["offer_until"]) > office.now and str(row.values["start"]) > office.now
    ]  # fmt: skip
    items = tuple(
        Item(
            "slot_waiting", row.id, "", row.display("client_name", masked=True) or row.title,
            joined(row.display("venue"), say_span(str(row.values["start"]), str(row.values["end"]))), "waiting",
            _("保留到 {when}", when=_when(str(row.values["offer_until"]), on)), "accept",
        )
        for row in rows
    )  # fmt: skip
    empty = _("没有要通知的候补。")
    return Block("offers", "slot_waiting", _("候补待联系"), _("{n} 家", n=len(items)), items, query, empty, len(items))


def _keys(office: Office, on: str) -> Block:
    query = Query(where={"back_at": None}, order="due_at")
    now = office.now
    items = []
    for row in read(office, "key_handover", query):
        due = str(row.values.get("due_at") or "")
        late = bool(due) and due < now
        word = _("应还 {when}", when=_when(due, on)) if due else _("未还")
        who = joined(row.display("venue"), row.display("person_name", masked=True))
        items.append(
            Item("key_handover", row.id, "", str(row.values.get("keys") or row.title), who, "overdue" if late else "", word, "key_back")
        )  # fmt: skip
    empty = _("钥匙都还了。")
    return Block(
        "keys", "key_handover", _("钥匙未还"), _("{n} 处", n=len(items)), tuple(items), query, empty, len(items)
    )


def _deposits(office: Office, on: str, minutes: Any) -> Block:
    """Held for bookings that are over."""
    query = Query(where={"deposit_state": "held"}, order="end")
    items = []
    for row in read(office, "booking", query):
        status = desk.state(row.values, minutes.get(row.values.get("venue")), office.now)
        if status in BLOCKING and status != "closed" and str(row.values["end"]) > office.now:
            continue
        detail = joined(row.display("client_name", masked=True), row.display("venue"))
        amount = _("{n} 元", n=row.values.get("deposit") or 0)
        title = str(row.values.get("purpose") or "") or row.title
        items.append(Item("booking", row.id, day(str(row.values["end"])[:10], on), title, detail, "tentative", amount))
    empty = _("没有要退的押金。")
    return Block(
        "deposits", "booking", _("押金待退"), _("{n} 笔", n=len(items)), tuple(items), query, empty, len(items)
    )


def _when(moment: str, on: str) -> str:
    """``15:00`` of today, else with its date."""
    return say_time(moment) if moment[:10] == on else f"{day(moment[:10], on)} {say_time(moment)}"
