"""候补通知: a place on the waiting list of a slot, and how places are given out, A5 twice on A4 (rules.md 26-30)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reportlab.lib.units import mm

from app.slips.base import Slip, SlipContext, require_printable
from app.slips.booking_rows import Shape
from app.slips.grid import Cell, Row
from app.slips.page import Form, Paper, print_form
from app.slips.values import boxes, moment, shown, span, with_unit
from app.text import _

_SHAPE = Shape(label=25, half=94, height=6.6)


def labels() -> dict[str, str]:
    """The printed fields and the words before them."""
    return {
        "client_name": _("候补单位/团队"),
        "purpose": _("活动名称"),
        "venue": _("场地"),
        "start": _("使用时间"),
        "end": _("使用时间"),
        "headcount": _("人数"),
        "contact_name": _("负责人"),
        "contact_phone": _("联系电话"),
        "joined_at": _("排队时间"),
        "position": _("当前位次"),
        "status": _("候补状态"),
        "offer_until": _("保留到"),
        "waiting_order": _("候补顺序"),
        "remark": _("备注"),
    }


def render(record: Mapping[str, Any], context: SlipContext) -> bytes:
    """The notice as a PDF. ``waiting_order`` is the venue's, in words; ``strict`` says which of the two it is."""
    require_printable(record, labels(), context)
    form = Form(
        title=_("候补通知"),
        number=shown(record, "number"),
        paper=Paper.A5_TWO_UP,
        rows=(*_facts(record), _order(record), _answer(record)),
        captions=(_("存根联"), _("候补人联")),
        sizes=(9, 8.5, 8, 7.5),
    )
    return print_form(form, context)


def _facts(record: Mapping[str, Any]) -> Iterator[Row]:
    words = labels()
    people = "　".join(filter(None, (shown(record, "contact_name"), shown(record, "contact_phone"))))
    yield _SHAPE.pair(words["client_name"], shown(record, "client_name"), _("负责人、电话"), people)
    headcount = with_unit(shown(record, "headcount"), _("人"))
    yield _SHAPE.pair(words["purpose"], shown(record, "purpose"), words["headcount"], headcount)
    yield _SHAPE.wide(words["venue"], shown(record, "venue"))
    yield _SHAPE.wide(words["start"], span(shown(record, "start"), shown(record, "end")))
    position = shown(record, "position")
    place = _("第 {n} 位", n=position) if position else ""
    yield _SHAPE.pair(words["joined_at"], moment(shown(record, "joined_at")), words["position"], place)
    yield _SHAPE.pair(
        words["status"], shown(record, "status"), words["offer_until"], moment(shown(record, "offer_until"))
    )
    if shown(record, "remark"):
        yield _SHAPE.wide(words["remark"], shown(record, "remark"))


def _order(record: Mapping[str, Any]) -> Row:
    """Which order holds, and what it means (rules.md 26, 28-30)."""
    strict = record.get("strict", True)
    rule = (
        _("按优先级和排队先后依次通知，前一家未答复或放弃后才轮到下一家。")
        if strict
        else _("按优先级和排队先后，通知第一家时间和人数都合适的；不合适的保留位次。")
    )
    held = shown(record, "offer_hours")
    keep = (
        _("有空位时由中心电话通知，为您保留{n}小时；到时未确认的，让给下一家。", n=held)
        if held
        else _("有空位时由中心电话通知并保留到所说的时间；到时未确认的，让给下一家。")
    )
    rest = _("接受后又取消的，不再保留位次；使用时间开始后不再通知。")
    order = shown(record, "waiting_order")
    said = _("{order}：{rule}", order=order, rule=rule) if order else rule
    width = 2 * _SHAPE.half - _SHAPE.label
    cells = (Cell(labels()["waiting_order"], _SHAPE.label, "label"), Cell(f"{said}\n{keep}{rest}", width))
    return Row(cells, height=14 * mm, stretch=1)


def _answer(record: Mapping[str, Any]) -> Row:
    date = _("　　　　年　　月　　日　　：　　")
    answer = _("答复：{boxes}", boxes=boxes((_("接受"), _("放弃")), ""))
    client = Cell(answer, _SHAPE.half - 10, "text", (_("候补人签名："), date))
    center = Cell("", _SHAPE.half + 10, "text", (_("通知人："), _("　　　　年　　月　　日")), seal=True)
    return Row((client, center), height=41.8 * mm)


SLIP = Slip("waiting", "slot_waiting", "候补通知", render)
