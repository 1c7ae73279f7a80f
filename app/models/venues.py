"""Rooms that the center lends out, what belongs to them, and when they can be used (domain.md A1.10, C1, B13; rules.md
1-9, 20-21)."""

from __future__ import annotations

from app.models.fields import PERSONAL, PUBLIC
from app.models.record import Record, boolean, choice, day, decimal, integer, link, moment, note, text

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
PRICE_UNITS = (("hour", "元/小时"), ("use", "元/次"))
WAITING_ORDERS = (("strict", "严格按顺序"), ("fits", "谁先合适给谁"))
CLOSURE_SORTS = (("closed", "停用"), ("open", "例外开放"))
DAY_SORTS = (("holiday", "放假"), ("workday", "调休上班"))
MEASURES = (("count", "次数"), ("hours", "小时数"))
PERIODS = (("day", "每天"), ("week", "每周"), ("month", "每月"), ("year", "每年"))
HOURS_HELP = "例如 8:30-11:30 13:00-21:00；填“休息”为不开放；留空按每日开放时间"


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
    external = boolean("外部场地", help="居委活动室、学校等不属于中心的场地", privacy=PUBLIC)
    postcode = text("邮编", format="postcode", max_length=6, privacy=PUBLIC)
    services = note("服务项目", max_length=1000, privacy=PUBLIC)
    equipment = note("设备", max_length=1000, privacy=PUBLIC)
    access = note("到达与无障碍", max_length=500, privacy=PUBLIC, help="例如 二楼，有电梯和轮椅坡道")
    contact_phone = text("联系电话", format="phone", privacy=PERSONAL)
    opens = text("每日开放时间", max_length=40, help="例如 8:30-21:00；留空为全天", privacy=PUBLIC, section="开放时间",
                 folded=True)  # fmt: skip
    opens_mon = text("周一", max_length=60, privacy=PUBLIC, help=HOURS_HELP)
    opens_tue = text("周二", max_length=60, privacy=PUBLIC)
    opens_wed = text("周三", max_length=60, privacy=PUBLIC)
    opens_thu = text("周四", max_length=60, privacy=PUBLIC)
    opens_fri = text("周五", max_length=60, privacy=PUBLIC)
    opens_sat = text("周六", max_length=60, privacy=PUBLIC)
    opens_sun = text("周日", max_length=60, privacy=PUBLIC)
    opens_holiday = text("法定节假日", max_length=60, privacy=PUBLIC, help="填了开放时间的场地，留空为节假日不开放")
    around_the_clock = boolean("24小时开放", privacy=PUBLIC, help="不受开放时间限制，全天预约为 0:00-24:00")
    overnight = boolean("允许跨夜", privacy=PUBLIC, help="预约可以跨过午夜")
    notice_days = integer("至少提前", unit="天", minimum=0, maximum=365, section="预约规则", folded=True,
                          help="按开始时间计算")  # fmt: skip
    ahead_days = integer("最多提前", unit="天", minimum=0, maximum=1100, help="按开始时间计算")
    cancel_hours = integer("取消时限", unit="小时", minimum=0, maximum=8760, help="开始前不足此时间取消，计为逾期取消")
    release_minutes = integer(
        "爽约释放", unit="分钟", minimum=1, maximum=1440, help="开始后多久未到场即释放；留空按中心设置"
    )
    competing = boolean("允许多家同时申请", help="同一时段可有几份申请，批准一份时其余不批准")
    waiting_order = choice("候补顺序", WAITING_ORDERS, default="strict", privacy=PUBLIC)
    price = decimal("收费标准", unit="元", minimum=0, privacy=PUBLIC, section="收费与备注", folded=True)
    price_unit = choice("计费方式", PRICE_UNITS, default="hour", privacy=PUBLIC)
    deposit = decimal("押金标准", unit="元", minimum=0, privacy=PUBLIC)
    remark = note("备注")


class Equipment(Record, label="设备", number="SB", icon="monitor"):
    """Something that is lent with a room: a projector, folding chairs, a loudspeaker."""

    name = text("名称", required=True, max_length=50, search=True, privacy=PUBLIC, listed=True)
    status = choice(
        "状态", (("usable", "可用"), ("repair", "维修中"), ("retired", "停用")), default="usable", listed=True,
        privacy=PUBLIC,
    )  # fmt: skip
    stock = integer("数量", required=True, minimum=0, default=1, privacy=PUBLIC, listed=True)
    unit = text("计量单位", max_length=10, privacy=PUBLIC, help="例如 台、把、套")
    model_name = text("型号规格", max_length=80, search=True, privacy=PUBLIC, listed=True)
    venue = link("固定场地", "venue", privacy=PUBLIC, help="只能在此场地使用的设备")
    place = text("存放地点", max_length=80, search=True, listed=True)
    remark = note("备注", max_length=1000)


class Closure(
    Record, label="停用与例外开放", icon="lock", title=("reason",), order="start", descending=True,
    groups={"slot": ("venue", "start", "end", "sort")},
):  # fmt: skip
    """A time in which the center or a venue is closed, or open against its hours (rules.md 4)."""

    reason = text("原因", required=True, max_length=100, search=True, listed=True, privacy=PUBLIC)
    sort = choice("类别", CLOSURE_SORTS, default="closed", listed=True, privacy=PUBLIC)
    venue = link("场地", "venue", listed=True, privacy=PUBLIC, help="留空为整个中心（不含外部场地）")
    start = moment("开始", required=True, listed=True, privacy=PUBLIC)
    end = moment("结束", required=True, listed=True, privacy=PUBLIC)
    remark = note("备注", max_length=500)


class CalendarDay(Record, label="节假日与调休", icon="calendar-days", title=("name",), order="date", descending=True):
    """A statutory day off, or an adjusted workday, of a year's plan (domain.md B13); its id follows from the date."""

    name = text("节日", required=True, max_length=30, search=True, listed=True, privacy=PUBLIC)
    date = day("日期", required=True, listed=True, privacy=PUBLIC)
    sort = choice("类别", DAY_SORTS, required=True, default="holiday", listed=True, privacy=PUBLIC)


class Quota(
    Record, label="预约额度", icon="list", groups={"for": ("client_kind", "client"), "band": ("weekdays", "from_time", "to_time")}
):  # fmt: skip
    """How much a client may book in a period; all the contacts of an organization are one client (rules.md 21)."""

    name = text("名称", required=True, max_length=60, search=True, listed=True, privacy=PUBLIC)
    active = boolean("启用", default=True, listed=True, privacy=PUBLIC)
    client_kind = choice("申请方类型", CLIENT_KINDS, listed=True, privacy=PUBLIC, help="留空为所有申请方")
    client = link("申请方", "organization", "team", listed=True, help="只管这一家；留空则同类各家都按此额度")
    measure = choice("计量", MEASURES, required=True, default="count", listed=True, privacy=PUBLIC)
    limit = decimal("上限", required=True, minimum=0, listed=True, privacy=PUBLIC)
    period = choice("周期", PERIODS, required=True, default="week", listed=True, privacy=PUBLIC)
    weekdays = text("限于星期", max_length=20, privacy=PUBLIC, help="例如 一二三四五；留空为每天")
    from_time = text("时段起", max_length=5, privacy=PUBLIC, help="例如 18:00；留空为全天")
    to_time = text("时段止", max_length=5, privacy=PUBLIC, help="例如 21:00")
    remark = note("备注", max_length=500)


class QuotaVenue(Record, label="额度适用场地", icon="door-open", title=("remark",), order="number"):
    """A venue, with its parts, that a quota is for; a quota without any is for all venues."""

    quota = link("额度", "quota", required=True, listed=True, privacy=PUBLIC)
    venue = link("场地", "venue", required=True, listed=True, privacy=PUBLIC)
    remark = text("备注", max_length=100, search=True, listed=True)
