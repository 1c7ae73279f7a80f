"""The district's directory on the form and in the list of organizations."""

from __future__ import annotations

from typing import Any

import pytest

from app.models.registry import KINDS
from app.services.reading import get
from app.services.writing import save
from app.sync import device, log, rows
from app.sync.change import encode_bases, encode_values
from app.sync.machine import Machine
from app.sync.replica import Replica
from app.views.context import Context
from app.views.records.directory_panel import DirectoryPanel
from app.views.records.form_page import FormPage
from app.views.records.list_page import ListPage
from app.views.records.model import STATUS_ROLE

CODE = "52310104MJ49963266"


@pytest.fixture
def directory(context: Context, tmp_path) -> Any:
    """Publishes an entry of the directory as a district would, and gives its id."""
    machine = Machine.create(tmp_path / "district", log.ALL, "")
    here = context.workspace.replica()
    replica = Replica(here.engine, machine, here.schema, here.inbox, here.clock)
    device.introduce(replica, log.ALL)

    def publish(**values: Any) -> str:
        record_id = "0192a000-0000-7000-8000-000000000001"
        values |= {"identity": {"org_type": "service_org", "uscc": CODE}}
        draft = log.Draft("organization", record_id, encode_bases({name: [] for name in values}),
                          encode_values(values, salted=False))  # fmt: skip
        with replica.writing() as connection:
            author = log.Author(machine.device, "区", replica.clock(), replica.schema)
            rows.insert_new(connection, log.append(connection, author, log.ALL, [draft]))
        return record_id

    return publish


@pytest.fixture
def own(context: Context) -> str:
    values = {"name": "乐龄社区服务中心", "uscc": CODE, "address": "长白路88号"}
    return save(context.office, "organization", values).id


def panel_of(page: FormPage) -> DirectoryPanel:
    panel = page.banners.shown["directory"]
    assert isinstance(panel, DirectoryPanel)
    return panel


def press(panel: DirectoryPanel, field: str) -> None:
    from PySide6.QtWidgets import QPushButton

    next(one for one in panel.findChildren(QPushButton) if one.property("field") == field).click()


def test_one_click_takes_the_districts_value_over(context, shown, settle, directory, own, heard) -> None:
    directory(name="乐龄社区服务中心", address="长白路101号", grade="4A")
    page = shown(FormPage(context, "organization", own))
    assert panel_of(page).grid.rowCount() == 3, "a head and two differences"
    press(panel_of(page), "address")
    settle()
    assert get(context.office, "organization", own).values["address"] == "长白路101号"
    assert page.form.boxes["address"].editor.value() == "长白路101号"
    assert panel_of(page).grid.rowCount() == 2
    assert heard.said[-1].op is not None, "it can be undone"


def test_what_is_typed_already_stays_and_the_value_joins_it(context, shown, settle, directory, own, heard) -> None:
    directory(name="乐龄社区服务中心", address="长白路101号")
    page = shown(FormPage(context, "organization", own))
    page.form.boxes["phone"].editor.set_value("02165432100")
    press(panel_of(page), "address")
    settle()
    assert get(context.office, "organization", own).values["address"] == "长白路88号", "not before it is saved"
    assert page.form.read()[0] == {"phone": "02165432100", "address": "长白路101号"}


def test_the_list_marks_it_and_says_how_many(context, shown, settle, directory, own) -> None:
    entry = directory(name="乐龄社区服务中心", address="长白路101号")
    page = shown(ListPage(context, "organization"))
    settle()
    marks = {row_id: page.model.index(at, 0).data(STATUS_ROLE) for at, row_id in enumerate(page.model.ids)}
    assert marks == {own: "differs", entry: "published"}
    assert "1 家与区名录不同" in page._summary.text()


def test_an_entry_is_only_read_and_can_become_an_own_record(context, shown, settle, directory, heard) -> None:
    entry = directory(name="新声合唱团", address="长白路101号")
    page = shown(FormPage(context, "organization", entry))
    assert page.read_only
    assert not page.form.isEnabled()
    banner = page.banners.shown["published"]
    from PySide6.QtWidgets import QPushButton

    banner.findChild(QPushButton).click()
    assert heard.went[-1].arguments["values"]["uscc"] == CODE
    assert heard.went[-1].arguments["kind"] == KINDS["organization"].name
