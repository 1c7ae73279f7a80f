"""The windows of the tour beside the main job: the set-up of a PC, a series, closing a room, a table read in, a slip, the charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QScrollArea

from app.services import reading
from app.text import _
from app.views.context import Context
from app.views.counter.closing_page import ClosingPage
from app.views.person_page import PersonPage
from app.views.preferences import Preferences
from app.views.records.editors_link import LinkEditor
from app.views.records.form_page import FormPage
from app.views.records.import_page import ImportPage
from app.views.records.slip_preview import SlipSheet
from app.views.shell import Shell
from app.views.stage import Stage
from app.views.tour_data import COLLEAGUES, PUPILS, ROOMS, STREET, USER, from_today

if TYPE_CHECKING:
    from app.views.tour import Tour

TEAMS = """群团名称,类别,活动时间,参加人数,负责人姓名,负责人联系电话
市光书法社,文化艺术,每周三下午,18,单𬯀,13800008881
开鲁健步队,健身体育,每天清晨,35,解䶮华,13800008882
中原手工坊,休闲爱好,每周五上午,十二,王文𬬱,13800008883
"""
"""A table of teams as somebody hands it in; the last number is a word."""


def first_run(tour: Tour, stage: Stage) -> None:
    """The set-up of a third PC, a picture of each of its steps."""
    from app.views.wizard import Wizard

    window = Wizard(tour.out / "pc3/data", tour.out / "pc3/config", stage.tasks, stage.context.theme)
    window.show()
    stage.settle(300)
    tour.picture(stage, "wizard-begin", window)
    window.next()
    for box, code in ((window.center.district, STREET[:6]), (window.center.street, STREET)):
        box.setCurrentIndex(box.findData(code))
    stage.settle(300)
    tour.picture(stage, "wizard", window)
    window.next()
    stage.until(lambda: window.step is window.people)
    window.people.user.setText(USER)
    colleagues = [{"id": "", "name": name, "role": role} for name, role in zip(PUPILS[1:4], COLLEAGUES, strict=True)]
    window.people.others.fill(colleagues)
    stage.settle(300)
    tour.picture(stage, "wizard-people", window)
    window.next()
    stage.until(lambda: window.step is window.rooms)
    window.rooms.rooms.fill([dict(zip(("name", "capacity", "opens"), room, strict=True)) for room in ROOMS])
    window.rooms.rooms.focus()
    stage.settle(300)
    tour.picture(stage, "wizard-rooms", window)
    window.next()
    stage.until(lambda: window.step is window.desk)
    stage.settle(300)
    tour.picture(stage, "wizard-desk", window)
    window.hide()
    if window.workspace is not None:
        window.workspace.close()
    window.deleteLater()


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
    _person(tour, stage)
    _safe(tour, stage)


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
    stage.go("settings", data=True)
    tour.picture(stage, "settings-data")


def _person(tour: Tour, stage: Stage) -> None:
    page = stage.go("person", words=[PUPILS[1]])
    assert isinstance(page, PersonPage)
    stage.until(lambda: bool(page.traces))
    page.tick([one.key for one in page.traces[-2:]])
    stage.settle(300)
    tour.picture(stage, "person")


def _safe(tour: Tour, stage: Stage) -> None:
    context = Context(stage.workspace, stage.tasks, stage.context.theme, stage.context.actor)
    shell = Shell(context, stage.workspace.machine.folder, Preferences(), safe=True)
    context.setParent(shell)
    shell.resize(stage.shell.size())
    shell.show()
    shell.start()
    stage.settle(450)
    tour.picture(stage, "safe-mode", shell)
    shell.hide()
    shell.deleteLater()


def _to_end(scroller: QScrollArea) -> None:
    bar = scroller.verticalScrollBar()
    bar.setValue(bar.maximum())
