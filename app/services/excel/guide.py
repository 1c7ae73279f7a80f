"""What stands beside the records in a table: how each field is filled in, and the choices to pick from."""

from __future__ import annotations

from typing import Any, Final

from app.models.fields import Field, Privacy
from app.models.record import Kind
from app.models.registry import KINDS
from app.services.excel.shown import title_field
from app.text import _, listed

GUIDE: Final = "填写说明"
OPTIONS: Final = "可选项"


def intro() -> tuple[str, ...]:
    """How a table is imported, in sentences."""
    return (
        _("第一行是标题，请勿改动；每条记录一行。列的顺序可以变，用不到的列可以删去。"),
        _("导出的表格可以改好后再导入：隐藏的“记录标识”一列用来找到原来的记录，请勿改动。新增的记录不填标识和编号。"),
        _("有记录标识的行，清空一格就是清空这一项；没有标识的行，空格不改动原有内容。"),
        _("带 * 号的个人信息是遮住的，不改动就原样保留。"),
        _("信用代码、电话、编号一律按文字填写；从别处粘贴时请选“只粘贴值”，不要公式，不要合并单元格。"),
        _("导入前先预览；只要有一行有误，就一行也不写入，可另存错误清单，改好后再导入。"),
    )


def write_guide(book: Any, kind: Kind) -> None:
    """The sheet with each field's meaning."""
    sheet = book.add_worksheet(_(GUIDE))
    plain = book.add_format({"valign": "top", "text_wrap": True})
    bold = book.add_format({"bold": True, "bg_color": "#E3F0ED", "bottom": 1})
    title = book.add_format({"bold": True, "font_size": 14})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 8)
    sheet.set_column(2, 2, 40)
    sheet.set_column(3, 3, 60)
    sheet.write_string(0, 0, _("{kind}表格填写说明", kind=_(kind.label)), title)
    row = 1
    for sentence in intro():
        sheet.write_string(row, 0, sentence)
        row += 1
    row += 1
    for at, heading in enumerate((_("列名"), _("必填"), _("填什么"), _("说明"))):
        sheet.write_string(row, at, heading, bold)
    for field in kind.typed:
        row += 1
        needed = _("必填") if field.required and field.default is None else ""
        for at, words in enumerate((_(field.label), needed, what(field), told(field))):
            sheet.write_string(row, at, words, plain)


def what(field: Field) -> str:
    """What a field takes, in words."""
    if field.type == "choice":
        return _("选一个：{offered}", offered=listed(_(label) for _code, label in field.choices))
    if field.type == "link":
        kinds = listed(_(KINDS[target].label) for target in field.targets)
        by_name = all(title_field(KINDS[target]) for target in field.targets)
        return _("{kind}的名称或编号", kind=kinds) if by_name else _("{kind}的编号", kind=kinds)
    words = {
        "integer": _("整数"),
        "decimal": _("数字，最多 {n} 位小数", n=field.places),
        "date": _("日期，例如 2026-11-24"),
        "datetime": _("日期和时间，例如 2026-11-24 09:00"),
        "boolean": _("是或否"),
        "note": _("文字，可以换行，最多 {n} 字", n=field.max_length),
    }.get(field.type, _("文字，最多 {n} 字", n=field.max_length))
    return _("{what}（{unit}）", what=words, unit=_(field.unit)) if field.unit else words


def told(field: Field) -> str:
    """What else is to be known of a field."""
    said = [_(field.help)] if field.help else []
    if field.privacy >= Privacy.PERSONAL:
        said.append(_("个人信息，导出时遮住") if field.privacy == Privacy.PERSONAL else _("敏感个人信息，导出时遮住"))
    return "。".join(said)


def option_columns(kind: Kind) -> dict[str, str]:
    """Per field with choices, the cells of the sheet of choices that hold them."""
    from xlsxwriter.utility import xl_range_abs

    found = {}
    for at, (name, labels) in enumerate(_options(kind).items()):
        found[name] = f"='{_(OPTIONS)}'!{xl_range_abs(1, at, len(labels), at)}"
    return found


def write_options(book: Any, kind: Kind) -> None:
    """The hidden sheet of the choices that the cells offer."""
    sheet = book.add_worksheet(_(OPTIONS))
    for at, (name, labels) in enumerate(_options(kind).items()):
        for row, label in enumerate((_(kind.fields[name].label), *labels)):
            sheet.write_string(row, at, label)
    sheet.hide()


def _options(kind: Kind) -> dict[str, list[str]]:
    choices = {f.name: [_(label) for _code, label in f.choices] for f in kind.typed if f.type == "choice"}
    return choices | {f.name: [_("是"), _("否")] for f in kind.typed if f.type == "boolean"}
