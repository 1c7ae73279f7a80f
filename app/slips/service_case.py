"""服务记录单: what was asked and answered, A5 twice on A4, confirmed by the one served (domain.md A0, C5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportlab.lib.units import mm

from app.slips.base import Slip, SlipContext, require_printable
from app.slips.grid import Cell, Row
from app.slips.page import Form, Paper, print_form
from app.slips.values import boxes, day, shown, span
from app.text import _

_LABEL, _HALF = 25, 94


def labels() -> dict[str, str]:
    """The printed fields and the words before them."""
    return {
        "service_type": _("服务类别"),
        "channel": _("服务方式"),
        "client_name": _("服务对象"),
        "client_kind": _("对象类型"),
        "contact_name": _("联系人"),
        "contact_phone": _("联系电话"),
        "started_at": _("接待时间"),
        "ended_at": _("接待时间"),
        "request_text": _("事项/问题"),
        "response_text": _("答复/处理结果"),
        "policy": _("依据政策"),
        "referred_to": _("转办单位"),
        "due_on": _("办理时限"),
        "handler": _("经办人"),
        "status": _("办理状态"),
        "rating": _("满意度"),
    }


def render(record: Mapping[str, Any], context: SlipContext) -> bytes:
    """The slip as a PDF."""
    require_printable(record, labels(), context)
    form = Form(
        title=_("服务记录单"),
        number=shown(record, "number"),
        paper=Paper.A5_TWO_UP,
        rows=(*_facts(record), *_texts(record), _confirmation(record)),
        captions=(_("存根联"), _("服务对象联")),
        sizes=(9, 8.5, 8),
    )
    return print_form(form, context)


def _facts(record: Mapping[str, Any]) -> tuple[Row, ...]:
    words = labels()

    def pair(first: str, second: str) -> Row:
        return Row(
            (
                Cell(words[first], _LABEL, "label"),
                Cell(shown(record, first), _HALF - _LABEL),
                Cell(words[second], _LABEL, "label"),
                Cell(shown(record, second), _HALF - _LABEL),
            ),
            height=6.3 * mm,
        )

    return (
        pair("service_type", "channel"),
        pair("client_name", "client_kind"),
        pair("contact_name", "contact_phone"),
        _wide(words["started_at"], span(shown(record, "started_at"), shown(record, "ended_at"))),
    )


def _texts(record: Mapping[str, Any]) -> tuple[Row, ...]:
    words = labels()
    referred = Row(
        (
            Cell(words["referred_to"], _LABEL, "label"),
            Cell(shown(record, "referred_to"), _HALF - _LABEL),
            Cell(words["due_on"], _LABEL, "label"),
            Cell(day(shown(record, "due_on")), _HALF - _LABEL),
        ),
        height=6.3 * mm,
    )
    return (
        _wide(words["request_text"], shown(record, "request_text"), 14, 1),
        _wide(words["response_text"], shown(record, "response_text"), 14, 1),
        _wide(words["policy"], shown(record, "policy")),
        referred,
    )


def _wide(label: str, value: str, height: float = 6.3, stretch: float = 0) -> Row:
    role = "text" if stretch else "value"
    return Row(
        (Cell(label, _LABEL, "label"), Cell(value, 2 * _HALF - _LABEL, role)), height=height * mm, stretch=stretch
    )


def _confirmation(record: Mapping[str, Any]) -> Row:
    """Signatures of both sides, the satisfaction boxes, and the center's seal."""
    date = _("　　　　年　　月　　日")
    handler, status = shown(record, "handler"), shown(record, "status")
    client = Cell(
        _("满意度：{boxes}", boxes=_rating(shown(record, "rating"))),
        _HALF - 8,
        "text",
        (_("服务对象确认签字："), date),
    )
    said = [_("经办人：{name}", name=handler)] if handler else []
    said += [_("办理状态：{status}", status=status)] if status else []
    center = Cell("\n".join(said), _HALF + 8, "text", (_("经办人签字："), date), seal=True)
    return Row((client, center), height=41.8 * mm)


def _rating(stored: str) -> str:
    """The four boxes of the paper; a stored 1 to 5 ticks the one it belongs to."""
    words = (_("很满意"), _("满意"), _("一般"), _("不满意"))
    by_number = {"5": words[0], "4": words[1], "3": words[2], "2": words[3], "1": words[3]}
    return boxes(words, by_number.get(stored, stored))


SLIP = Slip("service_case", "service_case", "服务记录单", render)
