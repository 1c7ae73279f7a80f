"""Calendars by RFC 5545, read back by a strict little parser of their own."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.errors import Refusal
from app.services import ics, writing
from app.services.reading import Query
from app.sync.change import decode_values
from app.sync.log import AUDIT, of_kind

NAME = re.compile(rb"([A-Z0-9-]+)((?:;[A-Z0-9-]+=(?:[^\x00-\x1f\x7f\":;,]+|\"[^\"]*\"))*):(.*)", re.DOTALL)
ONCE = {
    "VCALENDAR": {"VERSION", "PRODID"},
    "VEVENT": {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "STATUS", "SUMMARY", "LAST-MODIFIED", "CREATED"},
    "VTIMEZONE": {"TZID"},
    "STANDARD": {"DTSTART", "TZOFFSETTO", "TZOFFSETFROM"},
}
"""What each component must hold, exactly once."""


def unfolded(data: bytes) -> list[bytes]:
    """The content lines; every line ends with CRLF and is at most 75 octets of whole characters."""
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    lines: list[bytes] = []
    for line in data[:-2].split(b"\r\n"):
        assert 0 < len(line) <= 75
        line.decode("utf-8")  # no character is cut in two
        if line[:1] in (b" ", b"\t"):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return lines


def text(value: str) -> str:
    """A TEXT value; anything that should have been escaped fails."""
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), value
    assert not re.search(r"(?<!\\)(?:\\\\)*\\[^\\;,nN]", value), value
    assert not any(ord(char) < 32 and char != "\t" for char in value)
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)


def parsed(data: bytes) -> dict[str, Any]:
    """The calendar as nested components; fails on whatever RFC 5545 does not allow."""
    stack: list[dict[str, Any]] = [{"name": "", "parts": [], "lines": {}, "parameters": {}}]
    for line in unfolded(data):
        match = NAME.fullmatch(line)
        assert match, line
        name, value = match[1].decode(), match[3].decode()
        if name == "BEGIN":
            stack.append({"name": value, "parts": [], "lines": {}, "parameters": {}})
        elif name == "END":
            done = stack.pop()
            assert done["name"] == value
            assert ONCE[value] <= done["lines"].keys(), (value, done["lines"])
            stack[-1]["parts"].append(done)
        else:
            assert name not in stack[-1]["lines"], f"{name} twice"
            stack[-1]["lines"][name] = value
            stack[-1]["parameters"][name] = dict(one.split("=") for one in match[2].decode().split(";")[1:])
    (root,) = stack
    (calendar,) = root["parts"]
    assert (calendar["name"], calendar["lines"]["VERSION"]) == ("VCALENDAR", "2.0")
    return calendar


def events(data: bytes) -> list[dict[str, Any]]:
    """The events, with their times checked against the zone that is described."""
    calendar = parsed(data)
    (zone,) = [part for part in calendar["parts"] if part["name"] == "VTIMEZONE"]
    assert zone["lines"]["TZID"] == "Asia/Shanghai"
    assert zone["parts"][0]["lines"]["TZOFFSETTO"] == "+0800"
    found = []
    for part in calendar["parts"]:
        if part["name"] == "VEVENT":
            lines = part["lines"]
            for name in ("DTSTART", "DTEND"):
                assert part["parameters"][name] == {"TZID": "Asia/Shanghai"}
                lines[name] = datetime.strptime(lines[name], "%Y%m%dT%H%M%S")
            for name in ("DTSTAMP", "LAST-MODIFIED", "CREATED"):
                datetime.strptime(lines[name], "%Y%m%dT%H%M%SZ")
            assert lines["DTSTART"] < lines["DTEND"]
            assert lines["STATUS"] in ("TENTATIVE", "CONFIRMED", "CANCELLED")
            assert lines["TRANSP"] in ("OPAQUE", "TRANSPARENT")
            assert int(lines["SEQUENCE"]) >= 0
            found.append({name: text(v) if name in ("SUMMARY", "LOCATION", "DESCRIPTION") else v
                          for name, v in lines.items()})  # fmt: skip
    uids = [event["UID"] for event in found]
    assert len(uids) == len(set(uids))
    return found


@pytest.fixture
def desk(workspace: Any) -> Any:
    """Writes records: ``desk("booking", start=...)`` returns the id."""

    def save(kind: str, record_id: str | None = None, **values: Any) -> str:
        return writing.save(workspace.office, kind, values, record_id).id

    return save


@pytest.fixture
def room(desk: Any) -> str:
    return desk("venue", name="一楼大厅, 东区; 靠窗", address="殷行路\\85弄")


def book(desk: Any, room: str, day: str = "2026-12-01", hour: int = 9, **values: Any) -> str:
    times = {"start": f"{day}T{hour:02d}:00", "end": f"{day}T{hour + 1:02d}:30"}
    return desk("booking", **{"venue": room, "purpose": "读书会", **times, **values})


def test_an_event_says_when_where_and_what(workspace: Any, desk: Any, room: str) -> None:
    record = book(desk, room, client_kind="enterprise", client_name="乐龄服务社", headcount=20)
    (event,) = events(ics.export(workspace.office).data)
    assert event["UID"] == f"{record}@shuniu"
    assert (event["DTSTART"], event["DTEND"]) == (datetime(2026, 12, 1, 9), datetime(2026, 12, 1, 10, 30))
    assert (event["SUMMARY"], event["STATUS"]) == ("读书会 乐龄服务社", "CONFIRMED")
    assert event["LOCATION"] == "一楼大厅, 东区; 靠窗，殷行路\\85弄"
    assert "YY-310110013-2026-A0001" in event["DESCRIPTION"]
    assert "人数：20" in event["DESCRIPTION"].split("\n")


@pytest.mark.parametrize(
    "words",
    ["a,b;c\\d", "一" * 90, "𬱟" * 40, "x" * 74 + "龘" + "y" * 20, "END:VEVENT", "\\n,;:\"'", "a" * 75, "é" * 37 + "b"],
)
def test_words_survive_escaping_and_folding(workspace: Any, desk: Any, room: str, words: str) -> None:
    book(desk, room, purpose=words)
    (event,) = events(ics.export(workspace.office).data)
    assert event["SUMMARY"] == words


def test_no_line_break_of_a_value_begins_a_line_of_the_calendar(workspace: Any) -> None:
    assert ics.escaped("a\r\nEND:VEVENT\rb\n\x00\x07c") == "a\\nEND:VEVENT\\nb\\nc"
    assert ics.folded("x" * 74 + "龘") == b"x" * 74 + "\r\n 龘\r\n".encode()


def test_a_change_keeps_the_uid_and_raises_the_sequence(workspace: Any, desk: Any, room: str, clock: Any) -> None:
    record = book(desk, room)
    (first,) = events(ics.export(workspace.office).data)
    clock.move(hours=1)
    desk("booking", record, start="2026-12-01T09:30")
    (second,) = events(ics.export(workspace.office).data)
    assert first["UID"] == second["UID"]
    assert (first["SEQUENCE"], second["SEQUENCE"]) == ("0", "1")
    assert first["LAST-MODIFIED"] < second["LAST-MODIFIED"]
    assert first["CREATED"] == second["CREATED"]
    assert ics.export(workspace.office).data == ics.export(workspace.office).data


@pytest.mark.parametrize(
    ("status", "said"),
    [("requested", "TENTATIVE"), ("tentative", "TENTATIVE"), ("confirmed", "CONFIRMED"), ("checked_in", "CONFIRMED"),
     ("closed", "CONFIRMED"), ("no_show", "CANCELLED"), ("cancelled", "CANCELLED"), ("rejected", "CANCELLED"),
     ("expired", "CANCELLED")],
)  # fmt: skip
def test_rule_05_every_state_has_its_status(workspace: Any, desk: Any, room: str, status: str, said: str) -> None:
    book(desk, room, status=status, cancel_reason="改期", cancelled_at="2026-11-20T09:00", cancelled_by="王小明")
    (event,) = events(ics.export(workspace.office).data)
    assert event["STATUS"] == said
    assert event["TRANSP"] == ("TRANSPARENT" if said == "CANCELLED" else "OPAQUE")


def test_rule_24_who_did_not_come_holds_the_room_no_more(workspace: Any, desk: Any, room: str, clock: Any) -> None:
    desk("venue", room, release_minutes=30)
    book(desk, room, day=workspace.office.today, hour=10)
    (before,) = events(ics.export(workspace.office).data)
    clock.move(hours=1, minutes=31)
    (after,) = events(ics.export(workspace.office).data)
    assert (before["STATUS"], after["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert "状态：爽约" in after["DESCRIPTION"].split("\n")


def test_no_personal_data_goes_out(workspace: Any, desk: Any, room: str) -> None:
    book(desk, room, client_kind="resident", client_name="王小二", contact_name="张三丰", contact_phone="13812345678",
         remark="身体不便")  # fmt: skip
    data = ics.export(workspace.office).data.replace(b"\r\n ", b"").decode()
    for word in ("王小二", "张三丰", "张*", "1381", "5678", "身体"):
        assert word not in data
    assert "王*" in data


def test_a_venue_is_asked_for_with_its_parts_and_a_client_with_its_bookings(workspace: Any, desk: Any) -> None:
    hall = desk("venue", name="大厅")
    part = desk("venue", name="东区", parent=hall)
    desk("venue", name="别处")
    team = desk("team", name="合唱队")
    book(desk, hall, hour=8)
    book(desk, part, hour=11, client=team, client_kind="team")
    book(desk, desk("venue", name="三楼"), hour=9)
    assert len(events(ics.export(workspace.office, venue="大厅").data)) == 2
    assert len(events(ics.export(workspace.office, venue="东区").data)) == 1
    assert len(events(ics.export(workspace.office, client="合唱队").data)) == 1
    assert len(events(ics.export(workspace.office).data)) == 3
    assert parsed(ics.export(workspace.office, venue="大厅").data)["lines"]["X-WR-CALNAME"] == "大厅 场地预约"
    with pytest.raises(Refusal, match="没有叫“四楼”的场地"):
        ics.export(workspace.office, venue="四楼")


def test_rule_02_days_are_taken_whole_and_midnight_belongs_to_the_day_before(
    workspace: Any, desk: Any, room: str
) -> None:
    book(desk, room, "2026-12-01", start="2026-12-01T22:00", end="2026-12-02T00:00")
    book(desk, room, "2026-12-02")
    book(desk, room, "2026-12-03")
    for first, last, count in (("2026-12-02", "2026-12-02", 1), ("2026-12-01", "2026-12-02", 2), ("2026-12-04", None, 0),
                               (None, "2026-12-01", 1)):  # fmt: skip
        made = ics.export(workspace.office, first=first, last=last)
        assert (len(events(made.data)), made.rows) == (count, count)
    with pytest.raises(Refusal, match="止期早于起期"):
        ics.export(workspace.office, first="2026-12-02", last="2026-12-01")


def test_a_deleted_booking_is_left_out_and_a_merged_client_keeps_its_bookings(
    workspace: Any, desk: Any, room: str
) -> None:
    from app.services.merging import merge

    gone = book(desk, room)
    writing.set_deleted(workspace.office, "booking", [gone], True)
    old, new = desk("organization", name="甲中心"), desk("organization", name="甲服务中心")
    book(desk, room, hour=14, client=old, client_kind="registered_org")
    merge(workspace.office, "organization", old, new)
    (event,) = events(ics.export(workspace.office, client="甲服务中心").data)
    assert "甲服务中心" in event["SUMMARY"]


def test_what_a_list_shows_goes_out_and_every_export_is_audited(workspace: Any, desk: Any, room: str) -> None:
    book(desk, room)
    book(desk, room, hour=14, purpose="合唱")
    made = ics.of_list(workspace.office, Query(where={"purpose": "合唱"}), "合唱")
    assert [event["SUMMARY"] for event in events(made.data)] == ["合唱"]
    ics.export(workspace.office)
    with workspace.office.reading() as session:
        lines = [decode_values(line.values or b"")["audit"] for line in of_kind(session.connection(), AUDIT)]
    assert [(line["what"], line["rows"]) for line in lines] == [("export", 1), ("export", 2)]


def test_on_the_command_line(center: Any, tmp_path: Path) -> None:
    room = center("put", "venue", stdin=[{"name": "大厅"}]).line["id"]
    for day in ("01", "02"):
        center(
            "put", "booking", stdin=[{"venue": room, "start": f"2026-12-{day}T09:00", "end": f"2026-12-{day}T10:00"}]
        )
    out = tmp_path / "hall.ics"
    answer = center("export", "booking", out, "--venue", "大厅", "--from", "2026-12-02", "--to", "2026-12-31")
    assert answer.line["rows"] == 1
    assert len(events(out.read_bytes())) == 1
