"""Every character that the fonts have is printed and comes back; every other one is named."""

from __future__ import annotations

import pytest

from app.slips import fonts
from app.slips.grid import Cell, Row
from app.slips.lines import CANNOT_END, CANNOT_START, clean, wrap
from app.slips.page import Form, Paper, print_form
from tests.slips.support import CONTEXT, DATA, pdfium_pages, printed, solid

STANDARD = solid((DATA / "standard_characters_8105.txt").read_text("utf-8"))
RARE = (DATA / "rare_names.txt").read_text("utf-8").split("\n")
ONLY_SERIF = "䶶䶾鿰鿼"
ABSENT = "𮧵"


def sheet(text: str) -> bytes:
    return print_form(Form("字表", "", Paper.A4, (Row((Cell(text, 1, "text"),)),)), CONTEXT)


@pytest.fixture(scope="module")
def table() -> bytes:
    return sheet(STANDARD)


def test_all_8105_standard_characters_print_and_come_back(table: bytes) -> None:
    assert len(STANDARD) == 8105
    assert set(STANDARD) - set(printed(table)) == set()


def test_the_standard_characters_come_back_in_their_order(table: bytes) -> None:
    body = printed(table)
    assert STANDARD[:500] in body
    assert sum(character > "\uffff" for character in STANDARD) == 196


def test_a_second_reader_finds_the_characters_above_the_basic_plane(table: bytes) -> None:
    high = {character for character in STANDARD if character > "\uffff"}
    assert high - set("".join(pdfium_pages(table))) == set()


def test_the_40_rare_names_print_and_come_back() -> None:
    names = [name for name in RARE if name.strip()]
    assert len(names) == 40
    body = printed(sheet("\n".join(names)))
    assert [name for name in names if solid(name) not in body] == []


def test_a_character_of_the_second_font_is_printed_from_it() -> None:
    text = f"张{ONLY_SERIF}三"
    assert [name for name, _part in fonts.runs(text)] == [fonts.SANS, fonts.SERIF, fonts.SANS]
    assert solid(text) in printed(sheet(text))


def test_missing_characters_are_listed_once_in_order() -> None:
    assert fonts.missing_characters(f"甲{ABSENT}乙\U0002ffff{ABSENT}") == f"{ABSENT}\U0002ffff"
    assert fonts.missing_characters(STANDARD + "".join(RARE)) == ""


def test_spaces_and_invisible_characters_are_not_missing() -> None:
    assert fonts.missing_characters("甲 乙\u3000丙\n丁\r\n\t\u200b\ufeff\u00a0\ufe00\U000e0100\u2028") == ""


def test_compatibility_ideographs_keep_the_form_they_were_typed_in() -> None:
    assert clean("\uf9b2") == "\uf9b2"
    assert clean("e\u0301") == "é"


def test_the_map_to_unicode_writes_surrogate_pairs() -> None:
    content = fonts.unicode_map([0, ord("一"), 0x2CB78])
    assert "<01> <4E00>" in content
    assert "<02> <D872DF78>" in content


def test_fonts_are_embedded_and_nothing_else_is_used() -> None:
    pdf = sheet(f"甲{ONLY_SERIF}")
    assert b"NotoSansSC" in pdf
    assert b"NotoSerifSC" in pdf
    assert b"Helvetica" not in pdf


LONG = (
    "根据《社会团体登记管理条例》（国务院令第250号）和《民办非企业单位登记管理暂行条例》的规定，"
    "“成立社会组织”应当经其业务主管单位审查同意；并依照【本市】有关规定办理登记！是否需要「前置审批」？"
    "请见《关于加强本市社会组织服务中心建设的指导意见（试行）》：第一、二、三条……以及（附件：《申请表》）。"
) * 6


@pytest.mark.parametrize("width", range(60, 400, 7))
def test_no_line_starts_with_a_closing_mark_or_ends_with_an_opening_one(width: int) -> None:
    lines = wrap(LONG, width, 9)
    assert "".join(lines) == LONG
    assert [line for line in lines if line[0] in CANNOT_START] == []
    assert [line for line in lines if line[-1] in CANNOT_END] == []
    assert max(fonts.width(line, 9) for line in lines) <= width + 0.01


def test_the_forbidden_marks_include_those_that_reportlab_forgets() -> None:
    assert set("，：；？！”》。、）】」』’") <= CANNOT_START
    assert set("《（“‘【〔「『") <= CANNOT_END


def test_words_and_numbers_stay_whole_where_a_line_can_hold_them() -> None:
    lines = wrap("编号为YY-310110016-2026-0137的预约单和ABC organization的申请", 110, 9)
    assert any("YY-310110016-2026-0137" in line for line in lines)
    assert not any(line.endswith("organ") for line in lines)


def test_a_word_longer_than_the_line_is_broken_not_lost() -> None:
    word = "https://example.org/" + "a" * 200
    assert "".join(wrap(word, 80, 9)) == word


def test_marks_alone_still_end() -> None:
    assert "".join(wrap("，" * 50 + "《" * 50, 60, 9)) == "，" * 50 + "《" * 50
    assert wrap("很", 1, 9) == ("很",)
    assert wrap("", 50, 9) == ("",)
