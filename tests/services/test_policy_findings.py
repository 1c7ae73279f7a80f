"""What waits at the lending desk: keys that are out too long, deposits that nobody gave back (rules.md 25)."""

from __future__ import annotations

from app.services import counter, todo
from app.services.findings import findings
from app.services.writing import save
from app.workspace import Workspace

DAY = "2026-11-23"


def test_rule_25_keys_that_are_overdue_are_work_to_do_until_they_are_back(workspace: Workspace, clock) -> None:
    desk = workspace.office.acting("王小明")
    room = save(desk, "venue", {"name": "活动室"}).id
    slot = {"venue": room, "start": f"{DAY}T09:00", "end": f"{DAY}T10:00", "client_name": "书画社"}
    booking = save(desk, "booking", slot).id
    key = counter.hand_key(desk, booking, "201 室 1 把", person_name="张三丰").id
    clock.move(hours=1)
    assert findings(desk) == []
    clock.move(minutes=1)
    (finding,) = findings(desk)
    assert (finding.code, finding.kind, finding.ids) == ("key", "key_handover", (key,))
    assert finding.text == "张* 领走的“201 室 1 把”应在 11月23日 周一 10:00 归还"
    assert [group.label for group in todo.groups(desk)] == ["钥匙没有归还"]
    counter.key_back(desk, key)
    assert findings(desk) == []


def test_rule_25_a_deposit_still_held_after_the_end_is_work_to_do(workspace: Workspace, clock) -> None:
    desk = workspace.office.acting("王小明")
    room = save(desk, "venue", {"name": "活动室", "deposit": "200"}).id
    slot = {"venue": room, "start": f"{DAY}T09:00", "end": f"{DAY}T10:00", "client_name": "书画社"}
    one = save(desk, "booking", slot).id
    off = save(desk, "booking", {**slot, "start": "2026-12-01T09:00", "end": "2026-12-01T10:00"}).id
    counter.take_deposit(desk, one)
    counter.take_deposit(desk, off)
    assert findings(desk) == []
    counter.cancel(desk, [off], "有事")
    assert [(f.code, f.ids) for f in findings(desk)] == [("deposit", (off,))]
    clock.move(hours=1)
    assert [f.ids for f in findings(desk)] == [(one,), (off,)]
    assert findings(desk)[0].text == "书画社 11月23日 周一 9:00-10:00 的押金 200 元还没有退"
    assert [group.label for group in todo.groups(desk)] == ["押金没有退"]
    counter.return_deposit(desk, one)
    counter.return_deposit(desk, off, kept="50", reason="逾期取消")
    assert findings(desk) == []
