"""Community activities and who takes part (domain.md A3.1, C2b)."""

from __future__ import annotations

from app.models.fields import PERSONAL, PUBLIC
from app.models.organizations import COMMUNITY_CLASSES
from app.models.record import Record, choice, decimal, integer, link, moment, note, text

ACTIVITY_STATUS = (
    ("planned", "计划"),
    ("filed", "已备案"),
    ("announced", "已宣传"),
    ("running", "进行中"),
    ("done", "已完成"),
    ("archived", "已归档"),
    ("cancelled", "已取消"),
)


class Activity(
    Record, label="社区活动", number="HD", icon="party-popper", title=("title",), order="start", descending=True,
    groups={"slot": ("start", "end", "status")},
):  # fmt: skip
    """A community activity in one of the four classes of community service."""

    title = text("活动名称", required=True, max_length=100, search=True, listed=True, privacy=PUBLIC, section="活动")
    category = choice("类别", COMMUNITY_CLASSES, required=True, listed=True, privacy=PUBLIC)
    start = moment("开始", required=True, listed=True, privacy=PUBLIC)
    end = moment("结束", required=True, listed=True, privacy=PUBLIC)
    status = choice("状态", ACTIVITY_STATUS, default="planned", listed=True, privacy=PUBLIC)
    host = text("主办", max_length=120, search=True, listed=True, privacy=PUBLIC)
    organization = link("主办组织或团队", "organization", "team", privacy=PUBLIC)
    co_host = text("承办", max_length=120, privacy=PUBLIC)
    venue = link("场地", "venue", privacy=PUBLIC)
    place = text("地点", max_length=120, search=True, privacy=PUBLIC)
    target_group = text("服务对象", max_length=100, privacy=PUBLIC)
    planned_participants = integer("计划人数", unit="人", minimum=0, listed=True)
    content = note("内容", privacy=PUBLIC)
    funding_source = text("经费来源", max_length=100, section="经费与安全")
    cost = decimal("经费", unit="元", minimum=0)
    safety_plan = note("安全预案", max_length=2000)
    leader_name = text("负责人", format="person_name", max_length=60, privacy=PERSONAL, search=True)
    leader_phone = text("负责人电话", format="phone", privacy=PERSONAL)
    safety_officer = text("安全责任人", format="person_name", max_length=60, privacy=PERSONAL)
    safety_phone = text("安全责任人电话", format="phone", privacy=PERSONAL)
    actual_participants = integer("实到人数", unit="人", minimum=0, section="总结")
    volunteers = integer("志愿者人数", unit="人", minimum=0)
    service_hours = decimal("服务时长", unit="小时", minimum=0, places=1)
    summary = note("总结")
    dispute_kind = text("纠纷类型", max_length=60, section="专业调处")
    outcome = choice("调处结果", (("settled", "成功"), ("failed", "不成"), ("referred", "转办")))
    agreement_no = text("协议书编号", max_length=40)


class Participant(Record, label="活动参加人", number="CJ", icon="user", order="number"):
    """One person's part in one community activity."""

    name = text("姓名", required=True, format="person_name", max_length=60, search=True, privacy=PERSONAL, listed=True)
    activity = link("活动", "activity", required=True, listed=True)
    role = choice(
        "身份",
        (("participant", "参加者"), ("volunteer", "志愿者"), ("staff", "工作人员")),
        default="participant",
        listed=True,
    )
    status = choice(
        "状态",
        (("enrolled", "已报名"), ("attended", "已签到"), ("cancelled", "已取消")),
        default="enrolled",
        listed=True,
    )
    unit = text("单位或社区", max_length=120, listed=True, search=True)
    phone = text("联系电话", format="phone", privacy=PERSONAL, listed=True, search=True)
    remark = note("备注", max_length=500)
