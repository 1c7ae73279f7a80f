"""Bookings of rooms, their series, their waiting list, and what is handed over (domain.md A1.10, C1; rules.md 5-30)."""

from __future__ import annotations

from app.models.fields import PERSONAL, PUBLIC
from app.models.record import Record, boolean, choice, day, decimal, integer, link, moment, note, text
from app.models.venues import CLIENT_KINDS, PRICE_UNITS

BOOKING_STATUS = (
    ("requested", "已申请"),
    ("tentative", "待定"),
    ("confirmed", "已确认"),
    ("checked_in", "使用中"),
    ("closed", "已结束"),
    ("no_show", "爽约"),
    ("cancelled", "已取消"),
    ("rejected", "未批准"),
    ("expired", "已过期"),
)
BLOCKING = frozenset({"requested", "tentative", "confirmed", "checked_in", "closed"})
"""States that hold the room (rules.md 5)."""
PURPOSE_KINDS = (
    ("government", "政务"),
    ("party", "党建"),
    ("signing", "签约"),
    ("training", "培训"),
    ("organization", "社会组织活动"),
    ("team", "团队活动"),
    ("other", "其他"),
)
"""In the order of their priority (domain.md A1.10)."""
DEPOSIT_STATES = (("due", "应收"), ("held", "已收"), ("partly_kept", "部分扣留"), ("returned", "已退还"))
CONDITIONS = (("good", "完好"), ("damaged", "有损坏"))
CLEANLINESS = (("clean", "整洁"), ("dirty", "需保洁"))
ON_TAKEN = (("refuse", "有一次不行就全部不约"), ("skip", "跳过不行的日期"))
SERIES_STATUS = (("active", "有效"), ("cancelled", "已取消"))
WAITING_STATUS = (
    ("waiting", "候补中"),
    ("offered", "已通知待确认"),
    ("accepted", "已接受"),
    ("left", "已退出"),
)
WAITING_SHOWN = (*WAITING_STATUS, ("expired", "已过期"))
"""As people are shown it: an offer or a wish whose time is over (``states.shown_waiting``)."""


class Booking(
    Record, label="场地预约", number="YY", icon="calendar-check", title=("purpose", "client_name"),
    order="start", descending=True,
    groups={
        "slot": ("venue", "start", "end", "status"),
        "buffers": ("before", "after"),
        "who": ("client_kind", "client", "client_name"),
        "occurrence": ("series", "original_date"),
        "pledge": ("deposit", "deposit_state", "deposit_kept", "deposit_reason"),
        "frozen": ("price", "price_unit"),
    },
):  # fmt: skip
    """A room lent to somebody for a time; half open [start, end)."""

    venue = link("场地", "venue", required=True, listed=True, privacy=PUBLIC, section="预约")
    start = moment("开始", required=True, listed=True, privacy=PUBLIC)
    end = moment("结束", required=True, listed=True, privacy=PUBLIC)
    headcount = integer("人数", unit="人", minimum=0, listed=True)
    client = link("申请方", "organization", "team", section="申请方与活动")
    purpose = text("活动名称", max_length=100, search=True, listed=True, recalled=True)
    client_name = text("申请单位/团队", max_length=120, search=True, listed=True,
                       personal_if=("client_kind", "resident"))  # fmt: skip
    client_kind = choice("申请方类型", CLIENT_KINDS)
    contact_name = text("负责人", format="person_name", max_length=60, privacy=PERSONAL, search=True)
    contact_phone = text("联系电话", format="phone", privacy=PERSONAL, search=True)
    purpose_kind = choice("类别", PURPOSE_KINDS)
    equipment = text("设备需求", max_length=200, recalled=True)
    status = choice(
        "状态", BOOKING_STATUS, default="confirmed", listed=True, privacy=PUBLIC, section="安排与备注", folded=True
    )
    all_day = boolean("全天", help="按场地当天的开放时间", privacy=PUBLIC)
    before = integer("布置", unit="分钟", minimum=0, maximum=1440, help="留空按场地")
    after = integer("清场", unit="分钟", minimum=0, maximum=1440, help="留空按场地")
    open_to_public = boolean("对外开放")
    remark = note("备注", max_length=1000)
    price = decimal(
        "收费标准", unit="元", minimum=0, help="登记时按场地定下，以后不随场地变动", section="收费与押金", folded=True
    )
    price_unit = choice("计费方式", PRICE_UNITS)
    fee = decimal("收费", unit="元", minimum=0)
    deposit = decimal("押金", unit="元", minimum=0)
    deposit_state = choice("押金状态", DEPOSIT_STATES)
    deposit_kept = decimal("扣留金额", unit="元", minimum=0)
    deposit_reason = text("扣留原因", max_length=200)
    opinion = text("中心意见", max_length=200, section="审批", folded=True)
    approved_by = text("审批人", format="person_name", max_length=60)
    approved_on = day("审批日期")
    cancel_reason = text("取消或不批准的理由", max_length=200)
    cancelled_at = moment("取消时间")
    cancelled_by = text("取消人", max_length=60)
    checked_in_at = moment("到场时间", section="使用", folded=True)
    checked_out_at = moment("离场时间")
    actual_headcount = integer("实到人数", unit="人", minimum=0)
    condition = choice("设备场地", CONDITIONS)
    cleanliness = choice("卫生", CLEANLINESS)
    damage = note("损坏情况", max_length=500)
    series = link("系列", "booking_series", section="系列与让位", folded=True)
    original_date = day("系列原定日期")
    yields_to = link("让位于", "booking", help="两个预约冲突时，由谁让位")


class BookingEquipment(Record, label="预约设备", icon="monitor", title=("remark",), order="number"):
    """So many pieces of one equipment for a booking (rules.md 8)."""

    booking = link("场地预约", "booking", required=True, listed=True)
    equipment = link("设备", "equipment", required=True, listed=True, privacy=PUBLIC)
    quantity = integer("数量", required=True, minimum=1, default=1, listed=True, privacy=PUBLIC)
    remark = text("备注", max_length=100, search=True, listed=True)


class FeeLine(Record, label="费用变动", icon="file-text", title=("reason",), order="at", descending=True):
    """A difference to the fee of a booking that was frozen when it was made (rules.md 25); amounts may be negative."""

    booking = link("场地预约", "booking", required=True, listed=True)
    amount = decimal("金额", required=True, unit="元", listed=True)
    reason = text("原因", required=True, max_length=100, search=True, listed=True)
    at = moment("时间", required=True, listed=True)


class BookingSeries(
    Record, label="系列预约", number="XL", icon="calendar-days", title=("purpose", "client_name"),
    order="start", descending=True,
    groups={
        "pattern": ("venue", "start", "end", "rule"),
        "who": ("client_kind", "client", "client_name"),
    },
):  # fmt: skip
    """Bookings that repeat by a rule. The occurrences are bookings; a date of the rule without one was skipped, and can
    still be booked (rules.md 10-19)."""

    purpose = text("活动名称", max_length=100, search=True, listed=True, section="系列")
    venue = link("场地", "venue", required=True, listed=True, privacy=PUBLIC)
    start = moment("首次开始", required=True, listed=True, privacy=PUBLIC)
    end = moment("首次结束", required=True, listed=True, privacy=PUBLIC)
    rule = text("重复规则", required=True, max_length=200, privacy=PUBLIC,
                help="RFC 5545 的 RRULE，例如 FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20261231")  # fmt: skip
    on_taken = choice("遇到占用", ON_TAKEN, default="refuse", privacy=PUBLIC)
    status = choice("状态", SERIES_STATUS, default="active", listed=True, privacy=PUBLIC)
    purpose_kind = choice("类别", PURPOSE_KINDS)
    headcount = integer("人数", unit="人", minimum=0, listed=True)
    client_kind = choice("申请方类型", CLIENT_KINDS, section="申请方")
    client = link("申请方", "organization", "team")
    client_name = text("申请单位/团队", max_length=120, search=True, listed=True,
                       personal_if=("client_kind", "resident"))  # fmt: skip
    contact_name = text("负责人", format="person_name", max_length=60, privacy=PERSONAL, search=True)
    contact_phone = text("联系电话", format="phone", privacy=PERSONAL, search=True)
    equipment = text("设备需求", max_length=200, section="其他")
    cancel_reason = text("取消理由", max_length=200)
    follows = link("接续自", "booking_series", help="由哪个系列从某日起分出，或去年的哪个系列续办")
    remark = note("备注", max_length=1000)


class SlotWaiting(
    Record, label="场地候补", number="HB", icon="clock", title=("purpose", "client_name"), order="start", descending=True,
    groups={
        "wish": ("venue", "start", "end"),
        "who": ("client_kind", "client", "client_name"),
        "answer": ("status", "offer_until", "booking"),
    },
):  # fmt: skip
    """Somebody waits for a room at a time; when it becomes free it is held for them until a deadline (rules.md 26-30)."""

    venue = link("场地", "venue", required=True, listed=True, privacy=PUBLIC, section="候补")
    start = moment("开始", required=True, listed=True, privacy=PUBLIC)
    end = moment("结束", required=True, listed=True, privacy=PUBLIC)
    headcount = integer("人数", unit="人", minimum=0)
    client = link("申请方", "organization", "team", section="申请方与活动")
    purpose = text("活动名称", max_length=100, search=True, listed=True, recalled=True)
    client_name = text("申请单位/团队", max_length=120, search=True, listed=True,
                       personal_if=("client_kind", "resident"))  # fmt: skip
    client_kind = choice("申请方类型", CLIENT_KINDS)
    contact_name = text("负责人", format="person_name", max_length=60, privacy=PERSONAL, search=True)
    contact_phone = text("联系电话", format="phone", privacy=PERSONAL, search=True)
    purpose_kind = choice("类别", PURPOSE_KINDS)
    priority = integer("优先级", default=0, listed=True, help="数大的在前")
    status = choice(
        "状态", WAITING_STATUS, default="waiting", listed=True, privacy=PUBLIC, section="排队与备注", folded=True
    )
    joined_at = moment("排队时间", listed=True)
    offer_until = moment("保留到", help="到时未确认，让给下一家")
    booking = link("成为预约", "booking")
    remark = note("备注", max_length=500)


class KeyHandover(
    Record, label="钥匙交接", number="YS", icon="key", title=("keys", "person_name"), order="out_at", descending=True,
):  # fmt: skip
    """Keys of a venue that were handed out, and whether they are back (rules.md 25)."""

    keys = text("钥匙", required=True, max_length=60, search=True, listed=True, recalled=True, help="例如 201 室 1 把")
    venue = link("场地", "venue", required=True, listed=True, privacy=PUBLIC)
    booking = link("场地预约", "booking", listed=True)
    person_name = text(
        "领用人", required=True, format="person_name", max_length=60, privacy=PERSONAL, search=True, listed=True
    )
    person_phone = text("联系电话", format="phone", privacy=PERSONAL, search=True)
    out_at = moment("领出时间", required=True, listed=True)
    out_by = text("发放人", format="person_name", max_length=60)
    due_at = moment("应还时间", listed=True)
    back_at = moment("归还时间", listed=True)
    back_by = text("收回人", format="person_name", max_length=60)
    remark = note("备注", max_length=500)
