"""Service cases: the spine of everything done for somebody (domain.md A0)."""

from __future__ import annotations

from app.models.fields import PERSONAL
from app.models.record import Record, choice, day, integer, link, moment, note, text
from app.models.venues import CLIENT_KINDS

SERVICE_TYPES = (
    ("info_consult", "信息咨询"),
    ("policy_publicity", "政策宣传"),
    ("reg_guidance", "登记申请指导"),
    ("capacity_training", "能力培训"),
    ("project_guidance", "项目指导"),
    ("finance_guidance", "财务指导"),
    ("branding", "品牌塑造"),
    ("matchmaking", "供需对接"),
    ("project_promo", "优质项目推介引进"),
    ("venue", "场地协调"),
    ("publicity", "宣传推介"),
    ("party_service", "党建服务"),
    ("gov_purchase", "承接政府购买服务"),
    ("info_platform", "信息服务"),
    ("incubation", "孵化培育"),
    ("team_filing", "群众活动团队备案"),
    ("inspection_consult", "年检咨询"),
    ("law_tutoring", "法规政策辅导"),
    ("site_evaluation", "实地评估"),
    ("talent_training", "人才培训"),
    ("bid_guidance", "公益项目招投标指导"),
    ("credit_training", "信用体系建设培训"),
    ("archive_custody", "档案托管"),
    ("wage_fund", "工资基金办理"),
    ("receipt_issue", "票据发放"),
    ("community_service", "社区服务(4类)"),
    ("deliberation", "协商交流"),
    ("public_opinion", "社情民意"),
    ("self_governance", "自治规范诚信"),
    ("info_collection", "动态资料收集"),
    ("screening", "筛查检录"),
    ("rights", "维护权益"),
    ("other", "其他"),
)
CHANNELS = (
    ("visit", "来访"),
    ("phone", "来电"),
    ("wechat", "微信"),
    ("outreach", "上门"),
    ("meeting", "会议"),
    ("web", "网络"),
    ("other", "其他"),
)
CASE_STATUS = (
    ("registered", "已登记"),
    ("in_progress", "办理中"),
    ("transferred", "已转办"),
    ("done", "已办结"),
    ("closed", "已归档"),
    ("cancelled", "已取消"),
)
OPEN_CASES = frozenset({"registered", "in_progress", "transferred"})


class ServiceCase(
    Record, label="服务记录", number="FW", icon="clipboard-list", title=("request_text", "client_name"),
    order="started_at", descending=True,
    groups={"who": ("client_kind", "client", "client_name"), "times": ("started_at", "ended_at")},
):  # fmt: skip
    """One service to one client: what was asked, what was answered, by whom."""

    service_type = choice("服务类别", SERVICE_TYPES, required=True, listed=True, section="服务")
    status = choice("办理状态", CASE_STATUS, default="registered", listed=True)
    channel = choice("服务方式", CHANNELS, default="visit")
    client_kind = choice("服务对象类型", CLIENT_KINDS)
    client = link("服务对象", "organization", "team")
    client_name = text("服务对象名称", max_length=120, search=True, listed=True,
                       personal_if=("client_kind", "resident"))  # fmt: skip
    contact_name = text("联系人", format="person_name", max_length=60, search=True, privacy=PERSONAL)
    contact_phone = text("联系电话", format="phone", privacy=PERSONAL, search=True)
    started_at = moment("接待时间", listed=True)
    ended_at = moment("结束时间")
    request_text = note("事项/问题", required=True, search=True, listed=True)
    response_text = note("答复/处理结果")
    policy = text("依据政策", max_length=200)
    handler = link("经办人", "user", listed=True)
    referred_to = text("转办单位", max_length=120, section="转办与评价")
    due_on = day("办理时限", listed=True)
    feedback = note("反馈", max_length=2000)
    rating = integer("满意度", minimum=1, maximum=5, help="1 不满意 至 5 很满意")
    rating_source = choice("评价来源", (("slip", "服务单签字"), ("scan", "扫码"), ("call", "回访")))
