"""Workbooks made by hand: whatever XlsxWriter would not write."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
WORKBOOK = (
    f'<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="{MAIN}" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">{before}<sheets>{sheets}</sheets></workbook>'
)
STYLES = (
    f'<?xml version="1.0" encoding="UTF-8"?><styleSheet xmlns="{MAIN}"><cellXfs count="3"><xf numFmtId="0"/>'
    '<xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>'
)
"""Cell formats: 0 general, 1 a date, 2 a date and time."""


def cell(text: object, place: str = "") -> str:
    """A cell: text as an inline string, a number as a number, XML as it is."""
    where = f' r="{place}"' if place else ""
    if isinstance(text, str) and text.startswith("<c"):
        return text
    if isinstance(text, (int, float)):
        return f"<c{where}><v>{text}</v></c>"
    if text == "":
        return f"<c{where}/>"
    return f'<c{where} t="inlineStr"><is><t xml:space="preserve">{escape(str(text))}</t></is></c>'


def sheet_xml(rows: Sequence[Sequence[object]], after: str = "", head: str = "") -> str:
    """The XML of a sheet."""
    body = "".join(f'<row r="{at}">{"".join(map(cell, row))}</row>' for at, row in enumerate(rows, 1))
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData>{after}</worksheet>'


def parts(sheets: Mapping[str, str], *, before: str = "", hidden: Sequence[str] = ()) -> dict[str, str]:
    """Every part of a workbook with ``sheets``, XML by name."""
    listed, related, found = "", "", {}
    for at, (name, xml) in enumerate(sheets.items(), 1):
        state = ' state="hidden"' if name in hidden else ""
        listed += f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}"{state}/>'
        related += (
            f'<Relationship Id="rId{at}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
            f' Target="worksheets/sheet{at}.xml"/>'
        )
        found[f"xl/worksheets/sheet{at}.xml"] = xml
    return {
        "[Content_Types].xml": TYPES,
        "xl/workbook.xml": WORKBOOK.replace("{before}", before).replace("{sheets}", listed),
        "xl/_rels/workbook.xml.rels": RELATIONS.format(related),
        "xl/styles.xml": STYLES,
        **found,
    }


def packed(files: Mapping[str, Any], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The parts as one file."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def workbook(path: Path, rows: Sequence[Sequence[object]], *, name: str = "Sheet1", **options: Any) -> Path:
    """A workbook of one sheet."""
    path.write_bytes(
        packed(parts({name: sheet_xml(rows, options.pop("after", ""), options.pop("head", ""))}, **options))
    )
    return path
