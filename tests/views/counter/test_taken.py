"""A booking that cannot be had: what is free instead, by key, and the waiting list."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.services import counter as services
from app.services import reading
from app.views.records.form_page import FormPage


def refused(counter: Any) -> FormPage:
    """A new booking of the room for a time that is taken; a second room is free."""
    counter.save("venue", {"name": "二楼会议室", "capacity": 60})
    counter.book(day="2026-11-25", client=counter.save("team", {"name": "编织社"}).id)
    values = {"venue": counter.room, "start": "2026-11-25T10:00", "end": "2026-11-25T11:00", "client": counter.team,
              "purpose": "排练", "headcount": 20}  # fmt: skip
    page = counter.show(FormPage(counter.context, "booking", values=values))
    page.saving.save()
    return counter.rest(page)


def alt(counter: Any, page: FormPage, number: int) -> None:
    with counter.qtbot.waitActive(page):
        page.activateWindow()
    QTest.keyClick(page, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.AltModifier)
    counter.qtbot.waitUntil(lambda: not page.extra.offers.buttons)
    counter.rest(page)


def test_what_is_free_stands_beside_the_field_with_its_key(counter: Any):
    page = refused(counter)
    assert [one.text() for one in page.extra.offers.buttons] == [
        "二楼会议室 同时段（Alt+1）", "本场地 11:00-12:00（Alt+2）", "本场地 12:00-13:00（Alt+3）", "排候补，空出来时通知（Alt+4）",
    ]  # fmt: skip
    assert page.form.boxes["venue"].fault().endswith("已被 编织社 预约。可选：")


def test_another_room_is_taken_by_key_and_saved(counter: Any):
    page = refused(counter)
    alt(counter, page, 1)
    assert page.form.boxes["venue"].editor.line.text() == "二楼会议室"
    assert page.form.boxes["venue"].fault() == ""
    assert page.save_button.hasFocus()
    page.saving.save()
    counter.rest(page)
    assert page.row.display("venue") == "二楼会议室"


def test_a_later_time_is_taken_by_key(counter: Any):
    page = refused(counter)
    alt(counter, page, 2)
    assert page.form.boxes["start"].editor.value() == "2026-11-25T11:00"
    assert page.form.boxes["end"].editor.value() == "2026-11-25T12:00"


def test_rule_26_who_finds_it_taken_joins_the_waiting_list(counter: Any):
    page = refused(counter)
    alt(counter, page, 4)
    entry = reading.rows(counter.office, "slot_waiting", reading.ids(counter.office, "slot_waiting"))[0]
    told = ("venue", "start", "end", "client", "purpose", "headcount", "status")
    assert [entry.values[n] for n in told] == [
        counter.room, "2026-11-25T10:00", "2026-11-25T11:00", counter.team, "排练", 20, "waiting",
    ]  # fmt: skip
    assert counter.said[-1].text.startswith("已排入候补")
    assert counter.went[-1].page == "back"


def test_what_is_typed_afterwards_takes_the_offers_away(counter: Any):
    page = refused(counter)
    page.form.boxes["start"].editor.time.line.setText("14")
    page.form.boxes["start"].editor.changed.emit()
    assert page.extra.offers.buttons == []


def test_a_wrong_number_is_no_reason_for_offers(counter: Any):
    values = {"venue": counter.room, "start": "2026-11-25T10:00", "end": "2026-11-25T09:00"}
    page = counter.show(FormPage(counter.context, "booking", values=values))
    page.form.boxes["headcount"].editor.line.setText("viele")
    page.saving.save()
    counter.rest(page)
    assert page.extra.offers.buttons == []


def test_rule_28_a_place_that_is_held_is_accepted(counter: Any):
    taken = counter.book(day="2026-11-25", client=counter.save("team", {"name": "编织社"}).id)
    wish = {"venue": counter.room, "start": "2026-11-25T10:00", "end": "2026-11-25T11:00", "client": counter.team,
            "purpose": "演出"}  # fmt: skip
    entry = counter.save("slot_waiting", wish)
    services.cancel(counter.office, [taken.id], "改期")
    page = counter.show(FormPage(counter.context, "slot_waiting", entry.id))
    assert page.extra.words.text().startswith("为其保留到 11月24日")
    page.extra.buttons["accept"].click()
    counter.rest(page)
    entry = counter.row("slot_waiting", entry.id)
    booking = counter.row("booking", entry.values["booking"])
    assert (entry.values["status"], booking.values["purpose"], booking.values["status"]) == (
        "accepted", "演出", "confirmed",
    )  # fmt: skip


def test_who_waits_may_leave(counter: Any):
    counter.book(day="2026-11-25", client=counter.save("team", {"name": "编织社"}).id)
    wish = {"venue": counter.room, "start": "2026-11-25T10:00", "end": "2026-11-25T11:00", "client": counter.team}
    entry = counter.save("slot_waiting", wish)
    page = counter.show(FormPage(counter.context, "slot_waiting", entry.id))
    assert list(page.extra.buttons) == ["leave"]
    page.extra.buttons["leave"].click()
    counter.rest(page)
    assert counter.row("slot_waiting", entry.id).values["status"] == "left"
