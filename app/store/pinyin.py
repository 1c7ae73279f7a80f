"""Search keys in pinyin: every reading of a character, surnames and place names first (domain.md B4, F trap 4).

Search is ``query in keys``: the alternatives stand side by side with a space between them, the most likely first.
A name of up to four syllables has every combination of readings; a longer text each other reading by itself and
in pairs of neighbours, and past eight syllables only the surroundings of what differs, so that its keys stay short.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, product
from math import prod
from typing import Final, NamedTuple

from app.paths import resource

CAP: Final = 32
"""Alternatives kept of one text."""
WHOLE: Final = 8
"""Texts up to this many syllables are repeated whole."""
AROUND: Final = 4
"""Syllables kept on either side of what differs in a longer text."""
NAME: Final = 4
"""A run of so few characters may be a personal name: its surname's reading comes first, all combinations are kept."""
_PIECES: Final = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")


class Keys(NamedTuple):
    """Alternatives in lower case without tones, separated by spaces: ``zengmin cengmin`` and ``zm cm``."""

    full: str
    initials: str


@lru_cache(maxsize=16384)
def _readings(char: str) -> tuple[str, ...]:
    """Readings of one character, most usual first, ü as v and then as u; empty where pypinyin has none."""
    from pypinyin import Style, pinyin

    spoken = pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore")
    return _typed(spoken[0]) if spoken else ()


def _typed(spoken: Sequence[str]) -> tuple[str, ...]:
    typed: list[str] = []
    for reading in spoken:
        plain = reading.replace("ê", "e").replace("ü", "v")
        if plain.isascii() and plain.isalpha():
            typed += [plain, plain.replace("v", "u")]
    return tuple(dict.fromkeys(typed))


@lru_cache(maxsize=1)
def surnames() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Readings of each character of the surnames whose reading is not the only one (``resources/codes/surnames.csv``)."""
    with resource("codes", "surnames.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["surname"]: tuple(tuple(syllable.split("/")) for syllable in row["pinyin"].split())
            for row in csv.DictReader(file)
        }


@lru_cache(maxsize=1)
def place_names() -> Mapping[str, tuple[str, ...]]:
    """Syllables of Shanghai place names that would be read otherwise (``resources/codes/place_names.csv``)."""
    with resource("codes", "place_names.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: tuple(row["pinyin"].split()) for row in csv.DictReader(file)}


@lru_cache(maxsize=1)
def _places() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, place_names()), key=len, reverse=True)))


def keys(text: str) -> Keys:
    """The search keys of ``text``; empty where nothing in it has a reading.

    Latin letters and digits stay as they are in both; what has no reading (signs, characters beyond pypinyin) is
    left out. At most :data:`CAP` alternatives each: every combination of a short text, else first each other
    reading of each character alone, then of two neighbours.
    """
    syllables: list[tuple[str, ...]] = []
    letters: list[tuple[str, ...]] = []
    for piece in _PIECES.findall(_plain(text)):
        if piece.isascii():
            syllables.append((piece,))
            letters.append((piece,))
        else:
            spoken = _run(piece)
            syllables += spoken
            letters += [tuple(dict.fromkeys(reading[0] for reading in readings)) for readings in spoken]
    return Keys(_alternatives(syllables), _alternatives(letters))


def matches(query: str, text: str) -> bool:
    """Whether every word of ``query`` is in ``text`` or in its keys, as the search of the lists does it."""
    full, initials = keys(text)
    lowered = text.lower()
    return all(
        word in lowered or (word.isascii() and (word in full or word in initials)) for word in query.lower().split()
    )


def _plain(text: str) -> str:
    """Lower case, full width and compatibility forms resolved, accents dropped."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text).lower()
    return "".join(char for char in apart if not unicodedata.combining(char))


def _run(piece: str) -> list[tuple[str, ...]]:
    """The readings of each character of an unbroken run of Chinese, the likeliest first."""
    from pypinyin import lazy_pinyin

    han = "".join(char for char in piece if _readings(char))
    spoken = [_readings(char) for char in han]
    if len(han) > 1:
        usual = lazy_pinyin(han)
        if len(usual) == len(han):
            spoken = [_first(_typed([word]), others) for word, others in zip(usual, spoken, strict=True)]
    known = surnames()
    for length in (3, 2, 1):
        if han[:length] in known and len(han) >= length:
            for at, surname in enumerate(known[han[:length]]):
                ahead = _typed(surname)
                spoken[at] = _first(ahead, spoken[at]) if len(han) <= NAME else _first(spoken[at], ahead)
            break
    for place in _places().finditer(han):
        for at, syllable in enumerate(place_names()[place[0]], place.start()):
            spoken[at] = _first(_typed([syllable]), spoken[at])
    return spoken


def _first(ahead: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ahead + others))


def _alternatives(options: Sequence[tuple[str, ...]]) -> str:
    usual = "".join(readings[0] for readings in options)
    found = {usual: None}
    whole = len(options) <= WHOLE
    for changed in _changes(options):
        low = 0 if whole else max(min(changed) - AROUND, 0)
        high = len(options) if whole else max(changed) + AROUND + 1
        found["".join(r[changed.get(at, 0)] for at, r in enumerate(options[low:high], low))] = None
        if len(found) >= CAP:
            break
    return " ".join(found)


def _changes(options: Sequence[tuple[str, ...]]) -> Iterator[dict[int, int]]:
    """What to read otherwise than usual, the likeliest first: the place of a character to the rank of its reading."""
    doubtful = [(at, len(readings)) for at, readings in enumerate(options) if len(readings) > 1]
    if len(options) <= NAME and prod(count for _at, count in doubtful) <= 8 * CAP:
        ranks = [choice for choice in product(*(range(count) for _at, count in doubtful)) if any(choice)]
        for choice in sorted(ranks, key=lambda choice: (len(choice) - choice.count(0), sum(choice))):
            yield {at: rank for (at, _count), rank in zip(doubtful, choice, strict=True) if rank}
        return
    for rank in range(1, max((count for _at, count in doubtful), default=1)):
        yield from ({at: rank} for at, count in doubtful if rank < count)
    for (one, _n), (two, _m) in combinations(doubtful, 2):
        if two - one <= AROUND:
            yield {one: 1, two: 1}
