"""The check character that a slip's QR carries after its number, so that a misread scan is noticed.

ISO 7064 MOD 37,36 over the letters and digits; hyphens are for the eye and do not count.
"""

from __future__ import annotations

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def check_character(number: str) -> str:
    """The check character of a record's number, a digit or capital letter."""
    product = 36
    for character in number.upper():
        if character.isalnum():
            value = _ALPHABET.find(character)
            total = (product + (value if value >= 0 else ord(character) % 36)) % 36 or 36
            product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]


def with_check(number: str) -> str:
    """What the QR of a slip holds: the number and its check character."""
    return number + check_character(number)


def number_of(scanned: str) -> str | None:
    """The number in a scanned QR text, or None where the check character does not fit."""
    number, check = scanned.strip()[:-1], scanned.strip()[-1:]
    return number if number and check.upper() == check_character(number) else None
