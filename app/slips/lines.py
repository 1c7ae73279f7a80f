"""Breaking text into lines as Chinese printing asks: no line starts with ， or ends with 《."""

from __future__ import annotations

import re
import unicodedata

from app.slips.fonts import advances

CANNOT_START = frozenset(
    "，。、；：？！）》〉」』】〕〗〙〛｝］”’…—～·‧•・％‰℃°′″"
    "﹐﹑﹒﹔﹕﹖﹗﹚﹜﹞々ー〜ヽヾゝゞ､｡｣〞〟"
    ",.;:?!)]}%>．，／/-"
)
CANNOT_END = frozenset("（《〈「『【〔〖〘〚｛［“‘〝﹙﹛﹝￥＄￡＃＠｢([{<$£#@")

_ZERO_WIDTH = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
_CONTROL = re.compile("[\x00-\x09\x0e-\x1f\x7f-\x9f]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\u2028\u2029]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f]")
_ACCENTED = re.compile("[A-Za-z][\u0300-\u036f]+")
_JOINED = 0x250
"""Characters below this code make words that stay in one piece: Latin letters, digits and their signs."""


def clean(text: str) -> str:
    """What of ``text`` leaves a mark on paper: as typed, without zero-width and control characters.

    Not normalised: NFC would turn compatibility ideographs, which occur in names, into other characters.
    """
    text = _BREAKS.sub("\n", text)
    text = _ZERO_WIDTH.sub("", text)
    text = _CONTROL.sub(" ", text)
    text = _SPACES.sub(" ", text)
    return _ACCENTED.sub(lambda found: unicodedata.normalize("NFC", found.group()), text)


def wrap(text: str, width: float, size: float) -> tuple[str, ...]:
    """``text`` as lines no wider than ``width`` points at type ``size``; nothing is lost but spaces at line ends."""
    limit = width * 1000 / size
    lines: list[str] = []
    for paragraph in clean(text).split("\n"):
        lines += _wrap_paragraph(paragraph.rstrip(" "), limit)
    return tuple(lines)


def _wrap_paragraph(text: str, limit: float) -> list[str]:
    widths = advances(text)
    lines: list[str] = []
    start = 0
    while start < len(text):
        stop = _break_point(text, start, _reach(text, widths, start, limit))
        lines.append(text[start:stop].rstrip(" "))
        start = stop
        while start < len(text) and text[start] == " ":
            start += 1
    return lines or [""]


def _reach(text: str, widths: list[float], start: int, limit: float) -> int:
    """Where a line from ``start`` is full; it holds at least one character, and spaces may hang over the edge."""
    total = 0.0
    for index in range(start, len(text)):
        total += widths[index]
        if total > limit + 0.01 and index > start and text[index] != " ":
            return index
    return len(text)


def _break_point(text: str, start: int, full: int) -> int:
    """The last good place to break at or before ``full``; a broken word is better than a bad line start."""
    if full >= len(text):
        return full
    for allowed in (_between_words, _punctuation_allows):
        for index in range(full, start, -1):
            if allowed(text, start, index):
                return index
    return full


def _punctuation_allows(text: str, start: int, index: int) -> bool:
    last = index - 1
    while last > start and text[last] == " ":
        last -= 1
    return text[index] not in CANNOT_START and text[last] not in CANNOT_END


def _between_words(text: str, start: int, index: int) -> bool:
    if text[index] == " " or not _punctuation_allows(text, start, index):
        return False
    return not (text[index - 1] != " " and ord(text[index - 1]) < _JOINED and ord(text[index]) < _JOINED)
