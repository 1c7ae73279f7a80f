"""Credit codes and resident ID numbers: domain.md B2, B3 and traps 1 and 2 of section F."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.models import formats
from app.models.formats import FormatFault
from tests.models.vectors import RESIDENT_IDS, TODAY, VALID_USCC, VECTORS, fault

# Unified social credit codes


@pytest.mark.parametrize("code", VALID_USCC)
def test_a_valid_credit_code_is_accepted_and_raises_no_doubt(code):
    assert formats.uscc(code) == code
    assert formats.uscc_warnings(code) == []


@pytest.mark.parametrize("code", VECTORS["uscc_invalid"])
def test_an_invalid_credit_code_is_refused(code):
    fault(formats.uscc, code)
    assert formats.uscc_type(code) is None


@pytest.mark.parametrize("code", VALID_USCC + VECTORS["uscc_invalid"])
def test_stdnum_agrees_about_every_code_of_the_vectors(code):
    from stdnum.cn import uscc as second_opinion

    try:
        ours = bool(formats.uscc(code))
    except FormatFault:
        ours = False
    assert ours == second_opinion.is_valid(code)


def test_trap_2_a_code_of_an_abolished_county_is_accepted_in_any_typing():
    for typed in (
        "52310230MJ5339125F",
        "52310230mj5339125f",
        "５２３１０２３０ＭＪ５３３９１２５Ｆ",
        " 5231 0230-MJ53-3912 5F　",
    ):
        assert formats.uscc(typed) == "52310230MJ5339125F"
    assert formats.uscc_warnings("52310230MJ5339125F") == []


def test_trap_2_a_letter_o_is_named_with_its_place_and_never_changed():
    found = fault(formats.uscc, "5231O230MJ5339125F")
    assert "第5位“O”" in found.error
    assert "第5位字母 O 可能应为数字 0" in found.mend
    found = fault(formats.uscc, "5231023OMJ533912IF")
    assert "第8位“O”" in found.error
    assert "第17位字母 I 可能应为数字 1" in found.mend


@pytest.mark.parametrize("letter", "IOSVZ")
def test_letters_the_standard_leaves_out_are_refused_by_name(letter):
    assert f"第10位“{letter}”" in fault(formats.uscc, f"52310230M{letter}5339125F").error


def test_the_right_check_character_is_told():
    assert "第18位校验码应为 F" in fault(formats.uscc, "52310230MJ5339125E").error


def test_the_length_is_told():
    assert "现为 17 位" in fault(formats.uscc, "52310230MJ5339125").error
    assert "现为 0 位" in fault(formats.uscc, "").error


@given(st.sampled_from(VALID_USCC), st.integers(0, 17), st.sampled_from(formats.USCC_ALPHABET))
def test_one_wrong_character_is_always_found(code, at, char):
    assume(code[at] != char)
    fault(formats.uscc, code[:at] + char + code[at + 1 :])


@given(st.sampled_from(VALID_USCC), st.integers(0, 16))
def test_two_neighbours_exchanged_are_always_found(code, at):
    assume(code[at] != code[at + 1])
    fault(formats.uscc, code[:at] + code[at + 1] + code[at] + code[at + 2 :])


def with_check(first17: str) -> str:
    """The code with the check character the refusal tells."""
    try:
        return formats.uscc(first17 + "0")
    except FormatFault as found:
        return first17 + found.error.split("应为 ")[1][0]


@given(st.text(st.sampled_from(formats.USCC_ALPHABET), min_size=17, max_size=17))
def test_the_check_character_told_makes_the_code_valid(first17):
    assert formats.uscc(with_check(first17))
    formats.uscc_warnings(with_check(first17))


def test_a_wrong_organisation_code_is_a_doubt_and_no_refusal():
    code = with_check("52310230MJ533912" + "6")
    assert formats.uscc_warnings(code) == ["第17位（组织机构代码校验）应为 5，现为 6"]


def test_an_odd_authority_category_or_area_is_a_doubt_and_no_refusal():
    assert any("第1位" in doubt for doubt in formats.uscc_warnings(with_check("B2310230MJ5339125")))
    assert any("第2位" in doubt for doubt in formats.uscc_warnings(with_check("54310230MJ5339125")))
    assert any("第3至8位" in doubt for doubt in formats.uscc_warnings(with_check("52990230MJ5339125")))


def test_a_rural_collective_is_accepted_though_stdnum_refuses_its_letter():
    from stdnum.cn import uscc as second_opinion

    code = with_check("N2310230MJ5339125")
    assert formats.uscc(code) == code
    assert not second_opinion.is_valid(code)


def test_the_type_follows_from_the_second_character_of_civil_affairs_only():
    assert formats.uscc_type("51310112MJ0342368A") == "social_group"
    assert formats.uscc_type("52310230mj5339125f") == "service_org"
    assert formats.uscc_type("53310101MJ00182690") == "foundation"
    assert formats.uscc_type(with_check("91310230MJ5339125")) is None
    assert formats.uscc_type("") is None


# Resident ID numbers


@pytest.mark.parametrize("vector", RESIDENT_IDS, ids=lambda vector: vector["id"])
def test_an_id_with_its_checksum_is_accepted_whatever_stdnum_says(vector):
    assert formats.resident_id(vector["id"], today=TODAY) == vector["id"]
    assert formats.resident_id_warnings(vector["id"]) == []


def test_trap_1_old_suburban_ids_are_accepted_and_a_future_birth_is_not():
    for good in ("310224195003150010", "31022419700315001X"):
        assert formats.resident_id(good, today=TODAY) == good
    assert "2030-01-01 晚于今天" in fault(formats.resident_id, "110101203001010022", today=TODAY).error


def test_an_id_is_accepted_on_the_day_of_birth_and_refused_the_day_before():
    assert formats.resident_id("110101203001010022", today=date(2030, 1, 1))
    fault(formats.resident_id, "110101203001010022", today=date(2029, 12, 31))


def test_lower_case_and_full_width_ids_are_normalised():
    for typed in ("31022419700315001x", "３１０２２４１９７００３１５００１Ｘ", "310224 19700315-001x "):
        assert formats.resident_id(typed, today=TODAY) == "31022419700315001X"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("310224195003150011", "第18位校验码应为 0，现为 1"), ("310224195002300010", "“19500230”不是真实的日期"),
        ("310224189912310010", "1899 早于 1900"), ("31022419500315001", "现为 17 位"), ("310224500315001", "15 位的旧"),
        ("31022419500315O010", "第15位“O”不是数字"), ("3102241950X3150010", "第11位“X”"), ("", "现为 0 位"),
        ("310224195000150010", "不是真实的日期"), ("310224000003150010", "不是真实的日期"),
    ],
)  # fmt: skip
def test_what_is_no_id_is_refused_with_the_reason(typed, said):
    assert said in fault(formats.resident_id, typed, today=TODAY).error


@given(
    st.dates(date(1900, 1, 1), TODAY), st.sampled_from(["310224", "810000", "931156", "000000"]), st.integers(0, 999)
)
def test_every_day_since_1900_round_trips(born, area, serial):
    from stdnum.iso7064 import mod_11_2

    body = f"{area}{born:%Y%m%d}{serial:03d}"
    code = formats.resident_id(body + mod_11_2.calc_check_digit(body), today=TODAY)
    assert formats.birth_date(code) == born
    assert formats.sex(code) == ("male" if serial % 2 else "female")
    assert bool(formats.resident_id_warnings(code)) == (area == "000000")


@given(st.sampled_from([v["id"] for v in RESIDENT_IDS]), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_digit_of_an_id_is_always_found(code, at, digit):
    assume(code[at] != digit)
    fault(formats.resident_id, code[:at] + digit + code[at + 1 :], today=TODAY + timedelta(days=365 * 900))
