"""Formats of typed values: domain.md B2, B3, B4, B12 and traps 1 to 3 of section F."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.models import formats
from app.models.formats import FormatFault
from tests.models.vectors import ANY_TEXT, RARE_NAMES, fault, to_full_width

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
