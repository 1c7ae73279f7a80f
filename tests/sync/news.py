"""News as a counter makes it: bookings of about 330 bytes of JSON, as many as a test wants."""

from __future__ import annotations

import json
import random
from typing import Any
from uuid import UUID

from app.sync import log, rows
from app.sync.change import encode_bases, encode_values
from app.sync.replica import Replica
from tests.sync.world import STREET

_SURNAMES, _GIVEN = "王李张刘陈杨黄赵吴周徐孙", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明"
_GROUPS = ("长白合唱队", "敬老志愿服务队", "乐龄手工坊", "社区足球队", "居民读书会", "非遗剪纸社")


def booking(number: int) -> dict[str, Any]:
    """The values of one booking: the same for the same number."""
    dice = random.Random(number)
    day, hour = f"2027-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}", dice.randint(8, 18)
    return {
        "slot": {"venue": str(UUID(int=0x0192A << 108 | dice.randrange(12))), "start": f"{day}T{hour:02d}:00",
                 "end": f"{day}T{hour + 2:02d}:30", "status": "confirmed"},
        "who": {"client_kind": "other", "client": None, "client_name": dice.choice(_GROUPS)},
        "contact_name": dice.choice(_SURNAMES) + dice.choice(_GIVEN) + dice.choice(_GIVEN),
        "contact_phone": f"13{dice.randrange(10**9):09d}",
        "headcount": dice.randint(5, 80),
        "purpose": "排练和居民活动" + dice.choice(("", "，需要音响", "，需要投影")),
    }  # fmt: skip


def bookings(replica: Replica, start: int, count: int) -> None:
    """Append bookings ``start`` to ``start + count`` to the log and tables of a PC."""
    drafts = []
    for number in range(start, start + count):
        values = booking(number)
        record = str(UUID(int=0x0192C << 108 | random.Random(-number - 1).getrandbits(60)))
        drafts.append(
            log.Draft(
                "booking", record, encode_bases({name: [] for name in values}), encode_values(values, salted=True)
            )
        )
    with replica.writing() as connection:
        author = log.Author(replica.machine.device, "王小明", 1_795_000_000, replica.schema)
        rows.insert_new(connection, log.append(connection, author, STREET, drafts))


def json_size(number: int) -> int:
    """Bytes of one booking as JSON."""
    return len(json.dumps(booking(number), ensure_ascii=False).encode())
