"""Amounts of money as a receipt writes them: in figures, and in the capital characters that nobody can alter.

The rules are those of annex 1 of 支付结算办法: 整 where no 分 follows, one 零 for a gap of any length, and a 零 before 角
where the yuan end in 0.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ((10**8, "亿"), (10**4, "万"))
_ZERO = "零"
_YUAN, _JIAO, _FEN, _WHOLE = "元", "角", "分", "整"
_CURRENCY, _MINUS = "人民币", "负"
_LARGEST = Decimal("9999999999999999.99")


def capitals(amount: Decimal) -> str:
    """``1204.5`` as 人民币壹仟贰佰零肆元伍角整; a negative amount begins with 人民币负.

    Raises ValueError for a fraction of a 分, for more than 16 places before the point, and for what is no number.
    """
    if not _is_money(amount):
        raise ValueError(f"not an amount of money: {amount}")
    yuan, cents = divmod(int(abs(amount) * 100), 100)
    dimes, rest = divmod(cents, 10)
    words = _integer(yuan) + _YUAN if yuan or not cents else ""
    if words and cents and (not dimes or yuan % 10 == 0):
        words += _ZERO
    if dimes:
        words += _DIGITS[dimes] + _JIAO
    words += _DIGITS[rest] + _FEN if rest else _WHOLE
    return _CURRENCY + (_MINUS if amount < 0 else "") + words


def _integer(number: int) -> str:
    """A whole number: 30,050,001 as 叁仟零伍万零壹."""
    for unit, word in _GROUPS:
        if number >= unit:
            above, below = divmod(number, unit)
            gap = _ZERO if 0 < below < unit // 10 else ""
            return _integer(above) + word + gap + (_integer(below) if below else "")
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            words += (_ZERO if gap and words else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return words or _DIGITS[0]


def figures(amount: Decimal) -> str:
    """``1204.5`` as ¥1,204.50."""
    return f"{'-' if amount < 0 else ''}¥{abs(amount):,.2f}"


def money(text: str) -> Decimal | None:
    """A stored amount; None where it is blank or no amount of money."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if _is_money(amount) else None


def _is_money(amount: Decimal) -> bool:
    return amount.is_finite() and abs(amount) <= _LARGEST and amount == amount.quantize(Decimal("0.01"))
