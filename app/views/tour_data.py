"""The tour's people, organizations and events: all made up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

STREET = "310110016"
CENTER = "殷行街道社会组织服务中心"
USER = "周敏"

ORGANIZATIONS: tuple[dict[str, Any], ...] = (
    {"name": "杨浦区殷行街道乐龄为老服务社", "uscc": "52310101MJ60181555", "phone": "65431234", "cert_to": "+25",
     "community_class": "life", "legal_rep": "刘𬱖"},
    {"name": "杨浦区殷行社区书画协会", "uscc": "51310112MJ0342368A", "phone": "65435678", "cert_to": "+80",
     "community_class": "culture_sports", "legal_rep": "欧阳娜娜"},
    {"name": "殷行街道社区公益基金会", "uscc": "53310101MJ00182690", "phone": "65439012", "cert_to": "+170",
     "community_class": "charity", "legal_rep": "仇文𬬩"},
    {"name": "杨浦区殷行<和睦>调解服务中心", "uscc": "52310112MJ1276841K", "phone": "65433456", "cert_to": "+900",
     "community_class": "mediation", "legal_rep": "尔朱国𫓧"},
)  # fmt: skip

TEAMS: tuple[dict[str, Any], ...] = (
    {"name": "殷行晨曦合唱队", "category": "culture", "member_count": 42, "party_member_count": 11,
     "leader_name": "阿依古丽·麦麦提·阿卜杜拉", "leader_phone": "13800001111", "schedule_text": "每周二上午", "status": "active"},
    {"name": "开鲁太极拳队", "category": "fitness", "member_count": 26, "party_member_count": 6,
     "leader_name": "解䶮华", "leader_phone": "13800002222", "schedule_text": "每天清晨", "status": "active"},
    {"name": "市光编织社", "category": "leisure", "member_count": 15, "party_member_count": 2,
     "leader_name": "单𬯀", "leader_phone": "13800003333", "schedule_text": "每周四下午", "status": "active"},
    {"name": "中原邻里互助队", "category": "welfare", "member_count": 9, "party_member_count": 5,
     "leader_name": "尼玛·次仁", "leader_phone": "13800004444", "schedule_text": "每周六", "status": "applied"},
)  # fmt: skip

PUPILS = (
    "刘𬱖",
    "欧阳娜娜",
    "仇文𬬩",
    "尔朱国𫓧",
    "解䶮华",
    "单𬯀",
    "尼玛·次仁",
    "王文𬬱",
    "区㭕英",
    "任小𬘩",
    "朴䓨华",
    "逄𬀩",
)

COLLEAGUES = ("director", "staff", "front_desk")
"""What the colleagues of the set-up do."""
ROOMS = (("二楼会议室", "30", "8:30-21:00"), ("一楼活动室", "60", "8:30-17:00"))
"""The rooms of the set-up: name, capacity, when they are open."""


def from_today(today: date, days: str) -> str:
    """``+25`` as a date."""
    return (today + timedelta(days=int(days))).isoformat()


def bookings(today: date) -> tuple[tuple[int, str, str, str, int | str, str], ...]:
    """(room, start, end, purpose, organization or team, status) of the tour's week."""
    day = today.isoformat()
    tomorrow = (today + timedelta(days=1)).isoformat()
    return (
        (0, f"{day}T09:00", f"{day}T11:00", "合唱队排练", "殷行晨曦合唱队", "confirmed"),
        (0, f"{day}T13:30", f"{day}T15:00", "理事会会议", "杨浦区殷行社区书画协会", "confirmed"),
        (1, f"{day}T09:30", f"{day}T11:30", "为老服务培训", "杨浦区殷行街道乐龄为老服务社", "confirmed"),
        (1, f"{day}T14:00", f"{day}T16:30", "书画展布展", "杨浦区殷行社区书画协会", "tentative"),
        (2, f"{day}T08:30", f"{day}T10:00", "太极拳教学", "开鲁太极拳队", "confirmed"),
        (3, f"{day}T10:00", f"{day}T12:00", "调解员例会", "杨浦区殷行<和睦>调解服务中心", "confirmed"),
        (3, f"{day}T13:00", f"{day}T15:30", "编织活动", "市光编织社", "requested"),
        (4, f"{day}T18:30", f"{day}T20:30", "公益项目路演", "殷行街道社区公益基金会", "confirmed"),
        (0, f"{tomorrow}T09:00", f"{tomorrow}T11:00", "合唱队排练", "殷行晨曦合唱队", "confirmed"),
        (2, f"{tomorrow}T14:00", f"{tomorrow}T16:00", "换届筹备", "杨浦区殷行街道乐龄为老服务社", "confirmed"),
    )
