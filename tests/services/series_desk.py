"""What the tests of series share: four Mondays in December, and what came of them."""

from __future__ import annotations

from typing import Any

from app.services.reading import Query, ids, rows
from app.services.writing import save

MONDAYS = ["2026-12-07", "2026-12-14", "2026-12-21", "2026-12-28"]


def weekly(room: str, **values: Any) -> dict[str, Any]:
    """Four Mondays in December, 9 to 11."""
    return {
        "venue": room, "start": "2026-12-07T09:00", "end": "2026-12-07T11:00", "rule": "FREQ=WEEKLY;COUNT=4",
        "purpose": "合唱排练", "client_kind": "team", "client_name": "乐龄合唱队", "headcount": 20,
        "contact_name": "王芳", "contact_phone": "13812345678", **values,
    }  # fmt: skip


def book(office: Any, room: str, date: str, start: str = "10:00", end: str = "12:00", **values: Any) -> str:
    values = {"venue": room, "start": f"{date}T{start}", "end": f"{date}T{end}", "client_name": "书画社", **values}
    return save(office, "booking", values).id


def held(office: Any, series_id: str) -> dict[str, Any]:
    """The occurrences of a series by original date."""
    found = rows(office, "booking", ids(office, "booking", Query(where={"series": series_id})))
    return {row.values["original_date"]: row for row in sorted(found, key=lambda row: row.values["original_date"])}


def statuses(office: Any, series_id: str) -> dict[str, str]:
    return {date: row.values["status"] for date, row in held(office, series_id).items()}


def starts(office: Any, series_id: str) -> list[str]:
    return [row.values["start"] for row in held(office, series_id).values() if row.values["status"] == "confirmed"]


def dates_of(lines: list[dict[str, Any]]) -> list[str]:
    return [line["date"] for line in lines]
