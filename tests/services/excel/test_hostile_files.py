"""Files that are damaged, hostile, or no tables at all: refused in one plain line, before anything reads them."""

from __future__ import annotations

import time
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from app.errors import Refusal
from app.services.excel import container, planning, sheets
from tests.services.excel.by_hand import MAIN, cell, packed, parts, sheet_xml, workbook

ROWS = [["名称", "容纳人数"], ["一楼大厅", 80]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "table.xlsx"


def refused(path: Path, words: str) -> Refusal:
    began = time.perf_counter()
    with pytest.raises(Refusal) as caught:
        planning.read("venue", path)
    assert time.perf_counter() - began < 5
    (fault,) = caught.value.faults
    assert words in fault.error, fault.error
    assert fault.mend
    assert "\n" not in fault.error
    return caught.value


def test_a_plain_workbook_is_read(path: Path) -> None:
    assert planning.read("venue", workbook(path, ROWS)).rows == (("名称", "容纳人数"), ("一楼大厅", 80.0))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空的"),
        (b"  \r\n ", "空的"),
        (b"%PDF-1.7 ...", "不是 Excel"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "不是 Excel"),
        (b'<?xml version="1.0"?><Workbook/>', "不是 Excel"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "不是 Excel"),
        (b"PK\x03\x04broken", "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧格式"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (b"\xff\xfe\xd8\xd8", "编码"),
        (b"a,b\r\n\x81\xff\xff,1", "编码"),
    ],
)
def test_what_is_no_table_is_named_for_what_it_is(path: Path, data: bytes, words: str) -> None:
    path.write_bytes(data)
    refused(path, words)


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    refused(tmp_path, "不是文件")
    refused(tmp_path / "nothing.xlsx", "没有这个文件")


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"xl/vbaProject.bin": b"x"}, "宏"),
        ({"xl/workbook.bin": b"x"}, "二进制"),
        ({"XL/WORKBOOK.XML": b"x"}, "出现了两次"),
        ({"xl/../xl/workbook.xml": b"x"}, "出现了两次"),
    ],
)
def test_what_a_container_may_not_hold_is_refused(path: Path, extra: dict[str, bytes], words: str) -> None:
    path.write_bytes(packed(parts({"场地": sheet_xml(ROWS)}) | extra))
    refused(path, words)


def test_a_word_document_and_a_zip_of_anything_are_refused(path: Path) -> None:
    for files in ({"word/document.xml": "<a/>", "[Content_Types].xml": "<a/>"}, {"照片.jpg": b"x"}):
        path.write_bytes(packed(files))
        refused(path, "不是 Excel 工作簿")


def test_a_file_cut_short_anywhere_is_refused(path: Path) -> None:
    whole = packed(parts({"场地": sheet_xml(ROWS)}))
    for at in range(4, len(whole), 37):
        path.write_bytes(whole[:at])
        with pytest.raises(Refusal):
            planning.read("venue", path)


def test_a_file_with_a_byte_turned_is_refused_or_read_as_it_was(path: Path) -> None:
    whole = packed(parts({"场地": sheet_xml(ROWS)}))
    read = 0
    for at in range(0, len(whole), 11):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x20]) + whole[at + 1 :])
        try:
            assert planning.read("venue", path).rows == (("名称", "容纳人数"), ("一楼大厅", 80.0))
            read += 1
        except Refusal:
            pass
    assert read, "a date of an entry may be turned"


# -- bombs -----------------------------------------------------------------------------------------------------


def bomb(declared: int | None = None) -> bytes:
    """A sheet that inflates to 600 MB; its size may be declared otherwise."""
    head = sheet_xml(ROWS).replace("</sheetData></worksheet>", "").encode()
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    chunk = b" " * 1_000_000
    crc, size, body = zlib.crc32(head), len(head), squeeze.compress(head)
    for _one in range(600):
        body += squeeze.compress(chunk)
        crc, size = zlib.crc32(chunk, crc), size + len(chunk)
    body += squeeze.flush()
    if declared is not None:  # a lie that a reader who trusts it believes
        size, crc = declared, zlib.crc32(head[:declared])
    files = parts({"场地": ""})
    raw = BytesIO()
    archive: Any = zipfile.ZipFile(raw, "w")
    for name, data in files.items():
        if "sheet1" not in name:
            archive.writestr(name, data)
    info = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
    info.compress_type, info.compress_size, info.file_size = zipfile.ZIP_DEFLATED, len(body), size
    info.CRC, info.header_offset = crc, raw.tell()
    raw.write(info.FileHeader() + body)
    archive.filelist.append(info)
    archive.start_dir, archive._didModify = raw.tell(), True
    archive.close()
    return raw.getvalue()


def memory() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@pytest.mark.parametrize("declared", [None, 150], ids=["declared as it is", "declared small"])
def test_a_zip_bomb_is_refused_by_what_it_really_inflates_to(path: Path, declared: int | None) -> None:
    data = bomb(declared)
    assert len(data) < 2_000_000
    path.write_bytes(data)
    before = memory()
    refused(path, "解压后超过")
    assert memory() - before < 700


def test_entities_are_refused_before_they_are_expanded(path: Path) -> None:
    lol = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    head = f'<!DOCTYPE x [<!ENTITY a0 "lol">{lol}]>'
    refused(workbook(path, [['<c t="str"><v>&a8;</v></c>']], head=head), "实体声明")


def test_entities_in_the_shared_strings_or_the_workbook_are_refused_too(path: Path) -> None:
    for name, root in (
        ("xl/sharedStrings.xml", "sst"),
        ("xl/workbook.xml", "workbook"),
        ("xl/styles.xml", "styleSheet"),
    ):
        files = parts({"场地": sheet_xml(ROWS)})
        files[name] = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><{root} xmlns="{MAIN}">&a;</{root}>'
        path.write_bytes(packed(files))
        refused(path, "实体声明")


def test_more_rows_columns_or_cells_than_are_read_are_refused_in_words(path: Path) -> None:
    last = container.MAX_ROWS + container.HEADROOM + 1
    tail = f'<row r="{last}"><c r="A{last}"><v>1</v></c></row>'
    xml = sheet_xml(ROWS).replace("</sheetData>", tail + "</sheetData>")
    path.write_bytes(packed(parts({"场地": xml})))
    refused(path, "超过 100,000 行")
    wide = sheet_xml(ROWS).replace("</sheetData>", '<row r="9"><c r="XFD9"><v>1</v></c></row></sheetData>')
    path.write_bytes(packed(parts({"场地": wide})))
    refused(path, "超过 512 列")
    far = sheet_xml(ROWS).replace("</sheetData>", '<row r="90000"><c r="CV90000"><v>1</v></c></row></sheetData>')
    path.write_bytes(packed(parts({"场地": far})))
    refused(path, "个单元格")


def test_formatted_cells_far_below_are_no_rows(path: Path) -> None:
    tail = '<row r="1048576"><c r="A1048576" s="1"/></row>'
    path.write_bytes(packed(parts({"场地": sheet_xml(ROWS).replace("</sheetData>", tail + "</sheetData>")})))
    assert len(planning.read("venue", path).rows) == 2


def test_a_csv_of_too_many_rows_is_refused(path: Path) -> None:
    path.write_text("名称\n" + "a\n" * (container.MAX_ROWS + container.HEADROOM + 5), encoding="utf-8")
    refused(path, "超过 100,000 行")


# -- what readers understand differently -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>',
        '<row r="3"><c r="A3"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A7"><v>1</v></c></row>',
        '<row r="1"><c r="7"><v>1</v></c></row>',
        '<row r="-1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v><![CDATA[x]]></v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
        '<row r="1"><c r="A1">',
    ],
)
def test_cells_out_of_order_or_out_of_place_are_refused(path: Path, body: str) -> None:
    xml = f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'
    path.write_bytes(packed(parts({"场地": xml})))
    refused(path, "已损坏")


def test_another_encoding_is_refused(path: Path) -> None:
    files: dict[str, Any] = parts({"场地": ""})
    for declared, codec in (("UTF-16", "utf-16"), ("GB18030", "gb18030")):
        files["xl/worksheets/sheet1.xml"] = sheet_xml(ROWS).replace('"UTF-8"', f'"{declared}"').encode(codec)
        path.write_bytes(packed(files))
        refused(path, "不是 UTF-8")


def test_a_sheet_in_a_prefixed_namespace_is_read(path: Path) -> None:
    xml = sheet_xml(ROWS)
    for tag in ("worksheet", "sheetData", "row", "c", "v", "is", "t"):
        xml = (
            xml.replace(f"<{tag}>", f"<x:{tag}>").replace(f"<{tag} ", f"<x:{tag} ").replace(f"</{tag}>", f"</x:{tag}>")
        )
    path.write_bytes(packed(parts({"场地": xml.replace("xmlns=", "xmlns:x=")})))
    assert planning.read("venue", path).rows == (("名称", "容纳人数"), ("一楼大厅", 80.0))


def test_formulas_of_other_things_than_cells_are_no_formulas(path: Path) -> None:
    after = '<extLst><ext xmlns:xm="urn:x"><xm:f>Sheet2!$A$1</xm:f></ext></extLst>'
    assert planning.read("venue", workbook(path, ROWS, after=after)).formulas == frozenset()


def test_a_hidden_sheet_is_not_read_and_others_are_named(path: Path) -> None:
    rest = {"填写说明": sheet_xml([["说明"]]), "旧表": sheet_xml([["名称"], ["作废"]])}
    path.write_bytes(packed(parts({**rest, "数据": sheet_xml(ROWS), "空": sheet_xml([])}, hidden=["旧表"])))
    sheet = planning.read("venue", path)
    assert (sheet.name, sheet.others) == ("数据", ("填写说明", "空"))
    assert sheets.read(path, wanted="填写说明").rows == (("说明",),)
    with pytest.raises(Refusal, match="没有工作表“旧表”"):
        sheets.read(path, wanted="旧表")


def test_a_sheet_named_after_the_kind_comes_first_among_equals(path: Path) -> None:
    path.write_bytes(packed(parts({"去年": sheet_xml(ROWS), "场地": sheet_xml(ROWS)})))
    assert planning.read("venue", path).name == "场地"


def test_all_sheets_hidden_is_refused(path: Path) -> None:
    path.write_bytes(packed(parts({"场地": sheet_xml(ROWS)}, hidden=["场地"])))
    refused(path, "没有可见的工作表")


def test_a_sheet_outside_the_container_is_not_followed(path: Path) -> None:
    files = parts({"场地": sheet_xml(ROWS)})
    files["xl/_rels/workbook.xml.rels"] = files["xl/_rels/workbook.xml.rels"].replace(
        "worksheets/sheet1.xml", "../../../../etc/passwd"
    )
    path.write_bytes(packed(files))
    refused(path, "没有可见的工作表")


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_csv_is_read_in_the_encodings_of_office_programs(path: Path, codec: str, mark: str) -> None:
    text = f'名称{mark}备注\r\n"一楼{mark}大厅"{mark}"两行\n备注"\r\n'
    path.write_bytes(text.encode(codec))
    assert planning.read("venue", path).rows == (("名称", "备注"), (f"一楼{mark}大厅", "两行\n备注"))


def test_a_csv_with_a_quote_left_open_is_refused(path: Path) -> None:
    path.write_text('名称,备注\n"一楼,x\n', encoding="utf-8")
    refused(path, "第 2 行读不懂")


def test_cells_made_by_hand_are_read_as_they_stand(path: Path) -> None:
    rows = [["名称", "备注"], [cell("  空格　"), '<c t="str"><v>=1+1</v></c>']]
    assert planning.read("venue", workbook(path, rows)).rows[1] == ("  空格　", "=1+1")
