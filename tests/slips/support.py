"""Sample records for the slips and what comes back from a printed PDF."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
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


RECORDS = {"booking": BOOKING, "activity": ACTIVITY, "training": training(3), "service_case": SERVICE}


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
