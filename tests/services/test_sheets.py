"""Sheets of a day and a week, what is counted and audited, and what the slips read along (domain.md C1b)."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from app.errors import Refusal
from app.services import calendar, sheets, slips
from app.services.cleaning import tasks
from app.services.history import history
from app.services.series import make
from app.services.sheets import Sheet
from app.services.slip_records import slip_record
from app.services.writing import save
from app.workspace import Workspace

DAY = "2026-11-24"


def text_of(pdf: bytes) -> str:
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return "".join(done.stdout.decode().split())


@pytest.fixture
def office(workspace: Workspace):
    return workspace.office.acting("李小敏")


@pytest.fixture
def put(office) -> Callable[..., str]:
    def put(kind: str, **values: Any) -> str:
        return save(office, kind, values).id

    return put


@pytest.fixture
def book(put) -> Callable[..., str]:
    def book(venue: str, start: str, end: str, day: str = DAY, **values: Any) -> str:
        said = {"purpose": "合唱排练", "client_name": "夕阳红合唱队", "client_kind": "team", "contact_name": "欧阳明",
                "contact_phone": "13812345678"} | values  # fmt: skip
        return put("booking", venue=venue, start=f"{day}T{start}", end=f"{day}T{end}", **said)

    return book


def test_the_door_sheet_masks_contacts_and_leaves_out_what_is_cancelled(office, put, book) -> None:
    room = put("venue", name="音乐室", capacity=25)
    put("venue", name="书画室")
    put("venue", name="居委活动室", external=True)
    book(room, "09:00", "11:00")
    book(room, "13:00", "14:00", purpose="不印", status="cancelled")
    book(room, "15:00", "16:00", purpose="座谈", status="tentative")
    book(room, "09:00", "11:00", "2026-11-25", purpose="别的一天")
    text = text_of(sheets.render(office, Sheet("door", DAY)))
    for said in (
        "每日场地安排表",
        "2026年11月24日周二共2场",
        "音乐室（25人）",
        "09:00-11:00",
        "138****5678",
        "座谈（待定）",
        "当日无预约：书画室",
    ):
        assert said in text
    for hidden in ("13812345678", "欧阳明", "不印", "别的一天", "居委活动室"):
        assert hidden not in text


def test_the_name_of_a_resident_does_not_hang_at_the_door(office, put, book) -> None:
    room = put("venue", name="音乐室")
    book(room, "09:00", "11:00", client_kind="resident", client_name="区㭕英", contact_name="区㭕英", purpose="")
    for sheet in (Sheet("door", DAY), Sheet("week", DAY), Sheet("week", DAY, (room,)), Sheet("cleaning", DAY)):
        assert "区㭕英" not in text_of(sheets.render(office, sheet))


def test_rule_07_a_hall_that_is_booked_closes_its_parts_on_the_sheet(office, put, book) -> None:
    hall = put("venue", name="一楼大厅")
    east = put("venue", name="大厅东区", parent=hall)
    west = put("venue", name="大厅西区", parent=hall)
    book(hall, "09:00", "11:00", client_name="乐龄社")
    book(east, "14:00", "15:00")
    text = text_of(sheets.render(office, Sheet("door", DAY)))
    assert "所属的一楼大厅已被乐龄社预约9:00-11:00" in text
    assert "当日无预约" not in text, "the west part is taken by its hall"
    assert west


def test_a_sheet_of_named_rooms_shows_them_even_if_nothing_is_booked(office, put, book) -> None:
    room = put("venue", name="书画室")
    book(put("venue", name="音乐室"), "09:00", "11:00")
    text = text_of(sheets.render(office, Sheet("door", DAY, (room,))))
    assert "书画室" in text
    assert "共0场" in text


def test_the_week_begins_on_monday_and_shows_one_room_or_all(office, put, book) -> None:
    music, painting = put("venue", name="音乐室"), put("venue", name="书画室")
    book(music, "09:00", "11:00", "2026-11-23", purpose="周一合唱")
    book(painting, "09:00", "11:00", "2026-11-29", purpose="周日画展")
    book(painting, "09:00", "11:00", "2026-11-30", purpose="下周一")
    every = text_of(sheets.render(office, Sheet("week", "2026-11-26")))
    one = text_of(sheets.render(office, Sheet("week", "2026-11-26", (music,))))
    for said in ("周一合唱", "周日画展", "2026年11月23日周一至11月29日周日"):
        assert said in every
    assert "下周一" not in every
    assert "周一合唱" in one
    assert "周日画展" not in one
    assert "共1场" in one


def test_a_booking_over_midnight_stands_on_both_days(office, put, book) -> None:
    room = put("venue", name="音乐室", overnight=True)
    put("booking", venue=room, start=f"{DAY}T22:00", end="2026-11-25T02:00", purpose="守岁")
    assert "22:00-24:00" in text_of(sheets.render(office, Sheet("door", DAY)))
    assert "00:00-02:00" in text_of(sheets.render(office, Sheet("door", "2026-11-25")))


def test_rule_02_a_booking_until_midnight_is_not_on_the_next_day(office, put, book) -> None:
    room = put("venue", name="音乐室")
    put("booking", venue=room, start=f"{DAY}T22:00", end="2026-11-25T00:00", purpose="守岁")
    assert "22:00-24:00" in text_of(sheets.render(office, Sheet("door", DAY)))
    assert "守岁" not in text_of(sheets.render(office, Sheet("door", "2026-11-25")))


def test_rule_06_rooms_can_be_cleaned_between_clear_up_and_set_up(office, put, book) -> None:
    room = put("venue", name="音乐室", before=15, after=30)
    book(room, "09:00", "11:00")
    book(room, "13:00", "14:00")
    board = calendar.booked(office, DAY)
    assert [(task.what, task.start, task.end) for task in tasks(board)] == [
        ("free", 0, 525), ("set_up", 525, 540), ("clear_up", 660, 690), ("free", 690, 765), ("set_up", 765, 780),
        ("clear_up", 840, 870), ("free", 870, 1440),
    ]  # fmt: skip


def test_rule_07_a_room_is_not_cleaned_while_its_hall_is_used(office, put, book) -> None:
    hall = put("venue", name="一楼大厅", before=0, after=0)
    east = put("venue", name="大厅东区", parent=hall, before=0, after=0)
    book(hall, "09:00", "11:00")
    book(east, "14:00", "15:00")
    free = [
        (task.room.name, task.start, task.end) for task in tasks(calendar.booked(office, DAY)) if task.what == "free"
    ]
    assert sorted(free) == sorted(
        (name, *span) for name in ("一楼大厅", "大厅东区") for span in ((0, 540), (660, 840), (900, 1440))
    )


def test_bookings_that_overlap_after_a_merge_leave_one_gap(office, put, book) -> None:
    room = put("venue", name="音乐室")
    first = book(room, "09:00", "12:00")
    inner = book(room, "09:30", "10:00", status="cancelled")
    board = calendar.booked(office, DAY)
    (block,) = board.blocks
    from dataclasses import replace

    overlapping = replace(block, id=inner, start=f"{DAY}T09:30", end=f"{DAY}T10:00")
    both = replace(board, blocks=(block, overlapping))
    assert [(task.start, task.end) for task in tasks(both) if task.what == "free"] == [(0, 540), (720, 1440)]
    assert first


def test_the_cleaner_is_told_what_to_set_up_and_what_is_dirty(office, put, book) -> None:
    room = put("venue", name="音乐室", before=15, after=15)
    projector = put("equipment", name="投影仪", stock=3, unit="台")
    dirty = book(room, "08:00", "09:00", status="closed", cleanliness="dirty", headcount=12)
    later = book(room, "13:00", "14:00", headcount=30, equipment="横幅")
    put("booking_equipment", booking=later, equipment=projector, quantity=2)
    text = text_of(sheets.render(office, Sheet("cleaning", DAY)))
    assert "12:45-13:00音乐室布置13:00开始，合唱排练，30人，设备：投影仪2台、横幅" in text
    assert "09:00结束，合唱排练，12人，需保洁" in text
    assert "09:15-12:45音乐室可保洁09:00结束，13:00开始" in text
    assert dirty


def test_people_to_call_are_listed_in_full_and_it_is_audited(office, put, book) -> None:
    room = put("venue", name="音乐室")
    one = book(room, "09:00", "11:00")
    sheet = Sheet("calls", DAY)
    text = text_of(sheets.render(office, sheet))
    assert "欧阳明13812345678" in text
    assert [entry.audit for entry in history(office, "booking", one) if entry.audit] == ["reveal"]
    sheets.printed(office, sheet)
    assert sorted(entry.audit for entry in history(office, "booking", one) if entry.audit) == ["print", "reveal"]
    assert slips.print_count(office, one, "calls") == 1
    assert slips.print_count(office, one, "booking") == 0


def test_a_closure_lists_whom_to_call(office, put, book) -> None:
    hall, other = put("venue", name="一楼大厅"), put("venue", name="书画室")
    east = put("venue", name="大厅东区", parent=hall)
    book(hall, "09:00", "11:00", client_name="整厅社")
    book(east, "14:00", "15:00", client_name="东区社")
    book(other, "14:00", "15:00", client_name="书画社")
    book(east, "16:00", "17:00", client_name="已取消社", status="cancelled")
    closure = put("closure", venue=east, start=f"{DAY}T12:00", end="2026-11-25T00:00", reason="消防检测")
    text = text_of(slips.render(office, "closure", closure))
    assert "东区社" in text
    for not_called in ("整厅社", "书画社", "已取消社"):
        assert not_called not in text
    assert "停用：消防检测" in text
    whole = put("closure", start=f"{DAY}T00:00", end="2026-11-25T00:00", reason="台风")
    assert all(name in text_of(slips.render(office, "closure", whole)) for name in ("整厅社", "东区社", "书画社"))
    slips.printed(office, "closure", whole, "calls")
    assert slips.print_count(office, whole) == 1


def test_who_was_cancelled_for_the_closure_is_called_as_well(office, put, book) -> None:
    room = put("venue", name="音乐室")
    one, other = book(room, "09:00", "11:00", client_name="甲社"), book(room, "14:00", "15:00", client_name="乙社")
    save(office, "booking", {"status": "cancelled", "cancel_reason": "台风"}, one)
    save(office, "booking", {"status": "cancelled", "cancel_reason": "自己不来"}, other)
    closure = put("closure", start=f"{DAY}T00:00", end="2026-11-25T00:00", reason="台风")
    text = text_of(slips.render(office, "closure", closure))
    assert "甲社" in text
    assert "乙社" not in text


def test_an_exceptional_opening_calls_nobody(office, put, book) -> None:
    book(put("venue", name="音乐室"), "09:00", "11:00")
    opening = put("closure", start=f"{DAY}T00:00", end="2026-11-25T00:00", reason="开放日", sort="open")
    assert "共0条" in text_of(slips.render(office, "closure", opening))


def test_rule_24_a_booking_nobody_came_to_is_printed_as_a_no_show(office, put, book, clock) -> None:
    one = book(put("venue", name="音乐室", release_minutes=30), "09:00", "11:00")
    assert "预约状态：已确认" in text_of(slips.render(office, "booking", one))
    clock.move(days=1, minutes=40)
    assert "预约状态：爽约" in text_of(slips.render(office, "booking", one))


def test_a_closure_that_touches_nobody_is_an_empty_list(office, put) -> None:
    closure = put("closure", start=f"{DAY}T00:00", end="2026-11-25T00:00", reason="台风")
    assert "共0条" in text_of(slips.render(office, "closure", closure))
    slips.printed(office, "closure", closure, "calls")


def test_reprints_of_a_sheet_are_counted_by_day_and_rooms(office, put, book) -> None:
    room = put("venue", name="音乐室")
    book(room, "09:00", "11:00")
    sheet = Sheet("door", DAY)
    assert "次打印" not in text_of(sheets.render(office, sheet))
    sheets.printed(office, sheet)
    assert "第2次打印" in text_of(sheets.render(office, sheet))
    for other in (Sheet("door", "2026-11-25"), Sheet("door", DAY, (room,)), Sheet("cleaning", DAY)):
        assert "次打印" not in text_of(sheets.render(office, other))
    sheets.printed(office, Sheet("week", "2026-11-24"))
    assert sheets.print_count(office, Sheet("week", "2026-11-29")) == 1
    assert sheets.print_count(office, Sheet("week", "2026-11-30")) == 0


def test_reprints_of_each_form_of_a_booking_are_counted_apart(office, put, book) -> None:
    one = book(put("venue", name="音乐室"), "09:00", "11:00")
    slips.printed(office, "booking", one, "application")
    assert "第2次打印" in text_of(slips.render(office, "booking", one, "application"))
    assert "次打印" not in text_of(slips.render(office, "booking", one, "booking"))


@pytest.mark.parametrize(("name", "on", "field"), [("poster", DAY, "name"), ("door", "24.11.2026", "on"),
                                                   ("door", "2026-02-30", "on"), ("week", "", "on")])  # fmt: skip
def test_a_sheet_that_does_not_exist_is_refused_by_its_field(name: str, on: str, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        Sheet(name, on)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_an_unknown_room_is_refused(office) -> None:
    with pytest.raises(Refusal):
        sheets.render(office, Sheet("door", DAY, ("00000000-0000-4000-8000-000000000000",)))


# -- what the slips read along -----------------------------------------------------------------------------------------


def test_a_booking_brings_its_equipment_fees_keys_and_the_rules_of_its_room(office, put, book) -> None:
    save(office, "center", {"release_minutes": 20, "strike_limit": 3}, slips.center_of(office)[0])
    room = put("venue", name="音乐室", capacity=25, cancel_hours=48, access="二楼")
    one = book(room, "09:00", "11:00", fee="100", deposit="200", equipment="横幅", approved_by="刘主任")
    put("booking_equipment", booking=one, equipment=put("equipment", name="话筒", stock=9), quantity=2)
    put("fee_line", booking=one, amount="-20.5", reason="优惠", at=f"{DAY}T08:00")
    put("key_handover", booking=one, venue=room, keys="音乐室1把", person_name="欧阳明", out_at=f"{DAY}T08:50")
    record = slip_record(office, "booking", one)
    wanted = {"equipment": "话筒2件、横幅", "fee_total": "79.5", "approved": True, "venue_capacity": "25", "access": "二楼",
              "cancel_hours": "48", "release_minutes": "20", "strike_limit": "3", "strike_days": "180"}  # fmt: skip
    assert {name: record[name] for name in wanted} == wanted
    assert [key["keys"] for key in record["keys"]] == ["音乐室1把"]
    text = text_of(slips.render(office, "booking", one, "application"))
    assert "100元，优惠-20.5元，合计79.5元" in text
    assert "开始后20分钟未到场" in text


def test_the_release_of_the_room_stands_before_that_of_the_center(office, put, book) -> None:
    save(office, "center", {"release_minutes": 20}, slips.center_of(office)[0])
    one = book(put("venue", name="音乐室", release_minutes=45), "09:00", "11:00")
    assert slip_record(office, "booking", one)["release_minutes"] == "45"


def test_a_key_brings_the_deposit_of_its_booking(office, put, book) -> None:
    room = put("venue", name="音乐室")
    one = book(room, "09:00", "11:00", deposit="200", deposit_state="held", client_name="乐龄社")
    key = put("key_handover", booking=one, venue=room, keys="音乐室1把", person_name="尔朱国𫓧", out_at=f"{DAY}T08:50")
    text = text_of(slips.render(office, "key_handover", key))
    for said in ("人民币贰佰元整", "乐龄社", "尔朱国𫓧", "音乐室1把", slip_record(office, "booking", one)["number"]):
        assert said in text
    alone = put("key_handover", venue=room, keys="备用1把", person_name="王明", out_at=f"{DAY}T08:50")
    assert "备用1把" in text_of(slips.render(office, "key_handover", alone))


def test_rule_17_a_series_is_confirmed_with_the_dates_it_had_to_skip(office, put, book) -> None:
    room = put("venue", name="音乐室")
    book(room, "08:30", "09:30", "2026-12-08", client_name="阳光志愿服务社")
    values = {"venue": room, "start": "2026-12-01T09:00", "end": "2026-12-01T11:00", "rule": "FREQ=WEEKLY;COUNT=4",
              "on_taken": "skip", "client_name": "夕阳红合唱队", "client_kind": "team"}  # fmt: skip
    made = make(office, values)
    text = text_of(slips.render(office, "booking_series", made.id))
    assert "每周二，共4次" in text
    assert "2026年12月8日周二09:00-11:00音乐室未约" in text
    assert "阳光志愿服务社" in text
    assert "共3次；另有1个日期未约" in text


def test_rule_26_the_position_counts_priority_then_time(office, put, clock) -> None:
    room = put("venue", name="音乐室", waiting_order="fits")

    def wait(joined: str, start: str = "09:00", **values: Any) -> str:
        return put("slot_waiting", venue=room, start=f"{DAY}T{start}", end=f"{DAY}T11:00", joined_at=joined, **values)

    first, second = wait("2026-11-20T09:00"), wait("2026-11-20T10:00")
    urgent, elsewhere = wait("2026-11-21T09:00", priority=5), wait("2026-11-19T09:00", start="10:30")
    gone = wait("2026-11-18T09:00", status="left")
    places = [slip_record(office, "slot_waiting", one)["position"] for one in (urgent, elsewhere, first, second, gone)]
    assert places == ["1", "2", "3", "4", ""]
    text = text_of(slips.render(office, "slot_waiting", second))
    assert "谁先合适给谁" in text
    assert "第4位" in text
    clock.move(days=1, hours=1)  # past every start: nobody waits any more
    late = text_of(slips.render(office, "slot_waiting", second))
    assert "已过期" in late
    assert slip_record(office, "slot_waiting", second)["position"] == ""
    assert "为您保留24小时" in text
