"""What the pictures count, against counting minute by minute."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from lending import at, book, make, office_in
from pypdfium2 import PdfDocument

from app.services import pictures, reading, statistics, writing
from app.services.pictures import HEAT, KINDS, NO_SHOWS, Span
from app.services.reading import Query
from app.services.statistics import Use

FIRST, LAST = "2026-01-30", "2026-03-02"
STATES = ("confirmed", "checked_in", "closed", "no_show")


@pytest.fixture
def office(tmp_path: Path):
    with office_in(tmp_path) as office:
        yield at(office, "2026-03-02T12:00")


def random_uses(seed: int, count: int) -> list[Use]:
    """Bookings of three rooms that overlap each other, cross hours, midnights and months, and leave the span."""
    pick = random.Random(seed)
    begin, found = datetime(2026, 1, 28), []
    for n in range(count):
        start = begin + timedelta(minutes=pick.randrange(36 * 24 * 60))
        end = start + timedelta(minutes=pick.choice((1, 15, 50, 90, 240, 1500, 12000)))
        found.append(Use(str(n), pick.choice("abc"), f"{start:%Y-%m-%dT%H:%M}", f"{end:%Y-%m-%dT%H:%M}",
                         pick.choice(STATES), pick.choice(("team", "resident", ""))))  # fmt: skip
    return sorted(found, key=lambda use: (use.start, use.id))


def minutes(use: Use):
    """Each minute of a booking that lies in the span."""
    low, high = datetime.fromisoformat(FIRST), datetime.fromisoformat(LAST) + timedelta(days=1)
    now, end = max(datetime.fromisoformat(use.start), low), min(datetime.fromisoformat(use.end), high)
    while now < end:
        yield now
        now += timedelta(minutes=1)


@pytest.mark.parametrize("seed", range(6))
def test_use_by_weekday_and_hour_is_that_of_a_minute_by_minute_count(seed):
    uses = [use for use in random_uses(seed, 60) if use.start < "2026-03-03" and use.end > FIRST]
    used = {(use.venue, now) for use in uses if use.status != "no_show" for now in minutes(use)}
    brute = Counter((now.weekday(), now.hour) for _venue, now in used)
    ids = {(now.weekday(), now.hour, use.id) for use in uses if use.status != "no_show" for now in minutes(use)}
    found = statistics.heat(uses, FIRST, LAST)
    assert {at: cell.minutes for at, cell in found.cells.items() if cell.minutes} == dict(brute)
    assert {(*at, one) for at, cell in found.cells.items() for one in cell.ids} == ids
    assert all(len(cell.ids) == len(set(cell.ids)) for cell in found.cells.values())
    assert list(found.dates) == [5, 4, 4, 4, 5, 5, 5]
    assert found.rooms == len({venue for venue, _now in used})
    most = max(brute, key=lambda at: brute[at])
    assert found.share(*most) == brute[most] / (found.dates[most[0]] * 60 * found.rooms)


@pytest.mark.parametrize("seed", range(6))
def test_rule_21_hours_by_kind_and_month_are_split_as_a_minute_by_minute_count_splits_them(seed):
    uses = [use for use in random_uses(100 + seed, 60) if use.start < "2026-03-03" and use.end > FIRST]
    brute = Counter(
        (use.client_kind, f"{now:%Y-%m}") for use in uses if use.status != "no_show" for now in minutes(use)
    )
    found = statistics.hours_by_kind(uses, FIRST, LAST)
    assert {at: cell.minutes for at, cell in found.items()} == dict(brute)


def test_rule_24_a_no_show_is_counted_once_its_time_has_come_and_in_the_month_it_began(office):
    room = make(office, "venue", name="活动室", release_minutes=15)
    book(office, room, "2026-02-10T09:00", "2026-02-10T10:00", client_kind="team")
    came = book(office, room, "2026-02-11T09:00", "2026-02-11T10:00", client_kind="team",
                checked_in_at="2026-02-11T09:05")  # fmt: skip
    waits = book(office, room, "2026-03-02T11:50", "2026-03-02T13:00", client_kind="team")
    book(office, room, "2026-03-02T15:00", "2026-03-02T16:00", client_kind="team")
    with office.reading() as session:
        uses = statistics.uses(session, office.now, FIRST, LAST)
    found = statistics.no_shows(uses, office.now, FIRST)
    assert {at: (len(cell.missed), len(cell.due)) for at, cell in found.items()} == {
        ("team", "2026-02"): (1, 2),
        ("team", "2026-03"): (0, 1),
    }
    assert came in found["team", "2026-02"].due
    assert found["team", "2026-03"].due == [waits]


def test_what_was_never_granted_yields_or_was_merged_away_is_no_use(office):
    room = make(office, "venue", name="活动室")
    kept = book(office, room, "2026-02-10T09:00", "2026-02-10T10:00")
    book(office, room, "2026-02-11T09:00", "2026-02-11T10:00", status="requested")
    book(office, room, "2026-02-12T09:00", "2026-02-12T10:00", status="tentative")
    yields = book(office, room, "2026-02-13T09:00", "2026-02-13T10:00")
    writing.save(office, "booking", {"yields_to": kept}, yields)
    with office.reading() as session:
        assert [use.id for use in statistics.uses(session, office.now, FIRST, LAST)] == [kept]


def test_each_number_is_the_list_it_opens(office):
    room = make(office, "venue", name="活动室")
    for day in (3, 10, 17):
        book(office, room, f"2026-02-{day:02d}T09:30", f"2026-02-{day:02d}T11:00", client_kind="team")
    span = Span("2026-02-01", "2026-02-28")
    chart = pictures.chart(office, HEAT, span, room)
    mark = chart.rows[1][1][chart.columns.index("9:00")]
    assert mark is not None
    assert reading.count(office, "booking", Query(among=mark.ids)) == 3
    assert (mark.text, mark.about) == ("38%", "活动室 周二 9:00-10:00")
    assert chart.title == "活动室周二 10:00-11:00 最忙，占用 75%；工作日里周一上午最空，占用 0%。"
    assert "2026年2月3日 至 2026年2月28日" in chart.note


def test_a_weekday_that_is_not_in_the_span_is_neither_free_nor_the_emptiest(office):
    room = make(office, "venue", name="活动室")
    book(office, room, "2026-02-03T09:00", "2026-02-03T10:00")
    chart = pictures.chart(office, HEAT, Span("2026-02-03", "2026-02-04"), room)
    assert [label for label, marks in chart.rows if any(marks)] == ["周二", "周三"]
    assert all(len(marks) == len(chart.columns) for _label, marks in chart.rows)
    assert chart.title == "活动室周二 9:00-10:00 最忙，占用 100%；工作日里周二下午最空，占用 0%。"
    assert "没有这一天" in chart.blank
    book(office, room, "2026-02-07T09:00", "2026-02-07T10:00")
    weekend = pictures.chart(office, HEAT, Span("2026-02-07", "2026-02-08"), room)
    assert weekend.title == "活动室周六 9:00-10:00 最忙，占用 100%。"


def test_hours_by_kind_say_who_uses_most_and_when(office):
    room = make(office, "venue", name="活动室")
    book(office, room, "2026-01-31T22:00", "2026-02-01T00:00", client_kind="team")
    book(office, room, "2026-02-10T09:00", "2026-02-10T12:30", client_kind="resident", client_name="李卫国")
    chart = pictures.chart(office, KINDS, Span("2026-01-01", "2026-02-28"))
    assert chart.title == "居民用得最多，3.5 小时，占全部的 64%；2月最忙，共 3.5 小时。"
    assert chart.columns == ("1月", "2月", "合计")
    assert [(label, [mark and mark.text for mark in marks]) for label, marks in chart.rows] == [
        ("居民", [None, "3.5", "3.5"]),
        ("群众活动团队", ["2", None, "2"]),
        ("合计", ["2", "3.5", "5.5"]),
    ]


def test_no_shows_say_who_stays_away_most(office):
    room = make(office, "venue", name="活动室", release_minutes=10)
    for day in range(2, 8):
        come = {} if day < 4 else {"checked_in_at": f"2026-02-{day:02d}T09:00"}
        book(office, room, f"2026-02-{day:02d}T09:00", f"2026-02-{day:02d}T10:00", client_kind="resident", **come)
        book(office, room, f"2026-02-{day:02d}T11:00", f"2026-02-{day:02d}T12:00", client_kind="team",
             checked_in_at=f"2026-02-{day:02d}T11:00")  # fmt: skip
    chart = pictures.chart(office, NO_SHOWS, Span("2026-02-01", "2026-02-28"))
    assert chart.title == "12 场到时间的预约里有 2 场爽约，占 17%；居民最高，33%。"
    resident = chart.rows[0][1][0]
    assert resident is not None
    assert (resident.text, resident.more, len(resident.ids)) == ("33%", "2/6", 2)


def test_without_bookings_a_picture_says_so(office):
    for code in pictures.CODES:
        chart = pictures.chart(office, code, Span("2026-02-01", "2026-02-28"))
        assert chart.empty
        assert chart.title == "所有场地在这段时间没有预约。"


def test_a_picture_on_paper_has_the_same_numbers(office):
    room = make(office, "venue", name="活动室")
    book(office, room, "2026-02-10T09:00", "2026-02-10T12:30", client_kind="resident")
    for code, said in ((HEAT, "33%"), (KINDS, "3.5"), (NO_SHOWS, "0/1")):
        chart = pictures.chart(office, code, Span("2026-02-01", "2026-02-28"))
        pdf = PdfDocument(pictures.pdf(office, chart))
        text = pdf[0].get_textpage().get_text_range()
        assert len(pdf) == 1
        assert said in text
        assert "".join(chart.title.split()) in "".join(text.split())


def test_a_span_names_its_months():
    assert Span("2025-12-31", "2026-02-01").months == ["2025-12", "2026-01", "2026-02"]
