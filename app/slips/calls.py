"""电话通知单: the people to call about a day or a closure, with room for what they said (domain.md A1.10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.slips.base import Slip, SlipContext
from app.slips.table import Column, table_slip
from app.slips.values import shown, span
from app.text import _


def render(record: Mapping[str, Any], context: SlipContext) -> bytes:
    """The list as a PDF: of ``people``, rows of bookings; ``note`` says what it is about. Numbers stand in full, since
    they are called."""
    columns = (
        Column(_("时间"), 40), Column(_("场地"), 34), Column(_("申请单位/团队"), 44), Column(_("活动名称"), 40),
        Column(_("联系人"), 22), Column(_("电话"), 28), Column(_("已通知"), 13, centred=True), Column(_("结果"), 42),
    )  # fmt: skip
    rows = [_row(person) for person in record.get("people") or ()]
    foot = _(
        "□ 打通并告知后勾选；结果写：同意改期/改场地、取消、未接通（何时再打）。本单有个人信息，用后由专人收存或销毁。"
    )
    return table_slip(_("电话通知单"), columns, rows, context, note=shown(record, "note"), foot=foot, height=10)


def _row(booking: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        span(shown(booking, "start"), shown(booking, "end")), shown(booking, "venue"), shown(booking, "client_name"),
        shown(booking, "purpose"), shown(booking, "contact_name"), shown(booking, "contact_phone"), "□", "",
    )  # fmt: skip


SLIP = Slip("calls", "closure", "电话通知单", render)
