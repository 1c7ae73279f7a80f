"""场地预约单: the room booking slip, A5 twice on A4, one half kept and one for the applicant (domain.md C1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportlab.lib.units import mm

from app.slips.base import Slip, SlipContext, require_printable
from app.slips.booking_rows import Shape, after_use, application, hands, labels
from app.slips.grid import Cell, Row
from app.slips.page import Form, Paper, print_form
from app.slips.values import shown
from app.text import _

_SHAPE = Shape(label=25, half=94, height=6.2)


def render(record: Mapping[str, Any], context: SlipContext) -> bytes:
    """The slip as a PDF."""
    require_printable(record, labels(), context)
    form = Form(
        title=_("场地预约单"),
        number=shown(record, "number"),
        paper=Paper.A5_TWO_UP,
        rows=(*application(record, _SHAPE), hands(record, _SHAPE, 41.8), _after_use(record), _terms(record)),
        captions=(_("存根联"), _("申请人联")),
        sizes=(9, 8.5, 8, 7.5),
    )
    return print_form(form, context)


def _after_use(record: Mapping[str, Any]) -> Row:
    blanks = "　".join((*after_use(record), _("签名：")))
    damage = shown(record, "damage")
    said = _("{blanks}\n损坏情况：{damage}", blanks=blanks, damage=damage) if damage else blanks
    width = 2 * _SHAPE.half - _SHAPE.label
    return Row((Cell(_("使用后"), _SHAPE.label, "label"), Cell(said, width)), height=6.3 * mm)


def _terms(record: Mapping[str, Any]) -> Row:
    hours = shown(record, "cancel_hours")
    notice = _("{n}小时", n=hours) if hours else _("1个工作日")
    text = _(
        "须知：1.请凭本单提前10分钟到场；2.变更或取消请至少提前{notice}告知中心，无故未到记爽约1次；\n"
        "　　　3.按约定时间离场，清场后由工作人员查验签字；4.禁止在场内吸烟、使用明火和从事营利推销。",
        notice=notice,
    )
    return Row((Cell(text, 1, "text"),), height=6 * mm, framed=False, scale=0.84)


SLIP = Slip("booking", "booking", "场地预约单", render)
