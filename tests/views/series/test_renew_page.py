"""Last year's series are renewed in bulk, each says what came of it."""

from __future__ import annotations

from typing import Any

from app.services import reading, series
from app.services.undoing import undo
from app.views.series.renew_page import RenewPage


def make(counter: Any, start: str, **values: Any) -> str:
    slot = {
        "venue": counter.room,
        "start": f"2026-12-{start}",
        "end": f"2026-12-{start[:3]}{int(start[3:5]) + 1:02}:00",
    }
    given = {**slot, "rule": "FREQ=WEEKLY;COUNT=2", "purpose": "排练", "client_name": "合唱队", **values}
    return series.make(counter.office, given).id


def states(page: RenewPage) -> list[str]:
    return [page.table.item(at, 4).text() for at in range(page.table.rowCount())]


def test_series_of_the_year_are_chosen_and_renewed_as_one_operation(counter: Any):
    morning, evening = make(counter, "07T09:00"), make(counter, "08T18:00", client_name="舞蹈队")
    page = counter.show(RenewPage(counter.context))
    assert [row.id for row in page.rows] == [morning, evening]
    assert page.table.item(0, 2).text() == "9:00-10:00 每周一，共2次"
    assert page.table.item(0, 3).text() == "2026年12月14日 周一"
    assert states(page) == ["未续办", "未续办"]
    assert page.do_button.text() == "续办 2 个系列"
    page.boxes["last"].editor.set_value("2027-01-31")
    counter.book(day="2027-01-11", start="09:30", end="10:30")
    page.do_button.click()
    counter.rest(page)
    assert states(page) == ["已续办，约了 3 次，1 个日期未约", "已续办，约了 4 次"]
    assert counter.said[-1].text == "已续办 2 个系列"
    assert not page.do_button.isEnabled()
    undo(counter.office, counter.said[-1].op)
    assert sorted(reading.ids(counter.office, "booking_series")) == sorted([morning, evening])


def test_one_that_cannot_be_renewed_says_why_and_the_others_are(counter: Any):
    make(counter, "07T09:00")
    make(counter, "08T18:00", client_name="舞蹈队")
    counter.save(
        "closure", {"reason": "装修", "venue": counter.room, "start": "2027-01-04T00:00", "end": "2027-01-05T00:00"}
    )
    page = counter.show(RenewPage(counter.context))
    page.boxes["last"].editor.set_value("2027-01-06")
    page.do_button.click()
    counter.rest(page)
    assert states(page)[0].startswith("1 个日期不能约：2027年1月4日 周一")
    assert states(page)[1] == "已续办，约了 1 次"
    assert counter.said[-1].text == "已续办 1 个系列，1 个没有续办"


def test_a_span_that_cannot_be_read_is_said_beside_it(counter: Any):
    make(counter, "07T09:00")
    page = counter.show(RenewPage(counter.context))
    page.boxes["last"].editor.line.setText("年底")
    page.do_button.click()
    counter.rest(page)
    assert "看不懂" in page.boxes["last"]._fault.text()
    assert states(page) == ["未续办"]


def test_where_no_series_ends_the_page_says_so_and_offers_a_new_one(counter: Any):
    page = counter.show(RenewPage(counter.context))
    assert not page.table.isVisible()
    page.new_button.click()
    assert counter.went[-1].page == "series"
    make(counter, "07T09:00")
    page.refresh()
    counter.rest(page)
    assert page.table.isVisible()
    assert not page.new_button.isVisible()
