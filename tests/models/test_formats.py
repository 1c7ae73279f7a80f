"""Formats of typed values: domain.md B2, B3, B4, B12 and traps 1 to 3 of section F."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.models import formats
from app.models.formats import FormatFault

DATA = Path(__file__).resolve().parent.parent / "data"
VECTORS = json.loads((DATA / "code_vectors.json").read_text(encoding="utf-8"))
VALID_USCC = VECTORS["uscc_real_valid"] + VECTORS["uscc_synthetic_valid"]
RESIDENT_IDS = VECTORS["ric_synthetic_checksum_ok"]
RARE_NAMES = (DATA / "rare_names.txt").read_text(encoding="utf-8").splitlines()
TODAY = date(2026, 11, 24)
ANY_TEXT = st.text(
    st.characters(codec="utf-8") | st.sampled_from(" \t\r\n　•・．·\u200b\u202e\0\x85\ufffe-－转"), max_size=30
)


def fault(check, *args, **kwargs) -> FormatFault:
    with pytest.raises(FormatFault) as caught:
        check(*args, **kwargs)
    assert caught.value.error
    assert caught.value.mend
    return caught.value


def to_full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


# Text


def test_text_stays_as_typed_but_for_the_outer_blanks():
    assert formats.clean_text(" 　cafe\u0301 ﬁ ＡＢ\u00a0 ") == "cafe\u0301 ﬁ ＡＢ"


def test_a_tab_in_one_line_becomes_a_space_and_stays_in_a_note():
    assert formats.clean_text("一\t二") == "一 二"
    assert formats.clean_text("一\t二", multiline=True) == "一\t二"


def test_line_breaks_of_every_kind_become_line_feeds_in_a_note():
    assert formats.clean_text("一\r\n二\r三\n四\u2028五\n", multiline=True) == "一\n二\n三\n四\n五"


def test_an_inner_line_break_is_refused_in_one_line_with_its_place():
    assert "第 4 个字符" in fault(formats.clean_text, " 一二\n三").error
    assert formats.clean_text("一二\r\n") == "一二"


@pytest.mark.parametrize(
    ("char", "code"),
    [
        ("\0", "U+0000"), ("\x0b", "U+000B"), ("\x1f", "U+001F"), ("\x7f", "U+007F"), ("\x85", "U+0085"),
        ("\ud800", "U+D800"), ("\udfff", "U+DFFF"), ("\ufffe", "U+FFFE"), ("\uffff", "U+FFFF"),
        ("\ufdd0", "U+FDD0"), ("\U0002ffff", "U+2FFFF"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("multiline", [False, True])
def test_a_character_that_cannot_be_kept_is_named_with_its_place(char, code, multiline):
    for text, at in ((f" 甲{char}", 3), (f"{char}甲", 1), (f"甲{char} ", 2)):
        found = fault(formats.clean_text, text, multiline=multiline)
        assert code in found.error
        assert f"第 {at} 个" in found.error


def test_a_fault_is_a_value_error_whose_text_is_the_error():
    found = fault(formats.clean_text, "\0")
    assert isinstance(found, ValueError)
    assert str(found) == found.error


@given(ANY_TEXT, st.booleans())
def test_cleaning_twice_changes_nothing_more(text, multiline):
    try:
        once = formats.clean_text(text, multiline=multiline)
    except FormatFault:
        return
    assert formats.clean_text(once, multiline=multiline) == once
    once.encode()
    assert "\r" not in once
    assert multiline or not set(once) & set("\t\n")


# Names


@pytest.mark.parametrize("dot", "•・‧．·")
def test_every_separator_of_a_personal_name_becomes_the_middle_dot(dot):
    assert formats.person_name(f"叶尔江{dot}别克") == "叶尔江·别克"
    assert formats.person_name(f"叶尔江 {dot} 别克") == "叶尔江·别克"


def test_a_long_name_of_a_minority_is_kept_whole():
    name = "阿依古丽·麦麦提·阿卜杜拉" * 8
    assert formats.person_name(name) == name


@pytest.mark.parametrize("name", RARE_NAMES)
def test_a_rare_name_is_accepted_and_only_its_separator_changes(name):
    assert formats.person_name(name) == name.replace("‧", "·")


def test_blanks_in_a_name_become_one_plain_space():
    assert formats.person_name("　O'Neil 　 马克\u00a0") == "O'Neil 马克"


@pytest.mark.parametrize("check", [formats.person_name, formats.organization_name])
@pytest.mark.parametrize(
    "char", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\u200c\u200d\u2060\ufeff"
)
def test_an_invisible_character_in_a_name_is_refused_with_its_place(check, char):
    found = fault(check, f" 张{char}三")
    assert f"U+{ord(char):04X}" in found.error
    assert "第 3 个" in found.error


@pytest.mark.parametrize("check", [formats.person_name, formats.organization_name])
def test_a_name_of_blanks_alone_is_refused(check):
    assert "没有填写" in fault(check, "\u00a0　").error


def test_an_organization_keeps_the_dot_of_a_brand_and_its_brackets():
    assert formats.organization_name("上海杨浦A•B公益（社区）服务社") == "上海杨浦A•B公益（社区）服务社"
    assert formats.organization_name("上海阿凡提・乐龄服务社") == "上海阿凡提·乐龄服务社"
    assert formats.organization_name("𠮷•𬱖社") == "𠮷·𬱖社"


@given(ANY_TEXT)
def test_a_normalised_name_stays_as_it_is(text):
    for check in (formats.person_name, formats.organization_name):
        try:
            once = check(text)
        except FormatFault:
            continue
        assert check(once) == once
        assert once == once.strip() != ""


# Phones


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13812345678", "13812345678"), ("１３８ 1234-5678", "13812345678"), ("+86 138 1234 5678", "13812345678"),
        ("8613812345678", "13812345678"), ("008613812345678", "13812345678"), ("19912345678", "19912345678"),
        ("65981234", "65981234"), ("6598-1234", "65981234"), ("６５９８　１２３４", "65981234"),
        ("021-12345678", "021-12345678"), ("02165981234", "021-65981234"), ("（021）65981234", "021-65981234"),
        ("021—65981234", "021-65981234"), ("021-65981234-123", "021-65981234-123"), ("65981234转123", "65981234-123"),
        ("65981234 分机 8", "65981234-8"), ("010-65981234", "010-65981234"), ("0571-87654321", "0571-87654321"),
        ("0512 6598123", "0512-6598123"), ("+86-21-65981234", None), ("400-820-8820", "4008208820"),
        ("800 820 8820", "8008208820"), ("12345", "12345"), ("962200", "962200"), ("110", "110"), ("95588", "95588"),
    ],
)  # fmt: skip
def test_a_phone_is_kept_in_one_form(typed, kept):
    if kept is None:
        fault(formats.phone, typed)
        return
    assert formats.phone(typed) == kept
    assert formats.phone(kept) == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1381234567", "手机号应为 11 位，现为 10 位"), ("138123456789", "手机号应为 11 位，现为 12 位"),
        ("12812345678", "手机号第 2 位应为 3 到 9"), ("13812345", "手机号应为 11 位，现为 8 位"),
        ("021-6598123", "应为 8 位，现为 7 位"), ("13812345678/13912345678", "“/”（第 12 位）"), ("6598l234", "“l”"),
        ("张三 65981234", "“张”（第 1 位）"), ("659812", "不像电话号码"), ("", "不像电话号码"), ("٦٥٩٨١٢٣٤", "“٦”"),
        ("65981234-1234567", "不像电话号码"), ("65981234转", "不像电话号码"),
    ],
)  # fmt: skip
def test_what_is_no_phone_is_refused_with_the_reason(typed, said):
    assert said in fault(formats.phone, typed).error


@given(
    st.from_regex(
        r"1[3-9][0-9]{9}|[2-9][0-9]{7}|021-[2-9][0-9]{7}(-[0-9]{1,6})?|0[3-9][0-9]{2}-[2-9][0-9]{6,7}", fullmatch=True
    )
)
def test_a_number_in_its_form_survives_full_width_typing(number):
    assert formats.phone(number) == number
    assert formats.phone(to_full_width(number)) == number


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


# Postcode and mail


def test_a_postcode_has_six_digits():
    assert formats.postcode(" ２００４３３ ") == "200433"
    for wrong in ("20043", "2004333", "20043a", "", "２００４３３年"):
        fault(formats.postcode, wrong)


def test_a_mail_address_is_one_in_ascii():
    assert formats.email(" fuwu.zx＠yp.example.cn ") == "fuwu.zx@yp.example.cn"
    for wrong in (
        "fuwu",
        "a@b",
        "a@b@c.cn",
        "a b@c.cn",
        "a@c.cn;b@c.cn",
        "王@例子.cn",
        "a..b@c.cn",
        ".a@c.cn",
        "a@-c.cn",
        "",
    ):
        fault(formats.email, wrong)


# Masks


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("13812345678", "138****5678"), ("63123485", "63****85"), ("021-63123485", "021-63****85"),
        ("021-63123485-801", "021-63****85"), ("0512-6312385", "0512-63****85"), ("12345", "****"), ("", ""),
        ("原来的电话", "****"),
    ],
)  # fmt: skip
def test_a_phone_is_masked(value, shown):
    assert formats.mask_phone(value) == shown


def test_an_id_is_masked_but_for_three_and_four_places():
    assert formats.mask_id("31022419700315123X") == "310***********123X"
    assert formats.mask_id("E12345678") == "****"
    assert formats.mask_id("") == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("张三", "张*"), ("张三丰", "张*"), ("欧阳娜娜", "欧阳*"), ("欧阳", "欧*"), ("尉迟国𬘓", "尉迟*"), ("𬱖娜", "𬱖*"),
        ("阿依古丽·麦麦提", "阿*"), ("O'Neil 马克", "O*"), ("张", "*"), ("", ""),
    ],
)  # fmt: skip
def test_a_name_is_masked_after_the_surname(value, shown):
    assert formats.mask_name(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("殷行路85弄53号301室", "殷行路85弄****"), ("上海市杨浦区翔殷路699号", "上海市杨浦区翔殷路****"),
        ("世纪大道100号", "世纪大道****"), ("石皮弄12号", "石皮弄****"), ("五角场街道", "****"), ("幸福小区3号楼201室", "****"),
        ("幸福小区3号楼201室近南京路", "****"), ("殷行路85弄", "殷行路85弄****"), ("", ""),
    ],
)  # fmt: skip
def test_an_address_is_shown_up_to_the_road_or_lane(value, shown):
    assert formats.mask_address(value) == shown
    assert formats.mask_address(shown) == shown


def test_any_other_text_is_hidden_with_its_length():
    assert formats.mask_text("低保") == formats.mask_text("x") == "****"
    assert formats.mask_text("") == ""


@given(st.text(min_size=1, max_size=60))
def test_no_mask_ever_shows_the_whole_value(value):
    assume("*" not in value)
    for mask in (formats.mask_phone, formats.mask_id, formats.mask_name, formats.mask_address, formats.mask_text):
        assert "*" in mask(value)
        assert value not in mask(value) or mask is formats.mask_address
