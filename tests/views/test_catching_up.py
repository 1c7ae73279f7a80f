"""What fell due while nobody wrote anything is done when the program runs, and told (rules.md 27, 35)."""

from __future__ import annotations

from typing import Any

from app.services import counter
from app.services.reading import get
from app.services.writing import save
from app.views.context import Context, Said


def test_rule_35_an_offer_that_expired_over_night_goes_to_the_next_when_the_program_starts(
    context: Context, clock: Any, qtbot: Any
) -> None:
    office, said = context.office, []
    context.said.connect(said.append)
    room = save(office, "venue", {"name": "活动室"}).id
    slot = {"venue": room, "start": "2026-12-01T09:00", "end": "2026-12-01T11:00"}
    held = save(office, "booking", {**slot, "client_name": "书画社"}).id
    first, second = (save(office, "slot_waiting", {**slot, "client_name": who}).id for who in ("甲社", "乙社"))
    counter.cancel(office, [held], "有事")
    clock.move(hours=24)
    with qtbot.waitSignal(context.changed, timeout=10_000) as told:
        context.watch.start()
    assert told.args == [frozenset({"slot_waiting"})]
    assert [get(office, "slot_waiting", one).values["offer_until"] for one in (first, second)] == [
        "2026-11-24T09:00", "2026-11-25T09:00",
    ]  # fmt: skip
    qtbot.waitUntil(lambda: bool(said))
    assert said == [Said("12月1日 周二 9:00-11:00 空出，请通知候补的 乙社 在 11月25日 周三 9:00 前确认。")]


def test_rule_35_the_clock_of_the_window_catches_up_too_and_says_nothing_where_nothing_is_due(
    context: Context, qtbot: Any
) -> None:
    said: list[Said] = []
    context.said.connect(said.append)
    with qtbot.waitSignal(context.watch.minute):
        context.watch._clock.timeout.emit()
    done: list[int] = []
    context.tasks.run(lambda: 1, done.append)
    qtbot.waitUntil(lambda: done == [1])
    assert said == []
