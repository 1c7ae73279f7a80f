"""Timetables on paper: where blocks stand, what does not fit, and several pages (domain.md C1b)."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2
import pytest

from app.errors import Refusal
from app.slips.page import Paper
from app.slips.timetable import Block, Closed, Timetable, timetable_slip
from tests.slips.support import CONTEXT, pages, printed, solid

LONG = "上海市杨浦区银杏街道社区居民自治与邻里互助促进服务中心（联合会）筹备工作组"


def block(column: int, start: int, end: int, name: str = "合唱排练", *, pending: bool = False) -> Block:
    times = f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
    return Block(column, start, end, (times, name, "夕阳红合唱队", "刘* 138****5678"), pending)


def table(columns: int, *blocks: Block, **more: object) -> Timetable:
    rooms = tuple(f"{n}号房" for n in range(1, columns + 1))
    return replace(Timetable("每日场地安排表", "2026年11月24日 周二", rooms, blocks), **more)


def where(pdf: bytes, words: str, page: int = 0) -> tuple[float, float]:
    """Left and upper edge of ``words`` on a page, in points from the upper left corner of the paper."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        one = document[page]
        text = one.get_textpage()
        found = text.search(words).get_next()
        assert found, words
        left, _bottom, _right, top = text.get_charbox(found[0])
        return left, one.get_height() - top
    finally:
        document.close()


def test_time_runs_down_and_rooms_run_across() -> None:
    pdf = timetable_slip(
        table(3, block(0, 540, 660, "甲"), block(1, 840, 960, "乙"), block(2, 540, 600, "丙")), CONTEXT
    )
    (x1, y1), (x2, y2), (x3, y3) = (where(pdf, word) for word in ("甲", "乙", "丙"))
    assert x1 < x2 < x3
    assert y1 == pytest.approx(y3, abs=4)
    assert y2 > y1 + 100


def test_bookings_of_one_room_at_one_time_stand_side_by_side() -> None:
    pdf = timetable_slip(
        table(1, block(0, 540, 660, "甲"), block(0, 600, 720, "乙"), block(0, 720, 780, "丙")), CONTEXT
    )
    (x1, _y1), (x2, _y2), (x3, _y3) = (where(pdf, word) for word in ("甲", "乙", "丙"))
    assert x2 > x1 + 100
    assert x3 == pytest.approx(x1, abs=2)


def test_early_and_late_bookings_widen_the_hours() -> None:
    usual = printed(timetable_slip(table(1, block(0, 540, 660)), CONTEXT))
    assert "08:00" in usual
    assert "06:00" not in usual
    wide = printed(timetable_slip(table(1, block(0, 390, 450), block(0, 1380, 1440)), CONTEXT))
    assert "06:00" in wide
    assert "23:00" in wide
    assert "23:00-24:00" in wide


def test_eleven_rooms_are_shared_evenly_over_three_pages() -> None:
    texts = [
        solid(text) for text in pages(timetable_slip(table(11, *(block(n, 540, 660) for n in range(11))), CONTEXT))
    ]
    assert [text.count("号房") for text in texts] == [3, 4, 4]
    assert all(f"第{n}页共3页" in text for n, text in enumerate(texts, 1))
    assert sum(text.count("夕阳红合唱队") for text in texts) == 11


def test_what_does_not_fit_is_numbered_and_written_in_full_below() -> None:
    pdf = timetable_slip(table(5, block(0, 540, 570, LONG), block(1, 540, 660)), CONTEXT)
    (text,) = pages(pdf)
    assert "…（1）" in solid(text)
    assert solid(f"（1）09:00-09:30{LONG}夕阳红合唱队刘*138****5678") in solid(text)


def test_too_many_long_texts_go_on_a_page_of_their_own() -> None:
    many = [block(n % 5, 480 + n // 5 * 15, 480 + n // 5 * 15 + 15, f"{n}号{LONG}") for n in range(200)]
    texts = [solid(text) for text in pages(timetable_slip(table(5, *many), CONTEXT))]
    assert len(texts) > 1
    for n in range(200):
        assert any(f"{n}号{LONG}" in text for text in texts)


def test_closed_time_says_why_and_an_unconfirmed_booking_is_still_read() -> None:
    shut = (Closed(0, 720, 840, "所属的一楼大厅已被乐龄社预约"),)
    pdf = timetable_slip(table(2, block(1, 540, 660, "合唱（已申请）", pending=True), closed=shut), CONTEXT)
    text = printed(pdf)
    assert "所属的一楼大厅已被乐龄社预约" in text
    assert "合唱（已申请）" in text


def test_a_day_without_bookings_is_a_blank_grid_with_its_remarks() -> None:
    text = printed(timetable_slip(table(0, remarks=("当日无预约：音乐室",)), CONTEXT))
    assert "当日无预约：音乐室" in text
    assert "第1页共1页" in text


def test_nothing_leaves_the_paper_however_long() -> None:
    blocks = [block(n, 480 + 10 * n, 490 + 10 * n, LONG * 4) for n in range(7)]
    pdf = timetable_slip(table(7, *blocks, paper=Paper.A4_LANDSCAPE, most=7), CONTEXT)
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        text = page.get_textpage()
        for index in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(index)
            if right > left:
                assert left > 8
                assert right < page.get_width() - 8
                assert bottom > 8
                assert top < page.get_height() - 8
    document.close()


def test_a_character_no_font_has_is_refused_unless_allowed() -> None:
    with pytest.raises(Refusal, match="𮧵"):
        timetable_slip(table(1, block(0, 540, 600, "𮧵")), CONTEXT)
    assert "〓" in printed(timetable_slip(table(1, block(0, 540, 600, "𮧵")), replace(CONTEXT, allow_missing=True)))


def test_a_reprint_says_so() -> None:
    assert "第3次打印" in printed(timetable_slip(table(1), replace(CONTEXT, copy=3)))
