"""场地预约单: the room booking slip, A5 twice on A4, one half kept and one for the applicant (domain.md C1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportlab.lib.units import mm

from app.slips.base import Slip, SlipContext, require_printable
from app.slips.grid import Cell, Row
from app.slips.page import Form, Paper, print_form
from app.slips.values import occupied, shown, span, with_unit, yes_no
from app.text import _

_LABEL, _HALF = 25, 94


def labels() -> dict[str, str]:
    """The printed fields and the words before them."""
    return {
        "client_name": _("申请单位/团队"),
        "client_code": _("信用代码/备案号"),
        "purpose": _("活动名称"),
        "category": _("类别"),
        "purpose_kind": _("类别"),
        "venue": _("场地"),
        "start": _("使用时间"),
        "end": _("使用时间"),
        "headcount": _("人数"),
        "contact_name": _("负责人"),
        "contact_phone": _("联系电话"),
        "equipment": _("设备需求"),
        "fee": _("收费"),
        "status": _("预约状态"),
        "note": _("备注"),
        "remark": _("备注"),
    }


def render(record: Mapping[str, Any], context: SlipContext) -> bytes:
    """The slip as a PDF."""
    require_printable(record, labels(), context)
    form = Form(
        title=_("场地预约单"),
        number=shown(record, "number"),
        paper=Paper.A5_TWO_UP,
        rows=(*_application(record), *_hands(record), _after_use(), _terms()),
        captions=(_("存根联"), _("申请人联")),
        sizes=(9, 8.5, 8, 7.5),
    )
    return print_form(form, context)


def _application(record: Mapping[str, Any]) -> tuple[Row, ...]:
    words = labels()
    start, end = shown(record, "start"), shown(record, "end")
    time = span(start, end)
    taken = occupied(start, end, shown(record, "before"), shown(record, "after"))
    if taken:
        time += _("（{taken}）", taken=taken)
    rows = [
        _pair(words["client_name"], shown(record, "client_name"), words["client_code"], shown(record, "client_code")),
        _pair(words["purpose"], shown(record, "purpose"), words["category"], shown(record, "category", "purpose_kind")),
        _pair(
            words["venue"], shown(record, "venue"), words["headcount"], with_unit(shown(record, "headcount"), _("人"))
        ),
        _wide(words["start"], time),
        _pair(
            words["contact_name"], shown(record, "contact_name"), words["contact_phone"], shown(record, "contact_phone")
        ),
        _pair(words["equipment"], shown(record, "equipment"), _("对外/收费"), _public(record)),
    ]
    remark = shown(record, "note", "remark")
    if remark:
        rows.append(_wide(words["note"], remark))
    return tuple(rows)


def _public(record: Mapping[str, Any]) -> str:
    fee = shown(record, "fee")
    charged = with_unit(fee, _("元")) if fee else "　　　　"
    return _("对外开放 {boxes}　收费：{fee}", boxes=yes_no(record.get("open_to_public")), fee=charged)


def _pair(first: str, first_value: str, second: str, second_value: str) -> Row:
    return Row(
        (
            Cell(first, _LABEL, "label"),
            Cell(first_value, _HALF - _LABEL),
            Cell(second, _LABEL + 3.5, "label"),
            Cell(second_value, _HALF - _LABEL - 3.5),
        ),
        height=6.3 * mm,
        stretch=1,
    )


def _wide(label: str, value: str) -> Row:
    return Row((Cell(label, _LABEL, "label"), Cell(value, 2 * _HALF - _LABEL)), height=6.3 * mm, stretch=1)


def _hands(record: Mapping[str, Any]) -> tuple[Row, ...]:
    """What is signed and sealed: the promise of safety by the applicant, the center's word beside it."""
    promise = _(
        "安全承诺：本单位对活动内容和参加人员安全负责，遵守场地管理和消防规定，"
        "不超员、不转借，爱护设施，用后清场复原；损坏照价赔偿。"
    )
    date = _("　　　　年　　月　　日")
    opinion = _("中心意见：□同意　□不同意")
    status = shown(record, "status")
    if status:
        opinion += "\n" + _("预约状态：{status}", status=status)
    applicant = Cell(promise, _HALF, "text", (_("申请人签名："), date), seal=True)
    center = Cell(opinion, _HALF, "text", (_("审批人："), date), seal=True)
    return (Row((applicant, center), height=41.8 * mm),)


def _after_use() -> Row:
    blanks = _("实到　　　　人　　设备 □完好 □损坏　　卫生 □合格 □不合格　　离场时间　　　：　　　签名：")
    return Row((Cell(_("使用后"), _LABEL, "label"), Cell(blanks, 2 * _HALF - _LABEL)), height=6.3 * mm)


def _terms() -> Row:
    text = _(
        "须知：1.请凭本单提前10分钟到场；2.变更或取消请至少提前1个工作日告知中心，无故未到记爽约1次；\n"
        "　　　3.按约定时间离场，清场后由工作人员查验签字；4.禁止在场内吸烟、使用明火和从事营利推销。"
    )
    return Row((Cell(text, 1, "text"),), height=6 * mm, framed=False, scale=0.84)


SLIP = Slip("booking", "booking", "场地预约单", render)
