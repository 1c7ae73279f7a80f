"""The windows of the tour beyond the main job: a series, closing a room, a table read in, a slip, the charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QScrollArea

from app.services import reading
from app.text import _
from app.views.counter.closing_page import ClosingPage
from app.views.records.editors_link import LinkEditor
from app.views.records.form_page import FormPage
from app.views.records.import_page import ImportPage
from app.views.records.slip_preview import SlipSheet
from app.views.settings_page import SettingsPage
from app.views.stage import Stage
from app.views.tour_data import from_today

if TYPE_CHECKING:
    from app.views.tour import Tour

TEAMS = """群团名称,类别,活动时间,参加人数,负责人姓名,负责人联系电话
市光书法社,文化艺术,每周三下午,18,单𬯀,13800008881
开鲁健步队,健身体育,每天清晨,35,解䶮华,13800008882
中原手工坊,休闲爱好,每周五上午,十二,王文𬬱,13800008883
"""
"""A table of teams as somebody hands it in; the last number is a word."""


def more_windows(tour: Tour, stage: Stage) -> None:
    """A picture of each."""
    week = from_today(tour.today, "+7")
    stage.go(
        "series",
        values={"venue": tour.rooms[0], "start": f"{week}T09:00", "end": f"{week}T11:00", "purpose": "合唱队排练",
                "client": tour.ids["殷行晨曦合唱队"]},
    )  # fmt: skip
    stage.settle(1200)
    tour.picture(stage, "series")
    stage.context.back()
    closing = stage.go("closing")
    assert isinstance(closing, ClosingPage)
    for name, value in (("first", tour.today.isoformat()), ("last", week), ("reason", "空调维修")):
        closing.boxes[name].editor.set_value(value)
    room = closing.boxes["venue"].editor
    assert isinstance(room, LinkEditor)
    room.set_link(tour.rooms[0], reading.get(stage.context.office, "venue", tour.rooms[0]).title)
    room.changed.emit()
    stage.settle(1200)
    tour.picture(stage, "closing")
    _read_in(tour, stage)
    stage.context.open_record("training", tour.ids["training"])
    stage.settle(450)
    form = stage.shell.page
    assert isinstance(form, FormPage)
    _to_end(form.scroller)
    tour.picture(stage, "form-training")
    stage.context.back()
    _paper(tour, stage)
    stage.go("pictures", code="kinds")
    stage.settle(600)
    tour.picture(stage, "charts")
    _settings(tour, stage)


def _read_in(tour: Tour, stage: Stage) -> None:
    table = tour.out / "teams.csv"
    table.write_text(TEAMS, "utf-8-sig")
    page = stage.go("import", kind="team")
    assert isinstance(page, ImportPage)
    page.open_file(table)
    stage.settle(900)
    tour.picture(stage, "import")
    stage.context.back()
    table.unlink()


def _paper(tour: Tour, stage: Stage) -> None:
    booking = next(record for name, record in tour.ids.items() if name.startswith("booking:"))
    stage.expected = SlipSheet
    sheet = SlipSheet(stage.shell, stage.context, "booking", booking, "booking", _("场地预约单"))
    sheet.show()
    stage.until(sheet.yes.isEnabled)
    stage.settle(300)
    tour.picture(stage, "slip", sheet)
    sheet.reject()
    stage.expected = None


def _settings(tour: Tour, stage: Stage) -> None:
    page = stage.go("settings")
    assert isinstance(page, SettingsPage)
    _to_end(page.scroller)
    tour.picture(stage, "settings-data")


def _to_end(scroller: QScrollArea) -> None:
    bar = scroller.verticalScrollBar()
    bar.setValue(bar.maximum())
