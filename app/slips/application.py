"""场地使用申请表: the application for a room, A4, signed and sealed by both sides, the notes on the back (domain.md C1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reportlab.lib.units import mm

from app.slips.base import Slip, SlipContext, require_printable
from app.slips.booking_rows import Shape, after_use, application, hands, labels
from app.slips.grid import Cell, Row
from app.slips.page import Form, Paper, print_form
from app.slips.values import shown
from app.text import _

_SHAPE = Shape(label=31, half=88, height=9.5)


def render(record: Mapping[str, Any], context: SlipContext) -> bytes:
    """The form as a PDF of two pages: the form, and the notes to be printed on its back."""
    require_printable(record, {**labels(), "access": _("到达与无障碍"), "center_phone": _("咨询电话")}, context)
    form = Form(
        title=_("场地使用申请表"),
        number=shown(record, "number"),
        paper=Paper.A4,
        rows=(*application(record, _SHAPE), hands(record, _SHAPE, 56), *_after_use(record)),
        back=tuple(_notes(record)),
        sizes=(10.5, 10, 9.5, 9),
    )
    return print_form(form, context)


def _after_use(record: Mapping[str, Any]) -> Iterator[Row]:
    people, equipment, clean, leaving = after_use(record)
    half, label = _SHAPE.half, _SHAPE.label
    damage = _("损坏情况：{damage}", damage=shown(record, "damage"))
    lines = (f"{people}　　{leaving}", equipment, clean, damage)
    signs = (
        Cell(_("使用后"), label, "label"),
        Cell("\n".join(lines), half + 10 - label, "text", (_("申请人签名："),)),
        Cell(_("查验意见："), half - 10, "text", (_("工作人员签名："), _("　　　　年　　月　　日"))),
    )
    yield Row(signs, height=38 * mm, stretch=1)
    terms = _("填表说明：本表一份，由中心存档；须知在背面，请双面打印，签名即表示已阅读并同意。")
    yield Row((Cell(terms, 1, "text"),), height=6 * mm, framed=False, scale=0.82)


def _notes(record: Mapping[str, Any]) -> Iterator[Row]:
    """The notes; what this room and center lay down stands in them with its figures."""
    yield Row((Cell(_("场地使用须知"), 1, "center"),), height=12 * mm, framed=False, scale=1.3)
    for number, note in enumerate(_terms(record), start=1):
        yield Row((Cell(_("{n}.", n=number), 10, "text"), Cell(note, 166, "text")), height=9 * mm, framed=False)
    signed = _("本单位已阅读并同意以上须知。")
    yield Row((Cell(signed, 1, "text", (_("申请人签名："), _("　　　　年　　月　　日"))),), height=30 * mm)


def _terms(record: Mapping[str, Any]) -> Iterator[str]:
    def has(name: str) -> str:
        return shown(record, name)

    yield _("场地优先保障政务、党建、签约和培训活动，其次为登记的社会组织、群众活动团队及其他申请人。")
    yield _("请凭预约单提前10分钟到场，由工作人员开门、交接钥匙和设备；布置和清场的时间另行留出，不计入使用时间。")
    notice = _("{n}小时", n=has("cancel_hours")) if has("cancel_hours") else _("1个工作日")
    yield _("变更或取消请至少提前{notice}告知中心；不足此时间取消的，计为逾期取消，仍占用预约额度。", notice=notice)
    if has("release_minutes"):
        yield _("开始后{n}分钟未到场的，场地自动释放，记爽约1次。", n=has("release_minutes"))
    else:
        yield _("无故未到场的，记爽约1次。")
    if has("strike_limit"):
        yield _("{days}天内爽约满{n}次的，暂停预约。", days=has("strike_days") or "180", n=has("strike_limit"))
    if has("venue_capacity"):
        yield _("本场地最多容纳{n}人，不得超员；保持疏散通道和安全出口畅通。", n=has("venue_capacity"))
    else:
        yield _("不得超员；保持疏散通道和安全出口畅通。")
    yield _("不得转借、转租，不得改变申请的活动内容；不得从事营利推销、宗教、赌博和其他违反法律法规的活动。")
    yield _("禁止在场内吸烟、使用明火和存放易燃易爆物品；自带电器须经工作人员同意。")
    yield _("活动参加人员的安全由申请单位负责；大型活动应另行办理备案和许可。")
    yield _("爱护场地和设备，按约定时间离场，清场复原、带走垃圾；由工作人员查验签字后退还押金，损坏的照价赔偿。")
    yield _("收费按登记时的标准；以后标准变动的，不影响已登记的预约，时间有变更的按差额结算。")
    yield _("所填个人信息只用于场地预约和联系，按规定期限保存。")
    if has("access"):
        yield _("到达与无障碍：{access}", access=has("access"))
    if has("center_phone"):
        yield _("咨询电话：{phone}", phone=has("center_phone"))


SLIP = Slip("application", "booking", "场地使用申请表", render)
