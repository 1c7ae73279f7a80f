"""Amounts in capital characters, after the examples of 支付结算办法, annex 1."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.slips.amounts import capitals, figures, money


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.5", "伍角整"),
        ("1", "壹元整"),
        ("10", "壹拾元整"),
        ("100", "壹佰元整"),
        ("101", "壹佰零壹元整"),
        ("200.00", "贰佰元整"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("100000", "壹拾万元整"),
        ("1000001", "壹佰万零壹元整"),
        ("1000501", "壹佰万零伍佰零壹元整"),
        ("10010001", "壹仟零壹万零壹元整"),
        ("30050001", "叁仟零伍万零壹元整"),
        ("100000000", "壹亿元整"),
        ("100000001", "壹亿零壹元整"),
        ("100010000", "壹亿零壹万元整"),
        ("123456789.01", "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元零壹分"),
        ("1000000000000", "壹万亿元整"),
        ("1000000050000", "壹万亿零伍万元整"),
        ("345600000000", "叁仟肆佰伍拾陆亿元整"),
        ("-200", "负贰佰元整"),
    ],
)
def test_amounts_are_written_in_capital_characters(amount: str, words: str) -> None:
    assert capitals(Decimal(amount)) == "人民币" + words


def test_no_amount_up_to_a_million_has_two_zeros_together_or_a_zero_at_its_end() -> None:
    for number in range(1, 1_000_000, 7):
        words = capitals(Decimal(number)).removeprefix("人民币").removesuffix("元整")
        assert "零零" not in words
        assert not words.endswith("零")
        assert "零万" not in words
        assert value_of(words) == number


def value_of(words: str) -> int:
    """The number that capital characters stand for, read the other way round."""
    total = group = digit = 0
    for character in words:
        if character in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(character)
        elif character == "万":
            total, group, digit = total + (group + digit) * 10_000, 0, 0
        else:
            group, digit = group + digit * {"拾": 10, "佰": 100, "仟": 1000}[character], 0
    return total + group + digit


@pytest.mark.parametrize("amount", ["0.001", "NaN", "Infinity", "10000000000000000"])
def test_what_is_no_amount_of_money_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        capitals(Decimal(amount))


def test_figures_have_two_places_and_commas() -> None:
    assert figures(Decimal("1204.5")) == "¥1,204.50"
    assert figures(Decimal("-20")) == "-¥20.00"
    assert money("20") == 20
    assert money("") is None
    assert money("面议") is None
