"""The page of one person: found, ticked, handed out, erased."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.services import reading
from app.services.auditing import audit
from app.services.writing import save
from app.views.context import Context
from app.views.person_page import PersonPage
from app.views.records.form_page import FormPage
from tests.factory import make

NAME, PHONE = "周敏", "13812345678"


@pytest.fixture
def held(context: Context) -> dict[str, str]:
    activity = make(context.office, "activity")
    return {
        "participant": save(context.office, "participant", {"activity": activity, "name": NAME, "phone": PHONE}).id,
        "team": save(context.office, "team", {"name": "合唱队", "leader_name": NAME, "leader_phone": PHONE}).id,
        "case": make(context.office, "service_case", request_text=f"由{NAME}陪同来访"),
    }  # fmt: skip


def test_one_is_found_everywhere_ticked_and_handed_out(
    context: Context, held: dict[str, str], shown: Any, settle: Any, asked: Any, tmp_path: Path
) -> None:
    page = shown(PersonPage(context))
    page.line.setText(f"{NAME} {PHONE}")
    page.find()
    settle()
    assert {one.key for one in page.traces} == {
        ("participant", held["participant"]), ("team", held["team"]), ("service_case", held["case"]),
    }  # fmt: skip
    assert not page.eraser.isEnabled(), "nothing is ticked by itself"
    page.tick([("participant", held["participant"])])
    asked.answer("choose_save_file", tmp_path / "out.json")
    page.file.click()
    settle()
    [record] = json.loads((tmp_path / "out.json").read_text("utf-8"))["records"]
    assert record["fields"]["联系电话"] == PHONE
    assert audit(context.office, acts=("handout",))[0].id == held["participant"]


def test_it_is_erased_and_what_is_left_is_told(
    context: Context, held: dict[str, str], shown: Any, settle: Any, asked: Any
) -> None:
    page = shown(PersonPage(context))
    page.line.setText(NAME)
    page.find()
    settle()
    page._tick_all()
    asked.answer("confirm", lambda *said: any("轮换" in str(one) for one in said))
    asked.answer("inform", None)
    page.eraser.click()
    settle()
    assert reading.get(context.office, "participant", held["participant"]).values["name"] is None
    assert [one.key for one in page.traces] == [("service_case", held["case"])], "a mention is mended by hand"
    assert any("请打开记录改掉" in str(one) for one in asked.shown[-1])


def test_a_record_leads_to_everything_about_its_person(
    context: Context, held: dict[str, str], shown: Any, settle: Any, heard: Any
) -> None:
    form = shown(FormPage(context, "participant", held["participant"]))
    form.actions_on_top._person()
    assert heard.went[-1].page == "person"
    page = shown(PersonPage(context))
    page.arrive(heard.went[-1].arguments)
    settle()
    assert page.line.text() == f"{NAME} {PHONE}"
    assert len(page.traces) == 3
