"""Sample records for the slips and what comes back from a printed PDF."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2

from app.slips.base import SlipContext

DATA = Path(__file__).resolve().parent.parent / "data"
CONTEXT = SlipContext("上海市杨浦区银杏街道社会组织服务中心", "李小敏", datetime(2026, 11, 20, 14, 5))

BOOKING: dict[str, Any] = {
    "number": "YY-310110016-2026-0137",
    "client_name": "银杏街道乐龄编织社",
    "client_code": "52310110MJ4905123F",
    "purpose": "“银龄巧手”编织作品展",
    "category": "团队活动",
    "venue": "一楼多功能厅（东侧）",
    "start": "2026-11-24T09:00",
    "end": "2026-11-24T11:00",
    "before": "15",
    "after": "15",
    "headcount": "60",
    "contact_name": "欧阳𬍤",
    "contact_phone": "13800005678",
    "equipment": "投影仪1台、无线话筒2支",
    "open_to_public": True,
    "fee": "",
    "status": "已确认",
    "note": "",
}
ACTIVITY: dict[str, Any] = {
    "number": "HD-310110016-2026-0042",
    "title": "敬老月便民服务日",
    "category": "社区服务",
    "host": "银杏街道社会组织联合会",
    "co_host": "乐龄生活服务社",
    "place": "中心广场",
    "start": "2026-10-21T08:30",
    "end": "2026-10-21T11:30",
    "planned_participants": "300",
    "target_group": "老年居民",
    "content": "理发、磨刀、小家电维修、量血压。",
    "funding_source": "街道购买服务经费",
    "safety_plan": "设安全员6名，入口限流。",
    "leader_name": "区㭕英",
    "leader_phone": "13900004567",
    "safety_officer": "解䶮华",
    "safety_phone": "021-60001234",
}
SERVICE: dict[str, Any] = {
    "number": "FW-310110016-2026-0218",
    "service_type": "登记申请指导",
    "channel": "来访",
    "client_kind": "拟成立组织",
    "client_name": "银杏为老服务中心（筹）",
    "contact_name": "尉迟国𬘓",
    "contact_phone": "13600002222",
    "started_at": "2026-11-20T13:30",
    "ended_at": "2026-11-20T14:05",
    "request_text": "咨询名称核准、开办资金及住所证明要求。",
    "response_text": "已发一次性告知书。",
    "policy": "《民办非企业单位登记管理暂行条例》",
    "handler": "李小敏",
    "status": "办理中",
    "referred_to": "",
    "due_on": "2026-12-01",
    "rating": "",
}


def training(people: int) -> dict[str, Any]:
    """A training with so many people enrolled."""
    return {
        "number": "PX-310110016-2026-0009",
        "title": "社会组织财务规范实务培训",
        "training_kind": "财务",
        "start": "2026-11-26T09:00",
        "end": "2026-11-26T16:30",
        "place": "三楼培训室",
        "teacher": "尔朱国𫓧",
        "hours": "6",
        "capacity": "60",
        "enrolments": [
            {"name": f"学员{i:03}", "unit": "乐龄生活服务社", "duty": "会计", "phone": f"138{i:04}5678", "note": ""}
            for i in range(1, people + 1)
        ],
    }


USED: dict[str, Any] = {
    **BOOKING,
    "price": "50",
    "price_unit": "元/小时",
    "fee": "100",
    "fee_lines": [{"reason": "延长半小时", "amount": "25"}],
    "fee_total": "125",
    "deposit": "200",
    "deposit_state": "部分扣留",
    "deposit_kept": "50",
    "deposit_reason": "桌面划伤",
    "approved": True,
    "opinion": "同意，注意噪声",
    "approved_by": "刘𬱖",
    "approved_on": "2026-11-21",
    "actual_headcount": "55",
    "condition": "有损坏",
    "cleanliness": "整洁",
    "damage": "会议桌桌面划伤一处",
    "checked_out_at": "2026-11-24T11:05",
    "cancel_hours": "24",
    "release_minutes": "30",
    "strike_limit": "3",
    "strike_days": "180",
    "venue_capacity": "80",
    "access": "二楼，有电梯和轮椅坡道",
    "center_phone": "021-60001111",
    "keys": [{"keys": "东厅钥匙1把", "out_at": "2026-11-24T08:50", "due_at": "2026-11-24T12:00"}],
}
"""A booking with everything that can stand on its papers."""

DEPOSIT: dict[str, Any] = {
    "number": "YY-310110016-2026-0138",
    "client_name": "阳光志愿服务社",
    "purpose": "理事会",
    "venue": "二楼201室",
    "start": "2026-11-24T09:00",
    "end": "2026-11-24T11:00",
    "contact_name": "解䶮华",
    "contact_phone": "13900004444",
    "deposit": "200",
    "deposit_kept": "50",
    "deposit_reason": "桌面划伤",
    "keys": [{"keys": "201室钥匙1把", "out_at": "2026-11-24T08:50", "back_at": "2026-11-24T11:10"}],
    "remark": "现金",
}
KEY: dict[str, Any] = {
    "number": "YS-310110016-2026-0007",
    "keys": [{"keys": "201室钥匙1把", "out_at": "2026-11-24T08:50", "due_at": "2026-11-24T12:00"}],
    "venue": "二楼201室",
    "booking": "YY-310110016-2026-0137",
    "client_name": "银杏街道乐龄编织社",
    "purpose": "编织作品展",
    "contact_name": "尔朱国𫓧",
    "contact_phone": "13900001111",
    "remark": "音响柜钥匙另领",
}
WAITING: dict[str, Any] = {
    "number": "HB-310110016-2026-0003",
    "client_name": "书香银杏读书会",
    "purpose": "读书会",
    "venue": "二楼201室",
    "start": "2026-12-04T09:00",
    "end": "2026-12-04T11:00",
    "headcount": "12",
    "contact_name": "区㭕英",
    "contact_phone": "13900002222",
    "joined_at": "2026-11-20T10:00",
    "position": "2",
    "status": "候补中",
    "waiting_order": "谁先合适给谁",
    "strict": False,
    "offer_hours": "24",
    "remark": "可改小间",
}


def series(dates: int, skipped: int = 0) -> dict[str, Any]:
    """A weekly series with so many bookings, and skipped dates after them."""
    days = [(date(2027, 1, 5) + timedelta(days=7 * n)).isoformat() for n in range(dates + skipped)]
    span = [{"start": f"{day}T09:00", "end": f"{day}T11:00", "venue": "音乐排练厅"} for day in days]
    return {
        "number": "XL-310110016-2026-0002",
        "client_name": "“夕阳红”合唱队",
        "client_code": "杨银备2026-018",
        "purpose": "合唱排练",
        "purpose_kind": "团队活动",
        "venue": "音乐排练厅",
        "headcount": "25",
        "contact_name": "禤㧐英",
        "contact_phone": "13900003333",
        "equipment": "钢琴",
        "status": "有效",
        "rule": "每周二，共52次",
        "remark": "上午场",
        "dates": [
            {**one, "number": f"YY-310110016-2026-{n:04}", "status": "已确认"} for n, one in enumerate(span[:dates], 1)
        ],
        "skipped": [{**one, "why": "已被 阳光志愿服务社 预约"} for one in span[dates:]],
    }


def calls(people: int) -> dict[str, Any]:
    """A list of so many people to call."""
    return {
        "note": "一楼大厅　11月24日 周二　停用：消防检测",
        "people": [
            {**BOOKING, "client_name": f"第{n}文艺队", "contact_phone": f"139{n:04}4321"} for n in range(1, people + 1)
        ],
    }


RECORDS = {
    "booking": BOOKING,
    "application": USED,
    "deposit": DEPOSIT,
    "key": KEY,
    "series": series(3, 1),
    "waiting": WAITING,
    "calls": calls(3),
    "activity": ACTIVITY,
    "training": training(3),
    "service_case": SERVICE,
}


def pages(pdf: bytes) -> list[str]:
    """The text of each page in the order in which it was drawn."""
    if shutil.which("pdftotext"):
        done = subprocess.run(
            ["pdftotext", "-raw", "-enc", "UTF-8", "-", "-"], input=pdf, capture_output=True, check=True
        )
        return done.stdout.decode("utf-8").split("\f")[:-1]
    return pdfium_pages(pdf)


def pdfium_pages(pdf: bytes) -> list[str]:
    """The same by another reader."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def solid(text: str) -> str:
    """Text without any white space: how lines were broken does not matter."""
    return "".join(text.split())


def printed(pdf: bytes) -> str:
    """All text of a PDF without white space."""
    return solid("".join(pages(pdf)))
