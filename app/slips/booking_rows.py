"""The rows that the booking slip and the application form share, in the order of domain.md C1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reportlab.lib.units import mm

from app.slips.amounts import money
from app.slips.grid import Cell, Row
from app.slips.values import boxes, day, moment, occupied, shown, span, with_unit, yes_no
from app.text import _


@dataclass(frozen=True)
class Shape:
    """Measures of a paper: label and half width in shares, height of a row in millimetres; ``stretch`` lets the rows take
    what is left of a single page."""

    label: float
    half: float
    height: float
    stretch: float = 1

    def pair(self, first: str, first_value: str, second: str, second_value: str) -> Row:
        """Two fields side by side."""
        cells = (
            Cell(first, self.label, "label"), Cell(first_value, self.half - self.label),
            Cell(second, self.label, "label"), Cell(second_value, self.half - self.label),
        )  # fmt: skip
        return Row(cells, height=self.height * mm, stretch=self.stretch)

    def wide(self, label: str, value: str, height: float = 0) -> Row:
        """One field over the whole width."""
        cells = (Cell(label, self.label, "label"), Cell(value, 2 * self.half - self.label))
        return Row(cells, height=(height or self.height) * mm, stretch=self.stretch)


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
        "fee_lines": _("费用变动"),
        "deposit": _("押金"),
        "deposit_reason": _("扣留原因"),
        "status": _("预约状态"),
        "opinion": _("中心意见"),
        "approved_by": _("审批人"),
        "damage": _("损坏情况"),
        "note": _("备注"),
        "remark": _("备注"),
    }


def application(record: Mapping[str, Any], shape: Shape) -> Iterator[Row]:
    """What the applicant asks for."""
    words = labels()
    start, end = shown(record, "start"), shown(record, "end")
    time = span(start, end)
    taken = occupied(start, end, shown(record, "before"), shown(record, "after"))
    if taken:
        time = _("{time}（{taken}）", time=time, taken=taken)
    headcount = with_unit(shown(record, "headcount"), _("人"))
    people = "　".join(filter(None, (shown(record, "contact_name"), shown(record, "contact_phone"))))
    yield shape.pair(
        words["client_name"], shown(record, "client_name"), words["client_code"], shown(record, "client_code")
    )
    yield shape.pair(
        words["purpose"], shown(record, "purpose"), words["category"], shown(record, "category", "purpose_kind")
    )
    yield shape.wide(words["venue"], shown(record, "venue"))
    yield shape.wide(words["start"], time)
    yield shape.pair(words["headcount"], headcount, _("负责人、电话"), people)
    yield shape.pair(
        words["equipment"], shown(record, "equipment"), _("对外开放"), yes_no(record.get("open_to_public"))
    )
    yield shape.pair(words["fee"], _fee(record), words["deposit"], deposit(record))
    remark = shown(record, "note", "remark")
    if remark:
        yield shape.wide(words["remark"], remark)


def _fee(record: Mapping[str, Any]) -> str:
    """The frozen fee, how it was reckoned, and what has changed since (rules.md 25)."""
    fee = shown(record, "fee")
    said = [_("{fee}元", fee=fee) if money(fee) is not None else fee or _("　　　　元")]
    price, unit = shown(record, "price"), shown(record, "price_unit")
    if price:
        said.append(_("（{price}{unit}）", price=price, unit=unit or _("元/小时")))
    for line in record.get("fee_lines") or ():
        amount = money(shown(line, "amount"))
        signed = f"{amount:+}" if amount is not None else shown(line, "amount")
        said.append(_("，{reason}{amount}元", reason=shown(line, "reason"), amount=signed))
    if record.get("fee_lines"):
        said.append(_("，合计{total}元", total=shown(record, "fee_total")))
    return "".join(said)


def deposit(record: Mapping[str, Any]) -> str:
    """The deposit and how it stands; what was kept, with the reason (rules.md 25)."""
    amount, state = shown(record, "deposit"), shown(record, "deposit_state")
    said = _("{fee}元", fee=amount) if money(amount) is not None else amount or _("　　　　元")
    kept, reason = shown(record, "deposit_kept"), shown(record, "deposit_reason")
    if kept:
        state = _("{state}{kept}元", state=state or _("扣留"), kept=kept)
        state = _("{state}：{reason}", state=state, reason=reason) if reason else state
    return _("{amount}（{state}）", amount=said, state=state) if state else said


def promise() -> str:
    """The promise of safety that the applicant signs."""
    return _(
        "安全承诺：本单位对活动内容和参加人员安全负责，遵守场地管理和消防规定，"
        "不超员、不转借，爱护设施，用后清场复原；损坏照价赔偿。"
    )


def hands(record: Mapping[str, Any], shape: Shape, height: float) -> Row:
    """What is signed and sealed: the promise of safety by the applicant, the center's word beside it."""
    date = _("　　　　年　　月　　日")
    approved = record.get("approved")
    chosen = {True: _("同意"), False: _("不同意")}.get(approved, "") if isinstance(approved, bool) else ""
    opinion = _("中心意见：\n{boxes}", boxes=boxes((_("同意"), _("不同意")), chosen))
    written = shown(record, "opinion") or ("" if approved is not False else shown(record, "cancel_reason"))
    status = shown(record, "status")
    said = [opinion, written, _("预约状态：{status}", status=status) if status else ""]
    approver = "　".join(filter(None, (shown(record, "approved_by"), day(shown(record, "approved_on")))))
    said.append(_("审批：{approver}", approver=approver) if approver else "")
    applicant = Cell(promise(), shape.half, "text", (_("申请人签名："), date), seal=True)
    center = Cell("\n".join(filter(None, said)), shape.half, "text", (_("审批人签名："), date), seal=True)
    return Row((applicant, center), height=height * mm)


def after_use(record: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """The block 使用后, blank or as it was recorded: people, state of equipment, cleanliness, time of leaving."""
    left = shown(record, "checked_out_at")
    leaving = moment(left).split(" ")[-1] if left else _("　　　：　　　")
    return (
        _("实到 {n} 人", n=shown(record, "actual_headcount") or "　　　"),
        _("设备 {boxes}", boxes=boxes((_("完好"), _("有损坏")), shown(record, "condition"))),
        _("卫生 {boxes}", boxes=boxes((_("整洁"), _("需保洁")), shown(record, "cleanliness"))),
        _("离场时间 {time}", time=leaving),
    )
