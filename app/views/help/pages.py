"""The help pages as text: the contents, what a page holds, and the search over them.

The pages are Markdown under ``resources/help``. ``contents.md`` lists them in groups; ``sounds.json`` holds how titles
and headings sound (kept by ``tests/tools/help_pages.py``), so that looking them up by pinyin costs nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app import text
from app.paths import resource

CONTENTS = "contents"
_LINK = re.compile(r"^- \[([^\]]+)\]\((\w+)\.md\)")
_HEADING = re.compile(r"^(#{1,2}) (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Group:
    """A group of the contents: pairs of (name of the page, its title)."""

    title: str
    pages: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Found:
    """A page that fits what was looked for, and the heading under which it does; "" for the page as a whole."""

    page: str
    title: str
    heading: str = ""

    @property
    def topic(self) -> str:
        """As :func:`parted` reads it."""
        return f"{self.page}#{self.heading}" if self.heading else self.page


def folder() -> Path:
    """Where pages and pictures lie."""
    return resource("help")


def parted(topic: str) -> tuple[str, str]:
    """A topic ``page`` or ``page#heading`` as (page, heading)."""
    page, _hash, heading = topic.partition("#")
    return page, heading


def read(page: str) -> str:
    """The Markdown of a page; the contents in the language in use. A page that is not there is the contents."""
    name = "contents.en" if page == CONTENTS and text.language() == "en" else page
    path = folder() / f"{name}.md"
    return path.read_text("utf-8") if path.is_file() else read(CONTENTS)


def contents() -> tuple[Group, ...]:
    """The groups and pages, in the order and language of the contents."""
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for line in read(CONTENTS).splitlines():
        if line.startswith("## "):
            groups.append((line[3:].strip(), []))
        elif groups and (link := _LINK.match(line)):
            groups[-1][1].append((link[2], link[1]))
    return tuple(Group(title, tuple(pages)) for title, pages in groups)


def headings(markdown: str) -> tuple[str, ...]:
    """The title of a page, then the headings of its parts."""
    return tuple(match[2].strip() for match in _HEADING.finditer(markdown))


@lru_cache(maxsize=1)
def sounds() -> Mapping[str, Sequence[str]]:
    """By title or heading: its pinyin in full, and its initials."""
    return json.loads((folder() / "sounds.json").read_text("utf-8"))


def search(words: str) -> list[Found]:
    """Where every word occurs: in a title or a heading (pinyin or its initials too), else in the text of a part.

    Titles come first, then headings, then the text; a part is listed once.
    """
    asked = words.lower().split()
    ranked: list[tuple[int, Found]] = []
    for group in contents() if asked else ():
        for page, title in group.pages:
            for number, (heading, body) in enumerate(_parts(read(page))):
                rank = _rank(asked, title if number == 0 else heading, f"{title} {heading} {body}".lower())
                if rank is not None:
                    ranked.append((rank + (number > 0), Found(page, title, heading if number else "")))
    return [found for _rank_, found in sorted(ranked, key=lambda one: one[0])]


def _rank(asked: Sequence[str], heading: str, everything: str) -> int | None:
    lowered, sound = heading.lower(), sounds().get(heading, ())
    if all(word in lowered or (word.isascii() and any(word in one for one in sound)) for word in asked):
        return 0
    return 2 if all(word in everything for word in asked) else None


def _parts(markdown: str) -> list[tuple[str, str]]:
    """(heading, text) of each part; what stands before the first heading of a part belongs to the page."""
    found = list(_HEADING.finditer(markdown))
    ends = [match.start() for match in found[1:]] + [len(markdown)]
    return [(match[2].strip(), markdown[match.end() : end]) for match, end in zip(found, ends, strict=True)]
