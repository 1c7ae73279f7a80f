"""The container of an .xlsx file: a ZIP of XML parts, measured as it is inflated and looked at before anything reads it.

What is handed on is a new container of nothing but the parts that were looked at, so whatever reads them sees the same
bytes: no second entry of one name, no size that was declared otherwise, no macro, no entity, no external part.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from app.errors import Refusal
from app.text import _

MAX_FILE: Final = 64 * 1024 * 1024
"""Bytes of a file on disk."""
MAX_INFLATED: Final = 256 * 1024 * 1024
"""Bytes of all parts together once inflated, as measured."""
MAX_PARTS: Final = 2000
MAX_ROWS: Final = 100_000
"""Rows of records in one file."""
MAX_COLUMNS: Final = 512
MAX_CELLS: Final = 5_000_000
"""Rows times columns that are held in memory."""
HEADROOM: Final = 30
"""Rows above the records: titles and headings."""

_WORKBOOK, _CONTENT, _RELATIONS = "xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
_EMPTY = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
"""Stands for a sheet that is not read."""
_ROOT = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>"
)
_KEPT = ("xl/styles.xml", "xl/sharedStrings.xml", _CONTENT, _WORKBOOK, _RELATIONS)


Place = tuple[int, int]
"""Row and column, from 0."""


@dataclass(frozen=True)
class Scan:
    """What a sheet's XML says beside its values: the cells with a formula, and those with an error value."""

    formulas: frozenset[Place] = frozenset()
    errors: frozenset[Place] = frozenset()


def refuse(error: str, mend: str) -> Refusal:
    """The refusal of a whole file."""
    return Refusal.of("file", error, mend)


def save_as() -> str:
    """The mend of a file that is not a plain workbook."""
    return _("请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再导入")


def damaged(why: str) -> Refusal:
    """The refusal of a file that cannot be read as it should be."""
    return refuse(_("文件已损坏或写法不合规（{why}）", why=why), save_as())


class Container:
    """The parts of an .xlsx file, inflated on demand and measured together."""

    def __init__(self, raw: bytes) -> None:
        self.raw, self.spent = raw, 0
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                listed = archive.infolist()
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, OSError) as error:
            raise damaged(_("打不开压缩包")) from error
        self.entries: dict[str, zipfile.ZipInfo] = {}
        if len(listed) > MAX_PARTS:
            raise refuse(_("文件里有 {n} 个部件，不像普通的表格", n=len(listed)), save_as())
        for entry in listed:
            name = posixpath.normpath(entry.filename.replace("\\", "/")).lstrip("/")
            if name.lower() in (one.lower() for one in self.entries):
                raise damaged(_("部件 {name} 出现了两次", name=name[:60]))
            self.entries[name] = entry
        self._refuse_others()
        declared = sum(entry.file_size for entry in listed)
        if declared > 8 * MAX_INFLATED:
            raise _bomb()

    def _refuse_others(self) -> None:
        names = {name.lower() for name in self.entries}
        if any(entry.flag_bits & 1 for entry in self.entries.values()):
            raise refuse(_("文件加了密码"), _("请先取消密码，再导入"))
        if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
            raise refuse(_("文件里有宏"), save_as())
        if "xl/workbook.bin" in names:
            raise refuse(_("这是二进制工作簿（.xlsb）"), save_as())
        if _WORKBOOK not in self.entries or _CONTENT not in self.entries:
            raise refuse(_("这不是 Excel 工作簿（.xlsx）"), save_as())

    def part(self, name: str) -> bytes:
        """The real bytes of a part, however many were declared; raises :class:`Refusal` past the limit."""
        entry = self.entries.get(name)
        if entry is None:
            raise damaged(_("缺少部件 {name}", name=name[:60]))
        head = self.raw[entry.header_offset : entry.header_offset + 30]
        if len(head) < 30 or head[:4] != b"PK\x03\x04":
            raise damaged(_("部件 {name} 找不到", name=name[:60]))
        start = entry.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        packed = self.raw[start : start + entry.compress_size]
        left = MAX_INFLATED - self.spent
        if entry.compress_type == zipfile.ZIP_STORED:
            data = packed
        elif entry.compress_type == zipfile.ZIP_DEFLATED:
            try:
                data = zlib.decompressobj(-15).decompress(packed, left + 1)
            except zlib.error as error:
                raise damaged(_("部件 {name} 解不开", name=name[:60])) from error
        else:
            raise damaged(_("压缩方式不是 Excel 用的"))
        if len(data) > left:
            raise _bomb()
        if len(data) != entry.file_size or zlib.crc32(data) != entry.CRC:
            raise damaged(_("部件 {name} 与声明不符", name=name[:60]))
        self.spent += len(data)
        return data


def _bomb() -> Refusal:
    most = MAX_INFLATED // 1024 // 1024
    return refuse(_("文件解压后超过 {n} MB，没有继续读", n=most), _("请删去多余的工作表和图片，或分成几份导入"))


def _parser(data: bytes, name: str) -> expat.XMLParserType:
    """A parser that refuses what no office program writes into these parts: a document type (entities), other
    encodings, CDATA."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:4]:
        raise damaged(_("{name} 不是 UTF-8", name=name[:60]))

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.upper() not in ("UTF-8", "UTF8", "US-ASCII"):
            raise damaged(_("{name} 不是 UTF-8", name=name[:60]))

    def doctype(*_arguments: object) -> None:
        raise damaged(_("{name} 里有实体声明", name=name[:60]))

    def cdata() -> None:
        raise damaged(_("{name} 里有 CDATA", name=name[:60]))

    parser = expat.ParserCreate()
    parser.XmlDeclHandler = declared
    parser.StartDoctypeDeclHandler = doctype
    parser.StartCdataSectionHandler = cdata
    return parser


def _parse(parser: expat.XMLParserType, data: bytes, name: str) -> None:
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise damaged(_("{name} 第 {line} 行不是 XML", name=name[:60], line=error.lineno)) from error


def relations(container: Container) -> dict[str, str]:
    """The path of each part that the workbook names, by the id it is named with."""
    found: dict[str, str] = {}
    data = container.part(_RELATIONS)
    parser = _parser(data, _RELATIONS)

    def start(tag: str, attributes: dict[str, str]) -> None:
        target = attributes.get("Target", "")
        if tag.rpartition(":")[2] == "Relationship" and attributes.get("TargetMode") != "External":
            found[attributes.get("Id", "")] = posixpath.normpath(
                target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            )

    parser.StartElementHandler = start
    _parse(parser, data, _RELATIONS)
    return found


def sheets(container: Container) -> list[tuple[str, str]]:
    """The visible sheets in their order: (name, path of the part)."""
    paths = relations(container)
    data = container.part(_WORKBOOK)
    parser = _parser(data, _WORKBOOK)
    found: list[tuple[str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] != "sheet" or attributes.get("state") in ("hidden", "veryHidden"):
            return
        related = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
        path = paths.get(related, "")
        if path.lower().startswith("xl/worksheets/"):
            found.append((attributes.get("name", ""), path))

    parser.StartElementHandler = start
    _parse(parser, data, _WORKBOOK)
    return found


def scan(data: bytes, name: str) -> Scan:
    """Walk over a sheet: where formulas and error values stand. Refuses more than is read, and rows or cells out of
    order, which readers understand differently."""
    formulas: set[Place] = set()
    errors: set[Place] = set()
    row, column, inside, far = -1, -1, "", -1
    lowest = MAX_ROWS + HEADROOM

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, inside, far
        if not inside:
            if tag.rpartition(":")[2] == "sheetData":
                inside = tag
            return
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag == "c":
            place = attributes.get("r")
            now = column + 1 if place is None else _column(place, row)
            if now <= column:
                raise damaged(_("第 {row} 行的单元格顺序不对", row=row + 1))
            column = now
            if attributes.get("t") == "e":
                errors.add((row, column))
        elif tag == "row":
            told = attributes.get("r")
            now = row + 1 if told is None else _whole(told) - 1
            if now <= row:
                raise damaged(_("第 {row} 行的顺序不对", row=now + 1))
            row, column = now, -1
        elif tag in ("v", "is"):
            far = max(far, column)
            if row >= lowest:
                raise too_long()
            if column >= MAX_COLUMNS:
                raise too_wide()
            if row * far > MAX_CELLS:
                raise refuse(_("工作表超过 {n} 个单元格", n=f"{MAX_CELLS:,}"), _("请删去多余的列，或分成几份"))
        elif tag == "f":
            formulas.add((row, column))

    def end(tag: str) -> None:
        nonlocal inside
        if tag == inside:
            inside = ""

    parser = _parser(data, name)
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    _parse(parser, data, name)
    return Scan(frozenset(formulas), frozenset(errors))


def too_long() -> Refusal:
    """The refusal of more rows than are read."""
    return refuse(_("工作表超过 {n} 行", n=f"{MAX_ROWS:,}"), _("请分成几份，分别导入"))


def too_wide() -> Refusal:
    """The refusal of more columns than are read."""
    return refuse(_("工作表超过 {n} 列", n=MAX_COLUMNS), _("请删去多余的列"))


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise damaged(_("行号 {text} 看不懂", text=text[:20]))
    return int(text)


def _column(place: str, row: int) -> int:
    letters = place.rstrip("0123456789")
    if not letters.isascii() or not letters.isalpha() or len(letters) > 3 or place[len(letters) :] != str(row + 1):
        raise damaged(_("单元格 {text} 的位置看不懂", text=place[:20]))
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def rebuilt(container: Container, sheet: str, data: bytes) -> io.BytesIO:
    """A container of the parts that were looked at and nothing else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("_rels/.rels", _ROOT)
        for name in _KEPT:
            if name in container.entries:
                part = container.part(name)
                if name.endswith((".xml", ".rels")):
                    _parse(_parser(part, name), part, name)
                archive.writestr(name, part)
        for path in set(relations(container).values()) - set(_KEPT) - {sheet}:
            archive.writestr(path, _EMPTY)
        archive.writestr(sheet, data)
    out.seek(0)
    return out
