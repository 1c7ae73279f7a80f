"""Search keys in pinyin: domain.md B4 and trap 4 of section F."""

from __future__ import annotations

import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.models import division
from app.store.pinyin import CAP, keys, matches, place_names, surnames

DATA = Path(__file__).resolve().parent.parent / "data"
RARE_NAMES = (DATA / "rare_names.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("query", ["chang ning", "changning", "cn", "zeng", "ceng", "曾", "长宁 zeng", "Zeng CN"])
def test_trap_4_a_person_of_changning_is_found_by_every_reading(query):
    assert matches(query, "曾小明 长宁区")


@pytest.mark.parametrize("query", ["shan", "dan", "sxf", "dxf", "shanxiaofang"])
def test_a_surname_is_found_by_its_own_and_its_common_reading(query):
    assert matches(query, "单小芳")


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("单䎃", "shanran"), ("曾国强", "zengguoqiang"), ("区玉", "ouyu"), ("查良", "zhaliang"), ("仇英", "qiuying"),
        ("朴树", "piaoshu"), ("解缙", "xiejin"), ("华佗", "huatuo"), ("任静", "renjing"), ("盖叫天", "gejiaotian"),
        ("尉迟恭", "yuchigong"), ("万俟卨", "moqi"), ("逄军", "pangjun"), ("乐毅", "yueyi"), ("翟志", "zhaizhi"),
        ("缪斌", "miaobin"), ("冼星海", "xianxinghai"), ("令狐冲", "linghuchong"), ("澹台明", "tantaiming"), ("黑龙", "helong"),
        ("阚泽", "kanze"), ("员春", "yunchun"), ("折可", "sheke"), ("呼延灼", "huyanzhuo"), ("长孙明", "zhangsunming"),
    ],
)  # fmt: skip
def test_the_surname_reading_comes_first(name, first):
    assert keys(name).full.startswith(first)


def test_the_reading_of_a_surname_does_not_disturb_a_long_text():
    assert keys("解放新村居委会").full.startswith("jiefangxincun")
    assert "shanwei" not in keys("单位会员活动服务").full.split()[0]


@pytest.mark.parametrize(
    ("place", "spoken"),
    [
        ("长宁区", "changningqu"), ("重固镇", "chongguzhen"), ("枫泾镇", "fengjingzhen"), ("莘庄镇", "xinzhuangzhen"),
        ("七宝镇", "qibaozhen"), ("大场镇", "dachangzhen"), ("六灶", "liuzao"), ("南翔镇", "nanxiangzhen"), ("闵行区", "minhangqu"),
        ("殷行街道", "yinhangjiedao"), ("杨行镇", "yanghangzhen"), ("庙行镇", "miaohangzhen"), ("高行镇", "gaohangzhen"),
        ("徐行镇", "xuhangzhen"), ("庄行镇", "zhuanghangzhen"), ("长白新村街道", "changbaixincunjiedao"), ("长桥街道", "changqiaojiedao"),
        ("长风新村街道", "changfengxincunjiedao"), ("长海路街道", "changhailujiedao"), ("五角场街道", "wujiaochangjiedao"),
        ("朝阳农场", "chaoyangnongchang"), ("柘林镇", "zhelinzhen"), ("泖港镇", "maogangzhen"), ("吕巷镇", "lvxiangzhen"),
        ("莘松三村", "xinsongsancun"), ("曹杨新村街道", "caoyangxincunjiedao"),
    ],
)  # fmt: skip
def test_a_place_of_shanghai_is_read_as_people_say_it(place, spoken):
    assert keys(place).full.split()[0] == spoken


def test_no_street_of_shanghai_is_read_with_a_reading_that_is_always_wrong_here():
    for street in division.streets():
        usual = keys(street.name).full.split()[0]
        assert "zhang" not in usual or "张" in street.name
        assert "hang" in usual or "行" not in street.name
        assert "chonggu" in usual or "重固" not in street.name


def test_every_place_name_has_a_syllable_for_each_character():
    for name, syllables in place_names().items():
        assert len(name) == len(syllables)
        assert keys(name).full.split()[0] == "".join(syllables)


def test_every_surname_has_readings_for_each_character_and_they_come_first():
    assert len(surnames()) > 200
    for name, readings in surnames().items():
        assert len(name) == len(readings)
        combined = {"".join(choice) for choice in product(*readings)}
        assert combined <= set(keys(name).full.split()) or name in place_names()


@pytest.mark.parametrize("name", RARE_NAMES)
def test_a_rare_name_is_found_by_its_own_text_and_by_its_initials(name):
    from pypinyin import Style, pinyin

    assert matches(name, name)
    spoken = [pinyin(c, style=Style.NORMAL, heteronym=True, errors="ignore") for c in name if not c.isascii()]
    letters = [sorted({reading[0] for reading in character[0]}) for character in spoken if character]
    usual = "".join(character[0][0][0] for character in spoken if character)
    for initials in map("".join, product(*letters)) if len(letters) <= 4 else [usual]:
        assert initials in keys(name).initials


def test_a_name_with_separators_is_found_across_them():
    assert matches("ayigulimaimaiti", "阿依古丽·麦麦提·阿卜杜拉")
    assert matches("ayglmmt", "阿依古丽·麦麦提·阿卜杜拉")
    assert keys("尼玛‧次仁") == keys("尼玛·次仁")


@pytest.mark.parametrize("query", ["lv", "lu", "nve", "nue"])
def test_u_umlaut_is_typed_as_v_or_u(query):
    assert matches(query, "吕虐")


def test_latin_letters_and_digits_stay():
    assert keys("A1教室").full == "a1jiaoshi"
    assert keys("Ａ１教室").initials == "a1js"
    assert matches("neil mk", "O'Neil 马克")


def test_what_has_no_reading_is_left_out_silently():
    assert keys("") == keys("·—（）") == keys("\U0003134f") == ("", "")
    assert keys("王\U0003134f明").full.startswith("wangming")


def test_a_long_name_is_found_by_each_other_reading_of_one_character():
    name = "上海市长宁区华乐社区重阳节老年合唱服务中心"
    for query in (
        "changningqu",
        "zhangningqu",
        "huayueshe",
        "hualeshe",
        "chongyangjie",
        "zhongyangjie",
        "cnqhy",
        "cnqhl",
    ):
        assert matches(query, name), query


@given(st.text(st.sampled_from("长重行乐单曾区查会都大六朝阳和还中 a1·，张三吕"), max_size=40))
def test_alternatives_are_few_lower_case_without_tones(text):
    for side in keys(text):
        alternatives = side.split(" ") if side else []
        assert len(alternatives) <= CAP
        assert len(set(alternatives)) == len(alternatives)
        assert side.isascii()
        assert side == side.lower()


@given(st.text(st.sampled_from("长重行乐单曾区查会都大六朝阳和还中张三吕"), min_size=1, max_size=14), st.data())
def test_every_reading_of_every_character_is_found(text, data):
    from pypinyin import Style, pinyin

    at = data.draw(st.integers(0, len(text) - 1))
    for reading in pinyin(text[at], style=Style.NORMAL, heteronym=True)[0]:
        assert matches(reading, text)


@settings(max_examples=300)
@given(st.text(max_size=80))
def test_any_text_has_keys(text):
    keys(text)


def test_pypinyin_is_imported_only_when_a_key_is_made():
    code = "import sys, app.store.pinyin; assert not any(m.startswith('pypinyin') for m in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).resolve().parents[2])
