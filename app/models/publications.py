"""What is handed down and made known: notices and policies (domain.md A1.2, A2.2)."""

from __future__ import annotations

from app.models.fields import PUBLIC
from app.models.record import Record, choice, day, note, text

LEVELS = (("national", "国家"), ("city", "市级"), ("district", "区级"), ("street", "街镇"))
URGENCIES = (("ordinary", "一般"), ("urgent", "加急"), ("most_urgent", "特急"))
POLICY_STATUS = (("valid", "有效"), ("expired", "失效"), ("repealed", "废止"))
LONG_TEXT = 12_000
"""Characters of a body: in UTF-8 well under the 64 KiB of one change, with everything beside it."""


class Notice(Record, label="通知", title=("title",), order="issued_on", descending=True, icon="info"):
    """A notice from the district, the street or another office: what is to be known or answered, and by when."""

    title = text("标题", required=True, max_length=120, search=True, privacy=PUBLIC, listed=True, section="通知")
    level = choice("发文层级", LEVELS, default="district", privacy=PUBLIC, listed=True)
    urgency = choice("紧急程度", URGENCIES, default="ordinary", privacy=PUBLIC, listed=True)
    doc_no = text("文号", max_length=60, search=True, privacy=PUBLIC, help="没有文号的留空")
    issuer = text("发文单位", max_length=80, search=True, privacy=PUBLIC, listed=True)
    issued_on = day("发文日期", privacy=PUBLIC, listed=True)
    reply_by = day("回复截止日期", privacy=PUBLIC, listed=True, help="不需要回复的留空")
    body = note("正文", required=True, max_length=LONG_TEXT, search=True, privacy=PUBLIC)
    contact = text("联系人", max_length=60, privacy=PUBLIC, section="联系", help="发文单位的经办人")
    contact_phone = text("联系电话", format="phone", privacy=PUBLIC)


class Policy(Record, label="政策", title=("title",), order="issued_on", descending=True, icon="file-text"):
    """A policy document in the center's library, with the time for which it holds."""

    title = text("标题", required=True, max_length=160, search=True, privacy=PUBLIC, listed=True, section="文件")
    status = choice("效力状态", POLICY_STATUS, default="valid", privacy=PUBLIC, listed=True)
    level = choice("发文层级", LEVELS, privacy=PUBLIC, listed=True)
    doc_no = text("文号", max_length=60, search=True, privacy=PUBLIC, listed=True, help="例如 沪民规〔2025〕11号")
    issuer = text("发文机关", max_length=80, search=True, privacy=PUBLIC, listed=True)
    issued_on = day("发文日期", privacy=PUBLIC)
    effective_from = day("施行日期", privacy=PUBLIC)
    effective_to = day("有效期止", privacy=PUBLIC, listed=True, help="规范性文件写有有效期")
    topics = text("主题词", max_length=100, search=True, privacy=PUBLIC, help="用空格隔开，例如 登记 年检 税收")
    summary = note("要点", max_length=2000, search=True, privacy=PUBLIC, section="内容")
    full_text = note("全文", max_length=LONG_TEXT, privacy=PUBLIC)
    website = text("原文网址", max_length=200, privacy=PUBLIC)
