"""Registered social organizations and community teams (domain.md B1, B5)."""

from __future__ import annotations

from app.models.fields import INTERNAL, PERSONAL, PUBLIC, SENSITIVE
from app.models.record import Record, boolean, choice, day, decimal, integer, link, note, text

ORG_TYPES = (("social_group", "社会团体"), ("service_org", "社会服务机构"), ("foundation", "基金会"))
COMMUNITY_CLASSES = (
    ("life", "社区生活服务"),
    ("charity", "社区公益慈善"),
    ("culture_sports", "社区文体活动"),
    ("mediation", "社区专业调处"),
)
REG_STATUS = (
    ("normal", "正常"),
    ("changing", "变更中"),
    ("deregistered", "注销"),
    ("revoked", "撤销"),
    ("cert_revoked", "吊销登记证书"),
    ("suspended", "限期停止活动"),
    ("nominal", "名存实亡(内部)"),
)
INDUSTRIES = tuple(
    (code, label)
    for code, label in zip(
        [
            "science",
            "education",
            "health",
            "social",
            "culture",
            "sports",
            "law",
            "commerce",
            "religion",
            "farming",
            "trade",
            "ecology",
            "foreign",
            "other",
        ],
        [
            "科技",
            "教育",
            "卫生",
            "社会服务",
            "文化",
            "体育",
            "法律",
            "工商服务",
            "宗教",
            "农业农村",
            "职业",
            "生态环境",
            "国际涉外",
            "其他",
        ],
        strict=True,
    )
)
GRADES = (("1A", "1A"), ("2A", "2A"), ("3A", "3A"), ("4A", "4A"), ("5A", "5A"))
TEAM_CATEGORIES = (
    ("culture", "文化艺术"),
    ("fitness", "健身体育"),
    ("leisure", "休闲爱好"),
    ("welfare", "公益服务"),
    ("other", "其他"),
)
TEAM_STATUS = (
    ("applied", "申请"),
    ("committee_passed", "居委通过"),
    ("street_passed", "街道通过"),
    ("active", "有效"),
    ("suspended", "暂停"),
    ("deregistered", "注销"),
    ("refused", "不予备案"),
)
SEXES = (("male", "男"), ("female", "女"))
PARTY = (
    ("member", "中共党员"),
    ("probationary", "预备党员"),
    ("league", "共青团员"),
    ("masses", "群众"),
    ("other", "其他"),
)


class Organization(Record, label="社会组织", number="ZZ", icon="building-2", groups={"identity": ("org_type", "uscc")}):
    """A registered social organization: social group, social service organization or foundation."""

    name = text("名称", required=True, format="organization_name", max_length=120, search=True, privacy=PUBLIC,
                listed=True, section="登记信息")  # fmt: skip
    reg_status = choice("登记状态", REG_STATUS, default="normal", privacy=PUBLIC, listed=True)
    org_type = choice("类型", ORG_TYPES, privacy=PUBLIC, listed=True, help="与统一社会信用代码第2位一致")
    uscc = text("统一社会信用代码", format="uscc", max_length=18, search=True, privacy=PUBLIC, listed=True)
    old_cert_no = text("旧登记证号", max_length=40, privacy=PUBLIC, search=True)
    service_org_form = choice(
        "民非类别", (("corporate", "法人"), ("partnership", "合伙"), ("individual", "个体")), privacy=PUBLIC
    )
    founded_on = day("成立登记日期", privacy=PUBLIC)
    cert_from = day("证书有效期起", privacy=PUBLIC)
    cert_to = day("证书有效期止", privacy=PUBLIC, listed=True)
    reg_authority = text("登记管理机关", max_length=80, privacy=PUBLIC)
    supervisor = text("业务主管单位", max_length=80, privacy=PUBLIC, help="直接登记的留空")
    industry_dept = text("行业管理部门", max_length=80, privacy=PUBLIC)
    legal_rep = text("法定代表人", format="person_name", max_length=60, search=True, privacy=PUBLIC)
    registered_capital = decimal("开办资金", unit="元", minimum=0, privacy=PUBLIC)
    industry = choice("行(事)业", INDUSTRIES, privacy=PUBLIC)
    community_class = choice("社区服务四类", COMMUNITY_CLASSES, privacy=PUBLIC)
    is_charity = boolean("慈善组织", privacy=PUBLIC)
    public_fundraising = boolean("公开募捐资格", privacy=PUBLIC)
    grade = choice("评估等级", GRADES, privacy=PUBLIC)
    grade_to = day("评估有效期止", privacy=PUBLIC)
    business_scope = note("业务范围", privacy=PUBLIC)
    phone = text("电话", format="phone", privacy=INTERNAL, section="联系", listed=True, search=True)
    contact_name = text("联系人", format="person_name", max_length=60, search=True, privacy=PERSONAL)
    contact_phone = text("联系人电话", format="phone", privacy=PERSONAL)
    email = text("邮箱", format="email", max_length=100)
    website = text("网址", max_length=200, privacy=PUBLIC)
    postcode = text("邮编", format="postcode", max_length=6, privacy=PUBLIC)
    address = text("住所", max_length=200, privacy=PUBLIC, search=True)
    office_address = text("实际办公地址", max_length=200)
    committee_code = text("所在居(村)委", max_length=12)
    activity_area = text("活动地域", max_length=100, privacy=PUBLIC)
    term_no = integer("届次", minimum=1, section="治理")
    term_from = day("本届起")
    term_to = day("本届止", help="到期前提醒换届")
    members_unit = integer("单位会员数", minimum=0)
    members_person = integer("个人会员数", minimum=0)
    directors = integer("理事数", minimum=0)
    employees = integer("从业人员数", minimum=0)
    party_members = integer("党员数", minimum=0)
    in_center = choice("与中心关系", (("resident", "入驻"), ("tenant", "租借"), ("member", "会员")))
    remark = note("备注")


class Team(
    Record, label="群众活动团队", number="TD", icon="users",
    groups={"size": ("member_count", "party_member_count")},
):  # fmt: skip
    """A community activity team filed with the street (备案类社区社会组织); not a legal person."""

    name = text("群团名称", required=True, format="organization_name", max_length=80, search=True, privacy=PUBLIC,
                listed=True, section="团队信息")  # fmt: skip
    status = choice("备案状态", TEAM_STATUS, default="applied", listed=True, privacy=PUBLIC)
    category = choice("类别", TEAM_CATEGORIES, listed=True, privacy=PUBLIC)
    committee_code = text("所属社区(居村)", max_length=12)
    founded_on = day("成立时间", privacy=PUBLIC)
    venue_text = text("活动地点", max_length=100, search=True, privacy=PUBLIC)
    venue = link("固定场地", "venue")
    content = note("活动内容", max_length=1000, privacy=PUBLIC)
    schedule_text = text("活动时间", max_length=100, listed=True, privacy=PUBLIC)
    weekly_times = integer("每周活动次数", unit="次", minimum=0, maximum=50)
    member_count = integer("参加人数", unit="人", minimum=0, listed=True, help="备案条件：相对固定成员不少于10人")
    party_member_count = integer("其中中共党员人数", unit="人", minimum=0)
    star = integer("星级", minimum=1, maximum=5)
    leader_name = text("负责人姓名", format="person_name", max_length=60, search=True, privacy=PERSONAL, listed=True,
                       section="负责人或召集人")  # fmt: skip
    leader_sex = choice("负责人性别", SEXES, privacy=PERSONAL)
    leader_birth_year = integer("负责人出生年份", minimum=1900, maximum=2100, privacy=PERSONAL)
    leader_party = choice("负责人政治面貌", PARTY, privacy=SENSITIVE)
    leader_address = text("负责人家庭地址", format="address", max_length=200, privacy=PERSONAL)
    leader_employer = text("负责人工作单位", max_length=100, privacy=PERSONAL)
    leader_phone = text("负责人联系电话", format="phone", privacy=PERSONAL)
    instructor_assigned = choice(
        "委派情况", (("assigned", "已委派"), ("unassigned", "未委派")), section="政治指导员(党建联络员)"
    )
    instructor_name = text("指导员姓名", format="person_name", max_length=60, privacy=PERSONAL)
    instructor_sex = choice("指导员性别", SEXES, privacy=PERSONAL)
    instructor_birth_year = integer("指导员出生年份", minimum=1900, maximum=2100, privacy=PERSONAL)
    instructor_unit = text("指导员工作单位及职务", max_length=100)
    instructor_party = text("指导员所属党组织", max_length=100)
    instructor_phone = text("指导员联系电话", format="phone", privacy=PERSONAL)
    committee_opinion = text("所在社区备案意见", max_length=50, section="备案意见")
    committee_opinion_on = day("社区意见日期")
    street_opinion = text("街镇审核意见", max_length=50)
    street_opinion_on = day("审核日期")
    filing_no = text("备案号", max_length=40, search=True, privacy=PUBLIC)
    refusal_reason = text("不予备案或放宽条件的理由", max_length=200)
    next_check_on = day("下次复核日期")
