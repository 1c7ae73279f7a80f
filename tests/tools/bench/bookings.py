"""Records like a center's venue bookings, twelve fields and 332 bytes of compact JSON each on average, written below the rules."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.models.registry import KINDS, SCHEMA
from app.sync import log, rows
from app.sync.change import encode_bases, encode_values
from app.sync.heads import Heads
from app.sync.log import Author, Draft
from app.sync.replica import Replica

PURPOSES = ("读书会", "合唱排练", "党建学习", "垃圾分类", "书画交流", "太极拳", "防诈讲座", "编织沙龙")
FAMILY, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗", "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚"


def bookings(seed: int) -> Iterator[dict[str, Any]]:
    """An endless row of bookings: 8 rooms, 300 clients, a thousand people."""
    pick = random.Random(seed)
    ids = _ids(pick)
    rooms = [next(ids) for _one in range(8)]
    clients = [(next(ids), f"{pick.choice(FAMILY)}家第{n}舞队") for n in range(300)]
    people = [
        (pick.choice(FAMILY) + pick.choice(GIVEN) + pick.choice(GIVEN), f"13{pick.randrange(10**9):09d}")
        for _one in range(1000)
    ]
    while True:
        client, name = pick.choice(clients)
        person, phone = pick.choice(people)
        day = f"2027-{pick.randrange(1, 13):02d}-{pick.randrange(1, 29):02d}"
        hour = pick.randrange(8, 20)
        yield {
            "venue": pick.choice(rooms), "start": f"{day}T{hour:02d}:00", "end": f"{day}T{hour + 1:02d}:30",
            "status": "confirmed", "purpose": pick.choice(PURPOSES), "headcount": pick.randrange(5, 80),
            "client_kind": "team", "client": client, "client_name": name, "contact_name": person,
            "contact_phone": phone, "fee": str(pick.randrange(0, 20) * 10),
        }  # fmt: skip


def _ids(pick: random.Random) -> Iterator[str]:
    """UUIDs of version 7, one made every few minutes."""
    at = 1_800_000_000_000
    while True:
        at += pick.randrange(600_000)
        value = at << 80 | pick.getrandbits(80)
        yield str(UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62))


def in_rooms(rooms: Sequence[str], first: date) -> Iterator[dict[str, Any]]:
    """An endless row of bookings that follow one another, six a day in each of ``rooms``, from ``first`` on."""
    for n, values in enumerate(bookings(0)):
        turn, room = divmod(n, len(rooms))
        days, slot = divmod(turn, 6)
        day, hour = first + timedelta(days=days), 8 + 2 * slot
        yield {**values, "venue": rooms[room], "start": f"{day}T{hour:02d}:00", "end": f"{day}T{hour + 2:02d}:00"}


def fill(replica: Replica, count: int, seed: int, made: Iterator[dict[str, Any]] | None = None) -> None:
    """Write ``count`` new bookings as one operation, past the rules: log lines and rows as capture makes them."""
    kind, made = KINDS["booking"], made or bookings(seed)
    ids = _ids(random.Random(-1 - seed))
    drafts = []
    for _one in range(count):
        values: dict[str, Any] = {}
        for name, value in next(made).items():
            field = kind.log_field(name)
            if field == name:
                values[name] = value
            else:
                values.setdefault(field, dict.fromkeys(kind.groups[field]))[name] = value
        bases = encode_bases({field: [] for field in values})
        drafts.append(Draft("booking", next(ids), bases, encode_values(values, salted=True)))
    with replica.writing() as connection:
        changes = log.append(connection, _author(replica), replica.machine.scope, drafts)
        rows.insert_new(connection, changes)


def edit(replica: Replica, records: Sequence[Any], remark: str) -> None:
    """Change one field of ``records`` (rows of the table), as capture would."""
    drafts = [
        Draft("booking", row.id, encode_bases({"purpose": Heads.decode(row.heads).shown["purpose"]}),
              encode_values({"purpose": remark}, salted=False))
        for row in records
    ]  # fmt: skip
    with replica.writing() as connection:
        log.append(connection, _author(replica), replica.machine.scope, drafts)
        rows.refold(connection, {(replica.machine.scope, "booking", row.id) for row in records})


def _author(replica: Replica) -> Author:
    return Author(replica.machine.device, "王小明", replica.clock(), SCHEMA)
