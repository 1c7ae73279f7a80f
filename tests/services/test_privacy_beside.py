"""A client's name is personal where the client is a resident, and only there (domain.md B12)."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import Refusal
from app.models.fields import Privacy
from app.models.registry import KINDS
from app.services import calendar, reading
from app.services.erasing import erase
from app.services.findings import findings
from app.services.history import history
from app.services.privacy import hidden_in, reveal
from app.services.reading import as_json
from app.services.telling import told
from app.services.today import today
from app.services.writing import save
from app.workspace import Workspace

SPAN = {"start": "2026-11-24T09:00", "end": "2026-11-24T11:00"}


@pytest.fixture
def desk(workspace: Workspace) -> Any:
    return workspace.office.acting("王小明")


@pytest.fixture
def hall(desk: Any) -> str:
    return save(desk, "venue", {"name": "一楼大厅"}).id


def test_what_the_privacy_of_a_field_depends_on_stands_in_its_group():
    found = [(kind, field) for kind in KINDS.values() for field in kind.fields.values() if field.personal_if]
    assert {(kind.name, field.name) for kind, field in found} == {
        ("booking", "client_name"), ("booking_series", "client_name"), ("slot_waiting", "client_name"),
        ("service_case", "client_name"),
    }  # fmt: skip
    for kind, field in found:
        name, value = field.personal_if or ("", "")
        assert kind.log_field(name) == kind.log_field(field.name) != field.name
        assert value in dict(kind.fields[name].choices)


def test_a_resident_is_masked_in_lists_and_exports_and_an_organization_is_not(desk: Any, hall: str):
    resident = save(desk, "booking", {"venue": hall, "client_kind": "resident", "client_name": "李四", **SPAN}).id
    row = reading.get(desk, "booking", resident)
    assert row.display("client_name", masked=True) == "李*"
    assert row.title == "李*"
    assert as_json(row, reveal=False)["client_name"] == "李*"
    assert as_json(row, reveal=True)["client_name"] == "李四"
    assert hidden_in(row) == ("client_name",)
    assert reveal(desk, "booking", [resident])[0].display("client_name") == "李四"
    assert history(desk, "booking", resident)[-1].audit  # who looked is written down
    save(desk, "booking", {"client_kind": "committee", "client_name": "开鲁居委会"}, resident)
    row = reading.get(desk, "booking", resident)
    assert row.display("client_name", masked=True) == "开鲁居委会"
    assert hidden_in(row) == ()


def test_a_masked_name_handed_back_means_no_change(desk: Any, hall: str):
    resident = save(desk, "booking", {"venue": hall, "client_kind": "resident", "client_name": "李四", **SPAN}).id
    save(desk, "booking", {"client_name": "李*", "purpose": "读书会"}, resident)
    assert reading.get(desk, "booking", resident).values["client_name"] == "李四"


def test_history_masks_a_resident_by_what_was_written_with_the_name(desk: Any, hall: str):
    one = save(desk, "booking", {"venue": hall, "client_kind": "resident", "client_name": "李四", **SPAN}).id
    save(desk, "booking", {"client_kind": "committee", "client_name": "开鲁居委会"}, one)
    lines = [line for entry in told(desk, "booking", one) for line in entry.lines if "申请单位" in line.label]
    assert [(line.before, line.after) for line in lines] == [("李*", "开鲁居委会"), ("（空）", "李*")]


def test_a_resident_is_not_named_to_others_on_the_board_in_refusals_and_in_findings(
    desk: Any, hall: str, workspace: Workspace
):
    one = save(desk, "booking", {"venue": hall, "client_kind": "resident", "client_name": "李四", **SPAN}).id
    assert [block.client for block in calendar.day(desk, "2026-11-24").blocks] == ["李*"]
    with pytest.raises(Refusal, match="已被 李\\* 预约"):
        save(desk, "booking", {"venue": hall, **SPAN})
    other = save(desk, "venue", {"name": "二楼"}).id
    two = save(desk, "booking", {"venue": other, "client_name": "合唱队", **SPAN}).id
    with desk.unit() as unit:
        unit.load("booking", two).venue = hall
    (clash,) = findings(desk)
    assert (clash.ids, "李*" in clash.text, "李四" in clash.text) == (tuple(sorted((one, two))), True, False)
    workspace.clock.move(days=1)  # type: ignore[attr-defined]
    assert "李四" not in str(today(desk))
    workspace.index()
    (hit,) = reading.search(desk, "李四")
    assert (hit.id, "李四" in hit.title + hit.subtitle) == (one, False)


def test_erasure_takes_a_resident_out_of_the_log_and_keeps_what_is_not_personal(desk: Any, hall: str):
    one = save(desk, "booking", {"venue": hall, "purpose": "读书会", "client_kind": "resident", "client_name": "李四",
                                 **SPAN}).id  # fmt: skip
    assert erase(desk, "booking", one) == 1
    row = reading.get(desk, "booking", one)
    assert (row.values["client_name"], row.values["purpose"], row.values["start"]) == (None, "读书会", SPAN["start"])
    assert row.display("client_name") == "（已依申请删除）"
    assert "李四" not in str([entry.values for entry in history(desk, "booking", one)])


def test_erasure_finds_a_resident_of_before_and_keeps_the_client_of_now(desk: Any, hall: str):
    one = save(desk, "service_case", {"service_type": "other", "request_text": "咨询", "client_kind": "resident",
                                      "client_name": "李四"}).id  # fmt: skip
    save(desk, "service_case", {"client_kind": "committee", "client_name": "开鲁居委会"}, one)
    assert erase(desk, "service_case", one) == 1
    row = reading.get(desk, "service_case", one)
    assert (row.values["client_kind"], row.values["client_name"]) == ("committee", "开鲁居委会")
    assert row.values["request_text"] == "咨询"
    assert "李四" not in str([entry.values for entry in history(desk, "service_case", one)])


def test_an_organization_as_client_has_nothing_personal_to_erase(desk: Any, hall: str):
    one = save(desk, "booking", {"venue": hall, "client_kind": "committee", "client_name": "开鲁居委会", **SPAN}).id
    statically = [field.name for field in KINDS["booking"].fields.values() if field.privacy >= Privacy.PERSONAL]
    assert "client_name" not in statically
    assert erase(desk, "booking", one) == 0
