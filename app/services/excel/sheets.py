"""Reading a file of a table: .xlsx or .csv, checked before it is read (rules.md 33).

Anything else is refused by what it is, with what to do. Values come as they are stored: a number stays a number.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from app.errors import Refusal
from app.services.excel import container as xlsx
from app.services.excel.container import Place
from app.text import _, reason

Cell = str | float | bool | date | datetime | time | timedelta
"""A value as it stands in the file; an empty text where nothing stands."""


@dataclass(frozen=True)
class Sheet:
    """One sheet as it was read. ``rows`` from the first of the sheet, so that places are addresses."""

    file: str
    name: str
    rows: tuple[tuple[Cell, ...], ...]
    formulas: frozenset[Place] = frozenset()
    errors: frozenset[Place] = frozenset()
    merged: tuple[tuple[Place, Place], ...] = ()
    """Ranges of merged cells, first and last place."""
    others: tuple[str, ...] = ()
    """Names of the other sheets, which are not read."""

    def at(self, row: int, column: int) -> Cell:
        """A value; an empty text outside."""
        line = self.rows[row] if row < len(self.rows) else ()
        return line[column] if column < len(line) else ""


def address(row: int, column: int) -> str:
    """``C12``."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def read(path: Path, *, wanted: str = "", fits: Callable[[Sheet], int] = lambda _sheet: 1) -> Sheet:
    """The sheet called ``wanted``; else the visible sheet that ``fits`` best, the first of equals.

    Raises :class:`Refusal` for what is no table, is damaged, protected or too large.
    """
    raw = _bytes(path)
    if raw[:4] == b"PK\x03\x04" or raw[:4] == b"PK\x05\x06":
        return _workbook(raw, path.name, wanted, fits)
    if raw[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if "EncryptedPackage".encode("utf-16-le") in raw:
            raise xlsx.refuse(_("文件加了密码"), _("请先取消密码，再导入"))
        raise xlsx.refuse(_("这是旧格式的表格（.xls 或 .et）"), xlsx.save_as())
    return _delimited(raw, path.name)


def _bytes(path: Path) -> bytes:
    if "\0" in str(path) or not path.exists():
        raise xlsx.refuse(_("没有这个文件：{file}", file=path), _("请核对文件名和位置"))
    if not path.is_file():
        raise xlsx.refuse(_("{file} 不是文件", file=path), _("请选择 .xlsx 或 .csv 文件"))
    if path.stat().st_size > xlsx.MAX_FILE:
        most = xlsx.MAX_FILE // 1024 // 1024
        raise xlsx.refuse(_("文件超过 {n} MB", n=most), _("请删去图片，或分成几份导入"))
    try:
        raw = path.read_bytes()
    except OSError as error:
        why = reason(error)
        raise xlsx.refuse(_("读不出 {file}：{why}", file=path, why=why), _("请检查文件的权限，或换一个位置")) from error
    if not raw.strip():
        raise xlsx.refuse(_("文件是空的"), _("请选择有内容的 .xlsx 或 .csv 文件"))
    return raw


def _workbook(raw: bytes, file: str, wanted: str, fits: Callable[[Sheet], int]) -> Sheet:
    held = xlsx.Container(raw)
    visible = xlsx.sheets(held)
    names = [name for name, _path in visible]
    if not visible:
        raise xlsx.refuse(_("文件里没有可见的工作表"), _("请取消隐藏要导入的工作表"))
    if wanted and wanted not in names:
        raise Refusal.of("sheet", _("没有工作表“{name}”", name=wanted), _("文件里有：{names}", names="、".join(names)))
    best: Sheet | None = None
    score = -1
    for place, (name, path) in enumerate(visible):
        if wanted and name != wanted:
            continue
        others = tuple(names[:place] + names[place + 1 :])
        one = _sheet(held, file, name, path, others)
        found = fits(one)
        if found > score:
            best, score = one, found
    assert best is not None
    return best


def _sheet(held: xlsx.Container, file: str, name: str, path: str, others: tuple[str, ...]) -> Sheet:
    from python_calamine import CalamineError, CalamineWorkbook

    spent = held.spent
    data = held.part(path)
    scan = xlsx.scan(data, path)
    try:
        with CalamineWorkbook.from_filelike(xlsx.rebuilt(held, path, data)) as book:
            sheet = book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
            merged = tuple(sheet.merged_cell_ranges or ())
    except CalamineError as error:
        raise xlsx.damaged(str(error)[:80]) from error
    held.spent = spent  # the limit is for what is held at one time
    return Sheet(file, name, tuple(map(tuple, rows)), scan.formulas, scan.errors, merged, others)


def _delimited(raw: bytes, file: str) -> Sheet:
    text = _decoded(raw)
    start = text.lstrip()[:200].lower()
    if start.startswith(("<", "{", "%pdf")) or "\0" in text:
        raise xlsx.refuse(_("这不是 Excel 工作簿（.xlsx），也不是 CSV"), xlsx.save_as())
    head = text.split("\n", 1)[0]
    mark = max(",\t;", key=head.count)
    rows: list[tuple[Cell, ...]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True):
            rows.append(tuple(row))
            if len(rows) > xlsx.MAX_ROWS + xlsx.HEADROOM:
                raise xlsx.too_long()
            if len(row) > xlsx.MAX_COLUMNS:
                raise xlsx.too_wide()
    except csv.Error as error:
        raise xlsx.refuse(_("CSV 第 {n} 行读不懂", n=len(rows) + 1), _("请检查这一行的引号，或另存为 .xlsx")) from error
    return Sheet(file, "", tuple(rows))


def _decoded(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codecs: Sequence[str] = ("utf-16",)
    else:
        codecs = ("utf-8-sig", "gb18030")
    for codec in codecs:
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    raise xlsx.refuse(_("文件的文字编码看不懂"), _("请另存为 .xlsx，或 UTF-8 的 CSV"))


def is_blank(value: Cell) -> bool:
    """Whether nothing stands in a cell."""
    return isinstance(value, str) and not value.strip()


def is_finite(value: Cell) -> bool:
    """Whether a number is one."""
    return not isinstance(value, float) or math.isfinite(value)
