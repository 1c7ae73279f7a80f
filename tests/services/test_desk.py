"""What can be done with a booking at the counter, and how it stands in words."""

from __future__ import annotations

import pytest

from app.services.desk import desk, steps
from app.services.reading import get
from app.services.writing import save
from app.workspace import Workspace

SLOT = {"start": "2026-11-23T09:00", "end": "2026-11-23T11:00"}


@pytest.mark.parametrize(
    ("status", "seen", "now", "offered"),
    [
        ("requested", "requested", "2026-11-20T09:00", ("approve", "reject", "add_equipment", "cancel")),
        ("tentative", "tentative", "2026-11-23T09:30", ("approve", "reject", "add_equipment", "cancel")),
        ("confirmed", "confirmed", "2026-11-22T09:00", ("hand_key", "add_equipment", "cancel")),
        ("confirmed", "confirmed", "2026-11-23T08:00", ("check_in", "hand_key", "add_equipment", "cancel")),
        ("confirmed", "confirmed", "2026-11-23T09:10", ("check_in", "no_show", "hand_key", "add_equipment", "cancel")),
        ("confirmed", "no_show", "2026-11-23T09:40", ("check_in", "no_show")),
        ("confirmed", "no_show", "2026-11-23T12:00", ("no_show",)),
        ("no_show", "no_show", "2026-11-23T09:40", ("check_in",)),
        ("checked_in", "checked_in", "2026-11-23T10:00", ("check_out", "hand_key", "add_equipment")),
        ("closed", "closed", "2026-11-23T12:00", ()),
        ("cancelled", "cancelled", "2026-11-20T12:00", ()),
        ("rejected", "rejected", "2026-11-20T12:00", ()),
    ],
)  # fmt: skip
def test_what_is_offered_fits_the_state(status: str, seen: str, now: str, offered: tuple[str, ...]):
    assert steps({"status": status, **SLOT}, seen, False, now) == offered


@pytest.mark.parametrize(
    ("pledge", "amount", "offered"),
    [(None, "100", "take_deposit"), ("due", "100", "take_deposit"), ("due", None, None), ("held", "100", "return_deposit"),
     ("returned", "100", None), (None, "0", None)],
)  # fmt: skip
def test_rule_25_a_deposit_is_taken_and_given_back(pledge: str | None, amount: str | None, offered: str | None):
    values = {"status": "checked_in", "deposit": amount, "deposit_state": pledge, **SLOT}
    found = [step for step in steps(values, "checked_in", False, "2026-11-23T10:00") if "deposit" in step]
    assert found == ([offered] if offered else [])


def test_a_deposit_is_still_given_back_when_all_is_over():
    values = {"status": "cancelled", "deposit": "100", "deposit_state": "held", **SLOT}
    assert steps(values, "cancelled", False, "2026-11-23T12:00") == ("return_deposit",)


def test_a_key_that_is_out_comes_back_before_another_goes():
    values = {"status": "checked_in", **SLOT}
    assert "key_back" in steps(values, "checked_in", True, "2026-11-23T10:00")
    assert "hand_key" not in steps(values, "checked_in", True, "2026-11-23T10:00")


def test_how_late_they_are_is_said_and_when_the_room_is_released(workspace: Workspace, clock):
    office = workspace.office
    venue = save(office, "venue", {"name": "一楼大厅", "release_minutes": 30}).id
    row = get(office, "booking", save(office, "booking", {"venue": venue, **SLOT}).id)
    said = []
    for minutes in (0, 12, 18):
        clock.move(minutes=minutes)
        found = desk(office, row)
        said.append((found.mark, found.word))
    assert said == [("confirmed", "已确认"), ("overdue", "迟到 12 分钟"), ("no_show", "爽约，已释放")]


def test_who_stays_too_long_is_said(workspace: Workspace, clock):
    office = workspace.office
    venue = save(office, "venue", {"name": "一楼大厅"}).id
    values = {"venue": venue, "status": "checked_in", "checked_in_at": "2026-11-23T09:00", **SLOT}
    row = get(office, "booking", save(office, "booking", values).id)
    clock.move(hours=2, minutes=5)
    found = desk(office, row)
    assert (found.mark, found.word) == ("overdue", "超时 5 分钟")


def test_the_deposit_and_the_keys_are_said(workspace: Workspace):
    office = workspace.office
    venue = save(office, "venue", {"name": "一楼大厅"}).id
    values = {"venue": venue, "deposit": "100", "deposit_state": "held", **SLOT}
    booked = save(office, "booking", values).id
    key = {"keys": "201室 1把", "venue": venue, "booking": booked, "person_name": "张三", "out_at": "2026-11-23T08:50"}
    out = save(office, "key_handover", key).id
    found = desk(office, get(office, "booking", booked))
    assert found.deposit == "押金 100 元 已收"
    assert found.keys == {out: "201室 1把"}
