"""Rooms that the center lends out, and their bookings (domain.md A1.10, C1; rules.md 1-9)."""

from __future__ import annotations

from app.models.fields import PERSONAL, PUBLIC
from app.models.record import Record, boolean, choice, decimal, integer, link, moment, note, text

CLIENT_KINDS = (
    ("registered_org", "社会组织"),
    ("team", "群众活动团队"),
    ("preparing_group", "拟成立组织"),
    ("committee", "居(村)委会"),
    ("gov_office", "政府部门"),
    ("enterprise", "企业"),
    ("resident", "居民"),
    ("other", "其他"),
)
CLIENT_TARGETS = {"registered_org": "organization", "team": "team"}
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


class Venue(Record, label="场地", number="CD", icon="door-open", groups={"buffers": ("before", "after")}):
    """A room or outdoor place that the center lends out."""

    name = text("名称", required=True, max_length=50, search=True, privacy=PUBLIC, listed=True)
    status = choice(
        "状态", (("open", "开放"), ("paused", "暂停"), ("retired", "停用")), default="open", listed=True, privacy=PUBLIC
    )
    parent = link("所属场地", "venue", help="可分隔的大厅：占用整厅即占用各分区", privacy=PUBLIC)
    address = text("地址", max_length=200, search=True, privacy=PUBLIC, listed=True)
    area = decimal("面积", unit="㎡", minimum=0, privacy=PUBLIC, listed=True)
    capacity = integer("容纳人数", unit="人", minimum=1, privacy=PUBLIC, listed=True)
    before = integer("布置时间", unit="分钟", minimum=0, maximum=1440, default=0, help="预约前留出的时间")
    after = integer("清场时间", unit="分钟", minimum=0, maximum=1440, default=0, help="预约后留出的时间")
    opens = text("每日开放时间", max_length=40, help="例如 8:30-21:00；留空为全天", privacy=PUBLIC)
    external = boolean("外部场地", help="居委活动室、学校等不属于中心的场地", privacy=PUBLIC)
    postcode = text("邮编", format="postcode", max_length=6, privacy=PUBLIC)
    services = note("服务项目", max_length=1000, privacy=PUBLIC)
    equipment = note("设备", max_length=1000, privacy=PUBLIC)
    contact_phone = text("联系电话", format="phone", privacy=PERSONAL)
    remark = note("备注")


class Booking(
    Record, label="场地预约", number="YY", icon="calendar-check", title=("purpose", "client_name"),
    order="start", descending=True,
    groups={
        "slot": ("venue", "start", "end", "status"),
        "buffers": ("before", "after"),
        "who": ("client_kind", "client", "client_name"),
    },
):  # fmt: skip
    """A room lent to somebody for a time; half open [start, end)."""

    purpose = text("活动名称", max_length=100, search=True, listed=True, section="预约")
    venue = link("场地", "venue", required=True, listed=True, privacy=PUBLIC)
    start = moment("开始", required=True, listed=True, privacy=PUBLIC)
    end = moment("结束", required=True, listed=True, privacy=PUBLIC)
    status = choice("状态", BOOKING_STATUS, default="confirmed", listed=True, privacy=PUBLIC)
    before = integer("布置", unit="分钟", minimum=0, maximum=1440, help="留空按场地")
    after = integer("清场", unit="分钟", minimum=0, maximum=1440, help="留空按场地")
    purpose_kind = choice("类别", PURPOSE_KINDS)
    headcount = integer("人数", unit="人", minimum=0, listed=True)
    client_kind = choice("申请方类型", CLIENT_KINDS, section="申请方")
    client = link("申请方", "organization", "team")
    client_name = text("申请单位/团队", max_length=120, search=True, listed=True,
                       personal_if=("client_kind", "resident"))  # fmt: skip
    contact_name = text("负责人", format="person_name", max_length=60, privacy=PERSONAL, search=True)
    contact_phone = text("联系电话", format="phone", privacy=PERSONAL, search=True)
    equipment = text("设备需求", max_length=200, section="其他")
    open_to_public = boolean("对外开放")
    fee = decimal("收费", unit="元", minimum=0)
    cancel_reason = text("取消或不批准的理由", max_length=200)
    yields_to = link("让位于", "booking", help="两个预约冲突时，由谁让位")
    remark = note("备注", max_length=1000)
