"""押金收据 and 钥匙收据: what was taken and what was handed out, A5 twice on A4; brought back with it (rules.md 25)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from reportlab.lib.units import mm

from app.slips.amounts import capitals, figures, money
from app.slips.base import Slip, SlipContext, require_printable
from app.slips.booking_rows import Shape
from app.slips.grid import Cell, Row
from app.slips.page import Form, Paper, print_form
from app.slips.values import moment, shown, span
from app.text import _

_SHAPE = Shape(label=25, half=94, height=7.2)


def labels() -> dict[str, str]:
    """The printed fields and the words before them."""
    return {
        "client_name": _("交款单位/团队"),
        "purpose": _("活动名称"),
        "venue": _("场地"),
        "start": _("使用时间"),
        "end": _("使用时间"),
        "contact_name": _("经手人"),
        "contact_phone": _("联系电话"),
        "deposit": _("押金"),
        "deposit_reason": _("扣留原因"),
        "keys": _("钥匙"),
        "booking": _("预约编号"),
        "remark": _("备注"),
    }


def deposit(record: Mapping[str, Any], context: SlipContext) -> bytes:
    """The receipt of a booking's deposit, and of the keys handed out for it."""
    return _receipt(_("押金收据"), record, context)


def key(record: Mapping[str, Any], context: SlipContext) -> bytes:
    """The receipt of keys, and of the deposit of their booking."""
    return _receipt(_("钥匙收据"), record, context)


def _receipt(title: str, record: Mapping[str, Any], context: SlipContext) -> bytes:
    require_printable(record, labels(), context)
    form = Form(
        title=title,
        number=shown(record, "number"),
        paper=Paper.A5_TWO_UP,
        rows=(*_facts(record), *_keys(record), _hands(), _back(record), _terms()),
        captions=(_("存根联"), _("交款人联")),
        sizes=(9, 8.5, 8, 7.5),
    )
    return print_form(form, context)


def _facts(record: Mapping[str, Any]) -> Iterator[Row]:
    words = labels()
    people = "　".join(filter(None, (shown(record, "contact_name"), shown(record, "contact_phone"))))
    yield _SHAPE.pair(words["client_name"], shown(record, "client_name"), _("经手人、电话"), people)
    yield _SHAPE.pair(words["purpose"], shown(record, "purpose"), words["venue"], shown(record, "venue"))
    time, booked = span(shown(record, "start"), shown(record, "end")), shown(record, "booking")
    yield _SHAPE.pair(words["start"], time, words["booking"], booked) if booked else _SHAPE.wide(words["start"], time)
    amount = money(shown(record, "deposit"))
    if amount is not None and shown(record, "deposit_state") == _("应收"):
        said = _("应收 {figures}，未收", figures=figures(amount))
    elif amount is None:
        said = shown(record, "deposit") or _("人民币（大写）　　　　　　　　　　　　　　　　（小写）¥")
    else:
        said = _("{capitals}　　（小写）{figures}", capitals=capitals(amount), figures=figures(amount))
    yield _SHAPE.wide(words["deposit"], said, 9)


def _keys(record: Mapping[str, Any]) -> Iterator[Row]:
    keys = record.get("keys") or ()
    said = []
    for one in keys:
        out, due = moment(shown(one, "out_at")), moment(shown(one, "due_at"))
        parts = [
            shown(one, "keys"),
            _("领出 {time}", time=out) if out else "",
            _("应还 {time}", time=due) if due else "",
        ]
        said.append(_("，").join(filter(None, parts)))
    yield _SHAPE.wide(labels()["keys"], "\n".join(said))
    remark = shown(record, "remark")
    if remark:
        yield _SHAPE.wide(labels()["remark"], remark)


def _hands() -> Row:
    date = _("　　　　年　　月　　日")
    payer = Cell("", _SHAPE.half - 14, "text", (_("交款（领钥匙）人签名："), date))
    center = Cell("", _SHAPE.half + 14, "text", (_("收款（发钥匙）人签名："), date), seal=True)
    return Row((payer, center), height=41.8 * mm)


def _back(record: Mapping[str, Any]) -> Row:
    """What was given back: as it was recorded, else blanks."""
    amount, kept = money(shown(record, "deposit")), money(shown(record, "deposit_kept"))
    if kept is None and shown(record, "deposit_state") == _("已退还"):
        kept = Decimal(0)
    reason = shown(record, "deposit_reason")
    if amount is not None and kept is not None:
        back, held = figures(amount - kept), figures(kept)
    else:
        back, held = "¥　　　　　", "¥　　　　　"
    returned = [moment(shown(one, "back_at")) for one in record.get("keys") or () if shown(one, "back_at")]
    lines = [
        _("退还 {back}　扣留 {kept}　原因：{reason}", back=back, kept=held, reason=reason),
        _("钥匙归还 {time}", time="，".join(returned) or _("　　　月　　　日　　　：　　　")),
    ]
    cell = Cell(
        "\n".join(lines), 2 * _SHAPE.half - _SHAPE.label, "text", (_("交款人签名：　　　　　　　　　　　退还人签名："),)
    )
    return Row((Cell(_("退还"), _SHAPE.label, "label"), cell), height=17 * mm)


def _terms() -> Row:
    text = _("说明：凭本收据退还押金、交还钥匙，请妥善保管；本收据不作报销凭证。")
    return Row((Cell(text, 1, "text"),), height=5 * mm, framed=False, scale=0.84)


DEPOSIT = Slip("deposit", "booking", "押金收据", deposit)
KEY = Slip("key", "key_handover", "钥匙收据", key)
