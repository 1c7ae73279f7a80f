"""While there is sample data every page says so, and one click takes it away."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.services import reading, sample
from app.services.writing import save
from app.views.context import Context, Goto
from app.views.preferences import Preferences
from app.views.sample_banner import NAME, SampleBanner
from app.views.shell import Shell
from tests.views.settling import settle


@pytest.fixture
def shell(context: Context, qtbot: QtBot) -> Shell:
    sample.add_sample(context.workspace.demo().office)
    made = Shell(context, context.workspace.machine.folder, Preferences())
    qtbot.addWidget(made)
    made.show()
    made.start()
    settle(made, qtbot)
    return made


def banner(shell: Shell) -> SampleBanner:
    (found,) = shell.findChildren(SampleBanner)
    return found


def test_it_is_said_above_every_page_and_in_the_form(shell: Shell, qtbot: QtBot) -> None:
    office = shell.context.office
    for goto in (Goto("calendar", {"day": office.today}), Goto("list", {"kind": "team"}), Goto("settings")):
        shell.go(goto)
        settle(shell, qtbot)
        assert banner(shell).shown[NAME].isVisible()
    shell.context.open_record("enrolment", reading.ids(office, "enrolment")[0])
    settle(shell, qtbot)
    words = [one.text() for one in shell.page.findChildren(QLabel)]  # type: ignore[union-attr]
    assert any(one.startswith("这是演示数据") for one in words)


def test_one_click_and_a_confirm_take_it_away(shell: Shell, qtbot: QtBot, asked) -> None:
    office = shell.context.office
    own = save(office, "venue", {"name": "正式的场地"}).id
    shell.go(Goto("list", {"kind": "venue"}))
    asked.answer("confirm", False, True)
    banner(shell).remover.click()
    settle(shell, qtbot)
    assert sample.count(office)
    banner(shell).remover.click()
    settle(shell, qtbot)
    assert sample.count(office) == 0
    assert reading.ids(office, "venue") == [own]
    assert not banner(shell).isVisible()
    assert shell.undo_bar.isVisible()


def test_without_any_nothing_is_said(context: Context, qtbot: QtBot) -> None:
    made = Shell(context, context.workspace.machine.folder, Preferences())
    qtbot.addWidget(made)
    made.show()
    settle(made, qtbot)
    assert not banner(made).isVisible()


def test_who_may_not_delete_is_told_who_may(shell: Shell, qtbot: QtBot) -> None:
    context = shell.context
    for name, role, may in (("前台甲", "front_desk", False), ("孙洁", "viewer", False), ("刘芳", "director", True)):
        context.take_over(
            name, save(context.workspace.office.acting("王小明"), "user", {"name": name, "role": role}).id
        )
        banner(shell).look()
        settle(shell, qtbot)
        remover = banner(shell).remover
        assert remover.isEnabled() is may, role
        assert remover.toolTip().endswith("请由主任、工作人员、系统管理员办理") is not may
