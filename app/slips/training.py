"""培训签到表: the sign-in sheet of a training, A4 landscape, 25 people a page with a subtotal (domain.md C3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reportlab.lib.units import mm

from app.slips.base import Slip, SlipContext, require_printable
from app.slips.grid import Cell, Row
from app.slips.page import Form, Paper, print_form
from app.slips.values import masked, shown, span, with_unit
from app.text import _

PER_PAGE = 25
_WIDTHS = (11, 30, 76, 30, 30, 34, 34, 28)
_NAME = 1


def labels() -> dict[str, str]:
    """The printed fields and the words before them."""
    return {
        "title": _("培训名称"),
        "training_kind": _("培训类别"),
        "start": _("时间"),
        "end": _("时间"),
        "place": _("地点"),
        "venue": _("地点"),
        "teacher": _("授课人"),
        "hours": _("学时"),
        "capacity": _("名额"),
        "enrolments": _("签到名单"),
    }


def render(record: Mapping[str, Any], context: SlipContext) -> bytes:
    """The sheet as a PDF."""
    people = [_person(entry, context.reveal) for entry in record.get("enrolments") or ()]
    require_printable({**record, "enrolments": people}, labels(), context)
    form = Form(
        title=_("培训签到表"),
        number=shown(record, "number"),
        paper=Paper.A4_LANDSCAPE,
        rows=_rows(people),
        heading=_heading(record),
        closing=lambda rows, last: _subtotal(rows, last, len(people)),
        per_page=PER_PAGE,
        sizes=(9,),
    )
    return print_form(form, context)


def _person(entry: Mapping[str, Any], reveal: bool) -> tuple[str, ...]:
    phone = shown(entry, "phone")
    return (
        shown(entry, "name"),
        shown(entry, "unit"),
        shown(entry, "duty"),
        phone if reveal else masked(phone),
        "",
        "",
        shown(entry, "note", "remark"),
    )


def _rows(people: Sequence[tuple[str, ...]]) -> tuple[Row, ...]:
    """One row a person, and blank ones to the end of the page for those who come unannounced."""
    blank: tuple[str, ...] = ("",) * (len(_WIDTHS) - 1)
    filled = [*people, *[blank] * (-len(people) % PER_PAGE or (0 if people else PER_PAGE))]
    left = (2, 7)
    return tuple(
        Row(
            tuple(
                Cell(text, width, "value" if column in left else "center", tight=True)
                for column, (text, width) in enumerate(zip((str(position), *person), _WIDTHS, strict=True))
            ),
            height=5.9 * mm,
            filler=position > len(people),
        )
        for position, person in enumerate(filled, start=1)
    )


def _heading(record: Mapping[str, Any]) -> tuple[Row, ...]:
    words = labels()
    hours = with_unit(shown(record, "hours"), _("学时"))
    columns = (_("序号"), _("姓名"), _("单位"), _("职务"), _("联系电话"), _("上午签到"), _("下午签到"), _("备注"))
    return (
        _facts(
            (words["title"], shown(record, "title"), 112),
            (words["training_kind"], shown(record, "training_kind"), 40),
            (words["teacher"], shown(record, "teacher"), 39),
        ),
        _facts(
            (words["start"], span(shown(record, "start"), shown(record, "end")), 72),
            (words["place"], shown(record, "place", "venue"), 57),
            (words["hours"], hours, 22),
            (words["capacity"], with_unit(shown(record, "capacity"), _("人")), 22),
        ),
        Row(tuple(Cell(text, width, "label") for text, width in zip(columns, _WIDTHS, strict=True)), height=6 * mm),
    )


def _facts(*pairs: tuple[str, str, float]) -> Row:
    cells: list[Cell] = []
    for label, value, width in pairs:
        cells += [Cell(label, 20 if len(label) > 2 else 14, "label"), Cell(value, width, tight=True)]
    return Row(tuple(cells), height=6 * mm)


def _subtotal(rows: Sequence[Row], last: bool, total: int) -> tuple[Row, ...]:
    listed = sum(1 for row in rows if row.cells[_NAME].text)
    text = _("本页小计：名单{n}人，上午实到　　　人，下午实到　　　人", n=listed)
    if last:
        text += "　　" + _("合计：名单{n}人，上午实到　　　人，下午实到　　　人", n=total)
    return (Row((Cell(text, 196, tight=True), Cell(_("工作人员签名："), 77)), height=6 * mm),)


SLIP = Slip("training", "training", "培训签到表", render)
