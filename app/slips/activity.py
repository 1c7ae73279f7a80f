"""活动备案表: the filing of a community activity, A4, with four places for opinion and seal (domain.md C2b)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportlab.lib.units import mm

from app.slips.base import Slip, SlipContext, require_printable
from app.slips.grid import Cell, Row
from app.slips.page import Form, Paper, print_form
from app.slips.values import shown, span, with_unit
from app.text import _

_LABEL, _HALF = 24, 88


def labels() -> dict[str, str]:
    """The printed fields and the words before them."""
    return {
        "title": _("活动名称"),
        "category": _("类别"),
        "host": _("主办单位"),
        "co_host": _("承办单位"),
        "start": _("活动时间"),
        "end": _("活动时间"),
        "place": _("活动地点"),
        "venue": _("活动地点"),
        "planned_participants": _("规模（人）"),
        "target_group": _("参加对象"),
        "leader_name": _("负责人"),
        "leader_phone": _("联系电话"),
        "safety_officer": _("安全责任人"),
        "safety_phone": _("安全责任人电话"),
        "funding_source": _("经费来源"),
        "content": _("活动内容"),
        "safety_plan": _("安全预案"),
    }


def render(record: Mapping[str, Any], context: SlipContext) -> bytes:
    """The form as a PDF."""
    require_printable(record, labels(), context)
    form = Form(
        title=_("活动备案表"),
        number=shown(record, "number"),
        paper=Paper.A4,
        rows=(*_facts(record), *_opinions(), _remark()),
        sizes=(10.5, 10, 9.5, 9),
    )
    return print_form(form, context)


def _facts(record: Mapping[str, Any]) -> tuple[Row, ...]:
    words = labels()

    def pair(first: str, second: str) -> Row:
        return Row(
            (
                Cell(words[first], _LABEL, "label"),
                Cell(_value(record, first), _HALF - _LABEL),
                Cell(words[second], _LABEL, "label"),
                Cell(_value(record, second), _HALF - _LABEL),
            ),
            height=8.4 * mm,
        )

    def wide(label: str, value: str, height: float = 8.4, stretch: float = 0) -> Row:
        role = "text" if stretch else "value"
        return Row(
            (Cell(label, _LABEL, "label"), Cell(value, 2 * _HALF - _LABEL, role)), height=height * mm, stretch=stretch
        )

    return (
        pair("title", "category"),
        pair("host", "co_host"),
        wide(words["start"], span(shown(record, "start"), shown(record, "end"))),
        pair("place", "planned_participants"),
        pair("target_group", "funding_source"),
        pair("leader_name", "leader_phone"),
        pair("safety_officer", "safety_phone"),
        wide(words["content"], shown(record, "content"), 26, 3),
        wide(words["safety_plan"], shown(record, "safety_plan"), 20, 2),
    )


def _value(record: Mapping[str, Any], field: str) -> str:
    if field == "planned_participants":
        return with_unit(shown(record, field), _("人"))
    if field == "place":
        return shown(record, "place", "venue")
    return shown(record, field)


def _opinions() -> tuple[Row, ...]:
    date = _("　　　　年　　月　　日")

    def opinion(caption: str) -> Cell:
        return Cell(caption, _HALF, "text", (_("经办人："), date), seal=True)

    applicant = Cell(
        _("主办单位承诺：所填内容属实，活动安全由本单位负责。"), _HALF, "text", (_("负责人："), date), seal=True
    )
    return (
        Row((applicant, opinion(_("场地方意见："))), height=43 * mm),
        Row((opinion(_("居（村）民委员会意见：")), opinion(_("街道（镇）意见："))), height=43 * mm),
    )


def _remark() -> Row:
    text = _("说明：本表一式两份，主办单位和备案单位各存一份；时间、地点、规模或内容有变更的，应在活动举办前重新备案。")
    return Row((Cell(text, 1, "text"),), height=6 * mm, framed=False, scale=0.82)


SLIP = Slip("activity", "activity", "活动备案表", render)
