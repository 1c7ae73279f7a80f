"""What a stopped PC wrote waits for a person, who reads it and decides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.services import syncing
from app.services.reading import get
from app.services.standing import as_facts, stand
from app.services.todo import groups
from app.sync import closing
from app.views.context import Context
from app.views.records.held_page import HeldPage
from app.views.records.todo_page import TodoPage
from app.views.tasks import Tasks
from app.views.theme import Theme
from tests.sync.world import World
from tests.views.settling import settle


@pytest.fixture
def held(app: QApplication, tmp_path: Path) -> Iterator[Any]:
    """A PC that holds what another wrote after the district had revoked it: a team with its leader's phone."""
    world = World(tmp_path)
    stopped, here = world.carded("a"), world.carded("b")
    before = stopped.put(name="停用之前", capacity=40)
    known = stopped.put("team", name="舞蹈队", leader_phone="13711112222")
    for pc in (stopped, here, here):
        world.up(pc)
        world.down(pc)
    late = stopped.put("team", name="合唱队", leader_phone="13812345678")
    stopped.edit(late, "team", member_count=12)
    stopped.edit(before, capacity=60)
    stopped.edit(known, "team", leader_phone="13987654321")
    world.carry(stopped, here)
    closing.revoke(world.district.replica(), stopped.device)
    world.up(here)
    world.down(here)
    tasks = Tasks()
    context = Context(here.workspace, tasks, Theme(), "王小明")
    yield context, late
    assert tasks.close(10_000)
    context.deleteLater()
    world.close()


def opened(page: Any, qtbot: QtBot) -> Any:
    qtbot.addWidget(page)
    page.resize(1198, 728)
    page.show()
    settle(page, qtbot)
    return page


def test_what_waits_is_told_by_pc_with_what_it_says_masked(held: Any, qtbot: QtBot) -> None:
    context, _late = held
    page = opened(HeldPage(context), qtbot)
    (card,) = page.cards
    assert card.pc == "A 号电脑"
    assert "区里已停用这台电脑" in card.words.text()
    line, later, room, team = card.lines
    assert "群众活动团队“合唱队”" in line.text()
    assert "群众活动团队“合唱队”TD-" in later.text(), "named by what is held of it"
    assert "场地“停用之前”CD-310110013-" in room.text(), "named by the record here"
    assert "容纳人数：60（现在：40）" in room.text()
    assert "群众活动团队“舞蹈队”TD-" in team.text()
    assert "139****4321（现在：137****2222）" in team.text()
    assert "138****5678" in line.toolTip()
    assert "13812345678" not in line.toolTip() + line.text()


def test_it_is_adopted_after_a_confirm(held: Any, qtbot: QtBot, asked: Any) -> None:
    context, late = held
    said: list[Any] = []
    context.said.connect(said.append)
    page = opened(HeldPage(context), qtbot)
    asked.answer("confirm", False)
    page.cards[0].adopter.click()
    assert "采纳不能撤销" in asked.shown[-1][2]
    asked.answer("confirm", True)
    page.cards[0].adopter.click()
    settle(page, qtbot)
    assert page.cards == []
    assert get(context.office, "team", late).values["name"] == "合唱队"
    assert (said[-1].text, said[-1].op) == ("已采纳 4 条修改", None)
    assert syncing.status(context.workspace).held == 0


def test_it_is_set_aside_after_a_confirm(held: Any, qtbot: QtBot, asked: Any) -> None:
    context, _late = held
    page = opened(HeldPage(context), qtbot)
    asked.answer("confirm", True)
    page.cards[0].aside.click()
    settle(page, qtbot)
    assert page.cards == []
    assert page.scroller.widget().findChildren(QPushButton) == []


def test_it_is_among_the_things_to_do_and_counted(held: Any, qtbot: QtBot, tmp_path: Path) -> None:
    from app.views.preferences import Preferences
    from app.views.shell import Shell

    context, _late = held
    (group,) = groups(context.office)
    assert (group.code, group.todos[0].finding.text) == (
        "held", "“A 号电脑”有 4 条修改还没有生效，请决定是否采纳"
    )  # fmt: skip
    facts = as_facts(stand(context.workspace))
    assert (facts["held"], facts["held_pcs"]) == (4, 1)
    page = opened(TodoPage(context), qtbot)
    went: list[Any] = []
    context.navigate.connect(went.append)
    next(one for one in page.findChildren(QPushButton) if one.text() == "查看").click()
    assert went[-1].page == "held"
    shell = Shell(context, tmp_path / "config", Preferences())
    qtbot.addWidget(shell)
    shell.show()
    context.watch.look_at_status()
    settle(shell, qtbot)
    assert shell.nav.buttons["todo"].badge.text() == "1"
    shell.go(went[-1])
    settle(shell, qtbot)
    assert "待采纳的修改" in shell.windowTitle()
