"""Bad input on the command line: a clear refusal that names field, fault and mend, and nothing written."""

from __future__ import annotations

import json

import pytest

VENUE = '{"name": "一楼大厅"}'

BAD_LINES = {
    "malformed JSON": (VENUE[:-1], ""),
    "not an object": ('["name"]', ""),
    "not UTF-8": (b'{"name": "\xff\xfe"}', ""),
    "a key twice": ('{"name": "甲", "name": "乙"}', "name"),
    "NaN": ('{"name": "甲", "area": NaN}', ""),
    "infinity": ('{"name": "甲", "area": -Infinity}', ""),
    "an integer over 64 bits": ('{"name": "甲", "capacity": 9223372036854775808}', ""),
    "a huge exponent": ('{"name": "甲", "area": 1e999}', "area"),
    "a lone surrogate": ('{"name": "甲\\ud800"}', "name"),
    "NUL": ('{"name": "甲\\u0000乙"}', "name"),
    "a control character": ('{"name": "甲\\u0007"}', "name"),
    "an unknown field": ('{"name": "甲", "colour": "红"}', "colour"),
    "a system field": ('{"name": "甲", "heads": "x"}', "heads"),
    "its own number": ('{"name": "甲", "number": "CD-1"}', "number"),
    "the wrong type": ('{"name": 5}', "name"),
    "a list where text belongs": ('{"name": ["甲"]}', "name"),
    "an object where a number belongs": ('{"name": "甲", "capacity": {"n": 1}}', "capacity"),
    "true where a number belongs": ('{"name": "甲", "capacity": true}', "capacity"),
    "a fraction where a whole number belongs": ('{"name": "甲", "capacity": 1.5}', "capacity"),
    "too small": ('{"name": "甲", "capacity": 0}', "capacity"),
    "too many decimals": ('{"name": "甲", "area": "1.234"}', "area"),
    "nothing in a required field": ('{"name": "  "}', "name"),
    "a required field left out": ('{"area": 5}', "name"),
    "100,000 characters": (json.dumps({"name": "长" * 100_000}), "name"),
    "an unknown choice": ('{"name": "甲", "status": "closed down"}', "status"),
    "a link that is no id": ('{"name": "甲", "parent": "二楼"}', "parent"),
    "a link to nothing": ('{"name": "甲", "parent": "01920000-0000-7000-8000-000000000000"}', "parent"),
    "an id that names nothing": ('{"id": "01920000-0000-7000-8000-000000000000", "name": "甲"}', "id"),
    "an id of the wrong type": ('{"id": 7, "name": "甲"}', "id"),
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=list(BAD_LINES))
def test_a_bad_venue_is_refused_with_field_and_mend_and_nothing_is_written(line, center) -> None:
    text, field = line
    before = center("get", "venue").out
    raw = VENUE.encode() + b"\n" + (text if isinstance(text, bytes) else text.encode())
    answer = center("put", "venue", stdin=raw)
    assert answer.code == 1
    good, bad = answer.lines
    assert bad["field"] == field
    assert bad["error"]
    assert bad["mend"]
    assert "error" in good, "the batch is all or none"
    assert center("get", "venue").out == before
    assert center("check").code == 0


BAD_FIELDS = {
    "a wrong check digit": ("organization", {"name": "甲", "uscc": "52310104MJ49963267"}, "uscc"),
    "the letter O in a code": ("organization", {"name": "甲", "uscc": "5131000050177800O0"}, "uscc"),
    "a type that the code contradicts": (
        "organization", {"name": "甲", "uscc": "52310104MJ49963266", "org_type": "foundation"}, "org_type",
    ),
    "a certificate that ends before it begins": (
        "organization", {"name": "甲", "cert_from": "2026-01-01", "cert_to": "2025-01-01"}, "cert_to",
    ),
    "an impossible date": ("organization", {"name": "甲", "cert_to": "2026-02-30"}, "cert_to"),
    "a date of the year 9999": ("organization", {"name": "甲", "cert_to": "9999-12-31"}, "cert_to"),
    "bidi characters in a name": ("organization", {"name": "甲\u202e乙"}, "name"),
    "zero-width characters in a name": ("organization", {"name": "甲\u200b乙"}, "name"),
    "a phone of letters": ("organization", {"name": "甲", "phone": "abc"}, "phone"),
    "more party members than members": (
        "team", {"name": "甲", "member_count": 10, "party_member_count": 11}, "party_member_count",
    ),
    "an active team of nine": ("team", {"name": "甲", "member_count": 9, "status": "active"}, "status"),
    "a case that ends before it begins": (
        "service_case",
        {"service_type": "other", "request_text": "甲", "started_at": "2026-11-24T10:00", "ended_at": "2026-11-24T09:00"},
        "ended_at",
    ),
    "a training that ends as it begins": (
        "training", {"title": "甲", "start": "2026-11-24T09:00", "end": "2026-11-24T09:00"}, "end",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_FIELDS.values(), ids=list(BAD_FIELDS))
def test_a_bad_value_is_refused_by_the_rules_of_its_kind(case, center) -> None:
    kind, values, field = case
    answer = center("put", kind, stdin=[values])
    assert (answer.code, answer.line["field"]) == (1, field), answer.out
    assert answer.line["mend"]
    assert center("get", kind).out == ""


def test_a_booking_must_end_after_it_starts_and_its_room_must_be_free(center) -> None:
    venue = center("put", "venue", stdin=[{"name": "一楼大厅", "after": 15}]).line["id"]
    good = {"venue": venue, "start": "2026-11-24T09:00", "end": "2026-11-24T11:00", "client_name": "乐龄服务社"}
    assert center("put", "booking", stdin=[good]).code == 0
    backwards = center("put", "booking", stdin=[good | {"end": "2026-11-24T08:00"}])
    assert (backwards.code, backwards.line["field"]) == (1, "end")
    taken = center("put", "booking", stdin=[good | {"start": "2026-11-24T11:00", "end": "2026-11-24T12:00"}])
    assert (taken.code, taken.line["field"]) == (1, "venue")
    assert "一楼大厅" in taken.line["error"]
    assert "乐龄服务社" in taken.line["error"]
    assert "11:15" in taken.line["mend"]
    assert center("put", "booking", stdin=[good | {"start": "2026-11-24T11:15", "end": "2026-11-24T12:00"}]).code == 0


def test_two_bookings_of_one_batch_are_seen_by_each_other(center) -> None:
    venue = center("put", "venue", stdin=[{"name": "一楼大厅"}]).line["id"]
    line = {"venue": venue, "start": "2026-11-24T09:00", "end": "2026-11-24T11:00"}
    answer = center("put", "booking", stdin=[line, line])
    assert answer.code == 1
    assert center("get", "booking").out == ""
    each = center("put", "booking", "--each", stdin=[line, line])
    assert each.code == 1
    assert "id" in each.lines[0]
    assert "error" in each.lines[1]
    assert len(center("get", "booking").lines) == 1


def test_a_base_that_names_nothing_is_refused(center) -> None:
    record = center("put", "venue", stdin=[VENUE]).line["id"]
    for seen in ({"name": ["999@0000000000000000"]}, {"name": ["x"]}, {"name": 5}, [], "x"):
        answer = center("put", "venue", stdin=[{"id": record, "name": "二楼", "seen": seen}])
        assert (answer.code, answer.line["field"]) == (1, "seen")
    assert center("get", "venue", record).line["name"] == "一楼大厅"


def test_markup_and_formulas_are_kept_as_typed(center) -> None:
    for name in ("<b>大厅</b>", "甲&乙", "=cmd|'/C calc'!A0", '"><script>', "大厅\\n", "%s{name}"):
        record = center("put", "venue", stdin=[{"name": name}]).line["id"]
        assert center("get", "venue", record).line["name"] == name


def test_usage_faults_exit_with_2_and_unknown_kinds_with_1(center) -> None:
    assert center("put").code == 2
    assert center("no-such-command").code == 2
    answer = center("put", "spaceship", stdin=[VENUE])
    assert answer.code == 1
    assert "spaceship" in answer.err
    assert answer.err.count("\n") == 1


def test_errors_are_in_english_on_request(center) -> None:
    answer = center("--lang", "en", "put", "spaceship", stdin=[VENUE])
    assert answer.err.isascii()
