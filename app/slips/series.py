"""系列预约确认单: every date of a series, with those that were skipped and why, A4 (rules.md 17)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reportlab.lib.units import mm

from app.slips.base import Slip, SlipContext, require_printable
from app.slips.booking_rows import Shape
from app.slips.grid import Cell, Row
from app.slips.page import Form, Paper, print_form
from app.slips.values import shown, span, with_unit
from app.text import _

_SHAPE = Shape(label=29, half=88, height=6.6, stretch=0)
_WIDTHS = (10, 58, 40, 22, 46)


def labels() -> dict[str, str]:
    """The printed fields and the words before them."""
    return {
        "client_name": _("申请单位/团队"),
        "client_code": _("信用代码/备案号"),
        "purpose": _("活动名称"),
        "purpose_kind": _("类别"),
        "venue": _("场地"),
        "headcount": _("人数"),
        "contact_name": _("负责人"),
        "contact_phone": _("联系电话"),
        "equipment": _("设备需求"),
        "status": _("系列状态"),
        "rule": _("重复"),
        "remark": _("备注"),
        "dates": _("日期"),
        "skipped": _("未约的日期"),
    }


def render(record: Mapping[str, Any], context: SlipContext) -> bytes:
    """The confirmation as a PDF; ``dates`` are the bookings of the series (``gone``: cancelled), ``skipped`` the dates
    without one, each with ``start``, ``end``, ``venue`` and ``why``."""
    require_printable(record, labels(), context)
    dates, skipped = list(record.get("dates") or ()), list(record.get("skipped") or ())
    booked = sum(not date.get("gone") for date in dates)
    lines = sorted([*dates, *skipped], key=lambda line: shown(line, "start"))
    form = Form(
        title=_("系列预约确认单"),
        number=shown(record, "number"),
        paper=Paper.A4,
        rows=(
            *(_line(position, line) for position, line in enumerate(lines, start=1)),
            *_closing(booked, len(skipped)),
        ),
        heading=tuple(_heading(record)),
        sizes=(9.5, 9),
    )
    return print_form(form, context)


def _heading(record: Mapping[str, Any]) -> Iterator[Row]:
    words = labels()
    people = "　".join(filter(None, (shown(record, "contact_name"), shown(record, "contact_phone"))))
    for first, second in (("client_name", "client_code"), ("purpose", "purpose_kind"), ("venue", "status")):
        yield _SHAPE.pair(words[first], shown(record, first), words[second], shown(record, second))
    headcount = with_unit(shown(record, "headcount"), _("人"))
    yield _SHAPE.pair(words["headcount"], headcount, _("负责人、电话"), people)
    for name in ("rule", "equipment", "remark"):
        if shown(record, name):
            yield _SHAPE.wide(words[name], shown(record, name))
    heads = (_("序号"), _("时间"), _("场地"), _("状态"), _("编号或原因"))
    yield Row(tuple(Cell(text, width, "label") for text, width in zip(heads, _WIDTHS, strict=True)), height=6.2 * mm)


def _line(position: int, line: Mapping[str, Any]) -> Row:
    booked = "why" not in line
    status = shown(line, "status") if booked else _("未约")
    said = (str(position), span(shown(line, "start"), shown(line, "end")), shown(line, "venue"), status)
    number, reason = shown(line, "number"), shown(line, "cancel_reason") if line.get("gone") else ""
    texts = (*said, "　".join(filter(None, (number, reason))) if booked else shown(line, "why"))
    roles = ("center", "value", "value", "center", "value")
    cells = (Cell(text, width, role) for text, width, role in zip(texts, _WIDTHS, roles, strict=True))
    return Row(tuple(cells), height=6.2 * mm)


def _closing(booked: int, skipped: int) -> tuple[Row, ...]:
    said = _("共 {n} 次", n=booked)
    if skipped:
        said = _("{said}；另有 {n} 个日期未约，空出后仍可补约", said=said, n=skipped)
    date = _("　　　　年　　月　　日")
    client = Cell(_("以上日期和须知已知悉。"), _SHAPE.half - 8, "text", (_("申请人签名："), date))
    center = Cell("", _SHAPE.half + 8, "text", (_("经办人："), date), seal=True)
    return (Row((Cell(said),), height=6.2 * mm), Row((client, center), height=41.8 * mm))


SLIP = Slip("series", "booking_series", "系列预约确认单", render)
