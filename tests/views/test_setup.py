"""The set-up goes on where it was left: closed, killed, put off; by the keys alone; and it fits the screen."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.services import local, reading, setup
from app.services.people import people
from app.services.reading import Query
from app.views.preferences import Preferences
from app.views.shell import Shell
from app.views.sign_in import SignIn
from app.views.start import Desktop
from app.views.tasks import Tasks
from app.views.theme import TEXT_SIZES, Theme
from app.views.today_page import TodayPage
from app.views.wizard import Wizard
from app.views.wizard_desk import DeskStep
from app.views.wizard_people import PeopleStep, RoomsStep
from app.workspace import Workspace
from tests import sampling
from tests.views.killed_setup import MOMENTS

ROOT = Path(__file__).resolve().parent.parent.parent


class Pc:
    """A PC on which the program is started again and again."""

    def __init__(self, app: QApplication, folder: Path, qtbot: QtBot) -> None:
        self.app, self.folder, self.qtbot = app, folder, qtbot
        self.desktop: Desktop | None = None

    def start(self) -> Wizard | Shell | SignIn:
        self.off()
        self.desktop = Desktop(self.app, self.folder / "data", self.folder / "config", Preferences())
        self.desktop.start()
        return self.window

    @property
    def window(self):
        assert self.desktop is not None
        return self.desktop.window

    def wait(self, *steps: type) -> Wizard:
        """Until the wizard shows one of ``steps``."""
        self.qtbot.waitUntil(lambda: isinstance(self.window, Wizard) and isinstance(self.window.step, steps))
        return self.window

    def off(self) -> None:
        if self.desktop is not None:
            window = self.desktop.window
            self.desktop.close()
            if window is not None:
                window.deleteLater()
            self.desktop.deleteLater()
            self.desktop = window = None
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            gc.collect()  # on this thread: a worker must not be the one that frees a window


@pytest.fixture
def pc(app: QApplication, tmp_path: Path, qtbot: QtBot) -> Iterator[Pc]:
    made = Pc(app, tmp_path / "pc", qtbot)
    yield made
    made.off()


def founded(pc: Pc) -> Wizard:
    """The first step is done."""
    window = pc.start()
    assert isinstance(window, Wizard)
    window.next()
    for box, name in ((window.center.district, "杨浦区"), (window.center.street, "殷行街道")):
        box.setCurrentIndex(box.findText(name))
    window.next()
    return pc.wait(PeopleStep)


def lines(step: PeopleStep | RoomsStep) -> list[str]:
    return [row["name"] for row in step.typed()]


def test_what_is_typed_in_the_first_step_is_there_again(pc: Pc) -> None:
    window = pc.start()
    assert isinstance(window, Wizard)
    window.next()
    for box, name in ((window.center.district, "静安区"), (window.center.street, "石门二路街道")):
        box.setCurrentIndex(box.findText(name))
    window.center.center.setText("石二中心")
    window.close()
    again = pc.start()
    assert isinstance(again, Wizard)
    again.next()
    assert again.center.street.currentText() == "石门二路街道"
    assert again.center.center.text() == "石二中心"


def test_closed_in_the_second_step_it_goes_on_there_with_what_was_typed(pc: Pc) -> None:
    window = founded(pc)
    window.people.user.setText("王小明")
    line = window.people.others.lines[0]
    QTest.keyClicks(line["name"], "Li Mei")
    line["role"].setCurrentIndex(line["role"].findData("director"))  # type: ignore[union-attr]
    window.close()
    pc.start()
    again = pc.wait(PeopleStep)
    assert again.people.user.text() == "王小明"
    assert again.people.typed()[1] == {"id": "", "name": "Li Mei", "role": "director"}
    assert not again.back_button.isVisible(), "the first step is done for good"


def test_going_back_shows_what_was_saved_and_saving_again_makes_nobody_twice(pc: Pc) -> None:
    window = founded(pc)
    window.people.user.setText("王小明")
    QTest.keyClicks(window.people.others.lines[0]["name"], "Li Mei")
    window.next()
    pc.wait(RoomsStep)
    QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    window.back() if window.step is not window.people else None
    assert lines(window.people) == ["王小明", "Li Mei"]
    window.people.others.lines[0]["name"].setText("李梅")  # type: ignore[union-attr]
    window.next()
    pc.wait(RoomsStep)
    assert window.workspace is not None
    assert {one.name for one in people(window.workspace.office)} == {"王小明", "李梅"}


def test_what_is_missing_is_said_and_gone_to_and_the_words_go_when_it_is_mended(pc: Pc) -> None:
    window = pc.start()
    assert isinstance(window, Wizard)
    window.begin.ways["move"].setChecked(True)
    window.next()
    assert window.focusWidget() is window.begin.choose_folder
    window.begin.ways["new"].setChecked(True)
    window.next()
    center = window.center
    center.district.setCurrentIndex(center.district.findText("杨浦区"))
    window.next()
    assert center.fault_label.text()
    assert window.focusWidget() is center.street
    center.street.setCurrentIndex(center.street.findText("殷行街道"))
    assert not center.fault_label.text()
    window.next()
    people_step = pc.wait(PeopleStep).people
    people_step.user.setText("王小明")
    for typed, repeated, line in (("12345", "12345", people_step.password), ("123456", "12345", people_step.again)):
        people_step.password.setText(typed)
        people_step.again.setText(repeated)
        people_step.user.setFocus()
        window.next()
        assert people_step.fault_label.text()
        assert window.focusWidget() is line


def test_two_people_of_one_name_and_a_wrong_number_are_told_by_their_line(pc: Pc) -> None:
    window = founded(pc)
    window.people.user.setText("王小明")
    QTest.keyClicks(window.people.others.lines[0]["name"], "a")
    window.people.others.lines[0]["name"].setText("王小明")  # type: ignore[union-attr]
    window.next()
    pc.qtbot.waitUntil(lambda: "写了两次" in window.people.fault_label.text())
    window.people.others.lines[0]["name"].setText("李梅")  # type: ignore[union-attr]
    window.next()
    pc.wait(RoomsStep)
    for name, word in (("name", "Hall"), ("capacity", "many")):
        QTest.keyClicks(window.rooms.rooms.lines[0][name], word)
    window.next()
    pc.qtbot.waitUntil(lambda: bool(window.rooms.fault_label.text()))
    assert window.rooms.fault_label.text().startswith("第 1 行：容纳人数")
    assert window.focusWidget() is window.rooms.rooms.lines[0]["capacity"]
    assert window.workspace is not None
    assert reading.count(window.workspace.office, "venue") == 0


@pytest.mark.parametrize("moment", sampling.sample(MOMENTS, 2))
def test_killed_at_any_moment_it_goes_on_and_nothing_is_there_twice(pc: Pc, moment: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.views.killed_setup", str(pc.folder / "data"), str(pc.folder / "config"), moment],
        cwd=ROOT, capture_output=True, timeout=120, check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    window = pc.start()
    if isinstance(window, SignIn):  # there are two people already
        window.who.setCurrentText("王小明（系统管理员）")
        window.sign_in()
        pc.qtbot.waitUntil(lambda: isinstance(pc.window, Wizard))
        window = pc.window
    assert isinstance(window, Wizard)
    if moment in ("begun", "typed"):
        window.next()
        assert window.center.street.currentText() == ("殷行街道" if moment == "typed" else "请先选区")
        for box, name in ((window.center.district, "杨浦区"), (window.center.street, "殷行街道")):
            box.setCurrentIndex(box.findText(name))
        window.next()
    window = pc.wait(PeopleStep, RoomsStep, DeskStep)
    if isinstance(window.step, PeopleStep):
        after = MOMENTS.index(moment) >= MOMENTS.index("people typed")
        assert lines(window.people) == (["王小明", "李梅"] if after else [""])
        window.people.user.setText("王小明")
        window.next()
        window = pc.wait(RoomsStep)
    if isinstance(window.step, RoomsStep):
        after = MOMENTS.index(moment) >= MOMENTS.index("rooms typed")
        assert lines(window.rooms) == (["二楼会议室"] if after else [])
        window.next()
        window = pc.wait(DeskStep)
    window.next()
    pc.qtbot.waitUntil(lambda: isinstance(pc.window, Shell))
    workspace = pc.window.context.workspace
    expected = {"王小明", "李梅"} if MOMENTS.index(moment) >= MOMENTS.index("people typed") else {"王小明"}
    known = [one.name for one in people(workspace.office)]
    assert sorted(known) == sorted(expected)
    rooms = reading.count(workspace.office, "venue")
    assert rooms == (1 if MOMENTS.index(moment) >= MOMENTS.index("rooms typed") else 0)
    assert workspace.check() == []


def test_steps_put_off_are_offered_on_the_first_page_until_they_are_done(pc: Pc) -> None:
    window = founded(pc)
    for _step in range(3):
        window.later()
    pc.qtbot.waitUntil(lambda: isinstance(pc.window, Shell))
    shell = pc.start()
    assert isinstance(shell, Shell), "what was put off does not stand in the way"
    assert isinstance(shell.page, TodayPage)
    banner = shell.page.banners.shown["setup"]
    assert "人员、场地、打印机和备份" in " ".join(one.text() for one in banner.findChildren(QLabel))
    shell.context.setup_wanted.emit()
    again = pc.wait(PeopleStep)
    assert again.again
    again.people.user.setText("王小明")
    again.next()
    pc.wait(RoomsStep)
    again.close()
    pc.qtbot.waitUntil(lambda: isinstance(pc.window, Shell))
    assert pc.window.context.actor == "王小明", "the administrator has a name now"
    banner = pc.window.page.banners.shown["setup"]
    assert "人员" not in " ".join(one.text() for one in banner.findChildren(QLabel))
    pc.window.context.setup_wanted.emit()
    pc.wait(RoomsStep).next()
    pc.wait(DeskStep).next()
    pc.qtbot.waitUntil(lambda: isinstance(pc.window, Shell))
    assert "setup" not in pc.window.page.banners.shown
    assert not (pc.folder / "config" / setup.FILE).exists()


def test_the_reminder_can_be_dismissed(pc: Pc) -> None:
    window = founded(pc)
    for _step in range(3):
        window.later()
    pc.qtbot.waitUntil(lambda: isinstance(pc.window, Shell))
    banner = pc.window.page.banners.shown["setup"]
    banner.row_layout.itemAt(2).widget().click()
    assert "setup" not in pc.window.page.banners.shown
    shell = pc.start()
    assert isinstance(shell, Shell)
    assert "setup" not in shell.page.banners.shown  # type: ignore[union-attr]


def test_once_there_is_a_password_the_rest_of_the_set_up_is_behind_it(pc: Pc) -> None:
    window = founded(pc)
    window.people.user.setText("王小明")
    for line in (window.people.password, window.people.again):
        line.setText("123456")
    window.next()
    pc.wait(RoomsStep).close()
    window = pc.start()
    assert isinstance(window, SignIn)
    window.password.setText("123456")
    window.sign_in()
    pc.wait(RoomsStep)


def test_the_keys_alone_lead_through_it(pc: Pc) -> None:
    window = pc.start()
    assert isinstance(window, Wizard)
    window.activateWindow()
    enter = Qt.Key.Key_Return

    def press(key: Qt.Key = enter) -> None:
        QTest.keyClick(window.focusWidget() or window, key)

    press()
    assert window.step is window.center
    assert window.focusWidget() is window.center.district
    for box, name in ((window.center.district, "杨浦区"), (window.center.street, "殷行街道")):
        for _step in range(box.findText(name)):
            press(Qt.Key.Key_Down)
        assert box.currentText() == name
        press()
    assert window.focusWidget() is window.center.center
    press()
    pc.wait(PeopleStep)
    QTest.keyClicks(window.focusWidget(), "Wang")
    for _field in range(2):
        press()
    assert window.focusWidget() is window.people.again
    press()
    assert isinstance(window.focusWidget(), QLineEdit)
    QTest.keyClicks(window.focusWidget(), "Li")
    press()
    press()
    press()
    pc.wait(RoomsStep)
    for word in ("Hall", "30", "8:30-21:00", "Attic", "", ""):
        QTest.keyClicks(window.focusWidget(), word)
        press()
    press()
    pc.wait(DeskStep)
    assert window.workspace is not None
    office = window.workspace.office
    rooms = reading.rows(office, "venue", reading.ids(office, "venue", Query(order="name")))
    assert [(one.values["name"], one.values["capacity"]) for one in rooms] == [("Attic", None), ("Hall", 30)]
    assert {one.name for one in people(office)} == {"Wang", "Li"}


@pytest.mark.parametrize("size", TEXT_SIZES)
def test_every_step_fits_the_screen_in_each_text_size(
    app: QApplication, workspace: Workspace, tmp_path: Path, qtbot: QtBot, size: str
) -> None:
    theme, tasks = Theme(size), Tasks()
    theme.apply(app)
    window = Wizard(workspace.data, tmp_path / "config", tasks, theme, workspace, "王小明")
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: isinstance(window.step, PeopleStep))
    for way in window.begin.ways.values():
        way.setChecked(True)
        for step in (window.begin, window.center, window.people, window.rooms, window.desk):
            window._go(step)
            step.fault_label.setText("第 2 行：容纳人数：应为整数。请填整数，例如 30")
            QApplication.processEvents()
            assert window.height() <= 704
            assert window.width() <= 1280
            cut = [
                one.text()
                for one in step.findChildren(QLabel)
                if one.isVisible() and one.height() < one.heightForWidth(one.width())
            ]
            assert cut == [], f"{size}: cut off"
    assert tasks.close()
    Theme().apply(app)


def test_a_pc_that_was_set_up_otherwise_is_not_asked(app: QApplication, workspace: Workspace, pc: Pc) -> None:
    config = workspace.machine.folder.parent
    assert setup.read(config, workspace.data) is None
    setup.keep(config, setup.begin(pc.folder / "elsewhere"))
    assert setup.read(config, workspace.data) is None, "that is of another folder"
    (config / setup.FILE).write_text("{")
    assert setup.read(config, workspace.data) is None
    assert local.read(workspace.office, "setup:people") is None
