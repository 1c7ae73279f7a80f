"""The sync page: what the district has not got yet and since when, what is in the way; and how the network is set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.errors import EnvironmentFault
from app.services import networking, reading, syncing, writing
from app.services.findings import Finding
from app.services.standing import Ended, Standing
from app.services.syncing import SyncStatus
from app.sync.network import Settings
from app.views.context import Context
from app.views.network_card import ADDRESS, NetworkCard
from app.views.sync_page import SyncPage
from app.views.sync_preview import PreviewSheet
from app.workspace import Workspace
from tests.district.fronts import AUTHORITY
from tests.views.settling import settle


@pytest.fixture
def page(context: Context, qtbot: QtBot) -> SyncPage:
    made = SyncPage(context)
    qtbot.addWidget(made)
    made.resize(1198, 728)
    made.show()
    settle(made, qtbot)
    return made


def at(day: int, hour: int, minute: int) -> int:
    return int(datetime(2026, 11, day, hour, minute).timestamp())


FINE = Standing(SyncStatus(0, at(23, 8, 40), at(23, 8, 40), True, 0), {}, 0, None, 0, (), (), "", Ended(at(23, 8, 40)))


def test_it_says_what_is_unsent_of_which_kinds_and_since_when(page: SyncPage) -> None:
    unsent = replace(FINE, status=replace(FINE.status, unsent=5), kinds={"booking": 3, "service_case": 1}, others=1,
                     since=at(22, 17, 5))  # fmt: skip
    page.show_standing(unsent)
    assert page.facts["unsent"].text() == "5 条修改：3 条场地预约、1 条服务记录、1 条操作记录\n最早一条：昨天 17:05"
    page.show_standing(FINE)
    assert page.facts["unsent"].text() == "都已送达"
    assert page.facts["error"].text() == "今天 08:40，顺利完成"


def test_troubles_are_shown_only_where_there_are_any(page: SyncPage) -> None:
    page.show_standing(FINE)
    troubles = ("lacking", "waiting", "forked", "skew")
    assert not any(page.facts[code].isVisible() for code in troubles)
    bad = replace(
        FINE, status=replace(FINE.status, waiting=1), lacking=4, waiting=("还缺“B 号电脑”的第 3 到 5 条修改",),
        forked=("“B 号电脑”的记录与区里的不一致",), skew="本机的程序比区里旧，区里的新内容要升级后才能看到。",
        last=Ended(at(23, 8, 50), "连不上区服务器。", "请检查网络。"),
    )  # fmt: skip
    page.show_standing(bad)
    assert all(page.facts[code].isVisible() for code in troubles)
    assert "还有 4 条" in page.facts["lacking"].text()
    assert page.facts["waiting"].text() == "1 个同步包在等前面的内容\n还缺“B 号电脑”的第 3 到 5 条修改"
    assert page.facts["error"].text() == "今天 08:50，没有完成\n连不上区服务器。\n请检查网络。"
    assert page.facts["skew"].text() == bad.skew


@pytest.fixture
def card(context: Context, qtbot: QtBot) -> NetworkCard:
    made = NetworkCard(context)
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_proxy_is_set_and_kept_on_this_pc(card: NetworkCard, context: Context) -> None:
    assert card.proxy.currentData() == "system"
    assert not card.address.isVisible()
    card.proxy.setCurrentIndex(card.proxy.findData(ADDRESS))
    card.proxy.activated.emit(card.proxy.currentIndex())
    assert card.address.isVisible()
    assert card.password.echoMode() == card.password.EchoMode.Password
    card.address.setText("proxy.example")
    card.keeper.click()
    assert "请按 http://proxy.example:3128 的样子填写" in card.result.text()
    assert networking.settings(context.workspace.machine) == Settings()
    card.address.setText("http://proxy.example:3128")
    card.user.setText("u")
    card.password.setText("s")
    card.keeper.click()
    assert not card.result.isVisible()
    assert networking.settings(context.workspace.machine) == Settings("http://proxy.example:3128", "u", "s")
    again = NetworkCard(context)
    assert (again.address.text(), again.proxy.currentData()) == ("http://proxy.example:3128", ADDRESS)
    again.deleteLater()


def test_a_certificate_is_chosen_named_and_taken_away(
    card: NetworkCard, context: Context, asked: Any, tmp_path: Path
) -> None:
    asked.answer("choose_open_file", AUTHORITY)
    card.picker.click()
    assert card.authority.text() == "另外信任：Shuniu Test Authority（有效至 2120-01-01）"
    card.keeper.click()
    assert networking.settings(context.workspace.machine).ca == AUTHORITY.read_text()
    bad = tmp_path / "bad.pem"
    bad.write_text("hello")
    asked.answer("choose_open_file", bad)
    card.picker.click()
    assert "不是证书颁发机构的证书" in card.result.text()
    assert card.ca
    card.dropper.click()
    card.keeper.click()
    assert networking.settings(context.workspace.machine).ca == ""


def test_trying_says_in_words_what_is_in_the_way_and_keeps_nothing(
    card: NetworkCard, context: Context, qtbot: QtBot, make_workspace: Callable[..., Any]
) -> None:
    card.tryer.click()
    assert not card.tryer.isEnabled()
    qtbot.waitUntil(card.tryer.isEnabled)
    assert "本机还没有区里的入网卡" in card.result.text()
    card.proxy.setCurrentIndex(card.proxy.findData("none"))
    assert networking.settings(context.workspace.machine) == Settings()


def test_broken_settings_are_told_and_set_anew(context: Context, qtbot: QtBot) -> None:
    file = context.workspace.machine.folder / "network.json"
    file.write_text("{")
    card = NetworkCard(context)
    qtbot.addWidget(card)
    card.show()
    assert "网络设置读不出来" in card.result.text()
    card.keeper.click()
    assert networking.settings(context.workspace.machine) == Settings()


def test_the_number_of_things_to_do_is_reached_by_keys_and_follows_what_is_found(
    context: Context, qtbot: QtBot, tmp_path: Path
) -> None:
    from app.views.preferences import Preferences
    from app.views.shell import Shell

    shell = Shell(context, tmp_path / "config", Preferences())
    qtbot.addWidget(shell)
    with qtbot.waitActive(shell):
        shell.show()
        shell.activateWindow()
    todo = shell.nav.buttons["todo"]
    assert not todo.badge.isVisible()
    context.watch.findings = (Finding("duplicate", "venue", ("a", "b"), "", "name"),) * 3
    context.watch.found.emit(context.watch.findings)
    assert (todo.badge.text(), todo.accessibleName()) == ("3", "待处理，3 项待办")
    assert todo.focusPolicy() & Qt.FocusPolicy.TabFocus
    todo.setFocus()
    qtbot.keyClick(todo, Qt.Key.Key_Space)
    assert shell.page is not None
    assert shell.page.name == "todo"
    settle(shell, qtbot)


def test_a_stick_that_is_pulled_while_the_preview_is_open_is_told_and_the_import_can_be_done_again(
    page: SyncPage, context: Context, tmp_path: Path, qtbot: QtBot, asked: Any
) -> None:
    mine, stick = context.workspace, tmp_path / "usb"
    stick.mkdir()
    syncing.make_card(mine, tmp_path / "card")
    other = Workspace.join(tmp_path / "b" / "data", tmp_path / "b" / "config", tmp_path / "card", clock=mine.clock)
    room = writing.save(other.office, "venue", {"name": "大会议室"}).id
    syncing.write_certificate(mine, tmp_path / "mine.cert")
    syncing.export(other, stick / "news.shuniu", tmp_path / "mine.cert")
    other.close()

    def pulled(_sheet: PreviewSheet) -> bool:
        stick.rename(tmp_path / "pulled")
        return True

    asked.answer("Sheet.run", pulled, True)
    asked.answer("report", None)
    page.preview(stick / "news.shuniu")
    settle(page, qtbot)
    told = asked.shown[-1][1]
    assert isinstance(told, EnvironmentFault)
    assert "news.shuniu" in told.message
    assert "U盘" in told.mend
    assert reading.count(context.office, "venue") == 0
    (tmp_path / "pulled").rename(stick)
    page.preview(stick / "news.shuniu")
    settle(page, qtbot)
    assert reading.get(context.office, "venue", room).values["name"] == "大会议室"
    assert mine.check() == []
