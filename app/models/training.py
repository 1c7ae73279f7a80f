"""Trainings and who is enrolled (domain.md A1.4, C3)."""

from __future__ import annotations

from app.models.fields import PERSONAL, PUBLIC
from app.models.record import Record, choice, decimal, integer, link, moment, note, text

TRAINING_KINDS = (
    ("capacity", "能力培训"),
    ("talent", "人才培训"),
    ("credit", "信用体系建设培训"),
    ("law", "法规政策"),
    ("finance", "财务"),
    ("party", "党建"),
    ("safety", "安全"),
)
SESSION_STATUS = (
    ("planned", "计划中"),
    ("open", "报名中"),
    ("running", "进行中"),
    ("done", "已结束"),
    ("cancelled", "已取消"),
)
ENROLMENT_STATUS = (
    ("enrolled", "已报名"),
    ("waiting", "候补"),
    ("attended", "已参加"),
    ("absent", "缺席"),
    ("cancelled", "已取消"),
)
HOLDS_PLACE = frozenset({"enrolled", "attended", "absent"})


class Training(
    Record, label="培训", number="PX", icon="graduation-cap", title=("title",), order="start", descending=True,
    groups={"slot": ("start", "end", "status")},
):  # fmt: skip
    """A training session with places to enrol in."""

    title = text("培训名称", required=True, max_length=100, search=True, listed=True, privacy=PUBLIC)
    training_kind = choice("培训类别", TRAINING_KINDS, required=True, default="capacity", listed=True, privacy=PUBLIC)
    start = moment("开始", required=True, listed=True, privacy=PUBLIC)
    end = moment("结束", required=True, listed=True, privacy=PUBLIC)
    status = choice("状态", SESSION_STATUS, default="open", listed=True, privacy=PUBLIC)
    venue = link("场地", "venue", privacy=PUBLIC)
    place = text("地点", max_length=100, search=True, listed=True, privacy=PUBLIC)
    teacher = text("授课人", format="person_name", max_length=60, search=True, listed=True, privacy=PUBLIC)
    hours = decimal("学时", unit="学时", minimum=0, places=1, privacy=PUBLIC)
    capacity = integer("名额", unit="人", minimum=1, listed=True, help="报满后转为候补", privacy=PUBLIC)
    content = note("内容", privacy=PUBLIC)
    remark = note("备注")


class Enrolment(
    Record, label="培训报名", number="BM", icon="clipboard-list", order="number",
    groups={"place": ("training", "status")},
):  # fmt: skip
    """One person's enrolment in one training."""

    name = text("姓名", required=True, format="person_name", max_length=60, search=True, privacy=PERSONAL, listed=True)
    training = link("培训", "training", required=True, listed=True)
    status = choice("状态", ENROLMENT_STATUS, default="enrolled", listed=True)
    organization = link("所属组织或团队", "organization", "team")
    unit = text("单位", max_length=120, search=True, listed=True)
    duty = text("职务", max_length=60)
    phone = text("联系电话", format="phone", privacy=PERSONAL, listed=True, search=True)
    priority = integer("优先级", default=0, help="候补时数大的在前")
    remark = note("备注", max_length=500)
