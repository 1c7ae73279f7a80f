"""The shipped fonts: loading them once, choosing one for each character, and naming what none of them has."""

from __future__ import annotations

from threading import Lock
from types import MappingProxyType
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

from app.errors import EnvironmentFault
from app.paths import resource
from app.text import _

SANS = "NotoSansSC"
SERIF = "NotoSerifSC"
FILES = MappingProxyType({SANS: "NotoSansSC-Regular.ttf", SERIF: "NotoSerifSC-Regular.ttf"})
"""Fallback order: a character is drawn by the first font that has it."""

STAND_IN = "〓"
"""What printers in China set where a sort is lacking."""

_REGISTERING = Lock()


class SlipFont(TTFont):
    """A TrueType font whose text can be copied and searched above U+FFFF as well.

    ReportLab writes such characters into the ToUnicode map as one five-digit number; the map wants UTF-16.
    """

    def addObjects(self, doc: Any) -> None:
        subsets = [list(subset) for subset in self.state[doc].subsets]
        super().addObjects(doc)
        for number, subset in enumerate(subsets):
            stream = self._map_stream(doc, number)
            if stream is not None:
                stream.content = unicode_map(subset)

    def _map_stream(self, doc: Any, number: int) -> Any:
        """The ToUnicode stream that the base class has just made for one subset."""
        name = b"".join((SUBSETN(number), b"+", self.face.name, self.face.subfontNameX)).decode("pdfdoc")
        return doc.idToObject.get(f"toUnicodeCMap:{name}")


def unicode_map(subset: list[int]) -> str:
    """The ToUnicode map of one subset: code in the PDF to UTF-16, in blocks of at most 100 as the format asks."""
    pairs = [
        f"<{code:02X}> <{chr(point).encode('utf-16-be').hex().upper()}>" for code, point in enumerate(subset) if point
    ]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]
    for start in range(0, len(pairs), 100):
        block = pairs[start : start + 100]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)


def font(name: str) -> Any:
    """One shipped font, loaded at its first use (about 0.1 s each) and kept in ReportLab's own registry."""
    with _REGISTERING:
        if name not in pdfmetrics.getRegisteredFontNames():
            path = resource("fonts", FILES[name])
            if not path.is_file():
                raise EnvironmentFault(_("缺少打印字体文件：{path}", path=path), _("请重新安装本程序。"))
            pdfmetrics.registerFont(SlipFont(name, str(path), asciiReadable=False))
    return pdfmetrics.getFont(name)


def register() -> None:
    """Load every shipped font now, for example in the background before the first slip is asked for."""
    for name in FILES:
        font(name)


def font_of(character: str) -> str | None:
    """The first shipped font that has ``character``; later fonts are not even loaded while an earlier one will do."""
    code = ord(character)
    for name in FILES:
        if font(name).face.charToGlyph.get(code):
            return name
    return None


def missing_characters(text: str) -> str:
    """The characters of ``text`` that no shipped font can draw, each once, in order."""
    from app.slips.lines import clean

    glyphs = font(SANS).face.charToGlyph
    suspects = (character for character in dict.fromkeys(clean(text)) if not glyphs.get(ord(character)))
    return "".join(character for character in suspects if character != "\n" and font_of(character) is None)


def runs(text: str) -> list[tuple[str, str]]:
    """``text`` cut into stretches of one font; a character that no font has becomes 〓."""
    glyphs = font(SANS).face.charToGlyph
    if all(glyphs.get(ord(character)) for character in text):
        return [(SANS, text)] if text else []
    pieces: list[tuple[str, str]] = []
    for character in text:
        name = font_of(character)
        if name is None:
            name, character = SANS, STAND_IN
        if pieces and pieces[-1][0] == name:
            pieces[-1] = (name, pieces[-1][1] + character)
        else:
            pieces.append((name, character))
    return pieces


def advances(text: str) -> list[float]:
    """The width of every character of ``text`` in thousandths of the type size."""
    face = font(SANS).face
    glyphs, widths = face.charToGlyph, face.charWidths
    result: list[float] = []
    for character in text:
        code = ord(character)
        if glyphs.get(code):
            result.append(widths[code])
        else:
            name = font_of(character)
            result.append(font(name).face.charWidths[code] if name else widths[ord(STAND_IN)])
    return result


def width(text: str, size: float) -> float:
    """The printed width of ``text`` in points."""
    return sum(advances(text)) * size / 1000
