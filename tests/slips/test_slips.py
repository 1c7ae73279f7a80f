"""The slips: what stands on them, how they run on, and what they refuse."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2
import pytest
import segno

from app.errors import Refusal
from app.slips.check import check_character, number_of, with_check
from app.slips.page import Form, Paper, print_form
from app.slips.registry import SLIPS, render, slips_of
from tests.slips.support import BOOKING, CONTEXT, RECORDS, SERVICE, pages, printed, solid, training

ABSENT = "𮧵"
NAMES = [slip.name for slip in SLIPS]
WRITTEN_OTHERWISE = {"before", "after", "due_on", "approved_on"}
"""Dates and minutes stand on the paper in words."""


@pytest.mark.parametrize("name", NAMES)
def test_every_printed_value_is_on_the_paper(name: str) -> None:
    text = printed(render(name, RECORDS[name], CONTEXT))
    unseen = {
        key: value
        for key, value in RECORDS[name].items()
        if isinstance(value, str) and "T" not in value and key not in WRITTEN_OTHERWISE
        if solid(value) not in text
    }
    assert unseen == {}
    assert solid(CONTEXT.center) in text
    assert "打印人：李小敏" in text
    assert "打印时间：2026-11-2014:05" in text


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_record_prints_a_blank_form(name: str) -> None:
    pages = 2 if name == "application" else 1
    assert f"第{pages}页共{pages}页" in printed(render(name, {}, CONTEXT))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_moment_gives_the_same_bytes(name: str) -> None:
    assert render(name, RECORDS[name], CONTEXT) == render(name, RECORDS[name], CONTEXT)


@pytest.mark.parametrize("name", NAMES)
def test_a_reprint_says_so_and_a_first_print_does_not(name: str) -> None:
    assert "次打印" not in printed(render(name, RECORDS[name], CONTEXT))
    assert "第2次打印" in printed(render(name, RECORDS[name], replace(CONTEXT, copy=2)))


@pytest.mark.parametrize("name", NAMES)
def test_the_pdf_has_a_title_and_its_own_fonts_only(name: str) -> None:
    pdf = render(name, RECORDS[name], CONTEXT)
    document = pypdfium2.PdfDocument(pdf)
    title = document.get_metadata_value("Title")
    document.close()
    label = next(slip.label for slip in SLIPS if slip.name == name)
    assert title == f"{label} {RECORDS[name].get('number', '')}".strip()
    assert b"Helvetica" not in pdf


def test_slips_are_found_by_the_kind_of_record() -> None:
    assert [slip.label for slip in slips_of("booking")] == ["场地预约单", "场地使用申请表", "押金收据"]
    assert slips_of("venue") == ()
    with pytest.raises(KeyError):
        render("nothing", {}, CONTEXT)


def test_markup_and_formulas_are_printed_as_typed() -> None:
    typed = '<b>粗体</b>&amp;<para>=cmd|"/C calc"!A1%s{n}\\n'
    text = printed(render("service_case", {**SERVICE, "request_text": typed, "client_name": typed}, CONTEXT))
    assert text.count(solid(typed)) == 4


def test_a_missing_character_is_refused_by_field_and_character() -> None:
    with pytest.raises(Refusal) as refused:
        render("booking", {**BOOKING, "contact_name": f"王{ABSENT}"}, CONTEXT)
    (fault,) = refused.value.faults
    assert fault.field == "contact_name"
    assert ABSENT in fault.error
    assert "U+2E9F5" in fault.error
    assert "负责人" in fault.error
    assert fault.mend


def test_a_missing_character_in_a_list_names_the_row() -> None:
    record = training(3)
    record["enrolments"][1]["name"] = ABSENT
    with pytest.raises(Refusal, match="第2行"):
        render("training", record, CONTEXT)


def test_a_missing_character_in_the_letterhead_is_refused_too() -> None:
    with pytest.raises(Refusal) as refused:
        render("booking", BOOKING, replace(CONTEXT, operator=ABSENT))
    assert [fault.field for fault in refused.value.faults] == ["operator"]


def test_fields_by_their_other_name_and_dates_in_words_are_checked_too() -> None:
    for field in ("purpose_kind", "remark", "start"):
        with pytest.raises(Refusal) as refused:
            render("booking", {**BOOKING, "category": "", field: ABSENT}, CONTEXT)
        assert [fault.field for fault in refused.value.faults] == [field]


def test_nothing_reaches_paper_unchecked() -> None:
    with pytest.raises(Refusal, match=ABSENT):
        print_form(Form(ABSENT, "", Paper.A4, ()), CONTEXT)


def test_a_value_that_is_not_printed_may_hold_anything() -> None:
    assert render("booking", {**BOOKING, "cancel_reason": ABSENT}, CONTEXT)


def test_a_missing_character_allowed_is_a_stand_in_not_a_box() -> None:
    pdf = render("booking", {**BOOKING, "contact_name": f"王{ABSENT}伟"}, replace(CONTEXT, allow_missing=True))
    assert "王〓伟" in printed(pdf)


def halves(pdf: bytes) -> tuple[str, str]:
    """The text of the upper and the lower slips of all sheets."""
    document = pypdfium2.PdfDocument(pdf)
    upper = lower = ""
    for page in document:
        text, middle = page.get_textpage(), page.get_height() / 2
        upper += text.get_text_bounded(bottom=middle + 5)
        lower += text.get_text_bounded(top=middle - 5)
    document.close()
    return solid(upper), solid(lower)


def test_a_two_up_slip_has_both_captions_a_cut_line_and_the_same_text_twice() -> None:
    pdf = render("booking", BOOKING, CONTEXT)
    assert len(pages(pdf)) == 1
    upper, lower = halves(pdf)
    assert "存根联" in upper
    assert "申请人联" in lower
    assert upper.replace("存根联", "") == lower.replace("申请人联", "")
    assert "裁切线" in printed(pdf)


def test_a_request_of_4000_characters_runs_on_and_is_complete() -> None:
    words = "".join(f"第{n}条：社会组织（含团队）应当依法《登记》。" for n in range(400))[:4000]
    pdf = render("service_case", {**SERVICE, "request_text": words}, CONTEXT)
    upper, lower = halves(pdf)
    assert len(pages(pdf)) > 1
    for half in (upper, lower):
        assert stretches(words, half) <= len(pages(pdf))
    assert "事项/问题（续）" in upper
    assert f"第{len(pages(pdf))}页共{len(pages(pdf))}页" in upper


def stretches(words: str, text: str) -> int:
    """In how many unbroken stretches ``words`` stands in ``text``, in order; a lost character makes it fail."""
    place = count = 0
    while words:
        length = next((n for n in range(len(words), 0, -1) if text.find(words[:n], place) >= 0), 0)
        assert length, f"lost: {words[:20]}"
        place = text.find(words[:length], place) + length
        words = words[length:]
        count += 1
    return count


@pytest.mark.parametrize("name", NAMES)
def test_very_long_values_in_every_field_stay_inside_the_paper(name: str) -> None:
    long = "上海市杨浦区银杏街道社区社会组织" * 8
    record = {
        key: long if isinstance(value, str) and key != "number" else value for key, value in RECORDS[name].items()
    }
    if name == "training":
        record["enrolments"] = [dict.fromkeys(("name", "unit", "duty", "phone", "note"), long)] * 30
    pdf = render(name, record, replace(CONTEXT, center=long, operator=long))
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
    assert printed(pdf).count("上海市杨浦区") >= 8 * len([v for v in record.values() if v == long])


def test_no_two_lines_of_a_form_overlap() -> None:
    long = "上海市杨浦区银杏街道社区社会组织" * 7
    pdf = render("booking", {**BOOKING, "client_name": long, "equipment": long, "note": long * 3}, CONTEXT)
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        text = page.get_textpage()
        boxes = [text.get_charbox(index) for index in range(text.count_chars())]
        boxes = sorted({box for box in boxes if box[2] - box[0] > 2 and box[3] - box[1] > 2})
        for number, (left, bottom, right, top) in enumerate(boxes):
            for other in boxes[number + 1 :]:
                across = min(right, other[2]) - max(left, other[0])
                up = min(top, other[3]) - max(bottom, other[1])
                assert across < 1.2 or up < 1.2
    document.close()


def test_sixty_people_make_three_sheets_with_subtotals() -> None:
    texts = [solid(text) for text in pages(render("training", training(60), CONTEXT))]
    assert len(texts) == 3
    assert ["本页小计：名单25人" in text for text in texts] == [True, True, False]
    assert "本页小计：名单10人" in texts[2]
    assert "合计：名单60人" in texts[2]
    assert "合计" not in texts[0]
    for number, text in enumerate(texts, start=1):
        assert f"第{number}页共3页" in text
        assert "上午签到" in text
        assert "社会组织财务规范实务培训" in text


@pytest.mark.parametrize(("people", "sheets"), [(0, 1), (1, 1), (25, 1), (26, 2), (50, 2)])
def test_a_sheet_holds_25_people(people: int, sheets: int) -> None:
    assert len(pages(render("training", training(people), CONTEXT))) == sheets


def test_long_names_push_people_on_and_the_subtotals_still_add_up() -> None:
    record = training(30)
    for entry in record["enrolments"][::3]:
        entry["unit"] = "上海市杨浦区银杏街道社区社会组织" * 8
    record["enrolments"][5]["note"] = "需要无障碍座位，" * 150
    texts = [solid(text) for text in pages(render("training", record, CONTEXT))]
    counts = [int(text.split("本页小计：名单")[1].split("人")[0]) for text in texts]
    assert sum(counts) == 30
    assert counts[-1] > 0, "a sheet of blank rows only is wasted paper"
    assert len(texts) > 2
    assert "".join(texts).count("需要无障碍座位") >= 100


def test_phones_are_masked_on_the_sign_in_sheet_unless_revealed() -> None:
    assert "138****5678" in printed(render("training", training(1), CONTEXT))
    assert "13800015678" not in printed(render("training", training(1), CONTEXT))
    assert "13800015678" in printed(render("training", training(1), replace(CONTEXT, reveal=True)))


def test_the_contact_phone_of_a_slip_is_printed_in_full() -> None:
    assert printed(render("booking", BOOKING, CONTEXT)).count("13800005678") == 2


def test_a_stored_rating_ticks_its_box() -> None:
    assert "■满意□一般" in printed(render("service_case", {**SERVICE, "rating": "4"}, CONTEXT))
    assert "■很满意□满意" in printed(render("service_case", {**SERVICE, "rating": "很满意"}, CONTEXT))
    assert "■" not in printed(render("service_case", SERVICE, CONTEXT))


def test_the_check_character_is_that_of_iso_7064() -> None:
    assert check_character("A12425GABC1234002") == "M"
    assert number_of(with_check("YY-310110016-2026-0137")) == "YY-310110016-2026-0137"
    assert number_of("YY-310110016-2026-0173" + check_character("YY-310110016-2026-0137")) is None


def test_the_squares_of_the_qr_are_those_of_number_and_check_character() -> None:
    number = BOOKING["number"]
    modules = [bytes(row) for row in segno.make(with_check(number), error="m", micro=False).matrix]
    document = pypdfium2.PdfDocument(print_form(Form("空表", number, Paper.A4, ()), CONTEXT))
    bitmap = document[0].render(scale=4, grayscale=True)
    pixels, stride = bytes(bitmap.buffer), bitmap.stride
    document.close()
    millimetre = 72 / 25.4 * 4
    left, top, unit = 17 * millimetre, 11 * millimetre, 17 * millimetre / len(modules)
    seen = [
        bytes(
            pixels[int(top + (down + 0.5) * unit) * stride + int(left + (across + 0.5) * unit)] < 128
            for across in range(len(modules))
        )
        for down in range(len(modules))
    ]
    assert seen == modules
