"""What today asks of the center."""

from __future__ import annotations

import pypdfium2
import pytest

from app.services.sample import add_sample
from app.services.today import print_block, today
from app.services.writing import save
from app.workspace import Workspace


def test_an_empty_day_says_so(workspace: Workspace) -> None:
    day = today(workspace.office)
    assert day.summary == "今天没有预约"
    assert [block.items for block in day.blocks] == [()] * 8


def test_the_summary_counts_what_matters(workspace: Workspace) -> None:
    add_sample(workspace.demo().office)
    day = today(workspace.office)
    assert day.summary == "今天 8 场预约，2 场待确认，1 场培训，1 项活动，2 件服务逾期，5 张证书半年内到期"


def test_cancelled_bookings_are_not_today(workspace: Workspace) -> None:
    venue = save(workspace.office, "venue", {"name": "一楼大厅"}).id
    slot = {"venue": venue, "start": "2026-11-23T09:00", "end": "2026-11-23T11:00", "status": "cancelled"}
    save(workspace.office, "booking", slot)
    assert today(workspace.office).block("bookings").items == ()


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        ("2026-11-23T09:00", "2026-11-23T11:30", "9:00-11:30"),
        ("2026-11-23T20:00", "2026-11-24T00:00", "20:00-24:00"),
        ("2026-11-22T20:00", "2026-11-23T08:00", "0:00-8:00"),
        ("2026-11-22T20:00", "2026-11-24T08:00", "0:00-24:00"),
        ("2026-11-22T20:00", "2026-11-23T00:00", None),
        ("2026-11-24T00:00", "2026-11-24T08:00", None),
    ],
)
def test_a_day_ends_at_24(workspace: Workspace, start: str, end: str, shown: str | None) -> None:
    venue = save(workspace.office, "venue", {"name": "一楼大厅", "overnight": True}).id
    save(workspace.office, "booking", {"venue": venue, "start": start, "end": end})
    assert [item.when for item in today(workspace.office).block("bookings").items] == ([shown] if shown else [])


@pytest.mark.parametrize(
    ("cert_to", "word", "status"),
    [
        ("2026-11-13", "已过期 10 天", "overdue"),
        ("2026-11-23", "今天到期", "suspended"),
        ("2026-12-23", "还有 30 天", "suspended"),
        ("2027-02-21", "还有 90 天", ""),
        ("2027-05-22", "还有 180 天", ""),
        ("2027-05-23", None, ""),
    ],
)
def test_certificates_are_reminded_of_half_a_year_before(
    workspace: Workspace, cert_to: str, word: str | None, status: str
) -> None:
    save(workspace.office, "organization", {"name": "乐邻服务社", "cert_to": cert_to})
    found = today(workspace.office).block("certificates").items
    assert [(item.word, item.status) for item in found] == ([(word, status)] if word else [])


def test_a_deregistered_organization_is_not_reminded(workspace: Workspace) -> None:
    save(workspace.office, "organization", {"name": "甲", "cert_to": "2026-12-01", "reg_status": "deregistered"})
    assert today(workspace.office).block("certificates").items == ()


def test_only_open_cases_are_overdue(workspace: Workspace) -> None:
    for status in ("registered", "done"):
        save(workspace.office, "service_case", {
            "service_type": "info_consult", "request_text": status, "status": status,
            "started_at": "2026-11-01T09:00", "due_on": "2026-11-20",
        })  # fmt: skip
    (item,) = today(workspace.office).block("cases").items
    assert (item.title, item.word) == ("registered", "逾期 3 天")


def test_every_block_can_be_printed(workspace: Workspace) -> None:
    add_sample(workspace.demo().office)
    for n in range(30):
        save(workspace.office, "organization", {"name": f"组织{n}", "cert_to": "2027-01-01"})
    for block in today(workspace.office).blocks:
        document = pypdfium2.PdfDocument(print_block(workspace.office, block))
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
        assert block.title in text
        assert f"共 {block.count} 条" in text
        for item in block.items:
            assert item.when in text
